"""Mark sets from TOML, checked: a set that could be misread, or that its machine could not read, is refused."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from omr.errors import OmrError
from omr.functions import counters_in_use, read_counters, read_functions, read_marks, read_parity
from omr.limits import check_limits
from omr.mark import apart
from omr.model import FedFirst, MarkSet, Side
from omr.place import Box
from omr.sheetplan import read_clearance, read_codes, read_column, read_sheet, read_strip
from omr.tomlfile import TomlTable

__all__ = ["SHIPPED", "MarkSet", "load_mark_set", "shipped_mark_sets"]

SHIPPED = Path(__file__).parent / "marksets"

_SIDES = {side.value: side for side in Side}
_FED_FIRST = {fed.value: fed for fed in FedFirst}


def shipped_mark_sets() -> tuple[str, ...]:
    """Names that `load_mark_set` knows."""
    return tuple(sorted(file.stem for file in SHIPPED.glob("*.toml")))


def load_mark_set(name_or_path: str | Path) -> MarkSet:
    """Load a shipped mark set by name ("quadient") or any by its path (a Path, or text that ends in .toml).

    Raises OmrError E5001 … E5005, E5201 and E5203 with file, line and key.
    """
    by_path = isinstance(name_or_path, Path) or name_or_path.endswith(".toml")
    file = Path(name_or_path) if by_path else SHIPPED / f"{name_or_path}.toml"
    if not by_path and name_or_path not in shipped_mark_sets():
        raise OmrError(
            "E5001",
            f"there is no mark set {str(name_or_path)!r}",
            place=str(SHIPPED),
            remedy=f"Use one of {', '.join(shipped_mark_sets())}, or the path of a .toml file.",
        )
    return _mark_set(TomlTable.read(file))


def _mark_set(root: TomlTable) -> MarkSet:
    counters = read_counters(root)
    defined = read_marks(root.table("marks"), counters)
    marks = read_functions(root, defined)
    plan = read_sheet(root)
    strip, tolerance_mm = read_strip(root.table("strip"), plan)
    mark_set = MarkSet(
        name=root.text("name"),
        title=root.text("title"),
        marks=marks,
        column=read_column(root.table("column"), plan),
        clearance=read_clearance(root.table("clear")),
        strip=strip,
        tolerance_mm=tolerance_mm,
        counters=counters_in_use(root, counters, marks),
        parity=read_parity(root, defined, marks),
        codes=read_codes(root, plan),
        paper=plan.paper,
        origin=plan.origin,
        side=root.choice("side", _SIDES) if "side" in root else Side.FRONT,
        fed_first=root.choice("fed_first", _FED_FIRST) if "fed_first" in root else FedFirst.FIRST_SHEET,
    )
    check_limits(root, mark_set)
    root.close()
    _check_marks(root, mark_set)
    _check_codes(root, mark_set)
    return mark_set


def _check_marks(root: TomlTable, mark_set: MarkSet) -> None:
    """Refuse marks that overlap, that leave the strip or the paper, or that the reader could confuse."""
    column, play = mark_set.column, mark_set.tolerance_mm
    extent = column.extent(len(mark_set.marks))
    if column.thickness_mm > column.pitch_mm / 2:
        root.table("column").refuse("thickness_mm", "must be at most half the pitch", code="E5004")
    if play >= column.pitch_mm / 2:
        root.table("strip").refuse("tolerance_mm", "must be less than half the pitch", code="E5004")
    if not mark_set.strip.holds(extent.grown(play, play, play)):
        root.table("strip").refuse("", f"does not hold all marks with {play:g} mm around", code="E5004")
    if not _on_sheet(mark_set, extent) or not _within_sides(mark_set, mark_set.marks_zone):
        root.table("column").refuse("", "leaves the sheet", code="E5004")
    if not mark_set.paper.box.holds(mark_set.strip):
        root.table("strip").refuse("", "leaves the sheet", code="E5004")


def _check_codes(root: TomlTable, mark_set: MarkSet) -> None:
    """Refuse codes that leave the strip or the paper, or that meet the marks or one another."""
    tables = {code.name: _code_table(root, mark_set, code.name) for code in mark_set.codes}
    play = mark_set.tolerance_mm
    if mark_set.has_code and not mark_set.strip.holds(mark_set.code.box.grown(play, play, play)):
        root.table("strip").refuse("", f"does not hold the code with {play:g} mm around", code="E5004")
    for code in mark_set.codes:
        if not _on_sheet(mark_set, code.box) or not _within_sides(mark_set, code.clear_zone):
            tables[code.name].refuse("", "leaves the sheet", code="E5004")
        if mark_set.marks_zone.meets(code.clear_zone):
            fact = "with its quiet zone meets the clear zone of the marks"
            tables[code.name].refuse("", fact, code="E5004")
    for one, other in combinations(mark_set.codes, 2):
        if not apart(one.sheets, other.sheets) and one.clear_zone.meets(other.clear_zone):
            fact = f"with its quiet zone meets that of the code {one.name}"
            tables[other.name].refuse("", fact, code="E5004")


def _code_table(root: TomlTable, mark_set: MarkSet, name: str) -> TomlTable:
    if mark_set.has_code and name == mark_set.code.name:
        return root.table(name)
    return root.table("codes").table(name)


def _on_sheet(mark_set: MarkSet, box: Box) -> bool:
    return mark_set.paper.box.holds(box)


def _within_sides(mark_set: MarkSet, zone: Box) -> bool:
    """Blank paper ends with the paper at its head and foot; at the sides it can't be had beyond."""
    return zone.x >= 0 and zone.right <= mark_set.paper.width_mm
