"""Faults that hold the machine and how they are cleared; the host lost, and its events stored and sent again."""

from __future__ import annotations

import pytest

from omr.sheet import SheetId
from simulator.faults import Kind, Rule
from simulator.messages import (
    Cleared,
    ClearPath,
    Halt,
    Nothing,
    ReplayEvents,
    ResetFault,
    Start,
)
from simulator.supplies import Capacities, Supplies
from simulator.words import Fault, State, Station
from tests.simulator.bench import P1, P2, P3, Bench, name, refusal, sheets_of

# Faults that hold the machine.


@pytest.mark.parametrize(
    ("station", "pulled"),
    [
        (Station.SHEET_FEEDER, {P1: "lost"}),
        (Station.ACCUMULATOR, {P1: "lost"}),
        (Station.FOLDER, {P1: "lost"}),
        (Station.INSERTION, {P1: "lost", P2: "removed"}),
        (Station.SEALER, {P1: "lost", P2: "removed", P3: "removed"}),
    ],
)
def test_a_jam_stands_still_until_the_path_is_cleared(station: Station, pulled: dict[str, str]) -> None:
    rules = (Rule(Kind.JAM, station, cycle=1),)
    bench = Bench(sheets_of([1, 1, 1, 1]), rules=rules).ready([1, 1, 1, 1]).run()
    machine = bench.machine
    assert machine.state is State.FAULTED
    assert [(line["fault"], line["station"]) for line in bench.events("fault")] == [(3, station)]
    assert refusal(machine.obey(Start())) == Fault.JAM
    assert refusal(machine.obey(ResetFault())) == Fault.JAM
    assert machine.obey(ClearPath()) == Cleared(len(pulled))
    assert bench.outcomes() == {piece: (outcome, 3) for piece, outcome in pulled.items()}
    assert machine.state is State.FAULTED
    assert machine.obey(ResetFault()) == Nothing()
    assert machine.state is State.STOPPED
    machine.obey(Start())
    rest = [piece for piece in (P1, P2, P3, name(4)) if piece not in pulled]
    bench.run()
    assert {piece: bench.outcomes()[piece][0] for piece in rest} == dict.fromkeys(rest, "stacked")
    states = [line["state"] for line in bench.events("state_changed")]
    assert states == ["running", "faulted", "clearing", "faulted", "stopped", "running"]


def test_a_gentle_jam_leaves_its_piece_removed() -> None:
    rules = (Rule(Kind.JAM, Station.FOLDER, cycle=1, destroys=False),)
    bench = Bench(sheets_of([1]), rules=rules).ready([1]).run()
    bench.machine.obey(ClearPath())
    assert bench.outcomes() == {P1: ("removed", 3)}


def test_the_rest_of_a_piece_taken_out_goes_to_the_bin() -> None:
    rules = (Rule(Kind.JAM, Station.SHEET_FEEDER, piece=P1, sheet=2),)
    bench = Bench(sheets_of([3, 1]), rules=rules).ready([3, 1]).run()
    bench.recover().run()
    assert bench.outcomes() == {P1: ("lost", 3), P2: ("stacked", 0)}
    assert [len(deposit["sheets"]) for deposit in bench.deposits("removed")] == [1, 1]
    assert [bench.contents(deposit) for deposit in bench.deposits("divert")] == [[SheetId("R000001", P1, 1, 3, 3)]]
    counters = bench.end()
    assert counters.sheets_fed == 4 == counters.sheets_stacked + counters.sheets_diverted + counters.sheets_removed


def test_a_damaged_sheet_stands_still_and_costs_its_piece() -> None:
    rules = (Rule(Kind.DAMAGED, piece=P2, sheet=1),)
    bench = Bench(sheets_of([1, 2, 1]), rules=rules).ready([1, 2, 1])
    bench.run()
    assert bench.machine.state is State.FAULTED
    bench.recover().run()
    assert bench.outcomes()[P2] == ("lost", 9)
    assert bench.outcomes()[P3] == ("stacked", 0)
    assert [deposit["destroyed"] for deposit in bench.deposits("removed")].count(True) == 1


