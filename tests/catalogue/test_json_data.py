"""A document's data from JSON: typed by what the layout declares, refused with its place in the data."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.documents import layouts, sample
from layouts.errors import LayoutError
from layouts.jsondata import read_json_data
from layouts.language.reading import Reader
from layouts.language.schema import Table, read_declaration
from layouts.layout import load_layout

DECLARED = read_declaration(
    {
        "document": {"title": "text", "day": "date", "later": "date?", "whole": "whole", "sure": "flag"},
        "rows": [{"amount": "amount", "notes": ["text"]}],
        "more?": {"amount": "amount"},
    },
    "test.toml",
)
GOOD = {
    "document": {"title": "A", "day": "2026-03-02", "later": None, "whole": 3, "sure": True},
    "rows": [{"amount": "1234.50", "notes": ["x"]}],
    "more": None,
}


def declared(name: str) -> Table:
    layout = load_layout(name)
    return read_declaration(layout.data, layout.file)


def written(folder: Path, said: object) -> Path:
    file = folder / "document.json"
    file.write_text(said if isinstance(said, str) else json.dumps(said, default=str), encoding="utf-8")
    return file


def test_amounts_and_dates_are_read_from_texts(tmp_path: Path) -> None:
    assert read_json_data(written(tmp_path, GOOD), DECLARED) == {
        "document": {"title": "A", "day": date(2026, 3, 2), "later": None, "whole": 3, "sure": True},
        "rows": [{"amount": Decimal("1234.50"), "notes": ["x"]}],
        "more": None,
    }


@pytest.mark.parametrize("name", layouts())
def test_every_sample_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    data = sample(name, "sv", size=9)
    reader = Reader(declared(name))
    read = read_json_data(written(tmp_path, data), declared(name))
    assert reader.read(read).identity == reader.read(data).identity


def test_what_is_not_declared_stays_as_it_is(tmp_path: Path) -> None:
    assert read_json_data(written(tmp_path, GOOD | {"extra": {"day": "soon"}}), DECLARED)["extra"] == {"day": "soon"}


@pytest.mark.parametrize(
    ("old", "new", "place", "fact"),
    [
        ('"1234.50"', "1234.5", "rows[0].amount", '1234.5 is not a text with a number, like "1234.50"'),
        ('"1234.50"', "12", "rows[0].amount", '12 is not a text with a number, like "1234.50"'),
        ('"1234.50"', '"1.234,50"', "rows[0].amount", '"1.234,50" is not a number, like "1234.50"'),
        ('"1234.50"', "NaN", "rows[0].amount", "NaN is not a text with a number"),
        ('"1234.50"', "null", "rows[0].amount", "null is not a text with a number"),
        ('"2026-03-02"', '"2. mars"', "document.day", '"2. mars" is not a date, like "2026-03-02"'),
        ('"2026-03-02"', "20260302", "document.day", "20260302 is not a date"),
        ('"later": null', '"later": ""', "document.later", '"" is not a date'),
        ('"whole": 3', '"whole": 3.0', "document.whole", "3.0 is not a value of type 'whole'"),
        ('"more": null', '"more": {"amount": 1e3}', "more.amount", "1e3 is not a text with a number"),
        ('[{"amount"', '{"amount"', "rows", "is not a list"),
        ('["x"]', '"x"', "rows[0].notes", '"x" is not a list'),
    ],
)
def test_a_value_of_another_type_is_refused_at_its_place(
    old: str, new: str, place: str, fact: str, tmp_path: Path
) -> None:
    text = json.dumps(GOOD)
    assert old in text
    changed = (
        text.replace(old, new).replace('["x"]}]', '["x"]}') if new.startswith('{"amount"') else text.replace(old, new)
    )
    with pytest.raises(LayoutError) as caught:
        read_json_data(written(tmp_path, changed), DECLARED)
    assert (caught.value.code, caught.value.place) == ("E4031", place)
    assert fact in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(("said", "code"), [("{", "E4011"), ("[1]", "E4011"), ("\ud800", "E4011")])
def test_a_file_that_is_no_document_is_refused(said: str, code: str, tmp_path: Path) -> None:
    file = tmp_path / "document.json"
    file.write_bytes(said.encode("utf-8", "surrogatepass"))
    with pytest.raises(LayoutError) as caught:
        read_json_data(file, DECLARED)
    assert caught.value.code == code
    assert caught.value.place == str(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LayoutError) as caught:
        read_json_data(tmp_path / "absent.json", DECLARED)
    assert caught.value.code == "E4010"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2), st.dates())
def test_amounts_and_dates_lose_nothing(tmp_path_factory: pytest.TempPathFactory, amount: Decimal, day: date) -> None:
    folder = tmp_path_factory.mktemp("json")
    said = {"document": {"day": day.isoformat()}, "rows": [{"amount": str(amount)}]}
    read = read_json_data(written(folder, said), DECLARED)
    assert read == {"document": {"day": day}, "rows": [{"amount": amount}]}
    assert str(read["rows"][0]["amount"]) == str(amount)
