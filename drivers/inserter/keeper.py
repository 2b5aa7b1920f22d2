"""Brings events to the journal on a thread of its own: a slow commit never stalls the line, and what arrives during one
commit goes into the next together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from drivers.inserter.errors import SinkFailed
from drivers.inserter.session import InserterSession
from drivers.inserter.vocabulary import MachineEvent

Sink = Callable[[Sequence[MachineEvent]], None]
"""Takes events in number order and returns only when they are committed."""

_LONGEST_WAIT_S = 0.5


class JournalKeeper:
    """One for each driver, whose lock (`changed`) guards the session. `committed` is called after every commit, so that
    the driver's thread wakes up and acknowledges."""

    def __init__(
        self,
        session: InserterSession,
        sink: Sink,
        *,
        changed: threading.Condition,
        committed: Callable[[], None],
        clock: Callable[[], float],
        url: str,
    ) -> None:
        self._session = session
        self._sink = sink
        self._changed = changed
        self._committed = committed
        self._clock = clock
        self._url = url
        self._thread = threading.Thread(target=self._run, name=f"journal of {url}", daemon=True)
        self._leaving = False
        self.failure: SinkFailed | None = None
        """The last failure that nobody has been told yet."""

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Let the thread end after the commit it is in; False when it does not come back in time."""
        with self._changed:
            self._leaving = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def is_current_thread(self) -> bool:
        """True inside the sink."""
        return threading.current_thread() is self._thread

    def _run(self) -> None:
        while batch := self._next():
            failure = self._deliver(batch)
            with self._changed:
                now = self._clock()
                if failure is None:
                    self._session.committed(batch, now)
                else:
                    self.failure = failure
                    self._session.commit_failed(now)
                self._changed.notify_all()
            self._committed()

    def _next(self) -> tuple[MachineEvent, ...]:
        """Waits for events; empty when it is time to leave."""
        with self._changed:
            while not self._leaving:
                if batch := self._session.next_batch(self._clock()):
                    return batch
                self._changed.wait(_LONGEST_WAIT_S)
        return ()

    def _deliver(self, batch: tuple[MachineEvent, ...]) -> SinkFailed | None:
        try:
            self._sink(batch)
        except Exception as error:  # The journal is the caller's: whatever it raises, the events stay unacknowledged.
            failure = SinkFailed(f"The journal did not take events from {batch[0].number} on: {error}", place=self._url)
            failure.__cause__ = error
            return failure
        return None
