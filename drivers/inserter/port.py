"""Keeps one port open: opens it, and opens it again when it vanishes or nobody answers, after growing waits."""

from __future__ import annotations

from collections.abc import Callable

from drivers.inserter.errors import PortTrouble
from drivers.inserter.profile import Profile
from drivers.inserter.transport import SerialTransport, Waker


class PortKeeper:
    """Used by the driver's thread alone. `clock` counts seconds."""

    def __init__(self, url: str, profile: Profile, waker: Waker, clock: Callable[[], float]) -> None:
        self._url = url
        self._line = profile.line
        self._timeouts = profile.timeouts
        self._waker = waker
        self._clock = clock
        self._transport: SerialTransport | None = None
        self._wait_s = 0.0
        self._next_try = 0.0

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    def open_when_due(self) -> bool:
        """True: the port was opened just now. PortTrouble: it can't be; the next try waits."""
        if self._transport is not None or self._clock() < self._next_try:
            return False
        try:
            self._transport = SerialTransport(self._url, self._line, self._waker)
        except PortTrouble:
            self._back_off()
            raise
        return True

    def receive(self, timeout_s: float) -> bytes:
        """Bytes that came within `timeout_s` or until woken; without an open port just the wait. PortTrouble: it is
        gone."""
        if self._transport is not None:
            return self._transport.receive(timeout_s)
        self._waker.wait(max(0.0, min(timeout_s, self._next_try - self._clock())))
        return b""

    def send(self, data: bytes) -> None:
        """PortTrouble: the port is gone. Without an open port the bytes are dropped: the link knows that it is down."""
        if self._transport is not None and data:
            self._transport.send(data)

    def link_is_up(self) -> None:
        """The port is good: the next time it fails, try again soon."""
        self._wait_s = 0.0

    def drop(self) -> None:
        """Close the port, and open it again after a wait."""
        self.close()
        self._back_off()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _back_off(self) -> None:
        self._wait_s = min(max(2 * self._wait_s, self._timeouts.reconnect_first_s), self._timeouts.reconnect_most_s)
        self._next_try = self._clock() + self._wait_s
