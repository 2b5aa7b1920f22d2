"""Whole runs of driver and simulated machine on a bad line, in virtual time: what a loss of one byte in a hundred
costs, and that nothing is done twice."""

from __future__ import annotations

import json

import pytest

from simulator.faults import LineRates
from tests.inserter.twin import Twin

CLEAN = LineRates()
THIRDS = LineRates(dropped=0.0034, flipped=0.0033, duplicated=0.0033)
SIZES = [1 + number % 2 for number in range(500)]


def finished(twin: Twin) -> Twin:
    """A run that broke no law: the journal is what the machine said, and every piece was queued and stacked once."""
    twin.run()
    written = [json.loads(line) for line in twin.log.getvalue().splitlines()]
    events = [line["number"] for line in written if "number" in line]
    assert [event.number for event in twin.journal] == events
    outcomes = [line["piece"] for line in written if line.get("type") == "piece_outcome"]
    assert len(outcomes) == len(set(outcomes)) == len(twin.sizes)
    assert twin.rig.machine.path.tally.stacked == len(twin.sizes)
    return twin


def test_five_hundred_pieces_at_full_speed_lose_no_time_by_one_per_cent_of_lost_bytes() -> None:
    clean = finished(Twin(SIZES)).now_s
    assert clean < 500 / 27_000 * 3600 * 1.05
    for rates in (LineRates(dropped=0.01), THIRDS):
        noisy = finished(Twin(SIZES, rates))
        assert clean / noisy.now_s >= 0.95
        assert noisy.session.statistics().reconnects == 0


@pytest.mark.parametrize("seed", range(4))
def test_a_line_that_loses_two_per_cent_is_slow_and_breaks_no_law(seed: int) -> None:
    finished(Twin(SIZES[:40], LineRates(0.01, 0.006, 0.004), seed))


@pytest.mark.parametrize("protocols", [(1,), (1, 2), (2,)])
def test_a_machine_of_either_version_is_driven_to_the_end(protocols: tuple[int, ...]) -> None:
    finished(Twin(SIZES[:10], THIRDS, protocols=protocols))
