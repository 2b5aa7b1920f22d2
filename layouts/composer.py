"""A composer sets documents of one layout variant in one language, currency and kind, with one payment slip or none."""

from __future__ import annotations

import hashlib
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from layouts.blockparts import Block, ColumnsBlock, FieldBlock, PictureBlock, RowsBlock, RuleBlock
from layouts.blocks.make import make_setter
from layouts.boxes import BoxGroup, BoxSetter, grouped
from layouts.edition import Edition, Frame, Scope, roots
from layouts.errors import LayoutError
from layouts.flow import FlowPage, Room, lay
from layouts.fonts import EMPHASIS, STRONG, FontSet
from layouts.geometry import pt
from layouts.ink import Form, Ink
from layouts.language.schema import Leaf, Names, Rows, Table, root_names
from layouts.parts import BoxPart, FlowPart, Layout, Slip
from layouts.strip import Strip
from layouts.style import Style
from layouts.wording import Wording, load_wording

_KINDS = (
    frozenset({"first"}),
    frozenset({"first", "last"}),
    frozenset({"continuation"}),
    frozenset({"continuation", "last"}),
)
_ENGINE: Names = {
    "page": Leaf("whole"),
    "pages": Leaf("whole"),
    "kind": Leaf("text"),
    "currency": Leaf("text"),
    "language": Leaf("text"),
}
"""What texts may name besides the data."""

_OF_PAGES = frozenset({"page", "pages"})
_SURPLUS = Rows(Table({"label": Leaf("text"), "text": Leaf("text")}))
_SLIP_GAP_PT = pt(1)
"""Least white between the flow and what stands at the foot of the last page."""


@dataclass(frozen=True, slots=True)
class Sheets:
    """The pages of one document before they become bytes."""

    inks: list[Ink]
    glyphs: dict[str, list[str]]
    forms: dict[str, Form]
    stocks: tuple[str, ...]
    edition: Edition

    def two_sided(self, height_pt: float) -> Sheets:
        """The same for two-sided printing: a page that wants other paper than the front of its sheet begins a new one,
        behind a blank back."""
        inks: list[Ink] = []
        stocks: list[str] = []
        for ink, stock in zip(self.inks, self.stocks, strict=bool(self.stocks)):
            if len(inks) % 2 and stock != stocks[-1]:
                inks.append(Ink(height_pt, {}))
                stocks.append(stocks[-1])
            inks.append(ink)
            stocks.append(stock)
        return replace(self, inks=inks, stocks=tuple(stocks)) if len(inks) > len(self.inks) else self


@dataclass(frozen=True, slots=True)
class _PageBoxes:
    """The boxes of one kind of page: those set before the flow, and those after it. `head` are those before, singly."""

    before: list[BoxGroup]
    after: list[BoxGroup]
    head: list[BoxSetter]


