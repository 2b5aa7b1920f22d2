"""Planning: who shares an envelope, which envelope, in which order, in which batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from layouts.envelope import load_envelope
from mailroom.config import Settings
from mailroom.domain.address import PostalAddress
from mailroom.domain.content import printed_lines
from mailroom.domain.document import Document, document_key
from mailroom.domain.handling import Handling
from mailroom.domain.identity import customer_key
from mailroom.domain.invoice import InvoiceKind, IssuedInvoice, Party, Totals
from mailroom.domain.piece import PieceDocument
from mailroom.floor_files import make_floor
from mailroom.planning.campaign_file import load_inserts
from mailroom.planning.files import SHIPPED
from mailroom.planning.insert import WhenOut
from mailroom.planning.postage.product_file import SHIPPED as PRICES
from mailroom.planning.postage.product_file import load_price_lists
from mailroom.planning.postage.rating import Choice
from mailroom.planning.postage.scheme_file import SHIPPED as SCHEMES
from mailroom.planning.postage.scheme_file import load_schemes
from mailroom.production.books import Books
from mailroom.production.compose import Composed, page_indices, sheets_of
from mailroom.production.floor import Floor, Post
from mailroom.production.plan import plan_pieces
from mailroom.production.run_plan import RunPlan
from spool.cut import SheetLoad, cut

ZERO = Decimal(0)
ENVELOPES = (load_envelope("c5"), load_envelope("c4"))
FLOOR = make_floor(Path(), Settings(), ENVELOPES)
DAY = date(2026, 3, 16)


def composed(
    number: int, customer: str, *, street: str = "Storgata 1", postcode: str = "0150", pages: int = 1
) -> Composed:
    seller = Party("Selger AS", PostalAddress(("Havna 2",), "0151", "Oslo", "NO"), registration="987654325")
    buyer = Party(f"Kunde {customer}", PostalAddress((street,), postcode, "Oslo", "NO"), id=customer)
    invoice = IssuedInvoice(
        kind=InvoiceKind.INVOICE,
        number=str(number),
        issue_date=date(2026, 1, 2),
        currency="NOK",
        seller=seller,
        buyer=buyer,
        lines=(),
        vat=(),
        totals=Totals(*[ZERO] * 9),
    )
    at = datetime(2026, 1, 2, tzinfo=UTC)
    document = Document(number, document_key(invoice), 0, customer_key(invoice), invoice, "test", at)
    return Composed(document, printed_lines(invoice), PieceDocument(number, str(number), f"key{number}", pages))


def planned(several: Sequence[Composed], floor: Floor = FLOOR, sides: str = "one-sided") -> RunPlan:
    return plan_pieces(several, floor, Books(), DAY, sides)


def inside(plan: RunPlan) -> list[list[int]]:
    return [[held.document for held in piece.documents] for piece in plan.pieces]


def test_documents_of_one_customer_at_one_address_share_a_piece() -> None:
    assert inside(planned([composed(1, "A"), composed(2, "B"), composed(3, "A")])) == [[1, 3], [2]]


def test_another_address_is_another_piece() -> None:
    assert len(inside(planned([composed(1, "A"), composed(2, "A", street="Storgata 2")]))) == 2


def test_letter_case_and_spaces_do_not_make_another_address_but_another_line_in_print_does() -> None:
    same = composed(2, "A", street="storgata  1")
    assert len(inside(planned([composed(1, "A"), same]))) == 1
    assert len(inside(planned([composed(1, "A"), replace(same, lines=("c/o Berg", *same.lines))]))) == 2


def test_the_name_alone_never_joins_two_customers() -> None:
    one, other = composed(1, "A"), composed(2, "B")
    assert len(inside(planned([one, replace(other, lines=one.lines)]))) == 2


def test_a_credit_note_follows_the_invoices() -> None:
    note = composed(1, "A")
    assert isinstance(note.document.content, IssuedInvoice)
    invoice = replace(note.document.content, kind=InvoiceKind.CREDIT_NOTE)
    note = replace(note, document=replace(note.document, content=invoice))
    assert inside(planned([note, composed(2, "A")])) == [[2, 1]]


def test_the_sheet_count_picks_the_envelope_and_the_piece_says_why() -> None:
    c5 = ENVELOPES[0].max_sheets
    plan = planned([composed(1, "A", pages=c5), composed(2, "B", pages=c5 + 1)])
    assert {piece.documents[0].document: piece.envelope for piece in plan.pieces} == {1: "c5", 2: "c4"}
    for piece in plan.pieces:
        assert any(code == "envelope" and piece.envelope in text for code, text in piece.details.reasons)
        assert piece.details.weight_mg > piece.sheets * 4000
        assert piece.details.postage is None


def test_two_sides_take_half_the_sheets_and_a_document_begins_on_a_new_one() -> None:
    assert [sheets_of(pages, "two-sided-long-edge") for pages in (1, 2, 3)] == [1, 1, 2]
    assert list(page_indices(3, "two-sided-long-edge")) == [(0, 1), (2, None)]
    assert [piece.sheets for piece in planned([composed(1, "A", pages=5)], sides="two-sided-long-edge").pieces] == [3]


def test_a_document_too_thick_for_every_envelope_is_set_aside_with_the_reason() -> None:
    most = ENVELOPES[-1].max_sheets
    plan = planned([composed(1, "A", pages=most + 1), composed(2, "A")])
    assert [document.id for document, _ in plan.set_aside] == [1]
    assert f"{most + 1} sheets" in plan.set_aside[0][1]
    assert inside(plan) == [[2]]


def test_what_only_hands_can_fill_is_planned_for_hands_and_says_why() -> None:
    machine_takes = FLOOR.setup.machine.accumulator_sheets
    assert machine_takes < ENVELOPES[-1].max_sheets
    plan = planned([composed(1, "A", pages=machine_takes + 1), composed(2, "B")])
    by_hand = {piece.documents[0].document: piece.details for piece in plan.pieces}
    assert {number: details.handling for number, details in by_hand.items()} == {
        1: Handling.MANUAL,
        2: Handling.MACHINE,
    }
    assert [code for code, _ in by_hand[1].reasons if code in ("manual", "envelope")] == ["manual"]
    assert plan.set_aside == ()


def test_a_paper_that_nobody_knows_is_set_aside() -> None:
    plan = planned([composed(1, "A")], replace(FLOOR, paper="no-such-paper"))
    assert [problem.split()[0] for _, problem in plan.set_aside] == ["E7114"]


def test_pieces_are_sorted_by_postcode() -> None:
    several = [composed(1, "A", postcode="9008"), composed(2, "B", postcode="0150"), composed(3, "C", postcode="5003")]
    assert [piece.postcode for piece in planned(several).pieces] == ["0150", "5003", "9008"]
    keys = [piece.sort_key for piece in planned(several).pieces]
    assert keys == sorted(keys)


def test_with_price_lists_every_piece_has_a_product_a_price_and_a_tray() -> None:
    postal = replace(FLOOR, post=Post(load_price_lists(PRICES / "norway-example"), load_schemes(SCHEMES, {}), Choice()))
    several = [composed(number, str(number), postcode=f"{number % 90:02d}50") for number in range(1, 300)]
    plan = planned(several, postal)
    assert plan.postage is not None
    assert sorted(document for piece in inside(plan) for document in piece) == list(range(1, 300))
    assert [piece.sort_key for piece in plan.pieces] == sorted(piece.sort_key for piece in plan.pieces)
    trays = [piece.details.postage.tray for piece in plan.pieces if piece.details.postage is not None]
    assert trays == sorted(trays)
    assert len(trays) == 299
    for piece in plan.pieces:
        assert [code for code, _ in piece.details.reasons][-2:] == ["postage", "tray"]
    sums = plan.postage.totals("R000001", postal.post.schemes if postal.post else {})
    assert sums.net == sum(piece.details.postage.price for piece in plan.pieces if piece.details.postage)


def test_an_insert_goes_with_the_pieces_that_its_campaign_wants() -> None:
    items, campaigns = load_inserts(SHIPPED / "inserts-example.toml")
    name, item = next(iter(items.items()))
    always = replace(
        campaigns[0],
        name="all",
        insert=name,
        first_day=DAY,
        last_day=DAY,
        conditions=(),
        legal=False,
        when_out=WhenOut.LEAVE_OUT,
    )
    setup = replace(FLOOR.setup, items={name: replace(item, stock=1)}, campaigns=(always,))
    plan = planned([composed(1, "A"), composed(2, "B")], replace(FLOOR, setup=setup))
    fed = [piece.details.selects for piece in plan.pieces]
    assert sorted(map(len, fed)) == [0, 1]
    heavier, lighter = sorted((piece.details.weight_mg for piece in plan.pieces), reverse=True)
    assert heavier - lighter == item.weight_mg


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 60)), max_size=40))
def test_every_document_is_in_exactly_one_piece_or_set_aside(documents: list[tuple[int, int]]) -> None:
    several = [composed(number, str(who), pages=pages) for number, (who, pages) in enumerate(documents, 1)]
    plan = planned(several)
    held = [document for piece in inside(plan) for document in piece]
    assert sorted(held + [document.id for document, _ in plan.set_aside]) == list(range(1, len(documents) + 1))
    for piece in plan.pieces:
        assert piece.sheets == sum(document.pages for document in piece.documents)
        assert piece.sheets <= load_envelope(piece.envelope).max_sheets


@given(st.lists(st.integers(1, 40), max_size=60), st.integers(1, 100))
def test_batches_keep_order_and_limit(sheets: list[int], limit: int) -> None:
    pieces = [(f"P{index:08d}", count) for index, count in enumerate(sheets)]
    batches = list(cut(pieces, partial(SheetLoad, limit, lambda piece: piece[1])))
    assert [piece for batch in batches for piece in batch] == pieces
    for batch in batches:
        assert sum(count for _, count in batch) <= limit or len(batch) == 1
