"""Sheets read back from pixels: what is plain is read, what is not is a problem."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from omr.codes import CodeRead
from omr.draw import draw_marks
from omr.encode import encode
from omr.errors import OmrError
from omr.markset import load_mark_set
from omr.read import read_pdf, read_strip
from omr.sheet import SheetId, SheetOrders
from tests.omr.paper import A4_MM, fill, painted_strip, pdf_of, print_file, printed_strip, sheet_id
from tests.omr.sets import COUNTING, INVERTED, write_set

QUADIENT = load_mark_set("quadient")
ONE_OF_ONE = (0, 3, 12, 14)
CODE = "R000001P0000000101001001"

Gray = NDArray[np.uint8]


def set_of(positions: tuple[bool, ...] | None) -> set[int]:
    assert positions is not None
    return {position for position, printed in enumerate(positions) if printed}


def test_a_strip_painted_from_the_specification_is_read() -> None:
    reading = read_strip(painted_strip(ONE_OF_ONE, CODE), 200, QUADIENT, number=9)
    assert reading.page == 9
    assert reading.sheet == SheetId("R000001", "P00000001", 1, 1, 1)
    assert set_of(reading.positions) == set(ONE_OF_ONE)
    assert reading.roles is not None
    assert {role for role, true in reading.roles.items() if true} == {"start", "insert", "sequence-1", "safety"}
    assert reading.codes == (CodeRead("DataMatrix", CODE),)
    assert reading.problems == ()


@pytest.mark.parametrize("dpi", [200, 300, 400, 600])
def test_any_usual_resolution_reads(dpi: int) -> None:
    reading = read_strip(painted_strip(ONE_OF_ONE, CODE, dpi), dpi, QUADIENT)
    assert (set_of(reading.positions), reading.problems) == (set(ONE_OF_ONE), ())


@settings(max_examples=40, deadline=None)
@given(
    of=st.integers(1, 999),
    back=st.integers(0, 998),
    ordinal=st.integers(1, 10**6),
    selects=st.frozensets(st.integers(1, 6)),
    divert=st.booleans(),
    stop=st.booleans(),
)
def test_every_sheet_that_is_printed_reads_as_ordered(
    of: int, back: int, ordinal: int, selects: frozenset[int], divert: bool, stop: bool
) -> None:
    orders = SheetOrders(max(1, of - back), of, ordinal, selects, divert, stop)
    reading = read_strip(printed_strip(QUADIENT, orders), 200, QUADIENT)
    assert reading.problems == ()
    assert reading.sheet == sheet_id(orders)
    assert reading.positions == encode(QUADIENT, orders).positions


@pytest.mark.parametrize("position", range(15))
@pytest.mark.parametrize(
    "orders",
    [
        SheetOrders(1, 1, 1),
        SheetOrders(1, 2, 8, divert=True),
        SheetOrders(2, 2, 7, frozenset({1, 2, 3, 4, 5, 6}), stop=True),
    ],
)
def test_one_mark_erased_or_added_is_never_accepted(orders: SheetOrders, position: int) -> None:
    gray = printed_strip(QUADIENT, orders)
    before = read_strip(gray, 200, QUADIENT)
    assert before.positions is not None
    if before.positions[position]:
        fill(gray, (5.0, 99.5 + 4 * position, 10.5, 1.5), 255)
    else:
        fill(gray, (7.0, 100.0 + 4 * position, 6.5, 0.4), 0)
    after = read_strip(gray, 200, QUADIENT)
    assert set_of(after.positions) ^ set_of(before.positions) == {position}
    assert any(problem.startswith("parity odd") for problem in after.problems)


@settings(max_examples=150, deadline=None)
@given(
    x_mm=st.floats(3, 17),
    y_mm=st.floats(95, 166),
    width_mm=st.floats(0.2, 15),
    height_mm=st.floats(0.1, 3.4),
    value=st.integers(0, 255),
    positions=st.sampled_from([ONE_OF_ONE, (0, 3, 4, 9, 10, 11, 12, 14), (0, 1, 3, 4, 14, 13)]),
)
def test_one_flaw_smaller_than_the_pitch_never_reads_as_another_sheet(
    x_mm: float, y_mm: float, width_mm: float, height_mm: float, value: int, positions: tuple[int, ...]
) -> None:
    gray = painted_strip(positions, CODE)
    fill(gray, (x_mm, y_mm, min(width_mm, 18 - x_mm), height_mm), value)
    reading = read_strip(gray, 200, QUADIENT)
    assert reading.problems or set_of(reading.positions) == set(positions)


def smear(gray: Gray) -> None:
    fill(gray, (7.0, 104.0, 6.0, 7.0), 40)


def blob_on_a_mark(gray: Gray) -> None:
    fill(gray, (8.0, 112.2, 3.0, 1.6), 0)


def line_across(gray: Gray) -> None:
    fill(gray, (3.0, 108.0, 15.0, 0.4), 0)


def ink_between(gray: Gray) -> None:
    fill(gray, (7.0, 106.0, 6.5, 0.4), 0)


def half_a_mark(gray: Gray) -> None:
    fill(gray, (10.0, 111.0, 5.0, 2.0), 255)


def scratch_along_a_mark(gray: Gray) -> None:
    fill(gray, (5.0, 112.13, 10.0, 0.3), 255)


def ink_above(gray: Gray) -> None:
    fill(gray, (7.0, 96.5, 6.5, 0.4), 0)


def double_print(gray: Gray) -> None:
    fill(gray, (7.0, 112.6, 6.5, 0.4), 0)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (smear, "smear at 104.0 mm"),
        (blob_on_a_mark, "smear at 11"),
        (line_across, "line across the marks at 10"),
        (ink_between, "ink between the positions at 106.0 mm"),
        (half_a_mark, "damaged mark at 11"),
        (scratch_along_a_mark, "damaged mark at 11"),
        (ink_above, "ink between the positions at 96.5 mm"),
        (double_print, "two marks at the position insert"),
    ],
)
def test_what_is_neither_mark_nor_paper_is_told(damage: Callable[[Gray], None], words: str) -> None:
    gray = painted_strip(ONE_OF_ONE, CODE)
    damage(gray)
    problems = read_strip(gray, 200, QUADIENT).problems
    assert any(problem.startswith(words) for problem in problems), problems


@pytest.mark.parametrize("down_mm", [-1.4, -0.7, 0.7, 1.4])
@pytest.mark.parametrize("right_mm", [-1.4, 0.0, 1.4])
def test_print_that_stands_off_as_a_whole_is_read(down_mm: float, right_mm: float) -> None:
    gray = painted_strip(ONE_OF_ONE, CODE)
    moved = np.roll(gray, (round(down_mm * 200 / 25.4), round(right_mm * 200 / 25.4)), axis=(0, 1))
    reading = read_strip(moved, 200, QUADIENT)
    assert (set_of(reading.positions), reading.problems) == (set(ONE_OF_ONE), ())
    assert reading.sheet is not None


@pytest.mark.parametrize("down_mm", [-4.0, 4.0])
def test_print_that_stands_off_by_a_whole_line_has_no_start_mark(down_mm: float) -> None:
    moved = np.roll(painted_strip(ONE_OF_ONE, CODE), round(down_mm * 200 / 25.4), axis=0)
    assert "no start mark" in read_strip(moved, 200, QUADIENT).problems


@pytest.mark.parametrize("degrees", [-1.0, -0.5, 0.5, 1.0])
def test_a_sheet_fed_askew_is_read(degrees: float) -> None:
    straight = Image.fromarray(painted_strip(ONE_OF_ONE, CODE))
    askew = straight.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)
    reading = read_strip(np.array(askew), 200, QUADIENT)
    assert (set_of(reading.positions), reading.problems) == (set(ONE_OF_ONE), ())


def test_speckles_and_dust_do_not_disturb() -> None:
    gray = painted_strip(ONE_OF_ONE, CODE)
    chance = np.random.default_rng(7)
    rows, columns = chance.integers(0, 600, 150), chance.integers(0, gray.shape[1], 150)
    gray[rows, columns] = 0
    fill(gray, (9.0, 109.0, 1.2, 1.2), 0)
    reading = read_strip(gray, 200, QUADIENT)
    assert (set_of(reading.positions), reading.problems) == (set(ONE_OF_ONE), ())


@pytest.mark.parametrize("dust", [1, 2, 3, 4, 5])
def test_white_dust_on_the_print_does_not_disturb(dust: int) -> None:
    gray = painted_strip(ONE_OF_ONE, CODE)
    chance = np.random.default_rng(dust)
    ink = np.argwhere(gray == 0)
    lost = ink[chance.random(len(ink)) < 0.03]
    gray[lost[:, 0], lost[:, 1]] = 255
    reading = read_strip(gray, 200, QUADIENT)
    assert (set_of(reading.positions), reading.problems) == (set(ONE_OF_ONE), ())


def test_grey_print_on_grey_paper_is_read() -> None:
    gray = painted_strip(ONE_OF_ONE, CODE, ink=120)
    gray[gray == 255] = 205
    reading = read_strip(gray, 200, QUADIENT)
    assert (set_of(reading.positions), reading.problems) == (set(ONE_OF_ONE), ())


def test_print_that_shines_through_is_not_read_as_marks() -> None:
    gray = painted_strip(ONE_OF_ONE, CODE)
    for position in (1, 2, 4):
        fill(gray, (7.0, 100.0 + 4 * position, 6.5, 0.4), 205)
    reading = read_strip(gray, 200, QUADIENT)
    assert (set_of(reading.positions), reading.problems) == (set(ONE_OF_ONE), ())


def test_a_blank_strip_has_neither_marks_nor_code() -> None:
    reading = read_strip(painted_strip((), None), 200, QUADIENT)
    assert (reading.sheet, reading.roles, reading.positions, reading.codes) == (None, None, None, ())
    assert reading.problems == ("no marks", "no code that can be read")


def test_a_black_strip_cannot_be_read() -> None:
    gray = painted_strip((), None)
    gray[:] = 10
    assert read_strip(gray, 200, QUADIENT).problems[0] == "the strip is too dark to read"


def test_marks_without_a_code_name_no_sheet() -> None:
    reading = read_strip(painted_strip(ONE_OF_ONE, None), 200, QUADIENT)
    assert (reading.sheet, reading.problems) == (None, ("no code that can be read",))
    assert reading.roles is not None


def test_a_code_under_a_smear_names_no_sheet() -> None:
    gray = painted_strip(ONE_OF_ONE, CODE)
    fill(gray, (5.0, 175.0, 9.0, 4.0), 60)
    reading = read_strip(gray, 200, QUADIENT)
    assert (reading.sheet, reading.problems) == (None, ("no code that can be read",))


def test_a_scratch_through_the_code_is_mended_by_its_error_correction() -> None:
    gray = painted_strip(ONE_OF_ONE, CODE)
    fill(gray, (9.0, 174.0, 0.5, 3.0), 255)
    reading = read_strip(gray, 200, QUADIENT)
    assert reading.sheet == SheetId("R000001", "P00000001", 1, 1, 1)


def test_a_foreign_code_names_no_sheet() -> None:
    reading = read_strip(painted_strip(ONE_OF_ONE, "X000001P00000001010010x1"), 200, QUADIENT)
    assert reading.sheet is None
    assert reading.codes == (CodeRead("DataMatrix", "X000001P00000001010010x1"),)
    assert reading.problems == ("foreign code 'X000001P00000001010010x1'",)


def test_a_code_upside_down_and_out_of_place_is_still_found() -> None:
    gray = painted_strip((), CODE)
    assert read_strip(gray[::-1, ::-1], 200, QUADIENT).sheet == SheetId("R000001", "P00000001", 1, 1, 1)


def test_codes_of_two_sheets_out_of_place_name_none() -> None:
    one, other = painted_strip((), CODE), painted_strip((), "R000001P0000000201001001")
    gray = np.minimum(np.roll(one, -540, axis=0), np.roll(other, -380, axis=0))
    reading = read_strip(gray, 200, QUADIENT)
    assert {code.text for code in reading.codes} == {CODE, "R000001P0000000201001001"}
    assert (reading.sheet, reading.problems[-1]) == (None, "codes of two sheets")


@pytest.mark.parametrize(
    ("code", "positions", "words"),
    [
        (
            "R000001P0000000101001002",
            ONE_OF_ONE,
            "the code says sheet 1 of 2, but the insert mark is there",
        ),
        (
            "R000001P0000000101002002",
            (0, 12, 13, 14),
            "the code says sheet 2 of 2, but the insert mark is missing",
        ),
        ("R000001P0000000101003002", (0, 12, 13, 14), "the code says sheet 3 of 2"),
    ],
)
def test_marks_that_contradict_the_code_are_told(code: str, positions: tuple[int, ...], words: str) -> None:
    assert read_strip(painted_strip(positions, code), 200, QUADIENT).problems == (words,)


def test_a_page_counter_that_contradicts_the_code_is_told(tmp_path: Path) -> None:
    counting = write_set(tmp_path, text=COUNTING)
    assert read_strip(printed_strip(counting, SheetOrders(2, 4, 2)), 200, counting).problems == ()
    # Sheet 2 shows 2 (weights 2, 1 stand above the start mark at 150): here it shows 3.
    gray = printed_strip(counting, SheetOrders(2, 4, 2))
    fill(gray, (7.0, 142.0, 6.5, 0.4), 0)
    words = ("the code says sheet 2 of 4, but page is 3 instead of 2",)
    assert read_strip(gray, 200, counting).problems == words


def test_inverted_marks_read_back(tmp_path: Path) -> None:
    inverted = write_set(tmp_path, text=INVERTED)
    for orders in (SheetOrders(1, 2, 1), SheetOrders(2, 2, 2)):
        reading = read_strip(printed_strip(inverted, orders), 200, inverted)
        assert reading.problems == ()
        assert reading.roles is not None
        assert (reading.roles["first"], reading.roles["insert"]) == (orders.sheet == 1, orders.sheet == 2)


@pytest.mark.parametrize("shape", [(748, 100), (700, 118), (118, 748), (748,), (748, 118, 3)])
def test_pixels_that_are_not_the_strip_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(OmrError) as refused:
        read_strip(np.full(shape, 255, dtype=np.uint8), 200, QUADIENT)
    assert refused.value.code == "E5302"


def test_a_print_file_reads_sheet_by_sheet(tmp_path: Path) -> None:
    sheets = [SheetOrders(1, 3, 1), SheetOrders(2, 3, 2), SheetOrders(3, 3, 3, frozenset({5}))]
    readings = list(read_pdf(print_file(tmp_path / "run.pdf", QUADIENT, sheets), QUADIENT))
    assert [reading.page for reading in readings] == [1, 2, 3]
    assert [reading.sheet for reading in readings] == [sheet_id(orders) for orders in sheets]
    assert all(reading.problems == () for reading in readings)


@pytest.mark.parametrize("sides", ["two-sided-long-edge", "two-sided-short-edge"])
def test_a_two_sided_file_has_marks_on_its_fronts(tmp_path: Path, sides: str) -> None:
    sheets = [SheetOrders(1, 2, 1), SheetOrders(2, 2, 2)]
    fronts = [draw_marks(QUADIENT, orders, sheet_id(orders), *A4_MM) for orders in sheets]
    file = tmp_path / "run.pdf"
    file.write_bytes(pdf_of([fronts[0], b"", fronts[1], b""]))
    readings = list(read_pdf(file, QUADIENT, sides=sides))
    assert [(reading.page, reading.problems) for reading in readings] == [(1, ()), (3, ())]


def test_a_page_without_marks_is_a_problem_not_an_error(tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(pdf_of([b"0 0 0 rg 100 100 300 300 re f"]))
    (reading,) = read_pdf(file, QUADIENT)
    assert (reading.sheet, reading.problems) == (None, ("no marks", "no code that can be read"))


def test_text_in_the_strip_is_a_problem(tmp_path: Path) -> None:
    orders = SheetOrders(1, 1, 1)
    fragment = draw_marks(QUADIENT, orders, sheet_id(orders), *A4_MM)
    file = tmp_path / "letter.pdf"
    file.write_bytes(pdf_of([fragment + b"0 g 20 540 60 8 re f"]))
    (reading,) = read_pdf(file, QUADIENT)
    assert any(problem.startswith("smear") for problem in reading.problems)


def test_a_page_too_small_for_the_strip_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "label.pdf"
    file.write_bytes(pdf_of([b""], (100.0, 150.0)))
    (reading,) = read_pdf(file, QUADIENT)
    assert reading.problems == ("a page of 100 × 150 mm does not hold the strip of quadient",)


def test_a_page_that_is_shown_turned_is_read_as_it_is_shown(tmp_path: Path) -> None:
    orders = SheetOrders(1, 1, 1)
    # Landscape paper whose content is turned a quarter, shown upright by /Rotate.
    content = b"q 0 1 -1 0 841.890 0 cm " + draw_marks(QUADIENT, orders, sheet_id(orders), *A4_MM) + b"Q"
    with pikepdf.open(io.BytesIO(pdf_of([content], (297.0, 210.0)))) as pdf:
        pdf.pages[0].Rotate = 90
        pdf.save(tmp_path / "turned.pdf")
    (reading,) = read_pdf(tmp_path / "turned.pdf", QUADIENT)
    assert (reading.sheet, reading.problems) == (sheet_id(orders), ())


def test_a_file_that_is_missing_or_no_pdf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.pdf").write_bytes(b"no PDF at all")
    for name, words in (("none.pdf", "there is no such file"), ("no.pdf", "no PDF that can be read")):
        with pytest.raises(OmrError, match=words) as refused:
            next(read_pdf(tmp_path / name, QUADIENT))
        assert (refused.value.code, refused.value.place) == ("E5301", str(tmp_path / name))


def test_sides_are_those_of_ipp(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two-sided-long-edge"):
        next(read_pdf(tmp_path / "none.pdf", QUADIENT, sides="duplex"))
