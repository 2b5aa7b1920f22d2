"""A page of a finished PDF as its file says it: boxes, turn, unit, content, what is inherited."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from pikepdf import Array, Dictionary, Object, Stream

from layouts.pictures.matrix import UNCHANGED, Matrix, scale, shift

Box = tuple[float, float, float, float]

_MM_PER_PT: Final = 25.4 / 72
_INHERITABLE: Final = ("/MediaBox", "/CropBox", "/Rotate", "/Resources")
_DEEPEST_TREE: Final = 64
_LARGEST_PT: Final = 14400 * 8
"""No page is larger than 14,400 units (ISO 32000-1, annex C); with units of eight points this is two steps a metre
beyond any paper."""


@dataclass(frozen=True, slots=True)
class FinishedPage:
    """A page as it is found. `crop` is in the page's own space; `width_mm` and `height_mm` are upright."""

    crop: Box
    turn: int
    unit: float
    resources: Dictionary
    streams: list[Object]
    annotations: list[Object]
    group: Dictionary | None

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height as the page is seen."""
        width = (self.crop[2] - self.crop[0]) * self.unit * _MM_PER_PT
        height = (self.crop[3] - self.crop[1]) * self.unit * _MM_PER_PT
        return (height, width) if self.turn in (90, 270) else (width, height)

    def upright(self) -> Matrix:
        """From the page's own space to points, the page's lower left corner (as seen) at the origin."""
        x0, y0, x1, y1 = self.crop
        width, height = (x1 - x0) * self.unit, (y1 - y0) * self.unit
        turned = {
            0: UNCHANGED,
            90: Matrix(0, -1, 1, 0, 0, width),
            180: Matrix(-1, 0, 0, -1, width, height),
            270: Matrix(0, 1, -1, 0, height, 0),
        }[self.turn]
        moved = UNCHANGED if not (x0 or y0) else shift(-x0, -y0)
        if self.unit != 1:
            moved = moved.then(scale(self.unit, self.unit))
        return moved if self.turn == 0 else moved.then(turned)


Above = dict[tuple[int, int], dict[str, Any]]
"""What nodes of the page tree pass on, by their numbers."""


def read_page(page: Object, above: Above) -> FinishedPage:
    """What a page's dictionary says; `above` is filled as nodes of the tree are met. Raises ValueError or TypeError for
    a page that breaks the rules."""
    keys = page.keys()
    given: dict[str, Any] = {key: page.get(key) for key in _INHERITABLE if key in keys}
    if len(given) < len(_INHERITABLE):
        given = {**_passed_on(page.get("/Parent"), above), **given}
    media = _corners(given.get("/MediaBox"))
    found = given.get("/CropBox")
    crop = media
    if found is not None:
        own = _corners(found)
        crop = (max(own[0], media[0]), max(own[1], media[1]), min(own[2], media[2]), min(own[3], media[3]))
        if crop[0] >= crop[2] or crop[1] >= crop[3]:
            crop = media  # As every reader does with a crop box that lies beside the page.
    unit = _number(page.get("/UserUnit")) if "/UserUnit" in keys else 1.0
    turn = _number(given.get("/Rotate") or 0)
    if turn % 90:
        raise ValueError(f"the page is turned by {turn:g} degrees")
    if not 0 < unit <= 1000 or max(crop[2] - crop[0], crop[3] - crop[1]) * unit > _LARGEST_PT:
        raise ValueError("the page is larger than any paper")
    resources = given.get("/Resources")
    group = page.get("/Group") if "/Group" in keys else None
    notes = page.get("/Annots") if "/Annots" in keys else None
    return FinishedPage(
        crop=crop,
        turn=int(turn) % 360,
        unit=unit,
        resources=resources if isinstance(resources, Dictionary) else Dictionary(),
        streams=_streams(page.get("/Contents")),
        annotations=[note for note in notes.as_list() if isinstance(note, Dictionary)]
        if isinstance(notes, Array)
        else [],
        group=group if isinstance(group, Dictionary) else None,
    )


def _streams(contents: Any) -> list[Object]:
    if isinstance(contents, Stream):
        return [contents]
    if isinstance(contents, Array):
        return [stream for stream in contents.as_list() if isinstance(stream, Stream)]
    return []


def _passed_on(node: Any, above: Above) -> dict[str, Any]:
    """What a node of the page tree and those above it pass on to its pages; the nearest says it."""
    if not isinstance(node, Dictionary):
        return {}
    place = node.objgen
    known = above.get(place) if place != (0, 0) else None
    if known is not None:
        return known
    found: dict[str, Any] = {}
    for _ in range(_DEEPEST_TREE):
        for key in _INHERITABLE:
            if key not in found and (value := node.get(key)) is not None:
                found[key] = value
        node = node.get("/Parent")
        if not isinstance(node, Dictionary):
            above[place] = found
            return found
    raise ValueError("the page tree is too deep")


def _corners(values: Any) -> Box:
    """A rectangle, whichever of its corners it names."""
    if not isinstance(values, Array) or len(values) != 4:
        raise ValueError("the page's box is not four numbers")
    return _box(tuple(values.as_list()))


@lru_cache(maxsize=256)
def _box(values: tuple[Any, ...]) -> Box:
    x0, y0, x1, y1 = map(_number, values)
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    if box[0] >= box[2] or box[1] >= box[3]:
        raise ValueError("the page's box has no area")
    return box


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("a number that is none")
    return number
