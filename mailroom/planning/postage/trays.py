"""Presort: rated pieces → mail trays, in the order in which the machine fills them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

from mailroom.domain.errors import InputRefused
from mailroom.domain.words import count
from mailroom.planning.postage.filling import Pieces, fill, fill_by
from mailroom.planning.postage.item import PostalItem
from mailroom.planning.postage.product import Format, Product, TrayKind
from mailroom.planning.postage.rating import RatedItem
from mailroom.planning.postage.scheme import Destination, Level, Scheme

RESIDUE = "residue"
"""The level of trays that hold what no level sorts."""


@dataclass(frozen=True, slots=True)
class Tray:
    """One mail tray. Trays are numbered in the order of the run; `part` of `parts` trays to one destination.

    `area` is the destination on pallets, None for trays that go on mixed ones. `pieces` are in the order in which they
    lie; `reasons` tells of each why it lies here.
    """

    number: int
    envelope: str
    product: Product
    format: Format
    level: str
    destination: Destination
    part: int
    parts: int
    area: Destination | None
    pieces: tuple[RatedItem, ...]
    reasons: tuple[str, ...]

    @property
    def pieces_weight_mg(self) -> int:
        return sum(piece.item.weight_mg for piece in self.pieces)

    @property
    def weight_mg(self) -> int:
        """With the tray itself."""
        return self.pieces_weight_mg + self.format.tray.own_weight_mg

    @property
    def length_um(self) -> int:
        """What the pieces take of the tray's length."""
        return sum(piece.item.thickness_um for piece in self.pieces)

    @property
    def first_postcode(self) -> str:
        return self.pieces[0].item.postcode if self.pieces else ""

    @property
    def last_postcode(self) -> str:
        return self.pieces[-1].item.postcode if self.pieces else ""

    @property
    def countries(self) -> tuple[str, ...]:
        return tuple(sorted({piece.item.country for piece in self.pieces}))


class _Lot(NamedTuple):
    """All that goes to one destination, tray by tray; the reason of each piece by its id."""

    level: str
    destination: Destination
    trays: Sequence[Pieces]
    reasons: Mapping[str, str]


def presort(rated: Iterable[RatedItem], schemes: Mapping[str, Scheme], *, first: int = 1) -> tuple[Tray, ...]:
    """Sort by the schemes of the products and fill trays. Every piece lies in one tray.

    Envelopes, papers, products and formats are not mixed in a tray: each envelope and paper is a batch of its own.
    Within them come the levels of the scheme, then the residue; within a level the destinations in order; within a
    destination country, postcode and sort key. `first` is the number of the first tray.

    InputRefused E7509 for a scheme that is not there.
    """
    trays: list[Tray] = []
    finders: dict[str, _Finder] = {}
    ordered = sorted(rated, key=_order)
    for _, members in groupby(ordered, key=_group):
        pieces = list(members)
        offer = pieces[0].offer
        scheme = _scheme(schemes, offer.product)
        finder = finders.setdefault(scheme.name, _Finder(scheme))
        for lot in _lots(pieces, scheme, finder, offer.format.tray):
            for part, inside in enumerate(lot.trays, 1):
                trays.append(
                    Tray(
                        number=first + len(trays),
                        envelope=inside[0].item.envelope,
                        product=offer.product,
                        format=offer.format,
                        level=lot.level,
                        destination=lot.destination,
                        part=part,
                        parts=len(lot.trays),
                        area=_area(inside, finder),
                        pieces=tuple(inside),
                        reasons=tuple(lot.reasons[piece.item.id] for piece in inside),
                    )
                )
    return tuple(trays)


def as_mailed(
    trays: Sequence[Tray], mailed: Collection[str], late: Collection[str], schemes: Mapping[str, Scheme]
) -> tuple[Tray, ...]:
    """The trays as they are handed over: what was not mailed is out of them, and empty ones are gone.

    `late` are the pieces among `mailed` that were not stacked in their tray because a reprint came after it; they are
    sorted into trays of their own, numbered behind the others. Numbers stay, because they stand on tags.
    InputRefused E7510 for a mailed piece that no tray was planned for.
    """
    planned = {piece.item.id: piece for tray in trays for piece in tray.pieces}
    if unknown := sorted(set(mailed) - planned.keys()):
        raise InputRefused(
            "E7510",
            f"{count(len(unknown), 'mailed piece')} of no planned tray, the first is {unknown[0]}",
            place="trays as mailed",
            remedy="Build the manifest from the plan of this very run.",
        )
    behind_others = set(mailed) & set(late)
    stacked = set(mailed) - behind_others
    kept = tuple(filled for tray in trays if (filled := _only(tray, stacked)).pieces)
    behind = presort(
        (planned[id] for id in behind_others),
        schemes,
        first=max((tray.number for tray in trays), default=0) + 1,
    )
    return kept + behind


def _only(tray: Tray, ids: Collection[str]) -> Tray:
    both = [pair for pair in zip(tray.pieces, tray.reasons, strict=True) if pair[0].item.id in ids]
    if len(both) == len(tray.pieces):
        return tray
    return replace(tray, pieces=tuple(piece for piece, _ in both), reasons=tuple(reason for _, reason in both))