class Composer:
    """See the module."""

    def __init__(
        self,
        layout: Layout,
        declared: Table,
        fonts: FontSet,
        wording: Wording,
        currency: str,
        kind: str,
        slip: str,
        identity: str,
    ) -> None:
        """Raises LayoutError E4015 (texts), E4050 to E4053 (expressions), E4062 (codes), E408x (pictures)."""
        self.layout = layout
        chosen = layout.slip.slips[slip] if slip and layout.slip else None
        styles = {**layout.styles, **(chosen.styles if chosen else {})}
        rules = {**layout.rules, **(chosen.rules if chosen else {})}
        parts = (*layout.box_parts, *(chosen.parts if chosen else ()))
        self._surplus = tuple(
            part.block.surplus for part in parts if isinstance(part.block, RowsBlock) and part.block.surplus
        )
        names = root_names(declared, {**_ENGINE, **dict.fromkeys(self._surplus, _SURPLUS)})
        self.edition = edition = Edition(styles, rules, fonts, wording, currency, kind, names)
        blocks = [*(part.block for part in parts), *(part.block for part in layout.flow)]
        used = " ".join((*_faces(styles, fonts), *_pictures(blocks)))
        self.identity = f"{identity} {wording.language} {wording.digest} {currency} {kind} {slip} {used}"
        self.width_pt, self.height_pt = pt(layout.width_mm), pt(layout.height_mm)
        self._checks = [
            (edition.expression(check.holds), check.place, edition.template(check.message)) for check in layout.checks
        ]
        self._choose = edition.expression(layout.slip.choose) if layout.slip else None
        self._hidden = chosen.hides if chosen else frozenset[str]()
        self._boxes = [BoxSetter(part, edition) for part in layout.box_parts]
        self._slip_boxes: list[BoxSetter] = []
        self._slip_top_mm = 0.0
        self._raised: dict[str, BoxSetter] = {}
        self._slip = chosen
        said = self._of_slip(wording)
        self._slip_edition = edition
        if said is not wording:
            self._slip_edition = Edition(styles, rules, fonts, said, currency, kind, names)
        if chosen:
            self._add_slip(chosen, self._slip_edition)
        self._pages = {kinds: self._page_boxes(kinds) for kinds in _KINDS}
        self._head_is_sure = self._is_head_sure()
        self._room = self._room_of(parts, chosen)
        self._flow = [self._flow_setter(part) for part in layout.flow]
        self._stocks = dict(layout.stocks)
        if chosen and chosen.stock:
            self._stocks["last"] = chosen.stock

    # ── making ready ──────────────────────────────────────────────────────────────────────────────────────────────

    def _add_slip(self, slip: Slip, edition: Edition) -> None:
        """The slip's boxes, grounds and lines first, and the boxes of the layout that move up for it, together."""
        self.identity += f" {edition.wording.language} {edition.wording.digest}"
        grounds_first = sorted(slip.parts, key=lambda part: not isinstance(part.block, FieldBlock | RuleBlock))
        self._slip_boxes = [BoxSetter(part, edition) for part in grounds_first]
        self._slip_top_mm = slip.top_mm
        raised = [part for part in self.layout.box_parts if part.name in slip.raises]
        up_mm = max((part.box.bottom_mm for part in raised), default=0.0) - slip.top_mm
        for part in raised:
            self._raised[part.name] = BoxSetter(replace(part, box=part.box.moved(0, -up_mm)), self.edition)

    def _page_boxes(self, kinds: frozenset[str]) -> _PageBoxes:
        """What stands higher than the flow begins is set before it, so that a reader gets all in order."""
        areas = self.layout.areas
        top_mm = 1e9
        if areas is not None:
            top_mm = (areas.first if "first" in kinds else areas.continuation).y_mm
        boxes = [box for box in self._boxes if box.part.on & kinds]
        if "last" in kinds:
            boxes = [self._raised.get(box.part.name, box) for box in boxes if box.part.name not in self._hidden]
        # Backgrounds lie under everything, so they come first whatever their order.
        boxes.sort(key=lambda box: not box.part.background)
        before = [box for box in boxes if box.part.background or box.part.box.y_mm < top_mm]
        after = sorted((box for box in boxes if box not in before), key=lambda box: box.part.box.y_mm)
        if "last" in kinds and self._slip_boxes:
            # Whole, and in the order of its file: its parts stand beside one another.
            at = bisect(after, self._slip_top_mm, key=lambda box: box.part.box.y_mm)
            after[at:at] = self._slip_boxes
        size = self.width_pt, self.height_pt
        return _PageBoxes(grouped(before, *size), grouped(after, *size), before)

    def _is_head_sure(self) -> bool:
        """Whether the first page's head is the same however many pages follow."""
        alone, followed = self._pages[_KINDS[1]].head, self._pages[_KINDS[0]].head
        return alone == followed and not any("pages" in roots(box.reads) for box in followed)

    def _room_of(self, parts: tuple[BoxPart, ...], slip: Slip | None) -> Room:
        areas = self.layout.areas
        if areas is None:
            return Room(0.0, self.height_pt, 0.0, self.height_pt, None)
        feet = [part.box.y_mm for part in parts if "last" in part.on and part.box.y_mm > areas.continuation.y_mm]
        feet += [slip.top_mm] if slip else []
        feet += [box.part.box.y_mm for box in self._raised.values()]
        return Room(
            pt(areas.first.y_mm),
            pt(areas.first.bottom_mm),
            pt(areas.continuation.y_mm),
            pt(areas.continuation.bottom_mm),
            pt(min(feet)) - _SLIP_GAP_PT if feet else None,
        )

    def _flow_setter(self, part: FlowPart) -> _FlowSetter:
        areas = self.layout.areas
        assert areas is not None, "a flow without areas is refused when the file is read"
        frame = Frame(part.name, pt(areas.first.x_mm), pt(areas.first.width_mm))
        tallest_pt = pt(min(areas.first.height_mm, areas.continuation.height_mm))
        return _FlowSetter(part, self.edition, frame, tallest_pt)

    def _of_slip(self, wording: Wording) -> Wording:
        """The wording of the slip where the document has this one."""
        return load_wording(self._slip.language(wording.language)) if self._slip else wording

    def holds_in(self, wording: Wording, kind: str) -> bool:
        """Whether the same layout and slip are sure to compile in another language and kind."""
        said = self._of_slip(wording)
        if self._slip_edition is self.edition:
            return said is wording and self.edition.holds_in(wording, kind)
        return self.edition.holds_in(wording, kind) and self._slip_edition.holds_in(said, kind)

    # ── one document ──────────────────────────────────────────────────────────────────────────────────────────────

    def check_data(self, scope: Scope) -> None:
        """Raise LayoutError E4033 for data that contradict themselves, as the layout's checks have it."""
        for holds, place, message in self._checks:
            if not holds(scope):
                fact = message(scope, self.edition.formatter)
                raise LayoutError("E4033", fact, place=place, remedy="correct the document at its source")

    def slip_of(self, scope: Scope) -> str:
        """The payment slip this document gets, "" for none. Raises LayoutError E4043 for one that there is not."""
        if self._choose is None or self.layout.slip is None:
            return ""
        name = str(self._choose(scope) or "")
        if name and name not in self.layout.slip.slips:
            name = self.layout.slip.otherwise or name
        if name and name not in self.layout.slip.slips:
            raise LayoutError(
                "E4043",
                f"the layout has no payment slip {name!r}; it has {', '.join(self.layout.slip.slips)}",
                place="payment",
                remedy="add it to the layout's slips, or correct the payment",
            )
        return name

    def compose(self, scope: dict[str, Any]) -> Sheets:
        """The pages of one document. `scope` is its data as expressions see them."""
        glyphs: dict[str, list[str]] = {}
        forms: dict[str, Form] = {}
        scope.update((name, ()) for name in self._surplus)
        scope.update(page=1, pages=1, language=self.edition.wording.language)
        first = Ink(self.height_pt, glyphs)
        # The first page's head is set before the flow: what finds no room in it goes on there.
        self._set_boxes(self._pages[_KINDS[0]].before, first, scope, forms)
        pages = self._flow_pages(scope)
        last = len(pages)
        scope["pages"] = last
        if not self._head_is_sure:
            glyphs, forms = {}, {}
            first = Ink(self.height_pt, glyphs)
            self._set_boxes(self._pages[_KINDS[last == 1]].before, first, scope, forms)
        inks = [first]
        for number, page in enumerate(pages, 1):
            kinds = frozenset({"first" if number == 1 else "continuation"} | ({"last"} if number == last else set()))
            boxes = self._pages[kinds]
            scope["page"] = number
            if number > 1:
                inks.append(Ink(self.height_pt, glyphs))
                self._set_boxes(boxes.before, inks[-1], scope, forms)
            page.set(inks[-1])
            self._set_boxes(boxes.after, inks[-1], scope, forms)
        return Sheets(inks, glyphs, forms, self._stocks_of(last), self.edition)

    def _set_boxes(
        self,
        groups: list[BoxGroup],
        ink: Ink,
        scope: Scope,
        forms: dict[str, Form],
    ) -> None:
        for group in groups:
            group.draw(ink, scope, forms)

    def _flow_pages(self, scope: Scope) -> list[FlowPage]:
        strips: list[Strip] = []
        for setter in self._flow:
            strips = setter.after(strips, scope)
        return lay(strips, self._room)

    def _stocks_of(self, pages: int) -> tuple[str, ...]:
        """The paper of each page; () when all is plain."""
        if not self._stocks:
            return ()
        found = [self._stocks.get("continuation", "plain")] * pages
        found[0] = self._stocks.get("first", "plain")
        if "last" in self._stocks and self._stocks["last"] != "plain":
            found[-1] = self._stocks["last"]
        return () if set(found) == {"plain"} else tuple(found)


