"""The driver with its thread, over real pseudo terminals and TCP ports."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.inserter.driver import InserterDriver
from drivers.inserter.errors import (
    CommandRefused,
    EventsLost,
    InserterError,
    LinkDown,
    OutcomeUnknown,
    PortTrouble,
    SinkFailed,
)
from drivers.inserter.profile import load_profile
from drivers.inserter.vocabulary import (
    Counters,
    Fault,
    Fold,
    JobSpec,
    LinkState,
    MachineEvent,
    MachineState,
    Outcome,
    PieceSpec,
    Position,
    Station,
)

from . import fake_machine as fake
from .fake_machine import FakeMachine, piece_outcome, sheet_scanned, state_changed, supply
from .real_lines import PtyLine, RealLine, TcpLine
from .virtual import HOST, quick

PROFILE = quick(load_profile("sim1"))
JOB = JobSpec("R000001-B01", 2, 4, "C5", Fold.HALF, "standard", "{run:7}{piece:9}")
PIECE = PieceSpec(1, "P00000001", 1, 2, selects=(1, 3))
PATIENCE_S = 20.0


class Journal:
    """A sink. `trouble` is raised while it is set; `gate` holds commits back while it is closed."""

    def __init__(self) -> None:
        self.events: list[MachineEvent] = []
        self.trouble: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def __call__(self, events: Sequence[MachineEvent]) -> None:
        self.entered.set()
        assert self.gate.wait(PATIENCE_S)
        if self.trouble is not None:
            raise self.trouble
        self.events += events

    @property
    def numbers(self) -> list[int]:
        return [event.number for event in self.events]


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture(params=["pty", "tcp"])
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RealLine]:
    machine = FakeMachine(heartbeat_ms=300)
    with PtyLine(machine, tmp_path) if request.param == "pty" else TcpLine(machine) as real:
        yield real


@pytest.fixture
def pty(tmp_path: Path) -> Iterator[RealLine]:
    with PtyLine(FakeMachine(heartbeat_ms=300), tmp_path) as real:
        yield real


@contextmanager
def driving(line: RealLine, journal: Journal, resume: tuple[int, int] | None = None) -> Iterator[InserterDriver]:
    with InserterDriver(line.url, profile=PROFILE, sink=journal, host_session=HOST, resume=resume) as driver:
        yield driver


def until(driver: InserterDriver, predicate: Callable[[], bool]) -> None:
    assert driver.wait(predicate, PATIENCE_S)


def is_up(driver: InserterDriver) -> Callable[[], bool]:
    return lambda: driver.link_state in (LinkState.UP, LinkState.DEGRADED)


def in_thread(act: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Run `act` beside the test; its result or error lands in the list."""
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(act())
        except InserterError as error:
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, outcome


def test_a_whole_job_runs_through_every_command(line: RealLine, journal: Journal) -> None:
    with driving(line, journal) as driver:
        assert driver.identify().model == "SIM-1"
        driver.load_job(JOB)
        assert driver.queue_piece(PIECE) == 63
        driver.cancel_piece("P00000009", 1)
        driver.cycle_up()
        driver.start()
        with line.held() as machine:
            machine.emit(state_changed(3))
            machine.emit(sheet_scanned("P00000001", 1, 1, 2))
        until(
            driver, lambda: driver.machine_state is MachineState.RUNNING and bool(driver.machine.in_flight[0].scanned)
        )
        assert driver.status().job == "R000001-B01"
        assert driver.position_map() == (Position(Station.FOLDER, "P1", 1, 3),)
        driver.divert_piece("P00000001", 1)
        driver.stop()
        driver.halt()
        assert driver.clear_path() == 2
        driver.reset_fault()
        driver.replay_events(1)
        with line.held() as machine:
            machine.emit(piece_outcome("P00000001", 1, 1, 2))
        until(driver, lambda: driver.machine.in_flight == ())
        assert driver.end_job() == Counters(1, 2, 3, 4, 5, 6, 7)
        assert driver.machine.outcomes[Outcome.STACKED] == 1
        until(driver, lambda: driver.committed == (0xB0071D, 3))
    assert journal.numbers == [1, 2, 3]
    with line.held() as machine:
        assert machine.kept == []
        assert machine.opcodes() == [1, 4, 5, 6, 7, 8, 3, 12, 9, 10, 11, 13, 15]


