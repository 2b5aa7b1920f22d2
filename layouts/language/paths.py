"""Following a path through data: keys of mappings and indexes of lists, never attributes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from layouts.errors import LayoutError
from layouts.language.calls import Run, Scope
from layouts.language.faults import Site, near, paths_of
from layouts.language.values import Value, a_kind, kind_of

if TYPE_CHECKING:
    from layouts.language.formats import Formatter

Key = str | int
_MOST_INDEX = 1_000_000


def following(site: Site, keys: tuple[Key, ...], column: int) -> Run:
    """The closure of a path whose keys are known; the short ones cost a look-up for each key."""
    match keys:
        case (str(name),):
            return _one(site, name, column)
        case (str(name), str(key)):
            return _two(site, name, key, column)
        case _:
            return lambda scope, _formatter: reach(site, scope, keys, column)


def _one(site: Site, name: str, column: int) -> Run:
    def looked_up(scope: Scope, _formatter: Formatter | None) -> Value:
        try:
            return scope[name]
        except KeyError:
            return reach(site, scope, (name,), column)

    return looked_up


def _two(site: Site, name: str, key: str, column: int) -> Run:
    def looked_up(scope: Scope, _formatter: Formatter | None) -> Value:
        try:
            table = scope[name]
            if type(table) is dict:
                return table[key]
        except KeyError:
            pass
        return reach(site, scope, (name, key), column)

    return looked_up


def reach(site: Site, scope: Scope, keys: tuple[Key, ...], column: int) -> Value:
    """What stands at the end of a path. Raises LayoutError E4032 with what is near."""
    value: Value = scope
    for count, key in enumerate(keys):
        if type(key) is str:
            if (type(value) is dict or isinstance(value, Mapping)) and key in value:
                value = value[key]
                continue
        elif isinstance(value, list | tuple | str) and -len(value) <= int(key) < len(value):
            value = value[int(key)]
            continue
        raise _missing(site, scope, keys[:count], value, key, column)
    return value


def _missing(site: Site, scope: Scope, there: tuple[Key, ...], value: Value, key: Key, column: int) -> LayoutError:
    """The error for a path that ends at `value`, which has no `key`."""
    path, parent = ".".join(map(str, (*there, key))), ".".join(map(str, there))
    remedy = "pass it, or correct the name"
    match kind_of(value), key:
        case "table", _:
            fact = f"the data has no '{path}'"
            remedy = near(path, paths_of(scope)) or remedy
        case "none", _:
            fact = f"'{parent}' is none and has no '{key}'"
            remedy = f"ask for it first: … if {parent} else …"
        case "list" | "text", int():
            fact = f"'{parent}' is {a_kind(value)} of {len(value)}, none with the index {key}"
        case _:
            fact = f"'{parent}' is {a_kind(value)} and has no '{key}'"
    return site.fault("E4032", fact, column, remedy)


def follow(site: Site, value: Value, key: Value, column: int) -> Value:
    """One step into what an expression gave. Raises LayoutError E4032, E4053."""
    kind = kind_of(value)
    if (type(key) is str and kind == "table") or (type(key) is int and kind in ("list", "text")):
        try:
            return value[key]
        except (KeyError, IndexError):
            remedy = "correct it, or ask for it with a condition first"
            raise site.fault("E4032", f"{a_kind(value)} has no {key!r}", column, remedy) from None
    fact = f"{a_kind(value)} can't be opened by {a_kind(key)}"
    raise site.fault("E4053", fact, column, "open a table by a name, a list by a whole number")


def index_of(site: Site, value: Value, column: int) -> int:
    """An index that only the data decides. Raises LayoutError E4053: no table is opened in this way, so that what an
    expression reads is known beforehand."""
    if type(value) is int:
        return value
    if type(value) is Decimal and value.is_finite() and abs(value) <= _MOST_INDEX and value == int(value):
        return int(value)
    remedy = "name the key of a table as it is: table.key or table['key']"
    raise site.fault("E4053", f"an index is a whole number, not {a_kind(value)}", column, remedy)
