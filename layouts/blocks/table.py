"""Tables: rows made ready for any page.

A row's fragments hold a blank (NUL) where the baseline's height goes, so that a row is shaped and wrapped once, before
its page is known. A cell that reads nothing but plain fields of its row is remembered under their values: units, rates,
prices and descriptions that come back are taken from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple

from layouts.blocks.figures import figure_column
from layouts.blocks.text import TextSetter
from layouts.edition import CONSTANTS, TEXT, Edition, Frame, Scope, too_wide
from layouts.errors import LayoutError
from layouts.geometry import pt
from layouts.ink import Ink, Shape
from layouts.language.expression import Expression
from layouts.language.schema import Leaf, Names, kind_at
from layouts.language.scope import item_scope
from layouts.parts import Carry, Column, Group, TableBlock
from layouts.strip import Extent, LineStrip, RuleStrip, Run, Strip, Trouble, hull_of, set_stack

_CACHED_CELLS = 20_000
_NOTHING = Decimal(0)


class Cell(NamedTuple):
    """A cell made ready. `first` is the fragment of its first line, which stands on the row's first baseline; `more`
    are the others, each with the depth of its baseline under the row's top. `hex` are the glyphs in the font of the
    table's cells, `others` those in other fonts, by resource. The height is without the white around."""

    first: str
    more: tuple[tuple[float, str], ...]
    hex: str
    others: tuple[tuple[str, str], ...]
    height_pt: float
    troubles: tuple[Trouble, ...]


_EMPTY = Cell("", (), "", (), 0.0, ())


@dataclass(slots=True)
class Row(Strip):
    """One element, or a part of one that is too high for a page.

    hexes   glyphs in the font of the table's cells; `others` those in other fonts, by resource
    value   what the row adds to the carried sum; zero for the further parts of an element
    last    whether the element ends with this row, so that a rule closes it
    """

    lines: Sequence[tuple[float, str]] = ()
    hexes: Sequence[str] = ()
    others: Sequence[tuple[str, str]] = ()
    value: Decimal = _NOTHING
    last: bool = True
    table: TableSetter | None = None
    first_of_table: bool = False
    last_of_table: bool = False


