"""Checks before anything is printed: of a layout (`check_layout`), and of every composed document (`Preflight`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from layouts.envelope import Envelope
from layouts.errors import LayoutError
from layouts.finding import Finding, Rule
from layouts.folding import Side
from layouts.freearea import intersection, largest_free_box, outside_strip
from layouts.geometry import Box
from layouts.pageink import InkBox
from layouts.parts import PAGE_KINDS, PageKind
from layouts.slippaper import SlipLayout, SlipPaper, slip_findings, slip_of, slip_papers
from layouts.visibility import address_hidden, does_not_fit, exposures, shown, visibility

ADDRESS = "address"
"""The name of the box, and of the ink, that must show in the window."""

_CODES: dict[Rule, str] = {"margin": "E4020", "clear-zone": "E4021", "overlap": "E4022"}
_HAIR_MM = 1e-6
_SAME_SHEET_MM = 0.5
"""Sheets that differ by less are the same paper: 215.9 mm is often written 216."""


class SheetLayout(SlipLayout, Protocol):
    """What the checks and proofs want to know of a layout; its first page has a box called "address"."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def file(self) -> str: ...


def check_layout(
    layout: SheetLayout,
    envelopes: Iterable[Envelope],
    mark_boxes: Mapping[str, Box] | None = None,
    *,
    two_sided: bool = False,
    marks_on: Side = "front",
) -> list[Finding]:
    """All that is wrong with a layout; an empty list when it may be used with these envelopes.

    mark_boxes   where marks and codes will stand, by name; without them only their clear zone is checked
    two_sided    whether further pages are printed on the backs of sheets, where nothing may stand behind a mark, and
                 which a fold can turn to the window
    marks_on     the side of every sheet that bears the marks
    """
    marks = mark_boxes or {}
    slips = {part.name: part.box for slip in layout.slips.values() for part in slip.parts if not part.background}
    last = layout.boxes("last") | slips
    backs = layout.boxes("continuation") | last if two_sided else {}
    # The first page of a document may be its last.
    boxes = last | layout.boxes("first")
    on_front = marks_on == "front"
    behind = backs if on_front else boxes | layout.boxes("continuation")
    findings = [*geometry_findings(layout), *mark_findings(layout, marks, marks_on)]
    findings += _behind_findings(layout, marks, behind, page=2 if on_front else 1)
    address = layout.boxes("first").get(ADDRESS)
    boxes.pop(ADDRESS, None)
    printed = {mark_name(name): box for name, box in marks.items()}
    ink, back_ink = (boxes | printed, backs) if on_front else (boxes, backs | printed)
    for envelope in envelopes:
        if wrong := _unfit(layout, envelope):
            findings.append(wrong)
        elif address is None:
            findings.append(_no_address(envelope))
        else:
            width_mm = layout.width_mm
            findings.extend(visibility(address, ink, envelope, sheet_width_mm=width_mm, back_ink_boxes=back_ink))
    return findings


def geometry_findings(layout: SheetLayout) -> Iterator[Finding]:
    """Boxes that leave the printable area, touch a clear zone, or overlap another box of the same page; those of
    payment slips too."""
    printable = _sheet(layout).grown(-layout.margin_mm)
    seen: set[tuple[str, Box]] = set()
    seen_pairs: set[tuple[str, Box, str, Box]] = set()
    for kind in PAGE_KINDS:
        boxes = layout.boxes(kind)
        for name, box in boxes.items():
            if (name, box) not in seen:
                seen.add((name, box))
                yield from _place_findings(layout, name, box, printable, _page_of(kind))
        for one, other in ((one, other) for one in boxes for other in boxes if one < other):
            pair = (one, boxes[one], other, boxes[other])
            if pair in seen_pairs:
                continue
            seen_pairs.add(pair)
            if common := intersection(boxes[one], boxes[other]):
                overlap_mm = min(common.width_mm, common.height_mm)
                fact = f"boxes '{one}' and '{other}' of the {kind} page overlap by {overlap_mm:.1f} mm"
                yield Finding("overlap", one, overlap_mm, fact, page=_page_of(kind), place=common)
    yield from slip_findings(layout)


