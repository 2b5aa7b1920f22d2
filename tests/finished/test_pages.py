"""A finished page looks in the print file as it did in its own, however its file says it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Encryption, Name, ObjectStreamMode

from omr.read import read_pdf
from spool.finished.convert import FinishedPdf, convert
from spool.finished.fit import Fit
from spool.job import SpoolError
from tests.finished.made import L_SHAPE, MARKS, differs, drawn_pdf, look, printed, saved, text_pdf, whole
from tests.shared_data import shared_data

SMALL = 0.0005


def assert_same(source: Path, tmp_path: Path, fit: Fit | None = None) -> None:
    out = tmp_path / "out.pdf"
    page_set = whole(source, fit)
    printed([page_set], out)
    for page in range(len(page_set.pages)):
        assert differs(look(source, page), look(out, page)) < SMALL


@pytest.mark.shared
def test_the_invoices_of_seven_producers_look_as_before(tmp_path: Path) -> None:
    files = sorted(shared_data("invoices/pdf").glob("*.pdf"))
    assert len(files) >= 11
    for source in files:
        assert_same(source, tmp_path)


@pytest.mark.shared
def test_the_marks_on_the_invoices_of_seven_producers_read_back(tmp_path: Path) -> None:
    fit = Fit(clear=MARKS.clear_zones, on_conflict="scale")
    page_sets = [whole(source, fit) for source in sorted(shared_data("invoices/pdf").glob("*.pdf"))]
    printed(page_sets, tmp_path / "out.pdf")
    readings = list(read_pdf(tmp_path / "out.pdf", MARKS))
    assert [reading.problems for reading in readings] == [()] * sum(len(each.pages) for each in page_sets)
    named = [reading.sheet.piece for reading in readings if reading.sheet]
    assert named == [f"P{number:08}" for number, each in enumerate(page_sets, 1) for _ in each.pages]


@pytest.mark.parametrize("turn", [0, 90, 180, 270, -90, 450])
def test_a_turned_page_stands_as_it_is_seen(turn: int, tmp_path: Path) -> None:
    source = saved(drawn_pdf(L_SHAPE, MediaBox=Array([0, 0, 595, 842]), Rotate=turn), tmp_path)
    assert_same(source, tmp_path)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_cropped_page_shows_its_crop_box_alone(turn: int, tmp_path: Path) -> None:
    pdf = drawn_pdf(
        L_SHAPE + b"0 g 0 0 120 120 re f",
        MediaBox=Array([0, 0, 700, 842]),
        CropBox=Array([40, 60, 690, 800]),
        Rotate=turn,
    )
    source = saved(pdf, tmp_path)
    assert_same(source, tmp_path)
    assert whole(source).width_pt == (650 if turn % 180 == 0 else 740)


def test_a_media_box_may_begin_anywhere_and_name_any_corners(tmp_path: Path) -> None:
    source = saved(drawn_pdf(b"1 0 0 1 -200 -300 cm " + L_SHAPE, MediaBox=Array([395, 542, -200, -300])), tmp_path)
    assert_same(source, tmp_path)


def test_a_page_in_larger_units_is_as_much_larger(tmp_path: Path) -> None:
    pdf = drawn_pdf(b"0 g 75 100 30 150 re f", MediaBox=Array([0, 0, 297.5, 421]), UserUnit=2)
    plain = drawn_pdf(b"0 g 150 200 60 300 re f")
    source, same = saved(pdf, tmp_path), saved(plain, tmp_path, "same.pdf")
    page_set = whole(source)
    assert (page_set.width_pt, page_set.height_pt) == (595, 842)
    printed([page_set], tmp_path / "out.pdf")
    assert differs(look(tmp_path / "out.pdf"), look(same)) < SMALL


def test_resources_boxes_and_turn_are_taken_from_the_nodes_above(tmp_path: Path) -> None:
    pdf = text_pdf([["Inherited"]])
    page = pdf.pages[0].obj
    for key, value in {"/Resources": page.Resources, "/MediaBox": page.MediaBox, "/Rotate": 90}.items():
        page.Parent[key] = value
        if key in page:
            del page[key]
    assert_same(saved(pdf, tmp_path), tmp_path)


def test_content_in_several_streams_is_one(tmp_path: Path) -> None:
    pdf = drawn_pdf(b"")
    parts = (b"q 1 0 0 1 40 40 cm 0.2", b"g 150 200 60 300 re f Q", b"0 g 300 300 20 20 re f")
    pdf.pages[0].obj.Contents = Array([pdf.make_stream(part) for part in parts])
    assert_same(saved(pdf, tmp_path), tmp_path)


@pytest.mark.parametrize("content", [b"q 1 0 0 1 50 0 cm " + L_SHAPE, b"Q Q " + L_SHAPE, b"q q Q " + L_SHAPE + b" Q Q"])
def test_states_that_are_not_balanced_don_t_move_the_marks(content: bytes, tmp_path: Path) -> None:
    source = saved(drawn_pdf(content), tmp_path)
    assert_same(source, tmp_path)
    assert all(not reading.problems for reading in read_pdf(tmp_path / "out.pdf", MARKS))


def test_content_is_kept_as_the_very_bytes_it_was(tmp_path: Path) -> None:
    pdf = drawn_pdf(L_SHAPE.replace(b"0 0 0 RG", b"0 G"))
    source = saved(pdf, tmp_path, compress_streams=True)
    with pikepdf.open(source) as again:
        raw = again.pages[0].obj.Contents.read_raw_bytes()
    (form,) = whole(source).forms.values()
    assert form.content == raw


def test_an_encrypted_file_without_a_password_for_opening_is_read(tmp_path: Path) -> None:
    plain = saved(text_pdf([["Locked, but open to all"]]), tmp_path, "plain.pdf")
    with pikepdf.open(plain) as pdf:
        source = saved(pdf, tmp_path, encryption=Encryption(owner="secret", user="", R=6))
    printed([whole(source)], tmp_path / "out.pdf")
    assert differs(look(plain), look(tmp_path / "out.pdf")) < SMALL


def test_a_file_that_wants_a_password_is_refused(tmp_path: Path) -> None:
    source = saved(text_pdf([["Locked"]]), tmp_path, encryption=Encryption(owner="a", user="b"))
    with pytest.raises(SpoolError, match=r"E6401.*password"):
        whole(source)


def test_objects_in_object_streams_are_found(tmp_path: Path) -> None:
    pdf = text_pdf([["In object streams"]])
    assert_same(saved(pdf, tmp_path, object_stream_mode=ObjectStreamMode.generate), tmp_path)


def test_a_file_whose_table_of_places_is_wrong_is_repaired(tmp_path: Path) -> None:
    sound = saved(text_pdf([["Repaired"]]), tmp_path, "sound.pdf")
    data = sound.read_bytes()
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(data[: data.rindex(b"startxref")] + b"startxref\n99\n%%EOF\n")
    printed([whole(broken)], tmp_path / "out.pdf")
    assert differs(look(sound), look(tmp_path / "out.pdf")) < SMALL


def test_what_is_no_pdf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(b"no pdf at all")
    with pytest.raises(SpoolError, match="E6401"):
        whole(tmp_path / "in.pdf")
    with pytest.raises(SpoolError, match="E6401"):
        whole(tmp_path / "absent.pdf")


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ({"MediaBox": Array([0, 0, 0, 842])}, "E6407"),
        ({"MediaBox": Array([0, 0, 10**7, 842])}, "E6407"),
        ({"Rotate": 45}, "E6407"),
        ({"UserUnit": -1}, "E6407"),
        ({"Annots": Array([Dictionary(F=4, Subtype=Name.Stamp, Rect=Array([1]), AP=Dictionary())])}, ""),
    ],
)
def test_a_page_that_breaks_the_rules_is_refused_by_its_number(
    entries: dict[str, Any], code: str, tmp_path: Path
) -> None:
    source = saved(drawn_pdf(L_SHAPE, **entries), tmp_path)
    if not code:
        whole(source)
        return
    with pytest.raises(SpoolError, match=code) as refused:
        whole(source)
    assert refused.value.place == "in.pdf, page 1"


def test_documents_come_in_the_order_of_their_ranges(tmp_path: Path) -> None:
    source = saved(text_pdf([[f"Page {number}"] for number in range(5)]), tmp_path)
    first, second = convert(source, [range(3, 5), range(1)], Fit())
    assert (len(first.pages), len(second.pages)) == (2, 1)
    assert first.key != second.key
    printed([first, second], tmp_path / "out.pdf")
    for printed_at, page in enumerate((3, 4, 0)):
        assert differs(look(source, page), look(tmp_path / "out.pdf", printed_at)) < SMALL


@pytest.mark.parametrize("pages", [range(0), range(4, 6), range(-1, 1)])
def test_pages_that_the_file_lacks_are_refused(pages: range, tmp_path: Path) -> None:
    source = saved(text_pdf([["a"]] * 5), tmp_path)
    with FinishedPdf(source, Fit()) as pdf, pytest.raises(SpoolError, match="E6402"):
        pdf.page_set(pages)


def test_a_document_after_one_that_is_refused_is_converted(tmp_path: Path) -> None:
    pdf = text_pdf([["One"], ["Two"]])
    pdf.pages[0].obj.Rotate = 17
    with FinishedPdf(saved(pdf, tmp_path), Fit()) as file:
        with pytest.raises(SpoolError, match="E6407"):
            file.page_set(range(1))
        assert file.page_set(range(1, 2)).draws


def test_the_same_pages_give_the_same_page_set_and_another_fit_another_key(tmp_path: Path) -> None:
    source = saved(text_pdf([["Once"]]), tmp_path)
    assert whole(source) == whole(source)
    assert whole(source).key != whole(source, Fit(paper_mm=(250, 353))).key


def test_a_wide_page_is_turned_onto_upright_paper(tmp_path: Path) -> None:
    pdf = drawn_pdf(b"0 g 30 565 100 20 re f", MediaBox=Array([0, 0, 842, 595]))
    page_set = whole(saved(pdf, tmp_path), Fit(paper_mm=(210, 297)))
    printed([page_set], tmp_path / "out.pdf")
    dark = look(tmp_path / "out.pdf") < 128
    px = 100 / 72
    assert dark[int((842 - 80) * px), int(20 * px)]
    assert not dark[int(80 * px), int(575 * px)]


def test_a_page_larger_than_the_paper_is_scaled_if_it_may_be(tmp_path: Path) -> None:
    source = saved(drawn_pdf(L_SHAPE, MediaBox=Array([0, 0, 612, 792])), tmp_path)
    with pytest.raises(SpoolError, match=r"E6406.*216 × 279 mm"):
        whole(source, Fit(paper_mm=(210, 297)))
    assert whole(source, Fit(paper_mm=(210, 297), on_conflict="scale")).width_pt == pytest.approx(595.2756)
