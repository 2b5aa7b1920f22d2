"""A document's data from JSON, typed by the layout's declaration: amounts and dates come as texts there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, assert_never

from layouts.errors import LayoutError
from layouts.language.schema import Kind, Leaf, Rows, Table


def read_json_data(path: Path, declared: Table) -> dict[str, Any]:
    """The data of one document from a JSON file (UTF-8, an object): amounts are texts ("1234.50"), dates ISO 8601 texts
    ("2026-03-02"). What the layout does not declare stays as it is; whether all is there, typesetting says.

    Raises LayoutError E4010 (can't be read), E4011 (no JSON object), E4031 (a value of another type than declared) with
    its place in the data.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"), parse_float=_Fraction, parse_constant=_Fraction)
    except OSError as fault:
        raise LayoutError(
            "E4010",
            f"can't read {path.name}: {fault.strerror}",
            place=str(path),
            remedy="check the name and the folder",
        ) from fault
    except ValueError as fault:
        raise LayoutError(
            "E4011", f"{path.name} is not valid JSON: {fault}", place=str(path), remedy="correct the file"
        ) from fault
    if not isinstance(said, dict):
        raise LayoutError(
            "E4011",
            f"{path.name} holds no JSON object",
            place=str(path),
            remedy='write the document as an object: {"document": {…}, …}',
        )
    return _table(said, declared, "")


class _Fraction:
    """A number with a point or an exponent, which JSON can't hold exactly everywhere; `said` is how it was written."""

    def __init__(self, said: str) -> None:
        self.said = said


def _table(said: Mapping[str, Any], declared: Table, place: str) -> dict[str, Any]:
    return {
        key: _value(value, declared.fields[key], f"{place}.{key}" if place else key)
        if key in declared.fields
        else value
        for key, value in said.items()
    }


def _value(said: Any, kind: Kind, place: str) -> Any:
    if said is None and kind.optional:
        return None
    match kind:
        case Table():
            if not isinstance(said, dict):
                raise _unfit(said, "an object", place)
            return _table(said, kind, place)
        case Rows():
            if not isinstance(said, list):
                raise _unfit(said, "a list", place)
            return [_value(one, kind.of, f"{place}[{index}]") for index, one in enumerate(said)]
        case Leaf():
            return _leaf(said, kind.word, place)
        case _:
            assert_never(kind)


def _leaf(said: Any, word: str, place: str) -> Any:
    """Texts, flags and whole numbers are what JSON makes of them; typesetting refuses those of another type."""
    match word:
        case "amount":
            if not isinstance(said, str):
                raise _unfit(said, 'a text with a number, like "1234.50"', place)
            try:
                return Decimal(said)
            except InvalidOperation:
                raise _unfit(said, 'a number, like "1234.50"', place) from None
        case "date":
            try:
                return date.fromisoformat(said)
            except (TypeError, ValueError):
                raise _unfit(said, 'a date, like "2026-03-02"', place) from None
        case _:
            if isinstance(said, _Fraction):
                raise _unfit(said, f"a value of type '{word}'", place)
            return said


def _unfit(said: Any, expected: str, place: str) -> LayoutError:
    shown = said.said if isinstance(said, _Fraction) else json.dumps(said, ensure_ascii=False)
    return LayoutError(
        "E4031", f"{shown[:60]} is not {expected}", place=place, remedy=f"write {expected} in the JSON file"
    )
