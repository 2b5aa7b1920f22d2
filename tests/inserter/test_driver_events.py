"""Events and the sink of the driver with its thread, over real pseudo terminals and TCP ports."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from drivers.inserter.driver import InserterDriver
from drivers.inserter.errors import EventsLost, InserterError, SinkFailed
from drivers.inserter.vocabulary import MachineEvent

from . import fake_machine as fake
from .driving import PATIENCE_S, PROFILE, Journal, driving, is_up, until, until_quiet
from .fake_machine import supply
from .real_lines import RealLine
from .virtual import HOST


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


def test_whoever_looks_on_sees_events_and_leaves_them_to_the_host_with_a_journal(
    pty: RealLine, journal: Journal
) -> None:
    looker = InserterDriver(pty.url, profile=PROFILE, sink=Journal(), host_session=HOST + 1, acknowledges=False)
    with looker:
        until(looker, is_up(looker))
        with pty.held() as machine:
            machine.emit(supply(20, 1))
        until(looker, lambda: len(looker.machine.supplies) == 1)
        looker.status()
    with pty.held() as machine:
        assert machine.event_acks == []
        assert machine.kept == [1]
    with driving(pty, journal, resume=None) as driver:
        until(driver, lambda: journal.numbers == [1])
        until(driver, lambda: pty.machine.event_acks == [1])
