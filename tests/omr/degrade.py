"""What scanners and printers do to a page: turned, shifted, blurred, noisy, grey. The same seed does the same."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pypdfium2
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from omr.draw import draw_marks
from omr.mark import Meaning
from omr.markset import MarkSet
from omr.sheet import SheetOrders
from tests.omr.paper import A4_MM, pdf_of, sheet_id

Gray = NDArray[np.uint8]

# Lines of text beside the marks, as a letter has them, clear of the zones.
LETTER = b"0 g " + b"".join(b"%d %d %d 6 re " % (80 + row % 3 * 9, 720 - 14 * row, 400) for row in range(40)) + b"f "


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


def rendered(content: bytes, dpi: float = 200, size_mm: tuple[float, float] = A4_MM) -> Gray:
    """The pixels of a page with this content."""
    pdf = pypdfium2.PdfDocument(pdf_of([content], size_mm))
    try:
        page = pdf[0]
        bitmap = page.render(scale=dpi / 72, grayscale=True)
        pixels = np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)
        page.close()
    finally:
        pdf.close()
    return pixels


def letter(mark_set: MarkSet, orders: SheetOrders, dpi: float = 200) -> Gray:
    """A letter of one page with its marks and code."""
    return rendered(LETTER + draw_marks(mark_set, orders, sheet_id(orders), *A4_MM), dpi)


def paint(page: Gray, box_mm: tuple[float, float, float, float], value: int, dpi: float = 200) -> None:
    """Paint a box (x, y, width, height in mm) onto a page."""
    x, y, w, h = (length * dpi / 25.4 for length in box_mm)
    page[max(0, round(y)) : round(y + h), max(0, round(x)) : round(x + w)] = value


WEARS = st.builds(
    Wear,
    skew_deg=st.floats(-2, 2),
    scale=st.floats(0.99, 1.01),
    right_mm=st.floats(-2.5, 2.5),
    down_mm=st.floats(-4, 4),
    paper=st.integers(180, 255),
    shade=st.integers(0, 30),
    ink=st.integers(0, 90),
    blur_px=st.floats(0, 1.2),
    grain=st.floats(0, 12),
    pepper=st.floats(0, 0.02),
    salt=st.floats(0, 0.02),
    jpeg=st.sampled_from([0, 50, 75, 90]),
    turned=st.sampled_from([0, 0, 1, 2, 3]),
)


@st.composite
def orders_for(draw: st.DrawFn, mark_set: MarkSet) -> SheetOrders:
    """Orders that the set can say."""
    meanings = {mark.meaning for mark in mark_set.marks}
    of = draw(st.integers(1, 40))
    feeders = [mark.number for mark in mark_set.marks if mark.meaning is Meaning.SELECT]
    return SheetOrders(
        draw(st.integers(1, of)),
        of,
        draw(st.integers(1, 10**6)),
        draw(st.frozensets(st.sampled_from(feeders))) if feeders else frozenset(),
        divert=Meaning.DIVERT in meanings and draw(st.booleans()),
        stop=Meaning.STOP in meanings and draw(st.booleans()),
        unseal=Meaning.UNSEAL in meanings and draw(st.booleans()),
        batch=Meaning.BATCH in meanings and draw(st.booleans()),
        piece=draw(st.integers(1, 10**5)),
    )
