"""Broken outsides: header, cross-reference table, trailer, object streams, cut-off and joined files."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from io import BytesIO

import pikepdf

from tests.hostile.case import REPAIRED, TAKEN, Case
from tests.hostile.writer import HEADER, Objects, changed, page, sound, stream, written

SOUND = written(sound())


def cases(seed: int) -> Iterator[Case]:
    """`seed` decides the places of random damage."""
    yield Case("sound letter", SOUND, TAKEN)
    yield from _headers()
    yield from _tables()
    yield from _cut()
    yield from _objects()
    yield from _object_streams()
    yield from _locked()
    yield from _damaged(random.Random(seed))


def _headers() -> Iterator[Case]:
    yield Case("empty file", b"", "E1410")
    yield Case("text with the name of a PDF", b"Dear customer,\n", "E1410")
    yield Case("header alone", HEADER, "E1411")
    yield Case("header and a picture", HEADER + b"\x89PNG\r\n\x1a\n" + bytes(2000), "E1411")
    yield Case("header and a web page", b"%PDF-1.4\n<html><body>Error 500</body></html>", "E1411")
    yield Case("header and null bytes", HEADER + bytes(100_000), "E1411")
    yield Case("behind some junk", b"junk\n" * 20 + SOUND, TAKEN)
    yield Case("behind too much junk", b"junk\n" * 2000 + SOUND, "E1410")
    yield Case("behind null bytes", bytes(500) + SOUND, TAKEN)
    yield Case("followed by junk", SOUND + b"\x00\xff" * 5000, REPAIRED)
    yield Case("two files in one", SOUND + SOUND, TAKEN)
    yield Case("version that does not exist", SOUND.replace(b"%PDF-1.7", b"%PDF-9.9"), TAKEN)
    yield Case("version that is no number", SOUND.replace(b"%PDF-1.7", b"%PDF-x.y"), REPAIRED)


def _tables() -> Iterator[Case]:
    place = SOUND.rindex(b"startxref\n")
    yield Case("startxref beyond the end", SOUND[:place] + b"startxref\n99999999\n%%EOF\n", REPAIRED)
    yield Case("startxref is zero", SOUND[:place] + b"startxref\n0\n%%EOF\n", REPAIRED)
    yield Case("startxref is negative", SOUND[:place] + b"startxref\n-17\n%%EOF\n", REPAIRED)
    yield Case("startxref larger than any number", SOUND[:place] + b"startxref\n" + b"9" * 40 + b"\n%%EOF\n", "E1411")
    yield Case("no startxref", SOUND[:place], "E1422")
    table = SOUND.index(b"xref\n0 1")
    yield Case("all offsets off by seven", _shifted(SOUND), REPAIRED)
    yield Case("table of null bytes", SOUND[:table] + bytes(place - table) + SOUND[place:], REPAIRED)
    yield Case(
        "table claims two thousand million objects", SOUND.replace(b"xref\n0 1\n", b"xref\n0 2000000000\n"), REPAIRED
    )
    yield Case("trailer claims two thousand million objects", SOUND.replace(b"/Size 6", b"/Size 2147483647"), REPAIRED)
    yield Case("no trailer", written(sound(), table=b"%%EOF\n"), REPAIRED)
    yield Case("trailer without a catalog", written(sound(), trailer=b""), "E1411")
    yield Case("trailer names another object as catalog", written(sound(), trailer=b"/Root 4 0 R"), "E1411")
    yield Case("trailer names an absent catalog", written(sound(), trailer=b"/Root 77 0 R"), "E1411")
    yield Case("catalog is a number", written(changed({1: b"42"})), "E1411")
    yield Case("catalog without pages", written(changed({1: b"<< /Type /Catalog >>"})), "E1411")
    before = b"/Root 1 0 R /Prev %d"
    start = len(written(sound(), table=b""))
    yield Case("earlier table is the table itself", written(sound(), trailer=before % start), REPAIRED)
    yield Case("earlier table lies beyond the end", written(sound(), trailer=before % 10**9), REPAIRED)


def _shifted(data: bytes) -> bytes:
    start = data.index(b"xref\n0 1")
    lines = data[start:].split(b"\n")
    moved = [b"%010d 00000 n " % (int(line[:10]) + 7) if line.endswith(b" 00000 n ") else line for line in lines]
    return data[:start] + b"\n".join(moved)


def _cut() -> Iterator[Case]:
    table = SOUND.index(b"xref\n0 1")
    content = SOUND.index(b"stream\n")
    yield Case("cut off in the trailer", SOUND[:-40], "E1422")
    yield Case("cut off in the table", SOUND[: table + 30], "E1422")
    yield Case("cut off before the table", SOUND[:table], "E1422")
    yield Case("cut off in the content", SOUND[: content + 20], "E1422")
    yield Case("cut off in the page", SOUND[: SOUND.index(b"/MediaBox")], "E1411")
    yield Case("cut off in the page tree", SOUND[: SOUND.index(b"/Kids") + 3], "E1411")
    yield Case("cut off after the catalog", SOUND[: SOUND.index(b"2 0 obj")], "E1411")
    yield Case("cut off in the header", SOUND[:7], "E1411")


def _objects() -> Iterator[Case]:
    yield Case("object with the largest number", written(changed({2_147_483_646: b"<< >>"})), REPAIRED)
    numbered = SOUND.replace(b"5 0 obj", b"99999999999999999999 0 obj")
    yield Case("object with a number beyond all numbers", numbered, REPAIRED)
    yield Case("negative object number", SOUND.replace(b"5 0 obj", b"-5 0 obj"), REPAIRED)
    yield Case("huge generation", SOUND.replace(b"5 0 R", b"5 99999999999 R"), "E1411")
    yield Case("object that lies in another", written(changed({6: b"<< /A (7 0 obj << >> endobj) >>"})), TAKEN)
    yield Case("string that never closes", written(changed({6: b"(" * 5000})), REPAIRED)
    yield Case("name of a hundred thousand signs", written(changed({6: b"/" + b"A" * 100_000})), TAKEN)
    yield Case("number of ten thousand digits", written(changed({6: b"[" + b"9" * 10_000 + b"]"})), REPAIRED)
    yield Case("names with null bytes", written(changed({3: page(b"/A#00B (a\x00b) /C\x00D 1")})), REPAIRED)
    yield Case("every value of another type", written(_mistyped()), "E1411")
    yield Case("content is a dictionary", written(changed({4: b"<< /Length 5 >>"})), TAKEN)
    yield Case("content is absent", written(changed({3: page(contents=b"/Contents 99 0 R")})), TAKEN)
    yield Case("contents a hundred thousand times", written(changed({3: page(contents=_many_contents())})), TAKEN)
    yield Case("page is an array", written(changed({3: b"[1 2 3]"})), "E1417")
    yield Case("page is a font", written(changed({2: b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>"})), "E1417")
    yield Case("kids are a number", written(changed({2: b"<< /Type /Pages /Kids 3 /Count 1 >>"})), "E1417")
    yield Case("kids are null", written(changed({2: b"<< /Type /Pages /Kids [null null] /Count 2 >>"})), "E1417")
    yield Case("no pages", written(changed({2: b"<< /Type /Pages /Kids [] /Count 0 >>"})), "E1413")
    yield Case("no pages, but a count", written(changed({2: b"<< /Type /Pages /Kids [] /Count 7 >>"})), "E1413")
    yield Case("count is too small", written(changed(_two_pages(1))), "E1417")
    yield Case("count is too large", written(changed(_two_pages(2_000_000_000))), TAKEN)
    yield Case("count is negative", written(changed(_two_pages(-2))), TAKEN)
    yield Case("length is too short", written(changed({4: stream(b"0 g\n" * 50, length=b"3")})), REPAIRED)
    yield Case("length is too long", written(changed({4: stream(b"0 g\n" * 50, length=b"99999")})), REPAIRED)
    yield Case("length of two gigabytes", written(changed({4: stream(b"0 g", length=b"2147483647")})), REPAIRED)
    yield Case("length is negative", written(changed({4: stream(b"0 g", length=b"-1")})), REPAIRED)
    yield Case("length is the stream itself", written(changed({4: stream(b"0 g", length=b"4 0 R")})), REPAIRED)


def _mistyped() -> Objects:
    return changed({1: b"<< /Type 1 /Pages [2 0 R] /Names 3 /AcroForm (x) /Outlines 4.5 >>", 2: b"(pages)"})


def _many_contents() -> bytes:
    return b"/Contents [" + b"4 0 R " * 100_000 + b"]"


def _two_pages(count: int) -> Objects:
    return {2: b"<< /Type /Pages /Kids [3 0 R 6 0 R] /Count %d >>" % count, 6: page()}


def _object_streams() -> Iterator[Case]:
    packed = _saved()
    yield Case("sound letter in object streams", packed, TAKEN)
    inner = b"7 0 8 3 [1] [2]"
    entries = b"/Type /ObjStm /N %s /First %s"
    for name, count, first in (
        ("object stream that claims a million objects", b"1000000", b"8"),
        ("object stream whose first object lies beyond", b"2", b"99999"),
        ("object stream with a negative count", b"-1", b"8"),
    ):
        data = written(changed({6: stream(inner, entries % (count, first))}))
        yield Case(name, data, TAKEN)
    yield Case("object stream that extends itself", _cross_stream(b"/Extends 6 0 R", [(2, 6, 0)]), "E1417")
    yield Case("object stream that lies in itself", _cross_stream(b"", [(2, 6, 0)], itself=True), "E1411")
    yield Case("overlapping objects in a stream", _cross_stream(b"", [(2, 6, 0), (3, 6, 0), (5, 6, 0)]), "E1417")


def _saved() -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(SOUND)) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return out.getvalue()


def _cross_stream(extra: bytes, held: list[tuple[int, int, int]], *, itself: bool = False) -> bytes:
    """A file with a cross-reference stream (object 7) and an object stream (object 6) that is said to hold `held`."""
    body = b"2 0 3 0 5 0 << /Type /Pages /Kids [2 0 R] /Count 1 >>"
    objects = changed({6: stream(body, b"/Type /ObjStm /N 3 /First 12 " + extra)})
    out = bytearray(HEADER)
    rows: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}
    for number, source in objects.items():
        rows[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, source)
    rows |= {number: (2, holder, index) for number, holder, index in held}
    if itself:
        rows[6] = (2, 6, 0)
    rows[7] = (1, len(out), 0)
    table = b"".join(
        kind.to_bytes(1) + place.to_bytes(4) + index.to_bytes(2)
        for kind, place, index in (rows[number] for number in range(8))
    )
    entries = b"/Type /XRef /Size 8 /W [1 4 2] /Root 1 0 R /Filter /FlateDecode"
    start = len(out)
    out += b"7 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream(zlib.compress(table), entries), start)
    return bytes(out)


def _locked() -> Iterator[Case]:
    old = pikepdf.Encryption(owner="owner", user="secret", R=2, aes=False, metadata=False)
    for name, encryption, outcome in (
        ("locked with a password", pikepdf.Encryption(owner="owner", user="secret", R=6), "E1412"),
        ("locked with a password, forty bits", old, "E1412"),
        ("encrypted with the empty password", pikepdf.Encryption(owner="owner", user="", R=6), TAKEN),
        ("encrypted with the empty password, old", pikepdf.Encryption(owner="owner", user="", R=4), TAKEN),
    ):
        out = BytesIO()
        with pikepdf.open(BytesIO(SOUND)) as pdf:
            pdf.save(out, encryption=encryption)
        yield Case(name, out.getvalue(), outcome)
    nonsense = b"/Root 1 0 R /Encrypt << /Filter /Standard /V 99 /R 99 /O (x) /U (y) /P 1 >> /ID [(a) (b)]"
    yield Case("encrypted in a way that does not exist", written(sound(), trailer=nonsense), "E1411")
    loop = b"/Root 1 0 R /Encrypt 6 0 R /ID [(a) (b)]"
    yield Case("encryption that is absent", written(changed({6: b"6 0 R"}), trailer=loop), "E1411")


def _damaged(chance: random.Random) -> Iterator[Case]:
    """Bytes overwritten at random: whatever becomes of it, it becomes so within the limits."""
    packed = _saved()
    for number in range(12):
        data = bytearray(packed if number % 2 else SOUND)
        for _ in range(chance.randint(1, 40)):
            data[chance.randrange(10, len(data))] = chance.randrange(256)
        yield Case(f"random damage {number + 1}", bytes(data), "")
