"""The price lists of a house, and those that hold on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from mailroom.domain.errors import InputRefused
from mailroom.planning.postage.product import PriceList, Product


@dataclass(frozen=True, slots=True)
class Tariff:
    """What can be bought on one day, in one currency. `example` is true when any of its lists is an example."""

    day: date
    currency: str
    example: bool
    products: tuple[Product, ...]


class PriceLists:
    """Lists of any operators and times. Of one name, one list at most holds on a day.

    Raises InputRefused E7504 when two lists of one name overlap.
    """

    def __init__(self, lists: Iterable[PriceList]) -> None:
        self._lists = sorted(lists, key=lambda each: (each.name, each.valid_from))
        for one, two in pairwise(self._lists):
            if one.name == two.name and (one.valid_to is None or two.valid_from <= one.valid_to):
                raise InputRefused(
                    "E7504",
                    f"two price lists '{one.name}' hold on {two.valid_from}",
                    place=f"{one.title} and {two.title}",
                    remedy="Give the older one a valid_to before the newer one's valid_from.",
                )

    def on(self, day: date) -> Tariff:
        """What holds on the day of posting. InputRefused E7505 when nothing does, E7506 when the lists of that day are
        in different currencies: their prices could not be compared."""
        valid = [each for each in self._lists if each.valid_on(day)]
        if not valid:
            raise InputRefused(
                "E7505",
                f"no price list holds on {day}",
                place=", ".join(sorted({each.name for each in self._lists})) or "no price list at all",
                remedy="Enter the operator's price list for that day; docs/postal-products.md tells how.",
            )
        currencies = sorted({each.currency for each in valid})
        if len(currencies) > 1:
            raise InputRefused(
                "E7506",
                f"the price lists of {day} are in {' and '.join(currencies)}",
                place=", ".join(each.name for each in valid),
                remedy="Plan with lists of one currency.",
            )
        products = tuple(product for each in valid for product in each.products)
        return Tariff(day, currencies[0], any(each.example for each in valid), products)