class _Column:
    """One column made ready: row → cell."""

    def __init__(self, column: Column, edition: Edition, frame: Frame, block: TableBlock, names: Names) -> None:
        self.column = column
        self.frame = frame.inner(column.name, column.x_mm, column.width_mm)
        self._base = edition.pens[block.cell_style]
        self._above_pt = pt(block.row_above_mm)
        self._setters = [TextSetter(item, edition, self.frame, names) for item in column.cell]
        self._own = {name for name, kind in names.items() if edition.names.get(name) is not kind}
        self._alias = block.alias
        self._wraps = column.align == "left"
        self.reads = frozenset().union(*(setter.reads for setter in self._setters))
        self.known: dict[Any, Cell] = {}
        self._names = names
        self.key = self._key_of(block.alias)
        self.plain = self._is_plain()
        self._spare = {"left": 0.0, "centre": 0.5, "right": 1.0}[self._setters[0].item.align]
        self._plain_pt = self._above_pt + self._base.baseline_pt
        self._write = self._writer(edition)
        only = self._only()
        self.figures = figure_column(only, edition, self._base, self.frame, self._spare) if only is not None else None

    def _key_of(self, alias: str) -> Callable[[Mapping[str, Any]], Any] | None:
        """How the values are got that alone decide what the cell says; None when more than fields of the row do. A row
        with anything in a list that the cell goes through has no key (None)."""
        fields: dict[str, None] = {}
        lists: list[str] = []
        for setter in self._setters:
            paths = setter.each_reads if setter.each_reads is not None else setter.reads
            for path in sorted(paths):
                if path[0] in CONSTANTS and path[0] not in self._own:
                    continue
                own = path[1:] if path[0] == alias else path
                if len(own) != 1 or path[0] not in self._own:
                    return None
                if setter.each_reads is None and not isinstance(kind_at(path, self._names), Leaf):
                    return None
                if setter.each_reads is not None:
                    lists.append(own[0])
                else:
                    fields[own[0]] = None
        get = itemgetter(*fields) if fields else (lambda _row: "")
        if not lists:
            return get
        return lambda row: None if any(row[name] for name in lists) else get(row)

    def _is_plain(self) -> bool:
        """Whether the cell is one text that reads only fields of the row by their plain names, set without more ado."""
        (setter, *more) = self._setters
        item = setter.item
        asks_more = (
            item.when or item.each or item.names or item.otherwise or item.styled or item.max_lines or item.span_mm
        )
        own = all(len(path) == 1 and path[0] in self._own and path[0] != self._alias for path in self.reads)
        return not more and not asks_more and item.fit == "wrap" and own and setter.pen is self._base

    def _only(self) -> Expression | None:
        """The field that is all a plain cell says."""
        parts = self._setters[0].text.parts
        only = parts[0] if self.plain and len(parts) == 1 else None
        return only if isinstance(only, Expression) else None

    def _writer(self, edition: Edition) -> Callable[[Mapping[str, Any]], str]:
        """How a plain cell's text is made. A field by itself needs no template."""
        only, template, formatter = self._only(), self._setters[0].text, edition.formatter
        if only is not None and only.path is not None and kind_at(only.path, self._names) == TEXT:
            return itemgetter(only.path[0])
        return lambda element: template(element, formatter)

    def plain_cell(self, element: Mapping[str, Any]) -> Cell | None:
        """A cell that is one text, without the ways of `cell`; None when something is wrong with it."""
        text = self._write(element)
        if not text:
            return _EMPTY
        pen, width_pt, x_pt = self._base, self.frame.width_pt, self.frame.x_pt
        shape = None if self._wraps else pen.figure(text)
        if shape is None and (not text.isprintable() or text != text.strip()):
            return None
        try:
            if not self._wraps:
                shape = shape or pen.shape(text)
                if shape.width_pt > width_pt or shape.others:
                    return None
                x_pt += (width_pt - shape.width_pt) * self._spare
                return Cell(f"1 0 0 1 {x_pt:.2f} \0 Tm {shape.show}\n", (), shape.hex, (), pen.leading_pt, ())
            shapes = pen.break_once(text, width_pt)
        except LayoutError:
            return None
        depth_pt, leading_pt = self._plain_pt, pen.leading_pt
        lines: list[tuple[float, str]] = []
        for shape in shapes:
            if shape.others:
                return None
            lines.append((depth_pt, f"1 0 0 1 {x_pt:.2f} \0 Tm {shape.show}\n"))
            depth_pt += leading_pt
        if not lines:
            return _EMPTY
        (_, first), *more = lines
        return Cell(first, tuple(more), "".join([shape.hex for shape in shapes]), (), leading_pt * len(lines), ())

    def keep(self, key: Any, cell: Cell) -> None:
        """Remember a cell under what it says."""
        if len(self.known) >= _CACHED_CELLS:
            self.known.clear()
        self.known[key] = cell

    def cell(self, scope: Scope) -> Cell:
        """The cell of the row whose scope this is."""
        lines: list[tuple[float, str]] = []
        glyphs: list[tuple[str, str]] = []
        troubles: list[Trouble] = []
        depth_pt = self._above_pt
        for setter in self._setters:
            paragraphs = list(setter.paragraphs(scope))
            strips = [strip for _, lines_of in paragraphs for strip in lines_of]
            if not self._wraps:
                self._tell_wide(paragraphs, depth_pt, troubles)
            for strip in strips:
                depth_pt += strip.gap_pt
                for trouble in strip.troubles:
                    line = Extent(strip.x_pt, depth_pt, strip.width_pt, strip.height_pt)
                    part = trouble.part._replace(down_pt=depth_pt) if trouble.part else line
                    troubles.append(trouble._replace(part=part))
                lines.append((depth_pt + strip.baseline_pt, self._fragment(strip, glyphs)))
                depth_pt += strip.height_pt
        if not lines:
            return _EMPTY
        (_, first), *more = lines
        return Cell(first, tuple(more), "", tuple(glyphs), depth_pt - self._above_pt, tuple(troubles))

    def _fragment(self, strip: LineStrip, glyphs: list[tuple[str, str]]) -> str:
        """A line that begins and ends in the cell's own style, so that it may stand beside and between any others."""
        current, parts = self._base, []
        for pen, x_pt, shape, scale in strip.runs:
            if pen is not current:
                parts.append(f"{current.off}{pen.on}")
                current = pen
            glyphs.append((pen.face.resource_name, shape.hex))
            glyphs.extend(shape.others)
            shown = f"1 0 0 1 {x_pt:.2f} \0 Tm {shape.show}"
            parts.append(f"{scale * 100:.1f} Tz {shown} 100 Tz\n" if scale < 1 else f"{shown}\n")
        if current is not self._base:
            parts.append(f"{current.off}{self._base.on}")
        return "".join(parts)

    def _tell_wide(
        self, paragraphs: Iterable[tuple[str, Sequence[LineStrip]]], depth_pt: float, troubles: list[Trouble]
    ) -> None:
        """A figure is never broken: that it would be is a trouble. `depth_pt` is where the first begins."""
        for text, strips in paragraphs:
            if len(strips) > len(text.splitlines()):
                width_pt = sum(strip.width_pt for strip in strips)
                trouble = too_wide(text, width_pt, self.frame.width_pt, "", f"the column {self.column.name}")
                troubles.append(trouble._replace(part=hull_of(strips)._replace(down_pt=depth_pt)))
            depth_pt += sum(strip.gap_pt + strip.height_pt for strip in strips)


