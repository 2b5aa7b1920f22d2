"""The columns of our CSV format: what they are called, what they fill, and which of them must be there."""

from __future__ import annotations

import csv
from collections.abc import Sequence

PARTY_COLUMNS = {
    "name": "name",
    "id": "id",
    "vat_id": "vat_id",
    "registration": "registration",
    "contact": "contact",
    "phone": "phone",
    "email": "email",
    "legal": "legal",
}
"""Column of a party (after "seller_" or "buyer_") and the Party's field."""

ADDRESS_LINES_MAX = 5
ADDRESS_COLUMNS = (*(f"line{number}" for number in range(1, ADDRESS_LINES_MAX + 1)), "postcode", "town", "region")
COUNTRY_COLUMN = "country"

PAYMENT_COLUMNS = {
    "payment_means": "means",
    "payment_reference": "reference",
    "payment_account": "account",
    "payment_bic": "bic",
    "payment_account_name": "account_name",
    "payment_terms": "terms",
}
REFERENCE_COLUMNS = {
    "buyer_reference": "buyer-reference",
    "order_reference": "order",
    "contract_reference": "contract",
    "project_reference": "project",
    "preceding_invoice": "preceding",
    "accounting_cost": "accounting-cost",
    "delivery_date": "delivery-date",
    "period": "period",
}
TOTAL_COLUMNS = {"total_net": "net", "total_tax": "tax", "total_gross": "gross", "payable": "payable"}
"""Totals that a file may state; what it states is compared with what the rows come to."""

DOCUMENT_COLUMNS = frozenset(
    (
        "number",
        "kind",
        "issue_date",
        "due_date",
        "currency",
        "language",
        *(
            f"{party}_{column}"
            for party in ("seller", "buyer")
            for column in (*PARTY_COLUMNS, *ADDRESS_COLUMNS, COUNTRY_COLUMN)
        ),
        *(f"deliver_{column}" for column in (*ADDRESS_COLUMNS, COUNTRY_COLUMN)),
        *PAYMENT_COLUMNS,
        *REFERENCE_COLUMNS,
        "note",
        "exemption_reason",
        "prepaid",
        "rounding",
        *TOTAL_COLUMNS,
    )
)
"""Columns of the whole document: given on its first row, repeated or blank on the others."""

ROW_COLUMNS = (
    "row",
    "line_id",
    "name",
    "description",
    "article",
    "quantity",
    "unit",
    "unit_price",
    "base_quantity",
    "discount",
    "discount_reason",
    "vat_category",
    "vat_rate",
    "net_amount",
)
"""Columns of the row itself."""

REQUIRED_COLUMNS = (
    "number",
    "issue_date",
    "currency",
    "seller_name",
    "seller_country",
    "buyer_name",
    "buyer_town",
    "buyer_country",
    "name",
    "quantity",
    "unit_price",
    "vat_rate",
)
BLOCK_COLUMNS = frozenset(("note", "payment_terms", "description", "seller_legal"))
"""Columns whose line ends are kept."""

COLUMNS = frozenset((*DOCUMENT_COLUMNS, *ROW_COLUMNS))

_DELIMITERS = ",;\t"
_RECOGNISED_MIN = 3
"""How many known columns make a row a header: fewer may be chance in a text."""


def header_delimiter(first_lines: Sequence[str]) -> str:
    """The delimiter under which a line shows the most known columns, "" when that is no header of ours.

    A first line "sep=;", which spreadsheets write for themselves, is passed over.
    """
    rows = [line.strip("\ufeff \r") for line in first_lines]
    if rows and rows[0].casefold().startswith("sep="):
        rows = rows[1:]
    if not rows:
        return ""
    best = max(_DELIMITERS, key=lambda delimiter: _known(rows[0], delimiter))
    return best if _known(rows[0], best) >= _RECOGNISED_MIN else ""


def _known(line: str, delimiter: str) -> int:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return 0
    return sum(column_name(cell) in COLUMNS for cell in cells)


def column_name(cell: str) -> str:
    """A header's cell as column name: case and the joint between words are not asked for."""
    return cell.strip("\ufeff \t").casefold().replace(" ", "_").replace("-", "_")
