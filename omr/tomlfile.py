"""A TOML file whose every fault can be told by file, line and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from omr.errors import OmrError

T = TypeVar("T")

_HEADER = re.compile(r"\s*\[\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"\s*([\w.-]+)\s*=")


class TomlTable:
    """One table of a file. Every getter checks; `close` refuses keys that nobody asked for: no typo is silent."""

    def __init__(
        self, values: Mapping[str, Any], *, file: Path, lines: Mapping[tuple[str, ...], int], path: tuple[str, ...] = ()
    ) -> None:
        self._values = values
        self._file = file
        self._lines = lines
        self._path = path
        self._asked: set[str] = set()

    @classmethod
    def read(cls, file: Path) -> TomlTable:
        """Parse a file. Raises OmrError E5001 when it cannot be read, E5002 when it is not TOML."""
        try:
            text = file.read_text(encoding="utf-8")
            values = tomllib.loads(text)
        except OSError as error:
            raise OmrError("E5001", f"cannot be read: {error.strerror}", place=str(file)) from error
        except UnicodeDecodeError as error:
            raise OmrError("E5002", "is not UTF-8 text", place=str(file)) from error
        except tomllib.TOMLDecodeError as error:
            raise OmrError(
                "E5002", f"is not TOML: {error}", place=str(file), remedy="Correct the line named."
            ) from error
        return cls(values, file=file, lines=_line_numbers(text))

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def keys(self) -> tuple[str, ...]:
        """The keys in the order of the file."""
        return tuple(self._values)

    def text(self, key: str) -> str:
        """A string that is not blank."""
        value = self._get(key)
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, f"must be text, not {value!r}")
        return value

    def choice(self, key: str, choices: Mapping[str, T]) -> T:
        """One of a few words, as the value that the word stands for."""
        value = self._get(key)
        if not isinstance(value, str) or value not in choices:
            self.refuse(key, f"must be one of {', '.join(choices)}, not {value!r}")
        return choices[value]

    def number(self, key: str, *, least: float, most: float) -> float:
        """A number within limits, both allowed."""
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            self.refuse(key, f"must be a number from {least:g} to {most:g}, not {value!r}")
        return float(value)

    def integer(self, key: str, *, least: int, most: int) -> int:
        """A whole number within limits, both allowed."""
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(key, f"must be a whole number from {least} to {most}, not {value!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of different strings, at least one."""
        value = self._get(key)
        if not isinstance(value, list) or not value or not all(isinstance(text, str) and text for text in value):
            self.refuse(key, f"must be a list of words, not {value!r}")
        if twice := sorted({text for text in value if value.count(text) > 1}):
            self.refuse(key, f"names {', '.join(twice)} twice")
        return tuple(value)

    def table(self, key: str) -> TomlTable:
        """A table inside this one."""
        value = self._get(key)
        if not isinstance(value, dict):
            self.refuse(key, f"must be a table, not {value!r}")
        return TomlTable(value, file=self._file, lines=self._lines, path=(*self._path, key))

    def tables(self) -> Iterator[tuple[str, TomlTable]]:
        """Every value of this table, each of which must be a table."""
        for key in self._values:
            yield key, self.table(key)

    def close(self) -> None:
        """Refuse what no getter has asked for."""
        for key in self._values:
            if key not in self._asked:
                self.refuse(key, f"is not known here; known are {', '.join(sorted(self._asked))}")

    def place(self, key: str = "") -> str:
        """ "file:line: key" of a key of this table, or of the nearest table that has a line."""
        path = (*self._path, key) if key else self._path
        found = next((self._lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self._lines), None)
        return f"{self._file}{'' if found is None else f':{found}'}: {'.'.join(path)}"

    def refuse(self, key: str, fact: str, *, code: str = "E5003") -> NoReturn:
        """Raise the error for one key."""
        name = ".".join((*self._path, key)) if key else ".".join(self._path)
        raise OmrError(
            code,
            f"{name} {fact}",
            place=self.place(key),
            remedy="Correct the mark set; docs/marks.md explains each key.",
        )

    def _get(self, key: str) -> Any:
        self._asked.add(key)
        if key not in self._values:
            self.refuse(key, "is missing")
        return self._values[key]


def _line_numbers(text: str) -> dict[tuple[str, ...], int]:
    """The first line of every table and key, found by shape: enough to point at a line, not a second parser."""
    lines: dict[tuple[str, ...], int] = {}
    section: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            section = tuple(header[1].split("."))
            lines.setdefault(section, number)
        elif key := _KEY.match(line):
            lines.setdefault((*section, *key[1].split(".")), number)
    return lines
