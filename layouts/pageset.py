"""PageSet: a document typeset once, ready to be assembled into any print file.

All resource names are global: a font, form or image bears the hash of its own content, so pages of different
documents share one resource dictionary in a print file and a content stream never has to be rewritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PdfSource = tuple[bytes | int, ...]
"""The source of a PDF object: bytes as they are to be written; a number stands for a reference to the object of the
form with that index."""


@dataclass(frozen=True, slots=True)
class PdfObject:
    """An object that a form from another PDF needs. `stream` is encoded as the dictionary `source` says, which has no
    Length; None for an object without a stream.

    `digest` is a SHA-256 over the object and all that it refers to: one with a digest is stored once in a print file,
    whichever forms bring it. One without (b"") belongs to its form alone.
    """

    source: PdfSource
    stream: bytes | None = None
    digest: bytes = b""


@dataclass(frozen=True, slots=True)
class FormXObject:
    """A static part (letterhead, rules, captions) that a print file stores once.

    `name` is the resource name ("X" + 12 hex digits of the content's SHA-256); `bbox_pt` is (x0, y0, x1, y1) in
    points, PDF axes; `content` is a deflated content stream. Without `resources` the form draws on what the print file
    shares; a form taken from another PDF brings the source of its resource dictionary along, and in `objects` all that
    this refers to.
    """

    name: str
    bbox_pt: tuple[float, float, float, float]
    content: bytes
    resources: PdfSource = ()
    objects: tuple[PdfObject, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageXObject:
    """A raster image that a print file stores once. `data` is encoded as `filter` says ("FlateDecode", "DCTDecode").

    `name` is "I" + 12 hex digits of the SHA-256 over data and geometry. `colour_space` is DeviceGray, DeviceRGB or
    DeviceCMYK; `decode` is the Decode array, () for the usual one; `soft_mask` is the resource name of the image of the
    same page set that says how opaque this one is, "" when it covers all.
    """

    name: str
    width_px: int
    height_px: int
    colour_space: str
    bits: int
    filter: str
    data: bytes
    decode: tuple[float, ...] = ()
    soft_mask: str = ""


@dataclass(frozen=True, slots=True)
class PageSet:
    """The pages of one document as deflated PDF content streams with all that they draw on.

    key     SHA-256 (hex) over the document's data, the layout's version and the fonts: same key, same bytes.
    pages   one deflated content stream a page, balanced in q/Q; text is set with glyph ids (Identity-H, two bytes
            each) of the *original* font file, so a subset with glyph ids kept serves every page.
    glyphs  font resource name ("F" + 12 hex digits of the font file's SHA-256) -> glyph ids used, those of forms
            included, sorted.
    forms, images   by resource name, those included that a form or a soft mask needs.
    stocks  the paper each page wants, by name ("plain", "letterhead", "giro"), one a page; () is plain throughout.
    draws   for pages that came finished, as a PDF: the form that each page draws, under the name "Page" in resources of
            its own; () for pages that draw on what the print file shares. Such a form bears "P" + 40 hex digits and is
            kept with its page set.
    devices   the device colours besides grey that finished pages use ("DeviceRGB", "DeviceCMYK"), sorted.
    """

    key: str
    layout: str
    width_pt: float
    height_pt: float
    pages: tuple[bytes, ...]
    glyphs: Mapping[str, tuple[int, ...]]
    forms: Mapping[str, FormXObject]
    images: Mapping[str, ImageXObject]
    stocks: tuple[str, ...] = ()
    draws: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