@pytest.mark.parametrize(
    ("rule", "fault", "station"),
    [
        (Rule(Kind.EMPTY, Station.SHEET_FEEDER, cycle=2, times=1), Fault.SHEETS_EMPTY, Station.SHEET_FEEDER),
        (Rule(Kind.EMPTY, Station.INSERT_3, cycle=2, times=1), Fault.INSERTS_EMPTY, Station.INSERT_3),
        (Rule(Kind.EMPTY, Station.ENVELOPE_FEEDER, cycle=2, times=1), Fault.ENVELOPES_EMPTY, Station.ENVELOPE_FEEDER),
        (Rule(Kind.SEALER_DRY, cycle=2, times=1), Fault.SEALER_DRY, Station.SEALER),
    ],
)
def test_an_empty_place_stops_the_machine_until_it_is_refilled(rule: Rule, fault: Fault, station: Station) -> None:
    bench = Bench(sheets_of([1, 1, 1]), rules=(rule,)).ready([1, 1, 1], selects=0b100).run()
    assert bench.machine.state is State.STOPPED
    assert [(line["fault"], line["station"]) for line in bench.events("fault")] == [(fault, station)]
    assert refusal(bench.machine.obey(Start())) == fault
    bench.recover().run()
    assert len(bench.deposits("stacker")) + len(bench.deposits("divert")) == 3
    assert [line["fault"] for line in bench.events("fault_cleared")] == [fault]


def test_nobody_refills_when_no_operator_is_there() -> None:
    rules = (Rule(Kind.EMPTY, Station.ENVELOPE_FEEDER, cycle=1, times=1),)
    bench = Bench(sheets_of([1]), rules=rules, operator_auto=False).ready([1]).run()
    assert refusal(bench.machine.obey(ResetFault())) == Fault.ENVELOPES_EMPTY
    bench.machine.operator.refill(Station.ENVELOPE_FEEDER)
    bench.recover().run()
    assert bench.outcomes() == {P1: ("stacked", 0)}


def test_inserts_and_envelopes_are_used_up_and_said_to_be_low_and_empty() -> None:
    supplies = Supplies(Capacities(inserts=3, envelopes=5, low=1))
    bench = Bench(sheets_of([1] * 5), supplies=supplies, operator_auto=False).ready([1] * 5, selects=0b10).run()
    assert [(line["station"], line["level"]) for line in bench.events("supply")] == [(12, 1), (12, 0)]
    assert bench.faults() == [Fault.INSERTS_EMPTY]
    assert [deposit["inserts"] for deposit in bench.deposits("stacker")] == [[2]] * 3


def test_an_attentive_operator_tops_up_before_anything_runs_out() -> None:
    supplies = Supplies(Capacities(inserts=3, envelopes=5, low=1))
    bench = Bench(sheets_of([1] * 20), supplies=supplies).ready([1] * 20, selects=0b10).run()
    assert bench.faults() == []
    assert len(bench.deposits("stacker")) == 20
    assert {(line["station"], line["level"]) for line in bench.events("supply")} == {(12, 1), (12, 2), (20, 1), (20, 2)}


def test_a_full_divert_bin_stops_feeding() -> None:
    supplies = Supplies(Capacities(bin_deposits=8, bin_reserve=5))
    bench = Bench(sheets_of([1] * 12), supplies=supplies, operator_auto=False).ready([1] * 12, flags=1).run()
    assert bench.faults() == [Fault.BIN_FULL]
    assert len(bench.deposits("divert")) <= 8
    assert refusal(bench.machine.obey(ResetFault())) == Fault.BIN_FULL
    bench.machine.operator.refill(Station.DIVERT_BIN)
    for _ in range(12):
        bench.machine.operator.refill(Station.DIVERT_BIN)
        bench.run_on()
    assert len(bench.outcomes()) == 12


def test_an_open_cover_interlocks_and_the_paper_stays_where_it_is() -> None:
    bench = Bench(sheets_of([2]), operator_auto=False).ready([2])
    bench.run(300)
    bench.machine.operator.open_cover(Station.FOLDER)
    bench.run(10_000)
    assert bench.machine.state is State.INTERLOCKED
    assert refusal(bench.machine.obey(Start())) == Fault.COVER_OPEN
    assert refusal(bench.machine.obey(ResetFault())) == Fault.COVER_OPEN
    bench.machine.operator.close_cover(Station.FOLDER)
    bench.machine.obey(ResetFault())
    bench.machine.obey(Start())
    assert bench.run().outcomes() == {P1: ("stacked", 0)}
    assert [line["open"] for line in bench.events("cover")] == [1, 0]


def test_the_emergency_stop_outranks_a_jam() -> None:
    rules = (Rule(Kind.JAM, Station.FOLDER, cycle=1),)
    bench = Bench(sheets_of([1]), rules=rules, operator_auto=False).ready([1]).run()
    bench.machine.operator.press_stop()
    assert bench.machine.state is State.INTERLOCKED
    assert refusal(bench.machine.obey(Start())) == Fault.EMERGENCY_STOP
    bench.machine.operator.release_stop()
    assert refusal(bench.machine.obey(ResetFault())) == Fault.JAM


