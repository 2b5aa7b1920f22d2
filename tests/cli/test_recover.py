"""`mailroom inserter recover`: the pieces at risk are declared one by one, on a terminal or by options."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailroom.cli.machine import running_simulator
from tests.cli.command import PROGRAM, Answer, call, machine, make_house, take_in
from tests.cli.test_operators import on_a_terminal

BOTH = ("--piece", "P00000001", "--as", "destroyed", "--piece", "P00000002", "--as", "destroyed")
"""What is in the path when the jam comes: the piece that jams, and the one before it."""

JAM = '[[fault]]\nkind = "jam"\nstation = "folder"\npiece = "P00000002"\n'


class Floor:
    """A house whose run stands in a jam, with nobody there."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        assert self.run_on().code == 4

    def run_on(self) -> Answer:
        return call("run", "start", "--dir", self.folder, "--inserter", self.url, "--json")

    def recover(self, *options: str, who: str = "Kari") -> Answer:
        return call("inserter", "recover", "--dir", self.folder, "--inserter", self.url, "--who", who, *options)

    def scan_of(self, piece: str, sheet: int = 1) -> str:
        held = call("piece", "show", piece, "--dir", self.folder, "--json").json()
        sheets = held["copies"][0]["events"][0]["detail"]["evidence"]["sheets"]
        return f"{held['run']}{piece}01{sheet:03}{sheets:03}"

    def events(self, piece: str) -> list[tuple[str, str]]:
        held = call("piece", "show", piece, "--dir", self.folder, "--json").json()
        return [(event["event"], event["who"]) for event in held["copies"][0]["events"]]


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    folder = make_house(tmp_path / "house")
    take_in(folder, 3)
    (folder / "faults.toml").write_text(JAM)
    with running_simulator(machine(folder, str(folder / "faults.toml"))) as url:
        yield Floor(folder, url)


def test_a_jam_is_recovered_by_options_and_the_run_goes_on(floor: Floor) -> None:
    answer = floor.recover(*BOTH, "--cleared", "--json")
    assert answer.code == 0, answer.err
    report = answer.json()
    assert report["machine"] == "stopped"
    assert report["waits"] == []
    assert ("P00000002", "destroyed", "folder") in {
        (each["piece"], each["word"], each["station"]) for each in report["declared"]
    }
    assert ("copy.destroy", "person:Kari") in floor.events("P00000002")
    after = floor.run_on()
    assert after.code == 0, after.err
    assert after.json()["reprinted"] == after.json()["destroyed"] == 2


def test_without_the_word_that_the_path_is_empty_nothing_is_touched(floor: Floor) -> None:
    answer = floor.recover(*BOTH)
    assert answer.code == 4
    assert answer.explains("E2051")
    assert "folder: P00000002 copy 1" in answer.err
    assert "recovery.declared" not in {event for event, _ in floor.events("P00000002")}


def test_what_nobody_says_stays_unknown_and_exits_5(floor: Floor) -> None:
    answer = floor.recover("--cleared", "--json")
    assert answer.code == 5
    assert [(each["piece"], each["state"]) for each in answer.json()["waits"]] == [
        ("P00000001", "unknown"),
        ("P00000002", "unknown"),
    ]
    later = floor.recover("--scan", floor.scan_of("P00000002"), "--piece", "P00000002", "--as", "quarantined", "--json")
    assert later.code == 5, "the other still waits"
    assert [(each["piece"], each["scanned"]) for each in later.json()["declared"]] == [("P00000002", [1])]


def test_a_word_that_can_not_be_and_a_piece_that_is_not_at_risk_are_refused(floor: Floor) -> None:
    folded = floor.recover("--piece", "P00000002", "--as", "stacked", "--cleared")
    assert folded.code == 2
    assert folded.explains("E7034")
    other = floor.recover(*BOTH, "--piece", "P00000009", "--as", "destroyed", "--cleared")
    assert other.code == 2
    assert other.explains("E7035")
    assert floor.recover("--piece", "P00000002").code == 2
    assert floor.recover("--piece", "P00000002", "--as", "mailed").code == 2
    assert floor.recover("--cleared", who="").code == 2


def test_a_person_at_the_terminal_is_led_through_a_jam_with_a_scanner(floor: Floor) -> None:
    command: list[str | Path] = [
        PROGRAM, "inserter", "recover", "--dir", floor.folder, "--inserter", floor.url, "--who", "Kari",
    ]  # fmt: skip
    lines = iter([floor.scan_of("P00000003"), floor.scan_of("P00000002"), "d", "destroyed"])
    code, shown = on_a_terminal(command, {"destroyed / quarantined": lambda: next(lines), "[y/N]": "y"})
    assert code == 0, shown
    assert "Pull out, station by station:" in shown
    assert "it should not be here: R000001 P00000003 copy 1 sheet 1 of" in shown
    assert "1 scanned" in shown
    assert "P00000002 copy 1: destroyed" in shown
    assert floor.run_on().code == 0


def test_with_no_run_open_there_is_nothing_to_recover(tmp_path: Path) -> None:
    folder = make_house(tmp_path / "house")
    answer = call("inserter", "recover", "--dir", folder, "--who", "Kari")
    assert answer.code == 2
    assert answer.explains("E7041")
