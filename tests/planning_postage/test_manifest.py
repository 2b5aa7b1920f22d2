"""The manifest: sums of what was mailed, differences by name, and the files it is handed over as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.errors import InputRefused
from mailroom.domain.money import round_money
from mailroom.planning.postage.manifest import Manifest, draw_up_manifest
from mailroom.planning.postage.manifest_csv import lines_csv, not_mailed_csv, read_lines_csv, trays_csv
from mailroom.planning.postage.posting import PostagePlan, plan_postage
from mailroom.planning.postage.product import Prices, Product, Vat
from tests.planning_postage.values import item, product, scheme, tariff

SCHEMES = {"two": scheme()}
AT = "Terminal 2"


def plan(*products: Product, weights: tuple[int, ...] = (15_000,) * 6 + (30_000,) * 4) -> PostagePlan:
    items = [item(f"P{at:03d}", "4701", weight_mg=weight) for at, weight in enumerate(weights)]
    return plan_postage(items, tariff(*(products or (product("letter"),))), SCHEMES)


def manifest(made: PostagePlan, mailed: Mapping[str, bool], whys: Mapping[str, str] | None = None) -> Manifest:
    return draw_up_manifest("R000007", made.tariff, made.trays, mailed, SCHEMES, whys)


def all_of(made: PostagePlan) -> dict[str, bool]:
    return dict.fromkeys(made.order(), False)


def test_lines_are_counts_times_prices_and_the_tax_comes_on_top() -> None:
    made = plan()
    drawn = manifest(made, all_of(made))
    assert [(each.up_to_mg, each.pieces, each.weight_mg, str(each.amount)) for each in drawn.lines] == [
        (20_000, 6, 90_000, "60.00"),
        (50_000, 4, 120_000, "48.00"),
    ]
    assert (drawn.pieces, drawn.weight_mg) == (10, 210_000)
    assert (str(drawn.net), str(drawn.tax), str(drawn.gross)) == ("108.00", "27.00", "135.00")


def test_only_what_was_mailed_counts_and_the_rest_is_listed_by_name() -> None:
    made = plan()
    mailed = {id: False for id in made.order() if id not in {"P002", "P009"}}
    drawn = manifest(made, mailed, {"P002": "withdrawn by Kari Nordmann"})
    assert [(each.pieces, str(each.amount)) for each in drawn.lines] == [(5, "50.00"), (3, "36.00")]
    assert (drawn.planned, drawn.pieces) == (10, 8)
    assert [(each.piece, each.tray, str(each.price), each.why) for each in drawn.not_mailed] == [
        ("P002", 1, "10.00", "withdrawn by Kari Nordmann"),
        ("P009", 1, "12.00", ""),
    ]


def test_a_reprint_counts_as_mailed_in_a_tray_behind_the_others() -> None:
    made = plan()
    drawn = manifest(made, all_of(made) | {"P003": True})
    assert drawn.pieces == drawn.planned
    assert [(tray.number, len(tray.pieces)) for tray in drawn.trays] == [(1, 9), (2, 1)]


def test_fewer_than_a_product_needs_is_told() -> None:
    made = plan(product("bulk", minimum=6), weights=(15_000,) * 6)
    mailed = all_of(made)
    assert manifest(made, mailed).problems == ()
    del mailed["P000"]
    assert manifest(made, mailed).problems == ("Bulk, Small letter: 5 pieces mailed, 6 needed.",)


@pytest.mark.parametrize(
    ("vat", "sums"),
    [
        (Vat(Prices.EXCLUDE, Decimal(25)), ("30.00", "7.50", "37.50")),
        (Vat(Prices.INCLUDE, Decimal(25)), ("24.00", "6.00", "30.00")),
        (Vat(Prices.EXEMPT, Decimal(0)), ("30.00", "0.00", "30.00")),
    ],
)
def test_tax_is_on_top_within_or_absent(vat: Vat, sums: tuple[str, str, str]) -> None:
    made = plan(product("letter", vat=vat), weights=(15_000,) * 3)
    drawn = manifest(made, all_of(made))
    assert (str(drawn.net), str(drawn.tax), str(drawn.gross)) == sums


def test_a_price_finer_than_the_currency_is_rounded_once_a_line() -> None:
    made = plan(product("letter", prices=((20, "0.125"),)), weights=(15_000,) * 3)
    assert str(manifest(made, all_of(made)).net) == "0.38"


def test_nothing_mailed_is_a_manifest_of_nothing() -> None:
    drawn = manifest(plan(), {})
    assert (drawn.lines, drawn.trays, drawn.pieces, drawn.gross) == ((), (), 0, 0)
    assert len(drawn.not_mailed) == 10


PRICES = st.decimals("0.01", "99", places=2)
VATS = st.sampled_from(
    [Vat(Prices.EXCLUDE, Decimal(25)), Vat(Prices.INCLUDE, Decimal("8.1")), Vat(Prices.EXEMPT, Decimal(0))]
)


@given(
    st.lists(st.tuples(st.integers(1, 100_000), st.booleans(), st.booleans()), max_size=60),
    PRICES,
    PRICES,
    VATS,
    VATS,
)
def test_the_sums_of_the_manifest_are_those_of_its_pieces(
    pieces: list[tuple[int, bool, bool]], low: Decimal, high: Decimal, vat: Vat, other: Vat
) -> None:
    light = product("light", prices=((50, str(low)),), vat=vat)
    heavy = product("heavy", prices=((100, str(high)),), vat=other)
    made = plan(light, heavy, weights=tuple(weight for weight, _, _ in pieces))
    mailed = {f"P{at:03d}": late for at, (_, gone, late) in enumerate(pieces) if gone}
    drawn = manifest(made, mailed)
    lying = [piece for tray in drawn.trays for piece in tray.pieces]
    assert sorted(piece.item.id for piece in lying) == sorted(mailed)
    assert drawn.pieces == len(mailed)
    assert drawn.weight_mg == sum(pieces[int(id[1:])][0] for id in mailed)
    assert sum(line.amount for line in drawn.lines) == sum(piece.offer.price for piece in lying)
    assert drawn.planned == drawn.pieces + len(drawn.not_mailed)
    for tax in drawn.taxes:
        amount = sum(line.amount for line in drawn.lines if line.vat == tax.vat)
        assert amount == (tax.gross if tax.vat.prices is Prices.INCLUDE else tax.net)
        assert tax.gross == tax.net + tax.tax
        assert abs(Fraction(tax.net) * Fraction(tax.vat.rate_percent) / 100 - Fraction(tax.tax)) <= Fraction(1, 100)
    (_, read) = read_lines_csv(lines_csv(drawn, AT)) if drawn.lines else ((), ())
    assert read == drawn.lines


def test_what_is_handed_over_as_csv_says_what_the_manifest_says() -> None:
    made = plan()
    drawn = manifest(made, {id: False for id in made.order() if id != "P002"}, {"P002": 'torn; "wet"'})
    assert lines_csv(drawn, AT).splitlines()[1] == (
        "R000007;2026-03-02;Terminal 2;Operator;letter;Letter;small;20;5;75;10.00;50.00;NOK;exclude;25"
    )
    assert trays_csv(drawn).splitlines()[1] == (
        "R000007;2026-03-02;1;letter;small;c5;digits;47;47;1;1;4701;4701;9;195;4"
    )
    assert not_mailed_csv(drawn).splitlines()[1] == ('R000007;2026-03-02;P002;1;letter;small;15;10.00;"torn; ""wet"""')


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        (";50.00;", ";50.01;", "5 × 10.00 is not 50.01"),
        ("run;posted_on", "posted_on;run", "the columns are not those of a manifest"),
        ("2026-03-02", "yesterday", "yesterday"),
        (";5;75;", ";5.5;75;", "5.5"),
    ],
)
def test_a_changed_manifest_is_refused(old: str, new: str, fact: str) -> None:
    made = plan(weights=(15_000,) * 5)
    text = lines_csv(manifest(made, all_of(made)), AT)
    assert old in text
    with pytest.raises(InputRefused, match="E7513") as refused:
        read_lines_csv(text.replace(old, new))
    assert fact in refused.value.message


def test_lines_of_two_runs_are_no_manifest() -> None:
    made = plan(weights=(15_000,) * 5)
    text = lines_csv(manifest(made, all_of(made)), AT)
    with pytest.raises(InputRefused, match="E7513"):
        read_lines_csv(text + text.splitlines()[1].replace("R000007", "R000008") + "\r\n")


def test_amounts_are_rounded_as_all_money_of_the_house() -> None:
    yen = replace(product("letter", prices=((20, "10.5"),)), currency="JPY")
    made = plan_postage([item("P1")], replace(tariff(yen), currency="JPY"), SCHEMES)
    drawn = draw_up_manifest("R1", made.tariff, made.trays, {"P1": False}, SCHEMES)
    assert drawn.lines[0].amount == round_money(Decimal("10.5"), "JPY") == 11