def _in_row(troubles: Iterable[Trouble], place: str) -> tuple[Trouble, ...]:
    """Troubles with the row as their place."""
    found = []
    for trouble in troubles:
        error = trouble.error
        placed = LayoutError(error.code, error.message, place=place, remedy=error.remedy)
        found.append(trouble._replace(error=placed))
    return tuple(found)


def _in_part(troubles: Iterable[Trouble], top_pt: float, end_pt: float) -> tuple[Trouble, ...]:
    """The troubles of a row that are about the part of it between two depths."""
    return tuple(
        trouble._replace(part=trouble.part._replace(down_pt=trouble.part.down_pt - top_pt))
        for trouble in troubles
        if trouble.part is not None and top_pt <= trouble.part.down_pt < end_pt
    )


class TableSetter:
    """A table in one edition."""

    def __init__(self, block: TableBlock, edition: Edition, frame: Frame, tallest_pt: float = 1e9) -> None:
        self._block = block
        self._edition = edition
        self._frame = frame
        self._each, self._names = edition.each(block.each, block.alias)
        self.pen = edition.pens[block.cell_style]
        self._columns = [_Column(column, edition, frame, block, self._names) for column in block.columns]
        self._above_pt, self._below_pt = pt(block.row_above_mm), pt(block.row_below_mm)
        self._no_figures = [None] * len(self._columns)
        self._first_pt = self._above_pt + self.pen.baseline_pt
        self.row_rule = edition.rules[block.row_rule] if block.row_rule else None
        self.carry = CarrySetter(block.carry, edition, frame, block) if block.carry else None
        self._value = edition.figure(block.carry.value, self._names) if block.carry else None
        self._start = edition.figure(block.carry.start) if block.carry and block.carry.start else None
        self._group = _GroupSetter(block, block.group, edition, frame, self._names) if block.group else None
        self.head = self._head()
        self.head_pt = sum(strip.height_pt for strip in self.head)
        carry_pt = self.carry.height_pt if self.carry else 0.0
        self._tallest_pt = tallest_pt - self.head_pt - 2 * carry_pt
        own = {name for name, kind in self._names.items() if edition.names.get(name) is not kind}
        inner = frozenset().union(*(column.reads for column in self._columns))
        self.reads = self._each.reads | {path for path in inner if path[0] not in own}
        if self._start is not None:
            self.reads |= self._start.reads

    # ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def strips(self, scope: Scope, _room_pt: float = 0.0, /) -> list[Strip]:
        """The rows of a document, group heads and subtotals among them."""
        elements: Sequence[Mapping[str, Any]] = self._each(scope) or ()
        rows: list[Strip] = []
        if self._group is None:
            nothing = [None] * len(elements)
            figures = [column.figures.cells(elements) if column.figures else nothing for column in self._columns]
            for number, element in enumerate(elements):
                row = self._row(element, scope, [made[number] for made in figures])
                if row.troubles:
                    row.troubles = _in_row(row.troubles, f"{self._block.each.text}[{number}]")
                rows.extend((row,) if row.height_pt <= self._tallest_pt else self._parts(row))
        else:
            number = -1
            for head, members, foot in self._group.groups(elements, scope):
                rows.extend(self._belonging(strip, keep=True) for strip in head)
                for member in members:
                    row = self._row(member, scope, self._no_figures)
                    number += 1
                    if row.troubles:
                        row.troubles = _in_row(row.troubles, f"{self._block.each.text}[{number}]")
                    rows.extend((row,) if row.height_pt <= self._tallest_pt else self._parts(row))
                if foot:
                    rows[-1].keep = True
                    rows.extend(self._belonging(strip, keep=False) for strip in foot)
        if rows and isinstance(rows[0], Row) and isinstance(rows[-1], Row):
            rows[0].first_of_table = rows[-1].last_of_table = True
            if self._start is not None:
                rows[0].value += self._start(scope)
        return rows

    def _row(self, element: Mapping[str, Any], scope: Scope, figures: Sequence[tuple[str, str] | None]) -> Row:
        """The row of one element. `figures` are the cells that are made already, one a column, None for the others."""
        first: list[str] = []
        more: list[tuple[float, str]] = []
        hexes: list[str] = []
        others: list[tuple[str, str]] = []
        troubles: tuple[Trouble, ...] = ()
        height_pt = self.pen.leading_pt
        inner: Scope | None = None
        for column, made in zip(self._columns, figures, strict=True):
            if made is not None:
                first.append(made[0])
                hexes.append(made[1])
                continue
            key = column.key(element) if column.key is not None else None
            cell = column.known.get(key) if key is not None else None
            if cell is None:
                cell = column.plain_cell(element) if column.plain else None
                if cell is None:
                    inner = inner or item_scope(scope, element, self._block.alias)
                    cell = column.cell(inner)
                if key is not None:
                    column.keep(key, cell)
            first.append(cell.first)
            hexes.append(cell.hex)
            if cell.more:
                more += cell.more
            if cell.others:
                others += cell.others
            if cell.troubles:
                troubles += cell.troubles
            height_pt = max(height_pt, cell.height_pt)
        frame = self._frame
        return Row(
            name=frame.name,
            x_pt=frame.x_pt,
            width_pt=frame.width_pt,
            height_pt=self._above_pt + height_pt + self._below_pt,
            troubles=troubles,
            lines=[(self._first_pt, "".join(first)), *more],
            hexes=hexes,
            others=others,
            value=_NOTHING if self._value is None else self._value_of(element, scope),
            table=self,
        )

    def _value_of(self, element: Mapping[str, Any], scope: Scope) -> Decimal:
        """What a row adds to the sum that is carried."""
        assert self._value is not None
        path = self._value.path
        if path is not None and len(path) == 1 and path[0] in element:
            return Decimal(element[path[0]])
        return Decimal(self._value(item_scope(scope, element, self._block.alias)))

    def _belonging(self, strip: Strip, *, keep: bool) -> Row:
        """A strip of a group as a row of the table."""
        return _StripRow(
            name=strip.name,
            x_pt=strip.x_pt,
            width_pt=strip.width_pt,
            height_pt=strip.height_pt + strip.gap_pt,
            keep=keep,
            troubles=strip.troubles,
            table=self,
            last=False,
            strip=strip,
        )

    def _parts(self, row: Row) -> list[Row]:
        """What is too high for any page as several rows that are not. Each part repeats no figure."""
        parts: list[Row] = []
        taken: list[tuple[float, str]] = []
        top_pt = 0.0
        room_pt = self._tallest_pt - self._below_pt - self.pen.descent_pt
        for depth_pt, fragment in sorted(row.lines, key=itemgetter(0)):
            if depth_pt - top_pt > room_pt:
                end_pt = taken[-1][0] + self.pen.descent_pt
                parts.append(self._part_of(row, taken, top_pt, end_pt, first=not parts, last=False))
                top_pt, taken = end_pt, []
            taken.append((depth_pt, fragment))
        return [*parts, self._part_of(row, taken, top_pt, row.height_pt, first=not parts, last=True)]

    def _part_of(
        self, row: Row, lines: list[tuple[float, str]], top_pt: float, end_pt: float, *, first: bool, last: bool
    ) -> Row:
        return Row(
            name=row.name,
            x_pt=row.x_pt,
            width_pt=row.width_pt,
            height_pt=end_pt - top_pt,
            troubles=_in_part(row.troubles, top_pt, row.height_pt if last else end_pt) if row.troubles else (),
            lines=tuple((depth_pt - top_pt, fragment) for depth_pt, fragment in lines),
            # A page set's glyphs are gathered over all pages, so the first part may account for all of them.
            hexes=row.hexes if first else (),
            others=row.others if first else (),
            value=row.value if first else _NOTHING,
            last=last,
            table=self,
        )

    # ── heads and setting ─────────────────────────────────────────────────────────────────────────────────────────

    def _head(self) -> list[Strip]:
        """The captions, on as many lines as the longest takes, over the rule."""
        edition, block, frame = self._edition, self._block, self._frame
        pen = edition.pens[block.head_style]
        troubles: list[Trouble] = []
        captions: list[tuple[Column, Frame, tuple[Shape, ...]]] = []
        for column in self._columns:
            if column.column.label:
                text = edition.words(column.column.label)
                lines = edition.broken(pen, text, column.frame.width_pt, troubles)
                captions.append((column.column, column.frame, lines))
        count = max((len(lines) for *_, lines in captions), default=0)
        strips: list[Strip] = []
        for at in range(count):
            runs = []
            for told, inner, lines in captions:
                above = count - len(lines)
                if at >= above:
                    shape = lines[at - above]
                    runs.append(Run(pen, _aligned(told.align, inner, shape), shape))
            strips.append(
                LineStrip(
                    frame.name, frame.x_pt, frame.width_pt, pen.leading_pt, runs=runs, baseline_pt=pen.baseline_pt
                )
            )
        if strips and block.head_rule:
            gap_pt, rule = pt(block.head_gap_mm), edition.rules[block.head_rule]
            strips.append(RuleStrip(frame.name, frame.x_pt, frame.width_pt, gap_pt, rule=rule, foot=True))
        if strips:
            strips[0].troubles = troubles
        return strips

    def whole(self, strips: Sequence[Strip]) -> Strip:
        """Rows as one strip, for a table that stands in a box."""
        rows = [strip for strip in strips if isinstance(strip, Row)]
        height_pt = sum(row.height_pt for row in rows)
        frame = self._frame
        return _WholeStrip(frame.name, frame.x_pt, frame.width_pt, height_pt, table=self, rows=rows)

    def set_rows(self, ink: Ink, rows: Sequence[Row], y_pt: float) -> float:
        """Set rows from y downwards; returns where they end."""
        cells = ink.take(self.pen)
        texts, page_pt, gathered = ink.texts, ink.height_pt, ink.glyphs
        left_pt, right_pt = self._frame.x_pt, self._frame.x_pt + self._frame.width_pt
        rule = self.row_rule
        ends: list[str] = []
        for row in rows:
            for trouble in row.troubles:
                ink.troubles.append((trouble, (row.name, row.kind, row.x_pt, y_pt, row.width_pt, row.height_pt)))
            if isinstance(row, _StripRow):
                set_stack(ink, (row.strip,), y_pt + row.strip.gap_pt)
                ink.take(self.pen)
            for depth_pt, fragment in row.lines:
                texts.append(fragment.replace("\0", f"{page_pt - y_pt - depth_pt:.2f}"))
            cells += row.hexes
            for resource, glyphs in row.others:
                gathered.setdefault(resource, []).append(glyphs)
            y_pt += row.height_pt
            if row.last and rule is not None:
                end = f"{page_pt - y_pt:.2f}"
                ends.append(f"{left_pt:.2f} {end} m {right_pt:.2f} {end} l\n")
        if ends and rule is not None:
            ink.below.append(f"{rule.width_pt:g} w {rule.grey:g} G\n{''.join(ends)}S\n")
        return y_pt


