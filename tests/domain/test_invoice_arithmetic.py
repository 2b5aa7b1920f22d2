"""Sums of invoices: known figures, and what must hold for any."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.arithmetic import check_totals, document_totals, line_net, vat_breakdown
from mailroom.domain.invoice import AllowanceCharge, IssuedInvoice
from tests.intake.invoices import invoice, line, sound_invoices

TOTALS = ("lines", "allowances", "charges", "net", "tax", "gross", "prepaid", "rounding", "payable")


def test_the_figures_of_the_zugferd_discount_example_are_reproduced() -> None:
    """ZUGFeRD's "Rabatte": 202.70 in lines, 14.73 off, 5.80 on, 21.30 VAT, 50.00 prepaid, 165.07 to pay."""
    lines = (
        replace(line("3", "3.3333", "19"), net_amount=Decimal("10.00")),
        line("5", "5.50", "7"),
        line("20", "5.49", "7"),
        line("20", "2.77", "19"),
    )
    parts = (
        AllowanceCharge(False, Decimal("1.00"), vat_category="S", vat_rate=Decimal(19)),
        AllowanceCharge(False, Decimal("13.73"), vat_category="S", vat_rate=Decimal(7)),
        AllowanceCharge(True, Decimal("5.80"), vat_category="S", vat_rate=Decimal(7)),
    )
    vat = vat_breakdown(lines, parts, "EUR")
    totals = document_totals(lines, parts, vat, prepaid=Decimal(50))
    assert [(row.rate, row.taxable, row.tax) for row in vat] == [
        (Decimal(7), Decimal("129.37"), Decimal("9.06")),
        (Decimal(19), Decimal("64.40"), Decimal("12.24")),
    ]
    assert (totals.lines, totals.net, totals.gross, totals.payable) == tuple(
        map(Decimal, ("202.70", "193.77", "215.07", "165.07"))
    )


@pytest.mark.parametrize(
    ("quantity", "price", "base", "currency", "net"),
    [
        ("10", "200", "2", "EUR", "1000.00"),
        ("1250", "84.37", "100", "NOK", "1054.63"),
        ("1", "0.005", "1", "NOK", "0.01"),
        ("-1", "0.005", "1", "NOK", "-0.01"),
        ("3", "33.4", "1", "JPY", "100"),
        ("1", "1.0005", "1", "KWD", "1.001"),
    ],
)
def test_a_line_is_rounded_once_half_away_from_zero_to_its_currency(
    quantity: str, price: str, base: str, currency: str, net: str
) -> None:
    computed = line_net(Decimal(quantity), Decimal(price), currency, base_quantity=Decimal(base))
    assert str(computed) == net


@given(sound_invoices())
def test_what_is_computed_adds_up(document: IssuedInvoice) -> None:
    assert check_totals(document) == []


@given(sound_invoices(), st.sampled_from(TOTALS), st.sampled_from([Decimal("0.01"), Decimal("-0.01"), Decimal(100)]))
def test_a_total_that_is_off_by_a_hundredth_is_found(document: IssuedInvoice, field: str, off: Decimal) -> None:
    wrong = replace(document.totals, **{field: getattr(document.totals, field) + off})
    assert check_totals(replace(document, totals=wrong))


@given(sound_invoices(), st.data())
def test_a_taxable_amount_that_is_off_is_found_with_both_figures(document: IssuedInvoice, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(document.vat) - 1))
    row = document.vat[index]
    off = replace(row, taxable=row.taxable + Decimal("0.01"))
    vat = (*document.vat[:index], off, *document.vat[index + 1 :])
    found = [mismatch for mismatch in check_totals(replace(document, vat=vat)) if mismatch.rule == "BR-S-08"]
    assert [(mismatch.issued, mismatch.recomputed) for mismatch in found] == [(off.taxable, row.taxable)]


def test_a_line_may_differ_by_two_hundredths_and_no_more() -> None:
    def issued(net: str) -> IssuedInvoice:
        return invoice(replace(line("3", "33.33"), net_amount=Decimal(net)))

    assert check_totals(issued("99.99")) == []
    assert check_totals(issued("100.01")) == []
    assert [mismatch.field for mismatch in check_totals(issued("100.02"))] == ["net amount of line 1 [BT-131]"]


def with_tax(document: IssuedInvoice, tax: str) -> IssuedInvoice:
    """The document with another VAT amount, consistently."""
    row = replace(document.vat[0], tax=Decimal(tax))
    return replace(document, vat=(row,), totals=document_totals(document.lines, (), (row,)))


def test_vat_rounded_line_by_line_passes_and_vat_that_is_wrong_does_not() -> None:
    six = invoice(*[line("1", "0.10", "15")] * 6)
    assert six.vat[0].tax == Decimal("0.09")
    assert check_totals(with_tax(six, "0.12")) == []
    assert [found.rule for found in check_totals(with_tax(six, "0.13"))] == ["BR-CO-17"]
    one = invoice(line("1", "100.00", "25"))
    assert check_totals(with_tax(one, "25.01")) == []
    assert [found.rule for found in check_totals(with_tax(one, "25.02"))] == ["BR-CO-17"]


def test_no_number_of_lines_lets_the_vat_be_a_whole_unit_off() -> None:
    many = invoice(*[line("1", "1.00", "25")] * 1000)
    assert many.vat[0].tax == Decimal("250.00")
    assert check_totals(with_tax(many, "250.99")) == []
    assert [found.rule for found in check_totals(with_tax(many, "251.00"))] == ["BR-CO-17"]


def test_a_category_that_the_breakdown_leaves_out_is_found() -> None:
    document = invoice(line(rate="15"), line(rate="25"))
    kept = document.vat[:1]
    short = replace(document, vat=kept, totals=document_totals(document.lines, (), kept))
    assert [(found.field, found.issued) for found in check_totals(short)] == [
        ("taxable amount of category S at 25 % [BT-116]", Decimal(0))
    ]


def test_an_absurd_amount_is_rounded_without_failing() -> None:
    huge = Decimal("999999999999999")
    assert line_net(huge, huge, "NOK", base_quantity=Decimal("0.000000000001")) > huge
