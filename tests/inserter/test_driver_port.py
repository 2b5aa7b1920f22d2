"""Ports that come and go under the driver with its thread: real pseudo terminals and TCP ports."""

from __future__ import annotations

import pytest

from drivers.inserter.driver import InserterDriver
from drivers.inserter.errors import OutcomeUnknown, PortTrouble
from drivers.inserter.vocabulary import LinkState, MachineState

from . import fake_machine as fake
from .driving import PATIENCE_S, PIECE, PROFILE, Journal, driving, in_thread, is_up, until
from .fake_machine import supply
from .real_lines import RealLine
from .virtual import HOST


def test_a_command_waits_for_the_port_to_appear(line: RealLine, journal: Journal) -> None:
    line.vanish()
    with driving(line, journal) as driver:
        until(driver, lambda: "opened" in driver.trouble)
        thread, outcome = in_thread(driver.identify)
        line.appear()
        thread.join(PATIENCE_S)
    assert getattr(outcome[0], "model", None) == "SIM-1"


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


def test_the_port_is_held_against_a_second_driver(pty: RealLine, journal: Journal) -> None:
    with driving(pty, journal) as first:
        until(first, is_up(first))
        with driving(pty, Journal()) as second:
            until(second, lambda: "held" in second.trouble)
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
