"""A document's data against its declaration: what passes, what is refused and where, and what two documents share."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.language.reading import Reader
from layouts.language.schema import Leaf, Rows, Table, read_declaration
from layouts.language.scope import item_scope, root_scope
from tests.language.samples import DECLARED, a_document, a_line, refusal

READER = Reader(read_declaration(DECLARED))
Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> dict[str, Any]:
    data = copy.deepcopy(a_document())
    change(data)
    return data


def test_complete_data_is_passed_on_as_it_is() -> None:
    data = a_document()

    assert READER.read(data).values is data


def test_what_may_be_left_out_is_none() -> None:
    data = changed(lambda data: (data.pop("payment"), data["document"].pop("due_date")))

    values = READER.read(data).values

    assert values["payment"] is None
    assert values["document"]["due_date"] is None
    assert "payment" not in data
    assert READER.read(data).identity == READER.read(changed(lambda data: data.update(payment=None))).identity


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda data: data.pop("lines"), "lines"),
        (lambda data: data["document"].pop("number"), "document.number"),
        (lambda data: data["lines"][1].pop("net_amount"), "lines[1].net_amount"),
        (lambda data: data["payment"].pop("account"), "payment.account"),
    ],
)
def test_a_missing_key_is_named(change: Change, place: str) -> None:
    fault = refusal(lambda: READER.read(changed(change)))

    assert (fault.code, fault.place, fault.message) == ("E4032", place, f"the document has no '{place}'")


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        (lambda data: data["document"].update(number=17), "document.number", "17 is not a text (str)"),
        (lambda data: data["document"].update(number=None), "document.number", "None is not a text (str)"),
        (lambda data: data["totals"].update(net=30.0), "totals.net", "30.0 is not a number (decimal.Decimal)"),
        (lambda data: data["totals"].update(net=30), "totals.net", "30 is not a number (decimal.Decimal)"),
        (lambda data: data["totals"].update(net=None), "totals.net", "None is not a number"),
        (lambda data: data["lines"][1].update(net_amount=20.0), "lines[1].net_amount", "20.0 is not a number"),
        (lambda data: data["lines"][1].update(name=Decimal(1)), "lines[1].name", "Decimal('1') is not a text"),
        (lambda data: data["lines"][1].update(notes=["a", 1]), "lines[1].notes[1]", "1 is not a text"),
        (lambda data: data["lines"][1].update(notes="abc"), "lines[1].notes", "'abc' is not a list"),
        (lambda data: data["lines"][1].update(notes=None), "lines[1].notes", "None is not a list"),
        (lambda data: data.update(lines={}), "lines", "{} is not a list"),
        (lambda data: data.update(lines=[1]), "lines[0]", "1 is not a table (mapping)"),
        (lambda data: data.update(lines=["abc"]), "lines[0]", "'abc' is not a table (mapping)"),
        (lambda data: data.update(totals=None), "totals", "None is not a table (mapping)"),
        (lambda data: data.update(payment=[]), "payment", "[] is not a table (mapping)"),
        (lambda data: data["document"].update(issue_date="2024-01-31"), "document.issue_date", "'2024-01-31' is not"),
        (
            lambda data: data["document"].update(due_date=datetime(2024, 1, 31)),  # noqa: DTZ001
            "document.due_date",
            "datetime.datetime(2024, 1, 31, 0, 0) is not a date",
        ),
    ],
)
def test_a_value_of_another_type_is_named(change: Change, place: str, said: str) -> None:
    fault = refusal(lambda: READER.read(changed(change)))

    assert (fault.code, fault.place) == ("E4031", place)
    assert fault.message.startswith(said)
    assert "decimal.Decimal" in fault.remedy


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+30", "1E+999999", "1E-31", "1E-999999"])
def test_an_amount_that_would_fill_pages_or_is_none_at_all_is_refused(amount: str) -> None:
    data = changed(lambda data: data["lines"][1].update(net_amount=Decimal(amount)))

    fault = refusal(lambda: READER.read(data))

    assert (fault.code, fault.place) == ("E4031", "lines[1].net_amount")


@pytest.mark.parametrize("amount", ["1E+2", "1E-7", "-0", "999999999999999999999999999999"])
def test_an_amount_in_an_unusual_notation_is_an_amount(amount: str) -> None:
    READER.read(changed(lambda data: data["lines"][1].update(net_amount=Decimal(amount))))


def test_other_keys_are_ignored_and_no_part_of_the_identity() -> None:
    def more(data: dict[str, Any]) -> None:
        data["more"] = 1.5
        data["document"]["more"] = object()
        data["lines"][0]["more"] = None

    assert READER.read(changed(more)).identity == READER.read(a_document()).identity


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["document"].update(number="1002"),
        lambda data: data["document"].update(due_date=date(2024, 2, 1)),
        lambda data: data["document"].update(notes=[]),
        lambda data: data["document"].update(notes=["Thank", "you"]),
        lambda data: data["totals"].update(net=Decimal("37.50"), payable=Decimal("30.00")),
        lambda data: data["totals"].update(net=Decimal("30.0")),
        lambda data: data["lines"].reverse(),
        lambda data: data["lines"].pop(),
        lambda data: data["lines"].append(a_line(3, "0")),
        lambda data: data["lines"][0].update(notes=["x"]),
        lambda data: data["lines"][1].update(notes=["x"]),
        lambda data: data["payment"].update(country=None),
        lambda data: data["payment"].update(country="None"),
        lambda data: data.update(payment=None),
    ],
)
def test_whatever_differs_gives_another_identity(change: Change) -> None:
    assert READER.read(changed(change)).identity != READER.read(a_document()).identity


def test_lists_inside_lists_keep_their_places_apart() -> None:
    def identity(*notes: list[str]) -> str:
        lines = [{**a_line(1, "1"), "notes": note} for note in notes]
        return READER.read({**a_document(), "lines": lines}).identity

    divisions = {identity(["a"], ["b"]), identity(["a", "b"], []), identity([], ["a", "b"]), identity(["b"], ["a"])}
    assert len(divisions) == 4


def test_every_kind_of_mapping_and_list_identifies_the_same() -> None:
    plain = a_document()
    proxied = MappingProxyType({**plain, "totals": MappingProxyType(plain["totals"]), "lines": tuple(plain["lines"])})
    turned = dict(reversed(plain.items()))

    assert READER.read(proxied).identity == READER.read(plain).identity == READER.read(turned).identity


def test_optional_tables_and_amounts_inside_lists_keep_their_places_apart() -> None:
    kind = Table({"rows": Rows(Table({"part": Table({"x": Leaf("amount", optional=True)}, optional=True)}))})
    reader = Reader(kind)
    one = {"x": Decimal(1)}

    identities = {
        reader.read({"rows": [{"part": part} for part in parts]}).identity
        for parts in ([], [None], [one], [None, one], [one, None], [one, one], [{"x": None}], [{"x": None}, None])
    }

    assert len(identities) == 8
    assert reader.read({"rows": [{}]}).identity == reader.read({"rows": [{"part": None}]}).identity


_TRICKY = st.text("a\x1d\x1e\x1f(',)", max_size=3) | st.none()
_NOTED = Rows(Table({"text": Leaf("text", optional=True), "notes": Rows(Leaf("text", optional=True), optional=True)}))
_NOTES = st.lists(
    st.fixed_dictionaries({"text": _TRICKY, "notes": st.none() | st.lists(_TRICKY, max_size=2)}), max_size=2
)


@given(one=_NOTES, other=_NOTES)
def test_no_text_can_pass_for_another_division_of_texts(one: list[Any], other: list[Any]) -> None:
    reader = Reader(Table({"rows": _NOTED}))

    identities = [reader.read({"rows": rows}).identity for rows in (one, other)]

    assert (identities[0] == identities[1]) == (one == other)


_LEAVES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(max_size=3),
    "amount": st.decimals(-999, 999, places=2),
    "whole": st.integers(),
    "date": st.dates(),
    "flag": st.booleans(),
}
_KINDS: st.SearchStrategy[Any] = st.recursive(
    st.builds(Leaf, st.sampled_from(sorted(_LEAVES)), st.booleans()),
    lambda inner: (
        st.builds(Table, st.dictionaries(st.sampled_from("abc"), inner, max_size=3), st.booleans())
        | st.builds(Rows, inner, st.booleans())
    ),
    max_leaves=5,
)


def _values(kind: Leaf | Table | Rows) -> st.SearchStrategy[Any]:
    values: st.SearchStrategy[Any]
    match kind:
        case Leaf():
            values = _LEAVES[kind.word]
        case Rows():
            values = st.lists(_values(kind.of), max_size=3)
        case Table():
            values = st.fixed_dictionaries({name: _values(field) for name, field in kind.fields.items()})
    return st.none() | values if kind.optional else values


@given(st.data(), st.dictionaries(st.sampled_from("abc"), _KINDS, min_size=1, max_size=3))
def test_any_data_of_any_declaration_is_identified_by_its_values(data: st.DataObject, fields: dict[str, Any]) -> None:
    kind = Table(fields)
    first, second = data.draw(_values(kind)), data.draw(_values(kind))
    reader = Reader(kind)

    assert (reader.read(first).identity == reader.read(second).identity) is (_sorted(first) == _sorted(second))


def _sorted(value: Any) -> str:
    """The repr of a value with the keys of its mappings in order."""
    if isinstance(value, dict):
        return repr([(key, _sorted(inner)) for key, inner in sorted(value.items())])
    return repr(list(map(_sorted, value))) if isinstance(value, list) else repr(value)


def test_a_scope_finds_the_innermost_name_first() -> None:
    root = root_scope({"document": {"x": 1, "y": 1}, "y": 2, "z": 2}, page=7)
    assert (root["x"], root["y"], root["z"], root["page"]) == (1, 1, 2, 7)

    line = item_scope(root, {"x": 3, "line": 4}, "line", position=1)
    assert (line["x"], line["y"], line["line"], line["position"]) == (3, 1, {"x": 3, "line": 4}, 1)
    assert item_scope(line, "note")["item"] == "note"
    assert root["x"] == 1
    assert root_scope({"y": 2}) == {"y": 2}
