"""The index file beside a PDF: CSV, XML or JSON, read into rows of fields."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from mailroom.domain.errors import InputRefused
from mailroom.intake.detect import encoding_of
from mailroom.intake.finished.definition import Index
from mailroom.intake.finished.examination import IndexRow
from mailroom.intake.xml_tree import parse_xml

INDEX_BYTES_MAX = 64 * 1024 * 1024
_STEM = "{stem}"


def index_path(pdf: Path, index: Index) -> Path:
    """Where the index file of a PDF lies: in the same folder, under the name that the definition gives it."""
    return pdf.with_name(Path(index.file.replace(_STEM, pdf.stem)).name)


def read_index(pdf: Path, index: Index) -> tuple[IndexRow, ...]:
    """The rows that concern this PDF, in order. Raises InputRefused: E1506 the file is missing or can't be read, E1507
    a column or a record is not there."""
    path = index_path(pdf, index)
    try:
        with path.open("rb") as file:
            content = file.read(INDEX_BYTES_MAX + 1)
    except OSError as error:
        fact = f"the index file {path.name} can't be read: {error.strerror or error}"
        raise InputRefused("E1506", fact, place=str(path), remedy="Deliver it beside the PDF.") from error
    if len(content) > INDEX_BYTES_MAX:
        raise _unreadable(path, f"it has more than {INDEX_BYTES_MAX:,} bytes")
    try:
        rows = tuple(_READERS[index.format](content, index, path))
    except (UnicodeDecodeError, json.JSONDecodeError, csv.Error, RecursionError) as error:
        raise _unreadable(path, str(error)) from error
    return tuple(row for row in rows if row.get("file") in ("", pdf.name))


def _unreadable(path: Path, why: str) -> InputRefused:
    return InputRefused(
        "E1506", f"the index file {path.name} can't be read: {why}", place=str(path), remedy="Have it exported again."
    )


def _csv(content: bytes, index: Index, path: Path) -> Iterator[IndexRow]:
    text = content.decode(encoding_of(content))
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=index.delimiter, strict=True)
    lacking = sorted(set(index.columns.values()) - set(reader.fieldnames or ()))
    if lacking:
        raise _lacks(path, f"no column {', '.join(lacking)}", "row 1")
    for number, record in enumerate(reader, start=1):
        if None in record or None in record.values():
            raise _lacks(path, "too few or too many cells", f"row {number + 1}")
        yield _row(number, {field: record[column] for field, column in index.columns.items()})


def _xml(content: bytes, index: Index, path: Path) -> Iterator[IndexRow]:
    try:
        root = parse_xml(content)
        found = root.findall(index.records) if index.records else list(root)
        for number, record in enumerate(found, start=1):
            yield _row(number, {field: _of_element(record, column) for field, column in index.columns.items()})
    except InputRefused as error:
        raise _unreadable(path, f"{error.message} {error.place}".strip()) from error
    except (SyntaxError, etree.XPathError) as error:  # what ElementPath says of a path that it can't follow
        raise _lacks(path, f"a path of the definition can't be followed: {error}", "index") from error


def _of_element(record: etree._Element, path: str) -> str:
    """The text at a path; "@name" at its end is an attribute."""
    way, _, attribute = path.partition("@")
    node = record.find(way.rstrip("/")) if way.rstrip("/") else record
    if node is None:
        return ""
    return str(node.get(attribute, "")) if attribute else "".join(node.itertext())


def _json(content: bytes, index: Index, path: Path) -> Iterator[IndexRow]:
    found = _under(json.loads(content.decode(encoding_of(content))), index.records)
    if not isinstance(found, list):
        raise _lacks(path, f"no list of records under {index.records or 'the root'!r}", "index")
    for number, record in enumerate(found, start=1):
        values = {field: _under(record, column) for field, column in index.columns.items()}
        yield _row(number, {field: _said(value) for field, value in values.items()})


def _under(value: object, keys: str) -> object:
    for key in filter(None, keys.split(".")):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _said(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(map(_said, value))
    return "" if value is None else str(value)


_READERS = {"csv": _csv, "xml": _xml, "json": _json}


def _row(number: int, values: Mapping[str, str]) -> IndexRow:
    tidied = (
        (field, "\n".join(" ".join(line.split()) for line in text.splitlines())) for field, text in values.items()
    )
    return IndexRow(number, tuple((field, text.strip("\n")) for field, text in tidied))


def _lacks(path: Path, fact: str, place: str) -> InputRefused:
    remedy = "Correct [index] in the job definition, or have the index exported with it."
    return InputRefused("E1507", f"the index file {path.name}: {fact}", place=f"{path}, {place}", remedy=remedy)
