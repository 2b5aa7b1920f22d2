"""A PDF written straight to its file: objects go out as they come, only the places where they begin are kept.

What has no stream is gathered in object streams, and the file ends with a cross-reference stream (ISO 32000-1, 7.5.7
and 7.5.8): pages and document parts are small and alike, and deflate together to a fraction.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from datetime import datetime
from functools import lru_cache
from typing import Protocol

import numpy as np
from isal import isal_zlib

DEFLATED = b"/Filter/FlateDecode"

_HEADER = b"%%PDF-%b\n%%\xe2\xe3\xcf\xd3\n"
_FLUSH_AT = 1 << 18
_GATHERED = 256
_KIDS = 64
_ENTRIES_AT_ONCE = 8_192
_ENTRY_BYTES = 8
_PACKED = 1 << 63
_INDEX_BITS = 16
_ID_DIGITS = 32
_REGULAR = frozenset(range(0x21, 0x7F)) - frozenset(b"#()<>[]{}/%")


def number(value: float) -> bytes:
    """A real number with at most four decimals, without exponent: `595.276`, `0`, `-3.5`."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return b"0" if text in {"", "-0"} else text.encode()


@lru_cache(maxsize=1024)
def name(text: str) -> bytes:
    """A name object; every byte of its UTF-8 that is not a regular character is written as #xx."""
    return b"/" + b"".join(bytes((byte,)) if byte in _REGULAR else b"#%02X" % byte for byte in text.encode())


def text_string(text: str) -> bytes:
    """A text string: a literal in ASCII, otherwise UTF-16 with byte order mark."""
    if text.isascii() and text.isprintable():
        return b"(" + text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode() + b")"
    return b"<FEFF" + text.encode("utf-16-be").hex().upper().encode() + b">"


def date_string(moment: datetime) -> bytes:
    """A date with its offset from UTC. `moment` must be aware."""
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("a date without offset can't be written")
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    hours, minutes = divmod(abs(minutes), 60)
    return f"(D:{moment:%Y%m%d%H%M%S}{sign}{hours:02}'{minutes:02}')".encode()


@lru_cache(maxsize=256)
def rectangle(x0: float, y0: float, x1: float, y1: float) -> bytes:
    """A rectangle array in points."""
    return b"[" + b" ".join(map(number, (x0, y0, x1, y1))) + b"]"


class Sink(Protocol):
    """Where a PDF goes: a file of ours, or bytes in memory."""

    def write(self, data: bytes) -> object:
        """Take all of `data`."""


class PdfFile:
    """The objects of one PDF, numbered from 1. Memory: eight bytes an object and two buffers.

    A place is kept as one number: the offset of an object of its own, or the stream and the place in it of one that
    was gathered, which bears the highest bit.
    """

    def __init__(self, file: Sink, version: bytes = b"1.6") -> None:
        self._file = file
        self._places = array("Q", [0])
        self._digest = hashlib.sha256()
        self._parts = [_HEADER % version]
        self._buffered = self.size = len(self._parts[0])
        self._gathered: list[bytes] = []
        self._numbers: list[int] = []
        self._gathering = 0

    def reserve(self) -> int:
        """A number for an object that is written later."""
        self._places.append(0)
        return len(self._places) - 1

    def add(self, body: bytes, number: int | None = None) -> int:
        """Write an object without a stream, under a reserved `number` or the next one, which is returned."""
        places, gathered = self._places, self._gathered
        if number is None:
            number = len(places)
            places.append(0)
        if not gathered:
            self._gathering = len(places)
            places.append(0)
        places[number] = _PACKED | self._gathering << _INDEX_BITS | len(gathered)
        gathered.append(body)
        self._numbers.append(number)
        if len(gathered) == _GATHERED:
            self._write_gathered()
        return number

    def add_stream(self, entries: bytes, data: bytes, number: int | None = None) -> int:
        """Write a stream with `data` as it is; `entries` are those of its dictionary besides the length."""
        places = self._places
        if number is None:
            number = len(places)
            places.append(self.size)
        else:
            places[number] = self.size
        self._put(b"%d 0 obj\n<<%b/Length %d>>stream\n%b\nendstream\nendobj\n" % (number, entries, len(data), data))
        return number

    def identity(self, more: bytes = b"") -> str:
        """32 hex digits that stand for all that was written so far and `more`."""
        self._write_gathered()
        self._flush()
        digest = self._digest.copy()
        digest.update(more)
        return digest.hexdigest()[:_ID_DIGITS]

    def finish(self, *, root: int, info: int, identity: str) -> str:
        """Write the table of places; returns the SHA-256 (hex) of the whole file. `size` is then the file's size."""
        self._write_gathered()
        table_at, number = self.size, self.reserve()
        self._places[number] = table_at
        table = _cross_references(self._places)
        entries = (
            b"/Type/XRef/Size %d/W[1 5 2]/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]/DecodeParms<</Predictor 12/Columns %d>>"
            % (len(self._places), root, info, identity.encode(), identity.encode(), _ENTRY_BYTES)
        )
        self.add_stream(entries + DEFLATED, table, number)
        self._put(b"startxref\n%d\n%%%%EOF\n" % table_at)
        self._flush()
        return self._digest.hexdigest()

    def _write_gathered(self) -> None:
        bodies, numbers = self._gathered, self._numbers
        if not bodies:
            return
        at = 0
        heads = []
        for number, body in zip(numbers, bodies, strict=True):
            heads.append(b"%d %d" % (number, at))
            at += len(body) + 1
        head = b" ".join(heads) + b"\n"
        data = isal_zlib.compress(head + b"\n".join(bodies), 1)
        entries = b"/Type/ObjStm/N %d/First %d%b" % (len(bodies), len(head), DEFLATED)
        bodies.clear()
        numbers.clear()
        self.add_stream(entries, data, self._gathering)

    def _put(self, part: bytes) -> None:
        self._parts.append(part)
        length = len(part)
        self.size += length
        self._buffered += length
        if self._buffered >= _FLUSH_AT:
            self._flush()

    def _flush(self) -> None:
        data = b"".join(self._parts)
        self._digest.update(data)
        self._file.write(data)
        self._parts.clear()
        self._buffered = 0


