"""What the pages of a print file draw on: fonts, forms and images, each written once, named alike on every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from layouts.fonts import FontSet
from layouts.pageset import FormXObject, ImageXObject, PageSet
from spool.embed import embed_font
from spool.job import SpoolError
from spool.pdf import DEFLATED, PdfFile, name, rectangle

_Resource = TypeVar("_Resource", FormXObject, ImageXObject)


class Resources:
    """Gathers what the page sets of a batch use; one dictionary then serves every page and form."""

    def __init__(self) -> None:
        self._glyphs: dict[str, set[int]] = {}
        self._forms: dict[str, FormXObject] = {}
        self._images: dict[str, ImageXObject] = {}

    def use(self, page_set: PageSet) -> None:
        """Add what one page set draws on. Raises `SpoolError` E6206."""
        for font, glyphs in page_set.glyphs.items():
            self._glyphs.setdefault(font, set()).update(glyphs)
        _merge(self._forms, page_set.forms)
        _merge(self._images, page_set.images)

    def write(self, pdf: PdfFile, fonts: FontSet) -> int:
        """Write all of it; returns the number of the resource dictionary. Raises `LayoutError` for an unknown font."""
        dictionary = pdf.reserve()
        faces = {font: embed_font(pdf, fonts.by_resource(font), self._glyphs[font]) for font in sorted(self._glyphs)}
        objects = {key: _write_form(pdf, self._forms[key], dictionary) for key in sorted(self._forms)}
        objects |= {key: _write_image(pdf, self._images[key]) for key in sorted(self._images)}
        pdf.add(b"<<%b%b>>" % (_named(b"/Font", faces), _named(b"/XObject", objects)), dictionary)
        return dictionary


def _merge(known: dict[str, _Resource], more: Mapping[str, _Resource]) -> None:
    for key, resource in more.items():
        present = known.setdefault(key, resource)
        if present is not resource and present != resource:
            remedy = "Empty the page store and typeset the documents of the batch again."
            raise SpoolError("E6206", "Two contents bear one resource name", place=key, remedy=remedy)


def _write_form(pdf: PdfFile, form: FormXObject, resources: int) -> int:
    entries = b"/Type/XObject/Subtype/Form/BBox%b/Resources %d 0 R" % (rectangle(*form.bbox_pt), resources)
    return pdf.add_stream(entries + DEFLATED, form.content)


def _write_image(pdf: PdfFile, image: ImageXObject) -> int:
    entries = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%b/BitsPerComponent %d/Filter%b" % (
        image.width_px,
        image.height_px,
        name(image.colour_space),
        image.bits,
        name(image.filter),
    )
    return pdf.add_stream(entries, image.data)


def _named(kind: bytes, objects: Mapping[str, int]) -> bytes:
    if not objects:
        return b""
    return b"%b<<%b>>" % (kind, b"".join(b"%b %d 0 R" % (name(key), number) for key, number in objects.items()))
