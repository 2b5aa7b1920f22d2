"""Finished documents beside composed ones: what they say, who they are for, and how they are kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.address import PostalAddress
from mailroom.domain.content import address_of, kind_of, printed_lines
from mailroom.domain.content_json import content_of, to_dict
from mailroom.domain.document import document_key
from mailroom.domain.errors import InputRefused
from mailroom.domain.finished import FinishedPdf
from mailroom.domain.identity import customer_key
from tests.intake.invoices import invoice

LETTER = FinishedPdf(
    kind="letter",
    number="2026-17",
    issuer="NO999999999MVA",
    customer="10042",
    lines=("Åse Øverås", "Storgata 1", "0155 Oslo"),
    address=PostalAddress(("Storgata 1",), "0155", "Oslo", "NO"),
    file="ab" * 32,
    first_page=12,
    pages=3,
    definition=("erp", "cd" * 32),
)

anything = st.builds(
    FinishedPdf,
    kind=st.text(),
    amount=st.none()
    | st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9),
    issue_date=st.none() | st.dates(),
    first_page=st.integers(0, 10**6),
    pages=st.integers(1, 1000),
)


@given(anything)
def test_a_finished_document_comes_back_the_same_through_json(document: FinishedPdf) -> None:
    assert content_of(json.loads(json.dumps(to_dict(document)))) == document


def test_an_invoice_comes_back_as_an_invoice() -> None:
    assert content_of(json.loads(json.dumps(to_dict(invoice())))) == invoice()


def test_a_page_number_is_a_whole_number() -> None:
    with pytest.raises(InputRefused, match="E1012"):
        content_of({**to_dict(LETTER), "first_page": "12"})


def test_what_is_asked_of_a_document_is_answered_for_both() -> None:
    composed = invoice()
    assert (kind_of(LETTER), kind_of(composed)) == ("letter", "invoice")
    assert address_of(LETTER) == LETTER.address
    assert address_of(composed) == composed.buyer.address
    assert printed_lines(LETTER) == LETTER.lines
    assert printed_lines(composed)[0] == composed.buyer.name


def test_a_document_is_known_by_issuer_kind_and_number() -> None:
    others = [replace(LETTER, issuer="NO1"), replace(LETTER, kind="invoice"), replace(LETTER, number="2026-18")]
    assert len({document_key(each) for each in (LETTER, *others)}) == 4
    assert document_key(replace(LETTER, issue_date=date(2026, 3, 2), amount=Decimal(1))) == document_key(LETTER)


def test_a_customer_is_known_by_number_or_by_name_and_address_together() -> None:
    nameless = replace(LETTER, customer="")
    moved = replace(nameless, address=PostalAddress(("Storgata 2",), "0155", "Oslo", "NO"))
    keys = {customer_key(each) for each in (LETTER, nameless, moved, replace(LETTER, issuer="NO1"))}
    assert len(keys) == 4
    assert customer_key(replace(LETTER, lines=("A", "B"))) == customer_key(LETTER)
    assert customer_key(replace(nameless, lines=("ÅSE  ØVERÅS", "x"))) == customer_key(nameless)
