"""The controller's commands, states and faults in virtual time (docs/protocols/native.md, section 4)."""

from __future__ import annotations

import pytest

from omr.sheet import SheetId
from simulator.faults import Kind, Rule
from simulator.messages import (
    CancelPiece,
    Cleared,
    ClearPath,
    CycleUp,
    DivertPiece,
    EndJob,
    Free,
    GetPositionMap,
    GetStatus,
    Halt,
    Identify,
    Identity,
    LoadJob,
    MachineStatus,
    MalformedText,
    Nothing,
    Position,
    PositionMap,
    QueuePiece,
    Refused,
    ReplayEvents,
    ResetFault,
    Start,
    Stop,
)
from simulator.supplies import Capacities, Supplies
from simulator.words import Fault, Fold, State, Station
from tests.simulator.bench import JOB, Bench, name, refusal, sheets_of

P1, P2, P3 = name(1), name(2), name(3)


def test_each_piece_of_a_clean_run_is_stacked_with_its_own_sheets() -> None:
    sizes = [1, 3, 2, 1]
    bench = Bench(sheets_of(sizes)).ready(sizes).run()
    assert bench.outcomes() == {name(number): ("stacked", 0) for number in range(1, 5)}
    assert [len(deposit["sheets"]) for deposit in bench.deposits("stacker")] == sizes
    assert bench.machine.state is State.RUNNING
    counters = bench.end()
    assert (counters.sheets_fed, counters.envelopes, counters.stacked, counters.sheets_stacked) == (7, 4, 4, 7)
    assert bench.machine.state is State.IDLE


def test_a_piece_reports_itself_at_each_station_on_its_way() -> None:
    bench = Bench(sheets_of([2])).ready([2]).run()
    told = [(line["type"], line.get("station", line.get("sheet"))) for line in bench.lines()[1:]]
    assert told == [
        ("state_changed", None),
        ("sheet_scanned", 1),
        ("sheet_scanned", 2),
        ("piece_at", 2),
        ("piece_at", 3),
        ("piece_at", 21),
        ("piece_at", 22),
        ("piece_outcome", None),
    ]


def test_motions_take_their_time_and_overlap() -> None:
    """0.25 s a sheet, then 0.4 fold, 0.7 insertion, 0.3 sealing; the second piece collates meanwhile."""
    bench = Bench(sheets_of([2, 1])).ready([2, 1]).run()
    times = [line["at_ms"] for line in bench.events("piece_outcome")]
    assert times == [500 + 400 + 700 + 300, 500 + 400 + 700 + 700 + 300]


def test_the_order_of_the_queue_is_the_order_of_its_numbers_not_of_arrival() -> None:
    bench = Bench(sheets_of([1, 1, 1]))
    bench.load()
    for order in (3, 1, 2):
        bench.queue(order, 1)
    bench.machine.obey(Start())
    assert list(bench.run().outcomes()) == [P1, P2, P3]


def test_identify_names_the_stations_in_path_order() -> None:
    answer = Bench([]).machine.obey(Identify())
    assert isinstance(answer, Identity)
    assert answer.stations == (1, 2, 3, 11, 12, 13, 14, 15, 16, 20, 21, 22, 30, 31)


def test_status_and_position_map_follow_the_paper() -> None:
    bench = Bench(sheets_of([1, 2])).ready([1, 2])
    bench.run(250 + 300)
    assert bench.machine.obey(GetPositionMap()) == PositionMap(
        (
            Position(Station.SHEET_FEEDER, P2, 1, 1),
            Position(Station.ACCUMULATOR, P2, 1, 1),
            Position(Station.FOLDER, P1, 1, 1),
        )
    )
    assert bench.machine.obey(GetStatus()) == MachineStatus(State.RUNNING, Fault.NONE, JOB, 0, 2, 3, 0, 0)


# Jobs and queue.


def test_a_job_without_paper_is_refused() -> None:
    assert refusal(Bench(sheets_of([1])).load("R000009-B01")) == Fault.NO_PAPER


def test_a_second_job_is_refused() -> None:
    bench = Bench(sheets_of([1]))
    assert bench.load() == Nothing()
    assert refusal(bench.load()) == Fault.JOB_LOADED


def test_a_job_whose_paper_was_all_fed_is_refused_when_loaded_again() -> None:
    bench = Bench(sheets_of([1])).ready([1]).run()
    bench.end()
    assert refusal(bench.load()) == Fault.NO_PAPER


def test_a_job_loaded_again_finds_what_was_left_of_its_paper() -> None:
    bench = Bench(sheets_of([1, 1])).ready([1]).run()
    bench.end()
    bench.load()
    bench.queue(2, 1)
    bench.machine.obey(Start())
    bench.run()
    assert bench.outcomes() == {P1: ("stacked", 0), P2: ("stacked", 0)}


