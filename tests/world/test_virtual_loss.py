"""A whole run, application and all, on a line that loses a byte in a hundred."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.world.virtual.loss import costs


@pytest.mark.parametrize(("protocol", "least"), [("native", 0.95), ("modbus", 0.8)])
def test_a_line_that_loses_a_byte_in_a_hundred_breaks_no_law_and_hardly_delays(
    tmp_path: Path, protocol: str, least: float
) -> None:
    """In the world's own time. Over Modbus the beginning of a job is what takes longer, so short runs suffer most;
    `python -m tests.world.virtual --loss 500` shows long ones."""
    (cost,) = costs(tmp_path, 60, (protocol,))
    assert not cost.broken
    assert cost.speed >= least
