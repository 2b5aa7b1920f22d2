"""The corpus of hostile and broken PDFs: the same seed makes the same files."""

from __future__ import annotations

from functools import cache

from tests.hostile import content, nesting, structure
from tests.hostile.case import Case

SEED = 20260302


@cache
def corpus(seed: int = SEED) -> tuple[Case, ...]:
    """Every case; the names differ."""
    return (*structure.cases(seed), *nesting.cases(), *content.cases())
