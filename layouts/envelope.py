"""Envelopes: sizes, window, fold, and where the folded sheet can lie in them.

The folded sheet lies with its address panel to the window. It can slide by the play, the envelope's inside less the
folded size. Its lower edge is what it rests on, so places are measured from there. What shows through the window is
the matter of `layouts.visibility`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path

from layouts.errors import LayoutError
from layouts.folding import FOLD_LINES, Fold, Strip, facing
from layouts.geometry import Box
from layouts.parts import Zone
from layouts.tomlfile import TomlTable, read_toml

FOLDER = Path(__file__).parent / "envelopes"
ADDRESS_FIELDS = Path(__file__).parent / "address_fields.toml"
FORMAT = 1

_HAIR_MM = 1e-6
_FOLD_OF_LINES: tuple[Fold, ...] = ("none", "half", "c")
_A4_WIDTH_MM = 210.0


@dataclass(frozen=True, slots=True)
class AddressField:
    """Where a standard for letters puts the address on the sheet."""

    title: str
    sheet_width_mm: float
    sheet_height_mm: float
    box: Box


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope as seen from its front, millimetres from its top-left corner, and the sheet that goes into it.

    inside            the free space; it stands in the middle of the outside
    fold              how the sheet is folded; the word that control files and machines use
    folds_mm          fold lines from the sheet's top, downwards; none for a flat sheet
    address_standard  name of the address field's standard, "" for a field of its own
    address_field     where the address belongs on the sheet
    address_margin_mm what must stay visible around the address
    max_sheets        how many sheets of one piece it takes
    clear_zones       what the post keeps for itself on the envelope's front
    """

    name: str
    title: str
    outside_width_mm: float
    outside_height_mm: float
    inside_width_mm: float
    inside_height_mm: float
    window: Box
    fold: Fold
    folds_mm: tuple[float, ...]
    sheet_width_mm: float
    sheet_height_mm: float
    address_standard: str
    address_field: Box
    envelope_tolerance_mm: float
    window_tolerance_mm: float
    address_margin_mm: float
    max_sheets: int
    clear_zones: tuple[Zone, ...]

    @property
    def tolerance_mm(self) -> float:
        """How far a window's edge may be off: the envelope's tolerance and the window's together."""
        return self.envelope_tolerance_mm + self.window_tolerance_mm

    @property
    def panel_height_mm(self) -> float:
        """Height of the address panel: from the sheet's top to its first fold."""
        return self.folds_mm[0] if self.folds_mm else self.sheet_height_mm

    @property
    def facing(self) -> tuple[Strip, ...]:
        """The parts of the folded sheet that face the window, the address panel first."""
        return facing(self.fold, self.folds_mm, self.sheet_height_mm)

    @property
    def folded_height_mm(self) -> float:
        """Height of the folded sheet, with what stands out above or below its address panel."""
        strips = self.facing
        return max(strip.bottom_mm for strip in strips) - min(strip.top_mm for strip in strips)

    def play_mm(self, sheet_width_mm: float | None = None) -> tuple[float, float]:
        """How far the folded sheet can slide, across and up."""
        width_mm = self.sheet_width_mm if sheet_width_mm is None else sheet_width_mm
        return self.inside_width_mm - width_mm, self.inside_height_mm - self.folded_height_mm

    def corner_range(self, sheet_width_mm: float | None = None) -> Box:
        """Where on the envelope the top-left corner of the sheet's address panel can lie."""
        across_mm, up_mm = self.play_mm(sheet_width_mm)
        left_mm = (self.outside_width_mm - self.inside_width_mm) / 2
        foot_mm = (self.outside_height_mm + self.inside_height_mm) / 2
        resting_mm = foot_mm - max(strip.bottom_mm for strip in self.facing)
        return Box(left_mm, resting_mm - up_mm, across_mm, up_mm)

    def sheet_places(self, sheet_width_mm: float | None = None) -> tuple[tuple[float, float], ...]:
        """Where that corner lies at the four extremes of play: at the left and at the right, with the sheet at the foot
        of the envelope and as high as it goes."""
        corner = self.corner_range(sheet_width_mm)
        return tuple(product((corner.x_mm, corner.right_mm), (corner.bottom_mm, corner.y_mm)))

    def nominal_place(self, sheet_width_mm: float | None = None) -> tuple[float, float]:
        """Where that corner lies when the sheet is in the middle of its play."""
        corner = self.corner_range(sheet_width_mm)
        return corner.x_mm + corner.width_mm / 2, corner.y_mm + corner.height_mm / 2

    def surely_seen(self, sheet_width_mm: float | None = None) -> Box:
        """What of the address panel shows wherever the sheet lies, in a window smaller by the tolerance. A size below
        zero says that nothing does, and by how much."""
        corner = self.corner_range(sheet_width_mm)
        opening = self.window.grown(-self.tolerance_mm)
        top_mm = max(opening.y_mm - corner.y_mm, 0.0)
        bottom_mm = min(opening.bottom_mm - corner.bottom_mm, self.panel_height_mm)
        left_mm, right_mm = opening.x_mm - corner.x_mm, opening.right_mm - corner.right_mm
        return Box(left_mm, top_mm, right_mm - left_mm, bottom_mm - top_mm)


