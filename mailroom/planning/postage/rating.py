"""Rating: which product each piece goes with, at what price, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from mailroom.domain.errors import InputRefused
from mailroom.domain.words import count
from mailroom.planning.piece import PlannedEnvelope, PostageStep
from mailroom.planning.postage.item import ANY_POSTCODE, PostalItem
from mailroom.planning.postage.product import Format, MinimumPer, Product, WeightStep
from mailroom.planning.postage.tariff import Tariff
from mailroom.planning.words import grams


class Rule(Enum):
    """CHEAPEST takes the lowest price; PREFERRED the first product of a list that takes the piece."""

    CHEAPEST = "cheapest"
    PREFERRED = "preferred"


@dataclass(frozen=True, slots=True)
class Choice:
    """How products are chosen. `preferred` are product ids in order; with PREFERRED no other is used, with CHEAPEST
    they decide between equal prices. `without_vat` compares net prices: for houses that deduct the tax."""

    rule: Rule = Rule.CHEAPEST
    preferred: tuple[str, ...] = ()
    without_vat: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A product in one of its formats at one of its steps. Pieces of one kind share one offer."""

    product: Product
    format: Format
    step: WeightStep

    @property
    def price(self) -> Decimal:
        """Of one piece, as the list has it."""
        return self.step.price

    @property
    def posting(self) -> tuple[str, str]:
        """Product and format: what a posting is made of."""
        return self.product.id, self.format.size.name


@dataclass(frozen=True, slots=True)
class RatedItem:
    """An item with the offer that was chosen, and why."""

    item: PostalItem
    offer: Offer
    reason: str


@dataclass(frozen=True, slots=True)
class ItemApart:
    """An item that no product takes; `reason` says why each does not."""

    item: PostalItem
    reason: str


@dataclass(frozen=True, slots=True)
class TooFew:
    """A product (`format` "" when counted over all) that too few items would have gone with."""

    product: str
    format: str
    items: int
    minimum: int

    def __str__(self) -> str:
        what = f" of {self.format}" if self.format else ""
        return f"{count(self.items, 'item')}{what}, {self.minimum} needed"


@dataclass(frozen=True, slots=True)
class Rating:
    """Every item once, in `rated` or `apart`, both in the order given. `too_few` are the products that were given up
    because their least number of items was not reached."""

    rated: tuple[RatedItem, ...]
    apart: tuple[ItemApart, ...]
    too_few: tuple[TooFew, ...]


@dataclass(slots=True)
class _Kind:
    """Items that are alike to every product: offers from the best to the worst, and why the other products refuse."""

    offers: list[Offer]
    refusals: list[str]
    items: int = 0