def _aligned(align: str, frame: Frame, shape: Shape) -> float:
    spare_pt = frame.width_pt - shape.width_pt
    return frame.x_pt + spare_pt * {"left": 0.0, "centre": 0.5, "right": 1.0}[align]


@dataclass(slots=True)
class _StripRow(Row):
    """A group's head or subtotal among the rows."""

    strip: Strip = field(default_factory=lambda: Strip("", 0, 0, 0))


@dataclass(slots=True)
class _WholeStrip(Strip):
    """All rows of a table at once."""

    table: TableSetter | None = None
    rows: Sequence[Row] = ()

    def set(self, ink: Ink, top_pt: float) -> None:
        assert self.table is not None
        self.table.set_rows(ink, self.rows, top_pt)


class CarrySetter:
    """The sums carried from page to page."""

    def __init__(self, carry: Carry, edition: Edition, frame: Frame, block: TableBlock) -> None:
        self.height_pt = pt(carry.height_mm)
        self._frame = frame
        self._edition = edition
        self._pen = edition.pens[carry.style]
        column = next(column for column in block.columns if column.name == carry.column)
        self._left_pt = frame.x_pt + pt(column.x_mm)
        self._right_pt = self._left_pt + pt(column.width_mm)
        self._words = {
            True: edition.words(carry.brought),
            False: edition.words(carry.carried),
        }

    def draw(self, ink: Ink, amount: Decimal, y_pt: float, *, brought: bool) -> None:
        """Set the sum in a strip that begins at y: the words left of the column, the figure at its right edge."""
        pen = self._pen
        baseline_pt = y_pt + (self.height_pt - pen.leading_pt) / 2 + pen.baseline_pt
        words = pen.shape(self._words[brought])
        ink.set(pen, self._left_pt - words.width_pt, baseline_pt, words)
        figure = pen.shape(self._edition.wording.figures.amount(amount, self._edition.digits))
        ink.set(pen, self._right_pt - figure.width_pt, baseline_pt, figure)


