"""The process that stays with the machine inserts what is printed, stands until a person lets it go on, and leaves at
a piece's end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from drivers.inserter.vocabulary import Fault, MachineState
from mailroom.bootstrap import House
from mailroom.cli.operators import NoOperator
from mailroom.domain.errors import MailroomError
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.run import BatchState
from mailroom.production.await_machine import await_machine
from mailroom.production.insert import insert_batch
from mailroom.production.line import Line, Patience
from mailroom.production.ports import EventSink, Inserter
from mailroom.production.release_machine import release_machine
from mailroom.production.tend_machine import Doing, Duty, Tender
from tests.production.fake_inserter import FakeInserter
from tests.production.fakes import ScriptedOperator, ScriptedQueue
from tests.production.stages import batches, copies, planned, printed

Act = Callable[[], None]
_MANY = 2_000


@dataclass
class Hall:
    """Printed batches, a machine, and the process beside it. `acts` are done one after another, each when the tender
    stands for a person; after the last one it is asked to leave as soon as it has nothing to do."""

    house: House
    machine: FakeInserter = field(default_factory=FakeInserter)
    acts: list[Act] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    driven: bool = False
    taken_by: str = ""
    leaving: bool = False
    naps: int = 0

    def __post_init__(self) -> None:
        self.run = planned(self.house)
        self.batches = printed(self.house, self.run)
        self.plant = replace(self.house.plant, sleep=self.sleep)

    @contextmanager
    def connect(self, sink: EventSink, resume: tuple[int, int] | None) -> Iterator[Inserter]:
        if self.taken_by:
            raise MailroomError("E2062", f"the machine is driven by {self.taken_by}")
        self.driven = True
        with self.machine.connect(sink, resume) as inserter:
            yield inserter
        self.driven = False

    def tend(self) -> None:
        tender = Tender(self.plant, self.line(), going_on=lambda: not self.leaving, watch=self.duties.append)
        tender.tend()

    def line(self) -> Line:
        patience = Patience(0.001, 0.2)
        return Line(ScriptedQueue(), self.connect, "SIM-1", NoOperator(), patience, is_tended=lambda: self.driven)

    def sleep(self, _seconds: float) -> None:
        self.naps += 1
        assert self.naps < _MANY, f"it does not come to its end: {self.duties[-1]}"
        match self.duties[-1].doing:
            case Doing.STANDING if self.acts:
                self.acts.pop(0)()
            case Doing.STANDING | Doing.WAITING:
                self.leaving = True

    def release(self, *, path_empty: bool) -> Act:
        return lambda: release_machine(self.house.plant, "Kari", path_empty=path_empty)

    @property
    def pieces(self) -> list[str]:
        """Of the largest batch, in the order of the stack."""
        largest = max(self.batches, key=lambda batch: batch.pieces)
        with self.house.store.reader() as ledger:
            return [copy.piece for copy in ledger.copies_of_batch(largest.id)]

    def states(self) -> dict[str, CopyState]:
        return {copy.piece: copy.state for copy in copies(self.house, self.run)}

    def troubles(self) -> list[str]:
        """What it stood for, each time."""
        stood = [duty for duty in self.duties if duty.doing is Doing.STANDING]
        return [duty.trouble.code for duty in stood if duty.trouble is not None]

    def is_done(self) -> bool:
        return {batch.state for batch in batches(self.house, self.run)} == {BatchState.DONE}


@pytest.fixture
def hall(small_house: Callable[..., House]) -> Hall:
    return Hall(small_house(pieces=5))


def test_whatever_is_printed_is_inserted(hall: Hall) -> None:
    hall.tend()
    assert hall.is_done()
    assert set(hall.states().values()) == {CopyState.STACKED}
    assert hall.duties[0].doing is Doing.INSERTING
    assert hall.duties[-1].doing is Doing.LEAVING


def test_a_jam_waits_for_a_person_without_holding_the_machine(hall: Hall) -> None:
    hall.machine.trouble[hall.pieces[1]] = (Fault.JAM,)
    hall.tend()
    assert hall.troubles() == ["E2051"]
    assert not hall.driven
    assert not hall.is_done()
    assert "clear" not in hall.machine.calls


def test_a_jam_is_cleared_on_the_word_of_a_person_who_emptied_the_path(hall: Hall) -> None:
    jammed = hall.pieces[1]
    hall.machine.trouble[jammed] = (Fault.JAM,)
    hall.acts = [hall.release(path_empty=True)]
    hall.tend()
    assert hall.is_done()
    states = hall.states()
    assert states.pop(jammed) is CopyState.UNKNOWN
    assert set(states.values()) == {CopyState.STACKED}
    with hall.house.store.reader() as ledger:
        told = [chained.entry for chained in ledger.entries() if chained.entry.event.startswith("inserter.")]
    assert [(entry.event, entry.who) for entry in told] == [
        ("inserter.stands", "system"),
        ("inserter.released", "person:Kari"),
    ]


def test_a_word_that_is_silent_about_the_path_clears_no_jam(hall: Hall) -> None:
    hall.machine.trouble[hall.pieces[1]] = (Fault.JAM,)
    hall.acts = [hall.release(path_empty=False)]
    hall.tend()
    assert hall.troubles() == ["E2051", "E2051"]
    assert "clear" not in hall.machine.calls


def test_a_word_holds_for_one_standstill(hall: Hall) -> None:
    for piece in hall.pieces[:2]:
        hall.machine.trouble[piece] = (Fault.JAM,)
    hall.acts = [hall.release(path_empty=True)]
    hall.tend()
    assert hall.troubles() == ["E2051", "E2051"]
    assert hall.machine.calls.count("clear") == 1


def test_a_closed_cover_starts_nothing_until_a_person_says_so(hall: Hall) -> None:
    hall.machine.trouble[hall.pieces[0]] = (Fault.COVER_OPEN,)
    hall.tend()
    assert hall.troubles() == ["E2051"]
    assert "reset" not in hall.machine.calls
    hall.leaving = False
    hall.tend()  # a process that is started anew is no person either
    assert "reset" not in hall.machine.calls
    hall.leaving = False
    hall.acts = [hall.release(path_empty=False)]
    hall.tend()
    assert hall.is_done()


def test_a_batch_that_another_command_has_finished_is_left_alone(hall: Hall) -> None:
    hall.machine.trouble[hall.pieces[1]] = (Fault.JAM,)

    def finish_by_hand() -> None:
        line = replace(hall.line(), operator=ScriptedOperator(), open_inserter=hall.machine.connect)
        for batch in batches(hall.house, hall.run):
            if batch.state is not BatchState.DONE:
                insert_batch(hall.house.plant, line, batch)

    hall.acts = [finish_by_hand]
    hall.tend()
    assert hall.is_done()
    assert hall.troubles() == ["E2051"]
    assert hall.driven is False


def test_a_machine_that_somebody_drives_is_refused_at_the_beginning_and_waited_for_later(hall: Hall) -> None:
    hall.taken_by = "mailroom inserter recover"
    with pytest.raises(MailroomError, match="E2062"):
        hall.tend()
    hall.taken_by = ""
    hall.machine.trouble[hall.pieces[1]] = (Fault.JAM,)

    def take_and_release() -> None:
        hall.taken_by = "mailroom inserter recover"
        hall.release(path_empty=True)()

    def give_back() -> None:
        hall.taken_by = ""

    hall.acts = [take_and_release, give_back]
    hall.tend()
    assert hall.is_done()
    assert hall.troubles() == ["E2051", "E2062"]


def test_leaving_stops_the_feeding_and_the_next_one_goes_on(hall: Hall) -> None:
    hall.machine.places = 1
    going = iter([True] * 6)
    tender = Tender(hall.plant, hall.line(), going_on=lambda: next(going, False), watch=hall.duties.append)
    tender.tend()
    assert hall.machine.status().state is not MachineState.RUNNING
    assert hall.duties[-1].doing is Doing.LEAVING
    assert not hall.is_done()
    hall.tend()
    assert hall.is_done()
    assert set(hall.states().values()) == {CopyState.STACKED}


def test_a_run_that_follows_takes_over_when_the_machine_is_let_go(hall: Hall) -> None:
    naps: list[float] = []
    plant = replace(hall.house.plant, sleep=naps.append)
    hall.driven = False
    await_machine(plant, replace(hall.line(), patience=Patience(1.0, 20.0)), hall.batches)
    assert len(naps) == 10


def test_a_run_that_follows_waits_as_long_as_the_machine_is_tended(hall: Hall) -> None:
    hall.driven = True
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 50:
            hall.driven = False
            hall.tend()

    await_machine(replace(hall.house.plant, sleep=sleep), hall.line(), hall.batches)
    assert hall.is_done()
    assert len(naps) == 50
