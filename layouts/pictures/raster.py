"""What PNG and JPEG share: opening, orientation, natural size, pixels to image objects."""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from layouts.pageset import ImageXObject
from layouts.pictures import faults, xobjects
from layouts.pictures.grey import Pixels, grey_pixels
from layouts.pictures.matrix import Matrix
from layouts.pictures.picture import Colour, Picture, Policy

_UNKNOWN_DPI: Final = 96.0
_ORIENTATION: Final = 0x0112
"""The EXIF tag that says which way a camera was held."""

_UPRIGHT: Final = {
    1: Matrix(1, 0, 0, 1, 0, 0),
    2: Matrix(-1, 0, 0, 1, 1, 0),
    3: Matrix(-1, 0, 0, -1, 1, 1),
    4: Matrix(1, 0, 0, -1, 0, 1),
    5: Matrix(0, -1, -1, 0, 1, 1),
    6: Matrix(0, -1, 1, 0, 0, 1),
    7: Matrix(0, 1, 1, 0, 0, 0),
    8: Matrix(0, 1, -1, 0, 1, 0),
}
"""Orientation -> the map of the unit square that turns what is stored (rows downwards) into what is seen."""

_SIDEWAYS: Final = {5, 6, 7, 8}
_SPACES: Final = {1: "DeviceGray", 3: "DeviceRGB", 4: "DeviceCMYK"}
COLOUR_OF_SPACE: Final[dict[str, Colour]] = {"DeviceGray": "grey", "DeviceRGB": "rgb", "DeviceCMYK": "cmyk"}


def open_raster(data: bytes, file: str, kind: str) -> ImageFile.ImageFile:
    """The image, decoded whole, so that damage shows now and not on the press. Raises LayoutError E4082."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.simplefilter("error", UserWarning)
            image = Image.open(io.BytesIO(data), formats=[kind])
        image.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as fault:
        raise faults.damaged(
            file,
            f"{file} claims more than {Image.MAX_IMAGE_PIXELS} pixels",
            "scale it to the size it is printed in, at 600 dpi or less",
        ) from fault
    except (UserWarning, UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as fault:
        raise faults.damaged(file, f"{file} is no whole {kind} image: {fault}") from fault
    return image


@dataclass(frozen=True, slots=True)
class Sight:
    """How an image is to be seen: which way up, and how large."""

    upright: Matrix
    pixels: tuple[int, int]
    width_mm: float
    height_mm: float
    dpi: float


def sight(image: Image.Image, file: str) -> Sight:
    """Orientation (EXIF) and natural size (the file's pixels per inch, else 96). Raises LayoutError E4082."""
    across_dpi, down_dpi = _resolution(image)
    width_px, height_px = image.size
    orientation = _orientation(image, file)
    if orientation in _SIDEWAYS:
        width_px, height_px, across_dpi, down_dpi = height_px, width_px, down_dpi, across_dpi
    return Sight(
        _UPRIGHT[orientation],
        (width_px, height_px),
        width_px / across_dpi * 25.4,
        height_px / down_dpi * 25.4,
        min(across_dpi, down_dpi),
    )


def _orientation(image: Image.Image, file: str) -> int:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            # A new object: the image's own has swallowed its first complaint when the image was opened.
            exif = Image.Exif()
            exif.load(image.info.get("exif", b""))
            orientation = exif.get(_ORIENTATION) or image.getexif().get(_ORIENTATION, 1)
    except (UserWarning, SyntaxError, ValueError, OSError, struct.error) as fault:
        # Which way up it is to be seen is written in there.
        raise faults.damaged(file, f"the EXIF data of {file} is broken: {fault}") from fault
    return orientation if orientation in _UPRIGHT else 1


def _resolution(image: Image.Image) -> tuple[float, float]:
    # Below 1 dpi is what cameras and careless programs write when they know nothing.
    stated = image.info.get("dpi", (0.0, 0.0))
    across, down = (float(value) for value in stated)
    return (across, down) if across >= 1 and down >= 1 else (_UNKNOWN_DPI, _UNKNOWN_DPI)


def picture(
    file: str, seen: Sight, image: ImageXObject, mask: ImageXObject | None, colours: frozenset[Colour]
) -> Picture:
    """The picture of one image object."""
    return Picture(
        file=file,
        kind="raster",
        name=image.name,
        width_mm=seen.width_mm,
        height_mm=seen.height_mm,
        forms=(),
        images=(image, mask) if mask else (image,),
        upright=seen.upright,
        pixels=seen.pixels,
        colours=colours,
        transparent=mask is not None,
        lowest_dpi=seen.dpi,
    )


def from_pixels(
    file: str, seen: Sight, pixels: Pixels, alpha: Pixels | None, policy: Policy, *, bilevel: bool = False
) -> Picture:
    """A picture of decoded pixels, of shape (height, width) grey or (height, width, 3 RGB or 4 CMYK, 255 full ink).

    RGB that shows no colour becomes grey whatever the policy: the same pixels, and black text stays black ink alone.
    `alpha` (255 covers) becomes a soft mask unless it covers everywhere. `bilevel` stores pixels that are only 0 and
    255 as one bit each.
    """
    if alpha is not None and alpha.all() and int(alpha.min()) == 255:
        alpha = None
    if pixels.ndim == 3 and (policy == "grey" or _colourless(pixels, alpha)):
        pixels = grey_pixels(pixels)
    mask = None if alpha is None else _image(alpha, bilevel=_only_black_and_white(alpha))
    image = _image(pixels, bilevel=bilevel, soft_mask=mask.name if mask else "")
    return picture(file, seen, image, mask, frozenset({COLOUR_OF_SPACE[image.colour_space]}))


def _colourless(pixels: Pixels, alpha: Pixels | None) -> bool:
    if pixels.shape[2] != 3:
        return False
    shown = pixels if alpha is None else pixels[alpha > 0]
    return bool((shown[..., 0] == shown[..., 1]).all() and (shown[..., 0] == shown[..., 2]).all())


def _only_black_and_white(pixels: Pixels) -> bool:
    return bool(((pixels == 0) | (pixels == 255)).all())


def _image(pixels: Pixels, *, bilevel: bool, soft_mask: str = "") -> ImageXObject:
    height_px, width_px = pixels.shape[:2]
    components = 1 if pixels.ndim == 2 else pixels.shape[2]
    rows = np.packbits(pixels > 127, axis=1) if bilevel else pixels
    bits = 1 if bilevel else 8
    data = xobjects.deflate(rows.tobytes())
    return xobjects.image((width_px, height_px), _SPACES[components], bits, data, soft_mask=soft_mask)
