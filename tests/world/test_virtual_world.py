"""Worlds on one clock and one seed: they are the same each time, and every law holds in them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from drivers.inserter.inbox import EventInbox
from drivers.inserter.vocabulary import MachineEvent
from simulator.faults import LineRates
from tests.world.virtual.scenario import CELLS, Scenario, Trouble, draw_scenario
from tests.world.virtual.worlds import Worlds, worlds

ROOT = Path(__file__).parents[2]
SEEDS = range(40)
"""`make simulate` lives thousands."""


@pytest.fixture(scope="module")
def living() -> Iterator[Worlds]:
    with worlds() as made:
        yield made


@pytest.mark.parametrize("seed", SEEDS)
def test_every_law_holds_whatever_goes_wrong(living: Worlds, seed: int) -> None:
    outcome = living.live(draw_scenario(seed))
    assert not outcome.broken, f"python -m tests.world.virtual --replay {seed}"


@pytest.mark.parametrize("seed", range(12))
def test_every_law_holds_over_modbus_too(living: Worlds, seed: int) -> None:
    outcome = living.live(draw_scenario(seed, "modbus"))
    assert not outcome.broken, f"python -m tests.world.virtual --protocol modbus --replay {seed}"


def test_a_world_without_troubles_ends_at_the_first_start(living: Worlds) -> None:
    outcome = living.live(Scenario(1, (), LineRates(), absent=0.0))
    assert (outcome.broken, outcome.starts, outcome.met) == ("", 1, ())


def test_every_scenario_has_three_troubles_or_more() -> None:
    assert min(len(draw_scenario(seed).troubles) for seed in range(2000)) >= 3


def test_2000_seeds_draw_every_trouble_for_every_state_in_which_it_can_come() -> None:
    drawn = {
        (trouble.family, trouble.kind, trouble.cue) for seed in range(2000) for trouble in draw_scenario(seed).troubles
    }
    beside_the_press = {"press", "swap the stack's halves"}
    cued = {cell for cell in CELLS if beside_the_press.isdisjoint(cell)}
    assert cued <= drawn


def test_the_power_may_fail_in_the_middle_of_what_a_person_does(living: Worlds) -> None:
    pressed = Trouble("machine", "emergency-stop", 1, cue="running")
    outcome = living.live(
        Scenario(190, (pressed, Trouble("power", "off and on", 1, 19.0, cue="interlocked")), LineRates(), absent=0.0)
    )
    assert not outcome.broken
    assert ("power: off and on", "interlocked") in outcome.met


@pytest.mark.parametrize("seed", [11, 25])
def test_the_same_seed_is_the_same_world_in_any_process(living: Worlds, seed: int) -> None:
    """In memory and on disk, whatever order Python's hashes give."""
    here = living.live(draw_scenario(seed))
    assert living.live(draw_scenario(seed)).lines == here.lines
    command = [sys.executable, "-m", "tests.world.virtual", "--replay", str(seed)]
    there = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=True
    )
    assert there.stdout.splitlines()[:-1] == list(here.lines)


def test_a_planted_bug_is_caught_and_shortened_to_the_trouble_that_shows_it(living: Worlds) -> None:
    """Events that are acknowledged as they come are lost when the process dies before its journal has them."""
    scenario = Scenario(
        3,
        (
            Trouble("line", "hold back", 3.0, 0.2),
            Trouble("machine", "misread", 4, 1.0),
            *(Trouble("crash", "process", when, 2.0) for when in (301, 340)),
            Trouble("line", "reorder", 9.0),
        ),
        LineRates(),
        absent=0.0,
    )
    assert not living.live(scenario).broken
    taken = EventInbox.accept

    def acknowledged_at_once(self: EventInbox, event: MachineEvent) -> object:
        verdict = taken(self, event)
        self._committed = self._taken
        self.ack_due = True
        return verdict

    with patch.object(EventInbox, "accept", acknowledged_at_once):
        shortest, outcome = living.shorten(scenario)
    assert "is acknowledged, the journal has" in outcome.broken
    assert not shortest.troubles  # it is wrong even when nothing else is


def test_the_power_may_fail_again_as_it_returns(living: Worlds) -> None:
    """The machine wakes with its memory, says that it is stopped, and is off again before it has said more."""
    troubles = (Trouble("power", "off and on", 1, 0.9, cue="stopped"), Trouble("power", "blink", 4.5, 19.9))
    outcome = living.live(Scenario(1814, troubles, LineRates(), absent=0.0))
    assert not outcome.broken
    assert [trouble for trouble, _ in outcome.met].count("power: off and on") == 1
