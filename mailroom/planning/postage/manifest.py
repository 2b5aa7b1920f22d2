"""The posting manifest: what was mailed, by product and price, with sums that are those of the pieces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mailroom.domain.money import round_money
from mailroom.domain.words import count
from mailroom.planning.postage.product import MinimumPer, Prices, Product, Vat
from mailroom.planning.postage.rating import Offer, RatedItem
from mailroom.planning.postage.scheme import Scheme
from mailroom.planning.postage.tariff import Tariff
from mailroom.planning.postage.trays import Tray, as_mailed


@dataclass(frozen=True, slots=True)
class ManifestLine:
    """Pieces of one product, format and weight step. `amount` is pieces × price, rounded once to the currency."""

    product: str
    title: str
    operator: str
    format: str
    up_to_mg: int
    pieces: int
    weight_mg: int
    price: Decimal
    vat: Vat
    amount: Decimal


@dataclass(frozen=True, slots=True)
class VatLine:
    """Amounts under one handling of tax; the tax is worked out once, from their sum."""

    vat: Vat
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class NotMailed:
    """A piece that was planned and not mailed; `why` is what its keeper says of it."""

    piece: str
    tray: int
    product: str
    format: str
    weight_mg: int
    price: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is handed to the operator. `trays` are those of `as_mailed`: all sums are made from them.

    `planned` counts the pieces of the plan: planned = pieces + not mailed. `problems` is what the operator may refuse,
    such as fewer pieces than a product needs. `example` is true when prices are of nobody.
    """

    run: str
    posted_on: date
    currency: str
    example: bool
    lines: tuple[ManifestLine, ...]
    taxes: tuple[VatLine, ...]
    trays: tuple[Tray, ...]
    planned: int
    not_mailed: tuple[NotMailed, ...]
    problems: tuple[str, ...]

    @property
    def pieces(self) -> int:
        return sum(line.pieces for line in self.lines)

    @property
    def weight_mg(self) -> int:
        """Of the pieces, without trays."""
        return sum(line.weight_mg for line in self.lines)

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.taxes), Decimal(0))

    @property
    def tax(self) -> Decimal:
        return sum((line.tax for line in self.taxes), Decimal(0))

    @property
    def gross(self) -> Decimal:
        return sum((line.gross for line in self.taxes), Decimal(0))


def draw_up_manifest(
    run: str,
    tariff: Tariff,
    planned: Sequence[Tray],
    mailed: Mapping[str, bool],
    schemes: Mapping[str, Scheme],
    whys: Mapping[str, str] | None = None,
) -> Manifest:
    """The manifest of a run from its planned trays and what was mailed.

    `mailed` maps each mailed piece to whether it came late (from a reprint), so that it lies in no planned tray. `whys`
    says of pieces not mailed what became of them. InputRefused E7510 for a mailed piece that was not planned.
    """
    late = {piece for piece, is_late in mailed.items() if is_late}
    trays = as_mailed(planned, mailed, late, schemes)
    pieces = [piece for tray in trays for piece in tray.pieces]
    lines = _lines(pieces, tariff.currency)
    missing = tuple(
        NotMailed(
            piece=piece.item.id,
            tray=tray.number,
            product=piece.offer.product.id,
            format=piece.offer.format.size.name,
            weight_mg=piece.item.weight_mg,
            price=piece.offer.price,
            why=(whys or {}).get(piece.item.id, ""),
        )
        for tray in planned
        for piece in tray.pieces
        if piece.item.id not in mailed
    )
    return Manifest(
        run=run,
        posted_on=tariff.day,
        currency=tariff.currency,
        example=tariff.example,
        lines=lines,
        taxes=_taxes(lines, tariff.currency),
        trays=trays,
        planned=sum(len(tray.pieces) for tray in planned),
        not_mailed=missing,
        problems=tuple(_problems(pieces)),
    )


def _lines(pieces: Iterable[RatedItem], currency: str) -> tuple[ManifestLine, ...]:
    counts: Counter[tuple[str, str, int]] = Counter()
    weights: Counter[tuple[str, str, int]] = Counter()
    offers: dict[tuple[str, str, int], Offer] = {}
    for piece in pieces:
        key = (*piece.offer.posting, piece.offer.step.up_to_mg)
        counts[key] += 1
        weights[key] += piece.item.weight_mg
        offers.setdefault(key, piece.offer)
    return tuple(_line(offers[key], counts[key], weights[key], currency) for key in sorted(offers))


def _line(offer: Offer, pieces: int, weight_mg: int, currency: str) -> ManifestLine:
    product = offer.product
    return ManifestLine(
        product=product.id,
        title=product.title,
        operator=product.operator,
        format=offer.format.size.name,
        up_to_mg=offer.step.up_to_mg,
        pieces=pieces,
        weight_mg=weight_mg,
        price=offer.price,
        vat=product.vat,
        amount=round_money(pieces * offer.price, currency),
    )


def _taxes(lines: Iterable[ManifestLine], currency: str) -> tuple[VatLine, ...]:
    sums: dict[Vat, Decimal] = {}
    for line in lines:
        sums[line.vat] = sums.get(line.vat, Decimal(0)) + line.amount
    order = sorted(sums, key=lambda vat: (vat.prices.value, vat.rate_percent))
    return tuple(_tax(vat, sums[vat], currency) for vat in order)


def _tax(vat: Vat, amount: Decimal, currency: str) -> VatLine:
    match vat.prices:
        case Prices.EXCLUDE:
            tax = round_money(amount * vat.rate_percent / 100, currency)
            return VatLine(vat, amount, tax, amount + tax)
        case Prices.INCLUDE:
            tax = round_money(amount * vat.rate_percent / (100 + vat.rate_percent), currency)
            return VatLine(vat, amount - tax, tax, amount)
        case Prices.EXEMPT:
            return VatLine(vat, amount, round_money(Decimal(0), currency), amount)


def _problems(pieces: Iterable[RatedItem]) -> Iterable[str]:
    """Products that fell below their least number of items because pieces were not mailed."""
    items: Counter[tuple[str, str]] = Counter()
    products: dict[str, Product] = {}
    for piece in pieces:
        product = piece.offer.product
        by_format = product.minimum_per is MinimumPer.FORMAT
        items[product.id, piece.offer.format.size.title if by_format else ""] += 1
        products[product.id] = product
    for (product_id, form), number in sorted(items.items()):
        product = products[product_id]
        if number < product.minimum:
            what = f"{product.title}{f', {form}' if form else ''}"
            yield f"{what}: {count(number, 'piece')} mailed, {product.minimum} needed."
