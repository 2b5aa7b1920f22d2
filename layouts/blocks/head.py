"""The head of a table: the captions of its columns."""

from __future__ import annotations

from collections.abc import Iterable

from layouts.blockparts import TableBlock
from layouts.blocks.column import ColumnSetter
from layouts.edition import Edition, Frame
from layouts.geometry import pt
from layouts.ink import Shape
from layouts.strip import LineStrip, RuleStrip, Run, Strip, Trouble
from layouts.style import WHITE_AT_LEFT


def head_of(block: TableBlock, columns: Iterable[ColumnSetter], edition: Edition, frame: Frame) -> list[Strip]:
    """The captions, on as many lines as the longest takes, over the rule. None at all when no column has one."""
    pen = edition.pens[block.head_style]
    troubles: list[Trouble] = []
    captions: list[tuple[ColumnSetter, tuple[Shape, ...]]] = []
    for column in columns:
        if column.column.label:
            text = edition.words(column.column.label)
            captions.append((column, edition.broken(pen, text, column.frame.width_pt, troubles)))
    count = max((len(lines) for _, lines in captions), default=0)
    strips: list[Strip] = []
    for at in range(count):
        runs = []
        for column, lines in captions:
            above = count - len(lines)
            if at >= above:
                shape = lines[at - above]
                runs.append(Run(pen, _left_of(column, shape), shape))
        strips.append(
            LineStrip(frame.name, frame.x_pt, frame.width_pt, pen.leading_pt, runs=runs, baseline_pt=pen.baseline_pt)
        )
    if strips and block.head_rule:
        gap_pt, rule = pt(block.head_gap_mm), edition.rules[block.head_rule]
        strips.append(RuleStrip(frame.name, frame.x_pt, frame.width_pt, gap_pt, rule=rule, foot=True))
    if strips:
        strips[0].troubles = troubles
    return strips


def _left_of(column: ColumnSetter, caption: Shape) -> float:
    """Where a caption begins."""
    spare_pt = column.frame.width_pt - caption.width_pt
    return column.frame.x_pt + spare_pt * WHITE_AT_LEFT[column.column.align]
