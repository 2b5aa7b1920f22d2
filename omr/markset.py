"""A mark set: which marks a machine expects, where they stand, and what each says. Loaded from TOML and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from omr.code import CodeTemplate
from omr.errors import OmrError
from omr.mark import Counter, Counts, Mark, Meaning, Parity, Scope
from omr.place import Box, Clearance, CodePlace, Column
from omr.sheet import SheetId
from omr.symbol import SIZES, matrix_code
from omr.tomlfile import TomlTable

SHIPPED = Path(__file__).parent / "marksets"

_ROLES: Mapping[str, Meaning] = {
    "start": Meaning.ALWAYS,
    "safety": Meaning.ALWAYS,
    "timing": Meaning.ALWAYS,
    "blank": Meaning.NEVER,
    "divert": Meaning.DIVERT,
    "stop": Meaning.STOP,
    "first": Meaning.FIRST,
    "insert": Meaning.LAST,
    "select": Meaning.SELECT,
    "parity": Meaning.PARITY,
}
_NUMBERED = re.compile(r"(?P<stem>[a-z]+)-(?P<number>[1-9][0-9]*)")
_MAY_BE_NUMBERED = frozenset({"timing", "blank"})

_SCOPES = {scope.value: scope for scope in Scope}
_POLARITIES = {"when-true": True, "when-false": False}
_COUNTS = {counts.value: counts for counts in Counts}
_SENSES = {"even": True, "odd": False}
_ZERO = {"used": True, "skipped": False}
_DIRECTIONS = {"down": 1, "up": -1}
_SYMBOLOGIES = {"DataMatrix": "DataMatrix"}

# Limits against slips of the pen (a length in cm, in inches, in points); no machine's limits.
_PAPER_MM = 500.0


@dataclass(frozen=True)
class MarkSet:
    """Everything about the marks of one machine. All boxes are in mm from the sheet's top-left corner.

    marks           by position: marks[0] is the start mark.
    strip           what a reader has to look at; it holds all marks and the code with the tolerance around.
    tolerance_mm    how far all print of the strip may stand off, in x and in y.
    """

    name: str
    title: str
    marks: tuple[Mark, ...]
    column: Column
    clearance: Clearance
    strip: Box
    tolerance_mm: float
    counters: tuple[Counter, ...]
    parity: Parity | None
    code: CodePlace

    def __hash__(self) -> int:
        # Of all that is compared the name alone: a mark set is a key for every sheet, and text remembers its hash.
        return hash(self.name)

    @property
    def clear_zones(self) -> tuple[Box, ...]:
        """Where nothing else may be printed, on either side of the sheet: around the marks, around the code."""
        return (self.marks_zone, self.code.clear_zone)

    @property
    def marks_zone(self) -> Box:
        """The box around all positions with its clearance."""
        clear = self.clearance
        return self.column.extent(len(self.marks)).grown(clear.side_mm, clear.above_mm, clear.below_mm)

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """The roles by position."""
        return tuple(mark.role for mark in self.marks)

    def counter(self, name: str) -> Counter | None:
        """The counter of this name, if its marks are in use."""
        return next((counter for counter in self.counters if counter.name == name), None)


def shipped_mark_sets() -> tuple[str, ...]:
    """Names that `load_mark_set` knows."""
    return tuple(sorted(file.stem for file in SHIPPED.glob("*.toml")))


def load_mark_set(name_or_path: str | Path) -> MarkSet:
    """Load a shipped mark set by name ("quadient") or any by its path (a Path, or text that ends in .toml).

    Raises OmrError E5001 … E5004 and E5201 with file, line and key.
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
    counters = _counters(root)
    defined = _marks(root.table("marks"), counters)
    functions = root.texts("functions")
    for role in functions:
        if role not in defined:
            root.refuse("functions", f"names {role!r}, which [marks] does not define")
    marks = tuple(defined[role] for role in functions)
    if functions[0] != "start":
        root.refuse("functions", "must begin with 'start': the reader finds the column by it")
    strip = root.table("strip")
    mark_set = MarkSet(
        name=root.text("name"),
        title=root.text("title"),
        marks=marks,
        column=_column(root.table("column")),
        clearance=_clearance(root.table("clear")),
        strip=_strip(strip),
        tolerance_mm=strip.number("tolerance_mm", least=0.2, most=5),
        counters=tuple(counter for counter in counters.values() if _in_use(root, counter, marks)),
        parity=_parity(root, defined, functions),
        code=_code(root.table("code")),
    )
    strip.close()
    root.close()
    _check_geometry(root, mark_set)
    return mark_set


