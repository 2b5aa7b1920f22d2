"""A bad line: bytes that are dropped, flipped or doubled."""

from __future__ import annotations

import math
import random

from simulator.faults import LineRates


class Noise:
    """One direction of the line. What it does depends on the seed and the count of bytes, not on their portions."""

    def __init__(self, rates: LineRates, rng: random.Random) -> None:
        self._rates = rates
        self._chance = rates.dropped + rates.flipped + rates.duplicated
        self._rng = rng
        self._clean = self._gap()
        self.hurt = 0

    def pass_through(self, data: bytes) -> bytes:
        """What comes out at the other end."""
        if self._clean >= len(data):
            self._clean -= len(data)
            return data
        out = bytearray()
        at = 0
        while self._clean < len(data) - at:
            out += data[at : at + self._clean]
            at += self._clean
            out += self._hurt(data[at])
            at += 1
            self._clean = self._gap()
        self._clean -= len(data) - at
        return bytes(out + data[at:])

    def _gap(self) -> int:
        """How many bytes pass unhurt before the next one that does not."""
        if self._chance <= 0:
            return 1 << 62
        return int(math.log(1.0 - self._rng.random()) / math.log(1.0 - self._chance))

    def _hurt(self, byte: int) -> bytes:
        self.hurt += 1
        draw = self._rng.random() * self._chance
        if draw < self._rates.dropped:
            return b""
        if draw < self._rates.dropped + self._rates.flipped:
            return bytes([byte ^ 1 << self._rng.randrange(8)])
        return bytes([byte, byte])
