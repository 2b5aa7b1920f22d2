"""A picture made ready: what it adds to a page set, how large it is, how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from layouts.geometry import PT_PER_MM
from layouts.pageset import FormXObject, ImageXObject
from layouts.pictures.matrix import Matrix, figures

Kind = Literal["raster", "vector"]
Colour = Literal["grey", "rgb", "cmyk", "lab", "spot", "icc"]
"""Families of colour. "icc" stands beside "grey", "rgb" or "cmyk" where these are measured by a profile; a
separation into process colours (Cyan, Magenta, Yellow, Black) counts as "cmyk"."""

Policy = Literal["keep", "grey"]
"""What happens to colour: it is kept, or turned into DeviceGray as far as that is simple (see `grey`)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture (or page of a PDF) as objects that a page set shares.

    file                  the file's name, for messages
    kind                  "raster" for pixels, "vector" for a drawing or page, though that may hold pixels too
    name                  the resource name that `draw` paints: an image ("I…") or a form ("X…")
    width_mm, height_mm   natural size, upright: from the resolution, the SVG's size, or the PDF's box with its
                          Rotate and UserUnit. A pixel of unknown resolution is 1/96 inch, as in CSS
    forms, images         all that the page set must hold
    upright               maps what the object paints (an image's unit square, a form's bounding box) onto the unit
                          square, turned as the picture wants to be seen
    pixels                width and height of a raster as it is seen, None for "vector"
    colours               the families of colour that it paints with
    transparent           whether it needs live transparency: PDF/X-4 allows it, older presses do not
    lowest_dpi            pixels per inch, at natural size, of the coarsest image in it; None without any
    """

    file: str
    kind: Kind
    name: str
    width_mm: float
    height_mm: float
    forms: tuple[FormXObject, ...]
    images: tuple[ImageXObject, ...]
    upright: Matrix
    pixels: tuple[int, int] | None
    colours: frozenset[Colour]
    transparent: bool
    lowest_dpi: float | None

    def draw(self, x_pt: float, y_pt: float, width_pt: float, height_pt: float) -> str:
        """Content that paints the picture over a box: x and y of its lower left corner, PDF axes, points."""
        onto_page = self.upright.then(Matrix(width_pt, 0, 0, height_pt, x_pt, y_pt))
        return f"q {figures(onto_page)} cm /{self.name} Do Q\n"

    def resolution_dpi(self, width_mm: float, height_mm: float) -> float | None:
        """Pixels per inch of the coarsest image when the picture is drawn at this size; None when it has no pixels."""
        if self.pixels:
            across, down = self.pixels
            return min(across / width_mm, down / height_mm) * 25.4
        if self.lowest_dpi is None:
            return None
        return self.lowest_dpi / max(width_mm / self.width_mm, height_mm / self.height_mm)

    @property
    def size_pt(self) -> tuple[float, float]:
        """The natural size in points."""
        return self.width_mm * PT_PER_MM, self.height_mm * PT_PER_MM
