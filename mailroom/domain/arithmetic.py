"""The sums of an invoice: computed when we issue, recomputed and compared when others did (EN 16931)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mailroom.domain.invoice import AllowanceCharge, InvoiceLine, IssuedInvoice, Totals, VatSubtotal
from mailroom.domain.money import minor_unit, round_money

VatKey = tuple[str, Decimal]
"""VAT category code (UNCL 5305) and rate in per cent: what the VAT breakdown is grouped by."""

_RULE_LETTERS = {"K": "IC", "L": "AF", "M": "AG"}
"""EN 16931 names a category's rules after its code, but for these."""

_LINE_TOLERANCE = Decimal("0.02")
"""PEPPOL-EN16931-R120 allows this between a line's issued and recomputed net amount, for prices given rounded."""

_TAX_TOLERANCE_MAX = Decimal("0.99")
"""The published EN 16931 rule set lets BR-CO-17 differ by less than 1.00: never more than that."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One figure of a document that its own other figures contradict. `rule` is EN 16931's name for the sum."""

    field: str
    issued: Decimal
    recomputed: Decimal
    rule: str = ""

    def __str__(self) -> str:
        rule = f" ({self.rule})" if self.rule else ""
        return f"{self.field} is issued as {self.issued} but recomputes to {self.recomputed}{rule}"


def signed(part: AllowanceCharge) -> Decimal:
    """The part as it counts in a sum: a charge adds, an allowance takes away."""
    return part.amount if part.charge else -part.amount


def line_net(
    quantity: Decimal,
    unit_price: Decimal,
    currency: str,
    *,
    base_quantity: Decimal = Decimal(1),
    allowances: Sequence[AllowanceCharge] = (),
) -> Decimal:
    """Net amount of a line [BT-131]: quantity × price / base quantity, less allowances, plus charges, rounded once."""
    parts = sum((signed(part) for part in allowances), Decimal(0))
    return round_money(quantity * unit_price / base_quantity + parts, currency)


def vat_breakdown(
    lines: Sequence[InvoiceLine],
    allowances: Sequence[AllowanceCharge],
    currency: str,
    reasons: Mapping[str, str] | None = None,
) -> tuple[VatSubtotal, ...]:
    """The VAT breakdown [BG-23], sorted by category and rate; `reasons` gives a category's exemption reason."""
    named = reasons or {}
    return tuple(
        VatSubtotal(category, rate, taxable, tax_on(taxable, rate, currency), named.get(category, ""))
        for (category, rate), taxable in sorted(_taxable(lines, allowances).items())
    )


def tax_on(taxable: Decimal, rate: Decimal, currency: str) -> Decimal:
    """VAT of a category (BR-CO-17): taxable amount × rate in per cent, rounded to the minor unit."""
    return round_money(taxable * rate / 100, currency)


def document_totals(
    lines: Sequence[InvoiceLine],
    allowances: Sequence[AllowanceCharge],
    vat: Sequence[VatSubtotal],
    *,
    prepaid: Decimal = Decimal(0),
    rounding: Decimal = Decimal(0),
) -> Totals:
    """The document's totals [BG-22] from its lines, its allowances and charges, and its VAT breakdown."""
    of_lines = _sum(line.net_amount for line in lines)
    taken_off = _sum(part.amount for part in allowances if not part.charge)
    added = _sum(part.amount for part in allowances if part.charge)
    net = of_lines - taken_off + added
    tax = _sum(row.tax for row in vat)
    return Totals(
        lines=of_lines,
        allowances=taken_off,
        charges=added,
        net=net,
        tax=tax,
        gross=net + tax,
        prepaid=prepaid,
        rounding=rounding,
        payable=net + tax - prepaid + rounding,
    )


def check_totals(invoice: IssuedInvoice) -> list[Mismatch]:
    """Every figure that the document's own other figures contradict; empty when it adds up.

    Each sum is recomputed from the figures as issued, so one wrong figure does not make all that follow wrong.
    Sums of rounded amounts are exact. Where a product is rounded the standard's rule sets leave room, and so do we:
    a line's net amount may differ by 0.02 (by two minor units where those are smaller); the VAT of a category by half
    a minor unit for each amount in it (a seller may have rounded line by line), at least by one minor unit, and always
    by less than 1.00.
    """
    return [*_lines(invoice), *_sums(invoice), *_vat(invoice)]