def _cross_references(places: array[int]) -> bytes:
    """The deflated entries of all objects: type, offset or stream, place in the stream; each as the difference to the
    one before (PNG predictor "up"), which leaves little of them."""
    deflate = zlib.compressobj(6)
    out = []
    last = np.zeros(_ENTRY_BYTES, np.uint8)
    for first in range(0, len(places), _ENTRIES_AT_ONCE):
        place = np.frombuffer(places[first : first + _ENTRIES_AT_ONCE], np.uint64)
        packed = place >= np.uint64(_PACKED)
        stream = (place & np.uint64(_PACKED - 1)) >> np.uint64(_INDEX_BITS)
        index = place & np.uint64((1 << _INDEX_BITS) - 1)
        rows = np.empty((len(place), _ENTRY_BYTES), np.uint8)
        rows[:, 0] = np.where(packed, 2, 1)
        rows[:, 1:6] = _big_endian(np.where(packed, stream, place))[:, 3:]
        rows[:, 6:] = _big_endian(np.where(packed, index, np.uint64(0)))[:, 6:]
        if first == 0:
            rows[0] = (0, 0, 0, 0, 0, 0, 0xFF, 0xFF)  # The head of the list of free objects.
        coded = np.empty((len(place), _ENTRY_BYTES + 1), np.uint8)
        coded[:, 0] = 2
        coded[:, 1:] = rows - np.vstack((last, rows[:-1]))
        last = rows[-1]
        out.append(deflate.compress(coded.tobytes()))
    return b"".join((*out, deflate.flush()))


def _big_endian(
    numbers: np.ndarray[tuple[int], np.dtype[np.uint64]],
) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return numbers.astype(">u8").view(np.uint8).reshape(-1, 8)


class PageTree:
    """Pages gathered in a balanced tree of at most 64 kids a node; a page knows its parent before it is written."""

    def __init__(self, pdf: PdfFile) -> None:
        self._pdf = pdf
        self._pages = array("L")
        self._leaves: list[int] = []

    def __len__(self) -> int:
        return len(self._pages)

    def parent(self) -> int:
        """The node that the next page belongs to."""
        if len(self._pages) == _KIDS * len(self._leaves):
            self._leaves.append(self._pdf.reserve())
        return self._leaves[-1]

    def append(self, page: int) -> None:
        """Add a page that was written with `parent()`."""
        self._pages.append(page)

    def finish(self, inherited: bytes) -> int:
        """Write all nodes; the root bears the `inherited` attributes of the pages. Returns the root's number."""
        kids: list[int] = list(self._pages)
        counts = [1] * len(kids)
        nodes = self._leaves
        while True:
            counts = [sum(counts[at : at + _KIDS]) for at in range(0, len(counts), _KIDS)]
            if len(nodes) == 1:
                self._write(nodes[0], kids, counts[0], inherited)
                return nodes[0]
            above = [self._pdf.reserve() for _ in range(0, len(nodes), _KIDS)]
            for at, node in enumerate(nodes):
                parent = b"/Parent %d 0 R" % above[at // _KIDS]
                self._write(node, kids[_KIDS * at : _KIDS * (at + 1)], counts[at], parent)
            kids, nodes = nodes, above

    def _write(self, node: int, kids: list[int], count: int, more: bytes) -> None:
        references = b" ".join([b"%d 0 R" % kid for kid in kids])
        self._pdf.add(b"<</Type/Pages%b/Count %d/Kids[%b]>>" % (more, count, references), node)
