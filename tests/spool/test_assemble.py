"""A print file holds the store's pages as they are, with the marks of each sheet above them."""

from __future__ import annotations

import errno
import hashlib
import os
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pikepdf
import pytest

from layouts.errors import LayoutError
from layouts.fonts import FontFace
from layouts.pageset import PageSet
from omr.draw import draw_marks
from omr.markset import MarkSet
from omr.model import Side
from spool.assemble import BatchSheet, PageRef
from spool.job import SpoolError
from spool.pagestore import PageStore
from spool.press_profile import PressProfile
from tests.spool.conftest import CREATED, Assemble
from tests.spool.page_sets import A4_PT, form, image, page_set, sheets_of, text_set

MM_PER_PT = 25.4 / 72
LONG_EDGE = "two-sided-long-edge"


def keep(store: PageStore, *sets: PageSet) -> tuple[PageSet, ...]:
    for each in sets:
        store.put(each)
    return sets


def raw_contents(page: pikepdf.Page) -> list[bytes]:
    """The page's content streams as they lie in the file."""
    contents = page.obj.get("/Contents")
    if contents is None:
        return []
    streams = contents if isinstance(contents, pikepdf.Array) else [contents]
    return [stream.read_raw_bytes() for stream in streams]


def test_every_front_is_the_kept_page_followed_by_the_marks_of_its_sheet(
    store: PageStore, make: Assemble, face: FontFace, mark_set: MarkSet
) -> None:
    sets = keep(store, text_set("a", ["one", "two"], face), text_set("b", ["three"], face))
    sheets = list(sheets_of(*sets))
    made = make(sheets)
    kept = [page for each in sets for page in each.pages]
    with pikepdf.open(made.path) as pdf:
        assert made.sheets == made.pages == len(pdf.pages) == 3
        for page, sheet, content in zip(pdf.pages, sheets, kept, strict=True):
            first, second = raw_contents(page)
            assert first == content
            width, height = A4_PT[0] * MM_PER_PT, A4_PT[1] * MM_PER_PT
            assert zlib.decompress(second) == draw_marks(mark_set, sheet.orders, sheet.id, width, height)
            assert [float(edge) for edge in page.mediabox] == [0, 0, *A4_PT]


def test_two_sided_sheets_have_a_back_without_marks_and_a_blank_one_where_nothing_stands(
    store: PageStore, make: Assemble, face: FontFace
) -> None:
    (three,) = keep(store, text_set("a", ["one", "two", "three"], face))
    made = make(sheets_of(three, two_sided=True), sides="two-sided-long-edge")
    assert (made.sheets, made.pages) == (2, 4)
    with pikepdf.open(made.path) as pdf:
        contents = [raw_contents(page) for page in pdf.pages]
        assert [len(each) for each in contents] == [2, 1, 2, 0]
        assert [each[0] for each in contents if each] == list(three.pages)
        assert pdf.Root.ViewerPreferences.Duplex == "/DuplexFlipLongEdge"


def test_marks_for_the_back_stand_on_every_back_and_on_no_front(
    store: PageStore, make: Assemble, face: FontFace, mark_set: MarkSet
) -> None:
    rear = replace(mark_set, side=Side.BACK)
    (three,) = keep(store, text_set("a", ["one", "two", "three"], face))
    sheets = list(sheets_of(three, two_sided=True))
    width, height = A4_PT[0] * MM_PER_PT, A4_PT[1] * MM_PER_PT
    marks = [draw_marks(rear, each.orders, each.id, width, height, side=Side.BACK) for each in sheets]
    press = PressProfile("mixed", mixed_sides=True)
    made = make([sheets[0], replace(sheets[1], sides="one-sided")], sides=LONG_EDGE, mark_set=rear, press=press)
    with pikepdf.open(made.path) as pdf:
        contents = [raw_contents(page) for page in pdf.pages]
    assert [len(each) for each in contents] == [1, 2, 1, 1]
    assert [each[0] for each in contents[:3]] == list(three.pages)
    assert [zlib.decompress(each[-1]) for each in contents[1::2]] == marks


