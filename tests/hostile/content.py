"""Hostile insides: sizes, bombs, images, fonts, and what acts by itself."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.case import TAKEN, Case
from tests.hostile.writer import CONTENT, TEXT, changed, deflated, page, stream, written

BOMB_BYTES = 64 << 20
"""Decoded size of the bombs: over the limit that the tests set, and small enough to make quickly."""


def cases() -> Iterator[Case]:
    yield from _sizes()
    yield from _bombs()
    yield from _images()
    yield from _active()


def _sizes() -> Iterator[Case]:
    for name, box in (
        ("page a kilometre wide", b"[0 0 2834646 842]"),
        ("page as wide as numbers go", b"[0 0 1e38 1e38]"),
        ("page smaller than a dot", b"[0 0 0.01 0.01]"),
        ("page without area", b"[0 0 0 0]"),
        ("page size not a number", b"[0 0 NaN Infinity]"),
        ("page size in words", b"[(a) (b) (c) (d)]"),
        ("page size of three numbers", b"[0 0 595]"),
        ("page size is a dictionary", b"<< /Width 595 >>"),
        ("page size is null", b"null"),
    ):
        yield Case(name, written(changed({3: page(box=box)})), "E1416")
    wide = page(box=b"[0 0 %s 842]" % (b"9" * 400))
    yield Case("page wider than numbers go", written(changed({3: wide})), "E1417")
    yield Case("page with its corners exchanged", written(changed({3: page(box=b"[595 842 0 0]")})), TAKEN)
    yield Case("page at negative coordinates", written(changed({3: page(box=b"[-595 -842 0 0]")})), TAKEN)
    yield Case("visible box outside the page", written(changed({3: page(b"/CropBox [900 900 999 999]")})), "E1416")
    yield Case("user unit of a million", written(changed({3: page(b"/UserUnit 1000000")})), "E1416")
    yield Case("negative user unit", written(changed({3: page(b"/UserUnit -1")})), "E1416")
    yield Case("rotated by 45 degrees", written(changed({3: page(b"/Rotate 45")})), "E1416")
    yield Case("rotated by minus 90 degrees", written(changed({3: page(b"/Rotate -90")})), TAKEN)
    many = b"<< /Type /Pages /Kids [%s] /Count 3000 >>" % (b"3 0 R " * 3000)
    yield Case("more pages than allowed", written(changed({2: many})), "E1414")


def _bombs() -> Iterator[Case]:
    zeros = bytes(BOMB_BYTES)
    yield Case("content that swells a thousand times", written(changed({4: deflated(zeros)})), "E1418")
    yield Case("content that swells twice over", written(changed({4: deflated(zeros, rounds=2)})), "E1418")
    yield Case("content that swells three times over", written(changed({4: deflated(zeros, rounds=3)})), "E1418")
    entries = b"/Type /XObject /Subtype /Image /Width 9 /Height 9 /ColorSpace /DeviceGray /BitsPerComponent 8"
    yield Case("image that swells", written(changed({6: deflated(zeros, entries)})), "E1418")
    runs = b"\x81\x00" * (BOMB_BYTES // 128)
    lengths = stream(runs + b"\x80", b"/Filter /RunLengthDecode")
    yield Case("run lengths that swell", written(changed({4: lengths})), "E1418")
    names = b"/Filter [%s]" % (b"/ASCIIHexDecode " * 10_000)
    yield Case("stream with ten thousand filters", written(changed({4: stream(CONTENT, names)})), TAKEN)
    yield Case("filter that does not exist", written(changed({4: stream(CONTENT, b"/Filter /Zstd")})), TAKEN)
    yield Case("deflate of garbage", written(changed({4: stream(b"\xff" * 500, b"/Filter /FlateDecode")})), TAKEN)
    predictor = b"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 2147483647 /Colors 4096 >>"
    yield Case(
        "predictor of impossible columns", written(changed({4: stream(b"x\x9c\x03\0\0\0\0\1", predictor)})), TAKEN
    )


def _images() -> Iterator[Case]:
    claims = b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8 "
    for name, width, height, entries, outcome in (
        ("image of four thousand million pixels", 65535, 65535, b"/Filter /FlateDecode", "E1419"),
        ("image of the largest numbers", 2**31 - 1, 2**31 - 1, b"/Filter /DCTDecode", "E1419"),
        ("image of negative width", -5, 10, b"", TAKEN),
        ("image without pixels", 0, 0, b"", TAKEN),
        ("JBIG2 of garbage", 100, 100, b"/Filter /JBIG2Decode", TAKEN),
        ("JPEG 2000 of garbage", 100, 100, b"/Filter /JPXDecode", TAKEN),
        ("JPEG of garbage", 100, 100, b"/Filter /DCTDecode", TAKEN),
        ("fax of garbage", 100, 100, b"/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 100000 >>", TAKEN),
    ):
        image = stream(bytes(range(256)) * 4, claims % (width, height) + entries)
        objects = {3: _page_with(b"/XObject << /I 6 0 R >>"), 4: stream(b"9 0 0 9 0 0 cm /I Do"), 6: image}
        yield Case(name, written(changed(objects)), outcome)
    itself = stream(b"\0" * 9, claims % (3, 1) + b"/SMask 6 0 R")
    objects = {3: _page_with(b"/XObject << /I 6 0 R >>"), 4: stream(b"/I Do"), 6: itself}
    yield Case("image that is its own mask", written(changed(objects)), TAKEN)
    font = b"<< /Type /Font /Subtype /TrueType /BaseFont /X /FontDescriptor << /FontName /X /FontFile2 6 0 R >> >>"
    garbage = stream(b"\0\1\0\0" + bytes(range(256)) * 20)
    yield Case("font program of garbage", written(changed({4: stream(TEXT), 5: font, 6: garbage})), TAKEN)
    command = b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding 6 0 R /DescendantFonts [5 0 R] >>"
    use = stream(b"/X usecmap", b"/Type /CMap /UseCMap 6 0 R")
    yield Case("character map that uses itself", written(changed({4: stream(TEXT), 5: command, 6: use})), TAKEN)


def _page_with(resources: bytes) -> bytes:
    return b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << %s >> >>" % resources


def _active() -> Iterator[Case]:
    catalog = b"<< /Type /Catalog /Pages 2 0 R %s >>"
    script = b"/OpenAction << /S /JavaScript /JS (while \\(true\\) {}) >>"
    yield Case("script when opened", written(changed({1: catalog % script})), TAKEN, ("JavaScript",))
    launch = b"/OpenAction << /S /Launch /F (cmd.exe) >>"
    yield Case("program when opened", written(changed({1: catalog % launch})), TAKEN, ("Launch",))
    files = b"/Names << /EmbeddedFiles << /Names [(a.exe) 6 0 R] >> >>"
    embedded = {1: catalog % files, 6: b"<< /Type /Filespec /F (a.exe) /EF << /F 7 0 R >> >>", 7: stream(b"MZ")}
    yield Case("embedded program", written(changed(embedded)), TAKEN, ("EmbeddedFile",))
    annotation = b"/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (http://a.example/) >> >>]"
    yield Case("link to an address", written(changed({3: page(annotation)})), TAKEN, ("URI",))
    hidden = b"/Annots [<< /Subtype /Widget /AA << /E << /S /SubmitForm /Next << /S /JavaScript >> >> >> >>]"
    yield Case("script behind a field", written(changed({3: page(hidden)})), TAKEN, ("JavaScript", "SubmitForm"))
    escaped = b"/OpenAction << /S /Java#53cript /J#53 (1) >>"
    yield Case("script in disguise", written(changed({1: catalog % escaped})), TAKEN, ("JavaScript",))
    xfa = b"/AcroForm << /Fields [] /XFA (<xdp/>) >>"
    yield Case("form in XML", written(changed({1: catalog % xfa})), TAKEN, ("XFA",))
    broken = b"/OpenAction [ << /S /Launch /F (a) "
    yield Case("program behind broken syntax", written(changed({1: catalog % broken})), "E1411")
