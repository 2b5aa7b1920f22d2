"""The formatter of a language file: figures by its locale, words by its texts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from layouts.figures import minor_digits
from layouts.language.formats import DateForm
from layouts.wording import Wording


class LanguageFormatter:
    """Writes values in one language and one currency (ISO 4217), the document's."""

    def __init__(self, wording: Wording, currency: str) -> None:
        self._wording = wording
        self._figures = wording.figures
        self._currency = currency
        self._digits = minor_digits(currency)
        self.percent = wording.figures.percent
        self.quantity = wording.figures.quantity
        self.number = wording.figures.number
        self.country = wording.country
        self.unit = wording.unit

    def text(self, value: Decimal | date) -> str:
        return self._figures.quantity(value) if isinstance(value, Decimal) else self._figures.date(value)

    def money(self, value: Decimal, currency: str, *, code: bool) -> str:
        return self._figures.money(value, currency or self._currency, code=code)

    def amount(self, value: Decimal, currency: str) -> str:
        return self._figures.amount(value, minor_digits(currency) if currency else self._digits)

    def date(self, value: date, form: DateForm) -> str:
        return self._figures.date(value, form)

    def word(self, code: str, section: str, otherwise: str | None) -> str:
        return self._wording.texts.get(f"{section}.{code}", code if otherwise is None else otherwise)
