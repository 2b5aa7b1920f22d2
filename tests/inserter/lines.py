"""Lines between host and machine for tests: a virtual one that loses, doubles, damages and delays, in virtual time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Faults:
    """Chance of each misfortune for each burst of bytes, and the longest delay in seconds. A line keeps the order."""

    drop: float = 0.0
    double: float = 0.0
    damage: float = 0.0
    cut: float = 0.0
    noise: float = 0.0
    delay_s: float = 0.0


PERFECT = Faults()


class LossyLine:
    """One direction."""

    def __init__(self, chance: Random, faults: Faults) -> None:
        self.faults = faults
        self._chance = chance
        self._under_way: deque[tuple[float, bytes]] = deque()
        self._last_due = 0.0

    def put(self, data: bytes, now: float) -> None:
        if not data:
            return
        chance, faults = self._chance.random, self.faults
        if chance() < faults.drop:
            return
        if chance() < faults.damage:
            place = self._chance.randrange(len(data))
            data = data[:place] + bytes([data[place] ^ self._chance.randrange(1, 256)]) + data[place + 1 :]
        if chance() < faults.cut:
            data = data[: self._chance.randrange(len(data))]
        if chance() < faults.noise:
            data = self._chance.randbytes(self._chance.randrange(1, 40)) + data
        if chance() < faults.double:
            data += data
        self._last_due = max(self._last_due, now + self._chance.random() * faults.delay_s)
        self._under_way.append((self._last_due, data))

    def take(self, now: float) -> bytes:
        taken = bytearray()
        while self._under_way and self._under_way[0][0] <= now:
            taken += self._under_way.popleft()[1]
        return bytes(taken)

    def clear(self) -> None:
        self._under_way.clear()
