"""Raster files for the tests, and what an image object holds."""

from __future__ import annotations

import io
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from layouts.pageset import ImageXObject

Pixels = npt.NDArray[np.uint8]
_COMPONENTS = {"DeviceGray": 1, "DeviceRGB": 3, "DeviceCMYK": 4}


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


def png(width: int, height: int, depth: int, colour_type: int, rows: bytes, *chunks: bytes) -> bytes:
    """A PNG by hand: `rows` without the filter bytes."""
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([depth, colour_type, 0, 0, 0])
    stride = len(rows) // height if height else 0
    raw = b"".join(b"\0" + rows[at : at + stride] for at in range(0, len(rows), stride or 1))
    body = [chunk(b"IHDR", header), *chunks, chunk(b"IDAT", zlib.compress(raw)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def pixels_of(image: ImageXObject) -> Pixels:
    """The samples of a deflated image, of shape (height, width, components), 0 to 255."""
    data = np.frombuffer(zlib.decompress(image.data), np.uint8)
    if image.bits == 1:
        rows = data.reshape(image.height_px, -1)
        return np.unpackbits(rows, axis=1)[:, : image.width_px, np.newaxis] * np.uint8(255)
    return data.reshape(image.height_px, image.width_px, _COMPONENTS[image.colour_space])


def without_segment(jpeg: bytes, marker: int) -> bytes:
    """A JPEG without the segments of one marker."""
    out, at = bytearray(jpeg[:2]), 2
    while jpeg[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] != marker:
            out += jpeg[at:end]
        at = end
    return bytes(out) + jpeg[at:]
