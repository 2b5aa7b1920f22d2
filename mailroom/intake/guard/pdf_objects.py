"""Every object of a PDF, looked at once: how deep it nests, what swells, what would act by itself."""

from __future__ import annotations

import zlib
from typing import Any

import pikepdf

from mailroom.domain.errors import InputRefused
from mailroom.intake.guard.pdf_inspection import PdfLimits

_ACTIONS = {
    "/JavaScript": "JavaScript",
    "/Launch": "Launch",
    "/ImportData": "ImportData",
    "/SubmitForm": "SubmitForm",
    "/GoToE": "GoToE",
    "/GoToR": "GoToR",
    "/Rendition": "Rendition",
    "/Movie": "Movie",
    "/Sound": "Sound",
    "/URI": "URI",
}
"""Types of actions (ISO 32000-2, 12.6.4) that reach beyond the document."""

_KEYS = {"/JS": "JavaScript", "/EmbeddedFiles": "EmbeddedFile", "/EF": "EmbeddedFile", "/XFA": "XFA"}
_SUBTYPES = {"/RichMedia": "RichMedia", "/3D": "3D", "/Screen": "Screen", "/FileAttachment": "EmbeddedFile"}

_GROWTH = {"/FlateDecode": 1032, "/Fl": 1032, "/LZWDecode": 1400, "/LZW": 1400, "/RunLengthDecode": 64, "/RL": 64}
"""How many bytes one encoded byte may become at most: 258 bytes for two bits (deflate); strings that grow by one with
each code of 9 to 12 bits (LZW); 128 for two (run lengths). Hexadecimal and ASCII 85 do not grow."""

_PIECE_BYTES = 1 << 20
_IMAGES = frozenset({"/DCTDecode", "/DCT", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/CCF"})
_EXPORT_AGAIN = "Have the sender export it again."


def look_through(pdf: pikepdf.Pdf, limits: PdfLimits) -> tuple[str, ...]:
    """What a print file must never have of this PDF, sorted. Raises InputRefused E1415, E1418, E1419."""
    active: set[str] = set()
    for found in pdf.objects:
        if not isinstance(found, pikepdf.Object):
            continue
        _look_into(found, limits, active)
        if isinstance(found, pikepdf.Stream):
            _check_stream(found, limits)
    return tuple(sorted(active))


def _place(found: pikepdf.Object) -> str:
    return f"object {found.objgen[0]}"


def _look_into(found: pikepdf.Object, limits: PdfLimits, active: set[str]) -> None:
    """The containers within one object; what it refers to has its own turn."""
    stack: list[tuple[Any, int]] = [(found, 1)]
    while stack:
        value, depth = stack.pop()
        if depth > limits.depth:
            fact = f"an object is nested more than {limits.depth} deep"
            raise InputRefused("E1415", fact, place=_place(found), remedy=_EXPORT_AGAIN)
        if isinstance(value, pikepdf.Array):
            inner = list(value.as_list())
        else:
            entries = value.stream_dict if isinstance(value, pikepdf.Stream) else value
            if not isinstance(entries, pikepdf.Dictionary):
                continue
            content = entries.as_dict()
            _note(content, active)
            inner = [content[key] for key in content.keys()]  # noqa: SIM118 - a binding, no dictionary of Python
        stack.extend(
            (each, depth + 1)
            for each in inner
            if isinstance(each, pikepdf.Array | pikepdf.Dictionary) and not each.is_indirect
        )


def _note(content: Any, active: set[str]) -> None:
    for key, word in _KEYS.items():
        if key in content:
            active.add(word)
    for key, words in (("/S", _ACTIONS), ("/Subtype", _SUBTYPES)):
        if key in content and isinstance(content[key], pikepdf.Name) and (type_word := words.get(str(content[key]))):
            active.add(type_word)


def _check_stream(stream: pikepdf.Stream, limits: PdfLimits) -> None:
    if stream.get("/Subtype") == pikepdf.Name.Image:
        _check_pixels(stream, limits)
    filters = _filters(stream)
    raw = stream.read_raw_bytes()
    most = len(raw)
    for name in filters:
        most *= _GROWTH.get(name, 1)
    if most <= limits.stream_bytes or _IMAGES.intersection(filters):
        return
    if filters and all(name in {"/FlateDecode", "/Fl"} for name in filters):
        _check_inflated(raw, len(filters), limits.stream_bytes, _place(stream))
    elif filters and _decoded_length(stream) > limits.stream_bytes:
        raise _swells(limits.stream_bytes, _place(stream))


def _check_pixels(stream: pikepdf.Stream, limits: PdfLimits) -> None:
    width, height = stream.get("/Width"), stream.get("/Height")
    if isinstance(width, int) and isinstance(height, int) and width * height > limits.image_pixels:
        fact = f"an image of {width} × {height} pixels is larger than any press prints"
        raise InputRefused("E1419", fact, place=_place(stream), remedy=_EXPORT_AGAIN)


def _filters(stream: pikepdf.Stream) -> list[str]:
    value = stream.get("/Filter")
    names = list(value.as_list()) if isinstance(value, pikepdf.Array) else [value]
    return [str(name) for name in names[:16] if isinstance(name, pikepdf.Name)]


def _check_inflated(raw: bytes, rounds: int, most: int, place: str) -> None:
    """Inflate piece by piece, counting and keeping nothing, as often as there are filters."""
    deflated = [zlib.decompressobj() for _ in range(rounds)]
    counts = [0] * rounds
    stack: list[tuple[int, bytes]] = [(0, raw)]
    while stack:
        level, data = stack.pop()
        try:
            piece = deflated[level].decompress(data, _PIECE_BYTES)
        except zlib.error:
            continue  # what is broken is cut off here by every reader
        counts[level] += len(piece)
        if counts[level] > most:
            raise _swells(most, place)
        rest = deflated[level].unconsumed_tail
        if rest and not deflated[level].eof:
            stack.append((level, rest))
        if piece and level + 1 < rounds and not deflated[level + 1].eof:
            stack.append((level + 1, piece))


def _decoded_length(stream: pikepdf.Stream) -> int:
    """Of filters that swell little: the memory that the process may have is the bound."""
    try:
        return len(stream.read_bytes(pikepdf.StreamDecodeLevel.specialized))
    except pikepdf.PdfError:
        return 0


def _swells(most: int, place: str) -> InputRefused:
    fact = f"a stream swells to more than {most >> 20} MiB when it is decoded"
    return InputRefused("E1418", fact, place=place, remedy=_EXPORT_AGAIN)
