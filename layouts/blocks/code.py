"""Barcodes and matrix codes as blocks."""

from __future__ import annotations

from dataclasses import dataclass

from layouts.blockparts import CodeBlock
from layouts.codes.draw import image_mask
from layouts.codes.encode import SYMBOLOGIES, Quiet, check_options, encode
from layouts.codes.postal import PostalSize, postal_sizes
from layouts.codes.symbol import Symbol
from layouts.edition import Edition, Frame, Scope
from layouts.errors import LayoutError
from layouts.geometry import number, pt
from layouts.ink import Ink, InkKind
from layouts.strip import LineStrip, Run, Strip, Trouble, height_of, set_stack


@dataclass(slots=True)
class CodeStrip(Strip):
    """A symbol with its quiet zone: the symbol itself stands at `symbol_x_pt`, `above_pt` under the strip's top, and is
    `symbol_pt` wide and high. `caption` stands under it, `caption_pt` under the strip's top."""

    symbol: Symbol | None = None
    symbol_x_pt: float = 0.0
    symbol_pt: tuple[float, float] = (0.0, 0.0)
    above_pt: float = 0.0
    overlay: str = ""
    caption: tuple[Strip, ...] = ()
    caption_pt: float = 0.0
    kind: InkKind = "code"

    def set(self, ink: Ink, top_pt: float) -> None:
        assert self.symbol is not None
        width_pt, height_pt = self.symbol_pt
        bottom_pt = ink.height_pt - top_pt - self.above_pt - height_pt
        left_pt = self.symbol_x_pt
        ink.images.append(
            image_mask(self.symbol, left_pt=left_pt, bottom_pt=bottom_pt, width_pt=width_pt, height_pt=height_pt)
        )
        if self.overlay:
            ink.images.append(_OVERLAYS[self.overlay](left_pt + width_pt / 2, bottom_pt + height_pt / 2))
        set_stack(ink, self.caption, top_pt + self.caption_pt)


