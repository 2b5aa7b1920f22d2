"""From a block of the layout file to its setter, which turns a document's data into strips."""

from __future__ import annotations

from copy import copy
from typing import Protocol, assert_never

from layouts.blockparts import (
    AddressBlock,
    Block,
    CodeBlock,
    ColumnsBlock,
    FieldBlock,
    PictureBlock,
    RowsBlock,
    RuleBlock,
    TableBlock,
    TextBlock,
)
from layouts.blocks.address import AddressSetter
from layouts.blocks.code import CodeSetter
from layouts.blocks.field import FieldSetter
from layouts.blocks.picture import PictureSetter
from layouts.blocks.rows import RowsSetter
from layouts.blocks.table import TableSetter
from layouts.blocks.text import TextBlockSetter
from layouts.edition import Edition, Frame, Scope, reads_of
from layouts.strip import BesideStrip, RuleStrip, Strip, height_of


class Setter(Protocol):
    """A block made ready. `reads` are the paths of the data that decide what it says."""

    reads: frozenset[tuple[str, ...]]

    def strips(self, scope: Scope, room_pt: float = 0.0, /) -> list[Strip]:
        """What the block comes to for one document, from top to bottom; `room_pt` is the height of its box (0: there is
        no limit)."""


def make_setter(block: Block, edition: Edition, frame: Frame, room_pt: float = 0.0, tallest_pt: float = 1e9) -> Setter:
    """The setter of a block. `room_pt` is the height of its box (0 in the flow), `tallest_pt` the height of the lowest
    area of the flow."""
    match block:
        case TextBlock():
            return TextBlockSetter(block, edition, frame)
        case RowsBlock():
            return RowsSetter(block, edition, frame)
        case TableBlock():
            return TableSetter(block, edition, frame, tallest_pt)
        case ColumnsBlock():
            return ColumnsSetter(block, edition, frame)
        case AddressBlock():
            return AddressSetter(block, edition, frame)
        case PictureBlock():
            return PictureSetter(block, frame, room_pt)
        case CodeBlock():
            return CodeSetter(block, edition, frame, room_pt)
        case FieldBlock():
            return FieldSetter(block, edition, frame, room_pt)
        case RuleBlock():
            return RuleSetter(block, edition, frame, room_pt)
        case _:
            assert_never(block)


class ColumnsSetter:
    """Blocks beside one another. A table in them shows its head once: it is kept whole."""

    def __init__(self, block: ColumnsBlock, edition: Edition, frame: Frame) -> None:
        self._frame = frame
        self._parts = [
            make_setter(part.block, edition, frame.inner(part.name, part.x_mm, part.width_mm)) for part in block.parts
        ]
        self.reads = reads_of(self._parts)

    def strips(self, scope: Scope, _room_pt: float = 0.0, /) -> list[Strip]:
        stacks = [standing(part, scope) for part in self._parts]
        if not any(stacks):
            return []
        height_pt = max(map(height_of, stacks))
        return [BesideStrip(self._frame.name, self._frame.x_pt, self._frame.width_pt, height_pt, stacks=stacks)]


class RuleSetter:
    """A line."""

    def __init__(self, block: RuleBlock, edition: Edition, frame: Frame, room_pt: float) -> None:
        self.reads: frozenset[tuple[str, ...]] = frozenset()
        upright = room_pt > frame.width_pt
        height_pt = room_pt or edition.rules[block.rule].width_pt
        rule = edition.rules[block.rule]
        self._strip = RuleStrip(frame.name, frame.x_pt, frame.width_pt, height_pt, rule=rule, upright=upright)

    def strips(self, _scope: Scope, _room_pt: float = 0.0, /) -> list[Strip]:
        return [copy(self._strip)]


def standing(setter: Setter, scope: Scope, room_pt: float = 0.0) -> list[Strip]:
    """The strips of a block that stands whole in one place: a table with its head above, and its rows as one."""
    strips = setter.strips(scope, room_pt)
    if isinstance(setter, TableSetter) and strips:
        return [*setter.grid.head, setter.grid.whole(strips)]
    return strips
