"""Document types (BT-3, UNTDID 1001) that EN 16931 admits, and which of them are credit notes."""

from __future__ import annotations

from mailroom.domain.errors import InputRefused
from mailroom.domain.invoice import InvoiceKind

CORRECTED_INVOICE = "384"

_INVOICES = frozenset(
    (
        *("71", "80", "82", "84", "102", "130", "202", "203", "204", "211", "218", "219", "295", "325", "326", "331"),
        *("380", "382", "383", "384", "385", "386", "387", "388", "389", "390", "393", "394", "395", "456", "457"),
        *("527", "553", "575", "623", "633", "751", "780", "817", "870", "875", "876", "877", "935"),
    )
)
_CREDIT_NOTES = frozenset(("81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"))


def kind_of(type_code: str, place: str) -> InvoiceKind:
    """Invoice or credit note. Raises InputRefused E1019 for a type that is neither."""
    if type_code in _INVOICES:
        return InvoiceKind.INVOICE
    if type_code in _CREDIT_NOTES:
        return InvoiceKind.CREDIT_NOTE
    fact = f"document type {type_code!r} is neither an invoice nor a credit note"
    raise InputRefused("E1019", fact, place=place, remedy="Have the sender use 380 for invoices, 381 for credit notes.")
