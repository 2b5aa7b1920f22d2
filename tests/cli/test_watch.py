"""The hot folder on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples.files import write_jsonl
from examples.generator import generate
from tests.cli.command import SETTINGS, call, make_house


@pytest.fixture
def house(tmp_path: Path) -> Path:
    return make_house(tmp_path / "house", SETTINGS + "\n[hot_folder]\nsettle_s = 0\n")


def test_what_is_put_into_the_hot_folder_is_taken_in_once(house: Path) -> None:
    assert call("intake", "watch", "--once", "--dir", house).code == 0
    write_jsonl(house / "hot" / "invoices.jsonl", generate(2, 1))
    answer = call("intake", "watch", "--once", "--dir", house, "--json")
    assert answer.code == 0
    (taken,) = answer.json()
    assert (taken["file"], taken["status"], taken["errors"]) == ("invoices.jsonl", "taken", [])
    assert Path(taken["kept"]).is_file()
    assert not (house / "hot" / "invoices.jsonl").exists()

    write_jsonl(house / "hot" / "again.jsonl", generate(2, 1))
    again = call("intake", "watch", "--once", "--dir", house, "--json")
    assert again.code == 3
    assert [error["code"] for error in again.json()[0]["errors"]] == ["E1430"]


def test_what_can_not_be_taken_is_told_to_its_sender_and_kept(house: Path) -> None:
    (house / "hot").mkdir()
    (house / "hot" / "letter.pdf").write_bytes(b"%PDF-1.7\nno more")
    answer = call("intake", "watch", "--once", "--dir", house)
    assert answer.code == 3
    assert "letter.pdf" in answer.out
    assert (house / "hot" / "letter.pdf.error").read_text(encoding="utf-8")
    assert list((house / "quarantine").glob("*.errors.json"))
