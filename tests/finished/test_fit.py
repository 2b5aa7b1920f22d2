"""A page gives way to the marks when it may, and says why when it can't."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omr.place import Box
from omr.read import read_pdf
from spool.finished.convert import FinishedPdf, Moved
from spool.finished.fit import AS_IS, Fit, Ink, NoPlacement, OnConflict, Placement
from spool.job import SpoolError
from tests.finished.made import L_SHAPE, MARKS, drawn_pdf, look, printed, saved, whole

DPI = 25.4
"""One pixel a millimetre: figures in the tests of `Ink` are both."""

ZONE = Box(0, 100, 12, 80)


def ink(*boxes: tuple[int, int, int, int], size: tuple[int, int] = (210, 297)) -> Ink:
    """Ink over boxes of left, top, right, bottom."""
    dark = np.zeros((size[1], size[0]), np.bool_)
    for left, top, right, bottom in boxes:
        dark[top:bottom, left:right] = True
    return Ink(dark, DPI)


def test_a_page_that_leaves_the_zones_clear_stays() -> None:
    assert ink((12, 100, 200, 180), (0, 0, 50, 100)).place(Fit(clear=(ZONE,)), window=None) == AS_IS


def test_a_page_is_shifted_as_little_as_will_do() -> None:
    fit = Fit(clear=(ZONE,), on_conflict="shift")
    assert ink((8, 120, 180, 150)).place(fit, window=None) == Placement(4, 0)
    assert ink((5, 97, 180, 103)).place(fit, window=None) == Placement(0, -3)


def test_a_shift_keeps_ink_off_the_edge_that_is_not_printed() -> None:
    fit = Fit(clear=(ZONE,), on_conflict="shift", margin_mm=4)
    assert ink((8, 120, 204, 150)).place(fit, window=None) == NoPlacement(ZONE)
    assert ink((8, 120, 202, 150)).place(fit, window=None) == Placement(4, 0)


def test_a_page_too_wide_to_be_shifted_is_made_smaller_if_it_may_be() -> None:
    wide = ink((5, 50, 205, 250))
    assert wide.place(Fit(clear=(ZONE,), on_conflict="shift"), window=None) == NoPlacement(ZONE)
    found = wide.place(Fit(clear=(ZONE,), on_conflict="scale"), window=None)
    assert isinstance(found, Placement)
    assert 0.95 <= found.scale < 1


def test_the_address_ties_a_page_to_its_window() -> None:
    window = Box(20, 45, 90, 40)
    fit = Fit(clear=(ZONE,), on_conflict="shift", window=window)
    loose = ink((30, 50, 90, 70), (8, 120, 180, 150))
    assert loose.place(fit, window=window) == Placement(4, 0)
    tight = ink((30, 50, 108, 70), (8, 120, 180, 150))
    assert tight.place(fit, window=window) == NoPlacement(ZONE, tied_by_window=True)
    assert tight.place(fit, window=None) == Placement(4, 0)


def test_nothing_else_may_come_into_the_window() -> None:
    window = Box(20, 45, 90, 40)
    fit = Fit(clear=(Box(0, 100, 12, 80),), on_conflict="shift", window=window)
    beside = ink((30, 50, 60, 70), (17, 60, 19, 62), (8, 120, 180, 150))
    found = beside.place(fit, window=window)
    assert not isinstance(found, Placement) or found.dx_mm < 1


def test_pages_of_one_file_move_alike_where_that_will_do() -> None:
    fit = Fit(clear=(ZONE,), on_conflict="shift")
    before = Placement(6, 0)
    assert ink((8, 120, 180, 150)).place(fit, window=None, before=(before,)) == before


boxes = st.tuples(st.integers(0, 180), st.integers(0, 260), st.integers(1, 30), st.integers(1, 30)).map(
    lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3])
)


@settings(max_examples=60)
@given(st.lists(boxes, min_size=1, max_size=6), st.sampled_from(["shift", "scale"]))
def test_a_page_that_is_placed_leaves_the_zones_clear_and_stays_on_the_paper(
    inked: list[tuple[int, int, int, int]], on_conflict: OnConflict
) -> None:
    fit = Fit(clear=(ZONE,), on_conflict=on_conflict, margin_mm=0)
    found = ink(*inked).place(fit, window=None)
    if isinstance(found, NoPlacement):
        return
    slack = 0.5 if found == AS_IS or found.scale == 1 else 1.0
    for left, top, right, bottom in inked:
        x0, x1 = (105 + (x - 105) * found.scale + found.dx_mm for x in (left, right))
        y0, y1 = (148.5 + (y - 148.5) * found.scale + found.dy_mm for y in (top, bottom))
        assert x0 >= -slack
        assert x1 <= 210 + slack
        assert y0 >= -slack
        assert y1 <= 297 + slack
        assert not Box(x0 + slack, y0 + slack, x1 - x0 - 2 * slack, y1 - y0 - 2 * slack).meets(ZONE)


def soiled(tmp_path: Path) -> Path:
    """A page with ink in the marks' clear zone, 5 mm to 11 mm from the edge, and a text."""
    return saved(drawn_pdf(b"0 g 14 400 17 100 re f 200 300 100 100 re f"), tmp_path)


