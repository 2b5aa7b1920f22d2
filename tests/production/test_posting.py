"""The posting at hand-over: papers of what was mailed, in the trays that were planned."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from drivers.inserter.vocabulary import Outcome
from mailroom.bootstrap import House
from mailroom.cli.closing import Closing, close_house_run
from mailroom.domain.errors import MailroomError
from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.piece import MailPiece, piece_id
from mailroom.domain.run import BatchState, RunState
from mailroom.planning.postage.manifest_csv import read_lines_csv
from mailroom.planning.postage.product_file import SHIPPED as PRICES
from mailroom.planning.postage.product_file import load_price_lists
from mailroom.planning.postage.rating import Choice
from mailroom.planning.postage.scheme_file import SHIPPED as SCHEMES
from mailroom.planning.postage.scheme_file import load_schemes
from mailroom.production.assemble_batch import assemble_batch
from mailroom.production.floor import Floor, Post
from mailroom.production.posting import as_handed_over, planned_posting
from mailroom.production.print_batch import print_batch
from mailroom.production.record import Recorder
from mailroom.production.reprint import plan_reprints
from mailroom.production.run_plan import RunPlan
from mailroom.production.withdraw import withdraw_piece
from tests.production.conftest import SETTINGS
from tests.production.stages import Machine, batches, copy_now, inserting, line, move, pieces
from tests.production.test_hand_over import inserted
from tests.production.test_plan import FLOOR, composed, planned

POSTED = SETTINGS + '\n[postage]\nprices = "norway-example"\n'
POST = Post(load_price_lists(PRICES / "norway-example"), load_schemes(SCHEMES, {}), Choice())
POSTAL: Floor = replace(FLOOR, post=POST)
OpenHouse = Callable[..., House]


def rows(closing: Closing, name: str) -> list[dict[str, str]]:
    with (closing.folder / f"{closing.run.id}-{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def prices(several: Iterable[MailPiece]) -> Decimal:
    return sum((each.details.postage.price for each in several if each.details.postage), Decimal(0))


def amount(closing: Closing) -> Decimal:
    _, lines = read_lines_csv((closing.folder / f"{closing.run.id}-manifest.csv").read_text(encoding="utf-8"))
    return sum((each.amount for each in lines), Decimal(0))


def in_ledger(plan: RunPlan) -> list[MailPiece]:
    """The plan's pieces as the ledger keeps them."""
    return [
        MailPiece(
            piece_id(number),
            "R000001",
            each.customer,
            each.lines,
            each.postcode,
            each.country,
            each.envelope,
            each.sheets,
            each.documents,
            each.sort_key,
            details=each.details,
        )
        for number, each in enumerate(plan.pieces, 1)
    ]


def test_the_papers_of_a_posting_say_what_was_mailed(small_house: OpenHouse) -> None:
    house = small_house(8, settings=POSTED)
    run, _ = inserted(house)
    closing = close_house_run(house, run, "Kari")
    assert [path.name.removeprefix(f"{run.id}-") for path in closing.posting] == [
        "manifest.pdf",
        "manifest.csv",
        "manifest-trays.csv",
        "manifest-not-mailed.csv",
        "pallets.pdf",
    ]
    assert all(path.stat().st_size for path in closing.posting)
    mailed = pieces(house, run)
    assert amount(closing) == prices(mailed)
    trays = rows(closing, "manifest-trays")
    assert {int(tray["tray"]) for tray in trays} == {
        each.details.postage.tray for each in mailed if each.details.postage
    }
    assert sum(int(tray["pieces"]) for tray in trays) == len(mailed)
    assert rows(closing, "manifest-not-mailed") == []


def test_manifest_and_its_lines_tell_where_the_mail_is_handed_in(small_house: OpenHouse) -> None:
    house = small_house(2, settings=POSTED + 'handed_in_at = "Bring, Robsrud"\n')
    run, _ = inserted(house)
    closing = close_house_run(house, run, "Kari")
    assert {line["handed_in_at"] for line in rows(closing, "manifest")} == {"Bring, Robsrud"}
    assert "Bring, Robsrud" in PdfReader(closing.posting[0]).pages[0].extract_text()


def test_without_postage_a_run_leaves_the_papers_that_it_always_left(small_house: OpenHouse) -> None:
    house = small_house()
    run, _ = inserted(house)
    closing = close_house_run(house, run, "Kari")
    assert closing.posting == ()
    names = {path.name for path in closing.folder.glob(f"{run.id}-*.pdf")} - {
        f"{batch.id}.pdf" for batch in batches(house, run)
    }
    assert names == {f"{run.id}-statement.pdf", f"{run.id}-trays.pdf"}


def test_a_withdrawn_piece_is_not_paid_and_is_listed_with_what_became_of_it(small_house: OpenHouse) -> None:
    house = small_house(5, settings=POSTED)
    run, copy = inserted(house, Outcome.DIVERTED)
    move(house, copy, CopyEvent.DESTROY)
    withdraw_piece(house.plant, copy.piece, "Kari")
    closing = close_house_run(house, run, "Kari")
    assert amount(closing) == prices(each for each in pieces(house, run) if each.id != copy.piece)
    (missing,) = rows(closing, "manifest-not-mailed")
    assert (missing["piece"], missing["why"]) == (copy.piece, "withdrawn by Kari")