def _marks(table: TomlTable, counters: Mapping[str, Counter]) -> dict[str, Mark]:
    marks: dict[str, Mark] = {}
    for role, entry in table.tables():
        scope, printed = entry.choice("scope", _SCOPES), entry.choice("printed", _POLARITIES)
        if "counter" in entry:
            name, weight = entry.text("counter"), entry.integer("weight", least=1, most=1 << 15)
            if name not in counters:
                entry.refuse("counter", f"is {name!r}, which [counters] does not define")
            if role != f"{name}-{weight}" or weight & (weight - 1):
                entry.refuse("weight", f"must be a power of two, and the mark be called {name}-{weight}")
            marks[role] = Mark(role, Meaning.COUNTER, scope, printed, weight, name)
        else:
            meaning, number = _role(table, role)
            if meaning in (Meaning.NEVER, Meaning.PARITY) and not printed:
                entry.refuse("printed", f"must be 'when-true' for {role}")
            marks[role] = Mark(role, meaning, scope, printed, number)
        entry.close()
    return marks


def _role(table: TomlTable, role: str) -> tuple[Meaning, int]:
    numbered = _NUMBERED.fullmatch(role)
    stem, number = (numbered["stem"], int(numbered["number"])) if numbered else (role, 0)
    meaning = _ROLES.get(stem)
    wants_number = meaning is Meaning.SELECT
    if meaning is None or wants_number > bool(number) or (number and not (wants_number or stem in _MAY_BE_NUMBERED)):
        table.refuse(
            role,
            "is no role; roles are start, safety, timing, timing-N, blank, blank-N, divert, stop, first, "
            "insert, select-N, parity, and COUNTER-WEIGHT with the keys counter and weight",
        )
    return meaning, number


def _counters(root: TomlTable) -> dict[str, Counter]:
    if "counters" not in root:
        return {}
    counters: dict[str, Counter] = {}
    for name, entry in root.table("counters").tables():
        modulo, zero_used = entry.integer("modulo", least=2, most=1 << 15), entry.choice("zero", _ZERO)
        counter = Counter(
            name=name,
            counts=entry.choice("counts", _COUNTS),
            start=entry.integer("start", least=0 if zero_used else 1, most=modulo - 1),
            step=entry.integer("step", least=-modulo, most=modulo),
            modulo=modulo,
            zero_used=zero_used,
        )
        if counter.cycle < 2 or counter.step % counter.cycle == 0:
            entry.refuse("step", "leaves the counter at one value for ever")
        entry.close()
        counters[name] = counter
    return counters


def _in_use(root: TomlTable, counter: Counter, marks: tuple[Mark, ...]) -> bool:
    """True when the functions carry this counter; refuses a counter that lost some of its bits only."""
    most = sum(mark.number for mark in marks if mark.counter == counter.name)
    if most and most < counter.modulo - 1:
        root.refuse("functions", f"can count {counter.name} to {most} only, but it runs to {counter.modulo - 1}")
    return most > 0