class _GroupSetter:
    """Rows in groups of one value, in the order of the data."""

    def __init__(self, block: TableBlock, group: Group, edition: Edition, frame: Frame, names: Names) -> None:
        self._alias = block.alias
        self._by = edition.expression(group.by, names)
        self._head = TextSetter(group.head, edition, frame, names)
        columns = {column.name: column for column in block.columns}
        self._sums: list[tuple[Expression, float]] = []
        for told in group.sums:
            column = columns[told.column]
            right_pt = frame.x_pt + pt(column.x_mm + column.width_mm)
            self._sums.append((edition.figure(told.value, names), right_pt))
        inner_names = {**names, "subtotal": Leaf("amount")}
        self._foot = TextSetter(group.foot, edition, frame, inner_names) if group.foot else None
        self._edition = edition

    def groups(
        self, elements: Iterable[Mapping[str, Any]], scope: Scope
    ) -> Iterable[tuple[list[Strip], list[Mapping[str, Any]], list[Strip]]]:
        """(head, members, subtotals) of each group."""
        members: list[Mapping[str, Any]] = []
        scopes: list[Scope] = []
        last: Any = None
        for element in elements:
            inner = item_scope(scope, element, self._alias)
            value = self._by(inner)
            if members and value != last:
                yield self._made(members, scopes)
                members, scopes = [], []
            last = value
            members.append(element)
            scopes.append(inner)
        if members:
            yield self._made(members, scopes)

    def _made(
        self, members: list[Mapping[str, Any]], scopes: list[Scope]
    ) -> tuple[list[Strip], list[Mapping[str, Any]], list[Strip]]:
        head = self._head.strips(scopes[0])
        foot: list[Strip] = []
        if self._foot is not None:
            totals = [(sum((value(inner) for inner in scopes), _NOTHING), right_pt) for value, right_pt in self._sums]
            foot = self._foot.strips({**scopes[0], "subtotal": totals[0][0]})
            last = foot[-1] if foot else None
            if isinstance(last, LineStrip):
                pen, figures = self._foot.pen, self._edition.wording.figures
                for total, right_pt in totals:
                    shape = pen.shape(figures.amount(total, self._edition.digits))
                    last.runs = (*last.runs, Run(pen, right_pt - shape.width_pt, shape))
        return head, members, foot