def test_without_an_operator_the_path_is_cleared_only_when_the_paper_is_out() -> None:
    rules = (Rule(Kind.JAM, Station.FOLDER, cycle=1),)
    bench = Bench(sheets_of([1]), rules=rules, operator_auto=False).ready([1]).run()
    assert refusal(bench.machine.obey(ClearPath())) == Fault.IN_PATH
    assert bench.machine.operator.empty_path()
    assert bench.machine.obey(ClearPath()) == Cleared(1)


def test_paper_taken_out_of_a_standing_machine_is_noticed() -> None:
    bench = Bench(sheets_of([2]), operator_auto=False).ready([2])
    bench.run(300)
    assert not bench.machine.operator.empty_path()
    bench.machine.obey(Halt())
    assert bench.machine.operator.empty_path()
    assert bench.machine.state is State.FAULTED
    assert refusal(bench.machine.obey(Start())) == Fault.JAM
    bench.machine.obey(ClearPath())
    assert bench.outcomes() == {P1: ("removed", 3)}


def test_when_the_stack_ends_too_early_the_piece_before_is_not_trusted_either() -> None:
    """The sheet that is missing may have gone with it: nobody saw one that followed as it should."""
    bench = Bench(sheets_of([1, 1])[:1]).ready([1, 1]).run()
    assert bench.outcomes() == {P1: ("diverted", 4)}


def test_a_stack_that_ends_before_its_pieces_do_stops_the_machine_and_lets_the_job_end() -> None:
    bench = Bench(sheets_of([1, 2])[:2]).ready([1, 2, 1]).run()
    assert bench.machine.state is State.STOPPED
    assert bench.faults() == [Fault.SHEETS_EMPTY]
    assert refusal(bench.machine.obey(ResetFault())) == Fault.SHEETS_EMPTY
    assert bench.machine.obey(ClearPath()) == Cleared(1)
    bench.end()
    assert {piece: outcome for piece, (outcome, _) in bench.outcomes().items()} == {
        P1: "stacked",
        P2: "removed",
        P3: "not_fed",
    }
    assert bench.machine.state is State.IDLE


# The host.


def test_a_lost_host_stops_feeding_and_the_pieces_begun_are_finished() -> None:
    bench = Bench(sheets_of([1, 3, 1])).ready([1, 3, 1])
    bench.run(600)
    bench.machine.host_lost()
    bench.run()
    assert bench.machine.state is State.STOPPED
    assert bench.faults() == [Fault.HOST_LOST]
    assert list(bench.outcomes()) == [P1, P2]
    assert refusal(bench.machine.obey(Start())) == Fault.HOST_LOST
    bench.machine.host_found()
    bench.machine.obey(ResetFault())
    bench.machine.obey(Start())
    assert list(bench.run().outcomes()) == [P1, P2, P3]


def test_a_host_lost_while_the_machine_stands_is_no_fault() -> None:
    bench = Bench(sheets_of([1]))
    bench.machine.host_lost()
    assert bench.faults() == []


def test_a_full_event_store_stops_feeding_and_loses_nothing() -> None:
    bench = Bench(sheets_of([1] * 20), event_capacity=40).ready([1] * 20).run()
    assert bench.machine.state is State.STOPPED
    assert bench.faults() == [Fault.EVENTS_FULL]
    assert refusal(bench.machine.obey(ResetFault())) == Fault.EVENTS_FULL
    bench.rig.events.acknowledge(bench.rig.events.following - 1)
    bench.machine.obey(ResetFault())
    bench.machine.obey(Start())
    bench.run()
    assert len(bench.outcomes()) > 10
    numbers = [line["number"] for line in bench.lines() if "number" in line]
    assert numbers == list(range(1, len(numbers) + 1))


def test_replay_sends_again_from_a_number_on_but_not_what_was_acknowledged() -> None:
    bench = Bench(sheets_of([1])).ready([1]).run()
    events = bench.rig.events
    while events.take() is not None:
        pass
    events.acknowledge(2)
    bench.machine.obey(ReplayEvents(1))
    resent = []
    while (message := events.take()) is not None:
        resent.append(int.from_bytes(message[1:5], "big"))
    assert resent == list(range(3, events.following))


def test_an_acknowledgement_of_events_never_issued_is_ignored() -> None:
    bench = Bench(sheets_of([1])).ready([1]).run()
    bench.rig.events.acknowledge(1_000_000)
    assert bench.rig.events.oldest == 1


# What wears out, fills up and deceives.


