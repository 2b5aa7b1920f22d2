"""What whole runs begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.world.crash_trial import commits_of, prepare


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house with invoices waiting, to be copied."""
    folder = tmp_path_factory.mktemp("prepared") / "house"
    prepare(folder)
    return folder


@pytest.fixture(scope="module")
def commits(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many commits an undisturbed run makes."""
    return commits_of(prepared, tmp_path_factory.mktemp("counted") / "house")
