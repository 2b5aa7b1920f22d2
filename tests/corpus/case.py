"""A case of the corpus: what is changed on a good layout, envelope or document, and what must be found then.

[[cases]]
name = "A sentence that says what is wrong"
layout = [["old", "new"]]           # replaced in good/bill.toml, where the old text must stand exactly once
more = "[boxes.stamp]…"             # put behind it
slip = [["old", "new"]]             # the same in good/giro.toml
envelopes = ["c5"]                  # which shipped envelopes; c5 unless told
envelope = [["old", "new"]]         # the same in the envelopes' files
two_sided = true
goods = 40                          # lines of the document; 3 unless told
pages = 2                           # how many pages come of it, where that matters
marks.code = [5, 172, 9, 9]
set."lines[1].name" = "Tent"        # in the document; { text = "ord ", times = 99 } and { float = 1.5 } are told so
drop = ["totals.lines"]
error = { at = "load", code = "E4012", key = "boxes.title.typ", line = "text of the line it must name", says = "…" }

[[cases.layout_findings]]           # all that the layout, its envelopes and marks must be told
[[cases.document_findings]]         # all that the composed document must be told
rule = "margin"
box = "title"
place = [20, 99.5, 175, 11]         # millimetres: x, y, width, height; without it there is none
amount_mm = 2
page = 2                            # 1 unless told
envelope = "c5"
says = ["part of the message"]
ink = false                         # no ink stands there that would be red
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, cast

from layouts.geometry import Box

FOLDER = Path(__file__).parent / "cases"
MARKS = {"start": Box(7, 100, 6.5, 0.4), "code": Box(5, 172, 9, 9)}

Edits = tuple[tuple[str, str], ...]
Stage = Literal["envelope", "load", "compile", "data"]


@dataclass(frozen=True, slots=True)
class ExpectedError:
    """`at` is the step that refuses; `line` the text of the line that it must name; `place` the whole place, where it
    is a field of the data."""

    at: Stage
    code: str
    says: str
    key: str = ""
    line: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class ExpectedFinding:
    rule: str
    box: str
    place: Box | None
    amount_mm: float
    page: int
    envelope: str
    says: tuple[str, ...]
    ink: bool


@dataclass(frozen=True, slots=True)
class Case:
    """See the module. `group` is the name of its file."""

    name: str
    group: str
    layout: Edits
    more: str
    slip: Edits
    envelopes: tuple[str, ...]
    envelope: Edits
    two_sided: bool
    goods: int
    pages: int | None
    marks: Mapping[str, Box]
    values: Mapping[str, Any]
    drop: tuple[str, ...]
    error: ExpectedError | None
    layout_findings: tuple[ExpectedFinding, ...]
    document_findings: tuple[ExpectedFinding, ...]

    @property
    def short(self) -> str:
        """A name for files."""
        return "-".join("".join(char if char.isalnum() else " " for char in self.name.lower()).split())[:80]


def all_cases() -> list[Case]:
    """Every case, file by file. Raises TypeError or KeyError for a case that says what no case may."""
    return [case for path in sorted(FOLDER.glob("*.toml")) for case in _cases_of(path)]


def _cases_of(path: Path) -> list[Case]:
    said = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return [_case(path.stem, **one) for one in said["cases"]]


def _case(
    group: str,
    *,
    name: str,
    layout: list[list[str]] | None = None,
    more: str = "",
    slip: list[list[str]] | None = None,
    envelopes: list[str] | None = None,
    envelope: list[list[str]] | None = None,
    two_sided: bool = False,
    goods: int = 3,
    pages: int | None = None,
    marks: Mapping[str, list[Decimal]] | None = None,
    set: Mapping[str, Any] | None = None,
    drop: list[str] | None = None,
    error: Mapping[str, str] | None = None,
    layout_findings: list[dict[str, Any]] | None = None,
    document_findings: list[dict[str, Any]] | None = None,
) -> Case:
    return Case(
        name=name,
        group=group,
        layout=_edits(layout),
        more=more,
        slip=_edits(slip),
        envelopes=tuple(envelopes or ("c5",)),
        envelope=_edits(envelope),
        two_sided=two_sided,
        goods=goods,
        pages=pages,
        marks=MARKS | {mark: _box(box) for mark, box in (marks or {}).items()},
        values=set or {},
        drop=tuple(drop or ()),
        error=_error(**error) if error else None,
        layout_findings=tuple(_finding(**one) for one in layout_findings or ()),
        document_findings=tuple(_finding(**one) for one in document_findings or ()),
    )


def _error(*, at: str, code: str, says: str, key: str = "", line: str = "", place: str = "") -> ExpectedError:
    return ExpectedError(cast(Stage, at), code, says, key, line, place)


def _finding(
    *,
    rule: str,
    box: str,
    place: list[Decimal] | None = None,
    amount_mm: Decimal = Decimal(0),
    page: int = 1,
    envelope: str = "",
    says: list[str] | None = None,
    ink: bool = True,
) -> ExpectedFinding:
    where = _box(place) if place else None
    return ExpectedFinding(rule, box, where, float(amount_mm), page, envelope, tuple(says or ()), ink)


def _box(edges: list[Decimal]) -> Box:
    x_mm, y_mm, width_mm, height_mm = map(float, edges)
    return Box(x_mm, y_mm, width_mm, height_mm)


def _edits(said: list[list[str]] | None) -> Edits:
    return tuple((old, new) for old, new in said or ())
