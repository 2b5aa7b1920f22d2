"""The exit interface of the machine: what it tells of each pack that leaves it, as docs/protocols/gbr.md says."""

from __future__ import annotations

from dataclasses import dataclass

_CR = b"\r"
_NINES = b"999999"
_ANSWER_MS = 250.0


@dataclass(frozen=True, slots=True)
class Exit:
    """A pack that leaves. `stations` are numbered 1 to 9; `known`: the machine has something to say of it."""

    valid: bool = False
    diverted: bool = False
    marked: bool = False
    stations: tuple[int, ...] = ()
    pages: int = 0
    sequential_stop: bool = False
    stop_and_retain: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True)
class Variant:
    """How a record is written."""

    start: bytes = b""
    trailer: bool = False
    valid_bit: int = 1
    answered: bool = False


VARIANTS = {
    "pinnacle1": Variant(),
    "general": Variant(trailer=True),
    "friedberg1": Variant(start=b"\x02", valid_bit=0),
    "tampa1": Variant(answered=True),
}


class ExitInterface:
    """Tells a record for each pack, on a line of its own. Times are those of the host's world."""

    def __init__(self, variant: Variant) -> None:
        self._variant = variant
        self._rolling = 0
        self._told = bytearray()
        self._unanswered: tuple[bytes, float] | None = None

    def tell(self, leaves: Exit, group: int) -> None:
        """A pack leaves; `group` is its number, of which four digits are told."""
        self._told += record_of(self._variant, leaves, group % 10_000, self._rolling)
        self._rolling = (self._rolling + 1) % 10

    def receive(self, data: bytes) -> None:
        """What the listener says: "0" is its answer."""
        if b"0" in data:
            self._unanswered = None

    def tick(self, now_ms: float) -> bytes:
        """The bytes that are due; the last record once more when nobody has answered it."""
        told, self._told = bytes(self._told), bytearray()
        if told and self._variant.answered:
            self._unanswered = (told[told[:-1].rfind(_CR) + 1 :], now_ms)
        elif self._unanswered is not None and now_ms - self._unanswered[1] >= _ANSWER_MS:
            told, self._unanswered = self._unanswered[0], None
        return told


def record_of(variant: Variant, leaves: Exit, group: int, rolling: int) -> bytes:
    """The record of a pack; `group` (0 to 9999) and `rolling` (0 to 9) are told by variants that have them."""
    if leaves.known:
        digits = [sum(1 << bit for bit in range(3) if 3 * place + bit + 1 in leaves.stations) for place in range(3)]
        stops = 2 * leaves.sequential_stop + 4 * leaves.stop_and_retain
        valid = variant.valid_bit if leaves.valid else 1 - variant.valid_bit
        flags = leaves.marked + 2 * leaves.diverted + 4 * valid
        body = bytes(0x30 + value for value in (*digits, leaves.pages, stops, flags))
    else:
        body = _NINES
    trailer = f"1{group:04}{rolling}".encode() if variant.trailer else b""
    return variant.start + body + trailer + _CR
