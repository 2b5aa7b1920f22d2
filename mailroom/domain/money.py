"""Money as Decimal, with the one rounding function of the house."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "ISK": 0, "CLP": 0, "VND": 0, "IDR": 2, "BHD": 3, "KWD": 3, "TND": 3}


def minor_digits(currency: str) -> int:
    """Decimals of a currency's minor unit (ISO 4217)."""
    return _MINOR_DIGITS.get(currency, 2)


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Round to the currency's minor unit, halves away from zero, as EN 16931 has it for amounts."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), rounding=ROUND_HALF_UP)
