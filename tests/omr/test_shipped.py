"""The shipped sets against layouts and figures as they are published, counted by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest

from omr.draw import mark_rects
from omr.encode import check, encode, says_first, says_last
from omr.markset import load_mark_set, shipped_mark_sets
from omr.sheet import SheetOrders
from tests.omr.paper import A4_MM

DI380, RELAY, STROKES = (load_mark_set(name) for name in ("pb-di380", "pb-relay5000", "std-16"))


def printed(name: str, orders: SheetOrders) -> tuple[int, ...]:
    """Printed positions, counted from 1 as manuals do."""
    positions = encode(load_mark_set(name), orders).positions
    return tuple(number for number, mark in enumerate(positions, start=1) if mark)


# 1 benchmark, 2 safety, 3 not-EOC, 4 not-BOC, 5 parity, 6 retiming, 7–8 select 1–2, 9 auto-batch, 10 retiming, 11–13
# WAS 4/2/1, 14 retiming. Sheets are fed from the last to the first: sheet 1 bears the address and ends the collation.
@pytest.mark.parametrize(
    ("orders", "positions"),
    [
        (SheetOrders(3, 3, 1), (1, 2, 3, 5, 6, 10, 13, 14)),
        (SheetOrders(2, 3, 2), (1, 2, 3, 4, 6, 10, 12, 14)),
        (SheetOrders(1, 3, 3), (1, 2, 4, 6, 10, 12, 13, 14)),
        (SheetOrders(1, 1, 8), (1, 2, 5, 6, 10, 14)),
        (SheetOrders(1, 2, 4, frozenset({1})), (1, 2, 4, 6, 7, 10, 11, 14)),
        (SheetOrders(1, 2, 4, frozenset({1, 2}), batch=True), (1, 2, 4, 6, 7, 8, 9, 10, 11, 14)),
    ],
)
def test_di380_marks_are_those_of_its_layout(orders: SheetOrders, positions: tuple[int, ...]) -> None:
    assert len(positions) % 2 == 0
    assert printed("pb-di380", orders) == positions


# 1 sync, 2 blank, 3 read control, 4–7 sequence 1/2/4/8, 8 not-last, 9 last, 10 zero, 11–14 inserts 1–4, 15 parity, 16
# always; the parity is there when the others are even in number.
@pytest.mark.parametrize(
    ("orders", "positions"),
    [
        (SheetOrders(1, 2, 1), (1, 3, 4, 8, 16)),
        (SheetOrders(2, 2, 2), (1, 3, 5, 9, 16)),
        (SheetOrders(1, 1, 3), (1, 3, 4, 5, 9, 15, 16)),
        (SheetOrders(1, 1, 15, frozenset({1, 4})), (1, 3, 4, 5, 6, 7, 9, 11, 14, 15, 16)),
        (SheetOrders(1, 2, 16, frozenset({1, 4})), (1, 3, 4, 8, 16)),
        (SheetOrders(2, 2, 17, frozenset({2})), (1, 3, 5, 9, 12, 15, 16)),
    ],
)
def test_sixteen_strokes_are_those_of_their_layout(orders: SheetOrders, positions: tuple[int, ...]) -> None:
    assert printed("std-16", orders) == positions


# 1 start, 2 safety, 3 not-EOC, 4 not-BOC, 5 divert, 6 unseal, 7–12 select 1–6, 13–15 WAS 4/2/1, 16 parity, 17 timing.
@pytest.mark.parametrize(
    ("orders", "positions"),
    [
        (SheetOrders(1, 1, 1), (1, 2, 15, 17)),
        (SheetOrders(1, 2, 2, frozenset({3})), (1, 2, 3, 14, 16, 17)),
        (SheetOrders(2, 2, 3, frozenset({3}), divert=True), (1, 2, 4, 5, 9, 14, 15, 17)),
        (SheetOrders(2, 3, 4, unseal=True), (1, 2, 3, 4, 6, 13, 16, 17)),
    ],
)
def test_relay_marks_are_those_of_its_functions(orders: SheetOrders, positions: tuple[int, ...]) -> None:
    assert printed("pb-relay5000", orders) == positions


def test_all_sixteen_strokes_stand_at_their_pitch_down_the_edge() -> None:
    rects = mark_rects(STROKES, SheetOrders(1, 1, 15, frozenset({1, 2, 3, 4})))
    # Positions 1, 3–7, 9, 11–14 and 16 are eleven and one: even, so parity is there too.
    numbers = (1, 3, 4, 5, 6, 7, 9, 11, 12, 13, 14, 15, 16)
    assert [rect.y for rect in rects] == [100.0 + 4 * (number - 1) for number in numbers]
    assert {(rect.x, rect.w, rect.h) for rect in rects} == {(4.5, 10.4, 0.5)}


# What the makers' tables say, apart from the files: thickness, length, pitch, positions, length of the code.
@pytest.mark.parametrize(
    ("name", "thickness", "length", "pitch", "positions", "span"),
    [
        ("pb-di380", (0.35, 0.7), (10, 99), (2.54, 99), 24, 70),
        ("pb-relay5000", (0.254, 1.25), (10.16, 99), (3.175, 4.2), 19, 99),
        ("std-16", (0.254, 0.63), (10.16, 20), (2.91, 4.2), 16, 99),
    ],
)
def test_the_sets_keep_to_their_makers_limits(
    name: str,
    thickness: tuple[float, float],
    length: tuple[float, float],
    pitch: tuple[float, float],
    positions: int,
    span: float,
) -> None:
    mark_set = load_mark_set(name)
    rects = [mark_set.column.mark(position) for position in range(len(mark_set.marks))]
    assert len(rects) <= positions
    assert all(thickness[0] <= rect.h <= thickness[1] and length[0] <= rect.w <= length[1] for rect in rects)
    steps = [below.y - above.y for above, below in pairwise(rects)]
    assert pitch[0] <= min(steps) <= max(steps) <= pitch[1]
    assert rects[-1].bottom - rects[0].y <= span


def test_di380_keeps_the_published_distances_to_the_edges() -> None:
    zone, extent = DI380.marks_zone, DI380.column.extent(len(DI380.marks))
    assert extent.y >= 20
    assert A4_MM[1] - extent.bottom >= 30
    assert (extent.x - zone.x, zone.right - extent.right) == pytest.approx((3, 3))
    assert (extent.y - zone.y, zone.bottom - extent.bottom) == pytest.approx((20, 20))


@pytest.mark.parametrize("name", shipped_mark_sets())
def test_every_shipped_set_leaves_the_layouts_their_paper(name: str) -> None:
    mark_set = load_mark_set(name)
    assert all(zone.x >= 0 and zone.right <= 20 for zone in (mark_set.strip, *mark_set.clear_zones))
    assert mark_set.column.extent(len(mark_set.marks)).right <= 15


@pytest.mark.parametrize("name", shipped_mark_sets())
def test_every_shipped_set_says_where_a_piece_ends(name: str) -> None:
    mark_set = load_mark_set(name)
    for of in (1, 2, 5):
        for sheet in range(1, of + 1):
            reading = check(mark_set, encode(mark_set, SheetOrders(sheet, of, sheet)).positions)
            fed = of - sheet + 1 if name == "pb-di380" else sheet
            assert reading.problems == ()
            assert says_last(mark_set, reading.roles) is (fed == of)
            assert says_first(mark_set, reading.roles) in (None, fed == 1)


def test_a_lost_end_mark_splits_a_piece_and_never_joins_two() -> None:
    # Inverted marks fail safe: whatever ink is lost at not-EOC, the machine closes the envelope.
    for sheet in (1, 2, 3):
        positions = list(encode(RELAY, SheetOrders(sheet, 3, sheet)).positions)
        positions[2] = False
        assert says_last(RELAY, check(RELAY, positions).roles) is True
