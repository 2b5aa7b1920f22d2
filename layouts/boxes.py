"""Boxes made ready: what stands at a fixed place, and the forms that documents share.

A box whose block reads nothing of the document but the seller (or nothing at all) is static: neighbours of that kind
are set once as a form, and every document of that seller draws the form.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import groupby

from layouts.blockparts import RowsBlock
from layouts.blocks.make import make_setter, standing
from layouts.edition import CONSTANTS, Edition, Frame, Scope, roots, too_high
from layouts.geometry import pt
from layouts.ink import Form, Ink
from layouts.parts import BoxPart
from layouts.strip import LineStrip, Strip, height_of, hull_of, set_stack
from layouts.style import Rule

STATIC_ROOTS = frozenset({"seller", "brand"})
"""What stays the same over many documents."""

_HAIR_PT = 0.05
_CACHED_FORMS = 256


class BoxSetter:
    """One box of an edition."""

    def __init__(self, part: BoxPart, edition: Edition) -> None:
        self.part = part
        box = part.box
        frame = Frame(part.name, pt(box.x_mm), pt(box.width_mm))
        self._top_pt, self._room_pt = pt(box.y_mm), pt(box.height_mm)
        self._frame = frame
        self._setter = make_setter(part.block, edition, frame, self._room_pt)
        self._when = edition.expression(part.when) if part.when else None
        self._rule: Rule | None = edition.rules[part.frame] if part.frame else None
        self.reads = self._setter.reads | (self._when.reads if self._when else frozenset())
        # What leaves rows to the flow must be asked for every document; what lies under all can't be part of a form,
        # which is drawn with the texts.
        leaves_rows = isinstance(part.block, RowsBlock) and part.block.surplus != ""
        self.static = roots(self.reads) <= STATIC_ROOTS | CONSTANTS and not leaves_rows and not part.background

    def draw(self, ink: Ink, scope: Scope) -> None:
        """Set the box's block; what does not fit is a trouble of the page."""
        if self._when is not None and not self._when(scope):
            return
        strips = standing(self._setter, scope, self._room_pt)
        if not strips:
            return
        height_pt = self._without_spare(strips)
        if height_pt > self._room_pt + _HAIR_PT and not any(one.rule == "too-many-lines" for one in strips[0].troubles):
            trouble = too_high(self.part.name, height_pt, self._room_pt, len(strips))
            # A table's head is shared by all documents: what is wrong with this one is told with a copy of it.
            strips[0] = copy(strips[0])
            strips[0].troubles = (*strips[0].troubles, trouble._replace(part=hull_of(strips)))
        set_stack(ink, strips, self._top_pt + self._down_pt(strips[-1], height_pt))
        if self._rule is not None:
            self._draw_frame(ink, self._rule)

    def _down_pt(self, last: Strip, height_pt: float) -> float:
        """How far under the top of the box its strips begin."""
        spare_pt = max(self._room_pt - height_pt, 0.0)
        match self.part.upright:
            case "top":
                return 0.0
            case "middle":
                return spare_pt / 2
            case "bottom":
                return spare_pt
            case "baseline":
                under_pt = last.height_pt - last.baseline_pt if isinstance(last, LineStrip) else 0.0
                return self._room_pt - height_pt + under_pt

    def _without_spare(self, strips: list[Strip]) -> float:
        """Take out what may be left out until the rest fits; returns the height."""
        height_pt = height_of(strips)
        while height_pt > self._room_pt + _HAIR_PT and any(strip.spare for strip in strips):
            strips.pop(max(at for at, strip in enumerate(strips) if strip.spare))
            height_pt = height_of(strips)
        return height_pt

    def _draw_frame(self, ink: Ink, rule: Rule) -> None:
        left_pt, right_pt = self._frame.x_pt, self._frame.x_pt + self._frame.width_pt
        top_pt, bottom_pt = self._top_pt, self._top_pt + self._room_pt
        for y_pt in (top_pt, bottom_pt):
            ink.line(rule, left_pt, y_pt, right_pt, y_pt)
        for x_pt in (left_pt, right_pt):
            ink.line(rule, x_pt, top_pt, x_pt, bottom_pt)


@dataclass(frozen=True, slots=True)
class SharedForm:
    """Static boxes set as one form. `ink` keeps their places and troubles for the checks of each page."""

    form: Form
    ink: Ink


class BoxGroup:
    """Boxes of one page that follow one another, all static or all not."""

    def __init__(self, boxes: Sequence[BoxSetter], width_pt: float, height_pt: float) -> None:
        self._boxes = boxes
        self._size = width_pt, height_pt
        self._static = all(box.static for box in boxes)
        names = frozenset().union(*(roots(box.reads) for box in boxes)) if boxes else frozenset()
        self._roots = tuple(sorted(names & STATIC_ROOTS))
        self._forms: dict[str, SharedForm] = {}

    def draw(self, ink: Ink, scope: Scope, forms: dict[str, Form]) -> None:
        """Draw the boxes; `forms` gathers the forms used."""
        if not self._static:
            for box in self._boxes:
                box.draw(ink, scope)
            return
        key = repr([scope.get(root) for root in self._roots])
        shared = self._forms.get(key)
        if shared is None:
            shared = self._make(scope)
            if len(self._forms) >= _CACHED_FORMS:
                self._forms.clear()
            self._forms[key] = shared
        ink.boxes += shared.ink.boxes
        ink.troubles += shared.ink.troubles
        ink.pictures.update(shared.ink.pictures)
        if shared.ink.is_blank():
            return
        forms[shared.form.xobject.name] = shared.form
        ink.form(shared.form)

    def _make(self, scope: Scope) -> SharedForm:
        width_pt, height_pt = self._size
        ink = Ink(height_pt, {})
        for box in self._boxes:
            box.draw(ink, scope)
        return SharedForm(ink.as_form(width_pt), ink)


def grouped(boxes: Iterable[BoxSetter], width_pt: float, height_pt: float) -> list[BoxGroup]:
    """Boxes in their order, static neighbours together."""
    return [BoxGroup(list(group), width_pt, height_pt) for _, group in groupby(boxes, lambda box: box.static)]
