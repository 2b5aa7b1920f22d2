"""Sort schemes as TOML files: docs/postal-products.md explains each key."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import combinations
from pathlib import Path

from mailroom.domain.countries import COUNTRIES
from mailroom.planning.postage.offices import OfficeColumns, OfficeTable
from mailroom.planning.postage.product_file import GUIDE, postcode_pattern
from mailroom.planning.postage.scheme import (
    ANY_LAST_TRAY,
    CodeRange,
    CountrySorting,
    Destination,
    LastTray,
    Level,
    OfficeSorting,
    PalletRules,
    PrefixSorting,
    RangeSorting,
    Scheme,
    Short,
    Sorting,
)
from mailroom.planning.tomlfile import TomlTable, read_toml, unique

SHIPPED = Path(__file__).parent / "data" / "schemes"

_SHORT: dict[str, Short] = {"even": "even", "next": "next"}
_KINDS = {each: each for each in ("prefix", "ranges", "office", "region", "country")}


def load_schemes(folder: Path, offices: Mapping[str, OfficeTable]) -> dict[str, Scheme]:
    """Every scheme of a folder by name. `offices` are the imported tables by name; a scheme whose table is not there
    is left out, as it can't sort. InputRefused E7101 to E7103."""
    schemes: dict[str, Scheme] = {}
    names: set[str] = set()
    for file in sorted(folder.glob("*.toml")):
        root = read_toml(file, GUIDE)
        unique(root, "name", root.text("name"), names)
        if "offices" not in root or root.table("offices").text("name") in offices:
            scheme = read_scheme(file, offices)
            schemes[scheme.name] = scheme
    return schemes


def read_office_columns(file: Path) -> tuple[str, OfficeColumns]:
    """The name of the table that a scheme sorts by, and how its operator's file is laid out. InputRefused E7103 for a
    scheme without one."""
    return _offices(read_toml(file, GUIDE).table("offices"))


def read_scheme(file: Path, offices: Mapping[str, OfficeTable]) -> Scheme:
    """One scheme. InputRefused E7101 (cannot be read), E7102 (not TOML), E7103 (a key, with its line; also a table of
    offices that is not among `offices`)."""
    root = read_toml(file, GUIDE)
    table: OfficeTable | None = None
    if "offices" in root:
        name, _ = _offices(root.table("offices"))
        if name not in offices:
            root.refuse("offices", f"names the table {name}, which has not been imported")
        table = offices[name]
    countries = root.texts("countries", ())
    if unknown := [code for code in countries if code not in COUNTRIES]:
        root.refuse("countries", f"has {unknown[0]!r}, which is no country of ISO 3166-1")
    names: set[str] = set()
    scheme = Scheme(
        name=root.text("name"),
        title=root.text("title"),
        countries=countries,
        postcode=postcode_pattern(root, "postcode"),
        levels=tuple(_level(each, table, names) for each in root.tables("levels", least=1)),
        residue_title=root.text("residue_title", "Residue"),
        pallets=_pallets(root.table("pallets"), table),
    )
    root.done()
    return scheme


def _offices(table: TomlTable) -> tuple[str, OfficeColumns]:
    ordinary = OfficeColumns("", "")
    columns = OfficeColumns(
        postcode=table.text("postcode"),
        office=table.text("office"),
        town=table.text("town", ""),
        title=table.text("title", ""),
        region=table.text("region", ""),
        delimiter=str(table.any_value("delimiter")) if "delimiter" in table else ordinary.delimiter,
        encoding=table.text("encoding", ordinary.encoding),
    )
    if len(columns.delimiter) != 1:
        table.refuse("delimiter", "must be one character")
    name = table.text("name")
    table.done()
    return name, columns


def _level(table: TomlTable, offices: OfficeTable | None, names: set[str]) -> Level:
    name = unique(table, "name", table.text("name"), names)
    least_items = table.whole("least_items", least=1)
    last_tray = _last_tray(table.table("last_tray"), least_items) if "last_tray" in table else ANY_LAST_TRAY
    level = Level(name, table.text("title", name), least_items, _sorting(table, offices), last_tray)
    table.done()
    return level


def _last_tray(table: TomlTable, most: int) -> LastTray:
    """An only tray is a last one too, so no more can be asked of it than of a destination."""
    rule = LastTray(table.whole("least_items", least=1, most=most), table.choice("short", _SHORT, "even"))
    table.done()
    return rule


def _sorting(table: TomlTable, offices: OfficeTable | None) -> Sorting:
    kind = table.choice("by", _KINDS)
    if kind == "prefix":
        return PrefixSorting(table.whole("length", least=1, most=10), table.text("tag", "{key}"))
    if kind == "ranges":
        return _ranges(table)
    if kind == "country":
        return CountrySorting()
    if offices is None:
        table.refuse("by", f"is {kind}, but the scheme has no table of offices")
    return OfficeSorting(offices, kind == "region")


def _ranges(table: TomlTable) -> RangeSorting:
    ranges: list[CodeRange] = []
    names: set[str] = set()
    for group in table.tables("groups", least=1):
        key = unique(group, "key", group.text("key"), names)
        destination = Destination(key, group.text("title", key))
        for written in group.texts("ranges"):
            ranges.append(_range(group, written, destination))
        group.done()
    for one, two in combinations(ranges, 2):
        if _overlap(one, two):
            said = f"{one.first}-{one.last} and {two.first}-{two.last}"
            table.refuse("groups", f"overlap: {said} ({one.destination.key}, {two.destination.key})")
    return RangeSorting(tuple(ranges))


def _range(group: TomlTable, written: str, destination: Destination) -> CodeRange:
    """ "3100-3299", or "31" for all that begins with it."""
    first, dash, last = (part.strip().upper() for part in written.partition("-"))
    last = last if dash else first
    if not first or len(first) != len(last) or first > last:
        group.refuse("ranges", f"has {written!r}: write FIRST-LAST, rising and of one length, or a single beginning")
    return CodeRange(first, last, destination)


def _overlap(one: CodeRange, two: CodeRange) -> bool:
    """Beginnings of different length are compared over the shorter length."""
    length = min(len(one.first), len(two.first))
    return one.first[:length] <= two.last[:length] and two.first[:length] <= one.last[:length]


def _pallets(table: TomlTable, offices: OfficeTable | None) -> PalletRules:
    rules = PalletRules(
        kind=table.text("kind"),
        area=_sorting(table, offices) if "by" in table else None,
        least_trays=table.whole("least_trays", 1, least=1),
        most_trays=table.whole("most_trays", least=1),
        most_weight_mg=table.thousandths("most_weight_g", least=0.001, most=1e7),
        own_weight_mg=table.thousandths("own_weight_g", Decimal(0)),
        mixed_title=table.text("mixed_title", "Mixed"),
    )
    table.done()
    return rules