def mark_findings(layout: SheetLayout, marks: Mapping[str, Box], marks_on: Side = "front") -> Iterator[Finding]:
    """Marks that stand on ink, or outside the zones that the layout keeps clear. No first page is a back."""
    for name, mark in marks.items():
        if layout.clear_zones:
            nearest = min((zone.box for zone in layout.clear_zones), key=mark.spill)
            outside_mm = mark.spill(nearest)
            if outside_mm > _HAIR_MM:
                fact = f"'{mark_name(name)}' reaches {outside_mm:.1f} mm out of the clear zone"
                yield Finding(
                    "mark-outside-zone", mark_name(name), outside_mm, fact, place=outside_strip(mark, nearest)
                )
        for kind in PAGE_KINDS if marks_on == "front" else PAGE_KINDS[1:]:
            slips = [part for slip in layout.slips.values() for part in slip.parts] if kind == "last" else []
            for box_name, box in (layout.boxes(kind) | {part.name: part.box for part in slips}).items():
                if common := intersection(mark, box):
                    fact = f"'{mark_name(name)}' stands on '{box_name}' of the {kind} page"
                    amount_mm = min(common.width_mm, common.height_mm)
                    yield Finding("mark-on-ink", mark_name(name), amount_mm, fact, page=_page_of(kind), place=common)


def mark_name(name: str) -> str:
    """What findings call a mark: "mark start"; a name that says so already stays."""
    return name if name.startswith("mark") else f"mark {name}"


def refuse_bad_geometry(layout: SheetLayout) -> None:
    """Raise the first geometry finding as LayoutError: E4020 margin, E4021 clear zone, E4022 overlap."""
    for finding in geometry_findings(layout):
        raise LayoutError(
            _CODES[finding.rule],
            finding.message,
            place=f"{layout.file}, {finding.box}",
            remedy="move or shrink the box in the layout file",
        )


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """A place where ink offends: the rule, and what stands there, worded for "'box' reaches 3 mm into …"."""

    rule: Rule
    what: str
    box: Box


_Edges = tuple[float, float, float, float]
"""Left, top, right and bottom of a box."""


@dataclass(frozen=True, slots=True)
class _PageRules:
    """What holds for one kind of page. Ink inside one of `free` needs no further look."""

    free: tuple[_Edges, _Edges]
    obstacles: tuple[_Obstacle, ...]
    views: tuple[tuple[Envelope, list[Box]], ...]


