"""A guard for the tests that read PDFs as the house does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailroom.intake.guard import Guard


@pytest.fixture(scope="session")
def guard() -> Iterator[Guard]:
    with Guard() as opened:
        yield opened
