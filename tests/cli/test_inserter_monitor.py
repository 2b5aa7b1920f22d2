"""Whoever looks on changes nothing: no command that acts, no event acknowledged, the port left to the daemon."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import call, make_house, take_in
from tests.cli.test_inserter_run import daemon, wait_until
from tests.world.hall import SETTINGS, check_every_piece_mailed_once, close, impatient, machine_in, start

KEYS = {"schema", "at", "url", "host", "link", "machine", "statistics", "frames"}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    folder = make_house(tmp_path / "house", SETTINGS)
    impatient(folder)
    return folder


def test_a_machine_is_looked_at_over_its_port(house: Path) -> None:
    with machine_in(house) as machine:
        report = call("inserter", "monitor", machine.url, "--json").json()
        shown = call("inserter", "monitor", machine.url, "--once")
    assert set(report) == KEYS
    assert report["link"]["state"] == "up"
    assert report["machine"]["state"] == "idle"
    said = [frame["says"] for frame in report["frames"] if frame["from"] == "host"]
    commands = {each.split(",")[0] for each in said if each.startswith("COMMAND")}
    assert commands == {"COMMAND get_status", "COMMAND get_position_map"}
    assert not any(each.startswith("EVENT_ACK") for each in said)
    assert "SIM-1 idle" in shown.out


def test_what_was_seen_is_kept_for_the_host_that_has_a_journal(house: Path) -> None:
    take_in(house, 6)
    with machine_in(house) as machine:
        machine_log = house / "machine" / "log.jsonl"
        with daemon(house, machine.url) as process:
            process.terminate()
            process.wait(30)
        for _ in range(2):
            call("inserter", "monitor", machine.url, "--json")
        assert start(house, machine.url).code == 0
        call("inserter", "monitor", machine.url, "--json")
        assert machine_log.exists()
        check_every_piece_mailed_once(machine, house, close(house))


def test_the_daemon_tells_what_it_does_without_giving_up_the_port(house: Path) -> None:
    with machine_in(house) as machine:
        assert call("inserter", "monitor", "--dir", house, "--json").explains("E2064")
        with daemon(house, machine.url) as process:
            wait_until((house / "inserter.json").exists)
            report = call("inserter", "monitor", "--dir", house, "--json").json()
            assert set(report) == KEYS
            assert report["host"]["pid"] == process.pid
            assert report["host"]["doing"] == "waits for printed batches"
            assert call("inserter", "run", "--dir", house, "--inserter", machine.url).explains("E2062")
            assert (house / "inserter.json").exists(), "who was refused leaves the other's file alone"
            process.kill()
            process.wait(30)
        assert json.loads((house / "inserter.json").read_text())
        assert call("inserter", "monitor", "--dir", house, "--json").explains("E2064")
