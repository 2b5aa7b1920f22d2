"""The file of inserts and campaigns: what may be sent along, to whom, and when.

Raises InputRefused: E7101 (cannot be read), E7102 (not TOML), E7103 (a value, with file, line and key).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from mailroom.planning.condition import BARE, LISTED, OPERATORS, ORDERED, TEXTUAL, Condition, Wanted
from mailroom.planning.document import FieldValue
from mailroom.planning.insert import Campaign, InsertItem, Mode, WhenOut
from mailroom.planning.tomlfile import TomlTable, read_toml, unique

_FREE = frozenset({Mode.PRIORITY_SELECT, Mode.PRIORITY_FILL})
"""Modes in which an insert may stay out for the postage's sake."""


def load_inserts(file: Path) -> tuple[dict[str, InsertItem], tuple[Campaign, ...]]:
    """The inserts by name, from `[[inserts]]`, and the campaigns, from `[[campaigns]]`."""
    root = read_toml(file)
    names: set[str] = set()
    items = {item.name: item for item in [_item(table, names) for table in root.tables("inserts")]}
    taken: set[str] = set()
    campaigns = tuple(_campaign(table, items, taken) for table in root.tables("campaigns"))
    root.done()
    return items, campaigns


def _item(table: TomlTable, taken: set[str]) -> InsertItem:
    name = unique(table, "name", table.text("name"), taken)
    item = InsertItem(
        name=name,
        title=table.text("title"),
        kind=table.text("kind", name),
        weight_mg=table.thousandths("weight_g", least=0.05, most=5000),
        thickness_um=table.thousandths("thickness_mm", least=0.02, most=50),
        width_mm=float(table.number("width_mm", least=10, most=500)),
        height_mm=float(table.number("height_mm", least=10, most=500)),
        stock=table.whole("stock") if "stock" in table else None,
        feeder=table.whole("feeder", 0, least=0, most=99),
    )
    table.done()
    return item


def _campaign(table: TomlTable, items: Mapping[str, InsertItem], taken: set[str]) -> Campaign:
    name = unique(table, "name", table.text("name"), taken)
    first_day = table.day("from")
    mode = table.choice("mode", {each.value: each for each in Mode})
    legal = table.truth("legal", False)
    conditions = tuple(_condition(each) for each in table.tables("when"))
    campaign = Campaign(
        name=name,
        insert=table.choice("insert", {item: item for item in items}),
        mode=mode,
        priority=table.whole("priority", 100, least=1, most=1000),
        first_day=first_day,
        last_day=table.day("to"),
        legal=legal,
        when_out=_when_out(table, legal),
        conditions=conditions,
        any_of=table.choice("match", {"all": False, "any": True}, "all"),
    )
    _check(table, campaign)
    table.done()
    return campaign


def _when_out(table: TomlTable, legal: bool) -> WhenOut:
    default = WhenOut.SET_APART if legal else WhenOut.LEAVE_OUT
    when_out = table.choice("when_out", {each.value: each for each in WhenOut}, default.value)
    if legal and when_out is WhenOut.LEAVE_OUT:
        table.refuse("when_out", "can't be leave-out: a legal insert must go, or the piece is set apart")
    return when_out


def _check(table: TomlTable, campaign: Campaign) -> None:
    if campaign.last_day < campaign.first_day:
        table.refuse("to", f"is before {campaign.first_day}, the day on which the campaign begins")
    if campaign.legal and campaign.mode in _FREE:
        table.refuse("legal", f"can't be true with mode {campaign.mode.value}: a legal insert goes whatever it costs")
    if campaign.mode is Mode.ALWAYS and campaign.conditions:
        table.refuse("when", "can't be given with mode always, which sends the insert to every piece: use select")
    if campaign.mode in (Mode.SELECT, Mode.PRIORITY_SELECT) and not campaign.conditions:
        table.refuse("mode", f"{campaign.mode.value} selects nothing: add conditions under when, or use always")


def _condition(table: TomlTable) -> Condition:
    field = table.text("field")
    operator = table.choice("operator", {each: each for each in OPERATORS})
    condition = Condition(field, operator, _value(table, operator))
    table.done()
    return condition


def _value(table: TomlTable, operator: str) -> Wanted:
    """The value, of a shape that the operator can compare."""
    if operator in BARE:
        return None
    value = table.any_value("value")
    if operator in LISTED:
        if not isinstance(value, list) or not value:
            table.refuse("value", f"must be a list for {operator}, not {value!r}")
        return tuple(_scalar(table, each) for each in value)
    one = _scalar(table, value)
    if operator in ORDERED and (isinstance(one, bool | str)):
        table.refuse("value", f"must be a number or a date for {operator}, not {one!r}")
    if operator in TEXTUAL and not isinstance(one, str):
        table.refuse("value", f"must be a text for {operator}, not {one}")
    return one


def _scalar(table: TomlTable, value: object) -> FieldValue:
    wrong_number = isinstance(value, Decimal) and not value.is_finite()
    if isinstance(value, datetime) or wrong_number or not isinstance(value, str | int | Decimal | bool | date):
        table.refuse("value", f"must be a text, a number, true, false or a date, not {value!r}")
    return value
