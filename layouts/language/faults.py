"""Where in a layout's text something is wrong, as the reader of an error sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from layouts.errors import LayoutError

_SHOWN = 60
_NEAR = 3
_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Site:
    """A text of a layout and its place ("invoice.toml, line 12, title.text")."""

    source: str
    place: str

    def fault(self, code: str, fact: str, column: int, remedy: str) -> LayoutError:
        """The error for one spot: the fact, and below it the text with a caret under `column` (from 0)."""
        return LayoutError(code, f"{fact}\n{pointed(self.source, column)}", place=self.place, remedy=remedy)

    def placed(self, fault: LayoutError, column: int) -> LayoutError:
        """An error that comes from further down, with this place when it has none."""
        return fault if fault.place else self.fault(fault.code, fault.message, column, fault.remedy)


def pointed(source: str, column: int) -> str:
    """Two lines: what stands around `column`, and a caret under it."""
    start = max(0, column - _SHOWN // 2)
    shown = "".join(char if char.isprintable() else " " for char in source[start : start + _SHOWN])
    before = "…" if start else ""
    after = "…" if start + _SHOWN < len(source) else ""
    return f"    {before}{shown}{after}\n    {' ' * (len(before) + column - start)}^"


def near(wrong: str, known: Iterable[str]) -> str:
    """What may have been meant: "did you mean totals.payable?", or "" when nothing is near.

    A dotted path is near by its whole or by its last name.
    """
    known = sorted(known)
    last = wrong.rpartition(".")[2]
    found = [path for path in known if path != wrong and path.rpartition(".")[2] == last]
    found += [path for path in get_close_matches(wrong, known, n=_NEAR, cutoff=0.7) if path not in found]
    return f"did you mean {' or '.join(found[:_NEAR])}?" if found else ""


def paths_of(values: Mapping[str, Any], prefix: str = "", depth: int = _DEPTH) -> Iterator[str]:
    """The dotted paths that data has, for naming what is near."""
    for key, value in values.items():
        yield f"{prefix}{key}"
        if depth > 1 and isinstance(value, Mapping):
            yield from paths_of(value, f"{prefix}{key}.", depth - 1)