def _scheme(schemes: Mapping[str, Scheme], product: Product) -> Scheme:
    if product.scheme not in schemes:
        raise InputRefused(
            "E7509",
            f"{product.title} is sorted by the scheme '{product.scheme}', which is not there",
            place=product.id,
            remedy="Enter the scheme, or import its table of offices; docs/postal-products.md tells how.",
        )
    return schemes[product.scheme]


def _group(piece: RatedItem) -> tuple[str, str, str, str]:
    return piece.item.envelope, piece.item.stock, piece.offer.product.id, piece.offer.format.size.name


def _order(piece: RatedItem) -> tuple[str, ...]:
    item, offer = piece.item, piece.offer
    form = offer.format.size.name
    return item.envelope, item.stock, offer.product.id, form, item.country, item.postcode, item.sort_key, item.id


class _Finder:
    """Looks up the destinations of places, each place once."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._places: dict[tuple[str, str, str], _Place] = {}

    def find(self, item: PostalItem) -> _Place:
        key = (item.country, item.postcode, item.town)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = self._look_up(item)
        return place

    def _look_up(self, item: PostalItem) -> _Place:
        scheme = self._scheme
        problem = scheme.problem(item)
        area = None if problem or scheme.pallets.area is None else scheme.pallets.area.find(item)
        return _Place(problem, tuple(level.sorting.find(item) for level in scheme.levels), area)


class _Place(NamedTuple):
    """Why no level sorts it, or ""; its destination at each level; its area on pallets."""

    problem: str
    levels: tuple[Destination | None, ...]
    area: Destination | None


def _lots(pieces: Pieces, scheme: Scheme, finder: _Finder, kind: TrayKind) -> Iterator[_Lot]:
    """The lots of one group, level by level; what reaches no level's least number comes last."""
    left = [piece for piece in pieces if not finder.find(piece.item).problem]
    tried = _Tried(scheme.levels, finder)
    for at, level in enumerate(scheme.levels):
        counted = tried.count(left)
        members: dict[Destination, list[RatedItem]] = {}
        rest: list[RatedItem] = []
        for piece in left:
            destination = finder.find(piece.item).levels[at]
            if destination is not None and counted[destination] >= level.least_items:
                members.setdefault(destination, []).append(piece)
            else:
                rest.append(piece)
        for destination in sorted(members):
            filled = fill_by(level.last_tray, members[destination], kind)
            inside = (piece for tray in filled.trays for piece in tray)
            yield _Lot(level.name, destination, filled.trays, {piece.item.id: tried.reason(piece) for piece in inside})
            if filled.left:
                tried.fell(filled.left, len(filled.trays) + 1)
                rest = sorted((*rest, *filled.left), key=_order)
        left = rest
    reasons = {piece.item.id: tried.reason(piece) for piece in left}
    for piece in pieces:
        if problem := finder.find(piece.item).problem:
            left.append(piece)
            reasons[piece.item.id] = f"{problem}."
    if left:
        trays = list(fill(sorted(left, key=_order), kind))
        yield _Lot(RESIDUE, Destination(RESIDUE, scheme.residue_title), trays, reasons)


class _Tried:
    """What each level that was tried says of a piece."""

    def __init__(self, levels: Sequence[Level], finder: _Finder) -> None:
        self._levels = levels
        self._finder = finder
        self._counts: list[Counter[Destination | None]] = []
        self._fell: dict[str, dict[int, str]] = {}
        self._said: dict[tuple[Destination | None, ...], str] = {}

    def count(self, left: Pieces) -> Mapping[Destination | None, int]:
        """How much of what is left each destination of the next level has."""
        at = len(self._counts)
        self._counts.append(Counter(self._finder.find(piece.item).levels[at] for piece in left))
        self._said.clear()
        return self._counts[at]

    def fell(self, pieces: Pieces, trays: int) -> None:
        """Pieces of a last tray that holds too little go on from the level that was counted last."""
        at = len(self._counts) - 1
        needed = self._levels[at].last_tray.least_items
        for piece in pieces:
            told = f" (tray {trays} would hold {len(pieces)}, {needed} needed for a last tray)"
            self._fell.setdefault(piece.item.id, {})[at] = told

    def reason(self, piece: RatedItem) -> str:
        destinations = self._finder.find(piece.item).levels[: len(self._counts)]
        if fell := self._fell.get(piece.item.id):
            return self._reason(destinations, fell)
        if destinations not in self._said:
            self._said[destinations] = self._reason(destinations, {})
        return self._said[destinations]

    def _reason(self, destinations: Sequence[Destination | None], fell: Mapping[int, str]) -> str:
        tried = enumerate(zip(self._levels, destinations, self._counts, strict=False))
        return (
            "; ".join(_said(level, where, counted[where]) + fell.get(at, "") for at, (level, where, counted) in tried)
            + "."
        )


def _said(level: Level, destination: Destination | None, items: int) -> str:
    if destination is None:
        return f"{level.title}: none"
    return f"{level.title} {destination.title}: {count(items, 'item')}, {level.least_items} needed for a tray"


def _area(pieces: Pieces, finder: _Finder) -> Destination | None:
    """The area that all pieces of a tray belong to."""
    areas = {finder.find(piece.item).area for piece in pieces}
    return areas.pop() if len(areas) == 1 else None
