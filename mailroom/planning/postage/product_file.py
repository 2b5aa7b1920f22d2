"""Price lists as TOML files: docs/postal-products.md explains each key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from mailroom.domain.countries import COUNTRIES
from mailroom.domain.money import CURRENCIES
from mailroom.planning.postage.product import (
    Format,
    Machinable,
    MinimumPer,
    PriceList,
    Prices,
    Product,
    SizeClass,
    TrayKind,
    Vat,
    WeightStep,
)
from mailroom.planning.postage.tariff import PriceLists
from mailroom.planning.tomlfile import TomlTable, read_toml, unique

SHIPPED = Path(__file__).parent / "data" / "prices"
"""Folders of example price lists; their figures are nobody's."""

GUIDE = "docs/postal-products.md"
"""The page that explains the keys of price lists and sort schemes."""
_PRICES = {each.value: each for each in Prices}
_MINIMUM_PER = {each.value: each for each in MinimumPer}
_NONE: tuple[str, ...] = ()


def load_price_lists(folder: Path) -> PriceLists:
    """Every TOML file of a folder. InputRefused E7101 to E7103, and E7504 for two lists of one name on one day."""
    return PriceLists(read_price_list(file) for file in sorted(folder.glob("*.toml")))


def read_price_list(file: Path) -> PriceList:
    """One price list. InputRefused E7101 (cannot be read), E7102 (not TOML), E7103 (a key, with its line)."""
    root = read_toml(file, GUIDE)
    currency = root.text("currency")
    if currency not in CURRENCIES:
        root.refuse("currency", f"must be a currency of ISO 4217, not {currency!r}")
    valid_from = root.day("valid_from")
    valid_to = root.day("valid_to") if "valid_to" in root else None
    if valid_to and valid_to < valid_from:
        root.refuse("valid_to", f"is before valid_from, {valid_from}")
    names: set[str] = set()
    sizes = {unique(table, "name", table.text("name"), names): _size(table) for table in root.tables("sizes", least=1)}
    names = set()
    trays = {unique(table, "name", table.text("name"), names): _tray(table) for table in root.tables("trays", least=1)}
    common = _Common(root.text("name"), root.text("operator"), currency, _vat(root.table("vat")), sizes, trays)
    names = set()
    made = PriceList(
        name=common.name,
        title=root.text("title"),
        operator=common.operator,
        currency=currency,
        valid_from=valid_from,
        valid_to=valid_to,
        example=root.truth("example", False),
        products=tuple(_product(table, common, names) for table in root.tables("products", least=1)),
    )
    root.done()
    return made


@dataclass(frozen=True, slots=True)
class _Common:
    """What the products of a list share."""

    name: str
    operator: str
    currency: str
    vat: Vat
    sizes: dict[str, SizeClass]
    trays: dict[str, TrayKind]


def _vat(table: TomlTable) -> Vat:
    prices = table.choice("prices", _PRICES)
    rate = table.number("rate_percent", Decimal(0), most=100)
    if (prices is Prices.EXEMPT) != (rate == 0):
        table.refuse("rate_percent", f"is {rate}: rate 0 is for exempt prices, and they have no other")
    table.done()
    return Vat(prices, rate)


def _size(table: TomlTable) -> SizeClass:
    size = SizeClass(
        name=table.text("name"),
        title=table.text("title"),
        least_length_mm=float(table.number("least_length_mm", Decimal(0))),
        least_width_mm=float(table.number("least_width_mm", Decimal(0))),
        most_length_mm=float(table.number("most_length_mm")),
        most_width_mm=float(table.number("most_width_mm")),
        least_thickness_um=table.thousandths("least_thickness_mm", Decimal(0)),
        most_thickness_um=table.thousandths("most_thickness_mm", least=0.001),
    )
    if size.most_width_mm > size.most_length_mm:
        table.refuse("most_width_mm", "is more than most_length_mm: length is the longer edge")
    for key, least, most in (
        ("most_length_mm", size.least_length_mm, size.most_length_mm),
        ("most_width_mm", size.least_width_mm, size.most_width_mm),
        ("most_thickness_mm", size.least_thickness_um, size.most_thickness_um),
    ):
        if most < least:
            table.refuse(key, f"is below {key.replace('most', 'least')}")
    table.done()
    return size


