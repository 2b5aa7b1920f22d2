"""Small page sets for the tests of the spool: handmade, so that every byte is known."""

from __future__ import annotations

import hashlib
import zlib

from layouts.pageset import FormXObject, ImageXObject, PageSet

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
