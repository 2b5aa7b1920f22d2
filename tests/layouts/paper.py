"""A small PDF around a PageSet, and what can be read from it: text, glyph boxes, pixels."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image

from layouts.fonts import FontFace, FontSet
from layouts.pageset import FormXObject, PageSet


def pdf_of(page_sets: Iterable[PageSet], fonts: FontSet) -> bytes:
    """The pages as a PDF, each font embedded once."""
    page_sets = list(page_sets)
    pdf = pikepdf.new()
    glyphs: dict[str, set[int]] = {}
    forms: dict[str, FormXObject] = {}
    for page_set in page_sets:
        for resource, gids in page_set.glyphs.items():
            glyphs.setdefault(resource, set()).update(gids)
        forms.update(page_set.forms)
    font_objects = Dictionary(
        {f"/{name}": _font(pdf, fonts.by_resource(name), sorted(gids)) for name, gids in sorted(glyphs.items())}
    )
    resources = pdf.make_indirect(Dictionary(Font=font_objects, XObject=Dictionary()))
    for name, form in sorted(forms.items()):
        stream = Stream(pdf, form.content)
        stream.stream_dict = Dictionary(
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array(list(form.bbox_pt)),
            Resources=resources,
            Filter=Name.FlateDecode,
        )
        resources.XObject[f"/{name}"] = stream
    for page_set in page_sets:
        for content in page_set.pages:
            stream = Stream(pdf, content)
            stream.stream_dict = Dictionary(Filter=Name.FlateDecode)
            page = Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, page_set.width_pt, page_set.height_pt]),
                Contents=pdf.make_indirect(stream),
                Resources=resources,
            )
            pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, compress_streams=False)
    return out.getvalue()


@cache
def _font_file(face: FontFace) -> bytes:
    """The face with all glyphs that a character selects, made once: subsets have their own tests."""
    return face.subset(face.gid_of.values())


def _font(pdf: pikepdf.Pdf, face: FontFace, gids: list[int]) -> pikepdf.Object:
    described = face.descriptor
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(f"/{face.ps_name}"),
        Flags=described.flags,
        FontBBox=Array(list(described.bbox)),
        ItalicAngle=described.italic_angle,
        Ascent=described.ascent,
        Descent=described.descent,
        CapHeight=described.cap_height,
        StemV=described.stem_v,
        FontFile2=Stream(pdf, _font_file(face)),
    )
    widths = Array([item for gid in gids for item in (gid, Array([face.advance(gid)]))])
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name(f"/{face.ps_name}"),
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        W=widths,
        CIDToGIDMap=Name.Identity,
    )
    rows = "".join(
        f"<{gid:04x}> <{face.unicode_of(gid).encode('utf-16-be').hex()}>\n" for gid in gids if face.unicode_of(gid)
    )
    to_unicode = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{rows.count(chr(10))} beginbfchar\n{rows}endbfchar endcmap end end"
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name(f"/{face.ps_name}"),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=Stream(pdf, to_unicode.encode("ascii")),
        )
    )


@dataclass(frozen=True, slots=True)
class Word:
    """A run of text as set by one operator, in points from the top-left."""

    text: str
    left_pt: float
    right_pt: float
    top_pt: float
    bottom_pt: float


def texts(pdf: bytes) -> list[str]:
    """The text of each page, in the order of the content."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_text(page) for page in document]
    finally:
        document.close()


def _text(page: pypdfium2.PdfPage) -> str:
    text_page = page.get_textpage()
    text = text_page.get_text_range().replace("\r\n", "\n")
    text_page.close()
    return str(text)


def characters(pdf: bytes, page_index: int) -> list[tuple[str, float, float, float]]:
    """(character, left, right, baseline from the page's top) of one page, in points; advance boxes, not ink."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[page_index]
    text_page = page.get_textpage()
    found = []
    for index in range(text_page.count_chars()):
        left, bottom, right, _ = text_page.get_charbox(index, loose=True)
        found.append((text_page.get_text_range(index, 1), left, right, page.get_height() - bottom))
    text_page.close()
    document.close()
    return found


def image(pdf: bytes, page_index: int, dpi: int = 100) -> Image.Image:
    """One page as pixels."""
    document = pypdfium2.PdfDocument(pdf)
    picture = document[page_index].render(scale=dpi / 72).to_pil()
    document.close()
    return Image.fromarray(np.asarray(picture.convert("RGB")))
