"""Every figure of an invoice, looked for in the text of its pages as another library extracts it.

Rows of text become facts: what a row is, and the figures it holds, parsed by the signs of the language. The facts of a
document must be exactly those its data call for, no more and no fewer; an amount in no row that is expected is a fact
too, and so a mismatch. The signs stand in a table of this file, apart from what the layouts write them with.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import accumulate, chain

from benchmarks.readback_lot import PrintedDocument
from benchmarks.readback_slips import SLIPS
from layouts.wording import load_wording
from mailroom.domain.invoice import AllowanceCharge, IssuedInvoice

_NBSP, _MINUS = "\u00a0", "\u2212"
SIGNS = {
    "nb": (_NBSP, ","),
    "sv": (_NBSP, ","),
    "fi": (_NBSP, ","),
    "da": (".", ","),
    "de": (".", ","),
    "id": (".", ","),
    "en": (",", "."),
}
"""Language -> what stands between thousands, and before decimals. Source: CLDR, number symbols of nb_NO, sv_SE …"""

Fact = tuple[str | Decimal, ...]
"""What a row is, and its words and figures."""

_WORDS = frozenset({"label", "unit"})
"""Groups of a pattern that stay text."""

_IN_TEXT = "amount in a text"


@dataclass(frozen=True, slots=True)
class Difference:
    """Something on paper that is not as the data have it. `page` counts from 0 in the document."""

    page: int
    what: str
    expected: str
    found: str


class Paper:
    """The way one language's invoices are printed."""

    def __init__(self, language: str) -> None:
        self.words = load_wording(language)
        self._group, self._point = SIGNS[language]
        group, point = re.escape(self._group), re.escape(self._point)
        whole = rf"{_MINUS}?\d{{1,3}}(?:{group}\d{{3}})*"
        number, amount = rf"{whole}(?:{point}\d+)?", rf"{whole}{point}\d{{2,}}"
        rate = rf"(?P<rate>{number}){_NBSP}?%"
        units = "|".join(sorted((re.escape(text) for text in self._unit_words()), key=len, reverse=True))
        unit, said = rf"(?P<unit>{units})", self.words.get
        per = re.escape(said("table.per")).replace(r"\{quantity\}", rf"(?P<quantity>{number}) {unit}")
        page = re.escape(said("footer.page")).replace(r"\{page\}", r"(?P<page>\d+)")
        self._rows = {
            "page": re.compile(page.replace(r"\{pages\}", r"(?P<pages>\d+)")),
            "brought": re.compile(rf"{re.escape(said('table.brought-forward'))} (?P<amount>{amount})"),
            "carried": re.compile(rf"{re.escape(said('table.carried-forward'))} (?P<amount>{amount})"),
            "line": re.compile(
                rf"(?P<label>.+) (?P<quantity>{number}) {unit} (?P<price>{amount}) {rate} (?P<amount>{amount})"
            ),
            "price": re.compile(rf"(?P<amount>{amount}) {per}"),
            "vat": re.compile(rf"{rate}(?: (?P<label>\D+))? (?P<taxable>{amount}) (?P<tax>{amount})"),
            "adjustment": re.compile(rf"(?P<label>.+) {rate} (?P<amount>{amount})"),
            "row": re.compile(rf"(?P<label>.+) (?P<amount>{amount})"),
            "amount": re.compile(rf"(?P<amount>{amount})"),
        }
        self._amount = re.compile(rf"(?<![\w.,{group}]){amount}(?![\w.,])")

    def _unit_words(self) -> Iterator[str]:
        return (text for key, text in self.words.texts.items() if key.startswith("units."))

    def number(self, text: str) -> Decimal:
        """A figure as printed: "−1.234,50" in German is -1234.50."""
        plain = text.replace(self._group, "").replace(self._point, ".").replace(_MINUS, "-")
        return Decimal(plain)

    def facts(self, row: str) -> Iterator[Fact]:
        """What a row of text says; nothing when it holds no figure that matters."""
        for what, pattern in self._rows.items():
            if found := pattern.fullmatch(row):
                told = found.groupdict(default="")
                yield (what, *(text if name in _WORDS else self.number(text) for name, text in told.items()))
                return
        for found in self._amount.finditer(row):
            yield _IN_TEXT, self.number(found.group())

    # ── what the data call for ────────────────────────────────────────────────────────────────────────────────────

    def lines(self, invoice: IssuedInvoice) -> list[Fact]:
        """The rows of the table, in order."""
        return [
            (
                *("line", line.name, line.quantity, self.words.unit(line.unit)),
                *(line.unit_price, line.vat_rate, line.net_amount),
            )
            for line in invoice.lines
        ]

    def others(self, invoice: IssuedInvoice) -> Counter[Fact]:
        """Everything else above the payment part but what is carried from page to page, with how often it is there."""
        facts = [self._under_lines(invoice), self._adjustments(invoice), self._vat(invoice), self._totals(invoice)]
        return Counter(chain.from_iterable(facts))

    def _under_lines(self, invoice: IssuedInvoice) -> Iterator[Fact]:
        for line in invoice.lines:
            if line.base_quantity != 1:
                yield "price", line.unit_price, line.base_quantity, self.words.unit(line.unit)
            for part in line.allowances:
                yield "row", self._reason(part), _signed(part)

    def _adjustments(self, invoice: IssuedInvoice) -> Iterator[Fact]:
        return (("adjustment", self._reason(part), part.vat_rate, _signed(part)) for part in invoice.allowances)

    def _vat(self, invoice: IssuedInvoice) -> Iterator[Fact]:
        said = self.words.texts
        return (
            ("vat", row.rate, said.get(f"vat_categories.{row.category}", ""), row.taxable, row.tax)
            for row in invoice.vat
        )

    def _totals(self, invoice: IssuedInvoice) -> Iterator[Fact]:
        totals = invoice.totals
        rows = (
            ("lines", totals.lines, totals.lines != totals.net),
            ("allowances", -totals.allowances, True),
            ("charges", totals.charges, True),
            ("net", totals.net, None),
            ("tax", totals.tax, None),
            ("gross", totals.gross, totals.gross != totals.payable),
            ("prepaid", -totals.prepaid, True),
            ("rounding", totals.rounding, True),
        )
        for name, amount, shown in rows:
            # The net sum and the tax always stand there, the rest when it says something.
            if shown is None or (shown and amount):
                yield "row", self.words.get(f"totals.{name}", invoice.kind.value), amount
        payable = self.words.get("totals.payable", invoice.kind.value)
        yield "row", f"{payable} {invoice.currency}", totals.payable

    def _reason(self, part: AllowanceCharge) -> str:
        return part.reason or self.words.get("table.charge" if part.charge else "table.allowance")