@pytest.mark.parametrize("sides", ["one-sided", "two-sided-short-edge"])
def test_marks_for_the_back_are_refused_where_no_back_is_printed_upright(
    store: PageStore, make: Assemble, mark_set: MarkSet, sides: str
) -> None:
    (sheet,) = sheets_of(*keep(store, page_set()))
    with pytest.raises(SpoolError, match="E6204"):
        make([sheet], sides=sides, mark_set=replace(mark_set, side=Side.BACK))


def test_viewers_are_told_not_to_scale_the_page(store: PageStore, make: Assemble) -> None:
    made = make(sheets_of(*keep(store, page_set())))
    with pikepdf.open(made.path) as pdf:
        assert pdf.Root.ViewerPreferences.PrintScaling == "/None"
        assert pdf.Root.ViewerPreferences.Duplex == "/Simplex"


def test_fonts_forms_and_images_are_written_once_for_all_pages(
    store: PageStore, make: Assemble, face: FontFace
) -> None:
    sets = keep(store, *(text_set(f"{n}", [f"page {n}"], face, forms=(form(),), images=(image(),)) for n in range(5)))
    made = make(sheets_of(*sets))
    with pikepdf.open(made.path) as pdf:
        objects = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary | pikepdf.Stream)]
        kinds = [str(each.get("/Subtype")) for each in objects]
        assert {kind: kinds.count(kind) for kind in set(kinds)} == {
            "None": kinds.count("None"),
            "/Type0": 1,
            "/CIDFontType2": 1,
            "/Form": 1,
            "/Image": 1,
            "/XML": 1,
        }
        assert len({page.resources.objgen for page in pdf.pages}) == 1
        assert set(pdf.pages[4].resources.XObject) == {"/" + form().name, "/" + image().name}
        drawn = pdf.pages[0].resources.XObject["/" + form().name]
        assert drawn.read_raw_bytes() == form().content
        assert drawn.Resources == pdf.pages[0].resources
        picture = pdf.pages[0].resources.XObject["/" + image().name]
        assert picture.read_bytes() == bytes([128]) * 64


def test_a_font_tells_widths_and_characters_of_all_glyphs_shown(
    store: PageStore, make: Assemble, face: FontFace
) -> None:
    sets = keep(store, text_set("a", ["Åse 12"], face), text_set("b", ["Ω ж ł"], face))
    made = make(sheets_of(*sets))
    shown = {face.gid_of[char] for char in "Åse 12Ω ж ł"}
    with pikepdf.open(made.path) as pdf:
        font = pdf.pages[0].resources.Font["/" + face.resource_name]
        assert str(font.BaseFont)[7:8] == "+"
        assert str(font.BaseFont).endswith(face.ps_name)
        descendant = font.DescendantFonts[0]
        assert widths_of(descendant.W) == {glyph: face.advance(glyph) for glyph in shown}
        characters = characters_of(font.ToUnicode.read_bytes().decode())
        assert characters == {glyph: face.unicode_of(glyph) for glyph in shown}
        program = descendant.FontDescriptor.FontFile2
        assert len(program.read_bytes()) == program.Length1


def widths_of(array: pikepdf.Object) -> dict[int, int]:
    entries = list(array)
    return {
        int(first) + at: int(width)
        for first, widths in zip(entries[::2], entries[1::2], strict=True)
        for at, width in enumerate(widths)
    }


def characters_of(cmap: str) -> dict[int, str]:
    lines = (line.split() for line in cmap.splitlines() if line.startswith("<") and "> <" in line)
    pairs = ((line[0].strip("<>"), line[1].strip("<>")) for line in lines if line != ["<0000>", "<FFFF>"])
    return {int(glyph, 16): bytes.fromhex(text).decode("utf-16-be") for glyph, text in pairs}


def test_many_glyphs_are_told_in_blocks_of_at_most_a_hundred(store: PageStore, make: Assemble, face: FontFace) -> None:
    letters = "".join(char for char in face.gid_of if 0x100 <= ord(char) < 0x500)
    made = make(sheets_of(*keep(store, text_set("a", [letters], face))))
    with pikepdf.open(made.path) as pdf:
        cmap = pdf.pages[0].resources.Font["/" + face.resource_name].ToUnicode.read_bytes().decode()
    sizes = [int(line.split()[0]) for line in cmap.splitlines() if line.endswith("beginbfchar")]
    assert len(sizes) > 1
    assert max(sizes) <= 100
    assert sum(sizes) == len({face.gid_of[char] for char in letters})


