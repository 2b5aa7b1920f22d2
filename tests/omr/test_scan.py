"""Scans of every shipped set: skewed, noisy, grey, turned; what is there is read, and nothing else.

MAILROOM_SCANS says how many scans each property draws (a few by default, thousands when one looks for a fault).
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omr.encode import encode
from omr.markset import MarkSet, load_mark_set, shipped_mark_sets
from omr.measure import State
from omr.scan import read_image
from omr.sheet import SheetOrders
from tests.omr.degrade import WEARS, Wear, letter, orders_for, paint, worn
from tests.omr.paper import sheet_id

SCANS = int(os.environ.get("MAILROOM_SCANS", "3"))
SETS = {name: load_mark_set(name) for name in shipped_mark_sets()}
QUADIENT = SETS["quadient"]
HARD = Wear(
    skew_deg=1.8, scale=0.992, right_mm=2, down_mm=-3, paper=215, shade=25, ink=70, blur_px=0.8, grain=8, pepper=0.01,
    salt=0.01, jpeg=60, turned=2,
)  # fmt: skip


@pytest.mark.parametrize("name", shipped_mark_sets())
@settings(max_examples=SCANS, deadline=None)
@given(data=st.data(), wear=WEARS, seed=st.integers(0, 2**32 - 1))
def test_every_set_is_read_back_from_a_worn_scan(name: str, data: st.DataObject, wear: Wear, seed: int) -> None:
    mark_set = SETS[name]
    orders = data.draw(orders_for(mark_set))
    reading = read_image(worn(letter(mark_set, orders), 200, wear, seed), 200, mark_set)
    assert reading.positions == encode(mark_set, orders).positions, reading.problems
    assert reading.roles == encode(mark_set, orders).roles
    # A code may be lost to noise; what is read is right.
    assert reading.sheet in (sheet_id(orders), None)
    assert set(reading.problems) <= ({"no code that can be read"} if reading.sheet is None else set())


@pytest.mark.parametrize("name", shipped_mark_sets())
def test_every_set_with_all_it_can_say_survives_hard_wear(name: str) -> None:
    mark_set = SETS[name]
    feeders = frozenset(mark.number for mark in mark_set.marks if mark.role.startswith("select-"))
    orders = SheetOrders(2, 2, 7, feeders, piece=5)
    for shown in (SheetOrders(1, 2, 6, piece=5), orders):
        reading = read_image(worn(letter(mark_set, shown), 200, HARD, 1), 200, mark_set)
        assert (reading.problems, reading.sheet) == ((), sheet_id(shown))
        assert reading.positions == encode(mark_set, shown).positions


def test_the_pose_is_found_as_the_page_was_laid() -> None:
    reading = read_image(worn(letter(QUADIENT, SheetOrders(1, 1, 1)), 200, HARD, 3), 200, QUADIENT)
    assert reading.pose is not None
    assert reading.pose.turned_deg == 180
    assert reading.pose.skew_deg == pytest.approx(1.8, abs=0.15)
    assert reading.pose.scale == pytest.approx(0.992, abs=0.006)
    assert (reading.pose.shift_x_mm, reading.pose.shift_y_mm) == pytest.approx((2.0, -3.0), abs=0.5)


@pytest.mark.parametrize("turned", [0, 1, 2, 3])
def test_marks_alone_show_how_a_page_is_turned(turned: int) -> None:
    page = letter(QUADIENT, SheetOrders(1, 1, 1))
    paint(page, (4, 170, 12, 13), 255)
    reading = read_image(worn(page, 200, Wear(turned=turned, skew_deg=-1), 1), 200, QUADIENT)
    assert reading.problems == ("no code that can be read",)
    assert reading.positions == encode(QUADIENT, SheetOrders(1, 1, 1)).positions
    assert reading.pose is not None
    assert reading.pose.turned_deg == turned * 90


@pytest.mark.parametrize("dpi", [200, 240, 300, 400])
def test_any_usual_resolution_is_read(dpi: int) -> None:
    orders = SheetOrders(3, 3, 12, frozenset({2, 3}), divert=True)
    reading = read_image(worn(letter(QUADIENT, orders, dpi), dpi, Wear(skew_deg=1, turned=2), 1), dpi, QUADIENT)
    assert (reading.problems, reading.sheet) == ((), sheet_id(orders))


def test_a_scan_that_is_too_coarse_is_told_and_not_read() -> None:
    reading = read_image(letter(QUADIENT, SheetOrders(1, 1, 1), 100), 100, QUADIENT)
    assert (reading.roles, reading.sheet) == (None, None)
    assert reading.problems == ("100 dpi is too coarse; marks are read from 200 dpi on",)


def test_a_blank_page_has_no_marks() -> None:
    page = worn(np.full((2339, 1654), 255, dtype=np.uint8), 200, Wear(grain=8, pepper=0.01, paper=220), 1)
    reading = read_image(page, 200, QUADIENT)
    assert (reading.roles, reading.problems) == (None, ("no marks", "no code that can be read"))


@pytest.mark.parametrize("name", shipped_mark_sets())
def test_one_set_is_not_read_as_another(name: str) -> None:
    other = next(mark_set for key, mark_set in SETS.items() if key != name)
    feeders = frozenset({1, 2}) & {mark.number for mark in SETS[name].marks if mark.role.startswith("select-")}
    page = letter(SETS[name], SheetOrders(1, 1, 1, feeders, piece=1))
    assert read_image(worn(page, 200, Wear(skew_deg=0.5), 1), 200, other).problems


def test_a_page_of_noise_says_nothing(quadient: MarkSet) -> None:
    page = np.random.default_rng(1).integers(0, 256, (2339, 1654), dtype=np.uint8)
    reading = read_image(page, 200, quadient)
    assert reading.sheet is None
    assert reading.problems
    assert all(seen.state is not State.PRINTED for seen in reading.seen)
