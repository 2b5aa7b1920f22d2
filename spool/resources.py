"""What the pages of a PDF draw on: fonts, forms and images, each written once, named alike on every page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from layouts.fonts import FontSet
from layouts.pageset import FormXObject, ImageXObject, PageSet, PdfObject, PdfSource
from spool.colour import check_form, check_image, undefined
from spool.embed import embed_font
from spool.job import SpoolError
from spool.output import OutputCondition
from spool.pdf import DEFLATED, PdfFile, name, number, rectangle

_Resource = TypeVar("_Resource", FormXObject, ImageXObject)
_REMEMBERED = 256
_TUPLES_REMEMBERED = 16


class Resources:
    """Writes what the page sets of a file use; one dictionary then serves every page and every form of ours.

    Forms and images are written when they are first met. Memory: a number and a digest each, the last few whole.
    """

    def __init__(self, pdf: PdfFile, condition: OutputCondition) -> None:
        self._pdf = pdf
        self._condition = condition
        self._dictionary = pdf.reserve()
        self._glyphs: dict[str, set[int]] = {}
        self._numbers: dict[str, int] = {}
        self._digests: dict[str, bytes] = {}
        self._recent: dict[str, FormXObject | ImageXObject] = {}
        self._shared: dict[bytes, int] = {}
        self._written: dict[int, tuple[tuple[PdfObject, ...], list[int]]] = {}
        self._own: dict[str, int] = {}

    def use(self, page_set: PageSet) -> None:
        """Write what one page set draws on and was not met before.

        Raises `SpoolError` E6206 two contents under one name, E6208 a colour that the output condition lacks, E6212 a
        form or image that is not whole.
        """
        for font, glyphs in page_set.glyphs.items():
            self._glyphs.setdefault(font, set()).update(glyphs)
        if page_set.draws:
            self._use_finished(page_set)
            return
        for form in page_set.forms.values():
            self._once(form, self._write_checked)
        for image in page_set.images.values():
            self._once(image, partial(self._write_image, page_set.images))

    def write(self, fonts: FontSet) -> int:
        """Write fonts and dictionary; returns the dictionary's number. Raises `LayoutError` for an unknown font."""
        pdf = self._pdf
        faces = {font: embed_font(pdf, fonts.by_resource(font), self._glyphs[font]) for font in sorted(self._glyphs)}
        objects = {key: self._numbers[key] for key in sorted(self._numbers)}
        return pdf.add(b"<<%b%b>>" % (_named(b"/Font", faces), _named(b"/XObject", objects)), self._dictionary)

    def own(self, page_set: PageSet, index: int) -> bytes:
        """The entry for resources of a page's own; b"" for a page that draws on what the file shares."""
        if not page_set.draws:
            return b""
        return b"/Resources<</XObject<</Page %d 0 R>>>>" % self._own[page_set.draws[index]]

    def _use_finished(self, page_set: PageSet) -> None:
        for device in page_set.devices:
            if not self._condition.prints(device):
                raise undefined("page set", page_set.key, device, self._condition)
        for form_name in page_set.draws:
            if form_name not in self._own:
                self._own[form_name] = self._write_form(page_set.forms[form_name])

    def _once(self, resource: _Resource, write: Callable[[_Resource], int]) -> int:
        """The number of a form or image, which is written if its name is new."""
        key = resource.name
        known = self._recent.get(key)
        if known is resource:
            return self._numbers[key]
        if key not in self._numbers:
            self._numbers[key] = write(resource)
            self._digests[key] = _digest(resource)
        elif known != resource and self._digests[key] != _digest(resource):
            remedy = "Empty the page store and typeset the documents of the batch again."
            raise SpoolError("E6206", "Two contents bear one resource name", place=key, remedy=remedy)
        if len(self._recent) >= _REMEMBERED:
            self._recent.clear()
        self._recent[key] = resource
        return self._numbers[key]

    def _write_checked(self, form: FormXObject) -> int:
        check_form(form, self._condition)
        return self._write_form(form)

    def _write_form(self, form: FormXObject) -> int:
        resources = b" %d 0 R" % self._dictionary
        if form.resources:
            resources = _source(form.resources, self._write_objects(form.objects))
        entries = b"/Type/XObject/Subtype/Form/BBox%b/Resources%b" % (rectangle(*form.bbox_pt), resources)
        return self._pdf.add_stream(entries + DEFLATED, form.content)

    def _write_objects(self, objects: tuple[PdfObject, ...]) -> list[int]:
        """The numbers of what a form brings; written is what has no digest, and what has one that was not met."""
        known = self._written.get(id(objects))
        if known is not None:
            return known[1]
        pdf, shared = self._pdf, self._shared
        numbers = [shared.get(held.digest, 0) or pdf.reserve() for held in objects]
        for held, given in zip(objects, numbers, strict=True):
            if held.digest:
                if held.digest in shared:
                    continue
                shared[held.digest] = given
            source = _source(held.source, numbers)
            if held.stream is None:
                pdf.add(source, given)
            else:
                pdf.add_stream(source.strip().removeprefix(b"<<").removesuffix(b">>"), held.stream, given)
        if objects:
            # The tuple is held with its numbers, so no other can get its id.
            if len(self._written) >= _TUPLES_REMEMBERED:
                self._written.clear()
            self._written[id(objects)] = objects, numbers
        return numbers

    def _write_image(self, others: Mapping[str, ImageXObject], image: ImageXObject) -> int:
        check_image(image, self._condition)
        entries = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%b/BitsPerComponent %d/Filter%b" % (
            image.width_px,
            image.height_px,
            name(image.colour_space),
            image.bits,
            name(image.filter),
        )
        if image.decode:
            entries += b"/Decode[%b]" % b" ".join(map(number, image.decode))
        if image.soft_mask:
            if image.soft_mask not in others:
                message = f"Image {image.name} lacks its soft mask {image.soft_mask}"
                remedy = "Typeset the document again: that keeps the mask with it."
                raise SpoolError("E6212", message, place=image.name, remedy=remedy)
            mask = self._once(others[image.soft_mask], partial(self._write_image, others))
            entries += b"/SMask %d 0 R" % mask
        return self._pdf.add_stream(entries, image.data)


def _digest(resource: FormXObject | ImageXObject) -> bytes:
    """Stands for the whole value: two that differ anywhere differ here."""
    return hashlib.sha256(repr(resource).encode()).digest()


def _source(source: PdfSource, numbers: list[int]) -> bytes:
    """The object's source with its references by the numbers of this file."""
    return b"".join([part if isinstance(part, bytes) else b" %d 0 R " % numbers[part] for part in source])


def _named(kind: bytes, objects: Mapping[str, int]) -> bytes:
    if not objects:
        return b""
    return b"%b<<%b>>" % (kind, b"".join(b"%b %d 0 R" % (name(key), number) for key, number in objects.items()))
