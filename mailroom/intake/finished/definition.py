"""A job definition: how the documents of a finished PDF are found, and what is read off their pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, Self

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from mailroom.domain.countries import COUNTRIES
from mailroom.domain.money import CURRENCIES

FIELDS = ("number", "kind", "customer", "address", "amount", "currency", "date", "language", "reference")
"""What every definition may read; further zones are free fields of the customer's own."""

SPLIT_ZONE, COUNTING_ZONE = "split", "counting"
"""Names under which the zones of `[split]` and `[counting]` stand beside those of `[zones.NAME]`."""

ADDRESS_EDGE = "address.edge"
"""The address zone made wider by `EDGE_MM`: room for a blank and a letter of office type."""

EDGE_MM = 3.0
PAGES_MAX = 100_000
_SHEET_MM = 5_080.0
"""200 inches: what a page of PDF 1.4 can measure."""

Clean = Literal["upper", "lower", "no-spaces", "digits", "no-leading-zeros"]
Symbology = Literal["Code128", "Code39", "ITF", "DataMatrix", "QRCode", "PDF417", "Aztec", "EAN13"]


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of a definition, ready for use; `^` and `$` stand for the beginning and end of each line."""
    return re.compile(pattern, re.MULTILINE)


def _pattern(text: str) -> str:
    try:
        compiled(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from error
    return text


def _known(table: Mapping[str, str] | frozenset[str], what: str, text: str) -> str:
    if text and text not in table:
        raise ValueError(f"{text!r} is not {what}")
    return text


def _country(text: str) -> str:
    return _known(COUNTRIES, "a country of ISO 3166-1", text)


def _currency(text: str) -> str:
    return _known(CURRENCIES, "a currency of ISO 4217", text)


def _language(text: str) -> str:
    try:
        Locale.parse(text or "en", sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise ValueError(f"{text!r} is not a language known here") from error
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
Word = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class ZoneBox(_Part):
    """A rectangle on the page as it is shown (rotation and crop applied), from its upper left corner."""

    x_mm: float = Field(ge=0, le=_SHEET_MM)
    y_mm: float = Field(ge=0, le=_SHEET_MM)
    width_mm: float = Field(gt=0, le=_SHEET_MM)
    height_mm: float = Field(gt=0, le=_SHEET_MM)


class Zone(_Part):
    """Where a field stands and how its value is made of the text there.

    `page` is the page of the document: first, last, any (the first on which it is found) or every (on all, and the same
    on all: a guard against strangers' pages). `pattern` picks its groups out of the text (the whole match when it has
    none); `drop` leaves out lines before; `clean` and `values` are applied after, in this order. `format` is the form
    of a date in strptime's words (%d.%m.%Y); %B is a month's name in the definition's language.
    """

    box: ZoneBox
    page: Literal["first", "last", "any", "every"] = "first"
    pattern: Pattern = ""
    drop: tuple[Pattern, ...] = ()
    clean: tuple[Clean, ...] = ()
    values: dict[str, str] = {}
    format: str = ""
    required: bool = False
    default: str = ""


class ByText(_Part):
    """A page on which the pattern is found in the zone begins a document."""

    by: Literal["text"]
    box: ZoneBox
    pattern: Pattern = Field(min_length=1)


class ByChange(_Part):
    """A page whose value in the zone is another than on the page before begins a document. A page without a value goes
    on with the document before it, or is refused (`without`)."""

    by: Literal["change"]
    box: ZoneBox
    pattern: Pattern = ""
    without: Literal["continue", "refuse"] = "refuse"


class ByBookmark(_Part):
    """A page to which a bookmark of this level leads (1 is the outermost) begins a document."""

    by: Literal["bookmark"]
    level: int = Field(default=1, ge=1, le=15)
    pattern: Pattern = ""


class ByPageLabel(_Part):
    """A page whose label matches begins a document; labels like "1" or "INV-1" unless told otherwise."""

    by: Literal["page-label"]
    pattern: Pattern = Field(default=r"^(.*\D)?0*1$", min_length=1)


class ByPageCount(_Part):
    """Every document has so many pages."""

    by: Literal["page-count"]
    pages: int = Field(ge=1, le=PAGES_MAX)


class ByBlank(_Part):
    """Blank pages stand between documents: left out, or kept as the last page of the document before them."""

    by: Literal["blank"]
    blank: Literal["drop", "keep"] = "drop"


class ByBarcode(_Part):
    """A page with such a barcode begins a document: on every one that matches, or only when what it says changes.
    `sheet` = "drop" leaves out pages that bear one (separator sheets). Without a box the whole page is searched."""

    by: Literal["barcode"]
    symbologies: tuple[Symbology, ...] = Field(min_length=1)
    pattern: Pattern = ""
    starts: Literal["match", "change"] = "match"
    sheet: Literal["keep", "drop"] = "keep"
    box: ZoneBox | None = None


class ByIndex(_Part):
    """The rows of the index file tell the documents, in order: their pages, or first and last page."""

    by: Literal["index"]


class ByFile(_Part):
    """The whole file is one document."""

    by: Literal["file"]


Split = Annotated[
    ByText | ByChange | ByBookmark | ByPageLabel | ByPageCount | ByBlank | ByBarcode | ByIndex | ByFile,
    Field(discriminator="by"),
]


class Counting(_Part):
    """ "Page 2 of 3" on every page: the groups `page` and `of` must count through each document without a gap."""

    box: ZoneBox
    pattern: Pattern = Field(min_length=1)

    @model_validator(mode="after")
    def _groups(self) -> Self:
        if "page" not in compiled(self.pattern).groupindex:
            raise ValueError(r"the pattern needs a group named page: (?P<page>\d+)")
        return self


class Index(_Part):
    """A file beside the PDF with a record for each document.

    `file` is its name, `{stem}` being the PDF's without its suffix. `records` leads to the records: a path of element
    names in XML, keys joined by dots in JSON ("" when the root is the list); CSV needs none. `columns` names the
    column, element path or key of each field; besides the fields of zones there are pages, first, last (page numbers
    from 1), file (name of the PDF; only its rows count then), and name, line1, line2, line3, postcode, town, country.
    """

    file: str = Field(min_length=1)
    format: Literal["csv", "xml", "json"]
    delimiter: str = Field(default=";", min_length=1, max_length=1)
    records: str = ""
    columns: dict[str, str] = Field(min_length=1)


class Fit(_Part):
    """How the pages go with marks and envelope. `on_conflict` says what happens to a page with ink where the marks
    stand: it is refused, shifted, also scaled, or printed as it is; `patches` are painted white before (old marks).
    `window` = "unchecked" takes documents that don't show their recipient where the envelope's window is."""

    on_conflict: Literal["refuse", "shift", "scale", "as-is"] = "refuse"
    patches: tuple[ZoneBox, ...] = ()
    most_shift_mm: float = Field(default=15.0, ge=0, le=100)
    least_scale: float = Field(default=0.9, ge=0.5, le=1)
    window: Literal["check", "unchecked"] = "check"


class ExpectedDocument(_Part):
    """What the sample holds: the documents in order."""

    number: str
    pages: int = Field(ge=1)
    postcode: str = ""


class Proof(_Part):
    """What was found in a sample, and who looked and found it right. `rules_sha256` is the digest of the rules that
    found it: another rule, and the definition must be proved again."""

    sample_sha256: Digest
    rules_sha256: Digest | Literal[""] = ""
    by: str = ""
    documents: tuple[ExpectedDocument, ...] = Field(min_length=1)


class JobDefinition(_Part):
    """How finished PDFs of one sender are taken in (docs/finished-pdfs.md explains every key)."""

    format: Literal[1]
    name: Word
    title: str = ""
    sender: str = Field(min_length=1, pattern=r"\S")
    kind: str = "invoice"
    country: Annotated[str, AfterValidator(_country)] = Field(min_length=2)
    language: Annotated[str, AfterValidator(_language)] = ""
    currency: Annotated[str, AfterValidator(_currency)] = ""
    decimal: Literal[",", "."] = ","
    paper: str = ""
    embedded: Literal["ignore", "prefer", "check"] = "ignore"
    duplicates: Literal["refuse", "allow"] = "refuse"
    pages_max: int = Field(default=200, ge=1, le=PAGES_MAX)
    split: Split
    counting: Counting | None = None
    zones: dict[Word, Zone] = {}
    index: Index | None = None
    fit: Fit = Fit()
    proof: Proof | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        columns = self.index.columns if self.index else {}
        if isinstance(self.split, ByIndex) and not columns.keys() & {"pages", "first", "file"}:
            raise ValueError("split by index needs [index] with a column for pages, first or file")
        if self.embedded == "ignore" and "number" not in self.zones and "number" not in columns:
            raise ValueError("the document number comes from nowhere: [zones.number], a column of [index] or embedded")
        if taken := self.zones.keys() & {SPLIT_ZONE, COUNTING_ZONE}:
            raise ValueError(f"a zone can't be named {min(taken)}: that table has its own")
        return self

    def boxes(self) -> dict[str, ZoneBox]:
        """Every zone whose text the pages must give, by name."""
        found = {name: zone.box for name, zone in self.zones.items()}
        if isinstance(self.split, ByText | ByChange):
            found[SPLIT_ZONE] = self.split.box
        if self.counting is not None:
            found[COUNTING_ZONE] = self.counting.box
        return found

    def examined(self) -> dict[str, ZoneBox]:
        """The zones, and beside that of the address a strip at its right edge, by which an address that runs over the
        edge is noticed."""
        found = self.boxes()
        if "address" in self.zones:
            box = self.zones["address"].box
            found[ADDRESS_EDGE] = box.model_copy(update={"width_mm": box.width_mm + EDGE_MM})
        return found

    def rules_sha256(self) -> str:
        """Digest of all that decides what is found: everything but title, fit and proof. What is left at its default
        does not count, so that a key which is new in a later version leaves proofs standing."""
        said = self.model_dump_json(exclude={"title", "fit", "proof"}, exclude_defaults=True)
        return hashlib.sha256(said.encode()).hexdigest()

    def plain(self) -> dict[str, Any]:
        """The definition as plain values, which `JobDefinition.model_validate` takes back."""
        return self.model_dump(mode="json")
