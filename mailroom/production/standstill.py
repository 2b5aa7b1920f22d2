"""Standstill: a machine that does not run is started, or its fault is put before the operator. Only a named person says
that paper was taken out; what a machine can see for itself (a closed cover, a filled feeder) it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from drivers.inserter.errors import CommandRefused, EventsLost
from drivers.inserter.vocabulary import Fault, MachineState, Position
from mailroom.domain.errors import MailroomError
from mailroom.domain.run import Batch
from mailroom.domain.words import count
from mailroom.production.plant import Plant
from mailroom.production.ports import Inserter, Operator
from mailroom.production.recover import declare, forgotten, in_the_path, station_words

UNDER_WAY = frozenset({MachineState.RUNNING, MachineState.STOPPING, MachineState.CLEARING})
_TAKE_OUT = frozenset({Fault.JAM, Fault.SHEET_DAMAGED})
"""The path must be emptied by hand, and nothing but a person can know that it is."""

_OURS = frozenset({Fault.HOST_LOST, Fault.EVENTS_FULL})
"""The machine waited for us: nobody has to mend anything."""

_REFUSALS = frozenset(
    {
        Fault.TOO_LATE,
        Fault.JOB_LOADED,
        Fault.QUEUE_FULL,
        Fault.NO_JOB,
        Fault.PATH_NOT_EMPTY,
        Fault.NO_PAPER,
        Fault.ALREADY_QUEUED,
    }
)
"""These never stand; they only tell why a command was not done."""


class MachineTrouble(MailroomError):
    """The machine stands and nobody has cleared it."""


class Standstill:
    """Keeps one machine running. `paper_out`: the feeder is empty for good, so the job must end.

    The machine's own answers decide, not its events: those lag behind what they tell of."""

    def __init__(self, plant: Plant, inserter: Inserter, operator: Operator, batch: Batch) -> None:
        self.plant = plant
        self.inserter = inserter
        self.operator = operator
        self.run = batch.run
        self.batch = batch.id
        self.paper_out = False
        self._fresh = True

    def begin(self) -> None:
        """Somebody has started the run, or the machine: what stopped it before may be mended already."""
        self.paper_out = False
        self._fresh = True

    def keep_running(self) -> None:
        """Start the machine unless it runs. Raises MachineTrouble (E2051) when the operator leaves it standing."""
        if self.inserter.machine_state in UNDER_WAY:
            return
        status = self.inserter.status()
        if status.state in UNDER_WAY:
            return
        if status.fault is not Fault.NONE:
            self._mend(status.fault)
        if not self.paper_out:
            self._start()

    def empty_path(self) -> None:
        """Have the path emptied at the end of a job."""
        fault = self.inserter.status().fault
        if fault is not Fault.NONE:
            self._take_out(fault)

    def mend(self) -> None:
        """Have whatever stands mended, and leave the machine ready to start. MachineTrouble (E2051) likewise."""
        self._fresh = False
        fault = self.inserter.status().fault
        if fault is not Fault.NONE:
            self._mend(fault)

    def ask_for_forgotten(self) -> None:
        """The machine was switched off and has forgotten what it held: the operator is led through what is unknown, and
        says what still lies in the feeder."""
        begun = forgotten(self.plant, self.run, self.batch, stack_untouched=True)
        if begun.due is not None:
            said = self.operator.recover("the machine was restarted and has forgotten what it held", begun)
            declare(self.plant, said, f"person:{self.operator.name}", begun)

    def _start(self) -> None:
        self._fresh = False
        try:
            self.inserter.start()
        except CommandRefused as refused:
            if refused.fault in _REFUSALS - {Fault.NO_JOB}:
                raise
            # Something has come up since it was asked, or the machine was switched off: the next look sees to it.

    def _mend(self, fault: Fault) -> None:
        """Until the machine takes the reset. Behind the gravest fault others may stand: each is asked for once."""
        asked: set[Fault] = set()
        if fault in _OURS or (self._fresh and fault not in _TAKE_OUT):
            left = self._reset()
            if left is Fault.NONE or left in _OURS:
                return
            fault = left
        while fault is not Fault.NONE and fault not in _OURS:
            if fault in asked:
                raise machine_trouble(self.inserter, self.batch, f"{words(fault)} still stands")
            asked.add(fault)
            if fault in _TAKE_OUT:
                self._take_out(fault)
            else:
                self._ask(fault)
            left = self._reset()
            if left is fault is Fault.SHEETS_EMPTY:
                self._run_out()
                return
            fault = left

    def _run_out(self) -> None:
        """No paper comes any more: what waits in the path for its next sheet is taken out, and the job ends."""
        if self.inserter.position_map():
            self._take_out(Fault.SHEETS_EMPTY)
        self.paper_out = True

    def _reset(self) -> Fault:
        """The fault that still stands, NONE when the machine is ready again."""
        try:
            self.inserter.reset_fault()
        except CommandRefused as refused:
            if refused.fault in _REFUSALS:
                raise
            return refused.fault
        return Fault.NONE

    def _take_out(self, fault: Fault) -> None:
        """What was said is in the journal before the machine lets go of the pieces."""
        positions = self.inserter.position_map()
        begun = in_the_path(self.plant, self.run, positions)
        said = self.operator.recover(words(fault), begun)
        self._ask(fault, positions)
        declare(self.plant, said, f"person:{self.operator.name}", begun)
        self.inserter.clear_path()

    def _ask(self, fault: Fault, positions: Sequence[Position] = ()) -> None:
        if not self.operator.clear(fault.name, words(fault), positions):
            raise machine_trouble(self.inserter, self.batch, words(fault))


def words(fault: Fault) -> str:
    """A fault's name as an operator says it: "envelopes empty"."""
    return fault.name.lower().replace("_", " ")


def paper_at(place: Position) -> str:
    """ "P00000042 copy 1, 3 sheets" """
    return f"{place.piece} copy {place.copy}, {count(place.sheets, 'sheet')}"


@contextmanager
def telling_of_losses() -> Iterator[None]:
    """Events that the machine has lost (E2008) are told with the command by which a person answers for them."""
    try:
        yield
    except EventsLost as lost:
        raise MachineTrouble(
            lost.code,
            lost.message,
            place=lost.place,
            remedy="Whatever the machine holds is unknown then: mailroom inserter accept-loss --who NAME, and after it "
            "mailroom inserter recover --who NAME.",
        ) from lost


def machine_trouble(inserter: Inserter, batch: str, text: str) -> MachineTrouble:
    """E2051 with what stands in the path, station by station."""
    status = inserter.status()
    where = "; ".join(f"{station_words(place.station)}: {paper_at(place)}" for place in inserter.position_map())
    return MachineTrouble(
        "E2051",
        f"the machine is {status.state.name.lower()}: {text}. In the path: {where or 'nothing'}",
        place=batch,
        remedy="Clear it (mailroom inserter recover --who NAME leads you through), then start the run again; it "
        "goes on where it stood.",
    )
