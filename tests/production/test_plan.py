"""Planning: who shares an envelope, which envelope, in which order, in which batch."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from layouts.envelope import load_envelope
from mailroom.domain.address import PostalAddress
from mailroom.domain.content import printed_lines
from mailroom.domain.document import Document, document_key
from mailroom.domain.identity import customer_key
from mailroom.domain.invoice import InvoiceKind, IssuedInvoice, Party, Totals
from mailroom.domain.piece import PieceDocument
from mailroom.production.compose import Composed, page_indices, sheets_of
from mailroom.production.plan import group, plan_pieces
from spool.cut import SheetLoad, cut

ZERO = Decimal(0)
ENVELOPES = (load_envelope("c5"), load_envelope("c4"))


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


def test_documents_of_one_customer_at_one_address_share_a_piece() -> None:
    groups = group([composed(1, "A"), composed(2, "B"), composed(3, "A")])
    assert [[each.document.id for each in members] for members in groups] == [[1, 3], [2]]


def test_another_address_is_another_piece() -> None:
    assert len(group([composed(1, "A"), composed(2, "A", street="Storgata 2")])) == 2


def test_letter_case_and_spaces_do_not_make_another_address_but_the_print_does() -> None:
    same = composed(2, "A", street="storgata  1")
    assert len(group([composed(1, "A"), replace(same, lines=composed(1, "A").lines)])) == 1
    assert len(group([composed(1, "A"), same])) == 2


def test_the_name_alone_never_joins_two_customers() -> None:
    one, other = composed(1, "A"), composed(2, "B")
    assert len(group([one, replace(other, lines=one.lines)])) == 2


def test_a_credit_note_follows_the_invoices() -> None:
    note = composed(1, "A")
    assert isinstance(note.document.content, IssuedInvoice)
    invoice = replace(note.document.content, kind=InvoiceKind.CREDIT_NOTE)
    note = replace(note, document=replace(note.document, content=invoice))
    assert [each.document.id for each in group([note, composed(2, "A")])[0]] == [2, 1]


def test_the_sheet_count_picks_the_envelope() -> None:
    c5 = ENVELOPES[0].max_sheets
    plans, _ = plan_pieces([composed(1, "A", pages=c5), composed(2, "B", pages=c5 + 1)], ENVELOPES, "one-sided")
    assert {plan.documents[0].document: plan.envelope for plan in plans} == {1: "c5", 2: "c4"}


def test_two_sides_take_half_the_sheets_and_a_document_begins_on_a_new_one() -> None:
    assert [sheets_of(pages, "two-sided-long-edge") for pages in (1, 2, 3)] == [1, 1, 2]
    assert list(page_indices(3, "two-sided-long-edge")) == [(0, 1), (2, None)]


def test_a_document_too_thick_for_every_envelope_is_set_aside_with_the_reason() -> None:
    most = ENVELOPES[-1].max_sheets
    plans, too_thick = plan_pieces([composed(1, "A", pages=most + 1), composed(2, "A")], ENVELOPES, "one-sided")
    assert [document.id for document, _ in too_thick] == [1]
    assert f"{most + 1} sheets" in too_thick[0][1]
    assert [[held.document for held in plan.documents] for plan in plans] == [[2]]


def test_pieces_are_sorted_by_postcode() -> None:
    several = [composed(1, "A", postcode="9008"), composed(2, "B", postcode="0150"), composed(3, "C", postcode="5003")]
    plans, _ = plan_pieces(several, ENVELOPES, "one-sided")
    assert [plan.postcode for plan in plans] == ["0150", "5003", "9008"]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 60)), max_size=40))
def test_every_document_is_in_exactly_one_piece_or_set_aside(documents: list[tuple[int, int]]) -> None:
    several = [composed(number, str(who), pages=pages) for number, (who, pages) in enumerate(documents, 1)]
    plans, too_thick = plan_pieces(several, ENVELOPES, "one-sided")
    planned = [held.document for plan in plans for held in plan.documents]
    assert sorted(planned + [document.id for document, _ in too_thick]) == list(range(1, len(documents) + 1))
    for plan in plans:
        assert plan.sheets == sum(held.pages for held in plan.documents)
        assert plan.sheets <= load_envelope(plan.envelope).max_sheets


@given(st.lists(st.integers(1, 40), max_size=60), st.integers(1, 100))
def test_batches_keep_order_and_limit(sheets: list[int], limit: int) -> None:
    pieces = [(f"P{index:08d}", count) for index, count in enumerate(sheets)]
    batches = list(cut(pieces, partial(SheetLoad, limit, lambda piece: piece[1])))
    assert [piece for batch in batches for piece in batch] == pieces
    for batch in batches:
        assert sum(count for _, count in batch) <= limit or len(batch) == 1
