"""A PDF written straight to its file: objects go out as they come, only the places where they begin are kept.

The file ends with a classic cross-reference table, not with object and cross-reference streams: print servers and RIPs
of any age read it, and a file that was cut can still be read by looking for its objects. That costs 4 to 5 % in size
on pages of an invoice (measured in `benchmarks/assemble.py`).
"""

from __future__ import annotations

import hashlib
from array import array
from datetime import datetime
from functools import lru_cache

from spool.atomic import AtomicFile
from spool.job import SpoolError

DEFLATED = b"/Filter/FlateDecode"

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_FLUSH_AT = 1 << 18
_KIDS = 64
_ENTRIES_AT_ONCE = 8192
_LARGEST_OFFSET = 9_999_999_999
_ID_BYTES = 16
_REGULAR = frozenset(range(0x21, 0x7F)) - frozenset(b"#()<>[]{}/%")


def number(value: float) -> bytes:
    """A real number with at most four decimals, without exponent: `595.276`, `0`, `-3.5`."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return b"0" if text in {"", "-0"} else text.encode()


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


class PdfFile:
    """The objects of one PDF, numbered from 1. Memory: eight bytes an object and one buffer."""

    def __init__(self, file: AtomicFile) -> None:
        self._file = file
        self._offsets = array("Q", [0])
        self._digest = hashlib.sha256()
        self._parts = [_HEADER]
        self._buffered = self.size = len(_HEADER)

    def reserve(self) -> int:
        """A number for an object that is written later."""
        self._offsets.append(0)
        return len(self._offsets) - 1

    def add(self, body: bytes, number: int | None = None) -> int:
        """Write an object, under a reserved `number` or the next one, which is returned."""
        given = self.reserve() if number is None else number
        self._offsets[given] = self.size
        self._put(b"%d 0 obj\n%b\nendobj\n" % (given, body))
        return given

    def add_stream(self, entries: bytes, data: bytes) -> int:
        """Write a stream with `data` as it is; `entries` are those of its dictionary besides the length."""
        offsets = self._offsets
        given = len(offsets)
        offsets.append(self.size)
        length = len(data)
        self._put(b"%d 0 obj\n<<%b/Length %d>>stream\n%b\nendstream\nendobj\n" % (given, entries, length, data))
        return given

    def finish(self, *, root: int, info: int) -> str:
        """Write table and trailer; returns the SHA-256 (hex) of the whole file. `size` is then the file's size.

        The file's `/ID` is made from what was written, so the same content gives the same file.
        """
        self._flush()
        identity = self._digest.hexdigest()[: 2 * _ID_BYTES].upper().encode()
        table_at = self.size
        if table_at > _LARGEST_OFFSET:
            remedy = "Print the run in smaller batches."
            message = f"A print file of {table_at} bytes is too large: its places must fit ten digits"
            raise SpoolError("E6207", message, remedy=remedy)
        count = len(self._offsets)
        self._put(b"xref\n0 %d\n0000000000 65535 f \n" % count)
        for first in range(1, count, _ENTRIES_AT_ONCE):
            places = self._offsets[first : first + _ENTRIES_AT_ONCE]
            self._put(b"".join([b"%010d 00000 n \n" % place for place in places]))
        trailer = b"<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]>>" % (count, root, info, identity, identity)
        self._put(b"trailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (trailer, table_at))
        self._flush()
        return self._digest.hexdigest()

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