def _parity(root: TomlTable, defined: Mapping[str, Mark], functions: tuple[str, ...]) -> Parity | None:
    wanted = any(defined[role].meaning is Meaning.PARITY for role in functions)
    if "parity" not in root:
        if wanted:
            root.refuse("functions", "names the mark 'parity', but there is no table [parity]")
        return None
    table = root.table("parity")
    even, covers = table.choice("sense", _SENSES), table.texts("covers")
    table.close()
    for role in covers:
        if role not in defined or defined[role].meaning is Meaning.PARITY:
            table.refuse("covers", f"names {role!r}, which is no other mark of [marks]")
    return Parity("parity", even, frozenset(covers) & frozenset(functions)) if wanted else None


def _column(table: TomlTable) -> Column:
    column = Column(
        x_mm=table.number("x_mm", least=0, most=_PAPER_MM),
        first_mm=table.number("first_mm", least=0, most=_PAPER_MM),
        pitch_mm=table.number("pitch_mm", least=1, most=20),
        length_mm=table.number("length_mm", least=2, most=50),
        thickness_mm=table.number("thickness_mm", least=0.1, most=3),
        step=table.choice("direction", _DIRECTIONS),
    )
    table.close()
    return column


def _clearance(table: TomlTable) -> Clearance:
    keys = ("side_mm", "above_mm", "below_mm")
    clearance = Clearance(*(table.number(key, least=0, most=100) for key in keys))
    table.close()
    return clearance


def _strip(table: TomlTable) -> Box:
    return Box(
        table.number("x_mm", least=0, most=_PAPER_MM),
        table.number("y_mm", least=0, most=_PAPER_MM),
        table.number("width_mm", least=5, most=_PAPER_MM),
        table.number("height_mm", least=5, most=_PAPER_MM),
    )


def _code(table: TomlTable) -> CodePlace:
    modules = table.integer("modules", least=min(SIZES), most=max(SIZES))
    if modules not in SIZES:
        table.refuse("modules", f"must be a DataMatrix size ({', '.join(map(str, SIZES))}), not {modules}")
    text = table.text("template")
    try:
        template = CodeTemplate.parse(text)
        widths = dict(template.widths)
        shortest = SheetId("0" * widths["run"], "0" * widths["piece"], 1, 1, 1)
        matrix_code(template.format(shortest), modules)
    except OmrError as error:
        raise OmrError(error.code, error.message, place=table.place("template"), remedy=error.remedy) from error
    code = CodePlace(
        symbology=table.choice("symbology", _SYMBOLOGIES),
        x_mm=table.number("x_mm", least=0, most=_PAPER_MM),
        y_mm=table.number("y_mm", least=0, most=_PAPER_MM),
        module_mm=table.number("module_mm", least=0.2, most=5),
        modules=modules,
        quiet_mm=table.number("quiet_mm", least=0.2, most=50),
        template=template,
    )
    table.close()
    return code


def _check_geometry(root: TomlTable, mark_set: MarkSet) -> None:
    """Refuse marks that overlap, that leave the strip or the paper, or that the reader could confuse."""
    column, play = mark_set.column, mark_set.tolerance_mm
    extent = column.extent(len(mark_set.marks))
    if column.thickness_mm > column.pitch_mm / 2:
        root.table("column").refuse("thickness_mm", "must be at most half the pitch", code="E5004")
    if play >= column.pitch_mm / 2:
        root.table("strip").refuse("tolerance_mm", "must be less than half the pitch", code="E5004")
    if not mark_set.strip.holds(extent.grown(play, play, play)):
        root.table("strip").refuse("", f"does not hold all marks with {play:g} mm around", code="E5004")
    if not mark_set.strip.holds(mark_set.code.box.grown(play, play, play)):
        root.table("strip").refuse("", f"does not hold the code with {play:g} mm around", code="E5004")
    if extent.y < 0 or mark_set.marks_zone.x < 0 or mark_set.code.clear_zone.x < 0:
        root.table("column").refuse("", "leaves the sheet", code="E5004")
    if mark_set.marks_zone.meets(mark_set.code.clear_zone):
        root.table("code").refuse("", "with its quiet zone meets the clear zone of the marks", code="E5004")
