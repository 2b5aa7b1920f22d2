"""Checks of a layout before anything is set with it."""

from __future__ import annotations

from layouts.errors import LayoutError
from layouts.geometry import Box
from layouts.layout import PAGE_KINDS, Layout


def refuse_bad_geometry(layout: Layout) -> None:
    """Raise LayoutError when a box leaves the printable area (E4020), touches a clear zone (E4021) or another box of
    the same page (E4022)."""
    printable = Box(0, 0, layout.width_mm, layout.height_mm).grown(-layout.margin_mm)
    for kind in PAGE_KINDS:
        boxes = layout.boxes(kind)
        for name, box in boxes.items():
            if (spill_mm := box.spill(printable)) > 1e-6:
                raise _error(
                    layout,
                    "E4020",
                    name,
                    f"box '{name}' reaches {spill_mm:.1f} mm into the margin of {layout.margin_mm:g} mm",
                )
            for zone in layout.clear_zones:
                if box.touches(zone.box):
                    raise _error(layout, "E4021", name, f"box '{name}' touches the clear zone '{zone.name}'")
        pairs = [(one, other) for one in boxes for other in boxes if one < other]
        for one, other in pairs:
            if boxes[one].touches(boxes[other]):
                raise _error(layout, "E4022", one, f"boxes '{one}' and '{other}' of the {kind} page overlap")


def _error(layout: Layout, code: str, part: str, fact: str) -> LayoutError:
    return LayoutError(code, fact, place=f"{layout.file}, {part}", remedy="move or shrink the box in the layout file")
