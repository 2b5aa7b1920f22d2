"""The address in the window: never cut, never too small to read."""

from __future__ import annotations

from layouts.blockparts import AddressBlock
from layouts.blocks.code import CodeSetter
from layouts.codes.postal import postal_sizes
from layouts.edition import Edition, Frame, Scope
from layouts.errors import LayoutError
from layouts.geometry import pt
from layouts.ink import Shape
from layouts.strip import LineStrip, Run, Strip, Trouble, hull_of, tell_by_line


class AddressSetter:
    """The address block."""

    def __init__(self, block: AddressBlock, edition: Edition, frame: Frame) -> None:
        self._block = block
        self._edition = edition
        self._frame = frame
        self._pen = edition.pens[block.style]
        self._lines = edition.expression(block.lines)
        self._code = CodeSetter(block.code.code, edition, frame, 0.0) if block.code else None
        self.reads = self._lines.reads | (self._code.reads if self._code else frozenset())

    def strips(self, scope: Scope, _room_pt: float = 0.0, /) -> list[Strip]:
        """The address lines, and the post's code above or below them."""
        lines = self._line_strips(scope)
        told = self._block.code
        if self._code is None or told is None:
            return lines
        codes = self._code.strips(scope)
        if not codes:
            return lines
        above = told.where == "above"
        strips = [*codes, *lines] if above else [*lines, *codes]
        # A quiet zone that is left to the layout is kept towards the lines all the same.
        size = postal_sizes().get(told.code.symbology)
        quiet_mm = size.above_mm if size and told.code.quiet_zone == "outside" else 0.0
        (lines if above else codes)[0].gap_pt = pt(told.gap_mm + quiet_mm)
        return strips

    def _line_strips(self, scope: Scope) -> list[Strip]:
        """The address lines; what does not fit is told as a trouble, and drawn as far as it goes."""
        troubles: list[Trouble] = []
        lines = [line for line in self._lines(scope) if line.strip()]
        placed = self._placed(lines, troubles)
        frame, pen = self._frame, self._pen
        strips: list[Strip] = []
        for shape, scale in placed:
            strips.append(
                LineStrip(
                    name=frame.name,
                    x_pt=frame.x_pt,
                    width_pt=shape.width_pt * scale,
                    height_pt=pen.leading_pt,
                    # Rounded down, so that the line surely ends inside the box.
                    runs=(Run(pen, frame.x_pt, shape, int(scale * 1000) / 1000),),
                    baseline_pt=pen.baseline_pt,
                )
            )
        if troubles and not strips:
            strips.append(Strip(frame.name, frame.x_pt, frame.width_pt, pen.leading_pt))
        for trouble in troubles:
            whole = trouble.rule == "too-many-lines" and strips
            tell_by_line(strips, [trouble._replace(part=hull_of(strips)) if whole else trouble])
        return strips

    def _placed(self, lines: list[str], troubles: list[Trouble]) -> list[tuple[Shape, float]]:
        """(line, scale): lines too wide condensed, then broken while lines are left."""
        block, pen, width_pt = self._block, self._pen, self._frame.width_pt
        room = block.max_lines - len(lines)
        if not lines or room < 0:
            fact = f"{len(lines)} lines, the window shows 1 to {block.max_lines}"
            troubles.append(_trouble(lines, fact, max(-room, 0) * pen.leading_pt))
        placed: list[tuple[Shape, float]] = []
        for line in lines:
            found: list[Trouble] = []
            shape = self._edition.shaped(pen, line, found)
            scale = min(1.0, width_pt / max(shape.width_pt, 1e-9))
            if scale >= block.least_scale:
                troubles.extend(one._replace(line=len(placed)) for one in found)
                placed.append((shape, scale))
                continue
            found.clear()
            broken = self._edition.broken(pen, line, width_pt, found)
            troubles.extend(one._replace(line=len(placed) + one.line) for one in found)
            if 0 <= room < len(broken) - 1:
                wide_mm, limit_mm = shape.width_pt / pt(1), width_pt / pt(1) / block.least_scale
                fact = f"{line!r} is {wide_mm:.0f} mm wide, {limit_mm:.0f} mm fit and no line is left to break it"
                troubles.append(_trouble(lines, fact, shape.width_pt - width_pt / block.least_scale))
            room -= len(broken) - 1
            placed.extend((one, 1.0) for one in broken)
        return placed


def _trouble(lines: list[str], fact: str, over_pt: float) -> Trouble:
    error = LayoutError(
        "E4038",
        f"the address does not fit its window: {fact}; lines: {' | '.join(lines)}",
        place="recipient.lines",
        remedy="shorten or merge address lines in the customer's record, or choose a layout with a larger window",
    )
    return Trouble(error, "too-many-lines", over_pt)
