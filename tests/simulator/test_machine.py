"""The controller's rules in virtual time (docs/protocols/native.md, sections 4 and 5)."""

from __future__ import annotations

from simulator.words import State
from tests.simulator.bench import Bench, name, sheets_of


def test_each_piece_of_a_clean_run_is_stacked_with_its_own_sheets() -> None:
    sizes = [1, 3, 2, 1]
    bench = Bench(sheets_of(sizes)).ready(sizes).run()
    assert bench.outcomes() == {name(n): ("stacked", 0) for n in range(1, 5)}
    assert [len(deposit["sheets"]) for deposit in bench.deposits("stacker")] == sizes
    assert bench.machine.state is State.RUNNING
    counters = bench.end()
    assert (counters.sheets_fed, counters.envelopes, counters.stacked, counters.sheets_stacked) == (7, 4, 4, 7)
