"""Embedded e-invoices: whose they are in a file of many documents, and what becomes of those that can't be read."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from mailroom.intake.finished.definition import JobDefinition
from mailroom.intake.finished.definition_file import parse_definition
from mailroom.intake.finished.embedded import read_embedded
from mailroom.intake.finished.examination import EmbeddedInvoice, Examination, PageSeen
from mailroom.intake.finished.found import FoundDocument, Refusal
from mailroom.intake.finished.split import split
from tests.finished_intake.streams import HEAD, ZONES
from tests.shared_data import shared_data

BY_PAGE = '[split]\nby = "page-count"\npages = 1\n'
XML = EmbeddedInvoice(
    "factur-x.xml",
    number="2",
    type_code="381",
    date="2026-03-02",
    currency="NOK",
    amount="50.5",
    reference="RF18539007547034",
    name="KARI NORDMANN",
    lines=("Storgata 1",),
    postcode="0150",
    town="Oslo",
    country="NO",
)


def rules(embedded: str) -> JobDefinition:
    return parse_definition(HEAD + f'embedded = "{embedded}"\n' + BY_PAGE + ZONES, "test.toml")


def examined(definition: JobDefinition, *numbers: str, embedded: tuple[EmbeddedInvoice, ...] = (XML,)) -> Examination:
    """Pages as drawn streams show them, a document each, 50.50 to be paid."""
    address = "Kari Nordmann\nStorgata 1\n0150 Oslo"
    zones = tuple(definition.examined())
    said = {"date": "Fakturadato: 02.03.2026", "amount": "Å betale: 50,50", "address": address, "address.edge": address}
    pages = tuple(
        PageSeen(at, 210.0, 297.0, texts=tuple((said | {"number": f"Fakturanummer: {number}"})[zone] for zone in zones))
        for at, number in enumerate(numbers, start=1)
    )
    return Examination("a.pdf", "0" * 64, zones, pages, embedded=embedded)


def test_in_a_file_of_many_documents_the_xml_is_that_of_its_number() -> None:
    found = split(examined(rules("check"), "1", "2", "3"), rules("check"))
    assert [(one.embedded, one.kind) for one in found if isinstance(one, FoundDocument)] == [
        ("", "invoice"),
        ("factur-x.xml", "credit-note"),
        ("", "invoice"),
    ]
    second = found[1]
    assert isinstance(second, FoundDocument)
    assert (second.amount, second.reference) == (Decimal("50.5"), "RF18539007547034")
    assert second.recipient.raw == ("Kari Nordmann", "Storgata 1", "0150 Oslo")


def test_what_the_xml_says_otherwise_refuses_only_when_it_is_checked() -> None:
    other = (replace(XML, amount="51", postcode="9999"),)
    (refusal,) = split(examined(rules("check"), "2", embedded=other), rules("check"))
    assert isinstance(refusal, Refusal)
    assert [(one.code, one.rule) for one in refusal.problems] == [("E1523", "zone address"), ("E1523", "zone amount")]
    (taken,) = split(examined(rules("prefer"), "2", embedded=other), rules("prefer"))
    assert isinstance(taken, FoundDocument)
    assert (taken.amount, taken.recipient.address.postcode) == (Decimal(51), "9999")
    (unread,) = split(examined(rules("ignore"), "2", embedded=()), rules("ignore"))
    assert isinstance(unread, FoundDocument)
    assert unread.amount == Decimal("50.50")


def test_an_xml_that_cannot_be_read_refuses_when_it_is_checked_and_else_leaves_the_zones() -> None:
    hostile = read_embedded("factur-x.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    assert hostile is not None
    assert "E1008" in hostile.problem
    (refusal,) = split(examined(rules("check"), "2", embedded=(hostile,)), rules("check"))
    assert isinstance(refusal, Refusal)
    assert [one.code for one in refusal.problems] == ["E1526"]
    (taken,) = split(examined(rules("prefer"), "2", embedded=(hostile,)), rules("prefer"))
    assert isinstance(taken, FoundDocument)
    assert dict(taken.sources)["number"] == "zone"


@pytest.mark.shared
def test_ubl_is_read_too_and_what_is_no_invoice_is_passed_over() -> None:
    content = shared_data("invoices/ubl/corpus-Einfach.xml").read_bytes()
    found = read_embedded("xrechnung.xml", content)
    assert found is not None
    assert (found.number, found.problem) == ("471102", "")
    assert read_embedded("other.xml", b"<notes/>") is None