def test_a_command_waits_for_the_port_to_appear(line: RealLine, journal: Journal) -> None:
    line.vanish()
    with driving(line, journal) as driver:
        until(driver, lambda: "opened" in driver.trouble)
        thread, outcome = in_thread(driver.identify)
        line.appear()
        thread.join(PATIENCE_S)
    assert getattr(outcome[0], "model", None) == "SIM-1"


def test_events_are_acknowledged_only_after_the_sink_has_returned(line: RealLine, journal: Journal) -> None:
    with driving(line, journal) as driver:
        until(driver, is_up(driver))
        journal.gate.clear()
        with line.held() as machine:
            machine.emit(supply(20, 1))
        assert journal.entered.wait(PATIENCE_S)
        with line.held() as machine:
            assert machine.event_acks == []
            assert machine.kept == [1]
        journal.gate.set()
        until(driver, lambda: driver.committed == (0xB0071D, 1))
        until(driver, lambda: line.machine.event_acks == [1])


def test_an_error_of_the_sink_reaches_the_next_command_and_the_events_come_again(
    line: RealLine, journal: Journal
) -> None:
    journal.trouble = RuntimeError("disk full")
    with driving(line, journal) as driver:
        with line.held() as machine:
            machine.emit(supply(20, 1))
        assert journal.entered.wait(PATIENCE_S)
        with pytest.raises(SinkFailed, match="disk full") as caught:
            driver.wait(lambda: False, PATIENCE_S)
        assert caught.value.__cause__ is journal.trouble
        journal.entered.clear()
        assert journal.entered.wait(PATIENCE_S)
        with pytest.raises(SinkFailed):
            driver.wait(lambda: False, PATIENCE_S)
        with line.held() as machine:
            assert machine.event_acks == []
            assert machine.opcodes() == []
        driver.halt()
        journal.trouble = None
        until_quiet(driver, lambda: journal.numbers == [1])
        until_quiet(driver, lambda: line.machine.event_acks == [1])


def until_quiet(driver: InserterDriver, predicate: Callable[[], bool]) -> None:
    """As `until`, but a failure of the sink that was kept from before is passed over."""
    try:
        until(driver, predicate)
    except SinkFailed:
        until(driver, predicate)


def test_a_command_given_after_the_sink_failed_raises_and_is_not_sent(line: RealLine, journal: Journal) -> None:
    with driving(line, journal) as driver:
        until(driver, is_up(driver))
        journal.trouble = RuntimeError("disk full")
        with line.held() as machine:
            machine.emit(supply(20, 1))
        assert journal.entered.wait(PATIENCE_S)
        raised: list[bool] = []
        count = 0
        while not raised:
            try:
                driver.reset_fault()
            except SinkFailed:
                raised.append(True)
                with line.held() as machine:
                    count = machine.opcodes().count(fake.RESET)
        journal.trouble = None
        until_quiet(driver, lambda: journal.numbers == [1])
        with line.held() as machine:
            assert machine.opcodes().count(fake.RESET) == count


def test_a_command_sent_again_never_acts_twice(line: RealLine, journal: Journal) -> None:
    with line.held() as machine:
        machine.mute[fake.START] = 3
    with driving(line, journal) as driver:
        driver.start()
        assert driver.statistics.command_resends >= 3
    with line.held() as machine:
        assert machine.opcodes() == [fake.START]


def test_a_port_that_vanishes_in_mid_command_and_returns_loses_nothing(line: RealLine, journal: Journal) -> None:
    with driving(line, journal) as driver:
        until(driver, is_up(driver))
        with line.held() as machine:
            machine.mute[fake.START] = 1
        thread, outcome = in_thread(driver.start)
        until(driver, lambda: fake.START in line.machine.opcodes())
        line.vanish()
        until(driver, lambda: driver.link_state is LinkState.DOWN and driver.machine_state is MachineState.OFFLINE)
        with line.held() as machine:
            machine.emit(supply(20, 1))
        line.appear()
        thread.join(PATIENCE_S)
        assert outcome == [None]
        until(driver, lambda: journal.numbers == [1])
        assert driver.statistics.reconnects >= 1
    with line.held() as machine:
        assert machine.opcodes() == [fake.START]


