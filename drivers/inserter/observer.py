"""Listens to a machine that can only be observed, and counts what it tells."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import MappingProxyType, TracebackType
from typing import Self

from drivers.inserter.errors import PortTrouble
from drivers.inserter.exit_profile import ExitProfile
from drivers.inserter.protocols.gbr import ExitCounts, ExitDecoder, Sighting, Verdict
from drivers.inserter.transport import SerialTransport, Waker, check_url

_REOPEN_S = 1.0


class ExitObserver:
    """One port, used by one thread. It has no commands: nothing that it could say moves the machine.

    What passes while the port is away is not told: `gaps` counts how often that may have happened. `trouble` says in
    words why the port is not open. PortTrouble from the constructor: no transport is known for `url`.
    """

    def __init__(self, url: str, profile: ExitProfile, clock: Callable[[], float] = time.monotonic) -> None:
        check_url(url)
        self.profile = profile
        self.trouble = "not opened yet"
        self.gaps = 0
        self._url = url
        self._clock = clock
        self._decoder = ExitDecoder(profile.dialect)
        self._tally = dict.fromkeys(Verdict, 0)
        self._waker = Waker()
        self._port: SerialTransport | None = None
        self._try_at_s = 0.0

    @property
    def counts(self) -> ExitCounts:
        return self._decoder.counts

    @property
    def tally(self) -> MappingProxyType[Verdict, int]:
        """Packs by what was said of them."""
        return MappingProxyType(self._tally)

    def listen(self, timeout_s: float) -> list[Sighting]:
        """What leaves the machine, waiting at most `timeout_s` for it. A port that is gone is opened again."""
        try:
            found = self._listen(timeout_s)
        except PortTrouble as error:
            self._lose(error)
            return []
        for sighting in found:
            self._tally[sighting.pack.verdict] += 1
        return found

    def close(self) -> None:
        if self._port is not None:
            self._port.close()
            self._port = None
        self._waker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _listen(self, timeout_s: float) -> list[Sighting]:
        if self._port is None:
            wait_s = self._try_at_s - self._clock()
            if wait_s > 0:
                self._waker.wait(min(wait_s, timeout_s))
                return []
            self._port = SerialTransport(self._url, self.profile.line, self._waker)
            self.trouble = ""
        found = self._decoder.receive(self._port.receive(timeout_s), self._clock())
        answers = self._decoder.take_output()
        if answers:
            self._port.send(answers)
        return found

    def _lose(self, error: PortTrouble) -> None:
        self.trouble = error.message
        if self._port is not None:
            self._port.close()
            self._port = None
            self._decoder.forget()
            self.gaps += 1
        self._try_at_s = self._clock() + _REOPEN_S
