"""Loops and depths: page trees, resources, outlines, forms, fonts, arrays and dictionaries."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.case import REPAIRED, TAKEN, Case
from tests.hostile.writer import CONTENT, changed, page, stream, written

DEEP = 10_000


def cases() -> Iterator[Case]:
    yield from _page_trees()
    yield from _containers()
    yield from _drawn()
    yield from _references()


def _tree(*kids: int, count: int = 1) -> bytes:
    return b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), count)


def _page_trees() -> Iterator[Case]:
    yield Case("page tree leads to itself", written(changed({2: _tree(2)})), "E1417")
    yield Case("page tree leads to its parent", written(changed({2: _tree(6), 6: _tree(2)})), "E1417")
    yield Case("page tree leads to itself behind a page", written(changed({2: _tree(3, 2, count=2)})), "E1417")
    nodes = {6 + level: _tree(7 + level) for level in range(DEEP)}
    deep = changed({2: _tree(6), **nodes, 6 + DEEP: page()})
    yield Case("page tree ten thousand deep", written(deep), "E1415")
    doubling = {6 + level: _tree(7 + level, 7 + level, count=2 ** (40 - level)) for level in range(40)}
    bomb = changed({2: _tree(6, count=2**40), **doubling, 46: page()})
    yield Case("page tree that doubles forty times", written(bomb), "E1417")
    yield Case("page tree is a page", written(changed({1: b"<< /Type /Catalog /Pages 3 0 R >>"})), TAKEN)
    yield Case("page stands in the tree a thousand times", written(changed({2: _tree(*[3] * 1000, count=1000)})), TAKEN)


def _containers() -> Iterator[Case]:
    array = b"[" * DEEP + b"]" * DEEP
    dictionary = b"<</A" * DEEP + b" 1" + b">>" * DEEP
    yield Case("array ten thousand deep", written(changed({6: array})), "E1415")
    yield Case("dictionary ten thousand deep", written(changed({6: dictionary})), "E1415")
    yield Case("array ten thousand deep in a page", written(changed({3: page(b"/Deep " + array)})), "E1417")
    yield Case("array two hundred deep", written(changed({6: b"[" * 200 + b"]" * 200})), "E1415")
    yield Case("array forty deep", written(changed({6: b"[" * 40 + b"]" * 40})), TAKEN)
    yield Case("array of a million", written(changed({6: b"[" + b"0 " * 1_000_000 + b"]"})), TAKEN)
    yield Case("array that never closes", written(changed({6: b"[" * DEEP})), "E1415")
    yield Case("content of ten thousand open arrays", written(changed({4: stream(b"[" * DEEP)})), TAKEN)
    yield Case("content of ten thousand saved states", written(changed({4: stream(b"q " * DEEP)})), TAKEN)


def _drawn() -> Iterator[Case]:
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 99 99]"
    drawn = b"/XObject << /X 6 0 R >>"
    uses = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << %s >> >>" % drawn
    itself = {3: uses, 4: stream(b"/X Do"), 6: stream(b"/X Do", form + b" /Resources << %s >>" % drawn)}
    yield Case("form draws itself", written(changed(itself)), TAKEN)
    other = {
        3: uses,
        4: stream(b"/X Do"),
        6: stream(b"/X Do", form + b" /Resources << /XObject << /X 7 0 R >> >>"),
        7: stream(b"/X Do", form + b" /Resources << /XObject << /X 6 0 R >> >>"),
    }
    yield Case("two forms draw one another", written(changed(other)), TAKEN)
    chain = {
        6 + level: stream(b"/X Do", form + b" /Resources << /XObject << /X %d 0 R >> >>" % (7 + level))
        for level in range(2000)
    }
    long = {3: uses, 4: stream(b"/X Do"), **chain, 2006: stream(CONTENT, form)}
    yield Case("forms two thousand deep", written(changed(long)), TAKEN)
    twice = {
        6 + level: stream(b"/X Do /X Do", form + b" /Resources << /XObject << /X %d 0 R >> >>" % (7 + level))
        for level in range(40)
    }
    doubling = {3: uses, 4: stream(b"/X Do"), **twice, 46: stream(CONTENT, form)}
    yield Case("forms that double forty times", written(changed(doubling)), TAKEN)
    glyph = b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /FirstChar 65 /LastChar 65"
    font = glyph + b" /Widths [9] /Encoding << /Differences [65 /a] >> /CharProcs << /a 6 0 R >>"
    type3 = {5: font + b" /Resources << /Font << /F1 5 0 R >> >> >>", 6: stream(b"BT /F1 9 Tf (A) Tj ET")}
    yield Case("glyph of a font is written in the font", written(changed({**type3, 4: type3[6]})), TAKEN)
    pattern = b"/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 1 /YStep 1"
    tile = stream(b"/Pattern cs /P scn 0 0 9 9 re f", pattern + b" /Resources << /Pattern << /P 6 0 R >> >>")
    tiled = {
        3: uses.replace(drawn, b"/Pattern << /P 6 0 R >>"),
        4: stream(b"/Pattern cs /P scn 0 0 9 9 re f"),
        6: tile,
    }
    yield Case("pattern painted with itself", written(changed(tiled)), TAKEN)
    mask = form + b" /Group << /S /Transparency >> /Resources << /ExtGState << /G 7 0 R >> >>"
    soft = {
        3: uses.replace(drawn, b"/ExtGState << /G 7 0 R >>"),
        4: stream(b"/G gs 0 0 9 9 re f"),
        6: stream(b"/G gs 0 0 9 9 re f", mask),
        7: b"<< /SMask << /S /Luminosity /G 6 0 R >> >>",
    }
    yield Case("soft mask masked by itself", written(changed(soft)), TAKEN)


def _references() -> Iterator[Case]:
    resources = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>"
    loop = {3: resources, 6: b"<< /Font 7 0 R /XObject 6 0 R /ColorSpace 7 0 R >>", 7: b"<< /F1 6 0 R >>"}
    yield Case("resources refer to themselves", written(changed(loop)), TAKEN)
    catalog = b"<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R >>"
    outline = {
        1: catalog,
        6: b"<< /Type /Outlines /First 7 0 R /Last 7 0 R >>",
        7: b"<< /Title (a) /Parent 6 0 R /First 7 0 R /Next 7 0 R /Prev 7 0 R >>",
    }
    yield Case("outline that follows itself", written(changed(outline)), TAKEN)
    labels = {1: b"<< /Type /Catalog /Pages 2 0 R /PageLabels 6 0 R >>", 6: b"<< /Kids [6 0 R] /Limits [0 9] >>"}
    yield Case("page labels that are their own kids", written(changed(labels)), TAKEN)
    names = {1: b"<< /Type /Catalog /Pages 2 0 R /Names << /Dests 6 0 R >> >>", 6: b"<< /Kids [6 0 R 6 0 R] >>"}
    yield Case("name tree that is its own kid", written(changed(names)), TAKEN)
    yield Case("object that is a reference to itself", written(changed({5: b"5 0 R"})), REPAIRED)
    yield Case("references in a ring", written(changed({5: b"6 0 R", 6: b"7 0 R", 7: b"5 0 R"})), REPAIRED)
    colour = {3: page(b"/Group << /CS 6 0 R >>"), 6: b"[/Indexed 6 0 R 1 (abc)]"}
    yield Case("colour space based on itself", written(changed(colour)), TAKEN)
    function = {6: b"<< /FunctionType 3 /Domain [0 1] /Functions [6 0 R 6 0 R] /Bounds [.5] /Encode [0 1 0 1] >>"}
    yield Case("function stitched from itself", written(changed(function)), TAKEN)
    fields = {
        1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] >> >>",
        6: b"<< /T (a) /FT /Tx /Kids [6 0 R] /Parent 6 0 R >>",
    }
    yield Case("form field that is its own parent", written(changed(fields)), TAKEN)
    parent = {3: b"<< /Type /Page /Parent 3 0 R /Contents 4 0 R >>"}
    yield Case("page that is its own parent, without a size", written(changed(parent)), "E1416")
