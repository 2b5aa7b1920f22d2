"""Damaged marks are told, never guessed: on whole pages, straight and worn."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from omr.encode import encode
from omr.markset import load_mark_set
from omr.measure import MarkSeen, State
from omr.reading import SheetReading
from omr.scan import read_image
from omr.sheet import SheetOrders
from tests.omr.degrade import WEARS, Wear, letter, paint, worn

SCANS = int(os.environ.get("MAILROOM_SCANS", "3"))
QUADIENT = load_mark_set("quadient")
ORDERS = SheetOrders(2, 2, 7, frozenset({1, 6}))
PRINTED = (0, 3, 4, 9, 10, 11, 12, 14)
SCANNED = Wear(skew_deg=-1.3, paper=235, ink=30, blur_px=0.6, grain=5, pepper=0.004, salt=0.004, jpeg=75)

Gray = NDArray[np.uint8]
PAGE = letter(QUADIENT, ORDERS)


def y_of(position: int) -> float:
    return 100.0 + 4.0 * position


def shortened(page: Gray, position: int, part: float) -> None:
    paint(page, (13.6 - 6.6 * part, y_of(position) - 0.5, 6.7 * part, 1.4), 255)


def faded(page: Gray, position: int, part: float) -> None:
    paint(page, (6.9, y_of(position) - 0.1, 6.7, 0.6), round(255 * part))


def moved(page: Gray, position: int, part: float) -> None:
    paint(page, (6.5, y_of(position) - 0.5, 7.5, 1.4), 255)
    # Further than this it stands on the next line, and is a mark of that.
    paint(page, (7.0, y_of(position) + 3.0 * part, 6.5, 0.4), 0)


def smeared(page: Gray, position: int, part: float) -> None:
    paint(page, (7.0, y_of(position), 6.5, 0.4 + 4 * part), 40)


def lengthened(page: Gray, position: int, part: float) -> None:
    paint(page, (3.0, y_of(position), 15.0 * part, 0.4), 0)


DAMAGES: list[Callable[[Gray, int, float], None]] = [shortened, faded, moved, smeared, lengthened]


@settings(max_examples=4 * SCANS, deadline=None)
@given(
    damage=st.sampled_from(DAMAGES),
    position=st.integers(0, 14),
    part=st.floats(0, 1),
    wear=WEARS,
    seed=st.integers(0, 2**32 - 1),
)
def test_one_damaged_position_is_never_misread(
    damage: Callable[[Gray, int, float], None], position: int, part: float, wear: Wear, seed: int
) -> None:
    page = PAGE.copy()
    damage(page, position, part)
    reading = read_image(worn(page, 200, wear, seed), 200, QUADIENT)
    truth = encode(QUADIENT, ORDERS).positions
    assert reading.problems or reading.positions == truth


def read_damaged(damage: Callable[[Gray], None], wear: Wear = SCANNED) -> SheetReading:
    page = PAGE.copy()
    damage(page)
    return read_image(worn(page, 200, wear, 5), 200, QUADIENT)


def seen_at(reading: SheetReading, position: int) -> MarkSeen:
    return reading.seen[position]


@pytest.mark.parametrize(
    ("damage", "part", "words"),
    [
        (shortened, 0.5, "short: "),
        (faded, 0.6, "faint: "),
        (moved, 0.42, "off its place by 1."),
        (smeared, 0.4, "smeared: "),
        (lengthened, 1.0, "part of a line across the marks"),
    ],
)
def test_a_doubtful_mark_is_named_with_its_reason_and_left_out(
    damage: Callable[[Gray, int, float], None], part: float, words: str
) -> None:
    reading = read_damaged(lambda page: damage(page, 4, part))
    seen = seen_at(reading, 4)
    assert (seen.state, seen.confidence) == (State.DOUBTFUL, 0.0)
    assert words in seen.why
    assert any(problem.startswith("doubtful mark select-1, position 4 at 116.0 mm") for problem in reading.problems)
    assert reading.roles is not None
    assert "select-1" not in reading.roles
    assert reading.positions is None
    assert all(reading.roles[QUADIENT.roles[at]] == (at in PRINTED) for at in range(15) if at != 4)


def test_two_faded_selects_are_doubtful_although_the_parity_would_hold() -> None:
    def both(page: Gray) -> None:
        faded(page, 4, 0.65)
        faded(page, 9, 0.65)

    reading = read_damaged(both)
    assert {seen.role for seen in reading.seen if seen.state is State.DOUBTFUL} == {"select-1", "select-6"}


def test_ink_between_the_lines_is_told() -> None:
    reading = read_damaged(lambda page: paint(page, (7.0, 106.0, 6.5, 0.4), 0))
    assert any(problem.startswith("ink between the positions at 10") for problem in reading.problems)


def test_a_lost_mark_breaks_the_parity() -> None:
    reading = read_damaged(lambda page: shortened(page, 9, 1.0))
    assert "parity odd: 7 marks" in reading.problems


def test_a_lost_start_mark_is_told_and_does_not_move_the_others() -> None:
    reading = read_damaged(lambda page: shortened(page, 0, 1.0))
    assert "no start mark" in reading.problems
    assert reading.positions is not None
    assert {at for at, there in enumerate(reading.positions) if there} == set(PRINTED) - {0}


def test_without_code_and_start_mark_the_page_is_not_trusted() -> None:
    def lost(page: Gray) -> None:
        shortened(page, 0, 1.0)
        paint(page, (4, 170, 12, 13), 255)

    for down_mm in (-4.0, 0.0, 4.0):
        page = PAGE.copy()
        lost(page)
        reading = read_image(worn(page, 200, Wear(skew_deg=1, down_mm=down_mm), 1), 200, QUADIENT)
        assert len(reading.problems) > 1  # more than the lost code


def test_a_weak_print_is_read_with_a_warning() -> None:
    reading = read_image(worn(PAGE, 200, Wear(ink=180, paper=250, grain=3, skew_deg=0.7), 5), 200, QUADIENT)
    assert reading.problems == ()
    assert any(warning.startswith("the print is weak") for warning in reading.warnings)


def test_ink_in_the_clear_zone_is_a_warning_with_its_place() -> None:
    reading = read_damaged(lambda page: paint(page, (14.8, 120.0, 1.5, 6.0), 0))
    assert reading.problems == ()
    (warning,) = reading.warnings
    assert warning.startswith("ink in the clear zone: ")
    assert warning.endswith("from the top")


def test_print_that_shines_through_is_no_mark() -> None:
    def behind(page: Gray) -> None:
        for position in (1, 2, 5):
            paint(page, (7.0, y_of(position), 6.5, 0.4), 215)

    reading = read_damaged(behind, Wear(skew_deg=1, paper=250))
    assert reading.positions == encode(QUADIENT, ORDERS).positions