def test_a_port_that_returns_before_the_firmware_does_is_waited_for(line: RealLine, journal: Journal) -> None:
    with driving(line, journal) as driver:
        until(driver, is_up(driver))
        with line.held() as machine:
            machine.deaf = True
        line.vanish()
        until(driver, lambda: driver.link_state is LinkState.DOWN)
        line.appear()
        until(driver, lambda: driver.link_state is LinkState.IDENTIFYING)
        with line.held() as machine:
            machine.deaf = False
        assert driver.identify().model == "SIM-1"


def test_a_machine_that_stays_dumb_on_an_open_port_has_its_port_opened_again(pty: RealLine, journal: Journal) -> None:
    with driving(pty, journal) as driver:
        until(driver, is_up(driver))
        with pty.held() as machine:
            machine.deaf = True
        until(driver, lambda: "Nobody answers" in driver.trouble)
        with pty.held() as machine:
            machine.deaf = False
        until(driver, is_up(driver))


def test_a_restart_in_mid_command_leaves_its_outcome_unknown(line: RealLine, journal: Journal) -> None:
    def restart(opcode: int) -> None:
        if opcode == fake.QUEUE_PIECE:
            line.machine.reboot(0xB002)

    with line.held() as machine:
        machine.before_reply = restart
    with driving(line, journal) as driver:
        with pytest.raises(OutcomeUnknown, match="restarted") as caught:
            driver.queue_piece(PIECE)
        assert caught.value.place == line.url
        assert driver.boot_id == 0xB002
        assert driver.machine.uncertain == (("P00000001", 1),)
        assert driver.statistics.restarts == 1
        driver.status()
    with line.held() as machine:
        assert machine.opcodes() == [fake.QUEUE_PIECE]


def test_a_gap_in_the_events_is_replayed_before_anything_later_is_journalled(line: RealLine, journal: Journal) -> None:
    with line.held() as machine:
        machine.skip = {2}
    with driving(line, journal) as driver:
        until(driver, is_up(driver))
        with line.held() as machine:
            for _ in range(4):
                machine.emit(supply(20, 1))
        until(driver, lambda: journal.numbers == [1, 2, 3, 4])


def test_lost_events_stop_commands_that_act_until_they_are_accepted(pty: RealLine, journal: Journal) -> None:
    with pty.held() as machine:
        machine.gone = {1}
        machine.emit(supply(20, 1))
        machine.emit(supply(20, 2))
    with driving(pty, journal) as driver:
        with pytest.raises(EventsLost):
            driver.wait(lambda: False, PATIENCE_S)
        for act in (driver.start, driver.check, driver.end_job):
            with pytest.raises(EventsLost):
                act()
        driver.status()
        driver.stop()
        driver.halt()
        lost = driver.accept_lost_events()
        assert lost is not None
        assert (lost.first, lost.last) == (1, 1)
        driver.start()
        until(driver, lambda: journal.numbers == [2])


def test_resumed_events_are_not_delivered_again(pty: RealLine, journal: Journal) -> None:
    with pty.held() as machine:
        for _ in range(3):
            machine.emit(supply(20, 1))
    with driving(pty, journal, resume=(0xB0071D, 2)) as driver:
        until(driver, lambda: journal.numbers == [3])
        until(driver, lambda: line_is_clean(pty))


def line_is_clean(line: RealLine) -> bool:
    with line.held() as machine:
        return machine.kept == []


def test_a_refusal_is_raised_with_its_fault(pty: RealLine, journal: Journal) -> None:
    with pty.held() as machine:
        machine.refusals[fake.QUEUE_PIECE] = (18, "queue full")
    with driving(pty, journal) as driver, pytest.raises(CommandRefused) as caught:
        driver.queue_piece(PIECE)
    assert (caught.value.fault, caught.value.code) == (Fault.QUEUE_FULL, "E2118")


