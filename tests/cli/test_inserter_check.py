"""A profile is checked against itself and against the machine; what does not fit is told, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import call, make_house
from tests.world.hall import PROFILE, SETTINGS, impatient, machine_in


def test_a_sound_profile_tells_who_has_seen_it_work() -> None:
    answer = call("inserter", "check", "sim1", "--json")
    assert answer.code == 0
    assert answer.json()["profile"]["verified"]["machine"] == "the simulator"
    assert answer.json()["machine"] is None


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [("on = 2026-11-22", 'on = "soon"', "verified.on"), ('fault = "jam"', 'fault = "bad luck"', "fault[2].fault")],
)
def test_a_wrong_key_is_told_with_file_and_line(tmp_path: Path, old: str, new: str, line: str) -> None:
    file = tmp_path / "mine.toml"
    text = PROFILE.read_text(encoding="utf-8").replace(old, new)
    file.write_text(text, encoding="utf-8")
    answer = call("inserter", "check", file)
    assert answer.code == 3
    assert answer.explains("E2011")
    number = next(number for number, each in enumerate(text.splitlines(), 1) if each == new)
    assert f"{file}:{number}: {line}" in answer.err


def test_a_profile_that_nobody_has_tried_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    text = PROFILE.read_text(encoding="utf-8")
    begin, end = text.index("[verified]"), text.index("[line]")
    file.write_text(text[:begin] + text[end:], encoding="utf-8")
    answer = call("inserter", "check", file)
    assert answer.code == 3
    assert "verified is missing" in answer.err


def test_the_machine_is_asked_and_compared(tmp_path: Path) -> None:
    folder = make_house(tmp_path / "house", SETTINGS)
    impatient(folder)
    other = folder / "other.toml"
    other.write_text(PROFILE.read_text(encoding="utf-8").replace('name = "SIM-1"', 'name = "SIM-2"'), encoding="utf-8")
    with machine_in(folder) as machine:
        fits = call("inserter", "check", "sim1", "--inserter", machine.url, "--json")
        differs = call("inserter", "check", other, "--inserter", machine.url)
    assert fits.code == 0
    found = fits.json()["machine"]
    assert (found["model"], found["differences"], found["link"]) == ("SIM-1", [], "up")
    assert 0 < found["reply_median_s"] <= found["reply_longest_s"]
    assert differs.code == 4
    assert "the machine is a SIM-1" in differs.out