def test_the_sealers_water_falls_with_each_envelope_and_is_said_to_be_low_and_empty() -> None:
    supplies = Supplies(Capacities(water=3, low=1))
    bench = Bench(sheets_of([1] * 5), supplies=supplies, operator_auto=False).ready([1] * 5).run()
    assert [(line["station"], line["level"]) for line in bench.events("supply")] == [(22, 1), (22, 0)]
    assert bench.faults() == [Fault.SEALER_DRY]
    assert len(bench.deposits("stacker")) == 3


def test_an_unsealed_envelope_takes_no_water() -> None:
    supplies = Supplies(Capacities(water=1))
    bench = Bench(sheets_of([1] * 3), supplies=supplies, operator_auto=False).ready([1] * 3, flags=4).run()
    assert bench.faults() == []
    assert len(bench.deposits("stacker")) == 3


def test_a_full_stacker_stops_feeding_until_it_is_emptied() -> None:
    supplies = Supplies(Capacities(stacker=15, bin_reserve=10))
    bench = Bench(sheets_of([1] * 12), supplies=supplies, operator_auto=False).ready([1] * 12).run()
    assert [(line["fault"], line["station"]) for line in bench.events("fault")] == [(Fault.BIN_FULL, Station.STACKER)]
    assert 5 <= len(bench.deposits("stacker")) <= 15
    assert refusal(bench.machine.obey(ResetFault())) == Fault.BIN_FULL
    for _ in range(3):
        bench.machine.operator.refill(Station.STACKER)
        bench.run_on()
    bench.run()
    assert {outcome for outcome, _ in bench.outcomes().values()} == {"stacked"}
    assert len(bench.outcomes()) == 12


def test_a_covered_sensor_of_the_stacker_stops_even_a_machine_whose_belt_never_fills() -> None:
    bench = Bench(sheets_of([1] * 3), rules=(Rule(Kind.STACKER_FULL, piece=P2),)).ready([1] * 3).run()
    assert bench.faults() == [Fault.BIN_FULL]
    bench.run_through()
    assert {outcome for outcome, _ in bench.outcomes().values()} == {"stacked"}


def test_a_late_sensor_costs_its_delay_and_nothing_else() -> None:
    prompt = Bench(sheets_of([1])).ready([1]).run()
    late = Bench(sheets_of([1]), rules=(Rule(Kind.SENSOR_LATE, Station.SEALER, piece=P1),)).ready([1]).run()
    assert late.outcomes() == prompt.outcomes() == {P1: ("stacked", 0)}
    ends = [bench.events("piece_outcome")[0]["at_ms"] for bench in (prompt, late)]
    assert ends[1] - ends[0] == late.machine.path.timing.late_ms


def test_a_sensor_that_stays_covered_looks_like_a_jam_though_the_paper_went_on_whole() -> None:
    rules = (Rule(Kind.SENSOR_COVERED, Station.FOLDER, piece=P1),)
    bench = Bench(sheets_of([1, 1]), rules=rules).ready([1, 1]).run()
    assert [(line["fault"], line["station"]) for line in bench.events("fault")] == [(Fault.JAM, Station.FOLDER)]
    assert Station.FOLDER not in bench.rig.paper.stations()
    bench.run_through()
    assert bench.outcomes()[P1] == ("removed", Fault.JAM)
    assert not bench.deposits("removed")[0]["destroyed"]


@pytest.mark.parametrize("station", [Station.SHEET_FEEDER, Station.FOLDER, Station.SEALER])
def test_paper_left_behind_when_a_jam_was_cleared_is_found_at_the_next_start(station: Station) -> None:
    bench = Bench(sheets_of([1] * 6), rules=(Rule(Kind.RESIDUAL_JAM, station, cycle=1),)).ready([1] * 6).run()
    assert bench.machine.state is State.FAULTED
    assert isinstance(bench.machine.obey(ClearPath()), Cleared)
    assert bench.rig.paper.stations() == ()
    assert bench.machine.obey(ResetFault()) == Nothing()
    assert bench.machine.obey(Start()) == Nothing()
    assert bench.machine.state is State.FAULTED
    assert [(line["fault"], line["station"], line["piece"]) for line in bench.events("fault")][-1] == (3, station, "")
    assert bench.machine.obey(ClearPath()) == Cleared(0)
    bench.run_through()
    assert bench.outcomes()[P1] == ("lost", Fault.JAM)
    pages = [sheet["page"] for deposit in bench.deposits("stacker", "removed", "divert") for sheet in deposit["sheets"]]
    assert sorted(pages) == [1, 2, 3, 4, 5, 6]
