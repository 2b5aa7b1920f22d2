"""Looking before a run is begun, and asking afterwards why a piece is as it is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest

from examples.files import write_jsonl
from examples.generator import generate
from mailroom.bootstrap import open_house
from mailroom.domain.piece import MailPiece
from mailroom.production.plant import no_progress
from tests.cli.command import SETTINGS, Answer, call, make_house

PIECES, STOCK = 9, 4
INSERTS = f"""\
format = 1

[[inserts]]
name = "flyer"
title = "Flyer"
weight_g = 1
thickness_mm = 0.1
width_mm = 150
height_mm = 99
stock = {STOCK}

[[campaigns]]
name = "everybody"
insert = "flyer"
mode = "always"
when_out = "leave-out"
from = 2000-01-01
to = 2999-12-31

[[campaigns]]
name = "long ago"
insert = "flyer"
mode = "always"
from = 2000-01-01
to = 2000-01-02
"""
PLANNING = '\n[planning]\ninserts = "inserts.toml"\n'
POSTAGE = '\n[postage]\nprices = "norway-example"\n'


@dataclass
class Look:
    """A folder, the answer of each command by its name, and the pieces of the run that was begun at the end."""

    folder: Path
    answers: dict[str, Answer] = field(default_factory=dict)
    pieces: list[MailPiece] = field(default_factory=list)

    def call(self, name: str, *arguments: str | Path) -> Answer:
        self.answers[name] = answer = call(*arguments, "--dir", self.folder)
        return answer


def take_in(folder: Path) -> None:
    """Invoices, two of them to one customer, and one with an address that no window shows."""
    first, *others = generate(PIECES, 5)
    again = replace(first, number="AGAIN-1")
    lines = tuple(f"Line {number}" for number in range(1, 12))
    tall = replace(
        others[0],
        number="TALL-1",
        buyer=replace(others[0].buyer, address=replace(others[0].buyer.address, lines=lines)),
    )
    file = folder / "inbox" / "several.jsonl"
    write_jsonl(file, [first, *others, again, tall])
    answer = call("intake", file, "--dir", folder, "--json")
    assert answer.code == 0, answer.err


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    """The commands, given once; the tests look at the answers."""
    folder = make_house(tmp_path_factory.mktemp("plan") / "house", SETTINGS + PLANNING + POSTAGE)
    (folder / "inserts.toml").write_text(INSERTS, encoding="utf-8")
    done = Look(folder)
    done.call("nothing there", "run", "plan", "--dry-run", "--json")
    take_in(folder)
    done.call("without dry run", "run", "plan", "--json")
    done.call("plan", "run", "plan", "--dry-run", "--json")
    done.call("plan for people", "run", "plan", "--dry-run")
    done.call("runs", "run", "show")
    done.call("start", "run", "start", "--json")
    done.call("plan while open", "run", "plan", "--dry-run", "--json")
    with open_house(folder, no_progress) as house, house.store.reader() as ledger:
        done.pieces = ledger.pieces("R000001")
    return done


def test_looking_begins_no_run(look: Look) -> None:
    assert look.answers["plan"].code == 0, look.answers["plan"].err
    assert look.answers["runs"].explains("E7041")
    assert "waiting: 10 documents, set aside: 1" in look.answers["runs"].err
    assert look.answers["plan for people"].out.endswith("Next: mailroom run start\n")


@pytest.mark.parametrize(
    ("name", "error"), [("nothing there", "E7011"), ("without dry run", "E7015"), ("plan while open", "E7016")]
)
def test_where_there_is_nothing_to_look_at_the_error_says_what_to_do(look: Look, name: str, error: str) -> None:
    answer = look.answers[name]
    assert answer.code == 2
    assert answer.err.startswith(f"{error} ")
    assert "→" in answer.err
    assert not answer.out


def test_the_run_becomes_what_the_look_said(look: Look) -> None:
    report = look.answers["plan"].json()
    pieces = look.pieces
    assert report["pieces"] == len(pieces) > 0
    assert report["documents"] == sum(len(piece.documents) for piece in pieces) == report["pieces"] + 1
    assert report["envelopes_saved"] == 1
    assert report["sheets"] == sum(piece.sheets for piece in pieces)
    assert report["weight_mg"] == sum(piece.details.weight_mg for piece in pieces)
    assert {each["envelope"]: each["pieces"] for each in report["envelopes"]} == {
        name: sum(piece.envelope == name for piece in pieces) for name in {piece.envelope for piece in pieces}
    }


def test_inserts_are_counted_with_what_is_left_and_what_is_lacking(look: Look) -> None:
    (use,) = look.answers["plan"].json()["inserts"]
    assert use["used"] == sum(len(piece.details.inserts) for piece in look.pieces) == STOCK
    assert (use["left"], use["short"]) == (0, len(look.pieces) - STOCK)


def test_the_postage_is_the_sum_of_the_pieces(look: Look) -> None:
    postage = look.answers["plan"].json()["postage"]
    paid = [piece.details.postage for piece in look.pieces]
    assert sum(line["pieces"] for line in postage["products"]) == len(paid)
    listed = sum(Decimal(line["amount"]) for line in postage["products"])
    assert listed == sum(each.price for each in paid if each is not None)
    assert Decimal(postage["net"]) + Decimal(postage["tax"]) == Decimal(postage["gross"])
    assert postage["trays"] == max(each.tray for each in paid if each is not None)
    assert postage["example"] is True


def test_what_would_stay_behind_is_named_with_its_reason(look: Look) -> None:
    report = look.answers["plan"].json()
    assert [each["document"] for each in report["set_aside"]] == ["TALL-1"]
    assert report["set_aside"][0]["problem"].startswith("E4")
    assert "campaign-not-running" in {each["code"] for each in report["notices"]}
    assert report["proposals"] == {"count": 0, "first": []}


def test_people_read_the_same_figures(look: Look) -> None:
    report, said = look.answers["plan"].json(), look.answers["plan for people"].out
    assert f"{report['documents']} documents in {report['pieces']} pieces (1 envelope saved by sharing)" in said
    assert f"gross {report['postage']['gross']} NOK" in said
    assert "The prices are examples of nobody." in said
    assert "flyer" in said


def why(look: Look, *arguments: str) -> Answer:
    return call("run", "show", *arguments, "--dir", look.folder)


def test_why_tells_what_was_planned_for_a_piece_and_every_reason_in_order(look: Look) -> None:
    for piece in look.pieces:
        report = why(look, "--why", piece.id, "--json").json()
        postage = piece.details.postage
        assert postage is not None
        assert (report["piece"], report["run"], report["envelope"]) == (piece.id, "R000001", piece.envelope)
        assert [each["number"] for each in report["documents"]] == [each.number for each in piece.documents]
        assert (report["weight_mg"], report["thickness_um"]) == (piece.details.weight_mg, piece.details.thickness_um)
        assert [each["name"] for each in report["inserts"]] == [each.name for each in piece.details.inserts]
        assert report["tray"] == f"R000001-T{postage.tray:02d}"
        assert (report["product"], report["price"], report["currency"]) == (postage.product, str(postage.price), "NOK")
        assert [(each["code"], each["text"]) for each in report["reasons"]] == list(piece.details.reasons)
        assert {"envelope", "weight", "postage", "tray"} <= {each["code"] for each in report["reasons"]}


def test_people_read_why_in_words(look: Look) -> None:
    piece = look.pieces[0]
    answer = why(look, "R000001", "--why", piece.id)
    assert answer.code == 0
    at = [answer.out.index(text) for _, text in piece.details.reasons]
    assert at == sorted(at)
    assert all(each.number in answer.out for each in piece.documents)


@pytest.mark.parametrize("arguments", [["--why", "P99999999"], ["R000002", "--why", "P00000001"]])
def test_a_piece_that_is_not_there_has_no_reasons(look: Look, arguments: list[str]) -> None:
    answer = why(look, *arguments)
    assert answer.code == 2
    assert answer.err.startswith("E7021 ")
    assert "→" in answer.err


def test_without_prices_there_is_no_postage_and_a_piece_says_so(tmp_path: Path) -> None:
    folder = make_house(tmp_path / "house")
    take_in(folder)
    assert call("run", "plan", "--dry-run", "--dir", folder, "--json").json()["postage"] is None
    call("run", "start", "--dir", folder, "--json")
    report = call("run", "show", "--why", "P00000001", "--dir", folder, "--json").json()
    assert (report["tray"], report["product"], report["price"], report["inserts"]) == (None, None, None, [])
    said = call("run", "show", "--why", "P00000001", "--dir", folder).out
    assert "not planned" in said
