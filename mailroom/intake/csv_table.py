"""CSV: one row for each line item; the rows of a document follow one another.

An invoice must never be taken in without one of its lines. So a row that can't be read refuses every document that it
may belong to, and a document whose rows are scattered over the table is refused as a whole.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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

_NUMBER = "number"
_REMEDY_HEADER = "Correct the first row; docs/intake.md lists the columns."
_BESIDE = "documents beside it are refused too, for it may belong to them"


@dataclass(frozen=True, slots=True)
class Row:
    """A row by column name, blank cells left out, with its number in the file (the header is row 1).

    `fault` says why it can't be read; `adrift` that not even its document can be told.
    """

    number: int
    cells: dict[str, str]
    fault: InputRefused | None = None
    adrift: bool = False

    @property
    def document(self) -> str:
        return self.cells.get(_NUMBER, "").strip()


@dataclass(slots=True)
class _Group:
    """The rows of one document, as they come. Rows beyond the limit are counted, not kept."""

    document: str
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
    """One Reading a document. A header that can't be used refuses the file (E1020)."""
    try:
        with _opened(path, encoding) as table:
            scattered = _scattered(table.rows())
    except InputRefused as error:
        yield refused(path, "row 1", KIND, error)
        return
    with _opened(path, encoding) as table:
        for group in _groups(table.rows()):
            try:
                invoice = document_of(_checked(group, scattered), point_is_decimal=table.delimiter == ",")
                yield Reading(path, group.place, KIND, invoice=accept(invoice, own_format=True))
            except InputRefused as error:
                yield refused(path, group.place, KIND, error)


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[_Table]:
    """The table behind its header. Bytes that are not UTF-8 are carried along, so only their document is refused."""
    errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
    with path.open(encoding=encoding, errors=errors, newline="") as text:
        start = text.read(4096).lstrip("\ufeff")
        delimiter = header_delimiter(start.split("\n", 2)[:2]) or ","
        text.seek(0)
        if start.casefold().startswith("sep="):
            text.readline()
        cells = csv.reader(text, delimiter=delimiter, strict=True)
        yield _Table(_columns(cells), delimiter, cells)


@dataclass(frozen=True, slots=True)
class _Table:
    columns: Sequence[str]
    delimiter: str
    cells: Iterator[list[str]]

    def rows(self) -> Iterator[Row]:
        """The rows that hold something."""
        number = 1
        while True:
            number += 1
            try:
                cells = next(self.cells)
            except StopIteration:
                return
            except csv.Error as error:
                fact = f"row {number} can't be read ({error}); {_BESIDE}"
                remedy = "Close the open quotation mark, or double the marks within a cell."
                yield Row(number, {}, InputRefused("E1021", fact, remedy=remedy), adrift=True)
                continue
            except UnicodeDecodeError as error:
                fact = f"from row {number} on the file is not {error.encoding} ({error.reason}); {_BESIDE}"
                yield Row(number, {}, not_utf8(fact), adrift=True)
                return
            while len(cells) > len(self.columns) and not cells[-1].strip():
                cells.pop()
            if any(cell.strip() for cell in cells):
                yield self._row(number, cells)

    def _row(self, number: int, cells: Sequence[str]) -> Row:
        named = {column: cell for column, cell in zip(self.columns, cells, strict=False) if cell.strip()}
        if len(cells) == len(self.columns):
            return Row(number, named)
        # Cells before the fault stand in their columns, so a number that comes first is the row's own.
        adrift = self.columns[0] != _NUMBER
        fact = f"row {number} has {len(cells)} cells, but the table has {len(self.columns)} columns"
        if adrift:
            fact = f"{fact}; {_BESIDE}"
        remedy = "Put cells that hold the delimiter into quotation marks."
        return Row(number, {} if adrift else named, InputRefused("E1021", fact, remedy=remedy), adrift=adrift)


def _columns(cells: Iterator[list[str]]) -> list[str]:
    try:
        columns = [column_name(cell) for cell in next(cells, [])]
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


def _scattered(rows: Iterator[Row]) -> frozenset[str]:
    """Documents that come again after another one: a table sorted by article, say."""
    seen: set[str] = set()
    again: set[str] = set()
    last = ""
    for row in rows:
        if row.document and row.document != last:
            last = row.document
            (again if last in seen else seen).add(last)
    return frozenset(again)


def _groups(rows: Iterator[Row]) -> Iterator[_Group]:
    """Rows that follow one another under one document number; a blank number goes on with the document. A row adrift
    joins the document above it and, when the next row begins another, that one too."""
    group: _Group | None = None
    edge: Row | None = None
    for row in rows:
        begins = not row.adrift and row.document not in ("", group.document if group else "")
        if group is None or begins:
            if group is not None:
                yield group
            group = _Group(row.document)
            if edge is not None:
                group.add(edge)
        group.add(row)
        edge = row if row.adrift else None
    if group is not None:
        yield group


def _checked(group: _Group, scattered: frozenset[str]) -> list[tuple[int, dict[str, str]]]:
    """The group's rows as (number, cells), once nothing speaks against reading them."""
    for row in group.rows:
        if row.fault is not None:
            raise row.fault
    if group.count > ROWS_MAX:
        raise too_large(f"the document has {group.count:,} rows, more than {ROWS_MAX:,}")
    if group.document in scattered:
        fact = f"the rows of document {group.document!r} don't follow one another"
        raise InputRefused("E1022", fact, remedy="Sort the table by document, or give each document its own number.")
    first = group.rows[0].cells
    for row in group.rows[1:]:
        for column, cell in row.cells.items():
            if column in DOCUMENT_COLUMNS and cell.strip() != first.get(column, "").strip():
                fact = f"{column!r} differs from the document's first row (row {group.rows[0].number})"
                remedy = "Repeat the document's values on each of its rows, or leave them blank after the first."
                raise InputRefused("E1022", fact, place=f"row {row.number}", remedy=remedy)
    return [(row.number, row.cells) for row in group.rows]
