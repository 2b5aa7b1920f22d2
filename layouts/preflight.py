"""Checks of a layout before anything is printed with it: boxes, clear zones, windows, marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from layouts.envelope import Envelope, visibility
from layouts.errors import LayoutError
from layouts.finding import Finding
from layouts.geometry import Box
from layouts.parts import PAGE_KINDS, Layout

_CODES = {"margin": "E4020", "clear-zone": "E4021", "overlap": "E4022"}
_HAIR_MM = 1e-6


def check_layout(
    layout: Layout,
    envelopes: Iterable[Envelope],
    mark_boxes: Mapping[str, Box] | None = None,
    *,
    two_sided: bool = False,
) -> list[Finding]:
    """All that is wrong with a layout; an empty list when it may be used with these envelopes.

    mark_boxes   where marks and codes will stand, by name; without them only their clear zone is checked
    two_sided    whether further pages are printed on the backs of sheets, where nothing may stand behind a mark
    """
    marks = mark_boxes or {}
    findings = [*geometry_findings(layout), *mark_findings(layout, marks)]
    if two_sided:
        findings.extend(_behind_findings(layout, marks))
    boxes = layout.boxes("first")
    address = boxes.pop("address")
    for envelope in envelopes:
        ink = boxes | {f"mark {name}": box for name, box in marks.items()}
        findings.extend(visibility(address, ink, envelope, sheet_width_mm=layout.width_mm))
    return findings


def geometry_findings(layout: Layout) -> Iterator[Finding]:
    """Boxes that leave the printable area, touch a clear zone, or overlap another box of the same page."""
    printable = Box(0, 0, layout.width_mm, layout.height_mm).grown(-layout.margin_mm)
    seen: set[tuple[str, Box]] = set()
    for kind in PAGE_KINDS:
        boxes = layout.boxes(kind)
        for name, box in boxes.items():
            if (name, box) not in seen:
                seen.add((name, box))
                yield from _place_findings(layout, name, box, printable)
        for one, other in ((one, other) for one in boxes for other in boxes if one < other):
            overlap_mm = min(boxes[one].overlap(boxes[other]))
            if overlap_mm > _HAIR_MM:
                fact = f"boxes '{one}' and '{other}' of the {kind} page overlap by {overlap_mm:.1f} mm"
                yield Finding("overlap", one, overlap_mm, fact)


def mark_findings(layout: Layout, marks: Mapping[str, Box]) -> Iterator[Finding]:
    """Marks that stand on ink, or outside the zones that the layout keeps clear."""
    for name, mark in marks.items():
        if layout.clear_zones:
            outside_mm = min(mark.spill(zone.box) for zone in layout.clear_zones)
            if outside_mm > _HAIR_MM:
                fact = f"mark '{name}' reaches {outside_mm:.1f} mm out of the clear zone"
                yield Finding("mark-outside-zone", name, outside_mm, fact)
        for kind in PAGE_KINDS:
            for box_name, box in layout.boxes(kind).items():
                if mark.touches(box):
                    fact = f"mark '{name}' stands on '{box_name}' of the {kind} page"
                    yield Finding("mark-on-ink", name, min(mark.overlap(box)), fact)


def _behind_findings(layout: Layout, marks: Mapping[str, Box]) -> Iterator[Finding]:
    """Ink on the back of a sheet, behind a mark of its front: reading heads see through paper."""
    boxes = layout.boxes("continuation") | layout.boxes("last")
    for name, mark in marks.items():
        behind = Box(layout.width_mm - mark.right_mm, mark.y_mm, mark.width_mm, mark.height_mm)
        for box_name, box in boxes.items():
            if behind.touches(box):
                fact = f"'{box_name}' on the back of a sheet stands behind mark '{name}'"
                yield Finding("ink-behind-mark", name, min(behind.overlap(box)), fact)


def refuse_bad_geometry(layout: Layout) -> None:
    """Raise the first geometry finding as LayoutError: E4020 margin, E4021 clear zone, E4022 overlap."""
    for finding in geometry_findings(layout):
        raise LayoutError(
            _CODES[finding.rule],
            finding.message,
            place=f"{layout.file}, {finding.box}",
            remedy="move or shrink the box in the layout file",
        )


def _place_findings(layout: Layout, name: str, box: Box, printable: Box) -> Iterator[Finding]:
    spill_mm = box.spill(printable)
    if spill_mm > _HAIR_MM:
        fact = f"box '{name}' reaches {spill_mm:.1f} mm into the margin of {layout.margin_mm:g} mm"
        yield Finding("margin", name, spill_mm, fact)
    for zone in layout.clear_zones:
        overlap_mm = min(box.overlap(zone.box))
        if overlap_mm > _HAIR_MM:
            fact = f"box '{name}' reaches {overlap_mm:.1f} mm into the clear zone '{zone.name}'"
            yield Finding("clear-zone", name, overlap_mm, fact)
