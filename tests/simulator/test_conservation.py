"""What must hold for any faults, any stack and any seed: no sheet is lost, no piece is told of twice, and an envelope
in the stacker holds one piece and nothing else.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from omr.model import FedFirst
from omr.sheet import SheetId
from simulator.faults import Kind, Rule, load_faults
from simulator.messages import CancelPiece, Halt
from simulator.words import INSERT_FEEDERS, Station
from tests.simulator.bench import Bench, name, sheets_of

_JAMS = [Station.SHEET_FEEDER, Station.ACCUMULATOR, Station.FOLDER, Station.INSERTION, Station.SEALER]
_SENSED = [Kind.MISREAD, Kind.DOUBLE_FEED, Kind.DAMAGED, Kind.SEALER_DRY, Kind.EMERGENCY_STOP, Kind.STACKER_FULL]
_SENSED += [Kind.BIN_FULL, Kind.OVERLOOKED]
_AT_A_STATION = [Kind.RESIDUAL_JAM, Kind.SENSOR_LATE, Kind.SENSOR_COVERED, Kind.TAKEN]


def _rules(kinds: list[Kind]) -> st.SearchStrategy[Rule]:
    when = st.one_of(
        st.builds(lambda cycle: {"cycle": cycle}, st.integers(1, 12)),
        st.builds(lambda every: {"every": every}, st.integers(1, 6)),
        st.builds(lambda chance: {"chance": chance}, st.sampled_from([0.1, 0.3])),
        st.builds(lambda piece, sheet: {"piece": name(piece), "sheet": sheet}, st.integers(1, 8), st.integers(1, 3)),
    )
    what = st.one_of(
        st.builds(lambda kind: {"kind": kind}, st.sampled_from(kinds)),
        st.builds(
            lambda station, destroys: {"kind": Kind.JAM, "station": station, "destroys": destroys},
            st.sampled_from(_JAMS),
            st.booleans(),
        ),
        st.builds(
            lambda station: {"kind": Kind.EMPTY, "station": station},
            st.sampled_from([Station.SHEET_FEEDER, INSERT_FEEDERS[0], Station.ENVELOPE_FEEDER]),
        ),
        st.builds(
            lambda kind, station: {"kind": kind, "station": station},
            st.sampled_from(_AT_A_STATION),
            st.sampled_from(_JAMS),
        ),
        st.just({"kind": Kind.COVER_OPEN, "station": Station.FOLDER}),
    )
    return st.builds(lambda what, when, times: Rule(**what, **when, times=times), what, when, st.integers(1, 3))


def _sizes() -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(1, 4), min_size=1, max_size=8)


def check_the_promises(bench: Bench, sizes: list[int]) -> None:
    bench.run_through()
    bench.end()
    bench.rig.write_leftovers()
    ends = bench.deposits("stacker", "divert", "removed", "feeder")
    placed = [sheet["page"] for deposit in ends for sheet in deposit["sheets"]]
    # What was overlooked on the path is told twice: when the job ended, and now.
    placed += {sheet["page"] for deposit in bench.deposits("path") for sheet in deposit["sheets"]}
    assert Counter(placed) == Counter(range(1, len(bench.stack) + 1))
    outcomes = bench.outcomes()
    assert set(outcomes) == {name(number) for number in range(1, len(sizes) + 1)}
    stacked = {bench.contents(deposit)[0].piece for deposit in bench.deposits("stacker")}
    assert stacked == {piece for piece, (outcome, _) in outcomes.items() if outcome == "stacked"}


def check_the_envelopes(bench: Bench) -> None:
    """From the window inwards: sheet 1, 2, …, whichever of them was fed first."""
    for deposit in bench.deposits("stacker"):
        contents = bench.contents(deposit)
        whole = [replace(contents[0], sheet=number) for number in range(1, contents[0].of + 1)]
        assert contents == whole
        assert deposit["envelope"] > 0
        assert not deposit["destroyed"]


@given(
    sizes=_sizes(),
    fed_first=st.sampled_from(FedFirst),
    rules=st.lists(_rules(_SENSED), max_size=4),
    seed=st.integers(0, 1000),
)
def test_under_any_sensed_faults_each_envelope_holds_one_piece(
    sizes: list[int], fed_first: FedFirst, rules: list[Rule], seed: int
) -> None:
    stack = sheets_of(sizes, fed_first=fed_first)
    bench = Bench(stack, fed_first=fed_first, rules=tuple(rules), seed=seed).ready(sizes, selects=1)
    check_the_promises(bench, sizes)
    check_the_envelopes(bench)


@given(
    sizes=_sizes(),
    rules=st.lists(_rules([Kind.MISREAD, Kind.MISSED_DOUBLE_FEED]), max_size=4),
    seed=st.integers(0, 1000),
)
def test_a_blind_thickness_sensor_breaks_no_promise(sizes: list[int], rules: list[Rule], seed: int) -> None:
    bench = Bench(sheets_of(sizes), rules=tuple(rules), seed=seed).ready(sizes)
    check_the_promises(bench, sizes)
    check_the_envelopes(bench)


@given(sizes=_sizes(), fed_first=st.sampled_from(FedFirst), at=st.integers(1, 20), seed=st.integers(0, 1000))
def test_a_double_feed_that_no_sensor_felt_is_caught_by_counting(
    sizes: list[int], fed_first: FedFirst, at: int, seed: int
) -> None:
    rule = Rule(Kind.MISSED_DOUBLE_FEED, cycle=at, times=1)
    bench = Bench(sheets_of(sizes, fed_first=fed_first), fed_first=fed_first, rules=(rule,), seed=seed).ready(sizes)
    check_the_promises(bench, sizes)
    check_the_envelopes(bench)


@given(data=st.data(), sizes=_sizes(), fed_first=st.sampled_from(FedFirst), seed=st.integers(0, 1000))
def test_a_stack_in_disorder_never_makes_a_wrong_envelope(
    data: st.DataObject, sizes: list[int], fed_first: FedFirst, seed: int
) -> None:
    """Sheets lost, doubled or swapped before they came to the machine."""
    printed = sheets_of(sizes, fed_first=fed_first)
    places = data.draw(st.lists(st.integers(0, len(printed) - 1), min_size=1, max_size=2 * len(printed)))
    hurt: list[SheetId] = [printed[place] for place in places]
    bench = Bench(hurt, [place + 1 for place in places], fed_first, seed=seed).ready(sizes)
    check_the_promises(bench, sizes)
    check_the_envelopes(bench)


@given(sizes=_sizes(), seed=st.integers(0, 1000), data=st.data())
def test_hosts_that_halt_cancel_and_queue_late_get_one_outcome_each(
    sizes: list[int], seed: int, data: st.DataObject
) -> None:
    bench = Bench(sheets_of(sizes), seed=seed, rules=(Rule(Kind.DOUBLE_FEED, chance=0.2),))
    early = data.draw(st.integers(1, len(sizes)))
    bench.load()
    for order in range(1, early + 1):
        bench.queue(order, sizes[order - 1])
    bench.recover()
    for order in range(early + 1, len(sizes) + 1):
        bench.run(data.draw(st.sampled_from([0.0, 130.0, 400.0, 3000.0])))
        bench.queue(order, sizes[order - 1])
        action = data.draw(st.sampled_from(["halt", "cancel", "nothing", "clear"]))
        if action == "halt":
            bench.machine.obey(Halt())
            bench.recover()
        elif action == "cancel":
            bench.machine.obey(CancelPiece(name(data.draw(st.integers(1, order))), 1))
        elif action == "clear":
            bench.machine.obey(Halt())
            bench.run_through(0)
            bench.recover()
    check_the_promises(bench, sizes)
    check_the_envelopes(bench)


def test_the_heavy_preset_breaks_no_promise_on_many_seeds() -> None:
    script = load_faults("heavy")
    for seed in range(12):
        rng = random.Random(seed)
        sizes = [rng.choice([1, 1, 2, 3, 5]) for _ in range(120)]
        bench = Bench(sheets_of(sizes), rules=script.rules, seed=seed)
        bench.load()
        waiting = list(enumerate(sizes, 1))
        bench.recover()
        while waiting:
            while waiting and len(bench.machine.path.collator.queue) < 64:
                bench.queue(*waiting.pop(0), selects=1)
            bench.run_on()
        check_the_promises(bench, sizes)
