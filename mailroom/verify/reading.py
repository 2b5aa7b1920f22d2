"""Reading JSON without trust: a file may be cut, altered or hold anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from mailroom.verify.verdict import Notebook

Shape = Mapping[str, tuple[type, ...]]
"""The fields that an object must have, and the types that each may be of."""

TEXT = (str,)
COUNT = (int,)
MAYBE_COUNT = (int, type(None))
YES_NO = (bool,)
OBJECT = (dict,)
LIST = (list,)

_PIECE = re.compile(r'"(?:expected_)?piece"\s*:\s*"([^"]*)"')


class Unreadable(ValueError):
    """A text that is not one JSON object of the shape expected; says why."""


def read_text(path: Path, book: Notebook) -> str | None:
    """The file's text; None, with a finding, when it can't be read."""
    try:
        return path.read_bytes().decode()
    except OSError as error:
        book.find("9", f"{path.name} can't be read: {error.strerror}")
    except UnicodeDecodeError as error:
        book.find("9", f"{path.name} is not UTF-8 at byte {error.start}")
    return None


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines; only a line feed ends one."""
    parts = text.split("\n")
    if parts[-1] == "":
        parts.pop()
    return enumerate(parts, 1)


def parse(text: str) -> dict[str, Any]:
    """One JSON object. Raises Unreadable, also for a field that stands twice: two readers could take it for different
    things."""
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is not JSON ({error})") from error
    if type(value) is not dict:
        raise Unreadable("is not a JSON object")
    return value


def demand(fields: Mapping[str, Any], shape: Shape) -> None:
    """Raise Unreadable unless every field of the shape is there and of its type (true is no number)."""
    for name, kinds in shape.items():
        if name not in fields:
            raise Unreadable(f"lacks the field {name!r}")
        if type(fields[name]) not in kinds:
            raise Unreadable(f"has {fields[name]!r} for {name!r}")


def pieces_in(text: str) -> list[str]:
    """Pieces that a line names, even when the line can't be parsed."""
    return list(dict.fromkeys(name for name in _PIECE.findall(text) if name)) or [""]


def canonical(value: Any) -> str:
    """JSON text by which two values are the same, types included: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise Unreadable("has a field twice")
    return fields


def _constant(text: str) -> NoReturn:
    raise Unreadable(f"holds {text}, which is not JSON")
