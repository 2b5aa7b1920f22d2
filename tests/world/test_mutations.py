"""Planted bugs: each is caught by its world, and the same world is whole without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world.virtual.mutations.catalogue import MUTATIONS, catchers, live_with, row, scenario_of
from tests.world.virtual.mutations.mutation import Mutation
from tests.world.virtual.worlds import Worlds, worlds

PAGE = Path(__file__).parents[2] / "docs" / "worlds.md"
CATCHERS = catchers()
AGAIN = "python -m tests.world.virtual --mutations --search 40 finds the worlds again"


@pytest.fixture(scope="module")
def living() -> Iterator[Worlds]:
    with worlds() as made:
        yield made


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_planted_bug_is_caught(living: Worlds, mutation: Mutation) -> None:
    assert live_with(living, mutation, CATCHERS[mutation.name]).broken, AGAIN


@pytest.mark.parametrize("label", sorted(set(CATCHERS.values())))
def test_the_same_world_is_whole_without_the_bug(living: Worlds, label: str) -> None:
    assert not living.live(scenario_of(label)).broken


def test_there_are_thirty_planted_bugs_or_more_each_with_a_name_of_its_own() -> None:
    names = [mutation.name for mutation in MUTATIONS]
    assert len(set(names)) == len(names) >= 30


def test_the_page_lists_exactly_the_planted_bugs_and_the_worlds_that_catch_them() -> None:
    listed = PAGE.read_text(encoding="utf-8").partition("## Planted bugs")[2].splitlines()
    rows = [line for line in listed if line.startswith("| ") and not line.startswith("| Bug")]
    assert rows == [row(mutation, CATCHERS[mutation.name]) for mutation in MUTATIONS]
