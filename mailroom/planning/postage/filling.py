"""Mail trays filled to their limits, and what becomes of a last tray that would hold too little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, assert_never

from mailroom.planning.postage.product import TrayKind
from mailroom.planning.postage.rating import RatedItem
from mailroom.planning.postage.scheme import LastTray

Pieces = Sequence[RatedItem]


class Filled(NamedTuple):
    """Trays of one destination in their order, and the pieces at its end that get none there."""

    trays: list[Pieces]
    left: Pieces


def fill(pieces: Pieces, kind: TrayKind) -> Iterator[Pieces]:
    """A tray at a time: the next begins with the first piece that no longer fits."""
    begin = weight_mg = length_um = 0
    for at, piece in enumerate(pieces):
        weight_mg += piece.item.weight_mg
        length_um += piece.item.thickness_um
        over = weight_mg > kind.most_weight_mg or length_um > kind.most_length_um or at - begin >= kind.most_items
        if over and at > begin:
            yield pieces[begin:at]
            begin, weight_mg, length_um = at, piece.item.weight_mg, piece.item.thickness_um
    yield pieces[begin:]


def fill_by(rule: LastTray, pieces: Pieces, kind: TrayKind) -> Filled:
    """`fill`, and the last tray as the rule wants it. A destination's only tray is not asked: it has what its level
    needs."""
    trays = list(fill(pieces, kind))
    if len(trays) == 1 or len(trays[-1]) >= rule.least_items:
        return Filled(trays, ())
    match rule.short:
        case "even":
            *full, before, last = trays
            both = (*before, *last)
            cut = _even_cut(both, rule.least_items, kind)
            return Filled(trays[:-1], last) if cut is None else Filled([*full, both[:cut], both[cut:]], ())
        case "next":
            return Filled(trays[:-1], trays[-1])
        case _:
            assert_never(rule.short)


def _even_cut(both: Pieces, least_items: int, kind: TrayKind) -> int | None:
    """Where to part the pieces of two trays so that both have enough, as near to the middle as the limits of the second
    allow; the first held more before. None where there is no such place."""
    middle = (len(both) + 1) // 2
    return next((cut for cut in range(middle, len(both) - least_items + 1) if _fits(both[cut:], kind)), None)


def _fits(pieces: Pieces, kind: TrayKind) -> bool:
    return (
        len(pieces) <= kind.most_items
        and sum(piece.item.weight_mg for piece in pieces) <= kind.most_weight_mg
        and sum(piece.item.thickness_um for piece in pieces) <= kind.most_length_um
    )
