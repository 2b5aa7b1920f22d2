"""Invoices to JSON and back."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from mailroom.domain.content_json import from_dict, to_dict
from mailroom.domain.errors import InputRefused
from mailroom.domain.invoice import IssuedInvoice
from tests.intake.invoices import any_invoices, invoice


@settings(max_examples=60)
@given(any_invoices)
def test_every_invoice_comes_back_the_same_through_json(document: IssuedInvoice) -> None:
    text = json.dumps(to_dict(document))
    again = from_dict(json.loads(text))
    assert again == document
    assert json.dumps(to_dict(again)) == text


def test_amounts_are_texts_and_keep_their_decimals() -> None:
    data = to_dict(invoice())
    assert data["totals"]["payable"] == "126.27"
    assert data["lines"][0]["quantity"] == "2"
    assert data["issue_date"] == "2026-03-02"


def test_fields_at_their_default_are_left_out() -> None:
    assert "notes" not in to_dict(invoice())
    assert to_dict(invoice(notes=("Takk",)))["notes"] == ["Takk"]


def change(path: str, value: Any) -> dict[str, Any]:
    """The JSON of an invoice with one value changed; ... removes it."""
    data: Any = to_dict(invoice(notes=("Takk",), references=(("order", "7"),)))
    *way, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    inner = data
    for key in way:
        inner = inner[key]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return data  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("path", "value", "code", "place"),
    [
        ("number", ..., "E1010", "number"),
        ("buyer.address.town", ..., "E1010", "buyer.address.town"),
        ("lines.0.quantity", ..., "E1010", "lines[0].quantity"),
        ("lines.0.quantity", "two", "E1011", "lines[0].quantity"),
        ("lines.0.quantity", "1e5", "E1011", "lines[0].quantity"),
        ("lines.0.quantity", "NaN", "E1011", "lines[0].quantity"),
        ("lines.0.quantity", "1" * 16, "E1011", "lines[0].quantity"),
        ("lines.0.quantity", 2.5, "E1012", "lines[0].quantity"),
        ("lines.0.quantity", True, "E1012", "lines[0].quantity"),
        ("lines.0.quantity", Decimal("1e999999"), "E1012", "lines[0].quantity"),
        ("issue_date", "2026-02-30", "E1011", "issue_date"),
        ("issue_date", "20260302", "E1011", "issue_date"),
        ("kind", "receipt", "E1011", "kind"),
        ("notes", "Takk", "E1012", "notes"),
        ("notes.0", 7, "E1012", "notes[0]"),
        ("references.0", ["order"], "E1012", "references[0]"),
        ("seller", [], "E1012", "seller"),
        ("seller.name", None, "E1012", "seller.name"),
        ("seller.vatid", "NO1", "E1012", "seller.vatid"),
        ("totals.payable", ..., "E1010", "totals.payable"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(path: str, value: Any, code: str, place: str) -> None:
    with pytest.raises(InputRefused) as caught:
        from_dict(change(path, value))
    assert (caught.value.code, caught.value.place) == (code, place)
    assert caught.value.remedy


def test_a_misspelt_field_gets_the_right_one_proposed() -> None:
    with pytest.raises(InputRefused) as caught:
        from_dict(change("seller.vatid", "NO1"))
    assert caught.value.remedy == "Did you mean 'vat_id'?"


def test_whole_numbers_and_decimals_are_taken_as_they_are_written() -> None:
    assert from_dict(change("lines.0.quantity", 3)).lines[0].quantity == 3
    assert str(from_dict(change("lines.0.quantity", Decimal("0.10"))).lines[0].quantity) == "0.10"
