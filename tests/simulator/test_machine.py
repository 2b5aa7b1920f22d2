"""The controller in virtual time: commands, jobs, the queue, diverting (docs/protocols/native.md, section 4)."""

from __future__ import annotations

import pytest

from simulator.faults import Kind, Rule
from simulator.messages import (
    CancelPiece,
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
    Start,
    Stop,
)
from simulator.words import Fault, Fold, State, Station
from tests.simulator.bench import JOB, P1, P2, P3, Bench, name, refusal, sheets_of


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


def test_the_same_seed_tells_the_same_story() -> None:
    rules = (Rule(Kind.MISREAD, chance=0.2), Rule(Kind.JAM, Station.FOLDER, every=3))
    logs = [Bench(sheets_of([1, 2] * 6), rules=rules, seed=5).ready([1, 2] * 6).run_through().log for _ in range(2)]
    assert logs[0].getvalue() == logs[1].getvalue()


def test_a_refused_command_says_why_in_words() -> None:
    answer = Bench([]).machine.obey(Start())
    assert isinstance(answer, Refused)
    assert answer.text == "no job loaded"
