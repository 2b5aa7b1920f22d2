"""`intake`: its answers as documented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import Answer, call, make_house, take_in
from tests.shared_data import ROOT

BAD = ROOT / "examples" / "bad"
KEYS = ["file", "status", "kind", "number", "customer", "currency", "total", "language", "error"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_house(tmp_path / "house")


def intake(folder: Path, *files: Path | str) -> Answer:
    return call("intake", *files, "--dir", folder, "--json")


def test_an_accepted_document_answers_with_every_key(folder: Path, tmp_path: Path) -> None:
    file = take_in(folder, 1)
    other = tmp_path / "other.jsonl"
    line = json.loads(file.read_text(encoding="utf-8").splitlines()[0])
    other.write_text(json.dumps({**line, "number": "[/bold] 7"}), encoding="utf-8")
    answer = intake(folder, other)
    assert answer.code == 0
    (one,) = answer.json()
    assert list(one) == KEYS
    assert (one["file"], one["status"], one["kind"], one["number"]) == (str(other), "accepted", "jsonl", "[/bold] 7")
    assert one["customer"] == line["buyer"]["name"]
    assert one["total"] == line["totals"]["payable"]
    assert one["error"] is None


def test_one_element_per_document_and_3_when_any_was_refused(folder: Path) -> None:
    answer = intake(folder, BAD / "one-bad-line.jsonl", BAD / "letter.pdf")
    assert answer.code == 3
    assert [each["status"] for each in answer.json()] == ["accepted", "refused", "accepted", "quarantined"]
    assert [each["file"] for each in answer.json()] == [str(BAD / "one-bad-line.jsonl")] * 3 + [str(BAD / "letter.pdf")]
    errors = [each["error"] for each in answer.json()]
    assert [error and error["code"] for error in errors] == [None, "E1009", None, "E1541"]
    for error in filter(None, errors):
        assert list(error) == ["code", "message", "place", "remedy"]
        assert all(error.values())


def test_taking_the_same_in_again_changes_nothing_and_says_so(folder: Path) -> None:
    file = take_in(folder, 1)
    answer = intake(folder, file)
    assert answer.code == 0
    first = answer.json()[0]
    assert (first["status"], first["error"], first["note"]["code"]) == ("accepted", None, "E1801")
    assert all(first[key] for key in ("number", "customer", "total"))


def test_a_missing_file_is_reported_and_the_others_are_taken(folder: Path, tmp_path: Path) -> None:
    good = tmp_path / "good.jsonl"
    good.write_text((BAD / "one-bad-line.jsonl").read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")
    answer = intake(folder, tmp_path / "absent.xml", good, tmp_path)
    assert answer.code == 3
    codes = [each["error"] and each["error"]["code"] for each in answer.json()]
    assert codes == ["E1001", None, "E1001"]


def test_for_people_each_refusal_has_place_and_remedy(folder: Path) -> None:
    answer = call("intake", BAD / "totals-mismatch.xml", BAD / "one-bad-line.jsonl", "--dir", folder)
    assert answer.code == 3
    assert answer.explains("E1016")
    assert answer.explains("E1009")
    assert "2 set aside in" in answer.out
    assert "mailroom run start" in answer.out


def test_a_file_name_in_brackets_is_shown_as_it_is(folder: Path, tmp_path: Path) -> None:
    odd = tmp_path / "[red]x[bold].xml"
    odd.write_bytes((BAD / "broken.xml").read_bytes())
    answer = call("intake", odd, "--dir", folder)
    assert answer.code == 3
    assert "[red]x[bold].xml" in answer.out


def test_duplicates_are_taken_in_the_name_of_a_person(folder: Path) -> None:
    file = take_in(folder, 1)
    again = call("intake", file, "--dir", folder, "--accept-duplicates", "Kari", "--json")
    assert again.code == 0
    assert {each["status"] for each in again.json()} == {"accepted"}
