"""What the tests of print files share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from layouts.fonts import FontFace, default_fonts
from omr.markset import MarkSet, load_mark_set
from spool.assemble import BatchSheet, PrintFile, assemble
from spool.pagestore import PageStore

CREATED = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)

Assemble = Callable[..., PrintFile]


@pytest.fixture
def store(tmp_path: Path) -> PageStore:
    return PageStore(tmp_path / "store")


@pytest.fixture(scope="session")
def mark_set() -> MarkSet:
    return load_mark_set("quadient")


@pytest.fixture(scope="session")
def face() -> FontFace:
    return default_fonts().by_style("regular")


@pytest.fixture
def make(store: PageStore, mark_set: MarkSet, tmp_path: Path) -> Assemble:
    """`assemble` with what hardly any test cares for."""

    def make(sheets: Iterable[BatchSheet], **given: object) -> PrintFile:
        usual = {
            "store": store,
            "fonts": default_fonts(),
            "mark_set": mark_set,
            "out": tmp_path / "batch.pdf",
            "title": "R000001-B01",
            "created": CREATED,
        }
        return assemble(sheets, **(usual | given))  # type: ignore[arg-type]

    return make
