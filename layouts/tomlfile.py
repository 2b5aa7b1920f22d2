"""Reading TOML so that every complaint names the file, the key and the line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

from layouts.errors import LayoutError
from layouts.geometry import Box

_Value = TypeVar("_Value")
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_ASSIGNMENT = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"))*)\s*=""")
_BOX_KEYS = ("x_mm", "y_mm", "width_mm", "height_mm")


class Line(NamedTuple):
    """Where a key was written: the file, and its line from 1."""

    file: Path
    number: int


class TomlTable:
    """One table of a TOML file. Each getter takes a key off the list of unread ones; `done` refuses what is left."""

    def __init__(self, values: dict[str, object], file: str, path: str, lines: Mapping[str, Line]) -> None:
        self._values = values
        self._file = file
        self._path = path
        self._lines = lines
        self._unread = dict.fromkeys(values)

    def place(self, key: str = "") -> str:
        """Where a key stands: "invoice.toml, line 12, table.columns[2].width_mm"."""
        full = f"{self._path}.{key}" if self._path and key else self._path or key
        line = self._line(full)
        said = [line.file.name, f"line {line.number}"] if line else [self._file]
        return ", ".join([*said, *([full] if full else [])])

    def folder(self, key: str, otherwise: Path) -> Path:
        """The folder of the file that a key was written in; `otherwise` when that is not known."""
        line = self._line(self._inner(key))
        return line.file.parent if line else otherwise

    def _line(self, full: str) -> Line | None:
        """The line of a key, or of the nearest thing around it that has one."""
        while full and full not in self._lines:
            full = full[: max(full.rfind("."), full.rfind("["), 0)]
        return self._lines.get(full)

    def refuse(self, key: str, fact: str, remedy: str = "correct the value") -> LayoutError:
        """The error to raise for one key."""
        return LayoutError("E4012", fact, place=self.place(key), remedy=remedy)

    def has(self, key: str) -> bool:
        return key in self._values

    def keys(self) -> tuple[str, ...]:
        """The keys, in the order of the file."""
        return tuple(self._values)

    def text(self, key: str, default: str | None = None) -> str:
        value = self._take(key, default)
        if not isinstance(value, str):
            raise self.refuse(key, f"'{key}' must be a text, not {value!r}")
        return value

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in allowed:
            raise self.refuse(key, f"'{key}' is {value!r}, not one of {', '.join(allowed)}")
        return value

    def number(self, key: str, default: float | None = None, *, least: float = 0.0, most: float = 1e4) -> float:
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse(key, f"'{key}' must be a number, not {value!r}")
        if not least <= value <= most:
            raise self.refuse(key, f"'{key}' is {value:g}, outside {least:g} to {most:g}")
        return float(value)

    def whole(self, key: str, default: int | None = None, *, least: int = 0, most: int = 10_000) -> int:
        value = self.number(key, default, least=least, most=most)
        if not value.is_integer():
            raise self.refuse(key, f"'{key}' must be a whole number, not {value:g}")
        return int(value)

    def truth(self, key: str, default: bool | None = None) -> bool:
        value = self._take(key, default)
        if not isinstance(value, bool):
            raise self.refuse(key, f"'{key}' must be true or false, not {value!r}")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        value = self._take(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise self.refuse(key, f"'{key}' must be a list of texts, not {value!r}")
        return tuple(value)

    def numbers(self, key: str, default: tuple[float, ...] | None = None) -> tuple[float, ...]:
        value = self._take(key, default)
        if not isinstance(value, list | tuple) or not all(
            isinstance(one, int | float) and not isinstance(one, bool) for one in value
        ):
            raise self.refuse(key, f"'{key}' must be a list of numbers, not {value!r}")
        return tuple(float(one) for one in value)

    def table(self, key: str) -> TomlTable:
        value = self._take(key, None)
        if not isinstance(value, dict):
            raise self.refuse(key, f"'{key}' must be a table, not {value!r}")
        return TomlTable(value, self._file, self._inner(key), self._lines)

    def tables(self, key: str, *, least: int = 1) -> tuple[TomlTable, ...]:
        """An array of tables, in order."""
        value = self._take(key, [] if least == 0 else None)
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.refuse(key, f"'{key}' must be a list of tables, not {value!r}")
        if len(value) < least:
            raise self.refuse(key, f"'{key}' needs at least {least} entries")
        inner = self._inner(key)
        return tuple(TomlTable(one, self._file, f"{inner}[{index}]", self._lines) for index, one in enumerate(value))

    def box(self, key: str) -> Box:
        """A table { x_mm, y_mm, width_mm, height_mm }; sizes above zero."""
        part = self.table(key)
        x_mm, y_mm = part.number("x_mm"), part.number("y_mm")
        box = Box(x_mm, y_mm, part.number("width_mm", least=0.1), part.number("height_mm", least=0.1))
        part.done()
        return box

    def each(self, read: Callable[[TomlTable, str], _Value]) -> Iterator[tuple[str, _Value]]:
        """Every key with what `read` makes of it: for tables whose keys are names."""
        for key in tuple(self._values):
            yield key, read(self, key)

    def tables_by_name(self) -> Iterator[tuple[str, TomlTable]]:
        """Every key with its table, in the order of the file."""
        return self.each(lambda part, name: part.table(name))

    def scalar(self, key: str) -> str | int | bool:
        """A text, a whole number or true and false, as it stands."""
        value = self._take(key, None)
        if not isinstance(value, str | int):
            raise self.refuse(key, f"'{key}' must be a text, a whole number, true or false, not {value!r}")
        return value

    def peek(self, key: str) -> object:
        """What stands under a key, unread; None when there is no such key."""
        return self._values.get(key)

    def without(self, key: str) -> TomlTable:
        """The same table without one key."""
        values = {one: value for one, value in self._values.items() if one != key}
        return TomlTable(values, self._file, self._path, self._lines)

    def overlaid(self, path: str, without: tuple[str, ...] = ()) -> TomlTable:
        """This table with the one at `path` ("variants[0]") laid over it: tables are merged, the rest is replaced. What
        is laid over keeps its lines. `without` are keys of it that are left where they are."""
        key, _, index = path.partition("[")
        over = cast(list[dict[str, object]], self._values[key])[int(index.rstrip("]"))]
        lines = dict(self._lines)
        lines.update(
            {full.removeprefix(f"{path}."): line for full, line in lines.items() if full.startswith(f"{path}.")}
        )
        said = {one: value for one, value in over.items() if one not in without}
        return TomlTable(merged(self._values, said), self._file, self._path, lines)

    def over(self, base: TomlTable, joined: tuple[str, ...]) -> TomlTable:
        """This root laid over that of another file: tables are merged, the rest is replaced. Lists of tables named in
        `joined` are joined instead, those of `base` first."""
        said, lines = dict(self._values), dict(self._lines)
        for key in joined:
            under, own = base._list(key), self._list(key)
            if under and own:
                said[key] = [*under, *own]
                lines = {_shifted(full, key, len(under)): line for full, line in lines.items()}
        gone = tuple(
            f"{path}{end}" for path in _replaced(base._values, said) if path not in joined for end in (".", "[")
        )
        kept = {full: line for full, line in base._lines.items() if not full.startswith(gone)}
        return TomlTable(merged(base._values, said), self._file, self._path, {**kept, **lines})

    def _list(self, key: str) -> list[object]:
        value = self._values.get(key, [])
        return value if isinstance(value, list) else []

    def values(self) -> dict[str, object]:
        """All that the table holds, as it was read; nothing of it is left unread."""
        self._unread.clear()
        return self._values

    def done(self) -> None:
        """Refuse a key that nothing has read: most often a misspelling."""
        for key in self._unread:
            raise self.refuse(key, f"unknown key '{key}'", "correct its spelling or remove it")

    def _inner(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _take(self, key: str, default: object) -> object:
        self._unread.pop(key, None)
        if key in self._values:
            return self._values[key]
        if default is None:
            raise LayoutError("E4013", f"'{key}' is missing", place=self.place(), remedy=f"add '{key}' to the table")
        return default


def merged(under: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """One table of values laid over another: tables are merged key by key, whatever else is replaced."""
    found = dict(under)
    for key, value in over.items():
        known = found.get(key)
        found[key] = merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return found


def _replaced(under: Mapping[str, object], over: Mapping[str, object], path: str = "") -> Iterator[str]:
    """The paths at which `over` replaces what `under` says."""
    for key, value in over.items():
        known = under.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            yield from _replaced(known, value, f"{path}{key}.")
        elif known is not None:
            yield f"{path}{key}"


def _shifted(full: str, key: str, by: int) -> str:
    """The path in a list whose elements stand so many places later: "variants[0].for" -> "variants[7].for"."""
    if not full.startswith(f"{key}["):
        return full
    index, _, rest = full[len(key) + 1 :].partition("]")
    return f"{key}[{int(index) + by}]{rest}"


def read_toml(path: Path) -> tuple[TomlTable, bytes]:
    """The root table of a file, and the file's bytes (for the digest of what it says).

    Raises LayoutError E4010 (no such file) and E4011 (not TOML).
    """
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise LayoutError(
            "E4010",
            f"can't read {path.name}: {fault.strerror}",
            place=str(path),
            remedy="check the name and the folder",
        ) from fault
    try:
        text = data.decode("utf-8")
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise LayoutError(
            "E4011", f"{path.name} is not valid TOML: {fault}", place=path.name, remedy="correct the file"
        ) from fault
    return TomlTable(values, path.name, "", {full: Line(path, line) for full, line in _line_index(text).items()}), data


def _line_index(text: str) -> dict[str, int]:
    """Dotted key -> line (1-based), for headers, keys, and the inline tables of an array that has one a line."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix = array = ""
    elements = 0
    for line_no, line in enumerate(text.splitlines(), start=1):
        if array:
            if line.lstrip().startswith("{"):
                lines[f"{array}[{elements}]"] = line_no
                elements += 1
            elif line.lstrip().startswith("]"):
                array = ""
            continue
        header = _HEADER.match(line)
        if header:
            prefix = _resolve(header[2], counts)
            if header[1] == "[[":
                index = counts[prefix] = counts.get(prefix, -1) + 1
                prefix = f"{prefix}[{index}]"
            lines.setdefault(prefix, line_no)
            continue
        assignment = _ASSIGNMENT.match(line)
        if assignment:
            key = _unquoted(assignment[1])
            full = f"{prefix}.{key}" if prefix else key
            lines.setdefault(full, line_no)
            if line[assignment.end() :].split("#")[0].strip() == "[":
                array, elements = full, 0
    return lines


def _resolve(dotted: str, counts: dict[str, int]) -> str:
    """A header's name with the index of each array of tables on the way: columns of the second table -> a[1].b."""
    path = ""
    parts = _unquoted(dotted).split(".")
    for depth, part in enumerate(parts):
        path = f"{path}.{part}" if path else part
        if depth < len(parts) - 1 and path in counts:
            path = f"{path}[{counts[path]}]"
    return path


def _unquoted(dotted: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in dotted.split("."))
