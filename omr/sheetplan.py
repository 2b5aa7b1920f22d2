"""Where a mark set's print stands, as its file tells it: column, clear zones, strip and codes."""

from __future__ import annotations

from dataclasses import dataclass

from omr.code import CodeTemplate
from omr.errors import OmrError
from omr.mark import Scope
from omr.model import SHEET_CODE
from omr.place import A4, Box, Clearance, CodePlace, Column, Corner, Paper
from omr.symbol import SYMBOLOGIES, Symbology, bars_modules, symbol_bits
from omr.tomlfile import TomlTable

CORNERS = {corner.value: corner for corner in Corner}
_SCOPES = {scope.value: scope for scope in Scope}
_DIRECTIONS = {"down": 1, "up": -1}
_READ = {"across": False, "upwards": True}
_CORRECTIONS = {level: level for level in "LMQH"}

# Limits against slips of the pen (a length in cm, in inches, in points); no machine's limits.
_PAPER_MM = 500.0
_LEAST_CODE_MM, _MOST_MODULE_MM = 0.15, 5.0


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """The sheet that a set is for, and the corner that its places are measured from."""

    paper: Paper
    origin: Corner

    def box(self, table: TomlTable, w_mm: float, h_mm: float, origin: Corner | None = None) -> Box:
        """The box of this size at the table's `x_mm` and `y_mm`."""
        x_mm, y_mm = (table.number(key, least=0, most=_PAPER_MM) for key in ("x_mm", "y_mm"))
        return self.paper.box_at(origin or self.origin, x_mm, y_mm, w_mm, h_mm)


def read_sheet(root: TomlTable) -> SheetPlan:
    """The table [sheet], which may be missing: then A4, from its top-left corner."""
    if "sheet" not in root:
        return SheetPlan(A4, Corner.TOP_LEFT)
    table = root.table("sheet")
    sizes = (table.number(key, least=50, most=_PAPER_MM) for key in ("width_mm", "height_mm"))
    plan = SheetPlan(Paper(*sizes), table.choice("origin", CORNERS))
    table.close()
    return plan


def read_column(table: TomlTable, plan: SheetPlan) -> Column:
    """The table [column]."""
    x_mm, first_mm = (table.number(key, least=0, most=_PAPER_MM) for key in ("x_mm", "first_mm"))
    length_mm = table.number("length_mm", least=2, most=50)
    thickness_mm = table.number("thickness_mm", least=0.1, most=3)
    first = plan.paper.box_at(plan.origin, x_mm, first_mm, length_mm, thickness_mm)
    column = Column(
        x_mm=first.x,
        first_mm=first.y,
        pitch_mm=table.number("pitch_mm", least=1, most=20),
        length_mm=length_mm,
        thickness_mm=thickness_mm,
        step=table.choice("direction", _DIRECTIONS),
    )
    table.close()
    return column


def read_clearance(table: TomlTable) -> Clearance:
    """The table [clear]; `side_mm` stands for both sides where one has no key of its own."""
    own = {key: table.number(key, least=0, most=100) for key in ("left_mm", "right_mm") if key in table}
    both_mm = table.number("side_mm", least=0, most=100) if len(own) < 2 or "side_mm" in table else 0.0
    above_mm, below_mm = (table.number(key, least=0, most=100) for key in ("above_mm", "below_mm"))
    table.close()
    return Clearance(own.get("left_mm", both_mm), own.get("right_mm", both_mm), above_mm, below_mm)


def read_strip(table: TomlTable, plan: SheetPlan) -> tuple[Box, float]:
    """The table [strip]: the box and its tolerance in mm."""
    size_mm = (table.number("width_mm", least=5, most=_PAPER_MM), table.number("height_mm", least=5, most=_PAPER_MM))
    strip = plan.box(table, *size_mm), table.number("tolerance_mm", least=0.2, most=5)
    table.close()
    return strip


def read_codes(root: TomlTable, plan: SheetPlan) -> tuple[CodePlace, ...]:
    """The table [code], which names the sheet, and the tables [codes.NAME]."""
    codes = [_code(root.table("code"), plan, SHEET_CODE)] if "code" in root else []
    if "codes" in root:
        for name, table in root.table("codes").tables():
            if name == SHEET_CODE:
                table.refuse("", "must have another name: 'code' is that of the table [code]")
            codes.append(_code(table, plan, name))
    return tuple(codes)


def _code(table: TomlTable, plan: SheetPlan, name: str) -> CodePlace:
    symbology = SYMBOLOGIES[table.choice("symbology", {known: known for known in SYMBOLOGIES})]
    module_mm = table.number("module_mm", least=_LEAST_CODE_MM, most=_MOST_MODULE_MM)
    code = CodePlace(
        symbology=symbology.name,
        x_mm=0,
        y_mm=0,
        module_mm=module_mm,
        modules=_modules(table, symbology),
        quiet_mm=table.number("quiet_mm", least=0.2, most=50),
        template=_template(table, whole=name == SHEET_CODE),
        name=name,
        height_mm=0.0 if symbology.is_matrix else table.number("height_mm", least=2, most=50),
        upright=not symbology.is_matrix and table.choice("read", _READ),
        correction=table.choice("correction", _CORRECTIONS) if symbology.name == "QRCode" else "",
        sheets=table.choice("sheets", _SCOPES) if "sheets" in table else Scope.EVERY,
        origin=table.choice("origin", CORNERS) if "origin" in table else plan.origin,
    )
    code = _sized(table, symbology, code)
    if code.name == SHEET_CODE and code.sheets is not Scope.EVERY:
        table.refuse("sheets", "must be 'every' for the code that names the sheet")
    if code.quiet_mm < symbology.least_quiet * module_mm:
        least_mm = symbology.least_quiet * module_mm
        table.refuse("quiet_mm", f"must be at least {least_mm:g}: {symbology.title} asks for it", code="E5004")
    box = plan.box(table, code.box.w, code.box.h, code.origin)
    table.close()
    return code.moved(box.x, box.y)


def _modules(table: TomlTable, symbology: Symbology) -> int:
    """The size of a matrix code; that of bars comes from their text."""
    if symbology.sizes is None:
        return 0
    sizes = symbology.sizes
    modules = table.integer("modules", least=min(sizes), most=max(sizes))
    if modules not in sizes:
        table.refuse("modules", f"must be a {symbology.title} size ({', '.join(map(str, sizes))}), not {modules}")
    return modules


def _template(table: TomlTable, *, whole: bool) -> CodeTemplate:
    try:
        return CodeTemplate.parse(table.text("template"), whole=whole)
    except OmrError as error:
        raise OmrError(error.code, error.message, place=table.place("template"), remedy=error.remedy) from error


def _sized(table: TomlTable, symbology: Symbology, code: CodePlace) -> CodePlace:
    """The code with the length of its bars; refuses a template that no symbol of its kind and size holds."""
    try:
        if not symbology.is_matrix:
            return code.long(bars_modules(symbology, code.template))
        symbol_bits(code, code.template.sample("0"))
    except OmrError as error:
        raise OmrError(error.code, error.message, place=table.place("template"), remedy=error.remedy) from error
    return code
