"""Images inside a PDF turned grey, where that is simple: eight bits a sample, RGB, CMYK or a palette of RGB."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
from pikepdf import Array, Name, Object, PdfError, Stream, String
from PIL import Image

from layouts.pictures.grey import Pixels, grey_pixels
from layouts.pictures.pdf_colour import components

_READABLE: Final = frozenset({"/FlateDecode", "/LZWDecode", "/RunLengthDecode", "/ASCII85Decode", "/ASCIIHexDecode"})


def grey_image(image: Object) -> Pixels | None:
    """The grey of an image XObject, of shape (height, width); None when it isn't simple, and stays as it is."""
    if image.get("/BitsPerComponent") != 8 or isinstance(image.get("/Mask"), Array):
        return None
    space, filters = image.get("/ColorSpace"), _filters(image)
    count = components(space)
    inverted = _inverted(image.get("/Decode"), is_palette=count is None)
    if inverted is None:
        return None
    if filters == ["/DCTDecode"]:
        return _decoded(image, inverted=inverted)
    shape = (int(image.get("/Height", 0)), int(image.get("/Width", 0)))
    if not _READABLE.issuperset(filters):
        return None
    samples = _samples(image, shape if count is None else (*shape, count))
    if samples is None:
        return None
    if count is not None:
        return grey_pixels(255 - samples if inverted else samples)
    palette = _palette(space)
    return None if palette is None or inverted else palette[samples]


def _inverted(decode: Object | None, *, is_palette: bool) -> bool | None:
    """Whether Decode turns samples upside down; None when it does something less simple."""
    if decode is None:
        return False
    limits = [float(one) for one in decode.as_list()]
    pairs = set(zip(limits[::2], limits[1::2], strict=True))
    if pairs == {(0.0, 255.0 if is_palette else 1.0)}:
        return False
    return True if pairs == {(1.0, 0.0)} else None


def _filters(image: Object) -> list[str]:
    said = image.get("/Filter")
    if said is None:
        return []
    return [str(said)] if isinstance(said, Name) else [str(one) for one in said.as_list()]


def _decoded(image: Object, *, inverted: bool) -> Pixels | None:
    """The grey of a JPEG. Pillow takes the samples of CMYK for inverted ones; in a PDF only Decode says so."""
    try:
        decoded = Image.open(io.BytesIO(image.read_raw_bytes()), formats=["JPEG"])
        pixels: Pixels = np.asarray(decoded)
    except (OSError, ValueError):
        return None
    if pixels.ndim != 3:
        return None
    if (pixels.shape[2] == 4) is not inverted:
        pixels = 255 - pixels
    return grey_pixels(pixels)


def _samples(image: Object, shape: tuple[int, ...]) -> Pixels | None:
    try:
        data = image.read_bytes()
    except PdfError:
        return None
    size = int(np.prod(shape))
    return None if len(data) < size else np.frombuffer(data, np.uint8, size).reshape(shape)


def _palette(space: Object | None) -> Pixels | None:
    """256 greys, one an index; None when the space is no palette of RGB or CMYK."""
    if not isinstance(space, Array) or len(space) != 4 or str(space[0]) not in ("/Indexed", "/I"):
        return None
    count = components(space[1])
    table = space[3]
    if count is None or not isinstance(table, (String, Stream)):
        return None
    data = bytes(table) if isinstance(table, String) else table.read_bytes()
    colours = np.zeros((256, count), np.uint8)
    known = np.frombuffer(data, np.uint8, len(data) // count * count).reshape(-1, count)[:256]
    colours[: len(known)] = known
    greys: Pixels = grey_pixels(colours[np.newaxis])[0]
    return greys
