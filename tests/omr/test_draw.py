"""Marks and code as page content, checked in pixels against figures that do not come from the program."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from numpy.typing import NDArray

from omr.draw import draw_marks, mark_rects
from omr.errors import OmrError
from omr.markset import MarkSet
from omr.model import Side
from omr.place import Box
from omr.sheet import SheetId, SheetOrders
from tests.omr.paper import A4_MM, painted_strip, pdf_of, printed_strip, sheet_id, strip_of
from tests.omr.sets import QUADIENT_TEXT, write_set

# 20 pixels a millimetre: every edge of the specification falls between two pixels.
FINE_DPI = 508

LAST_WITH_SELECTS = SheetOrders(2, 2, 7, frozenset({1, 6}))
ITS_POSITIONS = (0, 3, 4, 9, 10, 11, 12, 14)


CODE_TOP = (170 - 95) * 20


def modules(strip: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The dark modules of the code, taken at the middle of each: x 5 + 0.25 mm …, y 172 + 0.25 mm …"""
    rows = [round((172.25 + 0.5 * n - 95) * 20) for n in range(18)]
    columns = [round((5.25 + 0.5 * n - 3) * 20) for n in range(18)]
    return strip[np.ix_(rows, columns)] < 128


def test_the_marks_cover_exactly_the_specified_paper(quadient: MarkSet) -> None:
    drawn = printed_strip(quadient, LAST_WITH_SELECTS, FINE_DPI)
    wanted = painted_strip(ITS_POSITIONS, None, FINE_DPI)
    assert drawn.shape == wanted.shape
    assert np.array_equal(drawn[:CODE_TOP] < 128, wanted[:CODE_TOP] < 128)


def test_the_code_covers_the_specified_paper_to_a_twentieth_of_a_millimetre(quadient: MarkSet) -> None:
    drawn = printed_strip(quadient, LAST_WITH_SELECTS, FINE_DPI)
    wanted = painted_strip((), "R000001P0000000101002002", FINE_DPI)
    assert np.array_equal(modules(drawn), modules(wanted))
    for pixels in (drawn, wanted):
        rows, columns = np.nonzero(pixels[CODE_TOP:] < 128)
        assert [rows.min(), rows.max(), columns.min(), columns.max()] == pytest.approx([40, 219, 40, 219], abs=1)


def test_the_code_has_the_finder_pattern_of_a_data_matrix(quadient: MarkSet) -> None:
    drawn = printed_strip(quadient, LAST_WITH_SELECTS, FINE_DPI)
    dark = modules(drawn)
    assert dark[:, 0].all()
    assert dark[-1, :].all()
    assert dark[0, :].tolist() == [True, False] * 9
    assert dark[:, -1].tolist() == [False, True] * 9


def test_nothing_is_printed_in_the_clear_zones_but_marks_and_code(quadient: MarkSet) -> None:
    drawn = printed_strip(quadient, LAST_WITH_SELECTS, FINE_DPI)
    for box in (*mark_rects(quadient, LAST_WITH_SELECTS), quadient.code.box.grown(0.05, 0.05, 0.05)):
        left, top = round((box.x - 3) * 20), round((box.y - 95) * 20)
        drawn[top : top + round(box.h * 20), left : left + round(box.w * 20)] = 255
    assert drawn.min() > 240


def test_the_rectangles_are_those_worked_out_by_hand(quadient: MarkSet) -> None:
    rects = mark_rects(quadient, SheetOrders(1, 1, 1))
    assert rects == [Box(7.0, y, 6.5, 0.4) for y in (100.0, 112.0, 148.0, 156.0)]


def test_the_fragment_is_plain_balanced_black_content(quadient: MarkSet) -> None:
    fragment = draw_marks(quadient, LAST_WITH_SELECTS, sheet_id(LAST_WITH_SELECTS), *A4_MM)
    with pikepdf.open(io.BytesIO(pdf_of([fragment]))) as pdf:
        operators = [str(command.operator) for command in pikepdf.parse_content_stream(pdf.pages[0])]
    assert operators == ["q", "g", *["re"] * 8, "f", "q", "cm", "INLINE IMAGE", "Q", "Q"]
    assert fragment.startswith(b"q\n0 g\n")
    assert not re.search(rb"/(?:F\d|Font|XObject|CS\d) ", fragment)


def test_the_fragment_leaves_the_page_content_after_it_alone(quadient: MarkSet) -> None:
    orders = SheetOrders(1, 1, 1)
    fragment = draw_marks(quadient, orders, sheet_id(orders), *A4_MM)
    square = b"0 0 20 20 re f\n"
    with_marks = strip_of(fragment + b"1 g\n" + square, quadient)
    assert np.array_equal(with_marks, strip_of(fragment, quadient))


def test_the_same_sheet_is_always_the_same_bytes(quadient: MarkSet) -> None:
    orders = SheetOrders(1, 2, 3, frozenset({4}))
    made = {draw_marks(quadient, orders, sheet_id(orders), *A4_MM) for _ in range(3)}
    assert len(made) == 1


def test_marks_stand_at_the_top_left_of_any_paper(quadient: MarkSet) -> None:
    orders = SheetOrders(1, 1, 1)
    first = draw_marks(quadient, orders, sheet_id(orders), 215.9, 279.4).split(b"\n")[2]
    # Letter paper is 792 pt high; 7 mm = 19.843 pt, 100.4 mm = 284.598 pt.
    assert first == b"19.843 507.402 18.425 1.134 re"


def test_marks_and_code_of_different_places_are_refused(quadient: MarkSet) -> None:
    with pytest.raises(OmrError) as refused:
        draw_marks(quadient, SheetOrders(1, 2, 1), SheetId("R000001", "P00000001", 1, 2, 2), *A4_MM)
    assert refused.value.code == "E5102"


def test_paper_without_room_for_the_strip_is_refused(quadient: MarkSet) -> None:
    orders = SheetOrders(1, 1, 1)
    with pytest.raises(OmrError) as refused:
        draw_marks(quadient, orders, sheet_id(orders), 148.0, 180.0)
    assert refused.value.code == "E5204"


def test_an_identity_that_does_not_fit_the_code_is_refused(quadient: MarkSet) -> None:
    with pytest.raises(OmrError) as refused:
        draw_marks(quadient, SheetOrders(1, 1, 1), SheetId("R1", "P00000001", 1, 1, 1), *A4_MM)
    assert refused.value.code == "E5202"
    # All letters take a code word each: 24 are more than the 18 of the symbol.
    with pytest.raises(OmrError) as refused:
        draw_marks(quadient, SheetOrders(1, 1, 1), SheetId("rRrRrRr", "PpP#pPp!p", 1, 1, 1), *A4_MM)
    assert refused.value.code == "E5203"


def test_marks_of_the_back_are_not_drawn_on_the_front(tmp_path: Path, quadient: MarkSet) -> None:
    back = write_set(tmp_path, text=f'side = "back"\n{QUADIENT_TEXT}')
    orders = SheetOrders(1, 1, 1)
    with pytest.raises(OmrError) as refused:
        draw_marks(back, orders, sheet_id(orders), *A4_MM)
    assert refused.value.code == "E5206"
    drawn = draw_marks(back, orders, sheet_id(orders), *A4_MM, side=Side.BACK)
    assert drawn == draw_marks(quadient, orders, sheet_id(orders), *A4_MM)
