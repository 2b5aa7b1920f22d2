"""Modbus RTU as the machine reads it (docs/protocols/modbus.md, section 2): requests are told by their length and their
CRC, wherever in the stream they begin, never by gaps.
"""

from __future__ import annotations

from enum import IntEnum

_COLLECTED_MOST_BYTES = 512
_POLYNOMIAL = 0xA001


class Function(IntEnum):
    READ = 0x03
    WRITE_ONE = 0x06
    WRITE = 0x10
    READ_WRITE = 0x17


# Requests of a fixed length that the machine knows to be requests, though it serves only some of them.
_EIGHT_BYTES = frozenset({0x01, 0x02, 0x03, 0x04, 0x05, 0x06})
# Where the count of the bytes that follow stands.
_COUNT_AT: dict[int, int] = {Function.WRITE: 6, Function.READ_WRITE: 10}
_CRC_BYTES = 2


def _crc_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)  # noqa: PLW2901 - shifted out bit by bit
        table.append(value)
    return tuple(table)


_CRC = _crc_table()


def crc16(data: bytes) -> int:
    """CRC-16/MODBUS; 4B37 for ASCII 123456789."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc


def frame(body: bytes) -> bytes:
    """`body` (unit, function, data) with its CRC, low byte first."""
    return body + crc16(body).to_bytes(2, "little")


class RequestReader:
    """Finds whole requests in what comes in. A stretch that is none is dropped byte by byte, so that a damaged request
    costs only itself."""

    def __init__(self) -> None:
        self.dropped = 0
        self._collected = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The bodies of the requests that `data` completes, to whichever unit."""
        self._collected += data
        found: list[bytes] = []
        at = 0
        while (length := self._length(at)) is not None:
            end = at + length
            if end > len(self._collected):
                break
            body = bytes(self._collected[at : end - _CRC_BYTES])
            if length and crc16(body) == int.from_bytes(self._collected[end - _CRC_BYTES : end], "little"):
                found.append(body)
                at = end
            else:
                self.dropped += 1
                at += 1
        del self._collected[:at]
        del self._collected[: max(0, len(self._collected) - _COLLECTED_MOST_BYTES)]
        return found

    def forget(self) -> None:
        """The line was silent for long: what was begun will not be finished."""
        self.dropped += len(self._collected)
        self._collected.clear()

    def _length(self, at: int) -> int | None:
        """Of the request that may begin there; 0 when none does, None when too little has come to tell."""
        left = len(self._collected) - at
        if left < 2:
            return None
        function = self._collected[at + 1]
        if function in _EIGHT_BYTES:
            return 8
        count_at = _COUNT_AT.get(function)
        if count_at is None:
            return 0
        if left <= count_at:
            return None
        count = self._collected[at + count_at]
        registers = int.from_bytes(self._collected[at + count_at - 2 : at + count_at], "big")
        return count_at + 1 + count + _CRC_BYTES if count == 2 * registers else 0