def test_the_same_batch_gives_the_same_bytes(store: PageStore, make: Assemble, face: FontFace, tmp_path: Path) -> None:
    sets = keep(store, text_set("a", ["one", "two"], face, forms=(form(),)), text_set("b", ["three"], face))
    first = make(sheets_of(*sets))
    second = make(sheets_of(*sets), out=tmp_path / "again.pdf", store=PageStore(store.root))
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.sha256 == second.sha256 == hashlib.sha256(first.path.read_bytes()).hexdigest()
    assert first.bytes == first.path.stat().st_size


def test_another_content_has_another_identity(store: PageStore, make: Assemble, face: FontFace, tmp_path: Path) -> None:
    sets = keep(store, text_set("a", ["one"], face), text_set("b", ["two"], face))
    identities = set()
    for at, each in enumerate(sets):
        with pikepdf.open(make(sheets_of(each), out=tmp_path / f"{at}.pdf").path) as pdf:
            identities.add(bytes(pdf.trailer.ID[0]))
            assert pdf.trailer.ID[0] == pdf.trailer.ID[1]
    assert len(identities) == 2


def test_the_file_says_what_it_is_and_when_it_was_made(store: PageStore, make: Assemble) -> None:
    made = make(sheets_of(*keep(store, page_set())), title="R000001-B01 (ærlig)")
    with pikepdf.open(made.path) as pdf:
        assert str(pdf.docinfo.Title) == "R000001-B01 (ærlig)"
        assert str(pdf.docinfo.Producer) == "Mailroom"
        assert str(pdf.docinfo.CreationDate) == "D:20260302063000+00'00'"


def test_a_page_of_another_size_bears_its_own_size(store: PageStore, make: Assemble) -> None:
    sets = keep(store, page_set("a"), page_set("b", size_pt=(612.0, 792.0)), page_set("c"))
    with pikepdf.open(make(sheets_of(*sets)).path) as pdf:
        assert [float(page.mediabox[2]) for page in pdf.pages] == [595.276, 612, 595.276]


def _swap(sheets: list[BatchSheet]) -> list[BatchSheet]:
    """The first two sheets change places but keep their count in the file right."""
    one, two = (replace(sheets[at], orders=replace(sheets[at].orders, ordinal=2 - at)) for at in (0, 1))
    return [two, one, *sheets[2:]]


def _with(at: int, **change: object) -> object:
    def wrong(sheets: list[BatchSheet]) -> list[BatchSheet]:
        sheets[at] = replace(sheets[at], **change)  # type: ignore[arg-type]
        return sheets

    return wrong


def _orders(at: int, **change: int) -> object:
    return lambda sheets: _with(at, orders=replace(sheets[at].orders, **change))(sheets)  # type: ignore[operator]


def _id(at: int, **change: object) -> object:
    return lambda sheets: _with(at, id=replace(sheets[at].id, **change))(sheets)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("spoil", "fact"),
    [
        (_orders(1, ordinal=3), "count it as sheet 3 of the file"),
        (_orders(1, sheet=1), "marks say sheet 1 of 2"),
        (_orders(1, of=3), "marks say sheet 2 of 3"),
        (_swap, "sheet 1 was due"),
        (_id(1, piece="P00000009"), "sheet 2 of 2 of piece P00000001 was due"),
        (_id(1, copy=2), "sheet 2 of 2 of piece P00000001 was due"),
        (_id(2, piece="P00000001"), "in the batch already"),
        (lambda sheets: sheets[:1], "ends although the piece has 2 sheets"),
        (lambda sheets: sheets[1:], "sheet 1 was due"),
        (lambda sheets: sheets[2:], "count it as sheet 3"),
    ],
)
def test_a_sheet_in_the_wrong_place_is_refused_and_nothing_is_left(
    store: PageStore, make: Assemble, tmp_path: Path, spoil: object, fact: str
) -> None:
    sets = keep(store, page_set("a", pages=(b"q Q", b"q Q")), page_set("b"))
    sheets = spoil(list(sheets_of(*sets)))  # type: ignore[operator]
    with pytest.raises(SpoolError, match=fact) as caught:
        make(sheets)
    assert caught.value.code == "E6202"
    assert caught.value.remedy
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_a_batch_without_sheets_is_refused(make: Assemble) -> None:
    with pytest.raises(SpoolError, match="E6201"):
        make([])


