"""Payment references under their former name: they live in layouts.remittance."""

from __future__ import annotations

from layouts.remittance.iban import creditor_reference_is_valid, grouped_reference, iban_is_valid
from layouts.remittance.norway import (
    KID_LENGTHS,
    grouped_account,
    is_norwegian_account,
    kid_is_valid,
    kid_mod10,
    kid_mod11,
)

__all__ = [
    "KID_LENGTHS",
    "creditor_reference_is_valid",
    "grouped_account",
    "grouped_reference",
    "iban_is_valid",
    "is_norwegian_account",
    "kid_is_valid",
    "kid_mod10",
    "kid_mod11",
]