@cache
def address_fields() -> dict[str, AddressField]:
    """The address fields of the standards, by name ("din-5008-b"). They differ between countries, so they are data."""
    root, _ = read_toml(ADDRESS_FIELDS)
    root.whole("format")
    fields = {}
    names = root.keys()
    for name in (name for name in names if name != "format"):
        part = root.table(name)
        fields[name] = AddressField(
            part.text("title"), part.number("sheet_width_mm"), part.number("sheet_height_mm"), part.box("box")
        )
        part.done()
    return fields


def load_envelope(name_or_path: str | Path) -> Envelope:
    """A shipped envelope by name ("c5", "de-dl-b"), or any envelope file by path (with suffix).

    Without `fold`, the number of fold lines says it (two are a C-fold); without an address field, it is the largest box
    that surely shows. Raises LayoutError E4010 to E4013, E4040 to E4042 with file, key and line.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = FOLDER / f"{name_or_path}.toml"
    root, _ = read_toml(path)
    if (found := root.whole("format")) != FORMAT:
        raise root.refuse("format", f"format {found} is not known", f"write the file for format {FORMAT}")
    outside_mm, inside_mm = _size(root, "outside"), _size(root, "inside")
    folds_mm = root.numbers("folds_mm")
    zones = [_zone(part) for part in root.tables("clear_zones", least=0)]
    standard, field = _address_field(root)
    envelope = Envelope(
        name=root.text("name"),
        title=root.text("title"),
        outside_width_mm=outside_mm[0],
        outside_height_mm=outside_mm[1],
        inside_width_mm=inside_mm[0],
        inside_height_mm=inside_mm[1],
        window=root.box("window"),
        fold=_fold(root, folds_mm),
        folds_mm=folds_mm,
        sheet_width_mm=root.number("sheet_width_mm", _A4_WIDTH_MM, least=50),
        sheet_height_mm=root.number("sheet_height_mm", least=50),
        address_standard=standard,
        address_field=field or Box(0, 0, 0, 0),
        envelope_tolerance_mm=root.number("envelope_tolerance_mm", most=10),
        window_tolerance_mm=root.number("window_tolerance_mm", most=10),
        address_margin_mm=root.number("address_margin_mm", most=20),
        max_sheets=root.whole("max_sheets", least=1, most=1000),
        clear_zones=tuple(zone for zone, _ in zones),
    )
    root.done()
    _check(envelope, root, [reach_mm for _, reach_mm in zones])
    safe = _check_view(envelope, root)
    if field is None:
        return replace(envelope, address_field=safe)
    _check_field(envelope, root)
    return envelope


def _size(root: TomlTable, key: str) -> tuple[float, float]:
    part = root.table(key)
    size_mm = (part.number("width_mm", least=50), part.number("height_mm", least=50))
    part.done()
    return size_mm


def _zone(part: TomlTable) -> tuple[Zone, float]:
    """A zone, and how far the post lets a window reach into it."""
    zone = Zone(part.text("name"), part.box("box"))
    reach_mm = part.number("window_reach_mm", 0.0, most=20)
    part.done()
    return zone, reach_mm


def _fold(root: TomlTable, folds_mm: tuple[float, ...]) -> Fold:
    given = root.keys()
    if "fold" not in given and len(folds_mm) < len(_FOLD_OF_LINES):
        return _FOLD_OF_LINES[len(folds_mm)]
    word = root.choice("fold", tuple(FOLD_LINES))
    return next(fold for fold in FOLD_LINES if fold == word)


def _address_field(root: TomlTable) -> tuple[str, Box | None]:
    """The standard's name and the field, or ("", None) where the file says nothing of it."""
    given = root.keys()
    if "address_field" in given:
        return "", root.box("address_field")
    if "address_standard" not in given:
        return "", None
    name = root.choice("address_standard", tuple(address_fields()))
    return name, address_fields()[name].box