def test_nothing_is_queued_or_started_or_ended_without_a_job() -> None:
    bench = Bench(sheets_of([1]))
    for answer in (bench.queue(1, 1), bench.machine.obey(Start()), bench.machine.obey(EndJob())):
        assert refusal(answer) == Fault.NO_JOB


def test_the_queue_tells_how_many_places_are_left_and_refuses_when_full() -> None:
    bench = Bench(sheets_of([1] * 65))
    bench.load()
    assert [bench.queue(order, 1) for order in (1, 2)] == [Free(63), Free(62)]
    for order in range(3, 65):
        bench.queue(order, 1)
    assert refusal(bench.queue(65, 1)) == Fault.QUEUE_FULL


def test_a_piece_seen_before_in_this_job_is_refused_whatever_became_of_it() -> None:
    bench = Bench(sheets_of([1, 1, 1])).ready([1])
    assert refusal(bench.queue(1, 1)) == Fault.QUEUED_BEFORE
    bench.run()
    assert refusal(bench.queue(1, 1)) == Fault.QUEUED_BEFORE
    bench.queue(2, 1)
    bench.machine.obey(CancelPiece(P2, 1))
    assert refusal(bench.queue(2, 1)) == Fault.QUEUED_BEFORE
    assert isinstance(bench.queue(2, 1, copy=2), Free)


@pytest.mark.parametrize(
    "command",
    [
        QueuePiece(1, P1, 1, 0, 0, 0),
        QueuePiece(1, "", 1, 1, 0, 0),
        QueuePiece(1, P1, 1, 1, 0x40, 0),
        QueuePiece(1, P1, 1, 1, 0, 8),
    ],
)
def test_a_piece_that_makes_no_sense_is_malformed(command: QueuePiece) -> None:
    bench = Bench(sheets_of([1]))
    bench.load()
    assert isinstance(bench.machine.obey(command), MalformedText)


def test_a_job_without_a_name_is_malformed() -> None:
    answer = Bench([]).machine.obey(LoadJob("", 1, 1, "C5", Fold.HALF, "quadient", ""))
    assert isinstance(answer, MalformedText)


def test_a_piece_cancelled_in_time_is_not_fed_and_its_paper_goes_to_the_bin() -> None:
    bench = Bench(sheets_of([1, 2, 1]))
    bench.load()
    for order, size in ((1, 1), (2, 2), (3, 1)):
        bench.queue(order, size)
    assert bench.machine.obey(CancelPiece(P2, 1)) == Nothing()
    bench.machine.obey(Start())
    bench.run()
    assert bench.outcomes() == {P2: ("not_fed", 0), P1: ("stacked", 0), P3: ("stacked", 0)}
    assert [bench.contents(deposit)[0].piece for deposit in bench.deposits("divert")] == [P2, P2]
    assert bench.faults() == [Fault.NOT_QUEUED]


def test_cancelling_is_refused_once_a_sheet_was_fed_and_for_strangers() -> None:
    bench = Bench(sheets_of([2])).ready([2])
    bench.run(100)
    assert refusal(bench.machine.obey(CancelPiece(P1, 1))) == Fault.TOO_LATE
    assert refusal(bench.machine.obey(CancelPiece(P2, 1))) == Fault.NOT_QUEUED


def test_ending_a_job_tells_of_pieces_never_fed_and_of_the_paper_left() -> None:
    bench = Bench(sheets_of([1, 2, 1]))
    bench.load()
    for order, size in ((1, 1), (2, 2), (3, 1)):
        bench.queue(order, size)
    counters = bench.end()
    assert counters.sheets_fed == 0
    assert set(bench.outcomes().values()) == {("not_fed", 0)}
    [left] = bench.deposits("feeder")
    assert len(left["sheets"]) == 4
    event, line = bench.lines()[-2:] if bench.lines()[-1]["type"] == "counters" else bench.lines()[-3:-1]
    assert (event["type"], line["type"], line["job"]) == ("job_ended", "counters", JOB)
    assert line == {name: value for name, value in event.items() if name != "number"} | {"type": "counters", "job": JOB}


def test_a_job_with_paper_on_the_path_can_not_be_ended() -> None:
    bench = Bench(sheets_of([1])).ready([1])
    bench.run(300)
    assert refusal(bench.machine.obey(EndJob())) == Fault.IN_PATH


def test_pieces_and_strokes_are_counted_on_over_jobs_for_faults() -> None:
    rules = (Rule(Kind.JAM, Station.FOLDER, cycle=2), Rule(Kind.MISREAD, cycle=3))
    bench = Bench(sheets_of([1, 1, 1]), rules=rules).ready([1]).run()
    bench.end()
    bench.load()
    bench.queue(2, 1)
    bench.queue(3, 1)
    bench.machine.obey(Start())
    bench.run_through()
    assert bench.outcomes() == {P1: ("stacked", 0), P2: ("lost", 3), P3: ("unread", 1)}


