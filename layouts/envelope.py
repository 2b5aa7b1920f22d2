"""Envelopes: sizes, window, fold; and what shows through the window wherever the sheet has slid.

The folded sheet lies with its address panel to the window. It can slide by the play, the envelope's inside less the
folded size. The panel's lower edge (the lowest fold, or the sheet's foot) is what the sheet rests on, so places are
measured from there. See `visibility`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path

from layouts.errors import LayoutError
from layouts.finding import Finding
from layouts.geometry import Box
from layouts.parts import Zone
from layouts.tomlfile import TomlTable, read_toml

FOLDER = Path(__file__).parent / "envelopes"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope as seen from its front, millimetres from its top-left corner.

    inside           the free space; it stands in the middle of the outside
    folds_mm         fold lines from the sheet's top, downwards; none for a flat sheet
    tolerance_mm     how far a window's edge may be off: the envelope's tolerance and the window's together
    address_margin_mm  what must stay visible around the address
    max_sheets       how many sheets of one piece it takes
    """

    name: str
    title: str
    outside_width_mm: float
    outside_height_mm: float
    inside_width_mm: float
    inside_height_mm: float
    window: Box
    folds_mm: tuple[float, ...]
    sheet_height_mm: float
    envelope_tolerance_mm: float
    window_tolerance_mm: float
    address_margin_mm: float
    max_sheets: int
    clear_zones: tuple[Zone, ...]

    @property
    def tolerance_mm(self) -> float:
        return self.envelope_tolerance_mm + self.window_tolerance_mm

    @property
    def fold(self) -> str:
        """The fold's name: "none", "half" (one fold line), "c" (two)."""
        return ("none", "half", "c")[len(self.folds_mm)]

    @property
    def panel_height_mm(self) -> float:
        """Height of the address panel: from the sheet's top to its first fold."""
        return self.folds_mm[0] if self.folds_mm else self.sheet_height_mm

    @property
    def folded_height_mm(self) -> float:
        """Height of the folded sheet: that of its highest panel."""
        edges = (0.0, *self.folds_mm, self.sheet_height_mm)
        return max(lower - upper for upper, lower in pairwise(edges))

    def play_mm(self, sheet_width_mm: float) -> tuple[float, float]:
        """How far the folded sheet can slide, across and up."""
        return self.inside_width_mm - sheet_width_mm, self.inside_height_mm - self.folded_height_mm

    def sheet_places(self, sheet_width_mm: float) -> tuple[tuple[float, float], ...]:
        """Where the sheet's top-left corner lies on the envelope at the four extremes of play: at the left and at the
        right, with the panel at the foot of the envelope and as high as it goes."""
        across_mm, up_mm = self.play_mm(sheet_width_mm)
        left_mm = (self.outside_width_mm - self.inside_width_mm) / 2
        foot_mm = (self.outside_height_mm + self.inside_height_mm) / 2
        return tuple(
            (left_mm + dx_mm, foot_mm - dy_mm - self.panel_height_mm)
            for dx_mm, dy_mm in product((0.0, across_mm), (0.0, up_mm))
        )


