"""TOML tables read key by key, with a complaint that names file, line and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar

from drivers.inserter.errors import ProfileError

NumberT = TypeVar("NumberT", int, float)

_HEADER = re.compile(r"^\s*(\[{1,2})\s*([A-Za-z0-9_.-]+)\s*\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+)\s*=")


def read_tables(text: str, file: str) -> Table:
    """The root table of `text`. ProfileError: it is no TOML."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"This is not TOML: {error}", place=file) from error
    return Table(values, file, "", key_lines(text))


def key_lines(text: str) -> dict[str, int]:
    """Line of each header and each key, by path: "line", "line.parity", "station[2].id". Keys are found where they
    begin a line, which is how profiles are written."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    path = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            path = header[2]
            if header[1] == "[[":
                index = counts.get(path, 0)
                counts[path] = index + 1
                path = f"{path}[{index}]"
            lines[path] = number
        elif key := _KEY.match(line):
            lines.setdefault(f"{path}.{key[1]}" if path else key[1], number)
    return lines


class Table:
    """One table. Each key is asked for once by a method that knows its type; `end` refuses those nobody asked for."""

    def __init__(self, values: Mapping[str, object], file: str, path: str, lines: Mapping[str, int]) -> None:
        self._values = values
        self._file = file
        self._path = path
        self._lines = lines
        self._asked: set[str] = set()

    def text(self, key: str) -> str:
        value = self._value(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, f"{key} must be a text that is not empty")
        return value

    def words(self, key: str) -> str:
        """A text that may be empty."""
        value = self._value(key)
        if not isinstance(value, str):
            raise self.wrong(key, f"{key} must be a text")
        return value

    def switch(self, key: str) -> bool:
        value = self._value(key)
        if not isinstance(value, bool):
            raise self.wrong(key, f"{key} must be true or false, not {value!r}")
        return value

    def whole(self, key: str, least: int, most: int) -> int:
        value = self._value(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(key, f"{key} must be a whole number, not {value!r}")
        return self._within(key, value, least, most)

    def seconds(self, key: str, least: float, most: float) -> float:
        value = self._value(key)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.wrong(key, f"{key} must be a number of seconds, not {value!r}")
        return self._within(key, float(value), least, most)

    def day(self, key: str) -> date:
        value = self._value(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.wrong(key, f"{key} must be a day, as 2026-03-31, not {value!r}")
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        return self._known(key, self._value(key), choices)

    def choices(self, key: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        values = self._value(key)
        if not isinstance(values, list) or not values:
            raise self.wrong(key, f"{key} must be a list of {', '.join(choices)}")
        return tuple(self._known(key, value, choices) for value in values)

    def table(self, key: str) -> Table:
        value = self._value(key)
        if not isinstance(value, dict):
            raise self.wrong(key, f"{key} must be a table")
        return Table(value, self._file, self._join(key), self._lines)

    def tables(self, key: str) -> list[Table]:
        values = self._value(key)
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self.wrong(key, f"{key} must be tables in double brackets")
        return [Table(value, self._file, f"{self._join(key)}[{n}]", self._lines) for n, value in enumerate(values)]

    def end(self) -> None:
        """A key that nobody asked for is a slip of the pen, not to be passed over."""
        for key in self._values:
            if key not in self._asked:
                raise self.wrong(key, f"{key} is no key of this table")

    def wrong(self, key: str, message: str) -> ProfileError:
        """The error for `key`, to be raised."""
        path = self._join(key)
        line = self._lines.get(path, self._lines.get(self._path))
        return ProfileError(message, place=f"{self._file}:{line}: {path}" if line else f"{self._file}: {path}")

    def _join(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _value(self, key: str) -> object:
        self._asked.add(key)
        if key not in self._values:
            raise self.wrong(key, f"{key} is missing")
        return self._values[key]

    def _within(self, key: str, value: NumberT, least: NumberT, most: NumberT) -> NumberT:
        if not least <= value <= most:
            raise self.wrong(key, f"{key} is {value}: it must be {least} to {most}")
        return value

    def _known(self, key: str, value: object, choices: tuple[str, ...]) -> str:
        if value not in choices:
            raise self.wrong(key, f"{value!r} is none of {', '.join(choices)}")
        return str(value)
