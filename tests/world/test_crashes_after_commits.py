"""kill -9 just after every commit of a small run; then the same run is started again (see `crash_trial`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.world.crash_trial import Prepared, trial


@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", [1, 2])
def test_a_run_killed_after_any_commit_goes_on_and_mails_everything_once(
    prepared: Prepared, commits: int, first: int, tmp_path: Path
) -> None:
    assert commits > 50
    for commit in range(first, commits + 1, 2):
        trial(prepared, tmp_path / f"{commit}-after", commit, "after")
