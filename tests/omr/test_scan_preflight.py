"""Why marks might not be read, told from ink boxes and from pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omr.draw import mark_rects
from omr.markset import load_mark_set, shipped_mark_sets
from omr.place import Box
from omr.preflight import MARK_RULES, check_boxes, check_pixels, mirrored
from omr.sheet import SheetOrders
from tests.omr.degrade import Wear, letter, paint, rendered, worn

QUADIENT = load_mark_set("quadient")
ORDERS = SheetOrders(2, 2, 7, frozenset({1, 6}))


def test_a_page_as_it_should_be_has_no_findings() -> None:
    assert check_pixels(letter(QUADIENT, ORDERS), 200, QUADIENT) == []
    assert check_boxes(QUADIENT, [Box(25, 20, 160, 250)], marks=mark_rects(QUADIENT, ORDERS)) == []


@pytest.mark.parametrize("name", shipped_mark_sets())
def test_marks_as_the_set_draws_them_are_within_its_figures(name: str) -> None:
    mark_set = load_mark_set(name)
    marks = mark_rects(mark_set, SheetOrders(1, 1, 1, piece=1))
    assert check_boxes(mark_set, [], marks=marks) == []
    assert check_pixels(letter(mark_set, SheetOrders(1, 1, 1, piece=1)), 200, mark_set) == []


def test_ink_in_a_clear_zone_is_found_with_the_part_that_offends() -> None:
    # The zone of the marks ends at 7 + 6.5 + 3 mm.
    (finding,) = check_boxes(QUADIENT, [Box(15, 120, 40, 5)])
    assert finding.rule == "ink-in-clear-zone"
    assert finding.box == pytest.approx(Box(15, 120, 1.5, 5))
    assert "1.5 × 5.0 mm at 15.0 mm from the left and 120.0 mm from the top" in finding.words


def test_ink_of_the_back_is_found_where_it_lies_behind_the_marks() -> None:
    back = mirrored(Box(190, 110, 15, 5), 210)
    assert back == Box(5, 110, 15, 5)
    (finding,) = check_boxes(QUADIENT, [], back=[back])
    assert finding.rule == "ink-behind-marks"


@given(x=st.floats(0, 200), y=st.floats(0, 280), w=st.floats(0.1, 50), h=st.floats(0.1, 50))
def test_a_box_offends_exactly_when_it_meets_a_zone(x: float, y: float, w: float, h: float) -> None:
    ink = Box(x, y, w, h)
    meets = [zone for zone in QUADIENT.clear_zones if zone.meets(ink)]
    findings = check_boxes(QUADIENT, [ink])
    assert len(findings) == len(meets)
    assert all(ink.holds(finding.box) for finding in findings)


@pytest.mark.parametrize(
    ("mark", "rule"),
    [
        (Box(7.0, 105.0, 6.5, 0.4), "mark-out-of-place"),
        (Box(8.5, 104.0, 6.5, 0.4), "mark-out-of-place"),
        (Box(7.0, 104.0, 5.0, 0.4), "mark-length"),
        (Box(7.0, 103.7, 6.5, 1.0), "mark-thickness"),
    ],
)
def test_a_mark_that_differs_from_the_sets_figures_is_found(mark: Box, rule: str) -> None:
    (finding,) = check_boxes(QUADIENT, [], marks=[mark])
    assert (finding.rule, finding.box) == (rule, mark)
    assert finding.rule in MARK_RULES


def test_ink_in_the_clear_zone_is_found_in_the_pixels() -> None:
    page = letter(QUADIENT, ORDERS)
    paint(page, (14.5, 120.0, 4.0, 3.0), 0)
    (finding,) = check_pixels(page, 200, QUADIENT)
    assert finding.rule == "ink-in-clear-zone"
    assert Box(13.5, 118.5, 4.0, 6.0).holds(finding.box)
    assert finding.box.holds(Box(15.0, 120.5, 1.0, 2.0))


def test_a_back_that_shines_through_is_found() -> None:
    back = rendered(b"0 g 540 500 40 60 re f ")  # seen from the front at 5 … 19 mm
    findings = check_pixels(letter(QUADIENT, ORDERS), 200, QUADIENT, back=back)
    assert {finding.rule for finding in findings} == {"ink-behind-marks"}
    clear = rendered(b"0 g 100 500 40 60 re f ")
    assert check_pixels(letter(QUADIENT, ORDERS), 200, QUADIENT, back=clear) == []


def test_marks_too_thick_short_shifted_or_weak_are_found_in_the_pixels() -> None:
    page = letter(QUADIENT, ORDERS)
    for position, box, value in (
        (3, (7.0, 111.7, 6.5, 1.0), 0),
        (4, (12.4, 115.5, 1.5, 1.5), 255),
        (9, (7.0, 136.6, 6.5, 0.4), 0),
    ):
        if position == 9:
            paint(page, (6.5, 135.5, 7.5, 1.1), 255)
        paint(page, box, value)
    findings = check_pixels(page, 200, QUADIENT)
    assert {(finding.rule, round(finding.box.y)) for finding in findings} == {
        ("mark-thickness", 112),
        ("mark-length", 116),
        ("mark-out-of-place", 136),
    }
    weak = worn(letter(QUADIENT, ORDERS), 200, Wear(ink=160), 1)
    assert {finding.rule for finding in check_pixels(weak, 200, QUADIENT)} == {"mark-faint"}


def test_a_doubtful_mark_is_found_with_its_reason() -> None:
    page = letter(QUADIENT, ORDERS)
    paint(page, (10.0, 115.0, 5.0, 2.0), 255)
    (finding,) = check_pixels(page, 200, QUADIENT)
    assert finding.rule == "mark-incomplete"
    assert finding.words.startswith("the mark select-1 cannot be read for sure: short: ")


def test_a_page_too_small_is_a_finding() -> None:
    (finding,) = check_pixels(np.full((1000, 800), 255, dtype=np.uint8), 200, QUADIENT)
    assert finding.rule == "zone-off-sheet"
