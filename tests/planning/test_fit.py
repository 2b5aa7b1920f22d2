"""Envelopes by sheets, thickness and weight."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.handling import Handling
from mailroom.planning.envelope import EnvelopeType
from mailroom.planning.fit import Filling, Fit, Fitter, Misfit
from mailroom.planning.insert import InsertItem
from mailroom.planning.machine import FoldLimit, Machine, subsets
from mailroom.planning.paper import sheet_weight_mg
from tests.planning.floor import A4, C4, C5, C65, MACHINE, envelope, item

ENVELOPES = (C4, C65, C5)


def fit(
    sheets: int,
    *inserts: InsertItem,
    machine: Machine = MACHINE,
    envelopes: tuple[EnvelopeType, ...] = ENVELOPES,
) -> Fit | Misfit:
    items = {each.name: each for each in inserts}
    feeders = {name: number for number, name in enumerate(items, start=1)}
    return Fitter({"a4-80": A4}, envelopes, machine, items, feeders).fit(Filling("a4-80", sheets, tuple(items)))


def fitted(
    sheets: int,
    *inserts: InsertItem,
    machine: Machine = MACHINE,
    envelopes: tuple[EnvelopeType, ...] = ENVELOPES,
) -> Fit:
    found = fit(sheets, *inserts, machine=machine, envelopes=envelopes)
    assert isinstance(found, Fit), found
    return found


def test_a_sheet_of_a4_at_80_grams_weighs_just_under_five_grams() -> None:
    assert sheet_weight_mg(Decimal(80), Decimal(210), Decimal(297)) == 4990
    assert sheet_weight_mg(Decimal(75), Decimal("215.9"), Decimal("279.4")) == 4524


@pytest.mark.parametrize(("sheets", "name"), [(1, "c65"), (6, "c65"), (7, "c5"), (10, "c5"), (11, "c4"), (30, "c4")])
def test_the_smallest_envelope_is_chosen_by_sheets(sheets: int, name: str) -> None:
    assert fitted(sheets).envelope.name == name


def test_weight_and_thickness_are_the_sums_of_the_parts() -> None:
    found = fitted(3, item("flyer", 2000, thickness_um=100))
    assert found.weight_mg == 3 * 4990 + 4580 + 2000
    assert found.thickness_um == 3 * 100 * 3 + 200 + 100
    assert found.reasons[-1].text == ("21.55 g, 1.2 mm thick: 3 sheets of a4-80 at 4.99 g, envelope 4.58 g, flyer 2 g.")


def test_a_fold_makes_more_of_its_layers_by_its_bulk_rounded_up() -> None:
    bulky = replace(MACHINE, folds={"c": FoldLimit(8, 33)})
    assert bulky.folded_um(1, 101, "c") == 403  # 303 × 1.33 = 402.99
    assert bulky.folded_um(1, 101, "half") == 269, "by hand the worst bulk is reckoned with: 202 × 1.33 = 268.66"


def test_too_thick_a_set_takes_a_larger_envelope_and_says_why() -> None:
    found = fitted(4, item("brochure", thickness_um=1900))
    assert found.envelope.name == "c5"
    assert found.reasons[0].text == (
        "c5 (229 × 162 mm) is the smallest envelope that takes 4 sheets. c65: 3.1 mm of content, takes 3 mm."
    )


def test_too_heavy_a_set_takes_a_larger_envelope() -> None:
    light = replace(C65, material=replace(C65.material, most_weight_mg=9000))
    assert fitted(2, envelopes=(light, C5)).reasons[0].text.endswith("c65: 9.98 g of content, takes 9 g.")


def test_what_the_machine_cannot_do_is_filled_by_hand() -> None:
    found = fitted(35)
    assert (found.envelope.name, found.handling, found.subsets) == ("c4", Handling.MANUAL, (35,))
    assert "c4: 35 sheets, 30 at once, and M1 joins 1 subset" in found.reasons[0].text


def test_what_nobody_may_fill_by_hand_fits_nowhere() -> None:
    found = fit(35, machine=replace(MACHINE, manual=False))
    assert isinstance(found, Misfit)
    assert "c65: 35 sheets, takes 6" in found.text


def test_an_envelope_for_hands_only_is_taken_when_no_other_does() -> None:
    bag = envelope("bag", (230, 330), "none", 200, 40_000, machine=False)
    assert fitted(50, envelopes=(bag, C4)).handling is Handling.MANUAL
    assert fitted(5, envelopes=(bag, C4)).envelope.name == "c4"


def test_limits_of_the_machine_hold_besides_those_of_the_envelope() -> None:
    thin = fitted(6, machine=replace(MACHINE, most_thickness_um=1900))
    assert thin.envelope.name == "c5", "1.8 mm folded twice and 0.2 mm of envelope are 2 mm"
    light = fitted(6, machine=replace(MACHINE, most_weight_mg=30_000))
    assert light.handling is Handling.MANUAL
    assert "34.52 g filled, and M1 takes 30 g" in light.reasons[0].text
    small = fitted(11, machine=replace(MACHINE, most_height_mm=200))
    assert "c4: 229 × 324 mm is no size that M1 opens" in small.reasons[0].text
    unfolding = fitted(1, machine=replace(MACHINE, folds={"none": FoldLimit(30, 0)}))
    assert "c65: M1 does not know the fold c" in unfolding.reasons[0].text


def test_a_set_above_the_accumulator_is_folded_in_subsets() -> None:
    joining = replace(MACHINE, accumulator_sheets=4, most_subsets=3)
    found = fitted(6, machine=joining)
    assert (found.envelope.name, found.subsets) == ("c65", (3, 3))
    assert found.reasons[1].text == "M1 folds 4 sheets at once (fold c), so the set is 3 + 3."
    assert fitted(13, machine=joining).handling is Handling.MANUAL


def test_paper_of_another_size_needs_its_own_envelope() -> None:
    letter = replace(C65, sheet_width_mm=215.9, sheet_height_mm=279.4)
    found = fit(1, envelopes=(letter,))
    assert isinstance(found, Misfit)
    assert found.text == "c65: is for sheets of 215.9 × 279.4 mm"


def test_an_insert_lies_in_an_envelope_turned_or_not_at_all() -> None:
    upright = replace(item("card"), width_mm=99, height_mm=210)
    assert fitted(1, upright).envelope.name == "c65"
    large = replace(item("map"), width_mm=155, height_mm=200)
    assert fitted(1, large).envelope.name == "c5"
    poster = fit(1, replace(item("poster"), width_mm=300, height_mm=400))
    assert isinstance(poster, Misfit)
    assert "c4: the insert poster does not lie in it" in poster.text


@given(st.integers(1, 500), st.integers(1, 60))
def test_subsets_are_even_within_the_limit_and_lose_no_sheet(sheets: int, most: int) -> None:
    parts = subsets(sheets, most)
    assert sum(parts) == sheets
    assert max(parts) <= most
    assert max(parts) - min(parts) <= 1
    assert len(parts) == -(-sheets // most), "there is no way with fewer"
