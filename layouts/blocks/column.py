"""Columns of a table: from a row's data to the cell that stands in it.

A cell that reads nothing but plain fields of its row is remembered under their values: units, rates, prices and
descriptions that come back are taken from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from layouts.blockparts import Column, TableBlock
from layouts.blocks.cell import EMPTY, Cell, fragment_of
from layouts.blocks.figures import figure_column
from layouts.blocks.text import TextSetter
from layouts.edition import CONSTANTS, TEXT, Edition, Frame, Scope, reads_of, too_wide
from layouts.errors import LayoutError
from layouts.geometry import pt
from layouts.language.expression import Expression
from layouts.language.schema import Leaf, Names, kind_at, own_names
from layouts.strip import Extent, LineStrip, Trouble, hull_of
from layouts.style import WHITE_AT_LEFT

_CACHED_CELLS = 20_000


Key = Callable[[Mapping[str, Any]], Any]


def _nothing(_row: Mapping[str, Any]) -> str:
    """The key of what no field decides."""
    return ""


class ColumnSetter:
    """One column made ready: row → cell."""

    def __init__(self, column: Column, edition: Edition, frame: Frame, block: TableBlock, names: Names) -> None:
        self.column = column
        self.frame = frame.inner(column.name, column.x_mm, column.width_mm)
        self._base = edition.pens[block.cell_style]
        self._above_pt = pt(block.row_above_mm)
        self._setters = [TextSetter(item, edition, self.frame, names) for item in column.cell]
        self._own = own_names(names, edition.names)
        self._alias = block.alias
        self._wraps = column.align == "left"
        self.reads = reads_of(self._setters)
        self._known: dict[Any, Cell] = {}
        self._names = names
        self._key = self._key_of()
        self._plain = self._is_plain()
        self._spare = WHITE_AT_LEFT[self._setters[0].item.align]
        self._plain_pt = self._above_pt + self._base.baseline_pt
        self._write = self._writer(edition)
        only = self._only()
        self._figures = figure_column(only, edition, self._base, self.frame, self._spare) if only is not None else None

    def _key_of(self) -> Key | None:
        """How the values are got that alone decide what the cell says; None when more than fields of the row do. A row
        with anything in a list that the cell goes through has no key (None); a text that its condition leaves out has
        no part in it."""
        fields: dict[str, None] = {}
        lists: list[str] = []
        gated: list[tuple[Callable[..., Any], Callable[[Mapping[str, Any]], Any]]] = []
        for setter in self._setters:
            if setter.each_reads is not None:
                own = self._own_fields(setter.each_reads)
                lists += own or ()
            else:
                gate = setter.gate
                on = self._own_fields(gate.reads) if gate is not None else None
                is_sure = gate is not None and on is not None and all(len(path) == 1 for path in gate.reads)
                own = self._own_fields(setter.said_reads if is_sure else setter.reads, leaves=True)
                if is_sure and gate is not None and own is not None:
                    gated.append((gate.run, itemgetter(*own) if own else _nothing))
                else:
                    fields.update(dict.fromkeys(own or ()))
            if own is None:
                return None
        get = itemgetter(*fields) if fields else _nothing
        if not lists and not gated:
            return get

        def key(row: Mapping[str, Any]) -> Any:
            if any(row[name] for name in lists):
                return None
            return get(row), *[(of(row),) if is_said(row, None) else None for is_said, of in gated]

        return key

    def _own_fields(self, paths: Iterable[tuple[str, ...]], *, leaves: bool = False) -> list[str] | None:
        """The row's fields among these paths; None when one of them is no plain field of the row. Constants of the
        edition need no key; with `leaves`, a field that is a list or a table is no plain one."""
        found = []
        for path in sorted(paths):
            if path[0] in CONSTANTS and path[0] not in self._own:
                continue
            own = path[1:] if path[0] == self._alias else path
            if len(own) != 1 or path[0] not in self._own:
                return None
            if leaves and not isinstance(kind_at(path, self._names), Leaf):
                return None
            found.append(own[0])
        return found

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
        only = parts[0] if self._plain and len(parts) == 1 else None
        return only if isinstance(only, Expression) else None

    def _writer(self, edition: Edition) -> Callable[[Mapping[str, Any]], str]:
        """How a plain cell's text is made. A field by itself needs no template."""
        only, template, formatter = self._only(), self._setters[0].text, edition.formatter
        if only is not None and only.path is not None and kind_at(only.path, self._names) == TEXT:
            return itemgetter(only.path[0])
        return lambda element: template(element, formatter)

    def cells(self, rows: Sequence[Mapping[str, Any]], scope_of: Callable[[int], Scope]) -> Sequence[Cell]:
        """The cells of rows. `scope_of` gives the scope of a row by its place among them: it is asked for cells that
        more than plain fields decide."""
        found: list[Cell | None]
        if self._figures is not None:
            found = self._figures.cells(rows)
        elif self._key is not None:
            found = [*map(self._known.get, map(self._key, rows))]
        else:
            found = [None] * len(rows)
        return [cell or self._made(row, scope_of, at) for at, (cell, row) in enumerate(zip(found, rows, strict=True))]

    def _made(self, row: Mapping[str, Any], scope_of: Callable[[int], Scope], at: int) -> Cell:
        """The cell of one row, remembered under its key."""
        key = self._key(row) if self._key is not None else None
        cell = self._known.get(key) if key is not None else None
        if cell is None:
            cell = self._plain_cell(row) if self._plain else None
            if cell is None:
                cell = self._cell(scope_of(at))
            if key is not None:
                if len(self._known) >= _CACHED_CELLS:
                    self._known.clear()
                self._known[key] = cell
        return cell

    def _plain_cell(self, element: Mapping[str, Any]) -> Cell | None:
        """A cell that is one text, without the ways of `_cell`; None when something is wrong with it."""
        text = self._write(element)
        if not text:
            return EMPTY
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
            return EMPTY
        (_, first), *more = lines
        return Cell(first, tuple(more), "".join([shape.hex for shape in shapes]), (), leading_pt * len(lines), ())

    def _cell(self, scope: Scope) -> Cell:
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
                lines.append((depth_pt + strip.baseline_pt, fragment_of(strip, self._base, glyphs)))
                depth_pt += strip.height_pt
        if not lines:
            return EMPTY
        (_, first), *more = lines
        return Cell(first, tuple(more), "", tuple(glyphs), depth_pt - self._above_pt, tuple(troubles))

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
