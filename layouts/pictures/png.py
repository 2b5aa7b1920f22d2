"""PNG: every colour type and depth; alpha and transparent colours become a soft mask.

Sixteen bits are reduced to eight, more than a press shows. Colour profiles, gamma and further frames are left out.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image

from layouts.pictures import faults, raster
from layouts.pictures.grey import Pixels
from layouts.pictures.picture import Picture, Policy

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_DEPTH_AT: Final = 24
"""Where IHDR says how many bits a sample has."""

_WITH_ALPHA: Final = {"1": "LA", "L": "LA", "P": "RGBA", "RGB": "RGBA"}


def png_picture(data: bytes, file: str, policy: Policy) -> Picture:
    """The picture of a PNG file. Raises LayoutError E4082."""
    image = raster.open_raster(data, file, "PNG")
    seen = raster.sight(image, file)
    pixels, alpha = _planes(image, data[_DEPTH_AT], file)
    return raster.from_pixels(file, seen, pixels, alpha, policy, bilevel=image.mode == "1" and alpha is None)


def _planes(image: Image.Image, depth: int, file: str) -> tuple[Pixels, Pixels | None]:
    """Colour, and alpha where there is any."""
    clear = image.info.get("transparency")
    if image.mode.startswith("I"):
        deep = np.asarray(image).astype(np.uint32)
        alpha = None if clear is None else np.where(deep == clear, 0, 255).astype(np.uint8)
        return ((deep * 255 + 32767) // 65535).astype(np.uint8), alpha
    if clear is not None and image.mode in _WITH_ALPHA:
        if depth == 16:
            # Pillow keeps the upper bytes of the samples, so the clear colour must be cut alike.
            image.info["transparency"] = tuple(sample >> 8 for sample in clear)
        image = image.convert(_WITH_ALPHA[image.mode])
    elif image.mode == "P":
        image = image.convert("RGB")
    match image.mode:
        case "1":
            return np.asarray(image.convert("L")), None
        case "L" | "RGB":
            return np.asarray(image), None
        case "LA":
            both = np.asarray(image)
            return both[..., 0], both[..., 1]
        case "RGBA":
            both = np.asarray(image)
            return both[..., :3], both[..., 3]
        case other:
            raise faults.damaged(file, f"{file} has pixels of an unknown kind ({other})")
