"""Brings a scenario's troubles into the hall: at a time, at a moment of the host, or as the machine enters a state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from mailroom.domain.errors import MailroomError
from mailroom.locks import working_alone
from simulator.faults import AROUND_KINDS, Kind, Rule
from simulator.messages import Command, CycleUp, Halt, Stop
from simulator.rig import Rig
from simulator.words import Station
from tests.world.virtual.hall import Crash, Hall, PowerCut
from tests.world.virtual.hands import Hands
from tests.world.virtual.laws import LawBroken
from tests.world.virtual.met import OFF, Meeting
from tests.world.virtual.scenario import Scenario, Trouble

_BUTTONS: dict[str, Command] = {"press stop": Stop(), "press halt": Halt(), "cycle up": CycleUp()}
_OVERLOOKED = Rule(Kind.OVERLOOKED)
_UNFOLDED = (Station.SHEET_FEEDER, Station.ACCUMULATOR, Station.FOLDER)


class Fate:
    """`met` is what came about in which state of the machine; `alive` says whether a process of the application lives;
    `down_s` is how long it stays dead."""

    def __init__(self, hall: Hall, hands: Hands, scenario: Scenario, folder: Path) -> None:
        self.met: list[Meeting] = []
        self.alive = False
        self.down_s = 0.0
        self._hall = hall
        self._hands = hands
        self._folder = folder
        self._deaths = {int(each.when): each for each in scenario.of("crash") if not each.cue}
        self._cued = [each for each in scenario.troubles if each.cue]
        self._given: Counter[str] = Counter()
        self._about_to_die: Trouble | None = None
        self._sick: list[tuple[float, str]] = []
        for each in scenario.troubles:
            if not each.cue and each.family in ("power", "line", "journal", "hands"):
                hall.at(each.when, str(each), partial(self._happen, each))

    def meet(self, trouble: str) -> None:
        """Remember in which state of the machine this came."""
        self.met.append((trouble, self._state()))

    def _state(self) -> str:
        rig = self._hall.rig
        return OFF if rig is None else rig.machine.state.name.lower()

    # Cues

    def enters(self, state: str) -> None:
        """The machine is in a new state. It may be in the middle of a command."""
        for each in self._due(state):
            if not each.after_s and self._may_interrupt(each):
                self._happen(each)
            else:
                self._hall.at(self._hall.clock.now_s + each.after_s, str(each), partial(self._happen, each))

    @staticmethod
    def _may_interrupt(trouble: Trouble) -> bool:
        """Nobody reaches into a machine in the middle of its step, and memory keeps whole steps."""
        return trouble.family not in ("machine", "hands") and trouble.kind != "blink"

    def comes_to(self, number: int, moment: str) -> None:
        """A moment of the host at which its process may die."""
        for each in self._due(moment):
            self._happen(each)
        if (trouble := self._deaths.pop(number, None)) is not None:
            self._die(trouble, moment)

    def _due(self, cue: str) -> list[Trouble]:
        self._given[cue] += 1
        return [each for each in self._cued if each.cue == cue and each.when == self._given[cue]]

    def die_if_due(self) -> None:
        """The machine has made its step; whoever was to die meanwhile dies now."""
        if self._about_to_die is not None and self.alive:
            trouble, self._about_to_die = self._about_to_die, None
            self._die(trouble, "meanwhile", met=True)

    def _die(self, trouble: Trouble, moment: str, *, met: bool = False) -> None:
        self._hall.chronicle.note(f"process dies {moment}")
        if not met:
            self.meet("process: dies")
        self.down_s = trouble.size
        raise Crash(moment)

    # Troubles

    def _happen(self, trouble: Trouble) -> None:
        match trouble.family:
            case "power":
                self._fail(trouble)
            case "line":
                self._hurt_line(trouble)
            case "journal":
                self.meet(f"journal: {trouble.kind}")
                self._sick.append((self._hall.clock.now_s + trouble.size, trouble.kind))
            case "crash":
                if self.alive:
                    self.meet("process: dies")
                    self._about_to_die = trouble
            case "machine":
                with self._hall.in_one_step():
                    self._strike(trouble)
            case "hands":
                with self._hall.in_one_step():
                    self._lend_a_hand(trouble)
            case _:
                raise ValueError(f"{trouble.family} waits for no cue")

    def sickness(self) -> str:
        """What is wrong with the ledger now; "" when nothing is."""
        self._sick = [(until_s, kind) for until_s, kind in self._sick if until_s > self._hall.clock.now_s]
        return self._sick[0][1] if self._sick else ""

    def _fail(self, trouble: Trouble) -> None:
        if self._hall.rig is None:
            return
        self.meet(f"power: {trouble.kind}")
        if trouble.kind == "blink":
            self._hall.doze(trouble.size)
            return
        self.cut_power(trouble.size)
        if self._hall.stepping:
            raise PowerCut

    def cut_power(self, seconds: float) -> None:
        """Off, and on again later."""
        if self._hall.rig is not None:
            self._hall.switch_off()
            self._hall.at(self._hall.clock.now_s + seconds, "power on", self._hall.switch_on)
            self.enters(OFF)

    def _hurt_line(self, trouble: Trouble) -> None:
        line, now_s = self._hall.line, self._hall.clock.now_s
        self.meet(f"line: {trouble.kind}")
        acts: dict[str, Callable[[], None]] = {
            "mute": partial(line.mute, now_s + trouble.size),
            "vanish": partial(line.vanish, now_s + trouble.size),
            "split": partial(line.split, now_s + trouble.size),
            "burst": partial(line.burst, int(trouble.size), now_s),
            "hold back": partial(line.hold_back, trouble.size),
            "reorder": line.reorder,
            "duplicate": line.duplicate,
            "drop": line.drop,
        }
        acts[trouble.kind]()

    def _strike(self, trouble: Trouble) -> None:
        rig, rule = self._hall.rig, trouble.rule()
        if rig is None:
            return
        if rule.kind in AROUND_KINDS:
            rig.machine.happen(rule)
        else:
            rig.plan.arm(rule)

    # Hands

    def _lend_a_hand(self, trouble: Trouble) -> None:
        if trouble.kind == "start twice":
            self._start_twice()
        elif trouble.kind == "walk away":
            self._meet_hand(trouble)
            self._hands.away_s = trouble.size
        elif (rig := self._hall.rig) is not None and self._do(rig, trouble):
            self._hall.chronicle.note(f"somebody does: {trouble.kind}")

    def _meet_hand(self, trouble: Trouble) -> None:
        self.meet(f"hands: {trouble.kind}")

    def _do(self, rig: Rig, trouble: Trouble) -> bool:
        """Whether there was anything to do."""
        machine = rig.machine
        match trouble.kind:
            case "take paper" | "return it wrong":
                return self._take(rig, trouble)
            case "swap the stack's halves":
                return self._swap(rig, trouble)
            case "overlook a station":
                self._meet_hand(trouble)
                machine.happen(_OVERLOOKED)
            case "empty the bin only":
                self._meet_hand(trouble)
                machine.supplies.careless = True
            case "press stop" | "press halt" | "cycle up":
                self._meet_hand(trouble)
                machine.obey(_BUTTONS[trouble.kind])
            case _:
                raise ValueError(trouble.kind)
        return True

    def _take(self, rig: Rig, trouble: Trouble) -> bool:
        back = trouble.kind == "return it wrong"
        stations = [each for each in rig.paper.stations() if not back or each in _UNFOLDED]
        if rig.machine.moving or not stations:
            return False
        self._meet_hand(trouble)
        leaves = rig.paper.at(stations[0])
        rig.machine.operator.take(stations[0])
        if back:
            rig.paper.lay_on_top(leaves, int(trouble.size))
        return True

    def _swap(self, rig: Rig, trouble: Trouble) -> bool:
        """The stack was loaded in two parts, and the lower one came first."""
        leaves = rig.paper.draw(int(trouble.size))
        if leaves:
            self._meet_hand(trouble)
            rig.paper.lay_on_top(leaves, beneath=len(rig.paper.stack()))
        return bool(leaves)

    def _start_twice(self) -> None:
        """A second process finds the door locked while the first one lives."""
        if not self.alive:
            return
        self._meet_hand(Trouble("hands", "start twice", 1))
        try:
            with working_alone(self._folder):
                pass
        except MailroomError as error:
            if error.code == "E7014":
                return
        raise LawBroken("two processes work on one run")
