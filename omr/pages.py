"""Files of pages: print files, scans as PDF, images. Each page is read the quickest way that is safe."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError
from pypdfium2 import raw

from omr.errors import OmrError
from omr.markset import MarkSet
from omr.read import READ_DPI, front_pages, open_pdf, pdf_page, read_page
from omr.reading import SheetReading
from omr.scan import read_image
from omr.strip import Gray

_MM_PER_INCH, _PT_PER_INCH = 25.4, 72
# A page is a scan when a picture covers this part of it.
_COVERED = 0.8
_FORMATS = ("PNG", "JPEG", "TIFF")
# Pages of programs are drawn as finely as scanners see them; scans as finely as they are, within limits.
_PROGRAM_DPI, _COARSEST_DPI, _FINEST_DPI = 300, 100, 400
# No sheet is larger; larger pages would take all memory.
_LARGEST_MM, _MOST_PIXELS = 1300.0, 120_000_000
# The resolution that an image states is believed when the page then has the size of the set's paper, within this part.
_SIZE_SLACK = 0.06


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page of an image file: 1-based number, pixels (rows × columns, 0 black … 255 white) and resolution."""

    number: int
    gray: Gray
    dpi: float


def read_file(
    path: Path,
    mark_set: MarkSet,
    *,
    sides: str = "one-sided",
    dpi: float | None = None,
    measured: bool = False,
    first_page: int = 1,
) -> Iterator[SheetReading]:
    """Read the sheets of a PDF or an image (PNG, JPEG, TIFF), in order, from `first_page` (1-based) on.

    `sides` is the IPP keyword; of two-sided files every other page bears marks. `dpi` is the resolution of an image
    that states none, or a wrong one. A page drawn by a program is read as it is; one that is a scan, that has a
    problem, or any page with `measured`, is straightened and measured mark by mark.

    Raises OmrError E5301 for a file that is missing or no PDF, E5303 for one that is no image either, E5304 for an
    image whose resolution nobody tells, E5305 for one too large; ValueError for another `sides`.
    """
    if _is_pdf(path):
        yield from _pdf(path, mark_set, sides, measured=measured, first_page=first_page)
        return
    for page in images(path, mark_set, dpi):
        if page.number >= first_page and page.number - 1 in front_pages(page.number, sides, mark_set):
            yield read_image(page.gray, page.dpi, mark_set, number=page.number)


def _is_pdf(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"%PDF-" in file.read(1024)
    except OSError as error:
        raise OmrError(
            "E5301", f"the file cannot be opened: {error.strerror}", place=str(path), remedy="Check the name."
        ) from error


def _pdf(path: Path, mark_set: MarkSet, sides: str, *, measured: bool, first_page: int) -> Iterator[SheetReading]:
    with closing(open_pdf(path)) as pdf:
        for index in front_pages(len(pdf), sides, mark_set):
            if index < first_page - 1:
                continue
            with closing(pdf_page(pdf, index, path)) as page:
                yield _read_either_way(page, mark_set, index + 1, measured=measured)


def _read_either_way(page: pypdfium2.PdfPage, mark_set: MarkSet, number: int, *, measured: bool) -> SheetReading:
    """Straight when that gives no problem, with care otherwise. Codes outside the strip need the whole page."""
    scan_dpi = _scan_dpi(page)
    straight = None
    if scan_dpi is None and not measured and len(mark_set.codes) <= 1:
        straight = read_page(page, mark_set, number=number)
        if not straight.problems:
            return straight
    width_pt, height_pt = page.get_size()
    if max(width_pt, height_pt) / _PT_PER_INCH * _MM_PER_INCH > _LARGEST_MM:
        return straight or read_page(page, mark_set, number=number)
    dpi = scan_dpi or _PROGRAM_DPI
    bitmap = page.render(scale=dpi / _PT_PER_INCH, grayscale=True, may_draw_forms=False)
    with closing(bitmap):
        gray = np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)
    return read_image(gray, dpi, mark_set, number=number, scanned=scan_dpi is not None)


def _scan_dpi(page: pypdfium2.PdfPage) -> float | None:
    """The resolution of the picture that covers the page, or None for a page that is more than a picture."""
    width_pt, height_pt = page.get_size()
    area = width_pt * height_pt
    for picture in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        if (right - left) * (top - bottom) >= _COVERED * area:
            wide_px, high_px = picture.get_px_size()
            dpi = math.sqrt(wide_px * high_px / area) * _PT_PER_INCH
            return min(max(dpi, _COARSEST_DPI), _FINEST_DPI)
    return None


def images(path: Path, mark_set: MarkSet, dpi: float | None = None) -> Iterator[PageImage]:
    """The pages of an image file. Raises OmrError E5303, E5304, E5305."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=_FORMATS) as file:
                for number, frame in enumerate(ImageSequence.Iterator(file), start=1):
                    if frame.width * frame.height > _MOST_PIXELS:
                        raise _too_large(path)
                    upright = ImageOps.exif_transpose(frame)
                    yield PageImage(number, _gray(upright), dpi or _resolution(upright, mark_set, path))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large(path) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise OmrError(
            "E5303",
            f"the file is neither a PDF nor an image that can be read: {error}",
            place=str(path),
            remedy=f"Give a PDF or an image ({', '.join(_FORMATS)}); have it made anew if it is damaged.",
        ) from error


def _too_large(path: Path) -> OmrError:
    return OmrError(
        "E5305",
        f"the image has more than {_MOST_PIXELS // 1_000_000} million pixels",
        place=str(path),
        remedy=f"Scan single sheets, with {READ_DPI} to {_FINEST_DPI} dpi.",
    )


def _gray(image: Image.Image) -> Gray:
    """Grey pixels; what is transparent is paper."""
    if image.mode.startswith(("I", "F")):
        # 16 bits a pixel: Pillow would cut them off instead of scaling them.
        wide = np.asarray(image, dtype=np.float64)
        return np.clip(wide / 257, 0, 255).astype(np.uint8)
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    return np.array(image.convert("L"), dtype=np.uint8)


def _resolution(image: Image.Image, mark_set: MarkSet, path: Path) -> float:
    """Dots an inch: as the image states, if that makes a sheet of the set's size; else as that size would have it."""
    stated = image.info.get("dpi", (0, 0))
    stated_dpi = float(stated[0]) if isinstance(stated, tuple) else 0.0
    long_mm, short_mm = sorted(mark_set.paper, reverse=True)
    long_px, short_px = max(image.size), min(image.size)
    by_paper_dpi = long_px / long_mm * _MM_PER_INCH
    alike = abs(long_px / short_px / (long_mm / short_mm) - 1) <= _SIZE_SLACK
    if alike and not (stated_dpi and abs(stated_dpi / by_paper_dpi - 1) <= _SIZE_SLACK):
        return by_paper_dpi
    if stated_dpi >= _COARSEST_DPI:
        return stated_dpi
    raise OmrError(
        "E5304",
        f"the image of {image.width} × {image.height} pixels does not say its resolution",
        place=str(path),
        remedy="Give the resolution that it was scanned with (--dpi).",
    )
