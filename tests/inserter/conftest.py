"""The lines and the journal that the tests of the driver stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .driving import Journal
from .fake_machine import FakeMachine
from .real_lines import PtyLine, RealLine, TcpLine


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture(params=["pty", "tcp"])
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RealLine]:
    machine = FakeMachine(heartbeat_ms=300)
    with PtyLine(machine, tmp_path) if request.param == "pty" else TcpLine(machine) as real:
        yield real


@pytest.fixture
def pty(tmp_path: Path) -> Iterator[RealLine]:
    with PtyLine(FakeMachine(heartbeat_ms=300), tmp_path) as real:
        yield real
