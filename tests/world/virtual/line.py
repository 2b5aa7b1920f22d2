"""The serial line between host and machine: bytes take their time, and the line may hurt, hold back or lose them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from random import Random

BYTES_A_SECOND = 11_520
"""115,200 baud, 8N1."""


@dataclass(slots=True)
class Direction:
    """One way of the line: what was sent, with the time at which it arrives."""

    under_way: deque[tuple[float, bytes]] = field(default_factory=deque)
    free_at_s: float = 0.0

    def send(self, data: bytes, now_s: float) -> None:
        self.free_at_s = max(self.free_at_s, now_s) + len(data) / BYTES_A_SECOND
        self.under_way.append((self.free_at_s, data))

    def arrived(self, now_s: float) -> bytes:
        """What has come by now, once."""
        came = bytearray()
        while self.under_way and self.under_way[0][0] <= now_s:
            came += self.under_way.popleft()[1]
        return bytes(came)

    def next_arrival_s(self) -> float | None:
        return self.under_way[0][0] if self.under_way else None


class VirtualLine:
    """Both directions. `mute_until_s`: bytes are swallowed until then; `gone_until_s`: the port itself is away;
    `split_until_s`: bytes come one by one."""

    def __init__(self, rng: Random) -> None:
        self.to_machine = Direction()
        self.to_host = Direction()
        self.mute_until_s = 0.0
        self.gone_until_s = 0.0
        self.split_until_s = 0.0
        self._rng = rng

    def is_there(self, now_s: float) -> bool:
        """The port can be opened, or stays open."""
        return now_s >= self.gone_until_s

    def send(self, way: Direction, data: bytes, now_s: float) -> None:
        if not data or now_s < self.mute_until_s or not self.is_there(now_s):
            return
        portions = [data] if now_s >= self.split_until_s else [data[at : at + 1] for at in range(len(data))]
        for portion in portions:
            way.send(portion, now_s)

    def mute(self, until_s: float) -> None:
        """What is sent is swallowed."""
        self.mute_until_s = until_s

    def split(self, until_s: float) -> None:
        """What is sent comes byte by byte."""
        self.split_until_s = until_s

    def duplicate(self) -> None:
        """The last portion under way comes once more."""
        for way in (self.to_machine, self.to_host):
            if way.under_way:
                at, data = way.under_way[-1]
                way.send(data, at)

    def vanish(self, until_s: float) -> None:
        """The adapter is pulled: what was under way is lost."""
        self.gone_until_s = until_s
        self.drop()

    def drop(self) -> None:
        """What is under way is lost, both ways."""
        for way in (self.to_machine, self.to_host):
            way.under_way.clear()

    def burst(self, count: int, now_s: float) -> None:
        """So many bytes of nonsense come in between, both ways."""
        for way in (self.to_machine, self.to_host):
            way.send(self._rng.randbytes(count), now_s)

    def hold_back(self, seconds: float) -> None:
        """What is under way comes later."""
        for way in (self.to_machine, self.to_host):
            way.under_way = deque((at + seconds, data) for at, data in way.under_way)
            way.free_at_s += seconds

    def reorder(self) -> None:
        """The last two portions under way change places."""
        for way in (self.to_machine, self.to_host):
            if len(way.under_way) > 1:
                (first_at, first), (last_at, last) = way.under_way[-2], way.under_way[-1]
                way.under_way[-2], way.under_way[-1] = (first_at, last), (last_at, first)

    def next_arrival_s(self) -> float | None:
        times = [way.next_arrival_s() for way in (self.to_machine, self.to_host)]
        return min((time for time in times if time is not None), default=None)