class Preflight:
    """The checks of composed pages, made ready once for a layout, its envelopes and marks.

    Nearly all ink lies in one of the two largest boxes that nothing forbids, and nearly every address where it surely
    shows, so a box of ink costs a few comparisons.
    """

    def __init__(
        self,
        layout: SheetLayout,
        envelopes: Sequence[Envelope],
        mark_boxes: Mapping[str, Box] | None = None,
        *,
        two_sided: bool = False,
        marks_on: Side = "front",
    ) -> None:
        """`marks_on` is the side of every sheet that bears the marks; the other is blank behind them."""
        marks = mark_boxes or {}
        self._two_sided = two_sided
        self._printable = _sheet(layout).grown(-layout.margin_mm)
        self._paper = SlipPaper(self._printable, layout.margin_mm, layout.height_mm)
        self._slips = slip_papers(layout)
        self._wrong = [wrong for envelope in envelopes if (wrong := _unfit(layout, envelope))]
        self._fitting = [envelope for envelope in envelopes if not _unfit(layout, envelope)]
        width_mm = layout.width_mm
        self._safe = [(one, one.surely_seen(width_mm).grown(-one.address_margin_mm)) for one in self._fitting]
        zones = [
            _Obstacle("ink-in-clear-zone", f"the clear zone '{zone.name}'", zone.box) for zone in layout.clear_zones
        ]
        beside = [_Obstacle("mark-on-ink", f"'{mark_name(name)}'", box) for name, box in marks.items()]
        behind = [
            _Obstacle("ink-behind-mark", f"the place behind '{mark_name(name)}'", _mirrored(box, width_mm))
            for name, box in marks.items()
        ]
        fronts, backs = (beside, behind) if marks_on == "front" else (behind, beside)
        seen = {one.name: exposures(one, width_mm) for one in self._fitting}
        front_views, back_views = (
            tuple((one, [part.box for part in seen[one.name] if part.side == side]) for one in self._fitting)
            for side in ("front", "back")
        )
        self._first = self._rules([*zones, *fronts], front_views)
        self._front = self._rules([*zones, *fronts], ())
        self._back = self._rules([*zones, *backs], ())
        self._last_back = self._rules([*zones, *backs], back_views)
        self._address_free = _edges(self._room_for_address())

    def check(self, pages: Sequence[Sequence[InkBox]]) -> list[Finding]:
        """All that is wrong with a document. `pages` are its pages in order, each with all its ink."""
        findings = list(self._wrong)
        for index, inks in enumerate(pages):
            rules = self._rules_of(index, len(pages))
            body, beside = rules.free
            for ink in inks:
                name, box, _ = ink
                left_mm, top_mm = box.x_mm, box.y_mm
                right_mm, bottom_mm = left_mm + box.width_mm, top_mm + box.height_mm
                if index or name != ADDRESS:
                    if left_mm >= body[0] and top_mm >= body[1] and right_mm <= body[2] and bottom_mm <= body[3]:
                        continue
                    free = beside
                else:
                    free = self._address_free
                if left_mm >= free[0] and top_mm >= free[1] and right_mm <= free[2] and bottom_mm <= free[3]:
                    continue
                findings.extend(self._look(ink, rules, index + 1))
        if pages and self._fitting and all(ink.name != ADDRESS for ink in pages[0]):
            findings.extend(map(_no_address, self._fitting))
        return findings

    def _rules_of(self, index: int, count: int) -> _PageRules:
        if index == 0:
            return self._first
        if not self._two_sided or index % 2 == 0:
            return self._front
        return self._last_back if index == count - 1 else self._back

    def _rules(self, obstacles: Sequence[_Obstacle], views: tuple[tuple[Envelope, list[Box]], ...]) -> _PageRules:
        blocked = [obstacle.box for obstacle in obstacles if obstacle.rule == "ink-in-clear-zone"]
        marks = [obstacle.box for obstacle in obstacles if obstacle.rule != "ink-in-clear-zone"]
        seen = [box for _, boxes in views for box in boxes]
        blocked.extend(_hull(group) for group in (marks, seen) if group)
        body = largest_free_box(self._printable, blocked)
        beside = largest_free_box(self._printable, [*blocked, body])
        return _PageRules((_edges(body), _edges(beside)), tuple(obstacles), views)

    def _room_for_address(self) -> Box:
        """Where an address offends against nothing."""
        room: Box | None = self._printable
        for _, safe in self._safe:
            room = room and intersection(room, safe)
        return largest_free_box(room or Box(0, 0, 0, 0), [obstacle.box for obstacle in self._first.obstacles])

    def _look(self, ink: InkBox, rules: _PageRules, page: int) -> Iterator[Finding]:
        name, box, kind = ink
        if kind == "form" and self._printable.spill(box) <= _HAIR_MM:
            return  # a background: its box says nothing about its ink
        paper = self._slips.get(slip_of(name), self._paper)
        spill_mm = box.spill(paper.printable)
        if spill_mm > _HAIR_MM:
            fact = f"'{name}' on page {page} reaches {spill_mm:.1f} mm into the margin of {paper.margin_mm:g} mm"
            yield Finding("margin", name, spill_mm, fact, page=page, place=outside_strip(box, paper.printable))
        for obstacle in rules.obstacles:
            barred = paper.barred(box) if obstacle.rule == "ink-in-clear-zone" else box
            if common := intersection(barred, obstacle.box):
                amount_mm = min(common.width_mm, common.height_mm)
                fact = f"'{name}' on page {page} reaches {amount_mm:.1f} mm into {obstacle.what}"
                yield Finding(obstacle.rule, name, amount_mm, fact, page=page, place=common)
        if page == 1 and name == ADDRESS:
            for envelope, safe in self._safe:
                yield from address_hidden(box, safe, envelope)
            return
        for envelope, views in rules.views:
            yield from shown(name, box, views, envelope, page=page)


