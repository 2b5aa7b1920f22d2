"""PDF files as they should not be: objects are written as given, the cross-reference table is made to fit them."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
CONTENT = b"0 g 72 720 200 12 re f\n"
"""Needs no font: one that is not embedded would be refused before anything else is looked at."""
TEXT = b"BT /F1 12 Tf 72 720 Td (Invoice 2026-1042) Tj ET\n"

Objects = dict[int, bytes]


def stream(data: bytes, entries: bytes = b"", length: bytes | None = None) -> bytes:
    """The source of a stream object; `length` is what it claims, by default the truth."""
    claimed = length if length is not None else b"%d" % len(data)
    return b"<< %s /Length %s >>\nstream\n%s\nendstream" % (entries, claimed, data)


def deflated(data: bytes, entries: bytes = b"", rounds: int = 1) -> bytes:
    """A stream deflated `rounds` times."""
    for _ in range(rounds):
        data = zlib.compress(data, 9)
    return stream(data, entries + b" /Filter [%s]" % (b" /FlateDecode" * rounds))


def page(entries: bytes = b"", box: bytes = b"[0 0 595 842]", contents: bytes = b"/Contents 4 0 R") -> bytes:
    """The source of a page below object 2, with font 5."""
    return b"<< /Type /Page /Parent 2 0 R /MediaBox %s %s /Resources << /Font << /F1 5 0 R >> >> %s >>" % (
        box,
        contents,
        entries,
    )


def sound() -> Objects:
    """A letter of one page: catalog 1, page tree 2, page 3, content 4, font 5."""
    return {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: page(),
        4: stream(CONTENT),
        5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }


def changed(changes: Mapping[int, bytes]) -> Objects:
    """The sound letter with some objects replaced or added."""
    return sound() | dict(changes)


def written(objects: Objects, trailer: bytes = b"/Root 1 0 R", *, table: bytes | None = None) -> bytes:
    """The whole file. `table` replaces the cross-reference table and all that follows."""
    out = bytearray(HEADER)
    places: dict[int, int] = {}
    for number, source in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, source)
    if table is not None:
        return bytes(out) + table
    start = len(out)
    size = max(objects) + 1
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in sorted(places.items()):
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)
    return bytes(out)
