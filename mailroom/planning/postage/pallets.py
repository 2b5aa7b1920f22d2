"""Trays on pallets or in cages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailroom.domain.errors import InputRefused
from mailroom.planning.postage.product import Product
from mailroom.planning.postage.scheme import Destination, PalletRules, Scheme
from mailroom.planning.postage.trays import Tray
from mailroom.planning.words import grams

MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Pallet:
    """One pallet or cage (`kind` says which) of one product. `part` of `parts` to one destination."""

    number: int
    kind: str
    product: Product
    destination: Destination
    part: int
    parts: int
    own_weight_mg: int
    trays: tuple[Tray, ...]

    @property
    def weight_mg(self) -> int:
        """With trays and pallet."""
        return self.own_weight_mg + sum(tray.weight_mg for tray in self.trays)

    @property
    def pieces(self) -> int:
        return sum(len(tray.pieces) for tray in self.trays)


def load_pallets(trays: Sequence[Tray], schemes: Mapping[str, Scheme]) -> tuple[Pallet, ...]:
    """Put every tray on one pallet: by product; areas with enough trays first, in order, then what is mixed.

    InputRefused E7512 for a tray that is heavier than a pallet may be.
    """
    by_product: dict[str, list[Tray]] = {}
    for tray in trays:
        by_product.setdefault(tray.product.id, []).append(tray)
    pallets: list[Pallet] = []
    for product_id in sorted(by_product):
        product = by_product[product_id][0].product
        rules = schemes[product.scheme].pallets
        for destination, members in _destinations(by_product[product_id], rules):
            loads = list(_loads(members, rules))
            for part, load in enumerate(loads, 1):
                number = len(pallets) + 1
                pallets.append(
                    Pallet(number, rules.kind, product, destination, part, len(loads), rules.own_weight_mg, tuple(load))
                )
    return tuple(pallets)


def _destinations(trays: Sequence[Tray], rules: PalletRules) -> Iterator[tuple[Destination, list[Tray]]]:
    by_area: dict[Destination, list[Tray]] = {}
    for tray in trays:
        if tray.area is not None:
            by_area.setdefault(tray.area, []).append(tray)
    direct = {area: members for area, members in by_area.items() if len(members) >= rules.least_trays}
    yield from sorted(direct.items())
    if mixed := [tray for tray in trays if tray.area not in direct]:
        yield Destination(MIXED, rules.mixed_title), mixed


def _loads(trays: Sequence[Tray], rules: PalletRules) -> Iterator[list[Tray]]:
    load: list[Tray] = []
    weight_mg = rules.own_weight_mg
    for tray in trays:
        if rules.own_weight_mg + tray.weight_mg > rules.most_weight_mg:
            raise InputRefused(
                "E7512",
                f"tray {tray.number} weighs {grams(tray.weight_mg)}, a {rules.kind} with it more than"
                f" {grams(rules.most_weight_mg)}",
                place=f"scheme {tray.product.scheme}",
                remedy="Lower the tray's weight limit in the price list, or raise the one of the pallet.",
            )
        if load and (len(load) >= rules.most_trays or weight_mg + tray.weight_mg > rules.most_weight_mg):
            yield load
            load, weight_mg = [], rules.own_weight_mg
        load.append(tray)
        weight_mg += tray.weight_mg
    if load:
        yield load
