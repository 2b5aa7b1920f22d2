"""The contents of a QR code as bits: segments of digits, of capitals and figures, of bytes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from layouts.codes.qrfigures import DATA_BITS, VERSIONS

_CAPITALS: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_CAPITAL_VALUES: Final = bytes(max(_CAPITALS.find(byte), 0) for byte in range(256))


def _numeric(part: bytes) -> tuple[int, int]:
    """Bits and value: ten bits for three digits, seven for a last two, four for a last one."""
    value = 0
    for start in range(0, len(part) - 2, 3):
        value = value << 10 | int(part[start : start + 3])
    rest = len(part) % 3
    if rest:
        value = value << (4, 7)[rest - 1] | int(part[-rest:])
    return -(-len(part) * 10 // 3), value


def _alphanumeric(part: bytes) -> tuple[int, int]:
    """Bits and value: eleven bits for two characters, six for a last one."""
    values = part.translate(_CAPITAL_VALUES)
    value = 0
    for first, second in zip(values[::2], values[1::2], strict=False):
        value = value << 11 | first * 45 + second
    if len(part) % 2:
        value = value << 6 | values[-1]
    return -(-len(part) * 11 // 2), value


def _bytes(part: bytes) -> tuple[int, int]:
    return len(part) * 8, int.from_bytes(part)


@dataclass(frozen=True, slots=True, eq=False)
class Mode:
    """A way to encode characters (ISO/IEC 18004, 7.4)."""

    indicator: int
    count_bits: tuple[int, int, int]
    """Bits of the character count in versions 1 to 9, 10 to 26, 27 to 40 (table 3)."""
    sixths: int
    """Sixths of a bit that a character takes."""
    body: Callable[[bytes], tuple[int, int]]
    """How many bits some characters take, and their value."""

    def bits(self, count: int, group: int) -> int:
        """Bits of a segment of `count` characters with its header."""
        return 4 + self.count_bits[group] + -(-count * self.sixths // 6)


NUMERIC: Final = Mode(0b0001, (10, 12, 14), 20, _numeric)
ALPHANUMERIC: Final = Mode(0b0010, (9, 11, 13), 33, _alphanumeric)
BYTE: Final = Mode(0b0100, (8, 16, 16), 48, _bytes)

# The narrowest mode of each byte, as a letter: n(umeric), a(lphanumeric), b(yte).
_KINDS: Final = bytes(
    ord("n") if byte in b"0123456789" else ord("a") if byte in _CAPITALS else ord("b") for byte in range(256)
)
_RUN: Final = re.compile(b"n+|a+|b+")
# Shorter stretches save less than the header of their segment takes.
_STRETCH: Final = re.compile(b"[na]{3,}")
_MODES_OF_KIND: Final = {b"n"[0]: (NUMERIC, ALPHANUMERIC, BYTE), b"a"[0]: (ALPHANUMERIC, BYTE), b"b"[0]: (BYTE,)}

Segment = tuple[Mode, bytes]
_Chain = tuple[int, Mode, "_Chain"] | None

# The first and the last version of each group with counts of the same width.
_GROUPS: Final = ((1, 9), (10, 26), (27, 40))


def fitted(payload: bytes, level: str, least_version: int, *, bytes_only: bool) -> tuple[int, tuple[Segment, ...]]:
    """The smallest version that holds the payload and the segments to use in it; version 41 when none does.

    One segment, in the narrowest mode that has all characters, is the plainest for a reader, so the mode changes along
    the payload only where that makes a smaller version.
    """
    kinds = payload.translate(_KINDS)
    mode = BYTE if bytes_only or b"b" in kinds else ALPHANUMERIC if b"a" in kinds else NUMERIC
    whole = ((mode, payload),)
    version, _ = _smallest(level, least_version, lambda _: whole)
    if bytes_only or version == least_version or _least_bits(kinds) > DATA_BITS[level][version - 2]:
        return version, whole
    smaller, segments = _smallest(level, least_version, lambda group: _divided(payload, kinds, group))
    return (smaller, segments) if smaller < version else (version, whole)


def _smallest(
    level: str, least_version: int, divided: Callable[[int], tuple[Segment, ...]]
) -> tuple[int, tuple[Segment, ...]]:
    """The smallest version, at least the one given, that holds the segments for its group of versions."""
    segments: tuple[Segment, ...] = ()
    for group, (first, last) in enumerate(_GROUPS):
        if last >= least_version:
            segments = divided(group)
            bits = sum(mode.bits(len(part), group) for mode, part in segments)
            version = max(bisect_left(DATA_BITS[level], bits) + 1, first, least_version)
            if version <= last:
                return version, segments
    return len(VERSIONS) + 1, segments


def _least_bits(kinds: bytes) -> int:
    """No division into segments takes fewer bits than this.

    Against one segment of bytes, a stretch without any that need bytes saves what its characters are narrower, less at
    least the header of one more segment for itself (13 bits) and, between bytes, one for those behind it (12).
    """
    bits = BYTE.bits(len(kinds), 0)
    for stretch in _STRETCH.finditer(kinds):
        start, end = stretch.span()
        digits = kinds.count(b"n", start, end)
        sixths = digits * NUMERIC.sixths + (end - start - digits) * ALPHANUMERIC.sixths
        bits -= max((end - start) * 8 - sixths // 6 - (1 + 12 * (start > 0) + 12 * (end < len(kinds))), 0)
    return bits


def _divided(payload: bytes, kinds: bytes, group: int) -> tuple[Segment, ...]:
    """The payload in segments of the fewest bits, changing mode only where the kind of character changes."""
    # For each mode, the cheapest way to have the runs so far end in it: cost in sixths of a bit, and where segments
    # began, as a chain of (start, mode, the chain before).
    ways: dict[Mode, tuple[int, _Chain]] = {}
    for run in _RUN.finditer(kinds):
        start = run.start()
        begun = min(ways.values(), key=lambda way: -(-way[0] // 6), default=(0, None))
        length = run.end() - start
        further: dict[Mode, tuple[int, _Chain]] = {}
        for mode in _MODES_OF_KIND[run[0][0]]:
            cost = -(-begun[0] // 6) * 6 + mode.bits(0, group) * 6
            way: tuple[int, _Chain] = cost, (start, mode, begun[1])
            if mode in ways and ways[mode][0] <= cost:
                way = ways[mode]
            further[mode] = way[0] + length * mode.sixths, way[1]
        ways = further
    chain = min(ways.values(), key=lambda way: -(-way[0] // 6))[1]
    segments: list[Segment] = []
    end = len(payload)
    while chain is not None:
        start, mode, chain = chain
        segments.append((mode, payload[start:end]))
        end = start
    return tuple(reversed(segments))


def codewords(segments: tuple[Segment, ...], version: int, count: int) -> bytes:
    """The segments, the terminator and the padding as `count` data codewords, which must be enough."""
    group = 0 if version < 10 else 1 if version < 27 else 2
    value = length = 0
    for mode, part in segments:
        bits, body = mode.body(part)
        width = 4 + mode.count_bits[group] + bits
        header = mode.indicator << mode.count_bits[group] | len(part)
        value = value << width | header << bits | body
        length += width
    # At most four zeros end the segments, and zeros fill the last byte.
    zeros = min(4, count * 8 - length)
    zeros += -(length + zeros) % 8
    filled = (length + zeros) // 8
    return (value << zeros).to_bytes(filled) + _PADDING[: count - filled]


_PADDING: Final = b"\xec\x11" * 1500
