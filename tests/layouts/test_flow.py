"""Which strips stand on which page, for any heights."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from layouts.blocks.row import Grid, Row
from layouts.flow import FlowPage, Room, RowsRun, lay
from layouts.strip import Strip

FIRST_PT, FURTHER_PT, BOTTOM_PT, LAST_PT = 330.0, 70.0, 780.0, 650.0
HEAD_PT, CARRY_PT = 15.0, 18.0
TALLEST_PT = BOTTOM_PT - FIRST_PT - HEAD_PT - 2 * CARRY_PT


@dataclass
class Carry:
    height_pt: float = CARRY_PT


class Table:
    """As much of a table's grid as the flow looks at."""

    def __init__(self) -> None:
        self.head_pt = HEAD_PT
        self.carry = Carry()


def rows_of(heights: list[tuple[float, int]]) -> list[Row]:
    grid = cast(Grid, Table())
    rows = [Row("row", 0, 100, height_pt, value=Decimal(value), grid=grid) for height_pt, value in heights]
    if rows:
        rows[0].first_of_table = rows[-1].last_of_table = True
    return rows


def strip(height_pt: float, gap_pt: float, keep: bool) -> Strip:
    return Strip("strip", 0, 100, height_pt, gap_pt, keep)


def room(foot: bool) -> Room:
    return Room(FIRST_PT, BOTTOM_PT, FURTHER_PT, BOTTOM_PT, LAST_PT if foot else None)


ROWS = st.lists(st.tuples(st.floats(10, TALLEST_PT), st.integers(-99, 99)), max_size=60).map(rows_of)
STRIPS = st.lists(st.builds(strip, st.floats(5, BOTTOM_PT - FIRST_PT), st.floats(0, 15), st.booleans()), max_size=20)


def ends(page: FlowPage) -> list[tuple[float, float]]:
    """(top, end) of all that stands on a page."""
    found = []
    for top_pt, item in page.items:
        if isinstance(item, RowsRun):
            carries = (item.brought is not None) + (item.carried is not None)
            end_pt = top_pt + HEAD_PT + carries * CARRY_PT + sum(row.height_pt for row in item.rows)
        else:
            end_pt = top_pt + item.height_pt
        found.append((top_pt, end_pt))
    return found


def laid(pages: list[FlowPage]) -> list[Any]:
    """What stands on the pages, in order."""
    items = [item for page in pages for _, item in page.items]
    return [one for item in items for one in (item.rows if isinstance(item, RowsRun) else [item])]


@given(ROWS, STRIPS, st.booleans())
def test_every_strip_stands_once_in_order_and_inside_its_page(rows: list[Row], strips: list[Strip], foot: bool) -> None:
    everything = [*rows, *strips]
    pages = lay(everything, room(foot))
    found = laid(pages)
    assert len(found) == len(everything)
    assert all(one is other for one, other in zip(found, everything, strict=True))
    for number, page in enumerate(pages):
        y_pt = FIRST_PT if number == 0 else FURTHER_PT
        limit_pt = LAST_PT if foot and number == len(pages) - 1 else BOTTOM_PT
        for top_pt, end_pt in ends(page):
            assert top_pt >= y_pt - 0.05
            y_pt = end_pt
        assert y_pt <= limit_pt + 0.05


@given(ROWS, STRIPS, st.booleans())
def test_sums_carried_add_up_on_every_page(rows: list[Row], strips: list[Strip], foot: bool) -> None:
    runs = [item for page in lay([*rows, *strips], room(foot)) for _, item in page.items if isinstance(item, RowsRun)]
    total = Decimal(0)
    for number, run in enumerate(runs):
        assert run.brought == (None if number == 0 else total)
        total += sum(row.value for row in run.rows)
        assert run.carried == (None if number == len(runs) - 1 else total)


@given(st.lists(st.tuples(st.floats(10, 40), st.booleans()), max_size=60))
def test_what_is_kept_together_stands_on_one_page_when_a_page_holds_it(given_strips: list[tuple[float, bool]]) -> None:
    strips = [strip(height_pt, 0, keep) for height_pt, keep in given_strips]
    pages = lay(strips, room(foot=False))
    page_of = {id(item): number for number, page in enumerate(pages) for _, item in page.items}
    chunk: list[Strip] = []
    for one in strips:
        chunk.append(one)
        if not one.keep:
            if sum(part.height_pt for part in chunk) <= BOTTOM_PT - FIRST_PT:
                assert len({page_of[id(part)] for part in chunk}) == 1
            chunk = []


def test_totals_take_the_last_line_along_rather_than_stand_alone() -> None:
    rows = rows_of([(20.0, 1)] * 20)
    rows[-1].keep = True
    pages = lay([*rows, strip(60, 10, False)], Room(FIRST_PT, 765.0, FURTHER_PT, 765.0, None))
    (_, first), (_, second), *_ = [page.items[0] for page in pages]
    assert isinstance(first, RowsRun)
    assert isinstance(second, RowsRun)
    assert len(second.rows) == 1
    assert second.brought == first.carried == 19


def test_totals_go_to_the_last_page_with_its_foot_and_the_notes_after_them() -> None:
    rows = rows_of([(20.0, 1)] * 12)
    rows[-1].keep = True
    totals, head, note = strip(60, 10, False), strip(20, 10, True), strip(40, 0, False)
    first, last = lay([*rows, totals, head, note], room(foot=True))
    assert [one.height_pt for one in laid([first])] == [20.0] * 11
    assert laid([last])[1:] == [totals, head, note]


def test_a_foot_that_the_flow_leaves_no_room_for_stands_on_a_page_of_its_own() -> None:
    pages = lay([strip(400, 0, False)], room(foot=True))
    assert [len(page.items) for page in pages] == [1, 0]


def test_without_anything_there_is_one_page() -> None:
    assert [page.items for page in lay([], room(foot=True))] == [[]]
