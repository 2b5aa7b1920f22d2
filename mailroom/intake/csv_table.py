"""CSV: one row for each line item; the rows of a document follow one another."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from mailroom.domain.errors import InputRefused
from mailroom.intake.acceptance import accept
from mailroom.intake.csv_columns import COLUMNS, DOCUMENT_COLUMNS, REQUIRED_COLUMNS, column_name, header_delimiter
from mailroom.intake.csv_document import document_of
from mailroom.intake.reading import Reading, refused
from mailroom.intake.text import not_utf8
from mailroom.intake.xml_tree import too_large

KIND = "csv"
ROWS_MAX = 20_000
"""Rows of one document: more than a thousand pages are a mistake in the column of numbers."""

_REMEDY_HEADER = "Correct the first row; docs/intake.md lists the columns."


@dataclass(frozen=True, slots=True)
class Row:
    """A row by column name, with its number in the file (the header is row 1); `fault` says why it can't be read."""

    number: int
    cells: dict[str, str]
    fault: InputRefused | None = None


@dataclass(slots=True)
class _Group:
    """The rows of one document, as they come. Rows beyond the limit are counted, not kept."""

    number: str
    rows: list[Row] = field(default_factory=list)
    count: int = 0
    last: int = 0

    def add(self, row: Row) -> None:
        self.count += 1
        self.last = row.number
        if self.count <= ROWS_MAX:
            self.rows.append(row)

    @property
    def place(self) -> str:
        first, last = self.rows[0].number, self.last
        return f"row {first}" if first == last else f"rows {first}-{last}"


def read_csv(path: Path, encoding: str) -> Iterator[Reading]:
    """One Reading a document. A header that can't be used refuses the file (E1020), a bad row its document alone."""
    errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
    with path.open(encoding=encoding, errors=errors, newline="") as text:
        start = text.read(4096).lstrip("\ufeff")
        delimiter = header_delimiter(start.split("\n", 2)[:2]) or ","
        text.seek(0)
        if start.casefold().startswith("sep="):
            text.readline()
        rows = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            columns = _columns(rows)
        except InputRefused as error:
            yield refused(path, "row 1", KIND, error)
            return
        seen: set[str] = set()
        broken = _Broken()
        for group in _groups(_rows(rows, columns, broken)):
            yield _reading(path, group, seen, point_is_decimal=delimiter == ",")
        if broken.error is not None:
            yield refused(path, f"row {broken.row}", KIND, broken.error)


@dataclass(slots=True)
class _Broken:
    """Where and why the table could not be read on."""

    row: int = 0
    error: InputRefused | None = None


def _columns(rows: Iterator[list[str]]) -> list[str]:
    try:
        columns = [column_name(cell) for cell in next(rows, [])]
    except csv.Error as error:
        raise InputRefused("E1020", f"the header can't be read: {error}", remedy=_REMEDY_HEADER) from None
    while columns and not columns[-1]:
        columns.pop()
    for column in columns:
        if column not in COLUMNS:
            near = get_close_matches(column, COLUMNS, n=1)
            remedy = f"Did you mean {near[0]!r}?" if near else _REMEDY_HEADER
            raise InputRefused("E1020", f"the column {column!r} is not known", remedy=remedy)
        if columns.count(column) > 1:
            raise InputRefused("E1020", f"the column {column!r} stands twice", remedy=_REMEDY_HEADER)
    absent = [column for column in REQUIRED_COLUMNS if column not in columns]
    if absent:
        raise InputRefused("E1020", f"columns are missing: {', '.join(absent)}", remedy=_REMEDY_HEADER)
    return columns


def _rows(rows: Iterator[list[str]], columns: Sequence[str], broken: _Broken) -> Iterator[Row]:
    """Rows that hold something. A table that breaks off (an open quote, lost text) ends, and `broken` says why."""
    number = 1
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            fact = f"the table can't be read from here on: {error}"
            remedy = "Close the open quotation mark, or double the marks within a cell."
            broken.row, broken.error = number, InputRefused("E1021", fact, remedy=remedy)
            return
        except UnicodeDecodeError as error:
            fact = f"from here on the file is not {error.encoding}: {error.reason}"
            broken.row, broken.error = number, not_utf8(fact)
            return
        while len(cells) > len(columns) and not cells[-1].strip():
            cells.pop()
        if not any(cell.strip() for cell in cells):
            continue
        named = {column: cell for column, cell in zip(columns, cells, strict=False) if cell.strip()}
        yield Row(number, named, _count_fault(len(cells), len(columns), number))


def _count_fault(cells: int, columns: int, number: int) -> InputRefused | None:
    if cells == columns:
        return None
    fact = f"row {number} has {cells} cells, but the table has {columns} columns"
    return InputRefused("E1021", fact, remedy="Put cells that hold the delimiter into quotation marks.")


def _groups(rows: Iterator[Row]) -> Iterator[_Group]:
    """Rows that follow one another under one document number; a blank number goes on with the document."""
    group: _Group | None = None
    for row in rows:
        number = row.cells.get("number", "").strip()
        if group is None or (number and number != group.number):
            if group is not None:
                yield group
            group = _Group(number)
        group.add(row)
    if group is not None:
        yield group


def _reading(path: Path, group: _Group, seen: set[str], *, point_is_decimal: bool) -> Reading:
    try:
        _check_group(group, seen)
        rows = [(row.number, row.cells) for row in group.rows]
        invoice = document_of(rows, point_is_decimal=point_is_decimal)
        return Reading(path, group.place, KIND, invoice=accept(invoice, own_format=True))
    except InputRefused as error:
        return refused(path, group.place, KIND, error)
    finally:
        seen.add(group.number)


def _check_group(group: _Group, seen: set[str]) -> None:
    for row in group.rows:
        if row.fault is not None:
            raise row.fault
    if group.count > ROWS_MAX:
        raise too_large(f"the document has {group.count:,} rows, more than {ROWS_MAX:,}")
    if group.number in seen:
        fact = f"document {group.number!r} comes again after another: its rows must follow one another"
        raise InputRefused("E1022", fact, remedy="Sort the table by document, or give each document its own number.")
    first = group.rows[0].cells
    for row in group.rows[1:]:
        for column in DOCUMENT_COLUMNS:
            if column in row.cells and row.cells[column].strip() != first.get(column, "").strip():
                fact = f"{column!r} differs from the document's first row (row {group.rows[0].number})"
                remedy = "Repeat the document's values on each of its rows, or leave them blank after the first."
                raise InputRefused("E1022", fact, place=f"row {row.number}", remedy=remedy)
