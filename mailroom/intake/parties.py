"""Which of a party's several identities and names is taken, the same for every syntax."""

from __future__ import annotations

from collections.abc import Sequence

Identity = tuple[str, str]
"""Identity and the register (ISO 6523 code) that it belongs to, "" for a number of the seller's own."""


def seller_identity(named: Sequence[Identity], endpoint: Identity) -> Identity:
    """A seller may bear several identities (BT-29): a registered one tells it anywhere, so it comes first."""
    registered = [identity for identity in named if identity[1]]
    return _first((*registered, *named, endpoint))


def buyer_identity(named: Sequence[Identity], endpoint: Identity) -> Identity:
    """A buyer's identity (BT-46) is above all the seller's customer number, which bears no register."""
    unregistered = [identity for identity in named if not identity[1]]
    return _first((*unregistered, *named, endpoint))


def _first(candidates: Sequence[Identity]) -> Identity:
    return next((identity for identity in candidates if identity[0]), ("", ""))


def trading_name(registered: str, other: str) -> str:
    """The other name, "" when it only repeats the registered one."""
    return "" if other.casefold() == registered.casefold() else other
