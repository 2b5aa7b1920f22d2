"""One page of a PDF as a form: what it draws and all that this needs, and nothing else.

Left behind are links and comments, actions and scripts, structure, metadata, what programs note for
themselves, and resources that the page doesn't use. A page is refused when a press would show something else than its
author saw: fonts that are not embedded, hidden layers, stamps and fields, encryption, damage.
"""

from __future__ import annotations

import io
import re
from typing import Final, Literal

import pikepdf
from pikepdf import Array, Dictionary, Page, Pdf

from layouts.geometry import PT_PER_MM
from layouts.pictures import faults, xobjects
from layouts.pictures.matrix import UNCHANGED, Matrix, scale, shift
from layouts.pictures.pdf_copy import copy_page
from layouts.pictures.pdf_layers import Layers
from layouts.pictures.picture import Picture, Policy
from layouts.pictures.xobjects import Box

PageBox = Literal["media", "crop", "bleed", "trim", "art"]
"""A box of a page. Without a box of its own a page has its crop box for bleed, trim and art, its media box for crop."""

_ANONYMOUS: Final = re.compile(r"stream <[^>]*>")
_KEYS: Final[dict[PageBox, tuple[str, ...]]] = {
    "media": ("/MediaBox",),
    "crop": ("/CropBox", "/MediaBox"),
    "bleed": ("/BleedBox", "/CropBox", "/MediaBox"),
    "trim": ("/TrimBox", "/CropBox", "/MediaBox"),
    "art": ("/ArtBox", "/CropBox", "/MediaBox"),
}
_UPRIGHT: Final = {
    0: UNCHANGED,
    90: Matrix(0, -1, 1, 0, 0, 1),
    180: Matrix(-1, 0, 0, -1, 1, 1),
    270: Matrix(0, 1, -1, 0, 1, 0),
}
"""Rotate (clockwise) -> the map of the unit square."""

_HIDDEN: Final = 0b10
_PRINTED: Final = 0b100
_NO_INK: Final = frozenset({"/Link", "/Popup"})


def pdf_picture(data: bytes, file: str, page: int, policy: Policy, box: PageBox) -> Picture:
    """The picture of one page, counted from 1. Raises LayoutError E4080, E4082 to E4085."""
    try:
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                raise faults.encrypted(file)
            picture = _picture(pdf, file, page, policy, box)
            if warnings := pdf.get_warnings():
                raise faults.damaged(file, f"{file} is damaged: {_told(warnings[0], file)}")
            return picture
    except pikepdf.PasswordError as fault:
        raise faults.encrypted(file) from fault
    except (pikepdf.PdfError, ValueError, TypeError, KeyError) as fault:
        # A broken page shows as a missing entry, or as one of another type than it must have.
        raise faults.damaged(file, f"{file} is damaged: {_told(fault, file)}") from fault


def _told(fault: object, file: str) -> str:
    """What the reader says, under the file's name: it only knows a stream of bytes."""
    return _ANONYMOUS.sub(file, str(fault))


def _picture(pdf: Pdf, file: str, number: int, policy: Policy, box: PageBox) -> Picture:
    count = len(pdf.pages)
    if not count:
        raise ValueError("it has no page")
    if not 1 <= number <= count:
        said = f"{count} pages" if count > 1 else "1 page"
        raise faults.unreadable(file, f"{file} has {said}, no page {number}", "name a page that is there")
    page = pdf.pages[number - 1]
    bbox = _box(page, box)
    width, height = bbox[2] - bbox[0], bbox[3] - bbox[1]
    turn = int(page.obj.get("/Rotate", 0)) % 360
    if turn not in _UPRIGHT:
        raise ValueError(f"the page is turned by {turn} degrees")
    _refuse_annotations(page, file)
    copied = copy_page(page, bbox, policy, Layers(pdf, file), file)
    form = xobjects.form(bbox, copied.content, copied.resources, copied.objects)
    unit = float(page.obj.get("/UserUnit", 1))
    sideways = turn in (90, 270)
    return Picture(
        file=file,
        kind="vector",
        name=form.name,
        width_mm=(height if sideways else width) * unit / PT_PER_MM,
        height_mm=(width if sideways else height) * unit / PT_PER_MM,
        forms=(form,),
        images=(),
        upright=shift(-bbox[0], -bbox[1]).then(scale(1 / width, 1 / height)).then(_UPRIGHT[turn]),
        pixels=None,
        colours=copied.colours,
        transparent=copied.transparent,
        lowest_dpi=None if copied.lowest_dpi is None else copied.lowest_dpi / unit,
    )


def _refuse_annotations(page: Page, file: str) -> None:
    """Raises LayoutError E4084 for a stamp, note or field that a reader would print: it is no part of the page's
    content. Links and what is not printed are left behind."""
    notes = page.obj.get("/Annots")
    for note in notes.as_list() if isinstance(notes, Array) else ():
        flags = int(note.get("/F", 0)) if isinstance(note, Dictionary) else 0
        if flags & _PRINTED and not flags & _HIDDEN and str(note.get("/Subtype")) not in _NO_INK and "/AP" in note:
            kind = str(note.get("/Subtype")).removeprefix("/")
            remedy = "flatten the page: make fields, stamps and notes part of its content"
            raise faults.unsupported(file, f"a {kind} annotation is printed on the page but is no part of it", remedy)


def _box(page: Page, box: PageBox) -> Box:
    """The box asked for, within the media box. Raises ValueError when it has no area."""
    media = _corners(page.obj.get("/MediaBox"))
    found = next((_corners(values) for key in _KEYS[box] if (values := page.obj.get(key)) is not None), media)
    bbox = (max(found[0], media[0]), max(found[1], media[1]), min(found[2], media[2]), min(found[3], media[3]))
    if bbox[0] >= bbox[2] or bbox[1] >= bbox[3]:
        raise ValueError(f"the page's {box} box has no area")
    return bbox


def _corners(values: object) -> Box:
    """A rectangle, whichever of its corners it names."""
    if not isinstance(values, Array) or len(values) != 4:
        raise ValueError("the page's box is not four numbers")
    x0, y0, x1, y1 = (float(one) for one in values.as_list())
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
