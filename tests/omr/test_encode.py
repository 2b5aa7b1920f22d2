"""Orders become marks, and marks become orders or problems."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omr.encode import check, encode, expected_sequence, read_sequence
from omr.errors import OmrError
from omr.markset import MarkSet, load_mark_set
from omr.sheet import SheetOrders
from tests.omr.sets import COUNTING, INVERTED, STROKES, write_set

QUADIENT = load_mark_set("quadient")


@st.composite
def sheet_orders(draw: st.DrawFn) -> SheetOrders:
    of = draw(st.integers(1, 999))
    return SheetOrders(
        sheet=draw(st.integers(1, of) | st.just(of)),
        of=of,
        ordinal=draw(st.integers(1, 10**6)),
        selects=draw(st.frozensets(st.integers(1, 6))),
        divert=draw(st.booleans()),
        stop=draw(st.booleans()),
    )


def printed(mark_set: MarkSet, orders: SheetOrders) -> set[int]:
    return {position for position, mark in enumerate(encode(mark_set, orders).positions) if mark}


# Positions: 0 start, 1 divert, 2 stop, 3 insert, 4–9 select 1–6, 10–12 sequence 4/2/1, 13 parity, 14 safety. By hand.
@pytest.mark.parametrize(
    ("orders", "positions"),
    [
        (SheetOrders(1, 1, 1), {0, 3, 12, 14}),
        (SheetOrders(1, 2, 2, frozenset({2})), {0, 11, 13, 14}),
        (SheetOrders(2, 2, 7, frozenset({1, 6})), {0, 3, 4, 9, 10, 11, 12, 14}),
        (SheetOrders(1, 3, 8, divert=True), {0, 1, 13, 14}),
        (SheetOrders(5, 5, 12, stop=True), {0, 2, 3, 10, 13, 14}),
        (
            SheetOrders(1, 1, 15, frozenset({1, 2, 3, 4, 5, 6}), divert=True, stop=True),
            {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14},
        ),
        (SheetOrders(2, 4, 16), {0, 14}),
    ],
)
def test_quadient_marks_are_those_worked_out_by_hand(orders: SheetOrders, positions: set[int]) -> None:
    assert printed(QUADIENT, orders) == positions


def test_every_sheet_has_the_same_number_of_positions() -> None:
    assert {len(encode(QUADIENT, SheetOrders(sheet, 3, sheet)).positions) for sheet in (1, 2, 3)} == {15}


@given(sheet_orders())
def test_marks_say_what_was_ordered(orders: SheetOrders) -> None:
    marks = encode(QUADIENT, orders)
    reading = check(QUADIENT, marks.positions)
    last = orders.sheet == orders.of
    assert reading.problems == ()
    assert reading.roles == dict(marks.roles)
    assert (reading.roles["divert"], reading.roles["stop"], reading.roles["insert"]) == (
        orders.divert,
        orders.stop,
        last,
    )
    assert {n for n in range(1, 7) if reading.roles[f"select-{n}"]} == (orders.selects if last else set())
    assert read_sequence(QUADIENT, reading.roles) == orders.ordinal % 8 == expected_sequence(QUADIENT, orders.ordinal)


@given(sheet_orders(), st.integers(0, 14))
def test_one_mark_more_or_less_is_always_a_problem(orders: SheetOrders, position: int) -> None:
    positions = list(encode(QUADIENT, orders).positions)
    positions[position] = not positions[position]
    assert any(problem.startswith("parity odd") for problem in check(QUADIENT, positions).problems)


@given(st.lists(st.booleans(), min_size=15, max_size=15))
def test_marks_without_problem_are_marks_that_some_sheet_has(positions: list[bool]) -> None:
    reading = check(QUADIENT, positions)
    if reading.problems:
        return
    last = reading.roles["insert"]
    orders = SheetOrders(
        sheet=1,
        of=1 if last else 2,
        ordinal=8 + (read_sequence(QUADIENT, reading.roles) or 0),
        selects=frozenset(n for n in range(1, 7) if reading.roles[f"select-{n}"]),
        divert=reading.roles["divert"],
        stop=reading.roles["stop"],
    )
    assert encode(QUADIENT, orders).positions == tuple(positions)


@pytest.mark.parametrize(
    ("positions", "problems"),
    [
        ({3, 12, 14}, ("no start mark", "parity odd: 3 marks")),
        ({0, 3, 12}, ("no safety mark", "parity odd: 3 marks")),
        ({0, 3, 14}, ("parity odd: 3 marks",)),
        (set(), ("no start mark", "no safety mark")),
        ({3}, ("no start mark", "no safety mark", "parity odd: 1 mark")),
        ({0, 4, 5, 14}, ("select-1, select-2 without insert",)),
    ],
)
def test_problems_are_told_in_words(positions: set[int], problems: tuple[str, ...]) -> None:
    assert check(QUADIENT, [n in positions for n in range(15)]).problems == problems


def test_a_wrong_number_of_positions_is_no_reading() -> None:
    with pytest.raises(ValueError, match="shorter"):
        check(QUADIENT, [True] * 14)


def test_the_sequence_wraps_from_seven_to_zero() -> None:
    assert [expected_sequence(QUADIENT, ordinal) for ordinal in range(1, 11)] == [1, 2, 3, 4, 5, 6, 7, 0, 1, 2]


def test_an_order_without_a_mark_is_refused(tmp_path: Path) -> None:
    small = write_set(tmp_path, functions='["start", "insert", "parity"]')
    for orders, word in (
        (SheetOrders(1, 1, 1, selects=frozenset({1})), "feeder 1"),
        (SheetOrders(1, 1, 1, divert=True), "divert"),
        (SheetOrders(1, 1, 1, stop=True), "stop"),
    ):
        with pytest.raises(OmrError, match=word) as refused:
            encode(small, orders)
        assert refused.value.code == "E5101"


def test_a_select_of_a_feeder_that_the_set_lacks_is_refused() -> None:
    with pytest.raises(OmrError, match="feeder 7, 9"):
        encode(QUADIENT, SheetOrders(1, 2, 1, selects=frozenset({1, 7, 9})))


@pytest.mark.parametrize("place", [(0, 1, 1), (2, 1, 1), (1, 1, 0)])
def test_a_place_that_no_sheet_has_is_refused(place: tuple[int, int, int]) -> None:
    with pytest.raises(OmrError, match="no place"):
        encode(QUADIENT, SheetOrders(*place))


def test_a_suppressed_function_moves_those_after_it_up(tmp_path: Path) -> None:
    functions = [role for role in QUADIENT.roles if role not in ("stop", "select-5", "select-6")]
    smaller = write_set(tmp_path, functions=str(functions).replace("'", '"'))
    # 0 start, 1 divert, 2 insert, 3–6 select 1–4, 7–9 sequence, 10 parity, 11 safety
    assert printed(smaller, SheetOrders(2, 2, 7, frozenset({1, 4}))) == {0, 2, 3, 6, 7, 8, 9, 11}
    assert smaller.column.mark(11).y == pytest.approx(144.0)


def test_a_set_without_sequence_expects_none(tmp_path: Path) -> None:
    small = write_set(tmp_path, functions='["start", "insert", "parity"]')
    assert expected_sequence(small, 5) is None
    assert read_sequence(small, encode(small, SheetOrders(1, 1, 5)).roles) is None


def test_inverted_marks_are_printed_when_their_function_is_false(tmp_path: Path) -> None:
    # 0 start, 1 safety, 2 insert (not-EOC), 3 first (not-BOC), 4 parity, 5 timing
    inverted = write_set(tmp_path, text=INVERTED)
    assert printed(inverted, SheetOrders(1, 3, 1)) == {0, 1, 2, 5}
    assert printed(inverted, SheetOrders(2, 3, 2)) == {0, 1, 2, 3, 4, 5}
    assert printed(inverted, SheetOrders(3, 3, 3)) == {0, 1, 3, 5}
    assert printed(inverted, SheetOrders(1, 1, 4)) == {0, 1, 4, 5}
    reading = check(inverted, encode(inverted, SheetOrders(3, 3, 3)).positions)
    assert (reading.roles["insert"], reading.roles["first"], reading.problems) == (True, False, ())


def test_odd_parity_and_blank_positions_work_as_sixteen_strokes_want(tmp_path: Path) -> None:
    strokes = write_set(tmp_path, text=STROKES)
    # 0 start, 1 blank, 2 timing, 3–6 sequence 1/2/4/8, 7 insert, 8–11 select 1–4, 12 parity (odd), 13 safety
    assert printed(strokes, SheetOrders(1, 1, 6, frozenset({3}))) == {0, 2, 4, 5, 7, 10, 13}
    assert printed(strokes, SheetOrders(1, 2, 5)) == {0, 2, 3, 5, 13}
    assert printed(strokes, SheetOrders(1, 2, 1)) == {0, 2, 3, 12, 13}
    reading = check(strokes, [n in {0, 1, 2, 3, 12, 13} for n in range(14)])
    assert reading.problems == ("a mark at the position blank",)
    assert check(strokes, [n in {0, 2, 3, 13} for n in range(14)]).problems == ("parity even: 4 marks",)


def test_a_counter_that_skips_zero_never_shows_it(tmp_path: Path) -> None:
    strokes = write_set(tmp_path, text=STROKES)
    assert [expected_sequence(strokes, n) for n in (1, 2, 14, 15, 16, 30, 31)] == [1, 2, 14, 15, 1, 15, 1]
    reading = check(strokes, [n in {0, 2, 12} for n in range(14)])
    assert "sequence 0 does not exist" in reading.problems


def test_a_page_counter_counts_the_sheets_of_the_piece_downwards(tmp_path: Path) -> None:
    counting = write_set(tmp_path, text=COUNTING)
    # 0 start, 1–2 page 2/1: 3, 2, 1, 0, 3 …
    assert [printed(counting, SheetOrders(n, 9, 100 + n)) - {0} for n in (1, 2, 3, 4, 5)] == [
        {1, 2},
        {1},
        {2},
        set(),
        {1, 2},
    ]