class CodeSetter:
    """A code made ready."""

    def __init__(self, block: CodeBlock, edition: Edition, frame: Frame, room_pt: float) -> None:
        self._block = block
        self._edition = edition
        self._frame = frame
        self._room_pt = room_pt
        self._text = edition.template(block.text)
        self._caption = edition.template(block.caption) if block.caption else None
        self._options = dict(block.options)
        self._size = postal_sizes().get(block.symbology)
        try:
            check_options(block.symbology, self._options)
        except LayoutError as error:
            raise LayoutError(error.code, error.message, place=block.place, remedy=error.remedy) from error
        self.reads = self._text.reads | (self._caption.reads if self._caption else frozenset())

    def strips(self, scope: Scope, _room_pt: float = 0.0, /) -> list[Strip]:
        """The code; nothing for an empty text, and for one too dense when the layout says so."""
        block, edition, frame = self._block, self._edition, self._frame
        text = self._text(scope, edition.formatter)
        if not text:
            return []
        troubles: list[Trouble] = []
        try:
            symbol = encode(block.symbology, text, **self._options)
        except LayoutError as error:
            placed = LayoutError(error.code, error.message, place=block.place, remedy=error.remedy)
            room = frame.x_pt, frame.width_pt, self._room_pt or pt(block.height_mm or 10)
            return [Strip(frame.name, *room, troubles=(Trouble(placed, "not-encodable"),), kind="code")]
        strip = self._posted(symbol, self._size, troubles) if self._size else self._placed(symbol, troubles)
        if troubles and block.too_dense == "leave-out":
            return []
        strip.troubles = tuple(troubles)
        strip.caption = self._captions(scope, strip)
        strip.caption_pt = strip.height_pt
        strip.height_pt += height_of(strip.caption)
        return [strip]

    def _placed(self, symbol: Symbol, troubles: list[Trouble]) -> CodeStrip:
        block, frame = self._block, self._frame
        known = SYMBOLOGIES[block.symbology]
        quiet = known.quiet if block.quiet_zone == "inside" else Quiet(0, 0, 0, 0)
        room_pt = pt(block.width_mm) or frame.width_pt
        across = symbol.columns + quiet.left + quiet.right
        module_pt = room_pt / across
        height_pt = pt(block.height_mm) or self._room_pt or room_pt
        if not known.stretched:
            module_pt = min(module_pt, height_pt / (symbol.rows + quiet.above + quiet.below))
        self._check_module(module_pt, pt(block.least_module_mm), across, room_pt, troubles)
        above_pt, below_pt = quiet.above * module_pt, quiet.below * module_pt
        symbol_height_pt = height_pt if known.stretched else symbol.rows * module_pt
        return CodeStrip(
            name=frame.name,
            x_pt=frame.x_pt,
            width_pt=across * module_pt,
            height_pt=above_pt + symbol_height_pt + below_pt,
            symbol=symbol,
            symbol_x_pt=frame.x_pt + quiet.left * module_pt,
            symbol_pt=(symbol.columns * module_pt, symbol_height_pt),
            above_pt=above_pt,
            overlay=block.overlay,
        )

    def _posted(self, symbol: Symbol, size: PostalSize, troubles: list[Trouble]) -> CodeStrip:
        """A post's code in the size that it asks for; narrower than is usual, where its place is narrow."""
        block, frame = self._block, self._frame
        outside = block.quiet_zone == "outside"
        beside_pt, above_pt = (0.0, 0.0) if outside else (pt(size.beside_mm), pt(size.above_mm))
        room_pt = (pt(block.width_mm) or frame.width_pt) - 2 * beside_pt
        module_pt = min(pt(size.module.printed_mm), room_pt / symbol.columns)
        least_pt = pt(max(size.module.least_mm, block.least_module_mm))
        self._check_module(module_pt, least_pt, symbol.columns, room_pt, troubles)
        height_pt = symbol.rows * module_pt
        if size.height:
            high_pt = pt(block.height_mm) or self._room_pt or pt(size.high_mm)
            # Lower than the least it does not get: a box that has no room for that is too small.
            height_pt = max(pt(size.height.least_mm), min(pt(size.height.printed_mm), high_pt - 2 * above_pt))
        return CodeStrip(
            name=frame.name,
            x_pt=frame.x_pt,
            width_pt=symbol.columns * module_pt + 2 * beside_pt,
            height_pt=height_pt + 2 * above_pt,
            symbol=symbol,
            symbol_x_pt=frame.x_pt + beside_pt,
            symbol_pt=(symbol.columns * module_pt, height_pt),
            above_pt=above_pt,
            overlay=block.overlay,
        )

    def _check_module(
        self, module_pt: float, least_pt: float, across: int, room_pt: float, troubles: list[Trouble]
    ) -> None:
        if module_pt >= least_pt - 1e-9:
            return
        block = self._block
        within = "" if self._size else ", quiet zone included,"
        error = LayoutError(
            "E4063",
            f"{across} modules{within} in {room_pt / pt(1):.1f} mm are {module_pt / pt(1):.2f} mm each, "
            f"{least_pt / pt(1):.3g} mm can be read",
            place=block.place,
            remedy="shorten the text, or give the code more room in the layout",
        )
        troubles.append(Trouble(error, "overfull", (least_pt - module_pt) * across))

    def _captions(self, scope: Scope, strip: CodeStrip) -> tuple[Strip, ...]:
        if self._caption is None:
            return ()
        edition = self._edition
        pen = edition.pens[self._block.caption_style]
        troubles: list[Trouble] = []
        lines: list[Strip] = []
        for shape in edition.broken(pen, self._caption(scope, edition.formatter), strip.width_pt, troubles):
            x_pt = strip.x_pt + (strip.width_pt - shape.width_pt) / 2
            lines.append(
                LineStrip(
                    name=strip.name,
                    x_pt=x_pt,
                    width_pt=shape.width_pt,
                    height_pt=pen.leading_pt,
                    troubles=troubles,
                    runs=(Run(pen, x_pt, shape),),
                    baseline_pt=pen.baseline_pt,
                )
            )
        return tuple(lines)


def _swiss_cross(x_pt: float, y_pt: float) -> str:
    """The Swiss cross in the middle of a QR-bill's code: 7 × 7 mm of white (SIX, Implementation Guidelines QR-bill,
    6.4.2), in it 6 × 6 mm of black with white bars of 7/6 × 35/9 mm (as SIX's own drawing has it, after
    manuelbl/SwissQRBill)."""
    outer, inner = pt(7), pt(6)
    arm, thick = pt(35 / 9), pt(7 / 6)
    boxes = (
        ("1 g", outer, outer),
        ("0 g", inner, inner),
        ("1 g", arm, thick),
        ("1 g", thick, arm),
    )
    drawn = "".join(
        f"{colour} {number(x_pt - wide / 2)} {number(y_pt - high / 2)} {number(wide)} {number(high)} re f\n"
        for colour, wide, high in boxes
    )
    return f"q {drawn}Q\n"


_OVERLAYS = {"swiss-cross": _swiss_cross}
