"""A small house with real parts: SQLite, page store, layout, marks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from examples.generator import generate
from mailroom.bootstrap import House, init_house, open_house
from mailroom.production.plant import no_progress

OpenSmallHouse = Callable[..., House]


@pytest.fixture
def small_house(tmp_path: Path) -> Iterator[OpenSmallHouse]:
    """Opens a house in which some generated invoices wait."""
    with ExitStack() as stack:

        def make(pieces: int = 3, seed: int = 5, settings: str = "") -> House:
            folder = tmp_path / "house"
            if not folder.exists():
                init_house(folder, "Test", settings=settings or SETTINGS)
            house = stack.enter_context(open_house(folder, no_progress))
            for invoice in generate(pieces, seed):
                house.reception().take(invoice, "generated")
            return house

        yield make


SETTINGS = """\
client = "Test"
batch_sheets = 200

[queue]
seconds_per_sheet = 0.0

[inserter]
name = "SIM-1"
log = "machine/log.jsonl"

[patience]
poll = 0.01
stalled = 20.0
"""
