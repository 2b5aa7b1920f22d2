"""Framing of the native protocol (docs/protocols/native.md, section 2): COBS, CRC-16/X-25, closing zero."""

from __future__ import annotations

PAYLOAD_MIN_BYTES = 2
PAYLOAD_MAX_BYTES = 512
COLLECT_MAX_BYTES = 1024
_CRC_BYTES = 2
_GROUP = 254  # the longest run of non-zero bytes that one COBS length byte can announce


def _crc_table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ 0x8408 if value & 1 else value >> 1
        rows.append(value)
    return tuple(rows)


_CRC_TABLE = _crc_table()


def crc_x25(data: bytes) -> int:
    """CRC-16/X-25: polynomial 0x1021 reflected, initial and final value 0xFFFF; `123456789` gives 0x906E."""
    crc = 0xFFFF
    for byte in data:
        crc = (crc >> 8) ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFF


def cobs_encode(data: bytes) -> bytes:
    """Free of zero bytes; one byte longer, and one more for every full run of 254."""
    out = bytearray()
    runs = data.split(b"\0")
    for index, run in enumerate(runs):
        rest = run
        while len(rest) >= _GROUP:
            out += b"\xff" + rest[:_GROUP]
            rest = rest[_GROUP:]
        # A full group at the very end stands for itself; an empty group after it would add a zero.
        if not (run and not rest and index == len(runs) - 1):
            out.append(len(rest) + 1)
            out += rest
    return bytes(out)


def cobs_decode(data: bytes) -> bytes | None:
    """The bytes that `cobs_encode` was given, or None when `data` can't be its result."""
    out = bytearray()
    at = 0
    while at < len(data):
        length = data[at]
        group = data[at + 1 : at + length]
        if length == 0 or len(group) != length - 1 or 0 in group:
            return None
        out += group
        at += length
        if length <= _GROUP and at < len(data):
            out.append(0)
    return bytes(out)


def frame(payload: bytes) -> bytes:
    """`payload` (2…512 bytes) as it goes on the line, the closing zero included."""
    return cobs_encode(payload + crc_x25(payload).to_bytes(_CRC_BYTES, "little")) + b"\0"


class Deframer:
    """Collects bytes in any portions and yields the payloads of the frames that pass every check.

    `dropped` counts frames that failed COBS, CRC or length; nothing else is done about them.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._collected = bytearray()
        self._overrun = False

    def feed(self, data: bytes) -> list[bytes]:
        payloads = []
        *ended, rest = data.split(b"\0")
        for part in ended:
            self._collect(part)
            payload = self._close()
            if payload is not None:
                payloads.append(payload)
        self._collect(rest)
        return payloads

    def _collect(self, part: bytes) -> None:
        self._collected += part
        if len(self._collected) > COLLECT_MAX_BYTES:
            self._overrun = True
            self._collected.clear()

    def _close(self) -> bytes | None:
        collected, overrun = bytes(self._collected), self._overrun
        self._collected.clear()
        self._overrun = False
        if not collected and not overrun:
            return None
        payload = None if overrun else self._unwrap(collected)
        if payload is None:
            self.dropped += 1
        return payload

    @staticmethod
    def _unwrap(collected: bytes) -> bytes | None:
        data = cobs_decode(collected)
        if data is None or not PAYLOAD_MIN_BYTES <= len(data) - _CRC_BYTES <= PAYLOAD_MAX_BYTES:
            return None
        payload, crc = data[:-_CRC_BYTES], data[-_CRC_BYTES:]
        return payload if crc_x25(payload) == int.from_bytes(crc, "little") else None
