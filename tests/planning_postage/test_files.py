"""Price lists and schemes as files, and the day on which they hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.errors import InputRefused
from mailroom.planning.postage.product import PriceList
from mailroom.planning.postage.product_file import SHIPPED as PRICES
from mailroom.planning.postage.product_file import load_price_lists, read_price_list
from mailroom.planning.postage.scheme import CodeRange, Destination, LastTray
from mailroom.planning.postage.scheme_file import SHIPPED as SCHEMES
from mailroom.planning.postage.scheme_file import read_office_columns, read_scheme
from mailroom.planning.postage.tariff import PriceLists
from tests.planning_postage.values import item, product, shipped_schemes, shipped_tariff

NORWAY = PRICES / "norway-example" / "2026.toml"
EXAMPLE = (PRICES / "generic-example" / "2026.toml").read_text(encoding="utf-8")
RANGES = (SCHEMES / "ranges-example.toml").read_text(encoding="utf-8")


def price_list(first: date, last: date | None, name: str = "post", currency: str = "NOK") -> PriceList:
    return PriceList(name, f"{name} {first}", "Operator", currency, first, last, False, (product(str(first)),))


def test_a_price_list_holds_on_its_first_and_last_day_and_not_beside_them() -> None:
    lists = PriceLists(
        [price_list(date(2027, 1, 1), None), price_list(date(2026, 1, 1), date(2026, 6, 30))],
    )
    assert lists.on(date(2026, 1, 1)).products[0].id == "2026-01-01"
    assert lists.on(date(2026, 6, 30)).products[0].id == "2026-01-01"
    assert lists.on(date(2027, 1, 1)).products[0].id == "2027-01-01"
    assert lists.on(date(2099, 1, 1)).products[0].id == "2027-01-01"
    for day in (date(2025, 12, 31), date(2026, 7, 1), date(2026, 12, 31)):
        with pytest.raises(InputRefused, match="E7505"):
            lists.on(day)


@pytest.mark.parametrize("last", [None, date(2026, 7, 1), date(2027, 3, 1)])
def test_two_lists_of_one_name_on_one_day_are_refused(last: date | None) -> None:
    with pytest.raises(InputRefused, match="E7504"):
        PriceLists([price_list(date(2026, 1, 1), last), price_list(date(2026, 7, 1), None)])


def test_lists_of_two_currencies_on_one_day_are_refused() -> None:
    lists = PriceLists(
        [price_list(date(2026, 1, 1), None), price_list(date(2026, 1, 1), None, "other", "EUR")],
    )
    with pytest.raises(InputRefused, match="E7506"):
        lists.on(date(2026, 1, 1))


DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 31))


@given(st.lists(DAYS, min_size=1, max_size=8, unique=True), DAYS)
def test_of_lists_that_follow_one_another_the_last_begun_holds(starts: list[date], day: date) -> None:
    starts.sort()
    ends = [date.fromordinal(start.toordinal() - 1) for start in starts[1:]]
    lists = PriceLists(price_list(*pair) for pair in zip(starts, [*ends, None], strict=True))
    begun = [start for start in starts if start <= day]
    if not begun:
        with pytest.raises(InputRefused):
            lists.on(day)
    else:
        assert [each.id for each in lists.on(day).products] == [str(begun[-1])]


def test_the_shipped_lists_are_examples_and_say_so() -> None:
    for folder in sorted(PRICES.iterdir()):
        assert shipped_tariff(folder.name).example
        for file in folder.glob("*.toml"):
            assert "EXAMPLE" in file.read_text(encoding="utf-8").splitlines()[0]


def test_every_product_that_is_shipped_has_its_scheme() -> None:
    names = {each.scheme for folder in PRICES.iterdir() for each in shipped_tariff(folder.name).products}
    assert names <= shipped_schemes().keys()


def test_norways_sorted_product_needs_two_hundred_items_of_one_format() -> None:
    read = next(each for each in read_price_list(NORWAY).products if each.id == "norway-example/sorted")
    assert (read.minimum, read.minimum_per.value, read.scheme, read.countries) == (200, "format", "norway", ("NO",))
    assert read.formats[0].steps[0].price == Decimal("7.10")
    assert read.formats[0].steps[0].up_to_mg == 20_000
    assert read.indicia == ("PORTO BETALT", "Sorted", "Norge")


CHANGES = [
    ('currency = "EUR"', 'currency = "EURO"', "currency must be a currency of ISO 4217, not 'EURO'"),
    ("valid_to = 2026-12-31", "valid_to = 2025-12-31", "valid_to is before valid_from"),
    ("valid_from = 2026-01-01", 'valid_from = "2026"', "valid_from must be a date"),
    ('prices = "exempt"', 'prices = "include"', "rate_percent is 0"),
    ('prices = "exempt"', 'prices = "exempt", rate_percent = 25', "rate_percent is 25"),
    ("most_width_mm = 250", "most_width_mm = 400", "most_width_mm is more than most_length_mm"),
    ("most_thickness_mm = 30", "most_thickness_mm = 30\nleast_thickness_mm = 31", "is below least_thickness_mm"),
    ("most_thickness_mm = 30", "most_thickness_mm = 600", "can't hold the heaviest or thickest piece"),
    ("most_weight_g = 12000", "most_weight_g = 1999", "can't hold the heaviest or thickest piece"),
    ('size = "any"', 'size = "huge"', "names no size of this list; there are any"),
    ('tray = "tray"', 'tray = "box"', "names no tray of this list; there are tray"),
    ("up_to_g = 100, price = 1.50", "up_to_g = 20, price = 1.50", "steps[1] must be heavier"),
    ("up_to_g = 100, price = 1.50", "up_to_g = 100, price = 0.50", "not cheaper"),
    ("price = 5.00", 'price = "5.00"', "price must be a number"),
    ('scheme = "unsorted"', 'scheme = "unsorted"\ncountries = ["XX"]', "'XX', which is no country"),
    ('scheme = "unsorted"', 'scheme = "unsorted"\nminimum_item = 3', "minimum_item is not known here"),
    ('scheme = "unsorted"', 'scheme = "unsorted"\nmachinable = { postcode = "[0-" }', "postcode is not a pattern"),
    (
        'scheme = "unsorted"',
        'scheme = "unsorted"\ncountries = ["NO"]\ncountries_except = ["SE"]',
        "countries_except stands beside countries",
    ),
]


@pytest.mark.parametrize(("old", "new", "fact"), CHANGES)
def test_a_fault_in_a_price_list_is_told_with_its_key_and_place(tmp_path: Path, old: str, new: str, fact: str) -> None:
    assert old in EXAMPLE
    file = tmp_path / "list.toml"
    file.write_text(EXAMPLE.replace(old, new), encoding="utf-8")
    with pytest.raises(InputRefused, match="E7103") as refused:
        read_price_list(file)
    assert "docs/postal-products.md" in refused.value.remedy
    assert fact in refused.value.message
    assert "list.toml, line " in refused.value.place


def test_a_folder_of_lists_by_date_is_read_as_one(tmp_path: Path) -> None:
    (tmp_path / "2026.toml").write_text(EXAMPLE, encoding="utf-8")
    later = EXAMPLE.replace("2026-12-31", "2027-12-31").replace("2026-01-01", "2027-01-01").replace("1.00", "1.10")
    (tmp_path / "2027.toml").write_text(later, encoding="utf-8")
    lists = load_price_lists(tmp_path)
    assert lists.on(date(2026, 12, 31)).products[0].formats[0].steps[0].price == Decimal("1.00")
    assert lists.on(date(2027, 1, 1)).products[0].formats[0].steps[0].price == Decimal("1.10")


@pytest.mark.parametrize(
    ("postcode", "area"),
    [
        ("0001", "00-30, 33-36"),
        ("3099", "00-30, 33-36"),
        ("3100", "31-32, 37-39, 45-49"),
        ("3300", "00-30, 33-36"),
        ("3700", "31-32, 37-39, 45-49"),
        ("4500", "31-32, 37-39, 45-49"),
        ("5500", "40-44, 55"),
        ("5600", "50-54, 56-59, 68-69"),
        ("6800", "50-54, 56-59, 68-69"),
        ("6799", "60-67"),
        ("7999", "70-79"),
        ("8499", "80-84, 86-89"),
        ("8500", "85, 90-99"),
        ("9990", "85, 90-99"),
    ],
)
def test_norways_postcodes_are_sorted_by_two_digits_and_by_area(postcode: str, area: str) -> None:
    scheme = shipped_schemes()["norway"]
    found = [level.sorting.find(item(postcode=postcode)) for level in scheme.levels]
    assert [each.key for each in found if each] == [postcode[:2], area]
    assert scheme.pallets.area is not None
    assert scheme.pallets.area.find(item(postcode=postcode)) == found[1]


def test_every_two_digits_of_norway_belong_to_one_area() -> None:
    scheme = shipped_schemes()["norway"]
    assert all(scheme.levels[1].sorting.find(item(postcode=f"{n:04d}")) for n in range(10_000))


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        (item(postcode="123"), "123 By is not a postcode of the scheme norway"),
        (item(postcode="", town=""), "no postcode is not a postcode of the scheme norway"),
        (item(country="SE", postcode="1234"), "country SE is not of the scheme norway"),
        (item(), ""),
    ],
)
def test_a_place_that_a_scheme_does_not_know_is_told(place: object, problem: str) -> None:
    assert shipped_schemes()["norway"].problem(place) == problem  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ('"25000-49999", "77"', '"25000-49999", "76"', "overlap"),
        ('ranges = ["00000-24999"]', 'ranges = ["24999-00000"]', "rising and of one length"),
        ('ranges = ["00000-24999"]', 'ranges = ["000-24999"]', "rising and of one length"),
        ('key = "R2"', 'key = "R1"', "'R1' is there twice"),
        ('name = "zone"', 'name = "region"', "'region' is there twice"),
        ('by = "ranges"', 'by = "office"', "the scheme has no table of offices"),
        ("least_items = 50", "least_items = 0", "least_items must be a whole number from 1"),
        ("least_items = 50", "least_items = 50\nlast_tray = { least_items = 51 }", "from 1 to 50, not 51"),
        (
            "least_items = 50",
            'least_items = 50\nlast_tray = { least_items = 9, short = "drop" }',
            "must be one of even, next",
        ),
        ('kind = "cage"', "", "kind is missing"),
    ],
)
def test_a_fault_in_a_scheme_is_told_with_its_key_and_place(tmp_path: Path, old: str, new: str, fact: str) -> None:
    assert old in RANGES
    file = tmp_path / "scheme.toml"
    file.write_text(RANGES.replace(old, new), encoding="utf-8")
    with pytest.raises(InputRefused, match="E7103") as refused:
        read_scheme(file, {})
    assert "docs/postal-products.md" in refused.value.remedy
    assert fact in refused.value.message
    assert "scheme.toml, line " in refused.value.place


def test_a_level_says_what_its_last_tray_must_hold(tmp_path: Path) -> None:
    file = tmp_path / "scheme.toml"
    written = RANGES.replace(
        "least_items = 50", 'least_items = 50\nlast_tray = { least_items = 20, short = "next" }', 1
    ).replace('by = "ranges"', 'by = "ranges"\nlast_tray = { least_items = 10 }', 1)
    file.write_text(written, encoding="utf-8")
    rules = [level.last_tray for level in read_scheme(file, {}).levels]
    assert rules == [LastTray(20, "next"), LastTray(10, "even"), LastTray(1, "even")]


def test_a_scheme_by_offices_waits_for_its_table() -> None:
    assert "offices-example" not in shipped_schemes()
    with pytest.raises(InputRefused, match="has not been imported"):
        read_scheme(SCHEMES / "offices-example.toml", {})
    name, columns = read_office_columns(SCHEMES / "offices-example.toml")
    assert (name, columns.postcode, columns.office) == ("offices-se", "postcode", "office")


def test_a_postcode_shorter_than_a_range_is_not_in_it() -> None:
    held = CodeRange("4100", "4199", Destination("41", "41"))
    assert [held.holds(code) for code in ("4100", "4199", "415", "4200", "41505")] == [True, True, False, False, True]


@given(st.integers(0, 99_999))
def test_ranges_of_different_length_find_one_region_for_every_postcode(number: int) -> None:
    sorting = shipped_schemes()["ranges-example"].levels[1].sorting
    expected = "R2" if number // 1000 == 77 or 25_000 <= number <= 49_999 else "R1" if number < 25_000 else "R3"
    found = sorting.find(item(postcode=f"{number:05d}"))
    assert found is not None
    assert found.key == expected