def test_what_the_profile_does_not_allow_is_never_sent(pty: RealLine, journal: Journal) -> None:
    with driving(pty, journal) as driver:
        until(driver, is_up(driver))
        with pytest.raises(InserterError, match="E2012"):
            driver.queue_piece(PieceSpec(1, "P1", 1, 31))
        with pytest.raises(InserterError, match="E2012"):
            driver.queue_piece(PieceSpec(1, "P1", 1, 1, selects=(7,)))
    with pty.held() as machine:
        assert machine.opcodes() == []


def test_halt_does_not_wait_behind_a_command_without_reply(pty: RealLine, journal: Journal) -> None:
    with driving(pty, journal) as driver:
        until(driver, is_up(driver))
        with pty.held() as machine:
            machine.mute[fake.CYCLE_UP] = 1_000_000
        thread, _ = in_thread(driver.cycle_up)
        until(driver, lambda: fake.CYCLE_UP in pty.machine.opcodes())
        driver.halt()
        assert thread.is_alive()
        with pty.held() as machine:
            machine.mute.clear()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def test_closing_settles_the_commands_that_still_wait(pty: RealLine, journal: Journal) -> None:
    with driving(pty, journal) as driver:
        until(driver, is_up(driver))
        with pty.held() as machine:
            machine.mute[fake.CYCLE_UP] = 1_000_000
        thread, outcome = in_thread(driver.cycle_up)
        until(driver, lambda: fake.CYCLE_UP in pty.machine.opcodes())
    thread.join(PATIENCE_S)
    assert isinstance(outcome[0], OutcomeUnknown)


def test_a_closed_driver_takes_no_commands(pty: RealLine, journal: Journal) -> None:
    driver = InserterDriver(pty.url, profile=PROFILE, sink=journal, host_session=HOST)
    with pytest.raises(LinkDown):
        driver.status()
    with driver:
        driver.status()
    with pytest.raises(LinkDown):
        driver.status()
    driver.close()
    with pytest.raises(InserterError, match="E2013"):
        driver.open()


def test_closing_sends_the_acknowledgement_of_what_was_journalled(pty: RealLine, journal: Journal) -> None:
    with driving(pty, journal) as driver:
        until(driver, is_up(driver))
        with pty.held() as machine:
            for _ in range(20):
                machine.emit(supply(20, 1))
        until(driver, lambda: len(journal.events) == 20)
    with pty.held() as machine:
        assert machine.kept == []


def test_a_sink_that_gives_commands_is_told_so_instead_of_hanging(pty: RealLine) -> None:
    told: list[InserterError] = []

    def sink(events: Sequence[MachineEvent]) -> None:
        try:
            driver.status()
        except InserterError as error:
            told.append(error)

    driver = InserterDriver(pty.url, profile=PROFILE, sink=sink, host_session=HOST)
    with driver:
        with pty.held() as machine:
            machine.emit(supply(20, 1))
        until(driver, lambda: bool(told))
    assert told[0].code == "E2013"


def test_the_port_is_held_against_a_second_driver(pty: RealLine, journal: Journal) -> None:
    with driving(pty, journal) as first:
        until(first, is_up(first))
        with driving(pty, Journal()) as second:
            until(second, lambda: "lock" in second.trouble)
            first.status()


def test_a_url_of_no_known_kind_is_refused_at_once(journal: Journal) -> None:
    with pytest.raises(PortTrouble):
        InserterDriver("carrier-pigeon://loft", profile=PROFILE, sink=journal, host_session=HOST)


def test_statistics_count_what_the_line_did(pty: RealLine, journal: Journal) -> None:
    with driving(pty, journal) as driver:
        driver.status()
        with pty.held() as machine:
            machine._out += b"\x11\x22\x33\0"
        until(driver, lambda: driver.statistics.crc_errors == 1)
        numbers = driver.statistics
        assert numbers.replies >= 2
        assert 0 < numbers.reply_last_s <= numbers.reply_longest_s
        assert numbers.frames_sent >= 3
        assert numbers.frames_received >= 4