def _tray(table: TomlTable) -> TrayKind:
    tray = TrayKind(
        name=table.text("name"),
        title=table.text("title"),
        most_items=table.whole("most_items", least=1),
        most_weight_mg=table.thousandths("most_weight_g", least=0.001),
        most_length_um=table.thousandths("length_mm", least=0.001),
        own_weight_mg=table.thousandths("own_weight_g", Decimal(0)),
    )
    table.done()
    return tray


def _product(table: TomlTable, common: _Common, names: set[str]) -> Product:
    name = unique(table, "name", table.text("name"), names)
    countries = _countries(table, "countries")
    others = _countries(table, "countries_except")
    if countries and others:
        table.refuse("countries_except", "stands beside countries: name those served, or those not served")
    used: set[str] = set()
    product = Product(
        id=f"{common.name}/{name}",
        title=table.text("title"),
        operator=common.operator,
        currency=common.currency,
        vat=_vat(table.table("vat")) if "vat" in table else common.vat,
        countries=countries,
        countries_except=others,
        minimum=table.whole("minimum_items", 1, least=1),
        minimum_per=table.choice("minimum_per", _MINIMUM_PER, "format"),
        scheme=table.text("scheme"),
        machinable=_machinable(table.table("machinable")) if "machinable" in table else Machinable(),
        indicia=table.texts("indicia", _NONE),
        formats=tuple(_format(each, common, used) for each in table.tables("formats", least=1)),
    )
    table.done()
    return product


def _countries(table: TomlTable, key: str) -> tuple[str, ...]:
    codes = table.texts(key, _NONE)
    if unknown := [code for code in codes if code not in COUNTRIES]:
        table.refuse(key, f"has {unknown[0]!r}, which is no country of ISO 3166-1")
    return codes


def _machinable(table: TomlTable) -> Machinable:
    ordinary = Machinable()
    made = Machinable(
        least_ratio=float(table.number("least_ratio", Decimal(0))),
        most_ratio=float(table.number("most_ratio", Decimal(1000))),
        least_weight_mg=table.thousandths("least_weight_g", Decimal(0)),
        most_thickness_um=(
            table.thousandths("most_thickness_mm") if "most_thickness_mm" in table else ordinary.most_thickness_um
        ),
        envelopes=table.texts("envelopes", _NONE),
        postcode=postcode_pattern(table, "postcode"),
    )
    table.done()
    return made


def postcode_pattern(table: TomlTable, key: str) -> str:
    """A regular expression that matches whole postcodes; "" when there is none."""
    pattern = table.text(key, "")
    try:
        re.compile(pattern)
    except re.error as error:
        table.refuse(key, f"is not a pattern: {error}")
    return pattern


def _format(table: TomlTable, common: _Common, used: set[str]) -> Format:
    name = unique(table, "size", table.text("size"), used)
    if name not in common.sizes:
        table.refuse("size", f"names no size of this list; there are {', '.join(common.sizes)}")
    tray_name = table.text("tray")
    if tray_name not in common.trays:
        table.refuse("tray", f"names no tray of this list; there are {', '.join(common.trays)}")
    size, tray = common.sizes[name], common.trays[tray_name]
    steps = tuple(_step(each) for each in table.tables("steps", least=1))
    for at, (one, two) in enumerate(pairwise(steps), 1):
        if two.up_to_mg <= one.up_to_mg or two.price < one.price:
            table.refuse(f"steps[{at}]", "must be heavier than the step before, and not cheaper")
    # So that a tray is never asked to hold a single piece that it can't.
    if steps[-1].up_to_mg > tray.most_weight_mg or size.most_thickness_um > tray.most_length_um:
        table.refuse("tray", f"{tray_name!r} can't hold the heaviest or thickest piece of this format")
    table.done()
    return Format(size, tray, steps)


def _step(table: TomlTable) -> WeightStep:
    step = WeightStep(table.thousandths("up_to_g", least=0.001), table.number("price"))
    table.done()
    return step
