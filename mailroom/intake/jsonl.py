"""JSON lines: one document a line, in the form of `mailroom.domain.content_json`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from mailroom.domain.content_json import from_dict
from mailroom.domain.errors import InputRefused
from mailroom.domain.invoice import IssuedInvoice
from mailroom.intake.acceptance import accept
from mailroom.intake.reading import Reading, refused
from mailroom.intake.text import not_utf8, tidy, tidy_block
from mailroom.intake.xml_tree import too_large

KIND = "jsonl"
LINE_CHARACTERS_MAX = 8 * 1024 * 1024
"""A document of ten thousand lines fits."""

_BLOCKS = frozenset(("notes", "description", "terms", "legal"))
"""Fields whose line ends are kept."""

_REMEDY = "Have the sender write each document as one JSON object on one line, in UTF-8."


def read_jsonl(path: Path, encoding: str) -> Iterator[Reading]:
    """One Reading a line that is not blank. A file whose first line is no JSON, but which is JSON as a whole (one
    object over many lines, or a list of objects), is read as such."""
    with path.open(encoding=encoding, errors=_errors(encoding), newline="\n") as lines:
        try:
            whole = _whole(lines)
        except InputRefused as error:
            yield refused(path, "", KIND, error)
            return
    if whole is not None:
        for place, data in whole:
            yield _reading(path, place, data)
        return
    with path.open(encoding=encoding, errors=_errors(encoding), newline="\n") as lines:
        yield from _each_line(path, lines)


def _errors(encoding: str) -> str:
    """UTF-8 that is broken in one line keeps its broken bytes (as surrogates), so only that line is refused."""
    return "surrogateescape" if encoding.startswith("utf-8") else "strict"


def _whole(lines: TextIO) -> list[tuple[str, Any]] | None:
    """The documents of a file that is one JSON text over several lines, None for JSON lines.

    Raises InputRefused E1009 for a file that begins like the former and breaks.
    """
    try:
        text = lines.read(LINE_CHARACTERS_MAX).strip("\ufeff \t\r\n")
    except UnicodeDecodeError:
        return None
    first, _, rest = text.partition("\n")
    begins_alone = first.strip() in ("{", "[")
    if first.startswith("{") and not (begins_alone or (rest and not _is_json(first))):
        return None
    try:
        found = _parse(text)
    except InputRefused:
        if begins_alone:
            raise
        return None
    if isinstance(found, list):
        return [(f"[{index}]", data) for index, data in enumerate(found)]
    return [("", found)]


def _is_json(text: str) -> bool:
    try:
        _parse(text)
    except InputRefused:
        return False
    return True


def _each_line(path: Path, lines: TextIO) -> Iterator[Reading]:
    number = 0
    while True:
        number += 1
        place = f"line {number}"
        try:
            line = lines.readline(LINE_CHARACTERS_MAX)
        except UnicodeDecodeError as error:
            fact = f"from here on the file is not {error.encoding}: {error.reason}"
            yield refused(path, place, KIND, not_utf8(fact))
            return
        if not line:
            return
        if len(line) >= LINE_CHARACTERS_MAX and not line.endswith("\n"):
            while line and not line.endswith("\n"):
                line = lines.readline(LINE_CHARACTERS_MAX)
            fact = f"the line has more than {LINE_CHARACTERS_MAX:,} characters"
            yield refused(path, place, KIND, too_large(fact))
        elif line.strip().strip("\ufeff"):
            try:
                data = _parse(line.strip("\ufeff \t\r\n"))
            except InputRefused as error:
                yield refused(path, place, KIND, error)
            else:
                yield _reading(path, place, data)


def _reading(path: Path, place: str, data: Any) -> Reading:
    try:
        return Reading(path, place, KIND, invoice=read_document(data))
    except InputRefused as error:
        return refused(path, place, KIND, error)


def read_document(data: Any) -> IssuedInvoice:
    """The document in parsed JSON. Raises InputRefused, its place the path of the field."""
    return accept(from_dict(_tidied(data, "")), own_format=True)


def _tidied(value: Any, field: str) -> Any:
    """The same data with every text made fit for print; null stands for a field that is left out."""
    if isinstance(value, str):
        try:
            return tidy_block(value) if field in _BLOCKS else tidy(value)
        except InputRefused as error:
            error.place = field
            raise
    if isinstance(value, list):
        return [_tidied(part, field) for part in value]
    if isinstance(value, dict):
        return {name: _tidied(part, name) for name, part in value.items() if part is not None}
    return value


def _parse(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_without_duplicates)
    except json.JSONDecodeError as broken:
        where = f"column {broken.colno}" if broken.lineno == 1 else f"line {broken.lineno}, column {broken.colno}"
        raise InputRefused("E1009", f"the JSON is broken: {broken.msg}", place=where, remedy=_REMEDY) from None
    except (ValueError, RecursionError) as broken:
        fact = "it is nested too deep" if isinstance(broken, RecursionError) else str(broken)[:120]
        raise InputRefused("E1009", f"the JSON is broken: {fact}", remedy=_REMEDY) from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field {twice[:40]!r} stands twice in one object")
    return found
