"""Which rows stand on which page, for any heights."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from layouts.ink import Ink
from layouts.pages import Page, Room, plan
from layouts.strip import Strip
from layouts.table import Row

FIRST_PT, CONTINUATION_PT, BOTTOM_PT, PAYMENT_PT = 330.0, 70.0, 780.0, 650.0
HEAD_PT, CARRY_PT = 15.0, 18.0
TALLEST_PT = BOTTOM_PT - FIRST_PT - HEAD_PT - 2 * CARRY_PT


def draw_nothing(ink: Ink, top_pt: float) -> None:
    """A strip without ink."""


def row(height_pt: float, net: int) -> Row:
    return Row(height_pt, (), "", "", Decimal(net))


def room(payment: bool) -> Room:
    return Room(FIRST_PT, CONTINUATION_PT, BOTTOM_PT, PAYMENT_PT if payment else None, HEAD_PT, CARRY_PT)


ROWS = st.lists(st.builds(row, st.floats(10, TALLEST_PT), st.integers(-99, 99)), max_size=60)
STRIPS = st.lists(
    st.builds(Strip, st.floats(5, BOTTOM_PT - CONTINUATION_PT), st.floats(0, 15), st.just(draw_nothing)), max_size=20
)


@given(ROWS, STRIPS, st.booleans())
def test_every_row_and_strip_stands_once_in_order_and_inside_its_page(
    rows: list[Row], strips: list[Strip], payment: bool
) -> None:
    pages = plan(rows, strips, room(payment))
    assert [index for page in pages for index in range(page.start, page.stop)] == list(range(len(rows)))
    assert [strip for page in pages for _, strip in page.strips] == strips
    for number, page in enumerate(pages):
        y_pt = _end_of_rows(rows, page, first=number == 0)
        assert y_pt <= BOTTOM_PT + 1e-6
        for top_pt, strip in page.strips:
            assert top_pt >= y_pt - 1e-6
            y_pt = top_pt + strip.height_pt
            assert y_pt <= BOTTOM_PT + 1e-6
        if page.payment:
            assert y_pt <= PAYMENT_PT + 1e-6
    assert [page.payment for page in pages] == [False] * (len(pages) - 1) + [payment]


@given(ROWS, STRIPS, st.booleans())
def test_sums_carried_add_up_on_every_page(rows: list[Row], strips: list[Strip], payment: bool) -> None:
    pages = [page for page in plan(rows, strips, room(payment)) if page.stop > page.start]
    total = Decimal(0)
    for number, page in enumerate(pages):
        assert page.brought == (None if number == 0 else total)
        total += sum((row.net for row in rows[page.start : page.stop]), Decimal(0))
        assert page.carried == (total if number < len(pages) - 1 else None)


def test_totals_do_not_stand_alone_when_a_line_can_go_with_them() -> None:
    fitting = int((BOTTOM_PT - FIRST_PT - HEAD_PT - CARRY_PT) / 20)
    rows = [row(20, 1) for _ in range(fitting)]
    pages = plan(rows, [Strip(100, 10, draw_nothing)], room(payment=True))
    assert [(page.start, page.stop) for page in pages] == [(0, fitting - 1), (fitting - 1, fitting)]
    assert (pages[0].carried, pages[1].brought) == (fitting - 1, fitting - 1)
    assert len(pages[1].strips) == 1


def test_the_payment_part_alone_moves_when_only_it_does_not_fit() -> None:
    pages = plan([row(20, 1)], [Strip(PAYMENT_PT - FIRST_PT, 0, draw_nothing)], room(payment=True))
    assert [(len(page.strips), page.payment) for page in pages] == [(1, False), (0, True)]


def test_a_document_without_lines_is_one_page() -> None:
    pages = plan([], [Strip(100, 10, draw_nothing)], room(payment=True))
    assert len(pages) == 1
    assert pages[0].strips[0][0] == FIRST_PT + 10


def _end_of_rows(rows: list[Row], page: Page, *, first: bool) -> float:
    y_pt = FIRST_PT if first else CONTINUATION_PT
    if page.stop > page.start:
        y_pt += HEAD_PT + sum(row.height_pt for row in rows[page.start : page.stop])
        y_pt += CARRY_PT * ((page.brought is not None) + (page.carried is not None))
    return y_pt
