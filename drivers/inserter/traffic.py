"""The last frames on a line, for people: kept as they went over it, in memory that is bounded."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

_KEPT = 40
_LONGEST = 1024


@dataclass(frozen=True, slots=True)
class Passed:
    """Bytes that went over the line together. `at_s` is the driver's clock; `sent`: by the host. A frame of the native
    protocol stands here without the 00 that ends it."""

    at_s: float
    sent: bool
    data: bytes


@dataclass(slots=True)
class Traffic:
    """`delimited`: frames end with a zero byte, as the native protocol's do. Where they don't, the bytes that came
    together stand for one."""

    delimited: bool
    _passed: deque[Passed] = field(default_factory=lambda: deque(maxlen=_KEPT), init=False)
    _begun: dict[bool, bytes] = field(default_factory=lambda: {True: b"", False: b""}, init=False)

    def note(self, data: bytes, at_s: float, *, sent: bool) -> None:
        """Bytes of one direction, in chunks of any size."""
        if not self.delimited:
            self._keep(at_s, data, sent=sent)
            return
        *whole, rest = (self._begun[sent] + data).split(b"\0")
        for frame in whole:
            self._keep(at_s, frame, sent=sent)
        self._begun[sent] = rest[-_LONGEST:]

    def last(self) -> tuple[Passed, ...]:
        """The last ones, the oldest first."""
        return tuple(self._passed)

    def _keep(self, at_s: float, data: bytes, *, sent: bool) -> None:
        if data:
            self._passed.append(Passed(at_s, sent, data[:_LONGEST]))
