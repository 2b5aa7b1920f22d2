"""`mailroom intake waiting | again | drop`: what is set aside is shown with its problem, taken again, or dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import call, make_house
from tests.cli.test_finished_pdfs import definition, letter

SHIFTED = '[fit]\non_conflict = "shift"\n'


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A letter is set aside, because it has ink where the marks stand."""
    folder = make_house(tmp_path / "house")
    file = letter(tmp_path / "a.pdf", at_the_marks=True)
    assert call("intake", file, "--dir", folder, "--definition", definition(tmp_path, file)).code == 0
    assert call("run", "start", "--dir", folder).err.startswith("E7011")
    return folder


def waiting(house: Path) -> dict[str, list[str]]:
    listed = call("intake", "waiting", "--dir", house, "--json").json()
    return {name: [each["number"] for each in found] for name, found in listed.items()}


def test_what_is_set_aside_is_listed_with_its_problem_and_the_next_step(house: Path) -> None:
    (aside,) = call("intake", "waiting", "--dir", house, "--json").json()["set_aside"]
    assert (aside["number"], aside["name"], aside["code"], aside["source"]) == ("17", "17@1", "E6406", "a.pdf page 1")
    assert aside["recipient"][0] == "Kari Nordmann"
    answer = call("intake", "waiting", "--dir", house)
    assert answer.code == 0
    assert "0 waiting, 1 set aside, 0 dropped" in answer.out
    assert "E6406" in answer.out
    assert "mailroom intake again" in answer.out


def test_taken_again_it_is_composed_from_the_kept_original(house: Path, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").unlink()
    answer = call("intake", "again", "17", "--who", "Kari", "--dir", house)
    assert answer.code == 0
    assert "it was set aside for: E6406" in answer.out
    assert waiting(house) == {"waiting": ["17"], "set_aside": [], "dropped": []}
    assert "E6406" in call("run", "start", "--dir", house).err
    assert waiting(house)["set_aside"] == ["17"]


def test_a_definition_whose_fit_was_mended_lets_the_document_out(house: Path, tmp_path: Path) -> None:
    rules = tmp_path / "letters.toml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("[split]", SHIFTED + "\n[split]", 1), encoding="utf-8")
    (tmp_path / "a.pdf").unlink()
    assert call("intake", "again", "--all", "--who", "Kari", "--dir", house, "--definition", rules).code == 0
    assert waiting(house) == {"waiting": ["17"], "set_aside": [], "dropped": []}
    assert call("run", "start", "--dir", house).explains("E2060")
    (sheet,) = call("marks", "read", house / "runs" / "R000001" / "R000001-B01.pdf", "--json").json()
    assert sheet["problems"] == []


def test_again_wants_numbers_or_all(house: Path) -> None:
    assert call("intake", "again", "--who", "Kari", "--dir", house).explains("E1803")
    assert call("intake", "again", "17", "--all", "--who", "Kari", "--dir", house).explains("E1803")
    assert call("intake", "again", "18", "--who", "Kari", "--dir", house).explains("E1803")
    answer = call("intake", "again", "--all", "--who", "Kari", "--dir", house, "--json")
    assert [each["number"] for each in answer.json()["again"]] == ["17"]


def test_a_dropped_document_is_counted_in_every_list(house: Path) -> None:
    answer = call("intake", "drop", "17", "--reason", "wrong paper", "--who", "Kari", "--dir", house)
    assert answer.code == 0
    assert waiting(house) == {"waiting": [], "set_aside": [], "dropped": ["17"]}
    assert "wrong paper (Kari)" in call("intake", "waiting", "--dir", house).out
    assert call("intake", "drop", "17", "--reason", "again", "--who", "Kari", "--dir", house).code == 3
