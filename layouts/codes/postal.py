"""How large each post wants its code: data, in postal.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from layouts.tomlfile import TomlTable, read_toml

FILE: Final = Path(__file__).parent / "postal.toml"


@dataclass(frozen=True, slots=True)
class Span:
    """The least that a post takes, what is printed, and the most, in millimetres."""

    least_mm: float
    printed_mm: float
    most_mm: float


@dataclass(frozen=True, slots=True)
class PostalSize:
    """The size of a post's code.

    `module` is the width of a bar and of a space; `height` is of a bar that reaches both ways, None for a matrix code.
    `beside_mm` and `above_mm` must be white on either side, and above and below. `source` is the post's own paper.
    """

    module: Span
    height: Span | None
    beside_mm: float
    above_mm: float
    source: str

    @property
    def high_mm(self) -> float:
        """What bars take with their quiet zone, as they are printed; 0 for a matrix code: its text decides the rows."""
        return self.height.printed_mm + 2 * self.above_mm if self.height else 0.0


@cache
def postal_sizes() -> Mapping[str, PostalSize]:
    """The sizes by the name of the symbology. Raises LayoutError E4011 to E4013 for a file that is damaged."""
    root, _ = read_toml(FILE)
    return {name: _size(table) for name, table in root.tables_by_name()}


def _size(table: TomlTable) -> PostalSize:
    beside_mm, above_mm = _figures(table, "quiet_mm", 2)
    height = Span(*_rising(table, "height_mm")) if table.has("height_mm") else None
    size = PostalSize(Span(*_rising(table, "module_mm")), height, beside_mm, above_mm, table.text("source"))
    table.done()
    return size


def _rising(table: TomlTable, key: str) -> tuple[float, ...]:
    figures = _figures(table, key, 3)
    if list(figures) != sorted(figures):
        raise table.refuse(key, f"'{key}' must rise: the least, what is printed, the most")
    return figures


def _figures(table: TomlTable, key: str, count: int) -> tuple[float, ...]:
    figures = table.numbers(key)
    if len(figures) != count or not all(0 < figure < 100 for figure in figures):
        raise table.refuse(key, f"'{key}' must be {count} millimetres above 0")
    return figures
