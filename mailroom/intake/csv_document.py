"""A document from its rows in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from mailroom.domain.address import PostalAddress
from mailroom.domain.arithmetic import document_totals, line_net, vat_breakdown
from mailroom.domain.errors import InputRefused
from mailroom.domain.invoice import AllowanceCharge, InvoiceKind, InvoiceLine, IssuedInvoice, Party, Payment
from mailroom.intake import references
from mailroom.intake.acceptance import check_currency
from mailroom.intake.csv_columns import (
    ADDRESS_COLUMNS,
    ADDRESS_LINES_MAX,
    BLOCK_COLUMNS,
    COUNTRY_COLUMN,
    PARTY_COLUMNS,
    PAYMENT_COLUMNS,
    REFERENCE_COLUMNS,
    TOTAL_COLUMNS,
)
from mailroom.intake.csv_values import parse_table_date, parse_table_decimal
from mailroom.intake.text import tidy, tidy_block
from mailroom.intake.values import unreadable

_KINDS = {"": InvoiceKind.INVOICE, **{kind.value: kind for kind in InvoiceKind}}
_LINE, _ALLOWANCE, _CHARGE = "line", "allowance", "charge"
_ROWS = ("", _LINE, _ALLOWANCE, _CHARGE)
_STANDARD_RATED, _ZERO_RATED = "S", "Z"
_PIECE = "C62"
_ZERO = Decimal(0)
_SELLER, _BUYER, _DELIVER = "seller", "buyer", "deliver"
_DELIVER_COLUMNS = tuple(f"{_DELIVER}_{column}" for column in (*ADDRESS_COLUMNS, COUNTRY_COLUMN))
_TOTAL_NAMES = {"net": "total without VAT", "tax": "total VAT", "gross": "total with VAT", "payable": "amount due"}


class _Cells:
    """The cells of a row, with an eye for their place."""

    def __init__(self, number: int, cells: Mapping[str, str], *, point_is_decimal: bool) -> None:
        self.row = number
        self._cells = cells
        self._point_is_decimal = point_is_decimal

    def place(self, column: str) -> str:
        return f"row {self.row}, column {column}"

    def text(self, column: str) -> str:
        try:
            found = self._cells.get(column, "")
            return tidy_block(found) if column in BLOCK_COLUMNS else tidy(found)
        except InputRefused as error:
            error.place = self.place(column)
            raise

    def need(self, column: str) -> str:
        found = self.text(column)
        if not found:
            remedy = "Fill the cell, on the first row of each document for what concerns the whole document."
            raise InputRefused("E1010", f"{column!r} is blank", place=self.place(column), remedy=remedy)
        return found

    def number(self, column: str, default: Decimal = _ZERO) -> Decimal:
        found = self.text(column)
        return self._parsed(found, column) if found else default

    def need_number(self, column: str) -> Decimal:
        return self._parsed(self.need(column), column)

    def _parsed(self, text: str, column: str) -> Decimal:
        return parse_table_decimal(text, self.place(column), point_is_decimal=self._point_is_decimal)

    def day(self, column: str) -> date | None:
        found = self.text(column)
        return parse_table_date(found, self.place(column)) if found else None


def document_of(rows: Sequence[tuple[int, Mapping[str, str]]], *, point_is_decimal: bool) -> IssuedInvoice:
    """The document of (row number, cells by column) pairs: sums computed, and compared with those that are stated.

    Raises InputRefused, its place row and column.
    """
    cells = [_Cells(number, row, point_is_decimal=point_is_decimal) for number, row in rows]
    head = cells[0]
    currency = head.need("currency").upper()
    check_currency(currency, head.place("currency"))
    for row in cells:
        if row.text("row") not in _ROWS:
            fact = f"{row.text('row')[:40]!r} is no kind of row"
            raise unreadable(fact, row.place("row"), "Write line, allowance or charge, or leave it blank.")
    item_rows = [row for row in cells if row.text("row") in ("", _LINE)]
    lines = tuple(_line(row, index, currency) for index, row in enumerate(item_rows, start=1))
    allowances = tuple(_allowance(row) for row in cells if row.text("row") in (_ALLOWANCE, _CHARGE))
    reason = head.text("exemption_reason")
    exempt = {line.vat_category for line in lines if line.vat_rate == 0}
    vat = vat_breakdown(lines, allowances, currency, dict.fromkeys(exempt, reason))
    totals = document_totals(lines, allowances, vat, prepaid=head.number("prepaid"), rounding=head.number("rounding"))
    for column, name in TOTAL_COLUMNS.items():
        stated, computed = head.number(column, getattr(totals, name)), getattr(totals, name)
        if stated != computed:
            fact = f"the {_TOTAL_NAMES[name]} is issued as {stated} but recomputes to {computed}"
            raise _wrong_sum(fact, head.place(column))
    issued = head.day("issue_date")
    if issued is None:
        head.need("issue_date")
        raise AssertionError("a blank date is refused above")
    return IssuedInvoice(
        kind=_kind(head),
        number=head.need("number"),
        issue_date=issued,
        currency=currency,
        seller=_party(head, _SELLER),
        buyer=_party(head, _BUYER),
        lines=lines,
        vat=vat,
        totals=totals,
        due_date=head.day("due_date"),
        payment=Payment(**{name: head.text(column) for column, name in PAYMENT_COLUMNS.items()}),
        allowances=allowances,
        notes=(head.text("note"),) if head.text("note") else (),
        references=references.in_order([(key, head.text(column)) for column, key in REFERENCE_COLUMNS.items()]),
        language=head.text("language"),
        deliver_to=_address(head, _DELIVER) if any(map(head.text, _DELIVER_COLUMNS)) else None,
    )


def _wrong_sum(fact: str, place: str) -> InputRefused:
    return InputRefused("E1016", f"the figures don't add up: {fact}", place=place, remedy="Correct the figures.")


def _kind(head: _Cells) -> InvoiceKind:
    word = head.text("kind").casefold()
    if word not in _KINDS:
        fact = f"{word[:40]!r} is neither an invoice nor a credit note"
        remedy = 'Write "invoice" or "credit-note".'
        raise InputRefused("E1019", fact, place=head.place("kind"), remedy=remedy)
    return _KINDS[word]


def _party(head: _Cells, prefix: str) -> Party:
    head.need(f"{prefix}_name")
    fields = {name: head.text(f"{prefix}_{column}") for column, name in PARTY_COLUMNS.items()}
    return Party(address=_address(head, prefix), **fields)


def _address(head: _Cells, prefix: str) -> PostalAddress:
    lines = (head.text(f"{prefix}_line{number}") for number in range(1, ADDRESS_LINES_MAX + 1))
    return PostalAddress(
        lines=tuple(line for line in lines if line),
        postcode=head.text(f"{prefix}_postcode"),
        town=head.text(f"{prefix}_town") if prefix == _SELLER else head.need(f"{prefix}_town"),
        country=head.need(f"{prefix}_country").upper(),
        region=head.text(f"{prefix}_region"),
    )


def _vat(row: _Cells) -> tuple[str, Decimal]:
    rate = row.need_number("vat_rate")
    return row.text("vat_category").upper() or (_STANDARD_RATED if rate else _ZERO_RATED), rate


def _line(row: _Cells, index: int, currency: str) -> InvoiceLine:
    category, rate = _vat(row)
    quantity, price = row.need_number("quantity"), row.need_number("unit_price")
    base = row.number("base_quantity", Decimal(1))
    if base <= 0:
        fact = f"the base quantity is {base}, not above zero"
        raise InputRefused("E1017", fact, place=row.place("base_quantity"), remedy="Correct it or leave it blank.")
    discount = row.number("discount")
    parts = (AllowanceCharge(False, discount, row.text("discount_reason")),) if discount else ()
    computed = line_net(quantity, price, currency, base_quantity=base, allowances=parts)
    stated = row.number("net_amount", computed)
    return InvoiceLine(
        id=row.text("line_id") or str(index),
        name=row.need("name"),
        quantity=quantity,
        unit=row.text("unit") or _PIECE,
        unit_price=price,
        net_amount=stated,
        vat_category=category,
        vat_rate=rate,
        description=row.text("description"),
        article=row.text("article"),
        base_quantity=base,
        allowances=parts,
    )


def _allowance(row: _Cells) -> AllowanceCharge:
    category, rate = _vat(row)
    return AllowanceCharge(
        charge=row.text("row") == _CHARGE,
        amount=row.need_number("net_amount"),
        reason=row.text("name"),
        vat_category=category,
        vat_rate=rate,
    )
