"""Commands of the driver with its thread, over real pseudo terminals and TCP ports."""

from __future__ import annotations

import pytest

from drivers.inserter.driver import InserterDriver
from drivers.inserter.errors import CommandRefused, InserterError, LinkDown, OutcomeUnknown
from drivers.inserter.vocabulary import (
    Counters,
    Fault,
    Fold,
    JobSpec,
    MachineState,
    Outcome,
    PieceSpec,
    Position,
    Station,
)

from . import fake_machine as fake
from .driving import PATIENCE_S, PIECE, PROFILE, Journal, driving, in_thread, is_up, until
from .fake_machine import piece_outcome, sheet_scanned, state_changed
from .real_lines import RealLine
from .virtual import HOST

JOB = JobSpec("R000001-B01", 2, 4, "C5", Fold.HALF, "standard", "{run:7}{piece:9}")


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


def test_a_command_sent_again_never_acts_twice(line: RealLine, journal: Journal) -> None:
    with line.held() as machine:
        machine.mute[fake.START] = 3
    with driving(line, journal) as driver:
        driver.start()
        assert driver.statistics.command_resends >= 3
    with line.held() as machine:
        assert machine.opcodes() == [fake.START]


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
