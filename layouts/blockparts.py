"""What the blocks of a layout are made of: texts, rows, tables, pictures, codes. Values only; `layouts.blockfile` reads
them from a file, and `layouts.blocks` sets them.

Texts and conditions are kept as they were written, with the place they came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from layouts.style import Align, Fit


@dataclass(frozen=True, slots=True)
class Source:
    """A text or an expression as the file has it, and where ("invoice.toml, line 12, boxes.title.texts[0].text")."""

    text: str
    place: str

    def __bool__(self) -> bool:
        return bool(self.text)


NOTHING = Source("", "")


@dataclass(frozen=True, slots=True)
class TextItem:
    """One text of a block, or one for every element of `each`, which it calls `alias`.

    `when` leaves it out; `names` are further names it may use, texts by name. `if_room` leaves it out when the box is
    full. `otherwise` is set instead when the text is too wide for one line. A text to `condense` is made narrower down
    to `least_scale`; what is still too wide is set in `wide_style`, wrapped. `max_lines` is the most it may take (0:
    any number). `span_mm` is the width it may take in a table's cell, that of its column when 0. `keep` holds it on one
    page with what follows.
    """

    text: Source
    style: str
    when: Source = NOTHING
    each: Source = NOTHING
    alias: str = "item"
    names: tuple[tuple[str, Source], ...] = ()
    if_room: bool = False
    otherwise: Source = NOTHING
    fit: Fit = "wrap"
    least_scale: float = 0.0
    wide_style: str = ""
    max_lines: int = 0
    gap_above_mm: float = 0.0
    align: Align = "left"
    span_mm: float = 0.0
    styled: bool = False
    keep: bool = False


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Texts under one another; with a `separator`, beside one another with it between them, on as few lines as they
    take. `head` is set above them when there is any."""

    texts: tuple[TextItem, ...]
    head: TextItem | None
    separator: str


@dataclass(frozen=True, slots=True)
class RowItem:
    """A label and a value. A row whose value is empty is left out."""

    label: Source
    text: Source
    style: str
    label_style: str
    when: Source
    each: Source
    alias: str
    rule_above: str
    height_mm: float


@dataclass(frozen=True, slots=True)
class RowsBlock:
    """Labels with their values. Rows that find no room in a box are offered under the name `surplus` to the flow."""

    rows: tuple[RowItem, ...]
    value_x_mm: float
    value_align: Align
    surplus: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `x_mm` from the table's left edge. The first of `cell` stands in the row's first line."""

    name: str
    label: Source
    x_mm: float
    width_mm: float
    align: Align
    cell: tuple[TextItem, ...]


@dataclass(frozen=True, slots=True)
class Carry:
    """The sum of `value` so far, in the column `column`, at the foot of a page and at the head of the next. It begins
    with `start`, 0 when that is not told."""

    value: Source
    start: Source
    column: str
    brought: Source
    carried: Source
    style: str
    height_mm: float


@dataclass(frozen=True, slots=True)
class GroupSum:
    """A subtotal: the sum of `value` over the rows of a group, in the column `column`."""

    value: Source
    column: str


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one value of `by` come under a head and, when there is a `foot`, over a line with subtotals. The first of
    them may be named in the foot as {subtotal}."""

    by: Source
    head: TextItem
    foot: TextItem | None
    sums: tuple[GroupSum, ...]


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A row of cells for every element of `each`. The head is repeated on every page."""

    each: Source
    alias: str
    columns: tuple[Column, ...]
    head_style: str
    cell_style: str
    head_gap_mm: float
    row_above_mm: float
    row_below_mm: float
    head_rule: str
    row_rule: str
    carry: Carry | None
    group: Group | None


@dataclass(frozen=True, slots=True)
class Part:
    """A block beside others."""

    name: str
    x_mm: float
    width_mm: float
    block: Block


@dataclass(frozen=True, slots=True)
class ColumnsBlock:
    """Blocks beside one another; they are kept on one page."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class AddressCode:
    """A post's code above or below the address lines, `gap_mm` from them besides its quiet zone."""

    code: CodeBlock
    where: Literal["above", "below"]
    gap_mm: float


@dataclass(frozen=True, slots=True)
class AddressBlock:
    """The address that shows through the window: a line too wide is condensed to `least_scale`, then broken while lines
    are left. `code` is the post's, when there is one."""

    lines: Source
    style: str
    max_lines: int
    least_scale: float
    code: AddressCode | None = None


@dataclass(frozen=True, slots=True)
class PictureBlock:
    """An image in its box (or `width_mm` wide in the flow), its proportions kept. `file` is an absolute path. `colour`
    says whether colours are kept or made grey; `background` pictures lie under all else and may reach anywhere."""

    file: str
    place: str
    page: int
    width_mm: float
    align: Align
    colour: Literal["keep", "grey"]
    least_dpi: float
    background: bool


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A barcode or matrix code. Empty text leaves it out, as does a code whose modules would be smaller than
    `least_module_mm`. `height_mm` is that of a linear code; `caption` stands under it. With its quiet zone outside, the
    code fills its box, and the layout keeps free what it needs around it."""

    symbology: str
    text: Source
    options: tuple[tuple[str, str | int | bool], ...]
    width_mm: float
    height_mm: float
    least_module_mm: float
    too_dense: Literal["error", "leave-out"]
    caption: Source
    caption_style: str
    overlay: str
    place: str
    quiet_zone: Literal["inside", "outside"] = "inside"


@dataclass(frozen=True, slots=True)
class FieldBlock:
    """An empty field, to be filled in by hand or to lie under what stands in it: `cells` beside one another with
    `gap_mm` between. `rule` is drawn around each; with `corners_mm`, its corners only. `fill` is the grey it is filled
    with, 1 for white, None for nothing."""

    rule: str
    corners_mm: float
    cells: int
    gap_mm: float
    fill: float | None


@dataclass(frozen=True, slots=True)
class RuleBlock:
    """A line across the middle of its box; upright when the box is higher than wide."""

    rule: str


Block = (
    TextBlock | RowsBlock | TableBlock | ColumnsBlock | AddressBlock | PictureBlock | CodeBlock | FieldBlock | RuleBlock
)
