"""Sheets that are misread, fed twice, missing, out of order or not expected: which pieces the machine gives up."""

from __future__ import annotations

import pytest

from omr.model import FedFirst
from omr.sheet import SheetId
from simulator.faults import Kind, Rule
from simulator.messages import Start
from simulator.words import Fault, State
from tests.simulator.bench import P1, P2, P3, Bench, name, sheets_of


def faulted(kind: Kind, **when: object) -> Rule:
    return Rule(kind, **when)  # type: ignore[arg-type]


def test_a_misread_sheet_makes_its_piece_unread_and_no_other() -> None:
    sizes = [1, 3, 1]
    rules = (faulted(Kind.MISREAD, piece=P2, sheet=2),)
    bench = Bench(sheets_of(sizes), rules=rules).ready(sizes).run()
    assert bench.outcomes() == {P1: ("stacked", 0), P2: ("unread", 1), P3: ("stacked", 0)}
    assert [len(deposit["sheets"]) for deposit in bench.deposits("divert")] == [3]
    [unread] = bench.events("sheet_unread")
    assert (unread["expected_piece"], unread["reason"], unread["code"]) == (P2, 1, "")
    assert bench.machine.state is State.RUNNING


@pytest.mark.parametrize("sheet", [1, 2])
def test_a_double_feed_within_a_piece_diverts_the_piece(sheet: int) -> None:
    sizes = [1, 3, 1]
    rules = (faulted(Kind.DOUBLE_FEED, piece=P2, sheet=sheet),)
    bench = Bench(sheets_of(sizes), rules=rules).ready(sizes).run()
    assert bench.outcomes() == {P1: ("stacked", 0), P2: ("diverted", 2), P3: ("stacked", 0)}
    assert [len(deposit["sheets"]) for deposit in bench.deposits("divert")] == [3]
    assert bench.faults() == [Fault.DOUBLE_FEED]
    assert bench.end().sheets_fed == 4  # one stroke, one sheet: the sensor says "too thick", not how many


def test_a_double_feed_at_the_end_of_a_piece_diverts_the_next_one_too() -> None:
    sizes = [2, 2, 1]
    rules = (faulted(Kind.DOUBLE_FEED, piece=P1, sheet=2),)
    bench = Bench(sheets_of(sizes), rules=rules).ready(sizes).run()
    assert bench.outcomes() == {P1: ("diverted", 2), P2: ("diverted", 2), P3: ("stacked", 0)}
    assert [len(deposit["sheets"]) for deposit in bench.deposits("divert")] == [3, 1]


def test_a_piece_that_went_whole_with_a_double_feed_is_diverted_though_never_seen() -> None:
    rules = (faulted(Kind.DOUBLE_FEED, piece=P1),)
    bench = Bench(sheets_of([1, 1, 1]), rules=rules).ready([1, 1, 1]).run()
    assert bench.outcomes() == {P1: ("diverted", 2), P2: ("diverted", 2), P3: ("stacked", 0)}
    assert [line["sheets"] for line in bench.events("piece_outcome")] == [1, 0, 1]


def test_the_last_piece_of_a_stack_that_went_with_a_double_feed_is_accounted_for() -> None:
    rules = (faulted(Kind.DOUBLE_FEED, piece=P1),)
    bench = Bench(sheets_of([1, 1]), rules=rules).ready([1, 1]).run()
    assert bench.outcomes() == {P1: ("diverted", 2), P2: ("diverted", 2)}
    assert bench.machine.state is State.RUNNING


def test_a_piece_queued_after_its_sheet_went_with_a_double_feed_is_diverted() -> None:
    rules = (faulted(Kind.DOUBLE_FEED, piece=P1),)
    bench = Bench(sheets_of([1, 1]), rules=rules).ready([1]).run()
    bench.queue(2, 1)
    assert bench.run().outcomes()[P2] == ("diverted", 2)


