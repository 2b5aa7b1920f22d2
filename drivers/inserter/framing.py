"""Frames on a byte stream: COBS(payload ‖ CRC-16/X-25) ‖ 00, as docs/protocols/native.md section 2 tells.

Pure: bytes in, payloads out. Memory is bounded by MAX_COLLECTED, whatever arrives.
"""

from __future__ import annotations

from binascii import crc_hqx
from dataclasses import dataclass

MIN_PAYLOAD = 2
MAX_PAYLOAD = 512
MAX_COLLECTED = 1024
_CRC_BYTES = 2
_LONGEST_RUN = 254

_MIRRORED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


class FramingError(ValueError):
    """Bytes that are no frame, or a payload that does not fit into one."""


def crc16_x25(data: bytes) -> int:
    """CRC-16/X-25 (polynomial 1021 reflected, start FFFF, result inverted); of ASCII "123456789" it is 906E.

    The standard library's crc_hqx is the same polynomial, unreflected: mirroring the bits of each byte going in and of
    the sum coming out turns one into the other, at the speed of C.
    """
    mirrored = crc_hqx(data.translate(_MIRRORED), 0xFFFF)
    return (_MIRRORED[mirrored & 0xFF] << 8 | _MIRRORED[mirrored >> 8]) ^ 0xFFFF


def cobs_encode(data: bytes) -> bytes:
    """`data` without zero bytes: each run up to a zero gets its length + 1 in front; a full run of 254 bytes gets FF
    and stands for no zero. Overhead 1 + ⌊n/254⌋ bytes at most."""
    out = bytearray()
    runs = data.split(b"\0")
    last = len(runs) - 1
    for index, run in enumerate(runs):
        start = 0
        while len(run) - start >= _LONGEST_RUN:
            out.append(0xFF)
            out += run[start : start + _LONGEST_RUN]
            start += _LONGEST_RUN
        # A full run at the very end needs no further code; before a zero an empty run must say "and now the zero".
        if start < len(run) or index < last or start == 0:
            out.append(len(run) - start + 1)
            out += run[start:]
    return bytes(out)


def cobs_decode(data: bytes) -> bytes:
    """What `cobs_encode` was given.

    FramingError: a zero inside, or fewer bytes than a length announces.
    """
    if not data or 0 in data:
        raise FramingError("empty, or a zero byte inside")
    pieces: list[bytes] = []
    position = 0
    while position < len(data):
        code = data[position]
        end = position + code
        if end > len(data):
            raise FramingError("shorter than its lengths announce")
        pieces.append(data[position + 1 : end])
        if code <= _LONGEST_RUN and end < len(data):
            pieces.append(b"\0")
        position = end
    return b"".join(pieces)


def encode_frame(payload: bytes) -> bytes:
    """The frame of `payload`, closing 00 included. FramingError: not 2…512 bytes."""
    if not MIN_PAYLOAD <= len(payload) <= MAX_PAYLOAD:
        raise FramingError(f"a payload has {MIN_PAYLOAD} to {MAX_PAYLOAD} bytes, not {len(payload)}")
    return cobs_encode(payload + crc16_x25(payload).to_bytes(_CRC_BYTES, "little")) + b"\0"


def decode_frame(segment: bytes) -> bytes:
    """The payload of a frame given without its 00. FramingError: COBS, length or CRC is wrong."""
    decoded = cobs_decode(segment)
    if not MIN_PAYLOAD <= len(decoded) - _CRC_BYTES <= MAX_PAYLOAD:
        raise FramingError("length out of range")
    payload = decoded[:-_CRC_BYTES]
    if crc16_x25(payload) != int.from_bytes(decoded[-_CRC_BYTES:], "little"):
        raise FramingError("checksum differs")
    return payload


@dataclass(slots=True)
class FrameCounters:
    """Frames received whole, frames that failed COBS, CRC or length, and stretches of 1,024 bytes without 00."""

    good: int = 0
    bad: int = 0
    overlong: int = 0


class FrameDecoder:
    """Collects bytes in chunks of any size and yields the payloads of whole, valid frames."""

    def __init__(self) -> None:
        self.counters = FrameCounters()
        self._collected = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes]:
        """The payloads that `data` completes, in order. Never raises; what is no frame is counted and dropped."""
        payloads: list[bytes] = []
        *ended, rest = data.split(b"\0")
        for segment in ended:
            self._collect(segment)
            if not self._skipping and self._collected:
                self._finish(payloads)
            self._collected.clear()
            self._skipping = False
        self._collect(rest)
        return payloads

    def forget(self) -> None:
        """Drop what was collected: the stream it came from has ended."""
        self._collected.clear()
        self._skipping = False

    def _collect(self, segment: bytes) -> None:
        if self._skipping:
            return
        if len(self._collected) + len(segment) >= MAX_COLLECTED:
            self.counters.overlong += 1
            self._collected.clear()
            self._skipping = True
        else:
            self._collected += segment

    def _finish(self, payloads: list[bytes]) -> None:
        try:
            payloads.append(decode_frame(bytes(self._collected)))
        except FramingError:
            self.counters.bad += 1
        else:
            self.counters.good += 1