class Rater:
    """Rates items against the products of one day. Offers are worked out once for every kind of item.

    `given_up` are products that a rating of the same run gave up (`Rating.too_few`): they are not offered at all, so
    that `step_of` tells the steps of those that will be used.
    """

    def __init__(self, tariff: Tariff, choice: Choice, given_up: Iterable[TooFew] = ()) -> None:
        self._given_up = {(each.product, each.format) for each in given_up}
        self._rank = {product: at for at, product in enumerate(choice.preferred)}
        self._choice = choice
        known = {product.id for product in tariff.products}
        if unknown := [product for product in choice.preferred if product not in known]:
            raise InputRefused(
                "E7509",
                f"no price list of {tariff.day} has the product {unknown[0]}",
                place="preferred products",
                remedy=f"Name products that there are: {', '.join(sorted(known))}.",
            )
        only = choice.rule is Rule.PREFERRED
        self._products = [each for each in tariff.products if not only or each.id in self._rank]
        self._fits_all: dict[str, bool] = {}
        self._kinds: dict[tuple[object, ...], _Kind] = {}
        self._steps: dict[tuple[object, ...], PostageStep | None] = {}

    def rate(self, items: Sequence[PostalItem]) -> Rating:
        """Choose for all items together: a product is used only when its least number of items is reached.

        As long as some product falls short, the one that falls shortest is given up and its items go to their next
        best, which may bring another product up to its own least number.
        """
        self._kinds = {}
        kinds = [self._kind(item) for item in items]
        for kind in kinds:
            kind.items += 1
        closed: dict[tuple[str, str], TooFew] = {}
        while short := self._shortest(closed):
            closed[short.product, short.format] = short
        outcomes = {id(kind): self._outcome(kind, closed) for kind in self._kinds.values()}
        rated: list[RatedItem] = []
        apart: list[ItemApart] = []
        for item, kind in zip(items, kinds, strict=True):
            offer, reason = outcomes[id(kind)]
            if offer is None:
                apart.append(ItemApart(item, reason))
            else:
                rated.append(RatedItem(item, offer, reason))
        return Rating(tuple(rated), tuple(apart), tuple(closed.values()))

    def step_of(
        self, weight_mg: int, thickness_um: int, envelope: PlannedEnvelope, country: str, /
    ) -> PostageStep | None:
        """The weight and thickness up to which a piece keeps the price of its best offer, least numbers of items
        aside; None when no product takes it. What inserts may add without costing postage."""
        key = (weight_mg, thickness_um, envelope.name, envelope.width_mm, envelope.height_mm, country)
        if key not in self._steps:
            width_mm, length_mm = sorted((envelope.width_mm, envelope.height_mm))
            self._steps[key] = self._step(
                PostalItem(
                    "", "", country, ANY_POSTCODE, "", envelope.name, length_mm, width_mm, thickness_um, weight_mg
                )
            )
        return self._steps[key]

    def _step(self, item: PostalItem) -> PostageStep | None:
        offers, _ = self._offers(item)
        if not offers:
            return None
        best = offers[0]
        same_price = [step.up_to_mg for step in best.format.steps if step.price == best.price]
        thickness_um = min(best.format.size.most_thickness_um, best.product.machinable.most_thickness_um)
        return PostageStep(max(same_price), thickness_um)

    def _kind(self, item: PostalItem) -> _Kind:
        key = (
            item.weight_mg,
            item.thickness_um,
            item.envelope,
            item.country,
            item.length_mm,
            item.width_mm,
            # Postcodes tell items apart only where a product can't read one.
            "" if self._readable(item.postcode) else item.postcode,
        )
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kinds[key] = _Kind(*self._offers(item))
        return kind

    def _readable(self, postcode: str) -> bool:
        """True when every product can sort by the postcode."""
        if postcode not in self._fits_all:
            self._fits_all[postcode] = all(each.machinable.sorts(postcode) for each in self._products)
        return self._fits_all[postcode]

    def _offers(self, item: PostalItem) -> tuple[list[Offer], list[str]]:
        """What takes the item, best first; and why the rest does not."""
        offers: list[Offer] = []
        refusals: list[str] = []
        for product in self._products:
            found = _offers_of(product, item)
            offers += [each for each in found if isinstance(each, Offer) and _counted(each) not in self._given_up]
            if reasons := [each for each in found if isinstance(each, str)]:
                refusals += [f"{product.title}: {reason}" for reason in reasons] if len(reasons) == len(found) else []
        offers.sort(key=self._order)
        return offers, refusals

    def _order(self, offer: Offer) -> tuple[object, ...]:
        product = offer.product
        rank = self._rank.get(product.id, len(self._rank))
        price = self._price(offer)
        first = (rank, price) if self._choice.rule is Rule.PREFERRED else (price, rank)
        return (*first, product.id, offer.format.size.name)

    def _price(self, offer: Offer) -> Fraction:
        vat = offer.product.vat
        return vat.net(offer.price) if self._choice.without_vat else vat.gross(offer.price)

    def _shortest(self, closed: dict[tuple[str, str], TooFew]) -> TooFew | None:
        """Of the products that would be used, the one with the smallest part of its least number of items."""
        items: Counter[tuple[str, str]] = Counter()
        products: dict[tuple[str, str], Product] = {}
        for kind in self._kinds.values():
            if offer := next((each for each in kind.offers if _counted(each) not in closed), None):
                items[_counted(offer)] += kind.items
                products[_counted(offer)] = offer.product
        short = [
            TooFew(*key, items[key], product.minimum)
            for key, product in products.items()
            if items[key] < product.minimum
        ]
        return min(
            short, key=lambda each: (Fraction(each.items, each.minimum), each.product, each.format), default=None
        )

    def _outcome(self, kind: _Kind, closed: dict[tuple[str, str], TooFew]) -> tuple[Offer | None, str]:
        open_offers = [each for each in kind.offers if _counted(each) not in closed]
        given_up = list(
            dict.fromkeys(
                f"{each.product.title}: {closed[_counted(each)]}" for each in kind.offers if _counted(each) in closed
            )
        )
        if not open_offers:
            return None, "no product takes it. " + "; ".join([*given_up, *kind.refusals]) + "."
        return open_offers[0], self._reason(open_offers, given_up)

    def _reason(self, offers: list[Offer], given_up: list[str]) -> str:
        best = offers[0]
        by_product = {each.product.id: each for each in reversed(offers)}
        others = [each for each in offers if by_product[each.product.id] is each and each is not best]
        said = (
            f"{best.product.title}, {best.format.size.title}, up to {grams(best.step.up_to_mg)}:"
            f" {best.price} {best.product.currency}"
        )
        if self._choice.rule is Rule.PREFERRED:
            why = f", number {self._rank[best.product.id] + 1} of the preferred products"
        elif dearer := [f"{each.product.title} costs {each.price}" for each in others[:3]]:
            why = ", the cheapest; " + ", ".join(dearer)
        else:
            why = ", the only one that takes it"
        return said + why + ("; not " + ", not ".join(given_up) if given_up else "") + "."


def rate(items: Iterable[PostalItem], tariff: Tariff, choice: Choice | None = None) -> Rating:
    """Rate items for one posting day. InputRefused E7509 for a preferred product that there is not."""
    return Rater(tariff, choice or Choice()).rate(list(items))


def _counted(offer: Offer) -> tuple[str, str]:
    """The product and format whose items count towards the least number."""
    product = offer.product
    return product.id, offer.format.size.name if product.minimum_per is MinimumPer.FORMAT else ""


def _offers_of(product: Product, item: PostalItem) -> list[Offer | str]:
    """For each format of a product, the offer or why there is none."""
    if refusal := product.refusal(item):
        return [refusal]
    found: list[Offer | str] = []
    for form in product.formats:
        if refusal := form.size.refusal(item):
            found.append(f"{form.size.title} {refusal}")
        elif step := form.step(item.weight_mg):
            found.append(Offer(product, form, step))
        else:
            found.append(f"{form.size.title} {grams(item.weight_mg)}, at most {grams(form.steps[-1].up_to_mg)}")
    return found
