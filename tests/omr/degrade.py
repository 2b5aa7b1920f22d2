"""What scanners and printers do to a page: turned, shifted, blurred, noisy, grey. The same seed does the same."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Gray = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Wear:
    """How a page is worn. Angles clockwise, lengths in mm of the sheet, grey values 0 black … 255 white.

    pepper, salt    part of the pixels that become black, white.
    grain           standard deviation of the noise of the sensor.
    jpeg            quality, 0 for none.
    """

    skew_deg: float = 0.0
    scale: float = 1.0
    right_mm: float = 0.0
    down_mm: float = 0.0
    paper: int = 255
    shade: int = 0
    ink: int = 0
    blur_px: float = 0.0
    grain: float = 0.0
    pepper: float = 0.0
    salt: float = 0.0
    jpeg: int = 0
    turned: int = 0


def worn(page: Gray, dpi: float, wear: Wear, seed: int) -> Gray:
    """The page as a scanner would give it."""
    chance = np.random.default_rng(seed)
    height, width = page.shape
    ink, paper = wear.ink, wear.paper
    image = Image.fromarray(page)
    angle = np.radians(wear.skew_deg)
    cos, sin = float(np.cos(angle)) / wear.scale, float(np.sin(angle)) / wear.scale
    right, down = wear.right_mm * dpi / 25.4, wear.down_mm * dpi / 25.4
    mid_x, mid_y = width / 2, height / 2
    # From a pixel of the scan back to one of the page.
    back = (
        cos,
        sin,
        mid_x - cos * (mid_x + right) - sin * (mid_y + down),
        -sin,
        cos,
        mid_y + sin * (mid_x + right) - cos * (mid_y + down),
    )
    image = image.transform(
        (width, height), Image.Transform.AFFINE, back, resample=Image.Resampling.BICUBIC, fillcolor=255
    )
    if wear.blur_px:
        image = image.filter(ImageFilter.GaussianBlur(wear.blur_px))
    gray = ink + np.asarray(image, dtype=np.float32) * ((paper - ink) / 255)
    gray -= np.linspace(0, wear.shade, width, dtype=np.float32)[None, :]
    if wear.grain:
        gray += chance.standard_normal(gray.shape, dtype=np.float32) * wear.grain
    dust = chance.random(gray.shape, dtype=np.float32)
    gray[dust < wear.pepper] = 0
    gray[dust > 1 - wear.salt] = 255
    scan = np.clip(gray, 0, 255).astype(np.uint8)
    if wear.jpeg:
        out = io.BytesIO()
        Image.fromarray(scan).save(out, "JPEG", quality=wear.jpeg)
        scan = np.asarray(Image.open(out), dtype=np.uint8)
    return np.ascontiguousarray(np.rot90(scan, -wear.turned))
