"""A page around one picture, written as a print file would, and its pixels."""

from __future__ import annotations

import io
import zlib

import numpy as np
import numpy.typing as npt
import pypdfium2
from pikepdf import Pdf

from layouts.pageset import FormXObject, ImageXObject, PdfObject, PdfSource
from layouts.pictures.picture import Picture

Pixels = npt.NDArray[np.uint8]


class _File:
    """A PDF written object by object; the catalog is object 1, the page tree 2, the page 3."""

    def __init__(self) -> None:
        self._objects: list[bytes] = [b"", b"", b""]

    def reserve(self) -> int:
        self._objects.append(b"null")
        return len(self._objects)

    def set(self, number: int, source: bytes, stream: bytes | None = None) -> None:
        if stream is not None:
            assert source.startswith(b"<<")
            assert source.endswith(b">>")
            source = source[:-2] + b"/Length %d>>\nstream\n%b\nendstream" % (len(stream), stream)
        self._objects[number - 1] = source

    def add(self, source: bytes, stream: bytes | None = None) -> int:
        number = self.reserve()
        self.set(number, source, stream)
        return number

    def finish(self) -> bytes:
        out, places = bytearray(b"%PDF-1.6\n"), []
        for number, source in enumerate(self._objects, 1):
            places.append(len(out))
            out += b"%d 0 obj\n%b\nendobj\n" % (number, source)
        xref = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        out += b"trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, xref)
        return bytes(out)


def page_of(picture: Picture, size_pt: tuple[float, float], box_pt: tuple[float, float, float, float]) -> bytes:
    """A PDF with one page of this size that shows the picture over a box (x, y, width, height; PDF axes)."""
    file = _File()
    numbers = {image.name: file.reserve() for image in picture.images}
    for image in picture.images:
        file.set(numbers[image.name], _image(image, numbers), image.data)
    numbers |= {form.name: _form(file, form) for form in picture.forms}
    shared = b"".join(b"/%b %d 0 R" % (name.encode(), number) for name, number in numbers.items())
    content = file.add(b"<<>>", picture.draw(*box_pt).encode("ascii"))
    file.set(1, b"<</Type/Catalog/Pages 2 0 R>>")
    file.set(2, b"<</Type/Pages/Count 1/Kids[3 0 R]>>")
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %f %f]/Contents %d 0 R/Resources<</XObject<<%b>>>>>>"
    file.set(3, page % (*size_pt, content, shared))
    return file.finish()


def _image(image: ImageXObject, numbers: dict[str, int]) -> bytes:
    decode = b"/Decode[%b]" % b" ".join(b"%d" % one for one in image.decode) if image.decode else b""
    mask = b"/SMask %d 0 R" % numbers[image.soft_mask] if image.soft_mask else b""
    return b"<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent %d/ColorSpace/%b/Filter/%b%b%b>>" % (
        *(image.width_px, image.height_px, image.bits, image.colour_space.encode(), image.filter.encode()),
        *(decode, mask),
    )


def _form(file: _File, form: FormXObject) -> int:
    places = [file.reserve() for _ in form.objects]
    for place, one in zip(places, form.objects, strict=True):
        file.set(place, _source(one.source, places), one.stream)
    resources = b"/Resources %b" % _source(form.resources, places) if form.resources else b""
    head = b"<</Type/XObject/Subtype/Form/Filter/FlateDecode/BBox[%f %f %f %f]%b>>" % (*form.bbox_pt, resources)
    return file.add(head, form.content)


def _source(source: PdfSource, places: list[int]) -> bytes:
    return b"".join(b"%d 0 R" % places[part] if isinstance(part, int) else part for part in source)


def objects_of(picture: Picture) -> tuple[PdfObject, ...]:
    """All that the picture's forms bring along."""
    return tuple(one for form in picture.forms for one in form.objects)


def saved(pdf: Pdf) -> bytes:
    """A PDF as bytes, the same each time."""
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, compress_streams=False)
    return out.getvalue()


def render(pdf: bytes, scale: float = 1.0, page: int = 0) -> Pixels:
    """One page as RGB of shape (height, width, 3), `scale` pixels a point."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return np.array(document[page].render(scale=scale).to_pil().convert("RGB"))
    finally:
        document.close()


def seen(picture: Picture, width: int, height: int, scale: float = 1.0) -> Pixels:
    """The picture filling a page of this size in points."""
    return render(page_of(picture, (width, height), (0, 0, width, height)), scale)


def upright(picture: Picture, scale: float = 2) -> Pixels:
    """The picture at its natural size, filling the page."""
    width, height = picture.size_pt
    return render(page_of(picture, (width, height), (0, 0, width, height)), scale)


def same(picture: Picture, original: bytes, number: int = 0) -> bool:
    """Whether the picture shows the pixels of the page."""
    mine, theirs = upright(picture), render(original, 2, number)
    return mine.shape == theirs.shape and int(np.abs(mine.astype(int) - theirs.astype(int)).max()) <= 2


def content(picture: Picture) -> str:
    return zlib.decompress(picture.forms[0].content).decode("latin-1")


def everything(picture: Picture) -> bytes:
    """All sources and streams, unpacked."""
    parts = [part for one in objects_of(picture) for part in one.source if isinstance(part, bytes)]
    parts += [part for form in picture.forms for part in form.resources if isinstance(part, bytes)]
    streams = [one.stream for one in objects_of(picture) if one.stream is not None]
    return b"\n".join([*parts, *(zlib.decompress(one) if one[:1] == b"x" else one for one in streams)])


def streams(picture: Picture) -> list[bytes]:
    """The streams of a picture's objects; those of a page stand in the order of their names."""
    return [one.stream for one in objects_of(picture) if one.stream is not None]
