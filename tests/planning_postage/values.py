"""Items, products and schemes to plan with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from mailroom.planning.postage.item import PostalItem
from mailroom.planning.postage.product import (
    Format,
    Machinable,
    MinimumPer,
    Prices,
    Product,
    SizeClass,
    TrayKind,
    Vat,
    WeightStep,
)
from mailroom.planning.postage.product_file import SHIPPED as PRICES
from mailroom.planning.postage.product_file import load_price_lists
from mailroom.planning.postage.scheme import ANY_LAST_TRAY, LastTray, Level, PalletRules, PrefixSorting, Scheme
from mailroom.planning.postage.scheme_file import SHIPPED as SCHEMES
from mailroom.planning.postage.scheme_file import load_schemes
from mailroom.planning.postage.tariff import Tariff

DAY = date(2026, 3, 2)
VAT = Vat(Prices.EXCLUDE, Decimal(25))
SMALL = SizeClass("small", "Small letter", 140, 90, 250, 176, 0, 5000)
LARGE = SizeClass("large", "Large letter", 140, 90, 353, 250, 0, 20000)
TRAY = TrayKind("tray", "Tray", 10, 1_000_000, 40_000, 500_000)


def item(
    id: str = "P1",
    postcode: str = "4700",
    *,
    country: str = "NO",
    town: str = "By",
    weight_mg: int = 15_000,
    thickness_um: int = 1_000,
    size_mm: tuple[float, float] = (229, 162),
    envelope: str = "c5",
    sort_key: str = "",
) -> PostalItem:
    return PostalItem(id, sort_key, country, postcode, town, envelope, size_mm[0], size_mm[1], thickness_um, weight_mg)


def steps(*pairs: tuple[int, str]) -> tuple[WeightStep, ...]:
    return tuple(WeightStep(grams * 1000, Decimal(price)) for grams, price in pairs)


def product(
    name: str,
    *,
    prices: tuple[tuple[int, str], ...] = ((20, "10.00"), (50, "12.00")),
    size: SizeClass = SMALL,
    tray: TrayKind = TRAY,
    vat: Vat = VAT,
    minimum: int = 1,
    per: MinimumPer = MinimumPer.FORMAT,
    countries: tuple[str, ...] = ("NO",),
    machinable: Machinable | None = None,
    scheme: str = "two",
) -> Product:
    return Product(
        id=name,
        title=name.title(),
        operator="Operator",
        currency="NOK",
        vat=vat,
        countries=countries,
        countries_except=(),
        minimum=minimum,
        minimum_per=per,
        scheme=scheme,
        machinable=machinable or Machinable(),
        indicia=(),
        formats=(Format(size, tray, steps(*prices)),),
    )


def tariff(*products: Product) -> Tariff:
    return Tariff(DAY, "NOK", False, products)


def scheme(
    *,
    least: int = 5,
    least_area: int = 8,
    most_weight_mg: int = 600_000_000,
    last: LastTray = ANY_LAST_TRAY,
    last_area: LastTray = ANY_LAST_TRAY,
) -> Scheme:
    """Norway's postcodes by two digits, then by one."""
    return Scheme(
        name="two",
        title="Two digits",
        countries=("NO",),
        postcode="[0-9]{4}",
        levels=(
            Level("digits", "Postcodes", least, PrefixSorting(2, "{key}"), last),
            Level("area", "Area", least_area, PrefixSorting(1, "Area {key}"), last_area),
        ),
        residue_title="Residue",
        pallets=PalletRules("pallet", PrefixSorting(1, "Area {key}"), 2, 3, most_weight_mg, 20_000_000, "Mixed"),
    )


def shipped_schemes() -> dict[str, Scheme]:
    return load_schemes(SCHEMES, {})


def shipped_tariff(name: str = "norway-example", day: date = DAY) -> Tariff:
    return load_price_lists(PRICES / name).on(day)
