"""Rating: the right product, at the right price, for a told reason."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.address import PostalAddress
from mailroom.domain.errors import InputRefused
from mailroom.domain.handling import Handling
from mailroom.planning.piece import PlannedDocument, PlannedEnvelope, PlannedPiece
from mailroom.planning.postage.item import PostalItem, postal_item
from mailroom.planning.postage.product import Machinable, MinimumPer, Prices, Vat
from mailroom.planning.postage.rating import Choice, Rater, Rating, Rule, rate
from mailroom.planning.words import thousandths
from tests.planning_postage.values import LARGE, item, product, shipped_tariff, tariff

C5 = PlannedEnvelope("c5", 229, 162, 7_000, 600, "half")


def prices(rating: Rating) -> list[Decimal]:
    return [each.offer.price for each in rating.rated]


@pytest.mark.parametrize(
    ("weight_mg", "price"), [(1, "10.00"), (20_000, "10.00"), (20_001, "12.00"), (50_000, "12.00")]
)
def test_a_weight_step_includes_its_limit(weight_mg: int, price: str) -> None:
    assert prices(rate([item(weight_mg=weight_mg)], tariff(product("letter")))) == [Decimal(price)]


def test_above_the_last_step_nothing_takes_it_and_the_figures_are_told() -> None:
    rating = rate([item(weight_mg=50_001)], tariff(product("letter")))
    assert rating.rated == ()
    assert rating.apart[0].reason == "no product takes it. Letter: Small letter 50.001 g, at most 50 g."


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"size_mm": (250.1, 162)}, "250.1 × 162 mm, at most 250 × 176 mm"),
        ({"size_mm": (139, 100)}, "139 × 100 mm, at least 140 × 90 mm"),
        ({"thickness_um": 5001}, "5.001 mm thick, at most 5 mm"),
        ({"country": "SE"}, "country SE is not served"),
    ],
)
def test_what_a_product_does_not_take_is_set_apart_with_its_reason(change: dict[str, object], reason: str) -> None:
    rating = rate([item(**change)], tariff(product("letter")))  # type: ignore[arg-type]
    assert reason in rating.apart[0].reason


@pytest.mark.parametrize(
    ("machinable", "reason"),
    [
        (Machinable(least_ratio=1.5), "length by width is 1.41, at least 1.5"),
        (Machinable(most_ratio=1.4), "length by width is 1.41, at most 1.4"),
        (Machinable(least_weight_mg=16_000), "15 g, at least 16 g for machines"),
        (Machinable(most_thickness_um=900), "1 mm thick, at most 0.9 mm for machines"),
        (Machinable(envelopes=("c4",)), "envelope c5 is not released for machines"),
        (Machinable(postcode="[0-9]{5}"), "postcode 4700 can't be sorted by machines"),
    ],
)
def test_a_machine_refuses_with_its_reason(machinable: Machinable, reason: str) -> None:
    rating = rate([item()], tariff(product("letter", machinable=machinable)))
    assert reason in rating.apart[0].reason


def test_the_cheapest_is_chosen_and_the_others_are_named() -> None:
    dear, cheap = product("dear", prices=((20, "14.00"),)), product("cheap", prices=((50, "9.00"),))
    rated = rate([item()], tariff(dear, cheap)).rated[0]
    assert rated.offer.product.id == "cheap"
    assert rated.reason == "Cheap, Small letter, up to 50 g: 9.00 NOK, the cheapest; Dear costs 14.00."


def test_the_preferred_product_is_chosen_though_it_costs_more_and_no_other_is_used() -> None:
    dear, cheap = product("dear", prices=((20, "14.00"),)), product("cheap", prices=((50, "9.00"),))
    rating = rate([item(), item(weight_mg=30_000)], tariff(dear, cheap), Choice(Rule.PREFERRED, ("dear",)))
    assert prices(rating) == [Decimal("14.00")]
    assert "number 1 of the preferred products" in rating.rated[0].reason
    assert len(rating.apart) == 1


def test_a_preferred_product_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputRefused, match="E7509"):
        Rater(tariff(product("letter")), Choice(Rule.PREFERRED, ("telegram",)))


def test_prices_are_compared_with_tax_unless_the_house_deducts_it() -> None:
    taxed = product("taxed", prices=((20, "8.40"),))
    exempt = product("exempt", prices=((20, "10.00"),), vat=Vat(Prices.EXEMPT, Decimal(0)))
    both = tariff(taxed, exempt)
    assert rate([item()], both).rated[0].offer.product.id == "exempt"
    assert rate([item()], both, Choice(without_vat=True)).rated[0].offer.product.id == "taxed"


def test_of_equal_prices_the_preferred_product_is_chosen() -> None:
    two = tariff(product("a"), product("b"))
    assert rate([item()], two).rated[0].offer.product.id == "a"
    assert rate([item()], two, Choice(preferred=("b",))).rated[0].offer.product.id == "b"


@pytest.mark.parametrize(("items", "chosen"), [(199, "single"), (200, "bulk")])
def test_a_product_is_used_from_its_least_number_of_items_on(items: int, chosen: str) -> None:
    both = tariff(product("bulk", prices=((20, "5.00"),), minimum=200), product("single"))
    rating = rate([item(f"P{at}") for at in range(items)], both)
    assert {each.offer.product.id for each in rating.rated} == {chosen}
    if items == 199:
        assert "not Bulk: 199 items of small, 200 needed" in rating.rated[0].reason
        assert [str(each) for each in rating.too_few] == ["199 items of small, 200 needed"]


def test_items_are_counted_by_format_or_over_the_product() -> None:
    small = product("bulk", prices=((20, "5.00"),), minimum=4)
    form = product("bulk", prices=((100, "6.00"),), size=LARGE).formats[0]
    both = replace(small, formats=(*small.formats, form))
    mixed = [item("P1"), item("P2"), item("P3", size_mm=(324, 229)), item("P4", size_mm=(324, 229))]
    assert rate(mixed, tariff(both)).rated == ()
    assert len(rate(mixed, tariff(replace(both, minimum_per=MinimumPer.PRODUCT))).rated) == 4


def test_the_product_that_falls_shortest_is_given_up_first_so_that_another_comes_about() -> None:
    light = product("light", prices=((20, "1.00"),), minimum=10)
    heavy = product("heavy", prices=((20, "2.00"), (50, "2.00")), minimum=10)
    items = [item(f"P{at}", weight_mg=15_000 if at < 4 else 30_000) for at in range(12)]
    rating = rate(items, tariff(light, heavy))
    assert {each.offer.product.id for each in rating.rated} == {"heavy"}
    assert len(rating.rated) == 12


def test_the_postage_step_is_told_to_whoever_adds_inserts() -> None:
    letter = product("letter", prices=((20, "10.00"), (50, "12.00"), (100, "12.00")))
    rater = Rater(tariff(letter), Choice())
    assert rater.step_of(19_000, 1_000, C5, "NO") == (20_000, 5_000)
    assert rater.step_of(20_000, 1_000, C5, "NO") == (20_000, 5_000)
    assert rater.step_of(20_001, 1_000, C5, "NO") == (100_000, 5_000)
    assert rater.step_of(100_001, 1_000, C5, "NO") is None
    assert rater.step_of(19_000, 1_000, C5, "SE") is None


def test_the_step_is_that_of_a_product_that_will_be_used_when_those_given_up_are_known() -> None:
    both = tariff(product("bulk", prices=((50, "5.00"),), minimum=9), product("single"))
    first = rate([item()], both)
    assert Rater(both, Choice()).step_of(15_000, 1_000, C5, "NO") == (50_000, 5_000)
    assert Rater(both, Choice(), first.too_few).step_of(15_000, 1_000, C5, "NO") == (20_000, 5_000)


def test_a_piece_without_a_postcode_yet_has_a_step_but_is_not_rated_without_one() -> None:
    only = tariff(product("sorted", machinable=Machinable(postcode="[0-9]{4}")))
    assert Rater(only, Choice()).step_of(19_000, 1_000, C5, "NO") is not None
    assert rate([item(postcode="")], only).rated == ()


def piece(weight_mg: int = 14_500) -> PlannedPiece:
    address = PostalAddress(("Storgata 1",), "47 00", "Vennesla", "NO")
    document = PlannedDocument(7, "F-7", 1)
    return PlannedPiece((document,), "c", address, (), "paper", 1, C5, weight_mg, 900, (), (1,), Handling.MACHINE, ())


def test_a_planned_piece_is_seen_by_the_post_with_its_longer_edge_first() -> None:
    seen = postal_item(piece(), "P00000007", "k")
    assert (seen.length_mm, seen.width_mm, seen.postcode, seen.weight_mg) == (229, 162, "4700", 14_500)


def test_a_piece_without_weight_is_refused() -> None:
    with pytest.raises(InputRefused, match="E7511"):
        postal_item(piece(0), "P1")


@pytest.mark.parametrize(
    ("number", "text"), [(20_500, "20.5"), (20_000, "20"), (5, "0.005"), (0, "0"), (-1500, "-1.5")]
)
def test_thousandths_are_said_plainly(number: int, text: str) -> None:
    assert thousandths(number) == text


ITEMS = st.builds(
    item,
    postcode=st.sampled_from(["4700", "0150", "", "123"]),
    country=st.sampled_from(["NO", "NO", "SE"]),
    weight_mg=st.integers(1, 400_000),
    thickness_um=st.integers(1, 25_000),
    size_mm=st.sampled_from([(229.0, 162.0), (324.0, 229.0), (220.0, 110.0), (400.0, 300.0), (90.0, 80.0)]),
)


@given(st.lists(ITEMS, max_size=40))
def test_every_item_is_rated_or_apart_and_nothing_else(items: list[PostalItem]) -> None:
    rating = rate(items, shipped_tariff())
    seen = [each.item for each in rating.rated] + [each.item for each in rating.apart]
    assert sorted(map(repr, seen)) == sorted(map(repr, items))
    reasons = [each.reason for each in rating.rated] + [each.reason for each in rating.apart]
    assert all(reason.endswith(".") for reason in reasons)


@given(st.lists(ITEMS, max_size=60), st.integers(1, 30), st.integers(1, 30), st.sampled_from(MinimumPer))
def test_no_product_is_used_below_its_least_number_and_none_dearer_than_another_open_one(
    items: list[PostalItem], least: int, least_other: int, per: MinimumPer
) -> None:
    bulk = product("bulk", prices=((50, "5.00"), (300, "8.00")), size=LARGE, minimum=least, per=per)
    other = product("other", prices=((100, "6.00"),), size=LARGE, minimum=least_other, countries=("NO", "SE"))
    single = product("single", prices=((50, "9.00"),), countries=("NO", "SE"))
    rating = rate(items, tariff(bulk, other, single))
    used: dict[str, int] = {}
    for each in rating.rated:
        used[each.offer.product.id] = used.get(each.offer.product.id, 0) + 1
    minimum = {"bulk": least, "other": least_other, "single": 1}
    assert all(number >= minimum[name] for name, number in used.items())
    given_up = {each.product for each in rating.too_few}
    for each in rating.rated:
        alone = rate(
            [each.item], tariff(*(replace(p, minimum=1) for p in (bulk, other, single) if p.id not in given_up))
        )
        assert each.offer.price == alone.rated[0].offer.price


@given(st.decimals("0.01", "100", places=3), st.decimals("0.1", "30", places=1))
def test_net_and_gross_are_one_apart_by_the_tax(price: Decimal, rate_percent: Decimal) -> None:
    for prices_are in (Prices.INCLUDE, Prices.EXCLUDE):
        vat = Vat(prices_are, rate_percent)
        assert vat.gross(price) * 100 == vat.net(price) * (100 + Fraction(rate_percent))
    assert Vat(Prices.EXCLUDE, rate_percent).net(price) == price
    assert Vat(Prices.INCLUDE, rate_percent).gross(price) == price
    assert Vat(Prices.EXEMPT, Decimal(0)).net(price) == Vat(Prices.EXEMPT, Decimal(0)).gross(price) == price