@cache
def paper(language: str) -> Paper:
    """The paper of a language."""
    return Paper(language)


def _signed(part: AllowanceCharge) -> Decimal:
    return part.amount if part.charge else -part.amount


def compare(document: PrintedDocument, texts: Sequence[str]) -> tuple[list[Difference], Counter[str]]:
    """What differs between a document's data and the texts of its pages; and how much was read, by kind of fact."""
    invoice, sheet = document.invoice, paper(document.invoice.language)
    pages = [[fact for row in text.split("\n") for fact in sheet.facts(row.strip(" "))] for text in texts]
    found = [(page, fact) for page, facts in enumerate(pages) for fact in facts]
    surplus, missing = _others(sheet.others(invoice), found)
    differences = [
        *_line_differences(sheet.lines(invoice), [each for each in found if each[1][0] == "line"]),
        *_carry_differences(invoice, pages),
        *_page_number_differences(pages),
        *missing,
        *_slip_differences(document, surplus),
        *_text_differences(document, texts),
    ]
    return differences, Counter(str(fact[0]) for _, fact in found)


_BY_PAGE = frozenset({"line", "brought", "carried", "page"})
"""Facts that are looked at by order and page."""

_ON_SLIPS = frozenset({"amount", "row", _IN_TEXT})
"""As what an amount on a payment part may be read: what stands on the same row depends on the slip."""


