"""Forms and images with names made from their content: the same file gives the same bytes under the same name."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping

from layouts.pageset import FormXObject, ImageXObject, PdfObject, PdfSource

Box = tuple[float, float, float, float]


def deflate(data: bytes) -> bytes:
    """A zlib stream, as FlateDecode wants it. A picture is packed once and printed for years: tightly, and by zlib,
    which packs alike on every processor."""
    return zlib.compress(data, 9)


def form(bbox_pt: Box, content: bytes, resources: PdfSource = (), objects: tuple[PdfObject, ...] = ()) -> FormXObject:
    """A form; `content` comes plain and is deflated here."""
    packed = deflate(content)
    return FormXObject(_name("X", (bbox_pt, packed, resources, objects)), bbox_pt, packed, resources, objects)


def image(
    size_px: tuple[int, int],
    colour_space: str,
    bits: int,
    data: bytes,
    *,
    filter_name: str = "FlateDecode",
    decode: tuple[float, ...] = (),
    soft_mask: str = "",
) -> ImageXObject:
    """An image; `data` comes encoded as `filter_name` says."""
    said = (size_px, colour_space, bits, filter_name, decode, soft_mask)
    name = _name("I", (said, data))
    return ImageXObject(name, *size_px, colour_space, bits, filter_name, data, decode, soft_mask)


def _name(kind: str, content: tuple[object, ...]) -> str:
    digest = hashlib.sha256()
    for part in content:
        data = part if isinstance(part, bytes) else repr(part).encode("ascii")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return kind + digest.hexdigest()[:12]


def source(*parts: bytes | str | int | PdfSource) -> PdfSource:
    """One source from parts, neighbouring bytes joined; an int refers to an object of the form."""
    joined: list[bytes | int] = []
    for part in _flat(parts):
        if isinstance(part, bytes) and joined and isinstance(joined[-1], bytes):
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)


def _flat(parts: Iterable[bytes | str | int | PdfSource]) -> Iterable[bytes | int]:
    for part in parts:
        match part:
            case str():
                yield part.encode("ascii")
            case tuple():
                yield from part
            case _:
                yield part


def dictionary(entries: Mapping[str, PdfSource | str]) -> PdfSource:
    """A dictionary in the order given; keys come without their slash, already spelt as PDF writes names."""
    parts: list[bytes | str | int | PdfSource] = ["<<"]
    for key, value in entries.items():
        parts += [f"/{key} ", value]
    return source(*parts, ">>")
