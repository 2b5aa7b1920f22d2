"""JPEG: the file's own bytes go into the print file, since decoding and packing again would lose quality.

A camera's orientation is honoured when drawing. Colour profiles are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from layouts.pictures import faults, raster, xobjects
from layouts.pictures.grey import Pixels
from layouts.pictures.picture import Picture, Policy

SIGNATURE: Final = b"\xff\xd8\xff"
_SPACES: Final = {"L": "DeviceGray", "RGB": "DeviceRGB", "CMYK": "DeviceCMYK"}
_INVERTED: Final = (1.0, 0.0) * 4
_START: Final = 0xDA
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length: TEM, RST0 to RST7, SOI."""
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers SOF0 to SOF15 (DHT, JPG and DAC lie between them)."""


def jpeg_picture(data: bytes, file: str, policy: Policy) -> Picture:
    """The picture of a JPEG file. Raises LayoutError E4082."""
    image = raster.open_raster(data, file, "JPEG")
    if image.mode not in _SPACES:
        raise faults.damaged(file, f"{file} has pixels of an unknown kind ({image.mode})")
    header = _header(data)
    seen = raster.sight(image, file)
    if (policy == "grey" and image.mode != "L") or header.plain_rgb:
        return raster.from_pixels(file, seen, _pixels(image, header), None, policy)
    space = _SPACES[image.mode]
    decode = _INVERTED if image.mode == "CMYK" and header.adobe else ()
    stored = xobjects.image(image.size, space, 8, data, filter_name="DCTDecode", decode=decode)
    return raster.picture(file, seen, stored, None, frozenset({raster.COLOUR_OF_SPACE[space]}))


def _pixels(image: Image.Image, header: _Header) -> Pixels:
    pixels: Pixels = np.asarray(image)
    if image.mode == "CMYK" and not header.adobe:
        # Pillow takes every CMYK file for one of Adobe's, whose samples say how much ink is missing.
        pixels = 255 - pixels
    return pixels


@dataclass(frozen=True, slots=True)
class _Header:
    """adobe      an Adobe marker is there
    plain_rgb  the components are R, G and B by name alone: a PDF reader would take them for YCbCr
    """

    adobe: bool
    plain_rgb: bool


def _header(data: bytes) -> _Header:
    """Reads the segments up to the first scan. The file has been decoded before, so they are well formed."""
    adobe = jfif = False
    components = b""
    at = 2
    while at + 4 <= len(data):
        marker = data[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker == _START:
            break
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        adobe = adobe or (marker == 0xEE and body.startswith(b"Adobe"))
        jfif = jfif or (marker == 0xE0 and body.startswith(b"JFIF\0"))
        if marker in _FRAMES:
            components = body[6::3][: body[5]]
        at += 2 + length
    return _Header(adobe, not adobe and not jfif and components == b"RGB")