def test_a_double_feed_that_the_sensor_missed_diverts_all_that_may_hold_the_sheet() -> None:
    rules = (faulted(Kind.MISSED_DOUBLE_FEED, piece=P1),)
    bench = Bench(sheets_of([1, 1, 1, 1]), rules=rules).ready([1, 1, 1, 1]).run()
    assert bench.outcomes() == {P2: ("lost", 4), P3: ("diverted", 4), P1: ("diverted", 4), name(4): ("stacked", 0)}
    assert bench.faults() == [Fault.SEQUENCE]


def test_a_missing_sheet_is_a_sequence_error() -> None:
    stack = sheets_of([3, 1])
    del stack[1]
    bench = Bench(stack, ordinals=[1, 3, 4]).ready([3, 1]).run()
    assert bench.outcomes() == {P1: ("diverted", 4), P2: ("stacked", 0)}


def test_two_sheets_in_the_wrong_order_are_a_sequence_error() -> None:
    stack = sheets_of([3, 1])
    stack[0], stack[1] = stack[1], stack[0]
    bench = Bench(stack, ordinals=[2, 1, 3, 4]).ready([3, 1]).run()
    assert bench.outcomes() == {P1: ("diverted", 4), P2: ("stacked", 0)}


def test_a_code_that_counts_other_than_the_queue_is_a_sequence_error() -> None:
    bench = Bench(sheets_of([2, 1])).ready([3, 1]).run()
    assert bench.outcomes() == {P1: ("diverted", 4), P2: ("stacked", 0)}


def test_marks_that_do_not_count_on_make_the_sheet_unread() -> None:
    bench = Bench(sheets_of([1, 2, 1]), ordinals=[1, 2, 5, 4]).ready([1, 2, 1]).run()
    assert bench.outcomes()[P2] == ("unread", 1)
    assert bench.events("sheet_unread")[0]["code"] == "R000001P0000000201002002"


def test_sheets_of_a_piece_not_queued_go_to_the_bin_one_by_one() -> None:
    stack = sheets_of([1, 2, 1])
    stack[1:3] = [SheetId("R000001", "P00000099", 1, sheet, 2) for sheet in (1, 2)]
    bench = Bench(stack)
    bench.load()
    bench.queue(1, 1)
    bench.queue(3, 1)
    bench.machine.obey(Start())
    bench.run()
    assert bench.outcomes() == {P1: ("stacked", 0), P3: ("stacked", 0)}
    assert bench.faults() == [Fault.NOT_QUEUED]
    assert [line["reason"] for line in bench.events("sheet_unread")] == [13, 13]
    assert bench.end().sheets_diverted == 2


def test_another_copy_of_a_queued_piece_is_a_stranger() -> None:
    bench = Bench(sheets_of([1], copy=2)).ready([1]).run()
    assert bench.faults() == [Fault.NOT_QUEUED, Fault.SHEETS_EMPTY]
    assert bench.deposits("stacker") == []


def test_a_machine_that_begins_with_the_last_sheet_puts_the_first_one_at_the_window() -> None:
    sizes = [3, 1, 2]
    stack = sheets_of(sizes, fed_first=FedFirst.LAST_SHEET)
    bench = Bench(stack, fed_first=FedFirst.LAST_SHEET).ready(sizes).run()
    assert [(line["piece"], line["sheet"], line["of"]) for line in bench.events("sheet_scanned")] == [
        (sheet.piece, sheet.sheet, sheet.of) for sheet in stack
    ]
    lying = [[sheet.sheet for sheet in bench.contents(deposit)] for deposit in bench.deposits("stacker")]
    assert lying == [[1, 2, 3], [1], [1, 2]]


def test_a_stack_that_begins_at_the_wrong_end_is_mailed_to_nobody() -> None:
    sizes = [3, 2, 2]
    bench = Bench(sheets_of(sizes), fed_first=FedFirst.LAST_SHEET).ready(sizes).run()
    assert not bench.deposits("stacker")
    fault = bench.events("fault")[0]
    assert (fault["fault"], fault["text"]) == (Fault.SEQUENCE, "sheet 1 of 3 where sheet 3 of 3 was due")
