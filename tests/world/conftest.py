"""What whole runs begin with."""

from __future__ import annotations

import pytest

from tests.world.crash_trial import Prepared, commits_of, prepare


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A house with invoices waiting, to be copied."""
    return prepare(tmp_path_factory.mktemp("prepared") / "house")


@pytest.fixture(scope="module")
def commits(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many commits an undisturbed run makes."""
    return commits_of(prepared, tmp_path_factory.mktemp("counted") / "house")