def _check(envelope: Envelope, root: TomlTable, window_reaches_mm: list[float]) -> None:
    outside = Box(0, 0, envelope.outside_width_mm, envelope.outside_height_mm)
    if envelope.inside_width_mm > envelope.outside_width_mm or envelope.inside_height_mm > envelope.outside_height_mm:
        raise root.refuse("inside", "the inside is larger than the outside")
    if envelope.window.spill(outside) > 0:
        raise root.refuse("window", "the window reaches out of the envelope")
    for index, (zone, reach_mm) in enumerate(zip(envelope.clear_zones, window_reaches_mm, strict=True)):
        if zone.box.spill(outside) > _HAIR_MM:
            raise root.refuse(f"clear_zones[{index}].box", f"the clear zone '{zone.name}' reaches out of the envelope")
        if min(zone.box.overlap(envelope.window)) > reach_mm + _HAIR_MM:
            raise root.refuse("window", f"the window touches the clear zone '{zone.name}'")
    edges = (0.0, *envelope.folds_mm, envelope.sheet_height_mm)
    if list(edges) != sorted(set(edges)):
        raise root.refuse("folds_mm", "fold lines must go down the sheet, inside it")
    lines = FOLD_LINES[envelope.fold]
    if len(envelope.folds_mm) != lines:
        fact = f"fold '{envelope.fold}' has {lines} fold lines, but {len(envelope.folds_mm)} are given"
        raise root.refuse("fold", fact, "give the fold that folds_mm makes, or as many lines as it has")
    if envelope.folded_height_mm > envelope.inside_height_mm:
        raise LayoutError(
            "E4040",
            f"a sheet folded to {envelope.folded_height_mm:g} mm does not go into {envelope.inside_height_mm:g} mm",
            place=root.place("folds_mm"),
            remedy="fold it smaller, or choose a larger envelope",
        )
    if envelope.sheet_width_mm > envelope.inside_width_mm:
        raise LayoutError(
            "E4040",
            f"a sheet {envelope.sheet_width_mm:g} mm wide does not go into {envelope.inside_width_mm:g} mm",
            place=root.place("sheet_width_mm"),
            remedy="choose a wider envelope, or a narrower sheet",
        )


def _check_view(envelope: Envelope, root: TomlTable) -> Box:
    """The largest address that shows wherever the sheet lies."""
    safe = envelope.surely_seen().grown(-envelope.address_margin_mm)
    if min(safe.width_mm, safe.height_mm) <= 0:
        across_mm, up_mm = envelope.play_mm()
        raise LayoutError(
            "E4041",
            f"no address surely shows: the sheet slides {across_mm:g} mm across and {up_mm:g} mm up behind a window of "
            f"{envelope.window.width_mm:g} × {envelope.window.height_mm:g} mm",
            place=root.place("window"),
            remedy="order a larger window, or fold the sheet so that it fills the envelope",
        )
    return safe


def _check_field(envelope: Envelope, root: TomlTable) -> None:
    """The address field must lie on the address panel, and in the window for at least one place of the sheet."""
    key = "address_standard" if envelope.address_standard else "address_field"
    field = envelope.address_field
    if envelope.address_standard:
        standard = address_fields()[envelope.address_standard]
        size_mm = (standard.sheet_width_mm, standard.sheet_height_mm)
        if size_mm != (envelope.sheet_width_mm, envelope.sheet_height_mm):
            fact = f"'{envelope.address_standard}' is for sheets of {size_mm[0]:g} × {size_mm[1]:g} mm"
            raise root.refuse(key, fact, "choose a standard for this sheet")
    panel = Box(0, 0, envelope.sheet_width_mm, envelope.panel_height_mm)
    if field.spill(panel) > _HAIR_MM:
        raise root.refuse(key, f"the address field reaches {field.spill(panel):.1f} mm out of the address panel")
    if (off_mm := _least_spill(field, envelope)) > envelope.tolerance_mm:
        raise LayoutError(
            "E4042",
            f"wherever the sheet lies, {off_mm:.1f} mm of the address field are outside the window",
            place=root.place(key),
            remedy="choose the address field that the window was made for, or another fold",
        )


def _least_spill(field: Box, envelope: Envelope) -> float:
    """How far the field reaches out of the window where the sheet lies best for it."""
    corner, window = envelope.corner_range(), envelope.window
    best_x_mm = window.x_mm + (window.width_mm - field.width_mm) / 2 - field.x_mm
    best_y_mm = window.y_mm + (window.height_mm - field.height_mm) / 2 - field.y_mm
    x_mm = min(max(best_x_mm, corner.x_mm), corner.right_mm)
    y_mm = min(max(best_y_mm, corner.y_mm), corner.bottom_mm)
    return field.moved(x_mm, y_mm).spill(window)
