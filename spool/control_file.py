"""Control files: one line of JSON a piece between a header and a closing line. Schema in docs/control-file.md."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from spool.atomic import disk_error, write_whole
from spool.control import SCHEMA, ControlFile, ControlHeader, ControlPiece
from spool.control_rules import CLOSING, HEADER, PIECE, FieldFault, Rules, check_sums, check_values
from spool.job import SpoolError

_FETCH_AGAIN = "Fetch the file again from where it was written; if it is the same there, make the control file anew."
_PLAN_AGAIN = "Correct the plan of the batch and make the control file anew: nothing was written."


def write_control_file(control: ControlFile, path: Path) -> str:
    """Write `control` to `path`, whole or not at all, and return the SHA-256 (hex) of the file.

    Writing the same again changes nothing. Raises `SpoolError`: E6301 a value breaks the schema, E6302 the values do
    not fit one another, E6305 another control file stands under this name; E6001…E6004 for the disk.
    """
    try:
        check_values(control)
        check_sums(control)
        data = _encode(control)
    except FieldFault as fault:
        place = f"{path}:{fault.line}: {fault.field}"
        raise SpoolError(fault.code, fault.fact, place=place, remedy=_PLAN_AGAIN) from fault
    present = _bytes_of(path)
    if present is None:
        write_whole(path, data)
    elif present != data:
        _refuse_to_replace(control.header.job, path)
    return hashlib.sha256(data).hexdigest()


def read_control_file(path: Path) -> ControlFile:
    """Read and check a whole control file.

    Raises `SpoolError` whose place is "file:line: field": E6301 a value breaks the schema, E6302 the values do not fit
    one another, E6303 a line is not one JSON object, E6304 the file was cut or changed after it was written, E6306
    another version of the schema; E6001…E6004 for the disk.
    """
    data = _bytes_of(path)
    if data is None:
        remedy = "Look whether the batch was assembled; its print file must not be fed without the control file."
        raise SpoolError("E6003", "The control file is absent", place=str(path), remedy=remedy)
    try:
        return _decode(data)
    except FieldFault as fault:
        place = f"{path}:{fault.line}" + (f": {fault.field}" if fault.field else "")
        raise SpoolError(fault.code, fault.fact, place=place, remedy=_FETCH_AGAIN) from fault


def _encode(control: ControlFile) -> bytes:
    lines = [_line({"schema": SCHEMA, **_plain(control.header)}, 1)]
    lines += [_line(_plain(piece), number) for number, piece in enumerate(control.pieces, start=2)]
    before = b"".join(lines)
    closing = {
        "end": control.header.job,
        "pieces": len(control.pieces),
        "sheets": sum(piece.sheets for piece in control.pieces),
        "sha256": hashlib.sha256(before).hexdigest(),
    }
    return before + _line(closing, len(lines) + 1)


def _plain(value: ControlHeader | ControlPiece) -> dict[str, object]:
    return {field: getattr(value, field) for field in type(value).__dataclass_fields__}


def _line(fields: dict[str, object], number: int) -> bytes:
    try:
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    except UnicodeEncodeError as error:
        raise FieldFault("E6301", number, "", "The text holds half a character (a lone surrogate)") from error


def _decode(data: bytes) -> ControlFile:
    lines = list(_lines(data))
    if not lines:
        raise FieldFault("E6304", 1, "", "The control file is empty")
    header = _header(lines[0])
    closing_at = len(lines)
    if closing_at == 1 or b'"end"' not in lines[-1]:
        raise FieldFault("E6304", closing_at, "", "The closing line is missing: the file was cut")
    closing = _fields(lines[-1], closing_at, CLOSING)
    before = data[: len(data) - len(lines[-1])]
    # The checksum first: in a changed file every other complaint would lead astray.
    if closing["sha256"] != hashlib.sha256(before).hexdigest():
        raise FieldFault("E6304", closing_at, "sha256", "The lines before do not match their checksum")
    pieces = tuple(_piece(line, number) for number, line in enumerate(lines[1:-1], start=2))
    control = ControlFile(header, pieces)
    check_values(control)
    check_sums(control)
    for field, expected in (("end", header.job), ("pieces", header.pieces), ("sheets", header.sheets)):
        if closing[field] != expected:
            fact = f"The closing line says {closing[field]!r}, the header {expected!r}"
            raise FieldFault("E6302", closing_at, field, fact)
    return control


def _lines(data: bytes) -> Iterator[bytes]:
    """Lines with their line feed. Only that byte ends a line: text may hold other separators."""
    at = 0
    number = 0
    while at < len(data):
        number += 1
        end = data.find(b"\n", at) + 1
        if end == 0:
            raise FieldFault("E6304", number, "", "The last line has no end: the file was cut")
        yield data[at:end]
        at = end


def _header(line: bytes) -> ControlHeader:
    fields = _object(line, 1)
    schema = fields.pop("schema", None)
    if schema != SCHEMA:
        raise FieldFault("E6306", 1, "schema", f"The schema is {schema!r}; this program reads {SCHEMA!r}")
    return ControlHeader(**_only(fields, 1, HEADER))


def _piece(line: bytes, number: int) -> ControlPiece:
    fields = _fields(line, number, PIECE)
    for field, value in fields.items():
        if isinstance(value, list):
            fields[field] = tuple(value)
    return ControlPiece(**fields)


def _fields(line: bytes, number: int, rules: Rules) -> dict[str, Any]:
    return _only(_object(line, number), number, rules)


def _only(fields: dict[str, Any], number: int, rules: Rules) -> dict[str, Any]:
    """Exactly the fields of `rules`: a missing or unknown one may mean another programme's idea of the file."""
    for field in rules:
        if field not in fields:
            raise FieldFault("E6301", number, field, "The field is missing")
    for field in fields:
        if field not in rules:
            raise FieldFault("E6301", number, field, "The schema has no such field")
    for field, rule in rules.items():
        rule.check(fields[field], number, field)
    return fields


def _object(line: bytes, number: int) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(pairs)
        if len(fields) < len(pairs):
            raise FieldFault("E6303", number, "", "A field stands twice in the line")
        return fields

    def no_constant(text: str) -> NoReturn:
        raise FieldFault("E6303", number, "", f"{text} is not JSON")

    try:
        value = json.loads(line.decode(), object_pairs_hook=once, parse_constant=no_constant)
    except UnicodeDecodeError as error:
        raise FieldFault("E6303", number, "", f"The line is not UTF-8: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        fact = f"The line is not JSON: {error.msg} at character {error.colno}"
        raise FieldFault("E6303", number, "", fact) from error
    except (RecursionError, ValueError) as error:
        # Brackets beyond counting, or a number of thousands of digits.
        raise FieldFault("E6303", number, "", f"The line can't be read: {error}") from error
    if not isinstance(value, dict):
        raise FieldFault("E6303", number, "", "The line is not a JSON object")
    return value


def _refuse_to_replace(job: str, path: Path) -> NoReturn:
    try:
        other = read_control_file(path).header.job
    except SpoolError as error:
        fact = f"A damaged control file stands under this name ({error.message})"
    else:
        fact = f"Another control file of job {job}" if other == job else f"The control file of job {other}"
        fact += " stands under this name"
    remedy = "Compare the two: the one that was handed to the machine must stay. Move the other aside by hand."
    raise SpoolError("E6305", fact, place=str(path), remedy=remedy)


def _bytes_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise disk_error(error, os.fspath(path)) from error