def _lines(invoice: IssuedInvoice) -> Iterator[Mismatch]:
    tolerance = min(_LINE_TOLERANCE, 2 * minor_unit(invoice.currency))
    for number, line in enumerate(invoice.lines, start=1):
        expected = line_net(
            line.quantity,
            line.unit_price,
            invoice.currency,
            base_quantity=line.base_quantity,
            allowances=line.allowances,
        )
        if abs(expected - line.net_amount) > tolerance:
            field = f"net amount of line {line.id or number} [BT-131]"
            yield Mismatch(field, line.net_amount, expected, "PEPPOL-EN16931-R120")


def _sums(invoice: IssuedInvoice) -> Iterator[Mismatch]:
    issued = invoice.totals
    again = document_totals(
        invoice.lines, invoice.allowances, invoice.vat, prepaid=issued.prepaid, rounding=issued.rounding
    )
    net = issued.lines - issued.allowances + issued.charges
    payable = issued.gross - issued.prepaid + issued.rounding
    rows = (
        ("sum of line net amounts [BT-106]", issued.lines, again.lines, "BR-CO-10"),
        ("sum of allowances [BT-107]", issued.allowances, again.allowances, "BR-CO-11"),
        ("sum of charges [BT-108]", issued.charges, again.charges, "BR-CO-12"),
        ("total without VAT [BT-109]", issued.net, net, "BR-CO-13"),
        ("total VAT [BT-110]", issued.tax, again.tax, "BR-CO-14"),
        ("total with VAT [BT-112]", issued.gross, issued.net + issued.tax, "BR-CO-15"),
        ("amount due [BT-115]", issued.payable, payable, "BR-CO-16"),
    )
    for field, given, expected, rule in rows:
        if given != expected:
            yield Mismatch(field, given, expected, rule)


def _vat(invoice: IssuedInvoice) -> Iterator[Mismatch]:
    expected = _taxable(invoice.lines, invoice.allowances)
    issued: dict[VatKey, Decimal] = {}
    for row in invoice.vat:
        key = (row.category, row.rate)
        issued[key] = issued.get(key, Decimal(0)) + row.taxable
        tax = tax_on(row.taxable, row.rate, invoice.currency)
        if abs(tax - row.tax) > _tax_tolerance(invoice, key):
            yield Mismatch(f"VAT of {_named(key)} [BT-117]", row.tax, tax, "BR-CO-17")
    for key in sorted(expected.keys() | issued.keys()):
        given, again = issued.get(key, Decimal(0)), expected.get(key, Decimal(0))
        if given != again:
            rule = f"BR-{_RULE_LETTERS.get(key[0], key[0])}-08"
            yield Mismatch(f"taxable amount of {_named(key)} [BT-116]", given, again, rule)


def _tax_tolerance(invoice: IssuedInvoice, key: VatKey) -> Decimal:
    amounts = sum((line.vat_category, line.vat_rate) == key for line in invoice.lines)
    amounts += sum((part.vat_category, part.vat_rate) == key for part in invoice.allowances)
    unit = minor_unit(invoice.currency)
    return min(max(unit, amounts * unit / 2), _TAX_TOLERANCE_MAX)


def _taxable(lines: Sequence[InvoiceLine], allowances: Sequence[AllowanceCharge]) -> dict[VatKey, Decimal]:
    sums: dict[VatKey, Decimal] = {}
    for line in lines:
        key = (line.vat_category, line.vat_rate)
        sums[key] = sums.get(key, Decimal(0)) + line.net_amount
    for part in allowances:
        key = (part.vat_category, part.vat_rate)
        sums[key] = sums.get(key, Decimal(0)) + signed(part)
    return sums


def _named(key: VatKey) -> str:
    return f"category {key[0]} at {key[1]} %"


def _sum(amounts: Iterator[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
