"""One direction of the line: bytes that take their time, arrive hurt, or not at all."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from simulator.noise import Noise

# A UART's buffer hands over what it holds when it has so many bytes, or when the line falls quiet.
_PORTION_BYTES = 16


@dataclass(frozen=True, slots=True)
class LineSpeed:
    """How fast bytes go: `baud` bits a second, `bits` of them a byte with start, parity and stop. 0 baud = at once."""

    baud: int = 0
    bits: int = 10

    @property
    def byte_ms(self) -> float:
        """What one byte takes."""
        return 1000.0 * self.bits / self.baud if self.baud else 0.0


class Cable:
    """From one end to the other. `silent`: what is sent is lost."""

    def __init__(self, noise: Noise, speed: LineSpeed) -> None:
        self.silent = False
        self._noise = noise
        self._byte_ms = speed.byte_ms
        self._under_way: deque[tuple[float, bytes]] = deque()
        self._free_ms = 0.0

    def send(self, data: bytes, now_ms: float) -> None:
        """Put bytes on the wire, behind those that are still under way."""
        if not data or self.silent:
            return
        self._free_ms = max(self._free_ms, now_ms)
        for start in range(0, len(data), _PORTION_BYTES):
            portion = data[start : start + _PORTION_BYTES]
            self._free_ms += len(portion) * self._byte_ms
            self._under_way.append((self._free_ms, self._noise.pass_through(portion)))

    def arrived(self, now_ms: float) -> bytes:
        """What has come out at the other end by now."""
        out = bytearray()
        while self._under_way and self._under_way[0][0] <= now_ms:
            out += self._under_way.popleft()[1]
        return bytes(out)

    def next_due_ms(self) -> float | None:
        """When the next portion arrives."""
        return self._under_way[0][0] if self._under_way else None