def test_ink_in_a_clear_zone_is_refused_by_default(tmp_path: Path) -> None:
    with pytest.raises(SpoolError, match=r"E6406.*clear zone") as refused:
        whole(soiled(tmp_path), Fit(clear=MARKS.clear_zones))
    assert refused.value.place == "in.pdf, page 1"
    assert "patch" in refused.value.remedy


@pytest.mark.parametrize("on_conflict", ["shift", "scale"])
def test_a_page_that_gave_way_has_marks_that_can_be_read(on_conflict: OnConflict, tmp_path: Path) -> None:
    moved: list[Moved] = []
    fit = Fit(clear=MARKS.clear_zones, on_conflict=on_conflict)
    with FinishedPdf(soiled(tmp_path), fit, moved=moved.append) as pdf:
        page_set = pdf.page_set(range(1))
    assert [each.page for each in moved] == [0]
    dx_mm = moved[0].placement.dx_mm
    assert dx_mm > 5
    printed([page_set], tmp_path / "out.pdf")
    (reading,) = read_pdf(tmp_path / "out.pdf", MARKS)
    assert not reading.problems
    before, after = look(tmp_path / "in.pdf", dpi=254), look(tmp_path / "out.pdf", dpi=254)
    row = int((842 - 350) * 254 / 72)
    first_before, first_after = (int(np.argmax(grey[row, 400:] < 128)) for grey in (before, after))
    assert first_after - first_before == pytest.approx(dx_mm * 10, abs=2)


def test_an_old_mark_under_a_patch_is_covered_and_moves_nothing(tmp_path: Path) -> None:
    patch = Box(3, 110, 10, 50)
    fit = Fit(clear=MARKS.clear_zones, patches=(patch,))
    printed([whole(soiled(tmp_path), fit)], tmp_path / "out.pdf")
    plain = saved(drawn_pdf(b"0 g 200 300 100 100 re f"), tmp_path, "plain.pdf")
    printed([whole(plain)], tmp_path / "plain-out.pdf")
    assert (look(tmp_path / "out.pdf") == look(tmp_path / "plain-out.pdf")).all()


def test_a_page_printed_as_it_is_is_not_looked_at(tmp_path: Path) -> None:
    source = soiled(tmp_path)
    assert whole(source, Fit(clear=MARKS.clear_zones, on_conflict="as-is")) == whole(source)


def test_only_the_first_page_of_a_document_shows_in_the_window(tmp_path: Path) -> None:
    content = b"0 g 14 400 17 100 re f 60 650 240 40 re f"
    pdf = drawn_pdf(content)
    pdf.pages.append(pdf.pages[0])
    source = saved(pdf, tmp_path)
    fit = Fit(clear=MARKS.clear_zones, on_conflict="shift", window=Box(20, 45, 86, 40))
    with FinishedPdf(source, fit) as file:
        with pytest.raises(SpoolError, match=r"E6406.*window"):
            file.page_set(range(1))
        with pytest.raises(SpoolError, match=r"E6406.*window"):
            file.page_set(range(1, 2))
    free = Fit(clear=MARKS.clear_zones, on_conflict="shift", window=Box(20, 200, 86, 40))
    assert whole(source, free).draws


def test_turned_and_scaled_pages_are_looked_at_as_they_will_be_printed(tmp_path: Path) -> None:
    pdf = drawn_pdf(b"0 g 200 300 100 100 re f 0 0 1 1 re f", UserUnit=1, Rotate=180)
    fit = Fit(clear=MARKS.clear_zones)
    assert whole(saved(pdf, tmp_path), fit).draws
    turned = drawn_pdf(b"0 g 564 342 17 100 re f" + L_SHAPE, Rotate=180)
    with pytest.raises(SpoolError, match="E6406"):
        whole(saved(turned, tmp_path), fit)
