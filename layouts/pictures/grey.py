"""Colour to grey, one formula for pixels and drawings: that of PDF itself (ISO 32000-1, 10.3), so a picture turned grey
here looks as a reader would show its colours on a grey device."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


def grey_of(colour: tuple[float, ...]) -> float:
    """The grey of one (grey), (red, green, blue) or (cyan, magenta, yellow, black), all in 0 to 1; 0 is black."""
    match colour:
        case (grey,):
            return grey
        case (red, green, blue):
            return round(0.3 * red + 0.59 * green + 0.11 * blue, 6)
        case (cyan, magenta, yellow, black):
            return round(1 - min(1.0, 0.3 * cyan + 0.59 * magenta + 0.11 * yellow + black), 6)
        case _:
            raise ValueError(f"a colour of {len(colour)} components")


def grey_pixels(pixels: Pixels) -> Pixels:
    """Pixels of shape (height, width, 3) RGB or (height, width, 4) CMYK (255 is full ink) as (height, width) grey."""
    wide = pixels.astype(np.uint32)
    weighted = (30 * wide[..., 0] + 59 * wide[..., 1] + 11 * wide[..., 2] + 50) // 100
    if pixels.shape[2] == 3:
        return weighted.astype(np.uint8)
    grey: Pixels = (255 - np.minimum(255, weighted + wide[..., 3])).astype(np.uint8)
    return grey
