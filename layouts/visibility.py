"""What shows through an envelope's window: surely, perhaps, and never.

The sheet slides, and window and envelope are cut within tolerances. So the address with its margin must lie in the
window at every place of the sheet, even in a window smaller by the tolerance; and nothing else may come into view at
any place, even in a window larger by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from layouts.envelope import Envelope
from layouts.errors import LayoutError
from layouts.finding import Finding
from layouts.folding import Side
from layouts.freearea import free_boxes, intersection, outside_strip
from layouts.geometry import Box

_HAIR_MM = 1e-6


@dataclass(frozen=True, slots=True)
class Exposure:
    """A part of a page that can come into view. `side` is which page: the front of the piece's first sheet, or the back
    of its last one, which lies outermost when a panel is turned away. The box is measured as that page is read."""

    side: Side
    box: Box


def exposures(envelope: Envelope, sheet_width_mm: float | None = None) -> tuple[Exposure, ...]:
    """All that can come into view at any place of the sheet; the address panel's part comes first."""
    width_mm = envelope.sheet_width_mm if sheet_width_mm is None else sheet_width_mm
    corner = envelope.corner_range(width_mm)
    opening = envelope.window.grown(envelope.tolerance_mm)
    # The window's way over the folded sheet, as the sheet slides under it.
    swept = Box(
        opening.x_mm - corner.right_mm,
        opening.y_mm - corner.bottom_mm,
        opening.width_mm + corner.width_mm,
        opening.height_mm + corner.height_mm,
    )
    page = Box(0, 0, width_mm, envelope.sheet_height_mm)
    found = []
    for strip in envelope.facing:
        seen = strip.page_box(swept, width_mm)
        if seen and (box := intersection(seen, page)):
            found.append(Exposure(strip.side, box))
    return tuple(found)


def safe_address_box(envelope: Envelope, sheet_width_mm: float | None = None) -> Box:
    """The largest box on the sheet whose ink shows, with the address margin, at every place of the sheet.

    Raises LayoutError E4041 when there is none.
    """
    safe = envelope.surely_seen(sheet_width_mm).grown(-envelope.address_margin_mm)
    if min(safe.width_mm, safe.height_mm) <= 0:
        raise LayoutError(
            "E4041",
            f"no address surely shows in {envelope.title}",
            place=envelope.name,
            remedy="order a larger window, or fold the sheet so that it fills the envelope",
        )
    return safe


def address_box(envelope: Envelope) -> Box:
    """Where to set the address for this envelope: the part of its address field that surely shows, else (when the field
    has none) the largest box that does. Raises LayoutError E4041."""
    safe = safe_address_box(envelope)
    return intersection(safe, envelope.address_field) or safe


def hidden_regions(envelope: Envelope, sheet_width_mm: float | None = None) -> tuple[Box, ...]:
    """The parts of the first page that never show, as boxes that do not overlap, from the top down."""
    width_mm = envelope.sheet_width_mm if sheet_width_mm is None else sheet_width_mm
    fronts = [exposure.box for exposure in exposures(envelope, width_mm) if exposure.side == "front"]
    return free_boxes(Box(0, 0, width_mm, envelope.sheet_height_mm), fronts)


def visibility(
    address_box: Box | None,
    other_ink_boxes: Mapping[str, Box],
    envelope: Envelope,
    *,
    sheet_width_mm: float | None = None,
    back_ink_boxes: Mapping[str, Box] | None = None,
) -> list[Finding]:
    """What is wrong with the view through the window. One finding a box; none when all is well.

    other_ink_boxes  what else the first page bears, by name
    back_ink_boxes   what the back of the last sheet bears, by name, as that page is read
    """
    if unfit := does_not_fit(envelope, sheet_width_mm):
        return [unfit]
    findings: list[Finding] = []
    if address_box:
        safe = envelope.surely_seen(sheet_width_mm).grown(-envelope.address_margin_mm)
        findings.extend(address_hidden(address_box, safe, envelope))
    inks: dict[Side, Mapping[str, Box]] = {"front": other_ink_boxes, "back": back_ink_boxes or {}}
    seen = exposures(envelope, sheet_width_mm)
    for side, boxes in inks.items():
        views = [exposure.box for exposure in seen if exposure.side == side]
        for name, box in boxes.items():
            findings.extend(shown(name, box, views, envelope, page=1 if side == "front" else 2))
    return findings


def does_not_fit(envelope: Envelope, sheet_width_mm: float | None = None) -> Finding | None:
    """The finding of a folded sheet that is larger than the inside of its envelope."""
    short_mm = -min(envelope.play_mm(sheet_width_mm))
    if short_mm <= _HAIR_MM:
        return None
    fact = f"the folded sheet is {short_mm:.1f} mm larger than the inside of {envelope.title}"
    return Finding("does-not-fit", "sheet", short_mm, fact, envelope.name)


def shown(name: str, box: Box, views: list[Box], envelope: Envelope, *, page: int) -> list[Finding]:
    """The finding of one box of ink that can come into view, if it can. `views` are the exposures of its page."""
    parts = [part for view in views if (part := intersection(box, view))]
    if not parts:
        return []
    # No more shows at a time than the window is large.
    largest_mm = min(envelope.window.width_mm, envelope.window.height_mm)
    amounts_mm = [min(part.width_mm, part.height_mm, largest_mm) for part in parts]
    amount_mm = max(amounts_mm)
    fact = f"up to {amount_mm:.1f} mm of '{name}' can show in the window of {envelope.title}"
    place = parts[amounts_mm.index(amount_mm)]
    return [Finding("ink-visible", name, amount_mm, fact, envelope.name, page, place)]


def address_hidden(address: Box, safe: Box, envelope: Envelope) -> list[Finding]:
    """The finding of an address that reaches out of the box where it surely shows, if it does."""
    hidden_mm = address.spill(safe)
    if hidden_mm <= _HAIR_MM:
        return []
    fact = f"up to {hidden_mm:.1f} mm of the address can be hidden by the window's edge in {envelope.title}"
    return [Finding("address-hidden", "address", hidden_mm, fact, envelope.name, 1, outside_strip(address, safe))]
