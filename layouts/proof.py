"""Proofs: a rendered page with everything drawn over it that the paper does not show, and what is wrong with it.

The page stands at the left, the legend beside it. Each finding has a number, on the page and in the legend; ink that
offends is red.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from reportlab.pdfgen.canvas import Canvas

from layouts.envelope import Envelope
from layouts.finding import Finding
from layouts.geometry import Box, pt
from layouts.overlay import (
    BAD,
    BOX,
    FOLD,
    INK,
    MARK,
    PANEL,
    QUIET,
    SAFE,
    WINDOW,
    ZONE,
    Area,
    Badge,
    Colour,
    Shape,
    Stroke,
    Weight,
    Words,
    broken,
    paint,
    print_shapes,
)
from layouts.parts import PageKind
from layouts.preflight import SheetLayout, check_layout, mark_name
from layouts.visibility import exposures

PANEL_MM = 74.0
"""Width of the legend beside the page."""

_INK_IS_DARKER_THAN = 190
_BADGE_MM = 4.2
"""The room that a finding's number takes across and down."""

_HAIR_MM = 0.01
_SMALL_MM, _TEXT_MM, _HEAD_MM = 2.3, 2.7, 4.2


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What a proof is about."""

    layout: SheetLayout
    envelope: Envelope
    marks: Mapping[str, Box]
    kind: PageKind
    page: int
    findings: Sequence[Finding]

    @property
    def is_first(self) -> bool:
        return self.page == 1

    @property
    def shown_boxes(self) -> dict[str, Box]:
        return self.layout.boxes(self.kind)


def draw_proof(
    page_image: Image.Image,
    layout: SheetLayout,
    envelope: Envelope,
    mark_boxes: Mapping[str, Box] | None = None,
    *,
    page_kind: PageKind = "first",
    page: int | None = None,
    findings: Sequence[Finding] | None = None,
) -> Image.Image:
    """A page with fold lines, the window and its play (first page), clear zones, the layout's boxes and the marks, and
    a legend beside it. Where a finding points at, ink is red.

    page_image  the whole rendered page in any resolution; it is not changed
    page        the page's number in its document; without it, 1 for a first page and 2 for any other
    findings    what `Preflight.check` said of the document; without them the layout is checked
    """
    sheet = _sheet_of(layout, envelope, mark_boxes, page_kind, page, findings)
    px_per_mm = page_image.width / layout.width_mm
    page_picture = _reddened(page_image.convert("RGB"), sheet, px_per_mm)
    height_px = page_picture.height
    canvas = Image.new("RGB", (page_picture.width + round(PANEL_MM * px_per_mm), height_px), PANEL)
    canvas.paste(page_picture, (0, 0))
    return paint(canvas, (*_page_shapes(sheet), *_legend(sheet)), px_per_mm)


def write_proof_pdf(
    source: Path,
    target: Path,
    layout: SheetLayout,
    envelope: Envelope,
    mark_boxes: Mapping[str, Box] | None = None,
    *,
    page_kind: PageKind = "first",
    page: int | None = None,
    findings: Sequence[Finding] | None = None,
) -> None:
    """The same proof as a PDF: page `page` of `source` as it is, with the drawing over it as vectors and text."""
    sheet = _sheet_of(layout, envelope, mark_boxes, page_kind, page, findings)
    original = PdfReader(source).pages[sheet.page - 1]
    width_pt, height_pt = pt(layout.width_mm + PANEL_MM), pt(layout.height_mm)
    behind = _drawing((Area(_panel(layout), fill=PANEL),), layout)
    over = _drawing((*_page_shapes(sheet), *_legend(sheet)), layout)
    proof = PageObject.create_blank_page(width=width_pt, height=height_pt)
    proof.merge_page(behind)
    left_pt, foot_pt = float(original.mediabox.left), float(original.mediabox.bottom)
    proof.merge_transformed_page(original, Transformation().translate(-left_pt, -foot_pt))
    proof.merge_page(over)
    writer = PdfWriter()
    writer.add_page(proof)
    writer.compress_identical_objects()
    with target.open("wb") as file:
        writer.write(file)


def _sheet_of(
    layout: SheetLayout,
    envelope: Envelope,
    mark_boxes: Mapping[str, Box] | None,
    kind: PageKind,
    page: int | None,
    findings: Sequence[Finding] | None,
) -> _Sheet:
    marks = mark_boxes or {}
    number = page or (1 if kind == "first" else 2)
    found = check_layout(layout, [envelope], marks) if findings is None else findings
    # A layout's findings know first and later pages only.
    counted = number if findings is not None else min(number, 2)
    here = [one for one in found if one.page == counted and one.envelope in ("", envelope.name)]
    return _Sheet(layout, envelope, marks, kind, number, here)


def _drawing(shapes: Iterable[Shape], layout: SheetLayout) -> PageObject:
    data = BytesIO()
    size_pt = (pt(layout.width_mm + PANEL_MM), pt(layout.height_mm))
    canvas = Canvas(data, pagesize=size_pt, invariant=1, pageCompression=1)
    print_shapes(canvas, shapes, layout.height_mm)
    canvas.showPage()
    canvas.save()
    return PdfReader(data).pages[0]


def _panel(layout: SheetLayout) -> Box:
    return Box(layout.width_mm, 0, PANEL_MM, layout.height_mm)


def _reddened(picture: Image.Image, sheet: _Sheet, px_per_mm: float) -> Image.Image:
    """The page with the ink red that lies where a finding points at."""
    pixels = np.array(picture)
    for finding in sheet.findings:
        if finding.place:
            box = finding.place
            edges = [round(max(edge, 0) * px_per_mm) for edge in (box.x_mm, box.y_mm, box.right_mm, box.bottom_mm)]
            part = pixels[edges[1] : edges[3], edges[0] : edges[2]]
            part[part.min(axis=2) < _INK_IS_DARKER_THAN] = BAD
    return Image.fromarray(pixels)


def _page_shapes(sheet: _Sheet) -> Iterator[Shape]:
    layout = sheet.layout
    for zone in layout.clear_zones:
        yield Area(zone.box, ZONE, ZONE, 0.12, dash_mm=1.2)
        yield Words(zone.box.x_mm + 0.8, zone.box.y_mm + 0.8, zone.name, ZONE, _SMALL_MM, halo=True)
    if sheet.is_first:
        yield from _window_shapes(sheet)
    for fold_mm in sheet.envelope.folds_mm:
        yield Stroke(0, fold_mm, layout.width_mm, fold_mm, FOLD, 0.25, 3.0)
        text = f"fold {fold_mm:.4g}"
        yield Words(layout.width_mm - 1, fold_mm - 3, text, FOLD, _SMALL_MM, align="right", halo=True)
    bad = {finding.box for finding in sheet.findings}
    for name, box in sheet.shown_boxes.items():
        colour = BAD if name in bad else BOX
        yield Area(box, colour, line_mm=0.35 if name in bad else 0.15)
        yield Words(box.right_mm, box.y_mm - _SMALL_MM - 0.3, name, colour, _SMALL_MM, align="right", halo=True)
    for name, box in sheet.marks.items():
        yield Area(box.grown(0.3), BAD if mark_name(name) in bad else MARK, line_mm=0.2)
    for finding in sheet.findings:
        if finding.place:
            yield Area(finding.place, BAD, BAD, 0.16, line_mm=0.3)
    yield from _badges(sheet.findings)


def _badges(findings: Sequence[Finding]) -> Iterator[Badge]:
    """The number of each finding left of its place, farther left where another number stands already."""
    taken: list[tuple[float, float]] = []
    for number, finding in enumerate(findings, 1):
        if finding.place is None:
            continue
        start_mm = max(finding.place.x_mm - _BADGE_MM / 2 - 0.4, _BADGE_MM / 2)
        x_mm, y_mm = start_mm, max(finding.place.y_mm + 0.6, _BADGE_MM / 2)
        while any(max(abs(x_mm - other[0]), abs(y_mm - other[1])) < _BADGE_MM - _HAIR_MM for other in taken):
            x_mm -= _BADGE_MM
            if x_mm < _BADGE_MM / 2:
                x_mm, y_mm = start_mm, y_mm + _BADGE_MM
        taken.append((x_mm, y_mm))
        yield Badge(x_mm, y_mm, str(number), BAD)


def _window_shapes(sheet: _Sheet) -> Iterator[Shape]:
    layout, envelope = sheet.layout, sheet.envelope
    across_mm, up_mm = envelope.play_mm(layout.width_mm)
    if across_mm < 0 or up_mm < 0:
        return
    for exposure in exposures(envelope, layout.width_mm):
        if exposure.side == "front":
            yield Area(exposure.box, WINDOW, WINDOW, 0.07, line_mm=0.15, dash_mm=1.2)
    x_mm, y_mm = envelope.nominal_place(layout.width_mm)
    yield Area(envelope.window.moved(-x_mm, -y_mm), WINDOW, line_mm=0.45)
    safe = envelope.surely_seen(layout.width_mm).grown(-envelope.address_margin_mm)
    if min(safe.width_mm, safe.height_mm) > 0:
        yield Area(safe, SAFE, SAFE, 0.06, line_mm=0.3, dash_mm=0.8)


def _legend(sheet: _Sheet) -> Iterator[Shape]:
    layout, envelope = sheet.layout, sheet.envelope
    column = _Column(layout.width_mm + 6, PANEL_MM - 12, 10.0)
    yield from column.words(layout.name, INK, _HEAD_MM, "semibold")
    yield from column.words(f"version {layout.version}, {sheet.kind} page ({sheet.page})", QUIET)
    column.gap(3)
    yield from column.words(envelope.title, INK, weight="semibold")
    across_mm, up_mm = envelope.play_mm(layout.width_mm)
    facts = (
        f"{envelope.outside_width_mm:g} × {envelope.outside_height_mm:g} mm outside",
        f"window {envelope.window.width_mm:g} × {envelope.window.height_mm:g} mm, ± {envelope.tolerance_mm:g} mm",
        f"play {across_mm:.1f} mm across, {up_mm:.1f} mm up",
        f"fold: {envelope.fold}",
    )
    for fact in facts:
        yield from column.words(fact, QUIET)
    column.gap(4)
    keys: list[tuple[Area, str]] = []
    if sheet.is_first:
        keys = [
            (Area(Box(0, 0, 7, 3.6), WINDOW, line_mm=0.45), "window, sheet in the middle of its play"),
            (Area(Box(0, 0, 7, 3.6), WINDOW, WINDOW, 0.1, 0.15, 1.2), "may show in the window"),
            (Area(Box(0, 0, 7, 3.6), SAFE, SAFE, 0.08, 0.3, 0.8), "surely shows: room for the address"),
        ]
    keys.append((Area(Box(0, 0, 7, 3.6), ZONE, ZONE, 0.14, dash_mm=1.2), "zone kept clear"))
    keys.append((Area(Box(0, 0, 7, 3.6), BOX, line_mm=0.15), "box of the layout"))
    if sheet.marks:
        keys.append((Area(Box(0, 0, 7, 3.6), MARK), "mark or code"))
    for key, text in keys:
        yield from column.key(key, text)
    column.gap(4)
    yield from _verdict(sheet, column)


def _verdict(sheet: _Sheet, column: _Column) -> Iterator[Shape]:
    if not sheet.findings:
        yield from column.words("No findings", SAFE, weight="semibold")
        return
    count = len(sheet.findings)
    yield from column.words(f"{count} finding{'s' if count > 1 else ''}", BAD, weight="semibold")
    column.gap(1)
    for number, finding in enumerate(sheet.findings, 1):
        if column.y_mm > sheet.layout.height_mm - 24:
            yield from column.words(f"and {count - number + 1} more", BAD)
            return
        yield from column.numbered(number, finding.message)


class _Column:
    """Lines of the legend, from the top down."""

    def __init__(self, x_mm: float, width_mm: float, y_mm: float) -> None:
        self._x_mm = x_mm
        self._width_mm = width_mm
        self.y_mm = y_mm

    def gap(self, height_mm: float) -> None:
        self.y_mm += height_mm

    def words(
        self, text: str, colour: Colour, size_mm: float = _TEXT_MM, weight: Weight = "regular", indent_mm: float = 0.0
    ) -> Iterator[Shape]:
        for line in broken(text, self._width_mm - indent_mm, size_mm, weight):
            yield Words(self._x_mm + indent_mm, self.y_mm, line, colour, size_mm, weight)
            self.y_mm += size_mm * 1.45

    def key(self, sample: Area, text: str) -> Iterator[Shape]:
        box = sample.box.moved(self._x_mm, self.y_mm)
        yield Area(box, sample.edge, sample.fill, sample.opacity, sample.line_mm, sample.dash_mm)
        yield Words(self._x_mm + 9.5, self.y_mm + 0.4, text, INK, _TEXT_MM)
        self.y_mm += 5.6

    def numbered(self, number: int, text: str) -> Iterator[Shape]:
        yield Badge(self._x_mm + 2, self.y_mm + 1.4, str(number), BAD)
        yield from self.words(text, INK, indent_mm=6.0)
        self.gap(1.5)
