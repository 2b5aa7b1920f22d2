"""Images inside a PDF turned grey, where that is simple: RGB or CMYK of eight bits a sample, or a palette of these."""

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
    bits, space, filters = int(image.get("/BitsPerComponent", 0)), image.get("/ColorSpace"), filters_of(image)
    count = components(space)
    inverted = _inverted(image.get("/Decode"), 0 if count else bits)
    if inverted is None or _is_tied_to_its_colours(image):
        return None
    if filters == ["/DCTDecode"]:
        return _decoded(image, inverted=inverted)
    if not _READABLE.issuperset(filters):
        return None
    height, width = int(image.get("/Height", 0)), int(image.get("/Width", 0))
    if count and bits == 8:
        samples = _samples(image, (height, width * count))
        return None if samples is None else _direct(samples.reshape(height, width, count), inverted=inverted)
    palette = _palette(space)
    if palette is None or inverted or bits not in (1, 2, 4, 8):
        return None
    rows = _samples(image, (height, -(-width * bits // 8)))
    return None if rows is None else palette[_indices(rows, bits)[:, :width]]


def _is_tied_to_its_colours(image: Object) -> bool:
    """Whether something beside the pixels names colours of the image's space: a colour key, or a matte."""
    mask = image.get("/SMask")
    return isinstance(image.get("/Mask"), Array) or (isinstance(mask, Stream) and mask.get("/Matte") is not None)


def _direct(samples: Pixels, *, inverted: bool) -> Pixels:
    return grey_pixels(255 - samples if inverted else samples)


def _indices(rows: Pixels, bits: int) -> Pixels:
    """Indices one a byte, from rows that pack several into one."""
    single = np.unpackbits(rows, axis=1).reshape(rows.shape[0], -1, bits)
    weights = 1 << np.arange(bits - 1, -1, -1)
    indices: Pixels = (single * weights).sum(axis=2).astype(np.uint8)
    return indices


def _inverted(decode: Object | None, palette_bits: int) -> bool | None:
    """Whether Decode turns samples upside down; None when it does something less simple. `palette_bits` is 0 for an
    image without a palette."""
    if decode is None:
        return False
    limits = [float(one) for one in decode.as_list()]
    pairs = set(zip(limits[::2], limits[1::2], strict=True))
    if pairs == {(0.0, float(2**palette_bits - 1) if palette_bits else 1.0)}:
        return False
    return True if pairs == {(1.0, 0.0)} else None


def filters_of(image: Object) -> list[str]:
    """How a stream is encoded, outermost first."""
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
