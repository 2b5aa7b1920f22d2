"""A TOML file whose every fault is told by file, line and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NoReturn, TypeVar

from mailroom.domain.errors import InputRefused

T = TypeVar("T")

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\"'-]+)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*([\w.\"'-]+)\s*=")
_FORMAT = 1
"""The form of files that this version reads."""
GUIDE = "docs/planning.md"
"""The page that explains the keys of most files."""


class TomlTable:
    """One table of a file. Every getter checks; `done` refuses keys that nobody asked for, so no typo is silent.

    Numbers with a point are Decimal. A getter with a `default` takes it when the key is not there. `guide` is the page
    that explains the file's keys.
    """

    def __init__(
        self, values: Mapping[str, object], file: str, lines: Mapping[str, int], path: str = "", guide: str = GUIDE
    ) -> None:
        self._values = values
        self._file = file
        self._lines = lines
        self._path = path
        self._guide = guide
        self._unread = dict.fromkeys(values)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def text(self, key: str, default: str | None = None) -> str:
        """A text; blank only when that is the default."""
        value = self._take(key, default)
        if not isinstance(value, str) or (not value.strip() and value != default):
            self.refuse(key, f"must be a text, not {value!r}")
        return value

    def choice(self, key: str, choices: Mapping[str, T], default: str | None = None) -> T:
        """One of a few words, as the value that the word stands for."""
        value = self._take(key, default)
        if not isinstance(value, str) or value not in choices:
            self.refuse(key, f"must be one of {', '.join(choices)}, not {value!r}")
        return choices[value]

    def whole(self, key: str, default: int | None = None, *, least: int = 0, most: int = 10**9) -> int:
        """A whole number within limits, both allowed."""
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(key, f"must be a whole number from {least} to {most}, not {value!r}")
        return value

    def number(self, key: str, default: Decimal | None = None, *, least: float = 0, most: float = 1e6) -> Decimal:
        """A number within limits, both allowed."""
        value = self._take(key, default)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | Decimal)
            or not Decimal(value).is_finite()  # TOML knows nan and inf.
            or not least <= value <= most
        ):
            self.refuse(key, f"must be a number from {least:g} to {most:g}, not {_said(value)}")
        return Decimal(value)

    def thousandths(self, key: str, default: Decimal | None = None, *, least: float = 0, most: float = 1e6) -> int:
        """A number in thousandths of its unit: grams as milligrams, millimetres as micrometres."""
        value = self.number(key, default, least=least, most=most) * 1000
        if value != value.to_integral_value():
            self.refuse(key, f"must have at most three decimals, not {value / 1000}")
        return int(value)

    def truth(self, key: str, default: bool | None = None) -> bool:
        value = self._take(key, default)
        if not isinstance(value, bool):
            self.refuse(key, f"must be true or false, not {_said(value)}")
        return value

    def day(self, key: str, default: date | None = None) -> date:
        value = self._take(key, default)
        if not isinstance(value, date) or isinstance(value, datetime):
            self.refuse(key, f"must be a date such as 2026-01-31, not {_said(value)}")
        return value

    def moment(self, key: str) -> datetime:
        """A time with its offset."""
        value = self._take(key, None)
        if not isinstance(value, datetime) or value.tzinfo is None:
            self.refuse(key, f"must be a time with its offset such as 2026-01-31T08:15:00Z, not {_said(value)}")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        value = self._take(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) and one.strip() for one in value):
            self.refuse(key, f"must be a list of texts, not {_said(value)}")
        return tuple(value)

    def any_value(self, key: str) -> object:
        """Whatever stands there; the caller checks."""
        return self._take(key, None)

    def table(self, key: str) -> TomlTable:
        value = self._take(key, None)
        if not isinstance(value, dict):
            self.refuse(key, f"must be a table, not {_said(value)}")
        return self._part(value, self._inner(key))

    def tables(self, key: str, *, least: int = 0) -> tuple[TomlTable, ...]:
        """An array of tables, in order; none when the key is missing and `least` is 0."""
        value = self._take(key, [] if least == 0 else None)
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value) or len(value) < least:
            self.refuse(key, f"must be a list of tables, at least {least}, not {_said(value)}")
        return tuple(self._part(one, f"{self._inner(key)}[{index}]") for index, one in enumerate(value))

    def done(self) -> None:
        """Refuse what no getter has asked for."""
        for key in self._unread:
            self.refuse(key, "is not known here")

    def place(self, key: str = "") -> str:
        """ "file, line n, key" of a key, or of the nearest thing around it that has a line."""
        full = self._inner(key) if key else self._path
        near = full
        while near and near not in self._lines:
            near = near[: max(near.rfind("."), near.rfind("["), 0)]
        said = [self._file, *([f"line {self._lines[near]}"] if near else []), *([full] if full else [])]
        return ", ".join(said)

    def refuse(self, key: str, fact: str) -> NoReturn:
        """Raise the error for one key: E7103."""
        remedy = f"Correct the value; {self._guide} explains each key."
        raise InputRefused("E7103", f"{self._inner(key)} {fact}", place=self.place(key), remedy=remedy)

    def _part(self, values: Mapping[str, object], path: str) -> TomlTable:
        return TomlTable(values, self._file, self._lines, path, self._guide)

    def _inner(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _take(self, key: str, default: object) -> object:
        self._unread.pop(key, None)
        if key in self._values:
            return self._values[key]
        if default is None:
            self.refuse(key, "is missing")
        return default


def read_toml(file: Path, guide: str = GUIDE) -> TomlTable:
    """Parse a file and check its `format`. Raises InputRefused E7101 (cannot be read), E7102 (not TOML), E7103."""
    try:
        text = file.read_text(encoding="utf-8")
        values = tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise InputRefused("E7101", f"{file.name} cannot be read: {error.strerror}", place=str(file)) from error
    except UnicodeDecodeError as error:
        raise InputRefused("E7102", f"{file.name} is not UTF-8 text", place=str(file)) from error
    except tomllib.TOMLDecodeError as error:
        raise InputRefused(
            "E7102", f"{file.name} is not TOML: {error}", place=str(file), remedy="Correct the line named."
        ) from error
    root = TomlTable(values, str(file), _line_numbers(text), guide=guide)
    root.whole("format", least=_FORMAT, most=_FORMAT)
    return root


def unique(table: TomlTable, key: str, name: str, taken: set[str]) -> str:
    """A name that no table before had: refuses the second of a kind."""
    if name in taken:
        table.refuse(key, f"{name!r} is there twice")
    taken.add(name)
    return name


def _said(value: object) -> str:
    return str(value) if isinstance(value, Decimal | date) else repr(value)


def _line_numbers(text: str) -> dict[str, int]:
    """The line of every table and key, found by shape: enough to point at a line, not a second parser."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            section = _section(header[1] == "[[", header[2].replace('"', ""), counts)
            lines.setdefault(section, number)
        elif key := _KEY.match(line):
            name = key[1].replace('"', "")
            lines.setdefault(f"{section}.{name}" if section else name, number)
    return lines


def _section(is_list: bool, name: str, counts: dict[str, int]) -> str:
    """The full path of a header: the list it stands in is the last one opened."""
    parts = name.split(".")
    path = ""
    for part in parts[:-1]:
        path = f"{path}.{part}" if path else part
        if path in counts:
            path = f"{path}[{counts[path] - 1}]"
    path = f"{path}.{parts[-1]}" if path else parts[-1]
    if not is_list:
        return path
    counts[path] = counts.get(path, 0) + 1
    return f"{path}[{counts[path] - 1}]"
