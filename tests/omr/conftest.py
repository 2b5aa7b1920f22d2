"""The mark set that most tests read and print with."""

from __future__ import annotations

import pytest

from omr.markset import MarkSet, load_mark_set


@pytest.fixture(scope="session")
def quadient() -> MarkSet:
    """The shipped set of 15 marks."""
    return load_mark_set("quadient")
