"""Control files and print files: what was composed, and whether it still is what was handed out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailroom.verify.reading import COUNT, LIST, MAYBE_COUNT, TEXT, YES_NO, Shape, Unreadable, demand, parse, pieces_in
from mailroom.verify.runfile import BatchFacts, CopyFacts, RunFacts
from mailroom.verify.verdict import Notebook

_HEADER: Shape = {
    "schema": TEXT,
    "job": TEXT,
    "run": TEXT,
    "created": TEXT,
    "client": TEXT,
    "envelope": TEXT,
    "fold": TEXT,
    "stock": TEXT,
    "sides": TEXT,
    "mark_set": TEXT,
    "code_template": TEXT,
    "print_file": TEXT,
    "print_file_sha256": TEXT,
    "pieces": COUNT,
    "sheets": COUNT,
}
_SCHEMAS: Mapping[str, Shape] = {
    "mailroom-control/1": _HEADER,
    "mailroom-control/2": {**_HEADER, "fed_first": TEXT},
}
"""What the header holds by its schema. Before the second, every machine took a piece from its first sheet on."""
_FED_FIRST = ("first-sheet", "last-sheet")
_PIECE: Shape = {
    "order": COUNT,
    "piece": TEXT,
    "copy": COUNT,
    "sheets": COUNT,
    "first_sheet": COUNT,
    "selects": LIST,
    "divert": YES_NO,
    "customer": TEXT,
    "lines": LIST,
    "postcode": TEXT,
    "country": TEXT,
    "documents": LIST,
    "previous_copy": MAYBE_COUNT,
}
_CLOSING: Shape = {"end": TEXT, "pieces": COUNT, "sheets": COUNT, "sha256": TEXT}


@dataclass(frozen=True, slots=True)
class Composed:
    """What a control file says of a copy: how many sheets, the template of the code on them, and whether the machine
    takes the last one first."""

    sheets: int
    template: str
    last_first: bool = False

    @property
    def fed(self) -> range:
        """The numbers of the sheets in the order in which they are fed."""
        rising = range(1, self.sheets + 1)
        return rising[::-1] if self.last_first else rising


def read_controls(folder: Path, run: RunFacts, book: Notebook) -> dict[tuple[str, int], Composed]:
    """What was composed for every copy, by (piece, copy), from the control files of all batches; these and the print
    files are checked against run.json on the way."""
    composed: dict[tuple[str, int], Composed] = {}
    for batch in run.batches.values():
        if batch.control_file:
            composed.update(_read(folder, run, batch, book))
        if batch.print_file:
            found = _sha256(folder / batch.print_file, book)
            if found is not None:
                book.expect(
                    found == batch.print_file_sha256, "4", f"{batch.print_file} is not the file that was made (SHA-256)"
                )
    return composed


def _read(folder: Path, run: RunFacts, batch: BatchFacts, book: Notebook) -> dict[tuple[str, int], Composed]:
    path = folder / batch.control_file
    try:
        data = path.read_bytes()
    except OSError as error:
        book.find("4", f"{path.name} can't be read: {error.strerror}")
        return {}
    lines = data.split(b"\n")
    whole = len(lines) >= 3 and lines[-1] == b""
    book.expect(whole, "4", f"{path.name} was cut")
    if not whole:
        return {}
    expected = [copy for copy in run.copies().values() if copy.batch == batch.id and copy.state != "canceled"]
    named = len(book.findings)
    composed = _check_pieces(path.name, lines[1:-2], run, expected, book)
    template, last_first = _check_header(path.name, lines[0], run, batch, book)
    _check_closing(path.name, lines[-2], batch, list(composed.values()), book)
    closing = _fields(lines[-2]) or {}
    intact = closing.get("sha256") == hashlib.sha256(b"\n".join(lines[:-2]) + b"\n").hexdigest()
    book.expect(intact, "4", f"{path.name} was altered: its lines are not those of its checksum")
    if not intact and not any(finding.piece for finding in book.findings[named:]):
        # Which line it is can't be told, so every piece is under suspicion by name.
        for copy in expected:
            book.find("4", f"{path.name} was altered, perhaps in the line of this piece", copy.piece, copy.copy)
    return {key: Composed(sheets, template, last_first) for key, sheets in composed.items()}


def _check_header(name: str, line: bytes, run: RunFacts, batch: BatchFacts, book: Notebook) -> tuple[str, bool]:
    """Check the header; returns its code template, "" when it has none, and whether last sheets are fed first."""
    try:
        fields = parse(line.decode(errors="replace"))
        demand(fields, _HEADER)
        shape = _SCHEMAS.get(fields["schema"])
        if shape is None:
            raise Unreadable(f"has {fields['schema']!r} for 'schema'")
        demand(fields, shape)
    except Unreadable as reason:
        book.find("4", f"the header of {name} {reason}")
        return "", False
    due = {
        "job": batch.id,
        "run": run.run,
        "envelope": batch.envelope,
        "stock": batch.stock,
        "sides": batch.sides,
        "print_file": batch.print_file,
        "print_file_sha256": batch.print_file_sha256,
        "pieces": batch.pieces,
        "sheets": batch.sheets,
    }
    for field, value in due.items():
        fault = f"the header of {name} has {fields[field]!r} for {field!r}, run.json {value!r}"
        book.expect(fields[field] == value, "4", fault)
    book.expect(fields.keys() == shape.keys(), "4", f"the header of {name} has fields that it should not have")
    fed_first = fields.get("fed_first", _FED_FIRST[0])
    book.expect(fed_first in _FED_FIRST, "4", f"the header of {name} has {fed_first!r} for 'fed_first'")
    return fields["code_template"], fed_first == _FED_FIRST[1]


def _check_pieces(
    name: str, lines: Sequence[bytes], run: RunFacts, expected: Sequence[CopyFacts], book: Notebook
) -> dict[tuple[str, int], int]:
    """Check the lines of the pieces; returns sheets by (piece, copy)."""
    due = {(copy.piece, copy.copy): copy for copy in expected}
    composed: dict[tuple[str, int], int] = {}
    first_sheet = 1
    for order, line in enumerate(lines, 1):
        text = line.decode(errors="replace")
        try:
            fields = parse(text)
            demand(fields, _PIECE)
        except Unreadable as reason:
            for piece in pieces_in(text):
                book.find("4", f"line {order + 1} of {name} {reason}", piece)
            continue
        key = (fields["piece"], fields["copy"])
        copy = due.get(key)
        faults = ["is not a copy of this batch"] if copy is None else _faults(fields, run, copy, line)
        if key in composed:
            faults.append("stands twice")
        if (fields["order"], fields["first_sheet"]) != (order, first_sheet):
            faults.append(f"has order {fields['order']} and first sheet {fields['first_sheet']}: out of place")
        first_sheet += fields["sheets"]
        book.expect(not faults, "4", f"line {order + 1} of {name} {'; '.join(faults)}", *key)
        composed[key] = fields["sheets"]
    for key in due.keys() - composed.keys():
        book.find("4", f"{name} has no line for it", *key)
    return composed


def _faults(fields: Mapping[str, Any], run: RunFacts, copy: CopyFacts, line: bytes) -> list[str]:
    due = {
        "sheets": copy.sheets,
        "documents": list(run.pieces[copy.piece].documents),
        "previous_copy": copy.copy - 1 if copy.copy > 1 else None,
    }
    faults = [
        f"has {fields[name]!r} for {name!r}, not {value!r}" for name, value in due.items() if fields[name] != value
    ]
    if copy.control_line_sha256 and hashlib.sha256(line).hexdigest() != copy.control_line_sha256:
        faults.append("was altered (SHA-256)")
    if fields.keys() != _PIECE.keys():
        faults.append("has fields that it should not have")
    return faults


def _check_closing(name: str, line: bytes, batch: BatchFacts, sheets: Sequence[int], book: Notebook) -> None:
    fields = _fields(line)
    if fields is None:
        book.find("4", f"the closing line of {name} can't be read")
        return
    counted = (fields["end"], fields["pieces"], fields["sheets"])
    due = (batch.id, len(sheets), sum(sheets))
    book.expect(counted == due, "4", f"the closing line of {name} counts {counted}, its lines {due}")
    book.expect(fields.keys() == _CLOSING.keys(), "4", f"the closing line of {name} has fields that it should not have")


def _fields(line: bytes) -> dict[str, Any] | None:
    try:
        fields = parse(line.decode(errors="replace"))
        demand(fields, _CLOSING)
    except Unreadable:
        return None
    return fields


def _sha256(path: Path, book: Notebook) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        book.find("4", f"{path.name} can't be read: {error.strerror}")
        return None
