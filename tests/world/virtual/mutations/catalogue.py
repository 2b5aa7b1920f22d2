"""All planted bugs, and the world that catches each."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from tests.world.virtual.mutations import of_printing, of_settling, of_the_floor, of_the_line
from tests.world.virtual.mutations.mutation import Mutation
from tests.world.virtual.mutations.storms import SCENARIOS
from tests.world.virtual.scenario import Scenario
from tests.world.virtual.world import Outcome
from tests.world.virtual.worlds import Worlds

MUTATIONS = (*of_the_line.MUTATIONS, *of_printing.MUTATIONS, *of_the_floor.MUTATIONS, *of_settling.MUTATIONS)
CATCHERS = Path(__file__).with_name("catchers.toml")
_COMPARED = 3
"""Of the first so many worlds that catch a bug the shortest is kept."""


def catchers() -> Mapping[str, str]:
    """Mutation → label of the world that catches it, "world 17" or "line storm 3"."""
    found: dict[str, str] = tomllib.loads(CATCHERS.read_text(encoding="utf-8"))
    return found


def scenario_of(label: str) -> Scenario:
    """The scenario of a label."""
    kind, _, seed = label.rpartition(" ")
    return SCENARIOS[kind](int(seed))


def live_with(living: Worlds, mutation: Mutation, label: str) -> Outcome:
    """One world whose application has the bug."""
    scenario = scenario_of(label)
    living.prepare(scenario.seed)
    with mutation.planted():
        return living.live(scenario)


def row(mutation: Mutation, label: str) -> str:
    """The line of the table in docs/worlds.md."""
    return f"| {mutation.name} | {mutation.sentence} | {label} |"


def search(living: Worlds, worlds_of_a_kind: int) -> Iterator[tuple[Mutation, str]]:
    """Finds a world for each mutation again, after scenarios have changed; "" when none catches it."""
    labels = [f"{kind} {seed}" for kind in SCENARIOS for seed in range(1, worlds_of_a_kind + 1)]
    for mutation in MUTATIONS:
        outcomes = ((label, live_with(living, mutation, label)) for label in labels)
        caught = ((len(outcome.lines), label) for label, outcome in outcomes if outcome.broken)
        found = min(islice(caught, _COMPARED), default=(0, ""))[1]
        yield mutation, found


def keep(found: Mapping[str, str]) -> None:
    """Write down which world catches what."""
    lines = [f"{json.dumps(name)} = {json.dumps(label)}\n" for name, label in found.items()]
    CATCHERS.write_text("# Found by: python -m tests.world.virtual --mutations --search 40\n" + "".join(lines), "utf-8")