def load_envelope(name_or_path: str | Path) -> Envelope:
    """A shipped envelope by name ("c5", "c4"), or any envelope file by path (with suffix).

    Raises LayoutError E4010 to E4013 with file, key and line.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = FOLDER / f"{name_or_path}.toml"
    root, _ = read_toml(path)
    if (found := root.whole("format")) != FORMAT:
        raise root.refuse("format", f"format {found} is not known", f"write the file for format {FORMAT}")
    outside_mm, inside_mm = _size(root, "outside"), _size(root, "inside")
    envelope = Envelope(
        name=root.text("name"),
        title=root.text("title"),
        outside_width_mm=outside_mm[0],
        outside_height_mm=outside_mm[1],
        inside_width_mm=inside_mm[0],
        inside_height_mm=inside_mm[1],
        window=root.box("window"),
        folds_mm=root.numbers("folds_mm"),
        sheet_height_mm=root.number("sheet_height_mm", least=50),
        envelope_tolerance_mm=root.number("envelope_tolerance_mm", most=10),
        window_tolerance_mm=root.number("window_tolerance_mm", most=10),
        address_margin_mm=root.number("address_margin_mm", most=20),
        max_sheets=root.whole("max_sheets", least=1, most=1000),
        clear_zones=tuple(map(_zone, root.tables("clear_zones", least=0))),
    )
    root.done()
    _check(envelope, root)
    return envelope


def visibility(
    address_box: Box, other_ink_boxes: Mapping[str, Box], envelope: Envelope, *, sheet_width_mm: float = 210.0
) -> list[Finding]:
    """What is wrong with the view through the window, at the worst of the four extremes of play.

    The address with its margin must lie inside the window even when the window is smaller by the tolerance; no other
    ink may lie in the window even when it is larger by it. Ink below the panel's fold is turned away and not looked
    at. One finding a box; none when all is well.
    """
    across_mm, up_mm = envelope.play_mm(sheet_width_mm)
    if across_mm < 0 or up_mm < 0:
        short_mm = -min(across_mm, up_mm)
        fact = f"the folded sheet is {short_mm:.1f} mm larger than the inside of {envelope.title}"
        return [Finding("does-not-fit", "sheet", short_mm, fact, envelope.name)]
    places = envelope.sheet_places(sheet_width_mm)
    findings: list[Finding] = []
    surely_open = envelope.window.grown(-envelope.tolerance_mm)
    needed = address_box.grown(envelope.address_margin_mm)
    hidden_mm = max(needed.moved(x_mm, y_mm).spill(surely_open) for x_mm, y_mm in places)
    if hidden_mm > _HAIR_MM:
        fact = f"up to {hidden_mm:.1f} mm of the address can be hidden by the window's edge in {envelope.title}"
        findings.append(Finding("address-hidden", "address", hidden_mm, fact, envelope.name))
    perhaps_open = envelope.window.grown(envelope.tolerance_mm)
    for name, box in other_ink_boxes.items():
        panel = _on_panel(box, envelope.panel_height_mm)
        if panel is None:
            continue
        shown_mm = max(min(panel.moved(x_mm, y_mm).overlap(perhaps_open)) for x_mm, y_mm in places)
        if shown_mm > _HAIR_MM:
            fact = f"up to {shown_mm:.1f} mm of '{name}' can show in the window of {envelope.title}"
            findings.append(Finding("ink-visible", name, shown_mm, fact, envelope.name))
    return findings


_HAIR_MM = 1e-6


def _on_panel(box: Box, panel_height_mm: float) -> Box | None:
    """The part of a box that lies on the address panel."""
    if box.y_mm >= panel_height_mm:
        return None
    return Box(box.x_mm, box.y_mm, box.width_mm, min(box.bottom_mm, panel_height_mm) - box.y_mm)


def _size(root: TomlTable, key: str) -> tuple[float, float]:
    part = root.table(key)
    size_mm = (part.number("width_mm", least=50), part.number("height_mm", least=50))
    part.done()
    return size_mm


def _zone(part: TomlTable) -> Zone:
    zone = Zone(part.text("name"), part.box("box"))
    part.done()
    return zone


def _check(envelope: Envelope, root: TomlTable) -> None:
    outside = Box(0, 0, envelope.outside_width_mm, envelope.outside_height_mm)
    if envelope.inside_width_mm > envelope.outside_width_mm or envelope.inside_height_mm > envelope.outside_height_mm:
        raise root.refuse("inside", "the inside is larger than the outside")
    if envelope.window.spill(outside) > 0:
        raise root.refuse("window", "the window reaches out of the envelope")
    for zone in envelope.clear_zones:
        if zone.box.touches(envelope.window):
            raise root.refuse("window", f"the window touches the clear zone '{zone.name}'")
    edges = (0.0, *envelope.folds_mm, envelope.sheet_height_mm)
    if list(edges) != sorted(set(edges)):
        raise root.refuse("folds_mm", "fold lines must go down the sheet, inside it")
    if len(envelope.folds_mm) > 2:
        raise root.refuse("folds_mm", "a sheet is folded at most twice")
    if envelope.folded_height_mm > envelope.inside_height_mm:
        raise LayoutError(
            "E4040",
            f"a sheet folded to {envelope.folded_height_mm:g} mm does not go into {envelope.inside_height_mm:g} mm",
            place=root.place("folds_mm"),
            remedy="fold it smaller, or choose a larger envelope",
        )
