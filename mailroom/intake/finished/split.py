"""An examined file → its documents, refusals and dropped pages: pure, and every page in exactly one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from mailroom.domain.errors import InputRefused
from mailroom.intake.document_types import kind_of
from mailroom.intake.finished.definition import COUNTING_ZONE, FIELDS, JobDefinition, compiled
from mailroom.intake.finished.examination import EmbeddedInvoice, Examination, IndexRow, PageSeen
from mailroom.intake.finished.fields import Gathered, Value, contradiction, gather, not_found, unreadable
from mailroom.intake.finished.found import Finding, FoundDocument, Problem, Refusal
from mailroom.intake.finished.recipients import choose, folded
from mailroom.intake.finished.spans import Span, spans
from mailroom.intake.finished.values import one_line, parse_amount, parse_currency, parse_date

_INDEX_ONLY = frozenset(
    ("pages", "first", "last", "file", "name", "line1", "line2", "line3", "postcode", "town", "country")
)


def split(examination: Examination, definition: JobDefinition) -> list[Finding]:
    """The documents of a file in order, what can't be taken with its reasons, and the pages left out on purpose."""
    pieces = spans(examination, definition)
    alone = sum(isinstance(piece, Span) for piece in pieces) == 1
    work = _Work(examination, definition, {name: at for at, name in enumerate(examination.zones)}, alone)
    found: list[Finding] = [work.read(piece) if isinstance(piece, Span) else piece for piece in pieces]
    return found if definition.duplicates == "allow" else _without_duplicates(found)


def _without_duplicates(found: list[Finding]) -> list[Finding]:
    """Documents that bear one number are refused, all of them: most often one document was cut in two. The other part
    may have been refused already, for want of an address."""
    times = Counter((one.number, one.kind) for one in found if isinstance(one, FoundDocument))
    refused = {one.number for one in found if isinstance(one, Refusal) and one.number}
    return [
        _duplicate(one)
        if isinstance(one, FoundDocument) and (times[one.number, one.kind] > 1 or one.number in refused)
        else one
        for one in found
    ]


def _duplicate(document: FoundDocument) -> Refusal:
    fact = f"the number {document.number} stands on several documents of the file, which may be parts of one"
    remedy = 'Correct [split] if it cuts documents in two, or allow it: duplicates = "allow".'
    problem = Problem("E1513", fact, document.first_page, "zone number", remedy)
    return Refusal(document.first_page, document.page_count, (problem,), document.number)


@dataclass(frozen=True, slots=True)
class _Work:
    """One file and one definition; `alone` when the file holds a single document."""

    examination: Examination
    definition: JobDefinition
    zones: Mapping[str, int]
    alone: bool

    def read(self, span: Span) -> FoundDocument | Refusal:
        """The document on a span's pages, or all that is wrong with it."""
        pages = self.examination.pages[span.first_page - 1 : span.first_page - 1 + span.page_count]
        problems = [*span.problems, *self._page_problems(pages)]
        embedded, gathered = self._gather(span, pages)
        problems.extend(gathered.problems)
        typed = self._typed(gathered, span.row, embedded, pages, problems)
        number = one_line(gathered.text("number"))
        if problems:
            return Refusal(span.first_page, span.page_count, tuple(problems), number)
        if typed is None:
            raise AssertionError("a document without a recipient has a problem that says so")
        return replace(typed, first_page=span.first_page, page_count=span.page_count)

    def _gather(self, span: Span, pages: Sequence[PageSeen]) -> tuple[EmbeddedInvoice | None, Gathered]:
        """What is said of the document. With several documents in a file, the XML is that of the same number."""
        whose = self.examination.embedded
        if self.alone:
            embedded = next((one for one in whose if not one.problem), whose[0] if whose else None)
        else:
            number = one_line(gather(self.definition, self.zones, pages, span.row, None).text("number"))
            embedded = next((one for one in whose if one.number == number and number), None)
        said = None if embedded is None or embedded.problem else embedded
        return embedded, gather(self.definition, self.zones, pages, span.row, said)

    def _page_problems(self, pages: Sequence[PageSeen]) -> Iterator[Problem]:
        for page in pages:
            if page.fault:
                fact = f"the page can't be read: {page.fault}"
                yield Problem("E1505", fact, page.number, "", "Have the sender export the file again.")
        if len(pages) > self.definition.pages_max:
            fact = f"the document has {len(pages)} pages, more than pages_max = {self.definition.pages_max}"
            remedy = "If documents ran together, correct [split]; if they may be as long, raise pages_max."
            yield Problem("E1511", fact, pages[0].number, "split", remedy)
        if self.definition.counting is not None:
            yield from self._counting_problems(pages)

    def _counting_problems(self, pages: Sequence[PageSeen]) -> Iterator[Problem]:
        """The first page that does not count on; one is enough. Blank pages (the empty backs of sheets) don't count."""
        counting = self.definition.counting
        pattern = compiled(counting.pattern if counting else "")
        counted = [page for page in pages if not page.blank]
        for ordinal, page in enumerate(counted, start=1):
            found = pattern.search(page.texts[self.zones[COUNTING_ZONE]])
            groups = found.groupdict(default="") if found else {}
            told = groups.get("page", "").lstrip("0"), groups.get("of", "").lstrip("0") or str(len(counted))
            if told != (str(ordinal), str(len(counted))):
                said = repr(found[0]) if found else "no page number"
                fact = f"the page says {said}, but is page {ordinal} of {len(counted)} of its document"
                remedy = "A page is missing, is a stranger's, or [split] cuts in the wrong place. Look at the pages."
                yield Problem("E1512", fact, page.number, "counting", remedy)
                return

    def _typed(
        self,
        found: Gathered,
        row: IndexRow | None,
        embedded: EmbeddedInvoice | None,
        pages: Sequence[PageSeen],
        problems: list[Problem],
    ) -> FoundDocument | None:
        """The document with its values read; problems are added to the list."""
        definition, first = self.definition, pages[0].number
        checked = definition.embedded == "check"
        if checked and embedded is not None and embedded.problem:
            fact = f"the embedded {embedded.file} can't be read: {embedded.problem}"
            remedy = 'Have the sender correct it, or leave it out of account: embedded = "prefer".'
            problems.append(Problem("E1526", fact, first, "embedded", remedy))
        reader = _Reader(definition, found, problems)
        number = one_line(found.text("number"))
        if not number and not any(problem.rule == "zone number" for problem in problems):
            zone = definition.zones.get("number")
            text = pages[0].texts[self.zones["number"]] if zone else ""
            problems.append(not_found("number", first, text, zone))
        choice = choose(definition, found, row, embedded, first)
        problems.extend(choice.problems)
        amount, day, currency = reader.amount(), reader.day(), reader.currency()
        reader.compare(checked=checked)
        if choice.recipient is None:
            return None
        extra = tuple(
            (name, one_line(value.text))
            for name, value in found.values.items()
            if name not in FIELDS and name not in _INDEX_ONLY
        )
        sources = tuple(
            (name, value.source)
            for name, value in found.values.items()
            if name not in _INDEX_ONLY and name != "address"
        )
        return FoundDocument(
            first_page=first,
            page_count=len(pages),
            number=number,
            kind=one_line(found.text("kind")) or _kind(embedded, definition.kind),
            sender=definition.sender,
            recipient=choice.recipient,
            customer=one_line(found.text("customer")),
            amount=amount,
            currency=currency,
            date=day,
            language=one_line(found.text("language")) or definition.language,
            reference=one_line(found.text("reference")),
            paper=definition.paper,
            embedded=embedded.file if embedded is not None and not embedded.problem else "",
            fields=extra,
            sources=(*sources, ("address", choice.source)),
        )


