"""The exit interface of the machine: what it tells of each pack that leaves it, as docs/protocols/gbr.md says."""

from __future__ import annotations

from dataclasses import dataclass

_CR = b"\r"
_NINES = b"999999"


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


VARIANTS = {
    "pinnacle1": Variant(),
    "general": Variant(trailer=True),
    "friedberg1": Variant(start=b"\x02", valid_bit=0),
    "tampa1": Variant(),
}


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
