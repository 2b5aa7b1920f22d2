"""What is found in a PDF: documents, what can't be taken and why, and pages that are left out on purpose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from mailroom.domain.address import PostalAddress
from mailroom.domain.errors import InputRefused


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a document can't be taken: the page of the file (from 1), the zone or rule that it concerns, and
    what to do."""

    code: str
    message: str
    page: int
    rule: str
    remedy: str

    @property
    def place(self) -> str:
        """ "page 12, zone number"."""
        return f"page {self.page}, {self.rule}" if self.rule else f"page {self.page}"

    def error(self, file: str = "") -> InputRefused:
        """The same as an error of the house; `file` stands before its place."""
        place = ", ".join(part for part in (file, self.place) if part)
        return InputRefused(self.code, self.message, place=place, remedy=self.remedy)


@dataclass(frozen=True, slots=True)
class FoundRecipient:
    """To whom a document goes. `raw` are the lines as they stand on the page; `name` and `address` what they mean."""

    name: str
    address: PostalAddress
    raw: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document of the file: `page_count` pages from `first_page` (from 1) on, and what was read of it.

    `fields` are the free fields of the definition, `sources` tells where each value came from: "zone", "index",
    "embedded" or "default". `embedded` is the name of the XML that belongs to the document, "" without one.
    """

    first_page: int
    page_count: int
    number: str
    kind: str
    sender: str
    recipient: FoundRecipient
    customer: str = ""
    amount: Decimal | None = None
    currency: str = ""
    date: date | None = None
    language: str = ""
    reference: str = ""
    paper: str = ""
    embedded: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    sources: tuple[tuple[str, str], ...] = ()

    @property
    def pages(self) -> range:
        """Page numbers of the file."""
        return range(self.first_page, self.first_page + self.page_count)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Pages that can't go out, with every reason; `number` as far as it could be read."""

    first_page: int
    page_count: int
    problems: tuple[Problem, ...]
    number: str = ""

    @property
    def pages(self) -> range:
        """Page numbers of the file."""
        return range(self.first_page, self.first_page + self.page_count)

    def also(self, problem: Problem) -> Refusal:
        """The same with one reason more."""
        return replace(self, problems=(*self.problems, problem))


@dataclass(frozen=True, slots=True)
class Dropped:
    """Pages that the definition leaves out: blank pages and separator sheets between documents."""

    first_page: int
    page_count: int
    why: str

    @property
    def pages(self) -> range:
        """Page numbers of the file."""
        return range(self.first_page, self.first_page + self.page_count)


Finding = FoundDocument | Refusal | Dropped