def check_pages(
    pages: Sequence[Sequence[InkBox]],
    layout: SheetLayout,
    envelopes: Sequence[Envelope],
    mark_boxes: Mapping[str, Box] | None = None,
    *,
    two_sided: bool = False,
) -> list[Finding]:
    """All that is wrong with one composed document. For many documents keep a `Preflight`."""
    return Preflight(layout, envelopes, mark_boxes, two_sided=two_sided).check(pages)


def _sheet(layout: SheetLayout) -> Box:
    return Box(0, 0, layout.width_mm, layout.height_mm)


def _edges(box: Box) -> _Edges:
    return box.x_mm, box.y_mm, box.right_mm, box.bottom_mm


def _page_of(kind: PageKind) -> int:
    return 1 if kind == "first" else 2


def _mirrored(box: Box, sheet_width_mm: float) -> Box:
    """The same place of the sheet as its other side is read."""
    return Box(sheet_width_mm - box.right_mm, box.y_mm, box.width_mm, box.height_mm)


def _hull(boxes: Sequence[Box]) -> Box:
    left_mm, top_mm = min(box.x_mm for box in boxes), min(box.y_mm for box in boxes)
    right_mm, bottom_mm = max(box.right_mm for box in boxes), max(box.bottom_mm for box in boxes)
    return Box(left_mm, top_mm, right_mm - left_mm, bottom_mm - top_mm)


def _unfit(layout: SheetLayout, envelope: Envelope) -> Finding | None:
    """Why the layout's sheet can't go into the envelope at all, or comes out of the folder otherwise than it should.
    A sheet of another width is looked at with its own width."""
    off_mm = abs(layout.height_mm - envelope.sheet_height_mm)
    if off_mm <= _SAME_SHEET_MM:
        return does_not_fit(envelope, layout.width_mm)
    fact = (
        f"the layout is for sheets {layout.height_mm:g} mm high, {envelope.title} for sheets folded "
        f"from {envelope.sheet_height_mm:g} mm"
    )
    return Finding("wrong-sheet", "sheet", off_mm, fact, envelope.name)


def _no_address(envelope: Envelope) -> Finding:
    return Finding("no-address", ADDRESS, 0.0, f"the first page has no address for {envelope.title}", envelope.name)


def _behind_findings(
    layout: SheetLayout, marks: Mapping[str, Box], others: Mapping[str, Box], *, page: int
) -> Iterator[Finding]:
    """Ink on the other side of a sheet, behind a mark: reading heads see through paper."""
    side = "front" if page == 1 else "back"
    for name, mark in marks.items():
        behind = _mirrored(mark, layout.width_mm)
        for box_name, box in others.items():
            if common := intersection(behind, box):
                fact = f"'{box_name}' on the {side} of a sheet stands behind '{mark_name(name)}'"
                amount_mm = min(common.width_mm, common.height_mm)
                yield Finding("ink-behind-mark", mark_name(name), amount_mm, fact, page=page, place=common)


def _place_findings(layout: SheetLayout, name: str, box: Box, printable: Box, page: int) -> Iterator[Finding]:
    spill_mm = box.spill(printable)
    if spill_mm > _HAIR_MM:
        fact = f"box '{name}' reaches {spill_mm:.1f} mm into the margin of {layout.margin_mm:g} mm"
        yield Finding("margin", name, spill_mm, fact, page=page, place=outside_strip(box, printable))
    for zone in layout.clear_zones:
        if common := intersection(box, zone.box):
            overlap_mm = min(common.width_mm, common.height_mm)
            fact = f"box '{name}' reaches {overlap_mm:.1f} mm into the clear zone '{zone.name}'"
            yield Finding("clear-zone", name, overlap_mm, fact, page=page, place=common)
