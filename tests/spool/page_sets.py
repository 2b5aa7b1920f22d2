"""Small page sets for the tests of the spool: handmade, so that every byte is known."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator

from layouts.fonts import FontFace
from layouts.pageset import FormXObject, ImageXObject, PageSet
from omr.sheet import SheetId, SheetOrders
from spool.batch import BatchSheet, PageRef

A4_PT = (595.276, 841.89)


def form(text: str = "0.5 w 50 50 m 500 50 l S") -> FormXObject:
    content = zlib.compress(text.encode())
    name = "X" + hashlib.sha256(content).hexdigest()[:12]
    return FormXObject(name=name, bbox_pt=(0.0, 0.0, 595.276, 841.89), content=content)


def image(shade: int = 128) -> ImageXObject:
    data = zlib.compress(bytes([shade]) * 64)
    name = "I" + hashlib.sha256(data).hexdigest()[:12]
    return ImageXObject(
        name=name, width_px=8, height_px=8, colour_space="DeviceGray", bits=8, filter="FlateDecode", data=data
    )


def page_set(
    seed: str = "one",
    *,
    pages: tuple[bytes, ...] = (b"q Q",),
    glyphs: dict[str, tuple[int, ...]] | None = None,
    forms: tuple[FormXObject, ...] = (),
    images: tuple[ImageXObject, ...] = (),
    size_pt: tuple[float, float] = A4_PT,
) -> PageSet:
    """A page set whose key stands for `seed`; `pages` are given in clear and deflated here."""
    return PageSet(
        key=hashlib.sha256(seed.encode()).hexdigest(),
        layout="invoice/1",
        width_pt=size_pt[0],
        height_pt=size_pt[1],
        pages=tuple(zlib.compress(page) for page in pages),
        glyphs=glyphs or {},
        forms={each.name: each for each in forms},
        images={each.name: each for each in images},
    )


def text_set(
    seed: str,
    texts: Iterable[str],
    face: FontFace,
    *,
    forms: tuple[FormXObject, ...] = (),
    images: tuple[ImageXObject, ...] = (),
) -> PageSet:
    """A page set with one line of text a page, in the middle of the sheet where no mark stands."""
    told = tuple(texts)
    pages = tuple(
        b"q BT /%b 12 Tf 1 0 0 1 100 500 Tm <%b> Tj ET Q"
        % (face.resource_name.encode(), face.encode(text).hex().encode())
        for text in told
    )
    glyphs = tuple(sorted({face.gid_of[char] for text in told for char in text}))
    return page_set(seed, pages=pages, glyphs={face.resource_name: glyphs}, forms=forms, images=images)


def sheets_of(*pieces: PageSet, two_sided: bool = False) -> Iterator[BatchSheet]:
    """Each page set as one piece, its pages in order, on as few sheets as they need."""
    ordinal = 0
    for place, each in enumerate(pieces, start=1):
        step = 2 if two_sided else 1
        fronts = range(0, len(each.pages), step)
        for sheet, front in enumerate(fronts, start=1):
            ordinal += 1
            behind = PageRef(each.key, front + 1) if two_sided and front + 1 < len(each.pages) else None
            yield BatchSheet(
                SheetId("R000001", f"P{place:08}", 1, sheet, len(fronts)),
                SheetOrders(sheet, len(fronts), ordinal),
                PageRef(each.key, front),
                behind,
            )
