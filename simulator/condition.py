"""State and standing faults of the machine, and the events that tell of them."""

from __future__ import annotations

from collections.abc import Callable

from simulator.messages import Event, FaultCleared, FaultRaised, StateChanged
from simulator.words import INTERLOCK, STAND_STILL, STOP_FEEDING, Fault, State

_MOVING = frozenset({State.RUNNING, State.STOPPING})
_SEVERITY = {
    **dict.fromkeys(INTERLOCK, 0),
    **dict.fromkeys(STAND_STILL, 1),
    **dict.fromkeys(STOP_FEEDING, 2),
}


class Condition:
    """Which faults hold the machine, and what it does. Faults that it runs on with are only reported."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self.state = State.IDLE
        self._emit = emit
        self._standing: list[Fault] = []
        self._told = (State.IDLE, Fault.NONE)

    @property
    def moving(self) -> bool:
        return self.state in _MOVING

    @property
    def fault(self) -> Fault:
        """The gravest fault that stands."""
        return self._standing[0] if self._standing else Fault.NONE

    @property
    def stands_still(self) -> bool:
        """A jam or a damaged sheet holds the path."""
        return not STAND_STILL.isdisjoint(self._standing)

    def stands(self, fault: Fault) -> bool:
        return fault in self._standing

    def trouble(self, raised: FaultRaised) -> bool:
        """Report a fault and let it act; False (and nothing done) when it stands already."""
        fault = raised.fault
        if fault in self._standing:
            return False
        if fault in _SEVERITY:
            self._standing.append(fault)
            self._standing.sort(key=lambda standing: _SEVERITY[standing])
        self._emit(raised)
        if fault in _SEVERITY:
            self.go(self._held())
        return True

    def lift(self, caused: Callable[[Fault], bool]) -> Fault:
        """Clear every fault if no cause is left; else the gravest fault whose cause is, and all of them stand."""
        for fault in self._standing:
            if caused(fault):
                return fault
        while self._standing:
            self._emit(FaultCleared(self._standing.pop(0)))
        return Fault.NONE

    def go(self, state: State) -> None:
        """Change state; said only when state or fault differ from what was said last."""
        self.state = state
        if (state, self.fault) != self._told:
            self._told = (state, self.fault)
            self._emit(StateChanged(state, self.fault))

    def _held(self) -> State:
        if self.fault in INTERLOCK:
            return State.INTERLOCKED
        if self.fault in STAND_STILL:
            return State.FAULTED
        return State.STOPPING if self.moving else State.STOPPED
