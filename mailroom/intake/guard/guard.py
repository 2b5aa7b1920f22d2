"""Guard: functions run on untrusted files in a process that can be killed."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

from pydantic import JsonValue

from mailroom.intake.guard.answer import Answer, Done
from mailroom.intake.guard.functions import FUNCTIONS
from mailroom.intake.guard.limits import Limits
from mailroom.intake.guard.process import WorkerProcess


class Guard:
    """A pool of workers, one by default. Use as a context manager: with its end nothing is left running.

    A worker serves many files and is replaced after `calls_per_worker`, or when a file has ended it. May be called from
    several threads; each waits for a free worker. `monotonic` is the clock by which `limits.wall_s` is kept.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        workers: int = 1,
        calls_per_worker: int = 500,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits or Limits()
        self._calls_per_worker = calls_per_worker
        self._monotonic = monotonic
        self._places: queue.LifoQueue[WorkerProcess | None] = queue.LifoQueue()
        self._size = workers
        for _ in range(workers):
            self._places.put(None)

    def call(self, function: str, arguments: Mapping[str, JsonValue]) -> Answer:
        """Run a function of the table `FUNCTIONS` and wait for its one value. KeyError for a name not in the table;
        E9401 when no worker can be started. What the file does to the worker is in the answer, never raised."""
        return self._run(function, arguments, None)

    def stream(self, function: str, arguments: Mapping[str, JsonValue], take: Callable[[Done], None]) -> Answer:
        """As `call`, for a function that yields many values: each goes to `take` as it comes. The last answer is Done
        with their number, or tells why there is no more; what was taken until then is not to be used."""
        return self._run(function, arguments, take)

    def sealed(self) -> frozenset[str]:
        """Which doors the kernel holds shut for the workers on this machine: "network", "files"."""
        worker = self._worker(self._places.get())
        self._places.put(worker)
        return worker.sealed

    def _run(self, function: str, arguments: Mapping[str, JsonValue], take: Callable[[Done], None] | None) -> Answer:
        if function not in FUNCTIONS:
            raise KeyError(function)
        held = self._places.get()
        try:
            held = self._worker(held)
            return held.ask(function, arguments, take)
        finally:
            self._places.put(held if held is not None and held.alive else None)

    def _worker(self, held: WorkerProcess | None) -> WorkerProcess:
        if held is not None and held.alive and held.calls < self._calls_per_worker:
            return held
        if held is not None:
            held.end()
        return WorkerProcess(self.limits, self._monotonic)

    def close(self) -> None:
        """End all workers, those at work included after their call."""
        for _ in range(self._size):
            if (held := self._places.get()) is not None:
                held.end()
        for _ in range(self._size):
            self._places.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        # A guard that nobody closed leaves nothing running either; one at work is not waited for.
        with suppress(queue.Empty):
            while True:
                held = self._places.get_nowait()
                if held is not None:
                    held.end()
