"""Page sets as plain values and binary parts, for the way from a worker to its parent.

What comes back is checked in every type: a worker that a file has taken over can send whatever it likes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from layouts.pageset import PageSet

_PART = "part"


def taken_apart(page_set: PageSet) -> tuple[dict[str, Any], list[bytes]]:
    """Plain values in which `{"part": n}` stands for the n-th binary part, and those parts, each once."""
    parts: dict[bytes, int] = {}
    return {field.name: _plain(getattr(page_set, field.name), parts) for field in dataclasses.fields(page_set)}, list(
        parts
    )


def put_together(value: object, parts: Sequence[bytes]) -> PageSet:
    """The page set that `taken_apart` made these from. Raises ValueError for anything else."""
    try:
        found = _adapter().validate_python(_whole(value, parts))
    except ValidationError as error:
        raise ValueError(str(error)) from error
    if not found.pages:
        raise ValueError("a page set without pages")
    return found


def _plain(value: Any, parts: dict[bytes, int]) -> Any:
    match value:
        case bytes():
            return {_PART: parts.setdefault(value, len(parts))}
        case tuple():
            return [_plain(one, parts) for one in value]
        case Mapping():
            return {key: _plain(one, parts) for key, one in value.items()}
        case _ if dataclasses.is_dataclass(value):
            return {field.name: _plain(getattr(value, field.name), parts) for field in dataclasses.fields(value)}
        case _:
            return value


def _whole(value: Any, parts: Sequence[bytes]) -> Any:
    match value:
        case {"part": int(number)} if len(value) == 1:
            if not 0 <= number < len(parts):
                raise ValueError(f"there is no part {number}")
            return parts[number]
        case dict():
            return {key: _whole(one, parts) for key, one in value.items()}
        case list():
            return tuple(_whole(one, parts) for one in value)
        case _:
            return value


@cache
def _adapter() -> TypeAdapter[PageSet]:
    return TypeAdapter(PageSet)
