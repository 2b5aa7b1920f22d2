"""What hands do that no sensor sees at once, and what power does to a machine that keeps its memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.camera import StackFolder
from simulator.console import Console
from simulator.faults import Kind, Rule
from simulator.messages import Cleared, ClearPath, CycleUp, Halt, Nothing, ResetFault, Start
from simulator.paper import Deposit, Leaf, Paper
from simulator.supplies import Supplies
from simulator.words import Fault, State, Station
from tests.simulator.bench import P1, P2, TEMPLATE, Bench, name, refusal, sheets_of
from tests.simulator.stack import print_stack

_ON_THE_PATH = (Station.SHEET_FEEDER, Station.ACCUMULATOR, Station.FOLDER, Station.INSERTION, Station.SEALER)


@pytest.mark.parametrize("station", _ON_THE_PATH)
def test_paper_taken_unseen_is_missed_when_it_should_move_on(station: Station) -> None:
    bench = Bench(sheets_of([2] * 6), rules=(Rule(Kind.TAKEN, station, cycle=1),)).ready([2] * 6).run()
    assert bench.machine.state is State.FAULTED
    [line] = bench.events("fault")
    assert (line["fault"], line["station"]) == (Fault.JAM, station)
    assert "missing" in line["text"]
    bench.recover().run()
    assert bench.outcomes()[P1][0] == "removed"
    assert bench.outcomes()[name(6)][0] == "stacked"


def test_an_open_collation_that_is_taken_is_missed_before_its_next_sheet_is_laid_on() -> None:
    bench = Bench(sheets_of([3, 1])).ready([3, 1]).run(600)
    bench.machine.obey(Halt())
    assert Console(bench.rig).obey("take accumulator") == "taken out"
    assert Console(bench.rig).obey("take accumulator") == "the machine moves, or nothing lies there"
    bench.machine.obey(Start())
    bench.run()
    assert bench.machine.condition.fault is Fault.JAM
    bench.recover().run()
    assert {piece: outcome for piece, (outcome, _) in bench.outcomes().items()} == {P1: "removed", P2: "stacked"}


def test_nobody_takes_paper_out_of_a_machine_that_moves() -> None:
    bench = Bench(sheets_of([3])).ready([3]).run(600)
    assert bench.machine.moving
    assert not bench.machine.operator.take(Station.ACCUMULATOR)


def test_a_station_that_was_forgotten_keeps_its_paper_and_the_path_is_not_clear() -> None:
    rules = (Rule(Kind.JAM, Station.SEALER, cycle=1), Rule(Kind.OVERLOOKED, cycle=1))
    bench = Bench(sheets_of([1, 1, 1]), rules=rules).ready([1, 1, 1]).run()
    machine = bench.machine
    lying = machine.paper.stations()
    assert refusal(machine.obey(ClearPath())) == Fault.IN_PATH
    assert machine.paper.stations() == lying[:1]
    assert not bench.outcomes()
    assert machine.obey(ClearPath()) == Cleared(len(lying))


def test_a_full_bin_stops_the_machine_until_it_is_emptied() -> None:
    bench = Bench(sheets_of([1, 1]), rules=(Rule(Kind.BIN_FULL, cycle=1),)).ready([1, 1]).run()
    assert bench.machine.condition.fault is Fault.BIN_FULL
    bench.recover().run()
    assert [outcome for outcome, _ in bench.outcomes().values()] == ["stacked", "stacked"]


def test_a_cover_opened_in_the_dark_stands_at_power_up() -> None:
    bench = Bench(sheets_of([1]), supplies=Supplies(open_covers={Station.FOLDER}, stop_pressed=True))
    machine = bench.machine
    assert (machine.state, machine.condition.fault) == (State.INTERLOCKED, Fault.COVER_OPEN)
    assert refusal(machine.obey(CycleUp())) == Fault.COVER_OPEN
    assert machine.obey(ResetFault()) == Nothing()
    assert machine.state is State.IDLE


def test_power_that_blinks_leaves_memory_and_paper_where_they_are() -> None:
    bench = Bench(sheets_of([3, 2, 1])).ready([3, 2, 1]).run(900)
    before = bench.machine.path.position_map()
    numbers = len(bench.lines())
    bench.rig.blink()
    assert bench.machine.state is State.STOPPED
    assert bench.machine.path.position_map() == before
    assert len(bench.lines()) == numbers + 1  # that it stands now
    bench.machine.host_found()
    bench.machine.obey(Start())
    bench.run()
    assert [outcome for outcome, _ in bench.outcomes().values()] == ["stacked"] * 3


def test_the_rule_that_is_armed_strikes_at_the_next_chance_and_once() -> None:
    bench = Bench(sheets_of([1, 1, 1])).ready([1, 1, 1])
    bench.rig.plan.arm(Rule(Kind.MISREAD, cycle=77))
    bench.run()
    assert [outcome for outcome, _ in bench.outcomes().values()] == ["unread", "stacked", "stacked"]


def _paper(*pages: int, used: tuple[int, ...] = ()) -> Paper:
    def nowhere(_deposit: Deposit) -> None:
        """These sheets stay in their stack."""

    paper = Paper(nowhere, [Leaf("a.pdf", page) for page in used])
    paper.lay("A", "a.pdf", pages)
    return paper


def _pages(paper: Paper) -> list[int]:
    return [leaf.page for leaf in paper.stack()]


def test_a_sheet_printed_twice_lies_there_once_more_after_one_was_used() -> None:
    assert _pages(_paper(1, 2, 2, 3, used=(1, 2))) == [2, 3]


@pytest.mark.parametrize(("beneath", "pages"), [(0, [8, 9, 1, 2, 3]), (1, [1, 8, 9, 2, 3]), (7, [1, 2, 3, 8, 9])])
def test_sheets_are_put_into_the_feeder_at_any_depth(beneath: int, pages: list[int]) -> None:
    paper = _paper(1, 2, 3)
    paper.lay_on_top([Leaf("a.pdf", 8), Leaf("a.pdf", 9)], beneath)
    assert _pages(paper) == pages


def test_a_ticket_says_what_the_press_did_to_the_stack(tmp_path: Path) -> None:
    print_stack(tmp_path / "R000001-B01.pdf", sheets_of([1, 1, 1]), two_sided=True)
    ticket = tmp_path / "R000001-B01.json"
    ticket.write_text('{"sides": "two-sided-long-edge", "lies": "2 1 1 9"}', encoding="utf-8")
    found = StackFolder(tmp_path, seed=1).find("R000001-B01", "quadient", TEMPLATE)
    assert found is not None
    file, pages, camera = found
    camera.close()
    assert (file, list(pages)) == ("R000001-B01.pdf", [3, 1, 1])
