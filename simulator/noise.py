"""A bad line: bytes that are dropped, flipped, doubled, garbled or drowned in a break."""

from __future__ import annotations

import math
import random
from dataclasses import astuple

from simulator.faults import LineRates

# What a port hands over for a byte of wrong parity, and for a break however long it lasts.
_NOTHING_READ = b"\0"
_BREAK_BYTES = 3


class Noise:
    """One direction of the line. What it does depends on the seed and the count of bytes, not on their portions."""

    def __init__(self, rates: LineRates, rng: random.Random) -> None:
        self._rates = rates
        self._chance = sum(astuple(rates))
        self._rng = rng
        self._clean = self._gap()
        self._drowned = 0
        self.hurt = 0

    def pass_through(self, data: bytes) -> bytes:
        """What comes out at the other end."""
        out = bytearray()
        at = 0
        while at < len(data):
            if self._drowned:
                drowned = min(self._drowned, len(data) - at)
                self._drowned -= drowned
                at += drowned
            elif self._clean:
                clean = min(self._clean, len(data) - at)
                out += data[at : at + clean]
                self._clean -= clean
                at += clean
            else:
                out += self._hurt(data[at])
                at += 1
                self._clean = self._gap()
        return bytes(out)

    def _gap(self) -> int:
        """How many bytes pass unhurt before the next one that does not."""
        if self._chance <= 0:
            return 1 << 62
        return int(math.log(1.0 - self._rng.random()) / math.log(1.0 - self._chance))

    def _hurt(self, byte: int) -> bytes:
        self.hurt += 1
        draw = self._rng.random() * self._chance
        rates = self._rates
        if draw < rates.dropped:
            return b""
        if draw < rates.dropped + rates.flipped:
            return bytes([byte ^ 1 << self._rng.randrange(8)])
        if draw < rates.dropped + rates.flipped + rates.duplicated:
            return bytes([byte, byte])
        if draw >= self._chance - rates.breaks:
            self._drowned = _BREAK_BYTES
        return _NOTHING_READ
