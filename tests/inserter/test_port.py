"""Opening a port again and again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from drivers.inserter.errors import PortTrouble
from drivers.inserter.port import PortKeeper
from drivers.inserter.profile import load_profile
from drivers.inserter.transport import Waker


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def waker() -> Iterator[Waker]:
    waker = Waker()
    yield waker
    waker.close()


def tries(port: PortKeeper, clock: Clock, seconds: float) -> list[float]:
    """When the port was tried, in steps of 10 ms."""
    tried = []
    for _ in range(round(seconds * 100)):
        try:
            port.open_when_due()
        except PortTrouble:
            tried.append(round(clock.now, 2))
        clock.now += 0.01
    return tried


def test_an_absent_port_is_tried_after_growing_waits_until_the_link_was_up(tmp_path: Path, waker: Waker) -> None:
    clock = Clock()
    port = PortKeeper(str(tmp_path / "absent"), load_profile("sim1"), waker, clock)
    tried = tries(port, clock, 9.0)
    waits = [later - earlier for earlier, later in pairwise(tried)]
    assert waits == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0], abs=0.011)
    port.link_is_up()
    begin = clock.now
    later = [at - begin for at in tries(port, clock, 4.0)]
    assert later[1] - later[0] == pytest.approx(0.1, abs=0.011)


def test_bytes_for_a_port_that_is_not_open_are_dropped(tmp_path: Path, waker: Waker) -> None:
    port = PortKeeper(str(tmp_path / "absent"), load_profile("sim1"), waker, Clock())
    port.send(b"lost")
    waker.wake()
    assert port.receive(60.0) == b""
    port.close()
