"""What is left of an area when boxes are taken out of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

from layouts.geometry import Box

_HAIR_MM = 1e-6


def intersection(one: Box, other: Box) -> Box | None:
    """The area that two boxes share; None when they share none."""
    across_mm, down_mm = one.overlap(other)
    if across_mm <= _HAIR_MM or down_mm <= _HAIR_MM:
        return None
    return Box(max(one.x_mm, other.x_mm), max(one.y_mm, other.y_mm), across_mm, down_mm)


def outside_strip(box: Box, outer: Box) -> Box:
    """The strip of `box` outside `outer` at the side where it reaches out farthest; all of it when they lie apart."""
    strips = {
        outer.x_mm - box.x_mm: Box(box.x_mm, box.y_mm, outer.x_mm - box.x_mm, box.height_mm),
        box.right_mm - outer.right_mm: Box(outer.right_mm, box.y_mm, box.right_mm - outer.right_mm, box.height_mm),
        outer.y_mm - box.y_mm: Box(box.x_mm, box.y_mm, box.width_mm, outer.y_mm - box.y_mm),
        box.bottom_mm - outer.bottom_mm: Box(box.x_mm, outer.bottom_mm, box.width_mm, box.bottom_mm - outer.bottom_mm),
    }
    return intersection(strips[max(strips)], box) or box


def free_boxes(area: Box, blocked: Iterable[Box]) -> tuple[Box, ...]:
    """What is left of `area`, as boxes that do not overlap, from the top down and from left to right."""
    inside = [part for box in blocked if (part := intersection(box, area))]
    edges_mm = sorted({area.y_mm, area.bottom_mm, *(edge for box in inside for edge in (box.y_mm, box.bottom_mm))})
    open_boxes: dict[tuple[float, float], Box] = {}
    done: list[Box] = []
    for top_mm, bottom_mm in pairwise(edges_mm):
        spans = _free_spans(area, [box for box in inside if box.y_mm <= top_mm and box.bottom_mm >= bottom_mm])
        # A box goes on downwards as long as the same span stays free.
        going_on: dict[tuple[float, float], Box] = {}
        for left_mm, right_mm in spans:
            above = open_boxes.pop((left_mm, right_mm), None)
            start_mm = above.y_mm if above else top_mm
            going_on[left_mm, right_mm] = Box(left_mm, start_mm, right_mm - left_mm, bottom_mm - start_mm)
        done.extend(open_boxes.values())
        open_boxes = going_on
    return tuple(sorted([*done, *open_boxes.values()], key=lambda box: (box.y_mm, box.x_mm)))


def _free_spans(area: Box, blocked: Sequence[Box]) -> list[tuple[float, float]]:
    spans = []
    at_mm = area.x_mm
    for box in sorted(blocked, key=lambda box: box.x_mm):
        if box.x_mm - at_mm > _HAIR_MM:
            spans.append((at_mm, box.x_mm))
        at_mm = max(at_mm, box.right_mm)
    if area.right_mm - at_mm > _HAIR_MM:
        spans.append((at_mm, area.right_mm))
    return spans


def largest_free_box(area: Box, blocked: Iterable[Box]) -> Box:
    """The largest box in `area` that touches none of `blocked` (an empty box at the area's corner when none is left).
    Tries all pairs of edges: for a few boxes only."""
    inside = [part for box in blocked if (part := intersection(box, area))]
    xs_mm = sorted({area.x_mm, area.right_mm, *(edge for box in inside for edge in (box.x_mm, box.right_mm))})
    ys_mm = sorted({area.y_mm, area.bottom_mm, *(edge for box in inside for edge in (box.y_mm, box.bottom_mm))})
    best = Box(area.x_mm, area.y_mm, 0.0, 0.0)
    for left_mm, right_mm in combinations(xs_mm, 2):
        for top_mm, bottom_mm in combinations(ys_mm, 2):
            box = Box(left_mm, top_mm, right_mm - left_mm, bottom_mm - top_mm)
            larger = box.width_mm * box.height_mm > best.width_mm * best.height_mm
            if larger and not any(box.touches(other) for other in inside):
                best = box
    return best
