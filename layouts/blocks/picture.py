"""Pictures: logos, signatures, and letterheads that lie under the page."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from pathlib import Path

from layouts.blockparts import PictureBlock
from layouts.edition import Frame, Scope
from layouts.errors import LayoutError
from layouts.geometry import pt
from layouts.ink import Ink, InkKind
from layouts.pictures.load import load_picture
from layouts.pictures.picture import Picture
from layouts.strip import Strip, Trouble
from layouts.style import WHITE_AT_LEFT


@dataclass(slots=True)
class PictureStrip(Strip):
    """A picture; `background` lies under everything and is no ink of the layout's own."""

    picture: Picture | None = None
    background: bool = False
    kind: InkKind = "image"

    def draw(self, ink: Ink, top_pt: float) -> None:
        assert self.picture is not None
        y_pt = ink.height_pt - top_pt - self.height_pt
        drawn = self.picture.draw(self.x_pt, y_pt, self.width_pt, self.height_pt)
        ink.pictures[self.picture.name] = self.picture
        if self.background:
            ink.background.append(drawn)
            self.tell(ink, top_pt)
            return
        ink.images.append(drawn)
        Strip.draw(self, ink, top_pt)


class PictureSetter:
    """A picture made ready: read once, when the layout is compiled."""

    def __init__(self, block: PictureBlock, frame: Frame, room_pt: float) -> None:
        """`room_pt` is the height of the box, 0 in the flow. Raises LayoutError E408x for an unusable picture."""
        try:
            picture = load_picture(Path(block.file), page=block.page, colour=block.colour)
        except LayoutError as error:
            raise LayoutError(error.code, error.message, place=block.place, remedy=error.remedy) from error
        width_pt = pt(block.width_mm) or frame.width_pt
        height_pt = width_pt * picture.height_mm / picture.width_mm
        if room_pt and height_pt > room_pt:
            width_pt, height_pt = width_pt * room_pt / height_pt, room_pt
        spare_pt = frame.width_pt - width_pt
        self._strip = PictureStrip(
            name=frame.name,
            x_pt=frame.x_pt + spare_pt * WHITE_AT_LEFT[block.align],
            width_pt=width_pt,
            height_pt=height_pt,
            picture=picture,
            background=block.background,
            troubles=tuple(_troubles(picture, block, width_pt, height_pt)),
        )
        self.reads: frozenset[tuple[str, ...]] = frozenset()

    def strips(self, _scope: Scope, _room_pt: float = 0.0, /) -> list[Strip]:
        return [copy(self._strip)]


def _troubles(picture: Picture, block: PictureBlock, width_pt: float, height_pt: float) -> list[Trouble]:
    """What is wrong with a picture at this size: too few pixels, colours that a black press has not."""
    found: list[Trouble] = []
    dpi = picture.resolution_dpi(width_pt / pt(1), height_pt / pt(1))
    if dpi is not None and dpi < block.least_dpi:
        error = LayoutError(
            "E4086",
            f"{picture.file} has {dpi:.0f} dpi at {width_pt / pt(1):.0f} mm, {block.least_dpi:.0f} are asked for",
            place=block.place,
            remedy="use a picture of more pixels, or a vector one, or print it smaller",
        )
        found.append(Trouble(error, "low-resolution"))
    if "rgb" in picture.colours:
        error = LayoutError(
            "E4087",
            f"{picture.file} is in RGB, which a press can't print as told",
            place=block.place,
            remedy='convert it to grey or CMYK, or set colour = "grey" in the layout',
        )
        found.append(Trouble(error, "rgb-image"))
    return found
