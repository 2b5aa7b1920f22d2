"""The wire between parent and worker: frames of JSON with binary parts, their lengths in front.

A frame is `MRg1`, the length of the JSON (4 bytes), the number of parts (4 bytes), the length of each part (8 bytes
each), the JSON, the parts; numbers big-endian. Whatever departs from that is refused: what comes from the worker is no
more to be trusted than the file that it has open.
"""

from __future__ import annotations

import itertools
import os
import select
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_HEAD = struct.Struct("!4sII")
_MAGIC = b"MRg1"
_JSON_MAX = 64 << 20
_PARTS_MAX = 1 << 20
_CHUNK = 1 << 20


class WireError(Exception):
    """A frame did not come whole."""


class Late(WireError):
    """The time was over before the frame was there."""


class TooLarge(WireError):
    """The frames together are larger than allowed."""


class Ended(WireError):
    """The other side closed the wire."""


class Garbled(WireError):
    """The bytes are no frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    body: bytes
    parts: tuple[bytes, ...] = ()


def packed(body: bytes, parts: Sequence[bytes] = ()) -> list[bytes]:
    """The frame in the pieces that are to be written one after the other."""
    lengths = struct.pack(f"!{len(parts)}Q", *map(len, parts))
    head = _HEAD.pack(_MAGIC, len(body), len(parts)) + lengths + body
    if sum(map(len, parts)) < _CHUNK:
        return [b"".join((head, *parts))]  # one write instead of many small ones
    return [head, *parts]


def write_all(handle: int, pieces: Sequence[bytes]) -> None:
    for piece in pieces:
        view = memoryview(piece)
        while view:
            view = view[os.write(handle, view) :]


class FrameReader:
    """Reads frames from a descriptor until `deadline` (of `monotonic`), `budget_bytes` in all."""

    def __init__(self, handle: int, monotonic: Callable[[], float], deadline: float, budget_bytes: int) -> None:
        self._handle = handle
        self._monotonic = monotonic
        self._deadline = deadline
        self._left = budget_bytes
        self._poll = select.poll()
        self._poll.register(handle, select.POLLIN)

    def read(self) -> Frame:
        """The next frame. Raises Late, TooLarge, Ended or Garbled."""
        magic, body_length, count = _HEAD.unpack(self._exactly(_HEAD.size))
        if magic != _MAGIC:
            raise Garbled
        if body_length > _JSON_MAX or count > _PARTS_MAX:
            raise TooLarge
        lengths = struct.unpack(f"!{count}Q", self._exactly(8 * count))
        if body_length + sum(lengths) > self._left:
            raise TooLarge
        payload = self._exactly(body_length + sum(lengths))
        ends = itertools.accumulate(lengths, initial=body_length)
        return Frame(payload[:body_length], tuple(payload[start:end] for start, end in itertools.pairwise(ends)))

    def _exactly(self, length: int) -> bytes:
        # The buffer grows with what has come, not with what was announced.
        self._left -= length
        if self._left < 0:
            raise TooLarge
        data = bytearray()
        while len(data) < length:
            wait_s = self._deadline - self._monotonic()
            if wait_s <= 0 or not self._poll.poll(wait_s * 1000):
                raise Late
            part = os.read(self._handle, min(_CHUNK, length - len(data)))
            if not part:
                raise Ended
            data += part
        return bytes(data)


def read_frame(handle: int) -> Frame | None:
    """The worker's side: the next frame without limits, or None when the parent closed the wire."""
    head = _read_exactly(handle, _HEAD.size)
    if head is None:
        return None
    _, body_length, count = _HEAD.unpack(head)
    lengths = struct.unpack(f"!{count}Q", _read_exactly(handle, 8 * count) or b"")
    body = _read_exactly(handle, body_length) or b""
    return Frame(body, tuple(_read_exactly(handle, length) or b"" for length in lengths))


def _read_exactly(handle: int, length: int) -> bytes | None:
    data = bytearray()
    while len(data) < length:
        part = os.read(handle, length - len(data))
        if not part:
            return None
        data += part
    return bytes(data)