def _kind(embedded: EmbeddedInvoice | None, otherwise: str) -> str:
    if embedded is None or not embedded.type_code:
        return otherwise
    try:
        return kind_of(embedded.type_code, "").value
    except InputRefused:
        return otherwise


@dataclass(frozen=True, slots=True)
class _Reader:
    """Typed values of what was gathered; what can't be read becomes a problem."""

    definition: JobDefinition
    found: Gathered
    problems: list[Problem]

    def amount(self) -> Decimal | None:
        value = self.found.values.get("amount")
        return None if value is None else self._amount(value)

    def _amount(self, value: Value, *, told: bool = True) -> Decimal | None:
        decimal = self.definition.decimal if value.source in ("zone", "default") else "."
        read = parse_amount(one_line(value.text), decimal)
        if read is None and value.source == "index":
            read = parse_amount(one_line(value.text), ",")
        if read is None and told:
            self.problems.append(unreadable("amount", value, f"an amount with {decimal!r} before its decimals"))
        return read

    def day(self) -> date | None:
        value = self.found.values.get("date")
        return None if value is None else self._day(value)

    def _day(self, value: Value, *, told: bool = True) -> date | None:
        zone = self.definition.zones.get("date")
        form = zone.format if zone is not None and value.source in ("zone", "default") else ""
        read = parse_date(value.text, form, self.definition.language)
        if read is None and told:
            self.problems.append(unreadable("date", value, f"a date of the form {form or 'YYYY-MM-DD or DD.MM.YYYY'}"))
        return read

    def currency(self) -> str:
        value = self.found.values.get("currency")
        if value is None:
            return self.definition.currency
        read = parse_currency(value.text, self.definition.currency)
        if read is None:
            self.problems.append(unreadable("currency", value, "a currency"))
        return read or ""

    def compare(self, *, checked: bool) -> None:
        """Contradictions between sources. An index is always held against the page, embedded XML when it is asked."""
        for name, rivals in self.found.rivals.items():
            kept = self.found.values[name]
            if name == "address" or kept.source == "zone" or (kept.source == "embedded" and not checked):
                continue
            for rival in rivals:
                if rival.source == "zone" and not self._same(name, kept, rival):
                    self.problems.append(contradiction(name, kept.text, rival.text, kept.source, rival.page))

    def _same(self, name: str, one: Value, other: Value) -> bool:
        match name:
            case "amount":
                return self._amount(one, told=False) == self._amount(other, told=False)
            case "date":
                return self._day(one, told=False) == self._day(other, told=False)
            case "currency":
                house = self.definition.currency
                return parse_currency(one.text, house) == parse_currency(other.text, house)
            case _:
                return folded(one.text) == folded(other.text)