def test_a_new_job_is_laid_in_whole_whatever_lay_beside_the_feeder() -> None:
    bench = Bench(sheets_of([1, 1]), operator_auto=False)
    bench.supplies.withheld = True
    bench.ready([1, 1]).run()
    assert bench.faults() == []


def test_a_job_given_up_at_an_empty_feeder_does_not_haunt_the_next_one() -> None:
    bench = Bench(sheets_of([1, 1]), rules=(Rule(Kind.EMPTY, Station.SHEET_FEEDER, cycle=1),)).ready([1]).run()
    assert bench.faults() == [Fault.SHEETS_EMPTY]
    bench.end()
    bench.load()
    bench.queue(2, 1)
    bench.machine.obey(Start())
    bench.run()
    assert bench.faults()[1:] == [Fault.NOT_QUEUED]  # the first sheet is still there, and nobody wants it any more
    assert bench.outcomes() == {P1: ("not_fed", 0), P2: ("stacked", 0)}


# Diverting.


def test_a_piece_with_the_divert_flag_goes_into_an_envelope_and_then_to_the_bin() -> None:
    bench = Bench(sheets_of([1, 1])).ready([1, 1], flags=1).run()
    assert bench.outcomes() == {P1: ("diverted", 0), P2: ("diverted", 0)}
    assert [deposit["envelope"] for deposit in bench.deposits("divert")] == [1, 2]


@pytest.mark.parametrize("after_ms", [0, 100, 300, 700, 1400])
def test_a_piece_can_be_diverted_until_the_gate(after_ms: int) -> None:
    bench = Bench(sheets_of([1, 1])).ready([1, 1])
    bench.run(after_ms)
    assert bench.machine.obey(DivertPiece(P1, 1)) == Nothing()
    bench.run()
    assert bench.outcomes() == {P1: ("diverted", 0), P2: ("stacked", 0)}


def test_a_piece_queued_and_then_diverted_is_diverted() -> None:
    bench = Bench(sheets_of([1, 1])).ready([1, 1])
    bench.machine.obey(DivertPiece(P2, 1))
    assert bench.run().outcomes()[P2] == ("diverted", 0)


def test_diverting_is_refused_past_the_gate_and_for_strangers() -> None:
    bench = Bench(sheets_of([1])).ready([1]).run()
    assert refusal(bench.machine.obey(DivertPiece(P1, 1))) == Fault.TOO_LATE
    assert refusal(bench.machine.obey(DivertPiece(P2, 1))) == Fault.NOT_QUEUED


# Starting, stopping.


def test_cycle_up_makes_ready_and_start_runs() -> None:
    bench = Bench(sheets_of([1]))
    bench.load()
    bench.machine.obey(CycleUp())
    assert bench.machine.state is State.READY
    bench.machine.obey(Start())
    assert bench.machine.state is State.RUNNING


def test_stop_finishes_the_piece_begun_and_empties_the_path() -> None:
    bench = Bench(sheets_of([1, 3, 1])).ready([1, 3, 1])
    bench.run(600)
    bench.machine.obey(Stop())
    assert bench.machine.state is State.STOPPING
    bench.run()
    assert bench.machine.state is State.STOPPED
    assert list(bench.outcomes()) == [P1, P2]
    bench.machine.obey(Start())
    assert list(bench.run().outcomes()) == [P1, P2, P3]


def test_halt_stands_still_and_start_goes_on_where_it_stood() -> None:
    bench = Bench(sheets_of([2])).ready([2])
    bench.run(300)
    bench.machine.obey(Halt())
    bench.run(60_000)
    assert bench.outcomes() == {}
    bench.machine.obey(Start())
    bench.run()
    [outcome] = bench.events("piece_outcome")
    assert outcome["at_ms"] == 60_000 + 500 + 400 + 700 + 300


def test_a_piece_with_the_stop_flag_stops_the_machine_behind_it() -> None:
    bench = Bench(sheets_of([1, 1]))
    bench.load()
    bench.queue(1, 1, flags=2)
    bench.queue(2, 1)
    bench.machine.obey(Start())
    bench.run()
    assert bench.machine.state is State.STOPPED
    assert list(bench.outcomes()) == [P1]


# Faults of the paper.


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


def test_the_same_seed_tells_the_same_story() -> None:
    rules = (Rule(Kind.MISREAD, chance=0.2), Rule(Kind.JAM, Station.FOLDER, every=3))
    logs = [Bench(sheets_of([1, 2] * 6), rules=rules, seed=5).ready([1, 2] * 6).run_through().log for _ in range(2)]
    assert logs[0].getvalue() == logs[1].getvalue()


def test_a_refused_command_says_why_in_words() -> None:
    answer = Bench([]).machine.obey(Start())
    assert isinstance(answer, Refused)
    assert answer.text == "no job loaded"