def _line_differences(expected: Sequence[Fact], found: Sequence[tuple[int, Fact]]) -> Iterator[Difference]:
    """The lines must be the data's, in their order."""
    if len(expected) != len(found):
        yield Difference(0, "lines", str(len(expected)), str(len(found)))
    for number, (due, (page, fact)) in enumerate(zip(expected, found, strict=False), 1):
        if due != fact:
            yield Difference(page, f"line {number}", _said(due), _said(fact))


def _carry_differences(invoice: IssuedInvoice, pages: Sequence[Sequence[Fact]]) -> Iterator[Difference]:
    """Where lines go on overleaf, their sum so far stands at the foot of the page and at the head of the next."""
    sums = [Decimal(0), *accumulate(line.net_amount for line in invoice.lines)]
    ends = list(accumulate(sum(fact[0] == "line" for fact in facts) for facts in pages))
    for page, facts in enumerate(pages):
        before, after = (ends[page - 1] if page else 0), ends[page]
        due = {
            "brought": [sums[before]] if page and before < len(invoice.lines) else [],
            "carried": [sums[after]] if after < len(invoice.lines) else [],
        }
        for what, expected in due.items():
            read = [fact[1] for fact in facts if fact[0] == what]
            if read != expected:
                yield Difference(page, what, _said(expected), _said(read))


def _page_number_differences(pages: Sequence[Sequence[Fact]]) -> Iterator[Difference]:
    for page, facts in enumerate(pages):
        due: Fact = ("page", Decimal(page + 1), Decimal(len(pages)))
        read = [fact for fact in facts if fact[0] == "page"]
        if read != [due]:
            yield Difference(page, "page number", _said(due), "; ".join(map(_said, read)))


def _others(
    expected: Counter[Fact], found: Sequence[tuple[int, Fact]]
) -> tuple[list[tuple[int, Fact]], list[Difference]]:
    """What is there beyond what is expected, and what is expected and not there."""
    missing = Counter(expected)
    surplus = []
    for page, fact in found:
        if missing[fact]:
            missing[fact] -= 1
        elif fact[0] not in _BY_PAGE:
            surplus.append((page, fact))
    absent = [Difference(0, str(fact[0]), f"{count} × {_said(fact)}", "") for fact, count in missing.items() if count]
    return surplus, absent


def _slip_differences(document: PrintedDocument, surplus: Sequence[tuple[int, Fact]]) -> Iterator[Difference]:
    """The payment part says the payable amount as often as it should, and nothing else says any amount more."""
    payable, last = document.invoice.totals.payable, document.pages - 1
    due = SLIPS[document.slip].amounts if document.slip else 0
    amounts = 0
    for page, fact in surplus:
        if page == last and fact[-1] == payable and fact[0] in _ON_SLIPS:
            amounts += 1
        else:
            yield Difference(page, str(fact[0]), "", _said(fact))
    if amounts != due:
        yield Difference(last, "amount on the slip", f"{due} × {payable}", f"{amounts} ×")


def _text_differences(document: PrintedDocument, texts: Sequence[str]) -> Iterator[Difference]:
    """The address on the first page, the number on every page, what the payment part says on the last."""
    invoice = document.invoice
    due = Counter({(0, "address", "".join(document.address)): 1})
    due.update((page, "number", invoice.number) for page in range(len(texts)))
    if document.slip:
        slip = SLIPS[document.slip].texts(invoice, document.payment)
        due.update((document.pages - 1, f"text of {document.slip}", text) for text in slip)
    squeezed = [_squeezed(text) for text in texts]
    for (page, what, text), count in due.items():
        if (there := squeezed[page].count(_squeezed(text))) < count:
            yield Difference(page, what, f"{count} × {text}", f"{there} ×")


def _squeezed(text: str) -> str:
    """Without spaces and line ends: what is wide is broken, and references are printed in groups."""
    return "".join(text.split())


def _said(figures: Iterable[object]) -> str:
    return " ".join(map(str, figures))
