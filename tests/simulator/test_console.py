"""The operator's console."""

from __future__ import annotations

import pytest

from simulator.console import Console
from simulator.messages import Halt
from simulator.words import INSERT_FEEDERS, Fault, State, Station
from tests.simulator.bench import Bench, name, sheets_of


@pytest.fixture
def bench() -> Bench:
    return Bench(sheets_of([1, 1]), operator_auto=False)


def console(bench: Bench) -> Console:
    return Console(bench.rig)


@pytest.mark.parametrize(
    ("line", "stations"),
    [
        ("refill envelopes", [Station.ENVELOPE_FEEDER]),
        ("refill inserts", list(INSERT_FEEDERS)),
        ("refill inserts 3", [Station.INSERT_3]),
    ],
)
def test_refilling_fills_what_was_named(bench: Bench, line: str, stations: list[Station]) -> None:
    stock = bench.supplies.stock
    for station in stock:
        stock[station] = 0
    assert console(bench).obey(line) == f"{line}: done"
    assert [station for station in stock if stock[station]] == stations
    assert {event["station"] for event in bench.events("supply")} == set(stations)


def test_sealer_sheets_and_bin_are_tended_too(bench: Bench) -> None:
    supplies = bench.supplies
    supplies.stock[Station.SEALER], supplies.withheld, supplies.bin_deposits, supplies.stacked = 0, True, 9, 30
    for line in ("refill sealer", "refill sheets", "empty bin", "empty stacker"):
        assert console(bench).obey(line).endswith("done")
    assert supplies.stock[Station.SEALER] == supplies.capacities.water
    assert (supplies.withheld, supplies.bin_deposits, supplies.stacked) == (False, 0, 0)


def test_covers_and_the_emergency_stop_lock_the_machine(bench: Bench) -> None:
    typed = console(bench)
    assert typed.obey("cover open sealer") == "cover of sealer opened"
    assert typed.obey("estop") == "emergency stop pressed"
    assert bench.machine.state is State.INTERLOCKED
    assert typed.obey("release") == "emergency stop released"
    assert typed.obey("cover close sealer") == "cover of sealer closed"
    assert not bench.supplies.open_covers
    assert bench.faults() == [Fault.COVER_OPEN, Fault.EMERGENCY_STOP]


def test_a_jam_strikes_what_lies_there_or_else_what_comes_next(bench: Bench) -> None:
    typed = console(bench)
    assert typed.obey("jam folder") == "will jam with the next paper"
    bench.ready([1, 1]).run()
    assert bench.machine.state is State.FAULTED
    assert typed.obey("clear") == "path emptied"
    bench.recover()
    bench.run(400)
    assert typed.obey("jam folder") == "jammed"
    assert [event["piece"] for event in bench.events("fault")] == [name(1), name(2)]


def test_a_moving_machine_is_not_cleared(bench: Bench) -> None:
    bench.ready([1, 1]).run(300)
    assert "halt" in console(bench).obey("clear")
    bench.machine.obey(Halt())
    assert console(bench).obey("clear") == "path emptied"


def test_status_says_what_is_where(bench: Bench) -> None:
    bench.ready([1, 1]).run(300)
    answer = console(bench).obey("status")
    assert answer == (
        "running, fault 0 none, job R000001-B01, 0 sheets in the feeder, paper at 1: 1, 3: 1; "
        "link down, 0 frames dropped, 0 resent, 0 repeated by the host, 0 rejected"
    )


@pytest.mark.parametrize("line", ["dance", "refill", "refill inserts 7", "refill inserts 12", "cover", "jam stacker"])
def test_what_is_not_understood_is_answered_with_what_is(bench: Bench, line: str) -> None:
    assert console(bench).obey(line).startswith("not understood; commands: refill")


def test_an_empty_line_and_a_wrong_station_are_forgiven(bench: Bench) -> None:
    assert console(bench).obey("   ") == ""
    assert console(bench).obey("cover open kitchen").startswith("no station kitchen")
