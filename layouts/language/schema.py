"""The data that a layout asks for: declared in its file, and held against its expressions when it is loaded.

    [data.document]
    number = "text"
    due_date = "date?"                        # may be none, or missing
    notes = ["text"]
    [[data.lines]]
    name = "text"
    net_amount = "amount"
    [data."payment?"]                         # a table that may be none, or missing
    account = "text"

Types are `text`, `amount` (Decimal), `whole` (int), `date` and `flag`. A list is declared by its one element.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar, assert_never

from layouts.errors import LayoutError
from layouts.language.compiler import ANY_ITEM, Path
from layouts.language.expression import Expression
from layouts.language.faults import near
from layouts.language.scope import DOCUMENT, ITEM
from layouts.language.template import Template
from layouts.language.tokens import CONSTANTS, WORDS
from layouts.tomlfile import TomlTable

TYPES: Mapping[str, type] = {"text": str, "amount": Decimal, "whole": int, "date": date, "flag": bool}

_Read = TypeVar("_Read")
_OPTIONAL = "?"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_INDEX = re.compile(r"-?[0-9]+")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value. `word` is a key of `TYPES`; an optional one may be none."""

    word: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping with at least these keys; others are ignored."""

    fields: Mapping[str, Kind]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of values of one kind."""

    of: Kind
    optional: bool = False


Kind = Leaf | Table | Rows
Names = Mapping[str, Kind]
"""What the names of a scope stand for, as far as that is known when a layout is loaded."""


def read_declaration(declared: TomlTable | Mapping[str, object], place: str = "") -> Table:
    """The kinds that a table of a layout file declares; a plain mapping is a table at `place`.

    Raises LayoutError E4012 with file, key and line.
    """
    if not isinstance(declared, TomlTable):
        declared = TomlTable(dict(declared), place, "", {})
    table = _table(declared)
    document = table.fields.get(DOCUMENT)
    for name in document.fields if isinstance(document, Table) else ():
        if name in table.fields:
            fact = f"'{name}' is a field of '{DOCUMENT}' too, whose fields need no prefix"
            raise declared.refuse(name, fact, "give one of them another name")
    return table


def _table(declared: TomlTable) -> Table:
    fields: dict[str, Kind] = {}
    for key, kind in declared.each(_kind):
        name = key.removesuffix(_OPTIONAL)
        if not _NAME.fullmatch(name):
            raise declared.refuse(key, f"{name!r} is no name of a field", "begin with a letter, go on with a-z, 0-9, _")
        if name in WORDS or name in CONSTANTS:
            raise declared.refuse(key, f"'{name}' is a word of the language", "give the field another name")
        if name in fields:
            raise declared.refuse(key, f"'{name}' is declared twice", "remove one of them")
        fields[name] = kind if name == key else replace(kind, optional=True)
    declared.done()
    return Table(fields)


def _inner(declared: TomlTable, key: str, table: TomlTable) -> Table:
    if not table.keys():
        raise declared.refuse(key, f"'{key}' declares no field", "declare what it holds")
    return _table(table)


def _kind(declared: TomlTable, key: str) -> Kind:
    """What one key declares: a type, a table, a list of a type, a list of tables."""
    table, tables = _tried(declared.table, key), _tried(declared.tables, key)
    texts = _tried(declared.texts, key)
    if table is not None:
        return _inner(declared, key, table)
    if tables is not None and len(tables) == 1:
        return Rows(_inner(declared, key, tables[0]))
    if texts is not None and len(texts) == 1:
        return Rows(_leaf(declared, key, texts[0]))
    if texts is not None or tables is not None:
        raise declared.refuse(key, f"'{key}' must be a list of one element", "declare a list by its one element")
    return _leaf(declared, key, declared.text(key))


def _tried(get: Callable[[str], _Read], key: str) -> _Read | None:
    """What a getter reads; None when the value is of another type."""
    try:
        return get(key)
    except LayoutError:
        return None


def _leaf(declared: TomlTable, key: str, said: str) -> Leaf:
    word = said.removesuffix(_OPTIONAL)
    if word not in TYPES:
        fact = f"'{key}' is {said!r}, not one of {', '.join(TYPES)}"
        raise declared.refuse(key, fact, f"write one of them, with {_OPTIONAL} behind it where none is allowed")
    return Leaf(word, optional=word != said)


def root_names(table: Table, more: Names | None = None) -> Names:
    """The names of a document's scope (see `scope.root_scope`), with what the engine knows besides."""
    document = table.fields.get(DOCUMENT)
    inner = document.fields if isinstance(document, Table) else {}
    return {**table.fields, **inner, **(more or {})}


def item_names(outer: Names, item: Kind, name: str = ITEM, more: Names | None = None) -> Names:
    """The names of an item's scope (see `scope.item_scope`)."""
    inner = item.fields if isinstance(item, Table) else {}
    return {**outer, **inner, **(more or {}), name: item}


def own_names(inner: Names, outer: Names) -> frozenset[str]:
    """The names of an item's scope that the scope around does not have, or has for something else."""
    return frozenset(name for name, kind in inner.items() if outer.get(name) is not kind)


def kind_at(path: Path, names: Names) -> Kind | None:
    """What stands at a path; None when there is no such field."""
    kind = names.get(path[0])
    for key in path[1:]:
        match kind:
            case None:
                return None
            case Table():
                kind = kind.fields.get(key)
            case Rows():
                kind = kind.of if key == ANY_ITEM or _INDEX.fullmatch(key) else None
            case Leaf():
                kind = kind if kind.word == "text" and (key == ANY_ITEM or _INDEX.fullmatch(key)) else None
            case _:
                assert_never(kind)
    return kind


def check_reads(what: Expression | Template, names: Names, *, place: str = "") -> None:
    """Refuse an expression, or a text with fields, that reads what its scope doesn't have (LayoutError E4051).

    `place` is where the layout uses it, when that is not where it stands: a text of the language.
    """
    if isinstance(what, Template):
        for part in what.parts:
            if isinstance(part, Expression):
                check_reads(part, names, place=place)
        return
    site = replace(what.site, place=place or what.site.place)
    for path in sorted(what.reads):
        if kind_at(path, names) is None:
            said = ".".join(path)
            remedy = near(said, _paths(names)) or "declare it in [data], or correct the name"
            raise site.fault("E4051", f"there is no field '{said}'", what.column, remedy)


def item_kind(each: Expression, names: Names) -> Kind:
    """The kind of the items that an expression such as `each = "lines"` goes through.

    Raises LayoutError E4051 for an unknown field, E4053 for one that is no list.
    """
    check_reads(each, names)
    kind = kind_at(each.path, names) if each.path else None
    if not isinstance(kind, Rows):
        fact = f"'{each.source}' is not a list of the data"
        lists = [path for path in _paths(names) if isinstance(kind_at(tuple(path.split(".")), names), Rows)]
        raise each.site.fault("E4053", fact, each.column, f"there are {', '.join(sorted(lists)) or 'no lists'}")
    return kind.of


def _paths(names: Names, prefix: str = "") -> Iterator[str]:
    for name, kind in names.items():
        yield f"{prefix}{name}"
        if isinstance(kind, Table):
            yield from _paths(kind.fields, f"{prefix}{name}.")
