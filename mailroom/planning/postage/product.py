"""Postal products: what an operator takes, up to which size and weight, and at what price."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache

from mailroom.planning.postage.item import ANY_POSTCODE, PostalItem
from mailroom.planning.words import grams, millimetres


class Prices(Enum):
    """How the prices of a list stand to value added tax."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    EXEMPT = "exempt"


class MinimumPer(Enum):
    """Over what a product's least number of items is counted: items of one format, or all of the product."""

    FORMAT = "format"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Vat:
    """`rate_percent` is zero for exempt prices."""

    prices: Prices
    rate_percent: Decimal

    def net(self, price: Decimal) -> Fraction:
        """The price without tax, exactly."""
        return (
            Fraction(price) / (1 + Fraction(self.rate_percent) / 100)
            if self.prices is Prices.INCLUDE
            else Fraction(price)
        )

    def gross(self, price: Decimal) -> Fraction:
        """The price with tax, exactly."""
        return (
            Fraction(price) * (1 + Fraction(self.rate_percent) / 100)
            if self.prices is Prices.EXCLUDE
            else Fraction(price)
        )


@dataclass(frozen=True, slots=True)
class SizeClass:
    """The sizes that a format takes; every limit is itself allowed. Length is the longer edge."""

    name: str
    title: str
    least_length_mm: float
    least_width_mm: float
    most_length_mm: float
    most_width_mm: float
    least_thickness_um: int
    most_thickness_um: int

    def refusal(self, item: PostalItem) -> str:
        """Why the item does not have this size, or ""."""
        size = f"{item.length_mm:g} × {item.width_mm:g} mm"
        if item.length_mm > self.most_length_mm or item.width_mm > self.most_width_mm:
            return f"{size}, at most {self.most_length_mm:g} × {self.most_width_mm:g} mm"
        if item.length_mm < self.least_length_mm or item.width_mm < self.least_width_mm:
            return f"{size}, at least {self.least_length_mm:g} × {self.least_width_mm:g} mm"
        if item.thickness_um > self.most_thickness_um:
            return f"{millimetres(item.thickness_um)} thick, at most {millimetres(self.most_thickness_um)}"
        if item.thickness_um < self.least_thickness_um:
            return f"{millimetres(item.thickness_um)} thick, at least {millimetres(self.least_thickness_um)}"
        return ""


@dataclass(frozen=True, slots=True)
class TrayKind:
    """A mail tray: the most that it may hold, by items, by weight, and by length (the sum of thicknesses)."""

    name: str
    title: str
    most_items: int
    most_weight_mg: int
    most_length_um: int
    own_weight_mg: int


@dataclass(frozen=True, slots=True)
class WeightStep:
    """One price, for items of up to and including `up_to_mg`."""

    up_to_mg: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class Format:
    """A size class of a product with its weight steps, rising, and the trays that it is handed over in."""

    size: SizeClass
    tray: TrayKind
    steps: tuple[WeightStep, ...]

    def step(self, weight_mg: int) -> WeightStep | None:
        """The step of a weight; None above the last."""
        return next((step for step in self.steps if weight_mg <= step.up_to_mg), None)


@dataclass(frozen=True, slots=True)
class Machinable:
    """What else a piece must fulfil for a product that is read by machines. `ratio` is length by width; an empty
    `envelopes` allows every envelope, an empty `postcode` every postcode."""

    least_ratio: float = 0.0
    most_ratio: float = 1e9
    least_weight_mg: int = 0
    most_thickness_um: int = 10**9
    envelopes: tuple[str, ...] = ()
    postcode: str = ""

    def refusal(self, item: PostalItem) -> str:
        """Why a machine can't take the item, or ""."""
        ratio = item.length_mm / item.width_mm
        if not self.least_ratio <= ratio <= self.most_ratio:
            limit = f"at least {self.least_ratio:g}" if ratio < self.least_ratio else f"at most {self.most_ratio:g}"
            return f"length by width is {ratio:.2f}, {limit}"
        if item.weight_mg < self.least_weight_mg:
            return f"{grams(item.weight_mg)}, at least {grams(self.least_weight_mg)} for machines"
        if item.thickness_um > self.most_thickness_um:
            return f"{millimetres(item.thickness_um)} thick, at most {millimetres(self.most_thickness_um)} for machines"
        if self.envelopes and item.envelope not in self.envelopes:
            return f"envelope {item.envelope} is not released for machines"
        if not self.sorts(item.postcode):
            return f"postcode {item.postcode or '(none)'} can't be sorted by machines"
        return ""

    def sorts(self, postcode: str) -> bool:
        """True when the postcode can be read by machines."""
        return not self.postcode or postcode == ANY_POSTCODE or bool(_pattern(self.postcode).fullmatch(postcode))


@dataclass(frozen=True, slots=True)
class Product:
    """What an operator sells. `id` is unique within the lists of one day ("list/product").

    `countries` are those served; empty for all but `countries_except`. `minimum` items must be posted together, counted
    `minimum_per`. `scheme` names the sort scheme of its trays. `indicia` are the lines of its franking mark.
    """

    id: str
    title: str
    operator: str
    currency: str
    vat: Vat
    countries: tuple[str, ...]
    countries_except: tuple[str, ...]
    minimum: int
    minimum_per: MinimumPer
    scheme: str
    machinable: Machinable
    indicia: tuple[str, ...]
    formats: tuple[Format, ...]

    def refusal(self, item: PostalItem) -> str:
        """Why the product takes the item in none of its formats whatever its size, or ""."""
        served = item.country in self.countries if self.countries else item.country not in self.countries_except
        return self.machinable.refusal(item) if served else f"country {item.country} is not served"


@dataclass(frozen=True, slots=True)
class PriceList:
    """The products of one operator with the prices of a time. `valid_to` is the last day; None when it is not known.

    An `example` has figures of nobody; its manifest says so.
    """

    name: str
    title: str
    operator: str
    currency: str
    valid_from: date
    valid_to: date | None
    example: bool
    products: tuple[Product, ...]

    def valid_on(self, day: date) -> bool:
        """Both days of the period belong to it."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
