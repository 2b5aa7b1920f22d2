"""Mark sets of every kind: what is ordered is what the marks say, for any set that the rules allow."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omr.draw import mark_rects
from omr.encode import check, disagreements, encode, says_first, says_last
from omr.errors import OmrError
from omr.place import Box
from omr.sheet import SheetId, SheetOrders
from tests.omr.generated import MadeCounter, MadeSet, made_counters, made_sets, orders_for

EXAMPLES = int(os.environ.get("MARK_SETS", "60"))
"""Generated sets a test; thousands take a minute or two."""

_SAYS_LAST = {"insert", "eoc", "accumulate", "not-eoc"}

MANY = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(made=made_sets(), data=st.data())
@MANY
def test_marks_of_any_set_say_what_was_ordered(made: MadeSet, data: st.DataObject) -> None:
    mark_set = made.load()
    for _ in range(4):
        orders = data.draw(orders_for(made))
        marks = encode(mark_set, orders)
        reading = check(mark_set, marks.positions)
        assert reading.problems == ()
        assert reading.roles == dict(marks.roles)
        for role in made.roles:
            if role != "parity":
                assert (role, reading.roles[role]) == (role, made.truth(role, orders))
                assert marks.positions[made.roles.index(role)] == (made.truth(role, orders) == made.printed[role])
        sheet = SheetId("R000001", "P00000001", 1, orders.sheet, orders.of)
        assert disagreements(sheet, reading.roles, mark_set) == []
        place = orders.of - orders.sheet + 1 if made.reverse else orders.sheet
        assert says_first(mark_set, reading.roles) in (None, place == 1)
        assert says_last(mark_set, reading.roles) in (None, place == orders.of)


@given(made=made_sets().filter(lambda made: "parity" in made.roles), data=st.data())
@MANY
def test_one_mark_turned_over_is_noticed_wherever_parity_covers_it(made: MadeSet, data: st.DataObject) -> None:
    mark_set = made.load()
    positions = list(encode(mark_set, data.draw(orders_for(made))).positions)
    counted = [made.roles.index(role) for role in (*made.covers, "parity")]
    assert (sum(positions[at] for at in counted) % 2 == 0) == made.even
    for at in counted:
        turned = [mark != (number == at) for number, mark in enumerate(positions)]
        assert any(problem.startswith("parity ") for problem in check(mark_set, turned).problems)


@given(made=made_sets().filter(lambda made: _SAYS_LAST & set(made.roles)), data=st.data())
@MANY
def test_a_code_of_another_sheet_contradicts_the_marks_of_the_ends(made: MadeSet, data: st.DataObject) -> None:
    mark_set = made.load()
    orders = data.draw(orders_for(made))
    roles = check(mark_set, encode(mark_set, orders).positions).roles
    end = 1 if made.reverse else orders.of
    for other in range(1, orders.of + 1):
        if (other == end) != (orders.sheet == end):
            assert disagreements(SheetId("R000001", "P00000001", 1, other, orders.of), roles, mark_set)


@given(counter=st.sampled_from(["page", "sequence"]).flatmap(made_counters))
@settings(max_examples=EXAMPLES, deadline=None)
def test_counters_wrap_or_hold_by_their_rules(counter: MadeCounter) -> None:
    made = counter_set(counter)
    (loaded,) = made.load().counters
    run = made.counters[0].run(70)
    assert [loaded.value(place) for place in range(1, 71)] == run
    # Seventy steps are more than any cycle here, so what did not come up never does.
    assert {value for value in range(32) if loaded.exists(value)} == set(run)


def counter_set(counter: MadeCounter) -> MadeSet:
    """A set of a start mark and this counter."""
    roles = ["start", *(f"{counter.name}-{weight}" for weight in counter.weights)]
    plain = dict.fromkeys(roles, True)
    every = dict.fromkeys(roles, "every")
    return MadeSet(roles, plain, every, [counter], [], True, False, "top-left", "down", 4.0, 6.5, 7.0)


@given(made=made_sets(), width=st.sampled_from([210.0, 215.9]), height=st.sampled_from([297.0, 279.4]), data=st.data())
@MANY
def test_marks_keep_their_distance_from_their_corner(
    made: MadeSet, width: float, height: float, data: st.DataObject
) -> None:
    mark_set, orders = made.load(), data.draw(orders_for(made))
    rects = mark_rects(mark_set.on(width, height), orders)
    printed = [at for at, mark in enumerate(encode(mark_set, orders).positions) if mark]

    def from_corner(box: Box) -> tuple[float, float]:
        x = box.x if made.origin.endswith("left") else width - box.right
        return x, (box.y if made.origin.startswith("top") else height - box.bottom)

    away = (made.direction == "down") == made.origin.startswith("top")
    last = len(made.roles) - 1
    assert [from_corner(rect) for rect in rects] == [
        pytest.approx((made.x_mm, 25.0 + made.pitch_mm * (at if away else last - at))) for at in printed
    ]
    placed = mark_set.on(width, height)
    assert all(placed.paper.box.holds(box) for box in (placed.strip, placed.code.box))


@given(made=made_sets().filter(lambda made: any(counter.counts == "piece" for counter in made.counters)))
@MANY
def test_a_match_code_needs_the_place_of_its_piece(made: MadeSet) -> None:
    with pytest.raises(OmrError, match="whose place nobody told") as refused:
        encode(made.load(), SheetOrders(1, 1, 1))
    assert refused.value.code == "E5101"


def test_a_match_code_is_the_same_on_all_sheets_of_a_piece_and_changes_with_the_next() -> None:
    mark_set = counter_set(MadeCounter("match", "piece", 1, 1, 4, "skipped", "wraps")).load()

    def shown(piece: int) -> set[tuple[bool, ...]]:
        return {encode(mark_set, SheetOrders(sheet, 3, sheet, piece=piece)).positions for sheet in (1, 2, 3)}

    codes = [shown(piece) for piece in range(1, 6)]
    # Positions: start, match-1, match-2; values 1, 2, 3, 1, 2.
    assert codes == [
        {(True, True, False)},
        {(True, False, True)},
        {(True, True, True)},
        {(True, True, False)},
        {(True, False, True)},
    ]
