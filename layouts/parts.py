"""What a layout is made of: places in millimetres, styles, columns and text keys. Values only; `layouts.layout` reads
them from a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from layouts.geometry import Box

PageKind = Literal["first", "continuation", "last"]
PAGE_KINDS: tuple[PageKind, ...] = ("first", "continuation", "last")


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks. `font` is a style of the font set; `grey` 0 is black, 1 white; `tracking_pt` is added between
    characters."""

    name: str
    font: str
    size_pt: float
    leading_mm: float
    grey: float
    tracking_pt: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A line: its thickness and grey."""

    name: str
    width_pt: float
    grey: float


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the sheet that the layout must leave free on every page."""

    name: str
    box: Box


@dataclass(frozen=True, slots=True)
class AddressPart:
    box: Box
    style: str
    max_lines: int
    least_scale: float


@dataclass(frozen=True, slots=True)
class LetterheadPart:
    box: Box
    name_style: str
    line_style: str


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """`label` is a text key, `source` the dotted place in the data."""

    label: str
    source: str
    style: str


@dataclass(frozen=True, slots=True)
class HeaderPart:
    box: Box
    label_style: str
    value_style: str
    value_x_mm: float
    rows: tuple[HeaderRow, ...]


@dataclass(frozen=True, slots=True)
class TextPart:
    """A box with text in one style."""

    box: Box
    style: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `x_mm` from the table's left edge. An empty label leaves its head blank."""

    source: str
    label: str
    x_mm: float
    width_mm: float
    right: bool


@dataclass(frozen=True, slots=True)
class TablePart:
    """The line table. `first` and `continuation` are the areas it may fill, heads and carried sums included."""

    first: Box
    continuation: Box
    head_style: str
    head_height_mm: float
    cell_style: str
    detail_style: str
    carry_style: str
    carry_height_mm: float
    row_above_mm: float
    row_below_mm: float
    head_rule: str
    row_rule: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class VatPart:
    x_mm: float
    width_mm: float
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class TotalRow:
    """`source` is a key of the totals. `optional` leaves a zero out; `unless_equal` leaves the row out when it says
    the same as that other total; `negated` prints the opposite sign."""

    source: str
    label: str
    optional: bool
    unless_equal: str
    negated: bool


@dataclass(frozen=True, slots=True)
class TotalsPart:
    x_mm: float
    width_mm: float
    label_style: str
    payable_style: str
    payable_height_mm: float
    payable_rule: str
    rows: tuple[TotalRow, ...]


@dataclass(frozen=True, slots=True)
class SummaryPart:
    gap_above_mm: float
    cell_style: str
    head_style: str
    detail_style: str
    row_height_mm: float
    rule: str
    vat: VatPart
    totals: TotalsPart


@dataclass(frozen=True, slots=True)
class NotesPart:
    x_mm: float
    width_mm: float
    gap_above_mm: float
    head_style: str
    style: str
    paragraph_gap_mm: float


@dataclass(frozen=True, slots=True)
class PaymentField:
    """One field of the payment part, placed from the part's top-left corner: label above, value below."""

    source: str
    label: str
    style: str
    x_mm: float
    y_mm: float
    width_mm: float


@dataclass(frozen=True, slots=True)
class PaymentCode:
    """The payment QR code: place in the part, size with its quiet zone, and the smallest module that phones read."""

    x_mm: float
    y_mm: float
    size_mm: float
    least_module_mm: float
    caption_style: str


@dataclass(frozen=True, slots=True)
class PaymentPart:
    """A value too wide for its field is condensed a little, else set in `long_style` on up to `long_lines` lines."""

    box: Box
    rule: str
    title: str
    title_style: str
    label_style: str
    long_style: str
    long_lines: int
    code: PaymentCode
    fields: tuple[PaymentField, ...]


@dataclass(frozen=True, slots=True)
class RunningPart:
    box: Box
    style: str
    detail_style: str


@dataclass(frozen=True, slots=True)
class FooterPart:
    box: Box
    style: str
    rule: str
    page_width_mm: float


@dataclass(frozen=True, slots=True)
class Layout:
    """A checked layout file. `digest` is the SHA-256 (hex) of the file: it is part of every page set's key."""

    name: str
    version: int
    digest: str
    file: str
    width_mm: float
    height_mm: float
    margin_mm: float
    clear_zones: tuple[Zone, ...]
    styles: dict[str, Style]
    rules: dict[str, Rule]
    address: AddressPart
    letterhead: LetterheadPart
    header: HeaderPart
    title: TextPart
    table: TablePart
    summary: SummaryPart
    notes: NotesPart
    payment: PaymentPart
    running: RunningPart
    footer: FooterPart

    def boxes(self, page: PageKind) -> dict[str, Box]:
        """The boxes that may bear ink on a page of this kind, by name. A last page is a continuation with the payment
        part; a document of one page is first and last at once."""
        shared = {"footer": self.footer.box}
        match page:
            case "first":
                return {
                    "address": self.address.box,
                    "letterhead": self.letterhead.box,
                    "header": self.header.box,
                    "title": self.title.box,
                    "table": self.table.first,
                    **shared,
                }
            case "continuation":
                return {"running": self.running.box, "table": self.table.continuation, **shared}
            case "last":
                return {"payment": self.payment.box, **shared}
