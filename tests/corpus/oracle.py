"""What shows through a window, found out the slow way: the sheet is laid at many places of its play, one after the
other, and looked at. Nothing is shared with `layouts.visibility` or `layouts.folding`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from layouts.envelope import Envelope
from layouts.geometry import Box

_STEPS = 12
"""Places across and up, both ends among them. They lie closer to one another than any window is wide or high, so that
what the window sweeps over has no gaps."""

_HAIR_MM = 1e-6


def places(envelope: Envelope, width_mm: float) -> Iterator[tuple[float, float]]:
    """Where the top-left corner of the address panel comes to lie, on the envelope as seen from its front."""
    left_mm = (envelope.outside_width_mm - envelope.inside_width_mm) / 2
    top_mm = (envelope.outside_height_mm - envelope.inside_height_mm) / 2
    above_mm, below_mm = stands_out_mm(envelope)
    spare_x_mm = envelope.inside_width_mm - width_mm
    spare_y_mm = envelope.inside_height_mm - (above_mm + _panel_mm(envelope) + below_mm)
    for across, up in product(range(_STEPS), repeat=2):
        yield (
            left_mm + spare_x_mm * across / (_STEPS - 1),
            top_mm + above_mm + spare_y_mm * up / (_STEPS - 1),
        )


def stands_out_mm(envelope: Envelope) -> tuple[float, float]:
    """How far the further panels stand out above and below the first."""
    folds_mm, height_mm = envelope.folds_mm, envelope.sheet_height_mm
    match envelope.fold:
        case "none":
            return 0.0, 0.0
        case "half":
            return max(height_mm - 2 * folds_mm[0], 0.0), 0.0
        case "c" | "z":
            first_mm, second_mm = folds_mm
            above_mm = max(second_mm - 2 * first_mm, 0.0)
            return above_mm, max(height_mm - 2 * (second_mm - first_mm) - first_mm, 0.0)


def shows(ink: Box, envelope: Envelope, width_mm: float) -> bool:
    """Whether ink of the front can be seen at any place, in a window cut as large as its tolerance allows."""
    opening = envelope.window.grown(envelope.tolerance_mm)
    return any(
        part.moved(x_mm, y_mm).touches(opening)
        for x_mm, y_mm in places(envelope, width_mm)
        for part in _facing(ink, envelope)
    )


def stays_in_view(address: Box, envelope: Envelope, width_mm: float) -> bool:
    """Whether an address lies with its margin in the window at every place, in one cut as small as it may be, and on
    the address panel."""
    opening = envelope.window.grown(-envelope.tolerance_mm)
    held = address.grown(envelope.address_margin_mm)
    on_panel = held.y_mm >= -_HAIR_MM and held.bottom_mm <= _panel_mm(envelope) + _HAIR_MM
    return on_panel and all(
        held.moved(x_mm, y_mm).spill(opening) <= _HAIR_MM for x_mm, y_mm in places(envelope, width_mm)
    )


def _panel_mm(envelope: Envelope) -> float:
    return envelope.folds_mm[0] if envelope.folds_mm else envelope.sheet_height_mm


def _facing(ink: Box, envelope: Envelope) -> Iterator[Box]:
    """The parts of ink of the front that face the window, measured from the top of the address panel."""
    panel_mm = _panel_mm(envelope)
    if part := _between(ink, 0.0, panel_mm):
        yield part
    if envelope.fold not in ("c", "z"):
        return
    # The third panel begins where the second ends, which is as far above the first fold as the second is high.
    first_mm, second_mm = envelope.folds_mm
    up_mm = second_mm - (2 * first_mm - second_mm)
    third = _between(ink, second_mm, envelope.sheet_height_mm)
    if third is None:
        return
    laid = third.moved(0, -up_mm)
    if envelope.fold == "c" and (above := _between(laid, -1e3, 0.0)):
        yield above
    if below := _between(laid, panel_mm, 1e3):
        yield below


def _between(box: Box, top_mm: float, bottom_mm: float) -> Box | None:
    y_mm, foot_mm = max(box.y_mm, top_mm), min(box.bottom_mm, bottom_mm)
    return Box(box.x_mm, y_mm, box.width_mm, foot_mm - y_mm) if foot_mm - y_mm > _HAIR_MM else None
