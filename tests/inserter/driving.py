"""What the tests of the driver share: a sink, a driver on a line, and patience."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from drivers.inserter.driver import InserterDriver
from drivers.inserter.errors import InserterError, SinkFailed
from drivers.inserter.profile import load_profile
from drivers.inserter.vocabulary import LinkState, MachineEvent, PieceSpec

from .real_lines import RealLine
from .virtual import HOST, quick

PROFILE = quick(load_profile("sim1"))
PIECE = PieceSpec(1, "P00000001", 1, 2, selects=(1, 3))
PATIENCE_S = 20.0


class Journal:
    """A sink. `trouble` is raised while it is set; `gate` holds commits back while it is closed."""

    def __init__(self) -> None:
        self.events: list[MachineEvent] = []
        self.trouble: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def __call__(self, events: Sequence[MachineEvent]) -> None:
        self.entered.set()
        assert self.gate.wait(PATIENCE_S)
        if self.trouble is not None:
            raise self.trouble
        self.events += events

    @property
    def numbers(self) -> list[int]:
        return [event.number for event in self.events]


@contextmanager
def driving(line: RealLine, journal: Journal, resume: tuple[int, int] | None = None) -> Iterator[InserterDriver]:
    with InserterDriver(line.url, profile=PROFILE, sink=journal, host_session=HOST, resume=resume) as driver:
        yield driver


def until(driver: InserterDriver, predicate: Callable[[], bool]) -> None:
    assert driver.wait(predicate, PATIENCE_S)


def is_up(driver: InserterDriver) -> Callable[[], bool]:
    return lambda: driver.link_state in (LinkState.UP, LinkState.DEGRADED)


def in_thread(act: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Run `act` beside the test; its result or error lands in the list."""
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(act())
        except InserterError as error:
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, outcome


def until_quiet(driver: InserterDriver, predicate: Callable[[], bool]) -> None:
    """As `until`, but a failure of the sink that was kept from before is passed over."""
    try:
        until(driver, predicate)
    except SinkFailed:
        until(driver, predicate)