def _faces(styles: Mapping[str, Style], fonts: FontSet) -> list[str]:
    """The resource names of all faces that texts may be set in."""
    named = {
        font for style in styles.values() for font in (style.font, style.strong or STRONG, style.emphasis or EMPHASIS)
    }
    return sorted({face.resource_name for font in named for face in fonts.chain(font)})


def _pictures(blocks: Iterable[Block]) -> Iterator[str]:
    """What the files of all pictures hold, as SHA-256; "" for one that can't be read, which is told when it is set."""
    for block in blocks:
        match block:
            case ColumnsBlock():
                yield from _pictures(part.block for part in block.parts)
            case PictureBlock():
                path = Path(block.file)
                yield hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            case _:
                pass


class _FlowSetter:
    """One block of the flow."""

    def __init__(self, part: FlowPart, edition: Edition, frame: Frame, tallest_pt: float) -> None:
        self._part = part
        self._gap_pt = pt(part.gap_above_mm)
        self._setter = make_setter(part.block, edition, frame, 0.0, tallest_pt)
        self._when = edition.expression(part.when) if part.when else None
        reads = self._setter.reads | (self._when.reads if self._when else frozenset())
        if known_late := sorted(roots(reads) & _OF_PAGES):
            raise LayoutError(
                "E4051",
                f"the flow can't know '{known_late[0]}': it is set before its pages are known",
                place=f"flow.{part.name}",
                remedy="say it in a box",
            )

    def after(self, strips: list[Strip], scope: Scope) -> list[Strip]:
        """The strips so far with those of this block behind them."""
        if self._when is not None and not self._when(scope):
            return strips
        found = self._setter.strips(scope)
        if found:
            found[0].gap_pt += self._gap_pt
            if strips and self._part.keep_with_previous:
                strips[-1].keep = True
        return [*strips, *found]
