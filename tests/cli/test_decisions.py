"""Households, inserts and release from the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from examples.files import write_jsonl
from examples.generator import generate
from mailroom.planning.files import SHIPPED
from tests.cli.command import SETTINGS, call, make_house, take_in
from tests.cli.test_run_plan import INSERTS, PLANNING, STOCK

RULES = (SHIPPED / "households.toml").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A house where operators may join customers, and three of them at one address wait."""
    folder = make_house(tmp_path / "house", SETTINGS + PLANNING)
    (folder / "inserts.toml").write_text(INSERTS, encoding="utf-8")
    wide = RULES.replace("across_customers = false", "across_customers = true")
    assert wide != RULES
    (folder / "households.toml").write_text(wide, encoding="utf-8")
    first = next(iter(generate(1, 5)))
    neighbours = [replace(first, number=f"F-{id}", buyer=replace(first.buyer, id=id)) for id in ("A1", "A2", "A3")]
    write_jsonl(folder / "inbox" / "neighbours.jsonl", neighbours)
    assert call("intake", folder / "inbox" / "neighbours.jsonl", "--dir", folder, "--json").code == 0
    return folder


def test_a_proposal_is_listed_approved_and_heeded(folder: Path) -> None:
    (proposal,) = call("household", "list", "--dir", folder, "--json").json()["proposals"]
    number = proposal["number"]
    assert number in call("household", "list", "--dir", folder).out
    assert call("run", "plan", "--dry-run", "--dir", folder, "--json").json()["pieces"] == 3
    nameless = call("household", "approve", number, "--dir", folder)
    assert nameless.code == 2
    done = call("household", "approve", number[:6], "--who", "Kari", "--dir", folder)
    assert done.code == 0, done.err
    assert number in done.out
    listed = call("household", "list", "--dir", folder, "--json").json()
    assert listed["proposals"] == []
    assert [(each["number"], each["verdict"], each["by"]) for each in listed["decided"]] == [
        (number, "approved", "Kari")
    ]
    assert call("run", "plan", "--dry-run", "--dir", folder, "--json").json()["pieces"] == 1
    assert call("household", "opt-out", "A2", "--who", "Kari", "--dir", folder).code == 0
    assert call("run", "plan", "--dry-run", "--dir", folder, "--json").json()["pieces"] == 2
    assert "A2" in call("household", "list", "--dir", folder).out.upper()
    assert call("household", "opt-in", "A2", "--who", "Kari", "--dir", folder).code == 0
    assert call("household", "reject", number, "--who", "Kari", "--dir", folder).code == 0
    assert call("run", "plan", "--dry-run", "--dir", folder, "--json").json()["pieces"] == 3


def test_a_file_of_decisions_is_imported(folder: Path) -> None:
    listed = call("household", "list", "--dir", folder, "--json").json()["proposals"][0]["members"]
    members = ", ".join(
        f'{{ sender = "{each["sender"]}", customer = "{each["customer"]}", address = {each["address"]} }}'
        for each in listed[:2]
    )
    file = folder / "decisions.toml"
    file.write_text(
        f'format = 1\n[[approvals]]\nby = "Per"\nat = 2026-03-15T09:00:00Z\nmembers = [{members}]\n', encoding="utf-8"
    )
    answer = call("household", "import", file, "--who", "Kari", "--dir", folder)
    assert answer.out == "1 group and 0 customers changed.\n"
    assert call("run", "plan", "--dry-run", "--dir", folder, "--json").json()["pieces"] == 2


def test_the_old_setting_is_refused_by_its_name(tmp_path: Path) -> None:
    folder = make_house(tmp_path / "house", SETTINGS + '\n[planning]\ndecisions = "decisions.toml"\n')
    answer = call("household", "list", "--dir", folder)
    assert answer.explains("E1903")
    assert "decisions" in answer.err


def test_stock_is_counted_delivered_reserved_and_told(folder: Path) -> None:
    def figures() -> tuple[int, int, int]:
        (found,) = call("insert", "stock", "--dir", folder, "--json").json()
        return found["stock"], found["reserved"], found["free"]

    assert figures() == (STOCK, 0, STOCK)
    assert call("insert", "count", "flyer", "10", "--who", "Kari", "--dir", folder).out.startswith("flyer: 10 counted")
    assert call("insert", "deliver", "flyer", "5", "--who", "Kari", "--dir", folder).code == 0
    assert figures() == (15, 0, 15)
    assert call("insert", "deliver", "nothing", "5", "--who", "Kari", "--dir", folder).explains("E7095")
    assert call("insert", "deliver", "flyer", "5", "--dir", folder).code == 2
    call("run", "start", "--dir", folder, "--json")
    assert figures() == (15, 3, 12)
    assert "12" in call("insert", "stock", "--dir", folder).out


def test_a_plan_beyond_the_settings_waits_until_somebody_releases_it(tmp_path: Path) -> None:
    folder = make_house(tmp_path / "house", SETTINGS + "\n[release]\nmost_pieces = 2\n")
    take_in(folder, 4)
    stopped = call("run", "start", "--dir", folder, "--json")
    assert stopped.code == 5
    assert stopped.explains("E7090")
    assert "mailroom run start --release --who NAME" in stopped.err
    assert call("run", "show", "--dir", folder).explains("E7041")
    assert "waits for release" in call("run", "plan", "--dry-run", "--dir", folder).out
    assert call("run", "start", "--release", "--dir", folder, "--json").err.startswith("E7002 ")
    take_in(folder, 1, seed=77)
    again = call("run", "start", "--release", "--who", "Kari", "--dir", folder, "--json")
    assert (again.code, again.err[:5]) == (5, "E7090")
    begun = call("run", "start", "--release", "--who", "Kari", "--dir", folder, "--json")
    assert begun.err.startswith("E2060 "), "it goes on to the machine, of which there is none here"
    assert call("run", "show", "--dir", folder, "--json").json()["planned"] == 5