def test_a_reprint_lies_in_a_tray_behind_the_others_and_is_paid_once(small_house: OpenHouse) -> None:
    house = small_house(5, settings=POSTED)
    run, copy = inserted(house, Outcome.DIVERTED)
    move(house, copy, CopyEvent.DESTROY)
    (reprint,) = plan_reprints(house.plant, run.id)
    reprint = print_batch(house.plant, line(house), assemble_batch(house.plant, reprint))
    reprint = inserting(house, reprint)
    with house.store.reader() as ledger:
        again = ledger.copies_of_batch(reprint.id)
    Machine(house, reprint, boot=99).stack(again)
    with house.store.ledger() as ledger:
        Recorder(ledger, house.plant.clock).batch(reprint, BatchState.DONE)
        ledger.commit()
    assert copy_now(house, again[0]).state is CopyState.STACKED
    closing = close_house_run(house, run, "Kari")
    everything = pieces(house, run)
    assert amount(closing) == prices(everything)
    last = max(each.details.postage.tray for each in everything if each.details.postage)
    (late,) = [tray for tray in rows(closing, "manifest-trays") if int(tray["tray"]) > last]
    assert (late["tray"], late["pieces"]) == (str(last + 1), "1")


def test_what_can_not_be_drawn_up_as_planned_is_refused_before_the_run_is_closed(small_house: OpenHouse) -> None:
    house = small_house(settings=POSTED)
    run, _ = inserted(house)
    without = replace(house, plant=replace(house.plant, floor=replace(house.plant.floor, post=None)))
    with pytest.raises(MailroomError, match="E7042") as caught:
        close_house_run(without, run, "Kari")
    assert caught.value.remedy
    with house.store.reader() as ledger:
        held = ledger.run(run.id)
    assert held is not None
    assert held.state is RunState.OPEN
    assert close_house_run(house, run, "Kari").run.state is RunState.CLOSED


def test_another_price_another_scheme_or_a_lost_envelope_is_not_the_plan() -> None:
    held = in_ledger(planned([composed(number, str(number)) for number in range(1, 5)], POSTAL))
    postage = held[0].details.postage
    assert postage is not None
    dearer = replace(held[0].details, postage=replace(postage, price=postage.price + 1))
    elsewhere = replace(held[0].details, postage=replace(postage, tray=postage.tray + 1))
    no_envelope = replace(POSTAL, setup=replace(POSTAL.setup, envelopes=()))
    for changed, floor, said in (
        ([replace(held[0], details=dearer), *held[1:]], POSTAL, "no price list"),
        ([replace(held[0], details=elsewhere), *held[1:]], POSTAL, "no longer lie in tray"),
        (held, no_envelope, "not among the envelopes"),
    ):
        with pytest.raises(MailroomError, match=f"E7042.*{said}"):
            planned_posting("R000001", changed, floor)


def test_handed_over_on_another_day_the_manifest_says_so(small_house: OpenHouse) -> None:
    house = small_house(settings=POSTED)
    run, _ = inserted(house)
    closed = close_house_run(house, run, "Kari").run
    with house.store.reader() as ledger:
        posting = planned_posting(run.id, ledger.pieces(run.id), house.plant.floor)
        assert posting is not None
        day = posting.tariff.day
        assert as_handed_over(ledger, posting, day).problems == ()
        later = as_handed_over(ledger, posting, day + timedelta(days=1))
    assert closed.closed_at is not None
    assert later.posted_on == day + timedelta(days=1)
    assert [str(day) in problem for problem in later.problems] == [True]


def same_trays(plan: RunPlan) -> None:
    """The posting made again from what the ledger keeps is the one of the plan, down to the order within a tray."""
    held = in_ledger(plan)
    posting = planned_posting("R000001", reversed(held), POSTAL)
    assert plan.postage is not None
    if posting is None:
        assert held == []
        return
    by_id = {each.id: str(each.documents[0].document) for each in held}
    for ours, theirs in zip(posting.trays, plan.postage.trays, strict=True):
        assert [by_id[piece.item.id] for piece in ours.pieces] == [piece.item.id for piece in theirs.pieces]
        assert [piece.reason for piece in ours.pieces] == [piece.reason for piece in theirs.pieces]
        assert replace(ours, pieces=()) == replace(theirs, pieces=())
        assert ours.weight_mg == theirs.weight_mg


POSTCODES = ("0150", "0151", "5003", "9008")


@given(st.lists(st.tuples(st.integers(1, 12), st.sampled_from(POSTCODES), st.integers(1, 9)), max_size=60))
def test_the_ledger_gives_back_the_trays_of_the_plan(documents: list[tuple[int, str, int]]) -> None:
    same_trays(
        planned(
            [
                composed(number, str(who), postcode=postcode, pages=pages)
                for number, (who, postcode, pages) in enumerate(documents, 1)
            ],
            POSTAL,
        )
    )


def test_the_ledger_gives_back_sorted_trays_too() -> None:
    several = [composed(number, str(number), postcode=POSTCODES[number % 4]) for number in range(1, 400)]
    plan = planned(several, POSTAL)
    assert plan.postage is not None
    assert len({tray.destination.title for tray in plan.postage.trays}) == 3
    same_trays(plan)