@pytest.mark.parametrize("index", [-1, 1, 99])
def test_a_page_that_the_document_lacks_is_refused(store: PageStore, make: Assemble, index: int) -> None:
    (sheet,) = sheets_of(*keep(store, page_set()))
    with pytest.raises(SpoolError, match="E6203"):
        make([replace(sheet, front=PageRef(sheet.front.key, index))])


def test_a_back_on_a_one_sided_sheet_is_refused(store: PageStore, make: Assemble) -> None:
    (sheet,) = sheets_of(*keep(store, page_set()))
    with pytest.raises(SpoolError, match="E6204"):
        make([replace(sheet, back=sheet.front)])


def test_an_unknown_way_to_print_is_refused(store: PageStore, make: Assemble) -> None:
    with pytest.raises(SpoolError, match="E6205"):
        make(sheets_of(*keep(store, page_set())), sides="duplex")


def test_a_date_without_offset_is_refused(store: PageStore, make: Assemble) -> None:
    with pytest.raises(ValueError, match="offset"):
        make(sheets_of(*keep(store, page_set())), created=CREATED.replace(tzinfo=None))


def test_two_contents_under_one_name_are_refused(store: PageStore, make: Assemble, tmp_path: Path) -> None:
    class TwoStores(PageStore):
        """Two stores in one, as a store filled by two versions might be."""

        def get(self, key: str) -> PageSet:
            return PageStore(self.root / key[:1]).get(key)

    one = page_set("a", forms=(form(),))
    two = page_set("b", forms=(replace(form(), content=zlib.compress(b"0 0 m")),))
    assert one.key[0] != two.key[0]
    for each in (one, two):
        PageStore(store.root / each.key[:1]).put(each)
    with pytest.raises(SpoolError, match="E6206") as caught:
        make(sheets_of(one, two), store=TwoStores(store.root))
    assert caught.value.place == form().name


def test_a_page_set_that_is_not_kept_is_named(make: Assemble) -> None:
    with pytest.raises(SpoolError, match="E6102"):
        make(sheets_of(page_set()))


def test_a_font_that_is_not_installed_is_named_and_nothing_is_left(
    store: PageStore, make: Assemble, tmp_path: Path
) -> None:
    with pytest.raises(LayoutError):
        make(sheets_of(*keep(store, page_set(glyphs={"F000000000000": (1,)}))))
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_an_absent_folder_is_told(store: PageStore, make: Assemble, tmp_path: Path) -> None:
    with pytest.raises(SpoolError, match="E6003") as caught:
        make(sheets_of(*keep(store, page_set())), out=tmp_path / "none" / "batch.pdf")
    assert caught.value.place == str(tmp_path / "none" / "batch.pdf")


def test_a_full_disk_is_told_and_the_earlier_file_stays(
    store: PageStore, make: Assemble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets = keep(store, page_set("a"), page_set("b"))
    earlier = make(sheets_of(sets[0]))
    whole = earlier.path.read_bytes()

    def write(handle: int, data: memoryview) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("spool.atomic.os.write", write)
        with pytest.raises(SpoolError, match="E6001"):
            make(sheets_of(sets[1]))
    assert earlier.path.read_bytes() == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == ["batch.pdf", "store"]


def test_a_plan_that_breaks_off_leaves_nothing(store: PageStore, make: Assemble, tmp_path: Path) -> None:
    sets = keep(store, page_set("a"), page_set("b"))

    def broken() -> Iterator[BatchSheet]:
        yield next(sheets_of(*sets))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(broken())
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_the_date_is_written_with_its_own_offset(store: PageStore, make: Assemble) -> None:
    made = make(sheets_of(*keep(store, page_set())), created=datetime.fromisoformat("2026-07-01T00:15:00+02:00"))
    with pikepdf.open(made.path) as pdf:
        assert str(pdf.docinfo.CreationDate) == str(pdf.docinfo.ModDate) == "D:20260701001500+02'00'"
        assert "<xmp:CreateDate>2026-07-01T00:15:00+02:00</xmp:CreateDate>" in pdf.Root.Metadata.read_bytes().decode()
