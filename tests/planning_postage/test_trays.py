"""Presort: every piece in one tray, trays within their limits, in the order of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.errors import InputRefused
from mailroom.planning.postage.item import PostalItem
from mailroom.planning.postage.pallets import load_pallets
from mailroom.planning.postage.posting import plan_postage
from mailroom.planning.postage.product import TrayKind
from mailroom.planning.postage.rating import RatedItem, rate
from mailroom.planning.postage.scheme import LastTray, Scheme
from mailroom.planning.postage.trays import RESIDUE, Tray, as_mailed, presort
from tests.planning_postage.values import TRAY, item, product, scheme, shipped_schemes, shipped_tariff, tariff


def rated(items: Sequence[PostalItem], tray: TrayKind = TRAY) -> tuple[RatedItem, ...]:
    letter = product("letter", prices=((1000, "10.00"),), tray=tray, countries=("NO", "SE"))
    return rate(items, tariff(letter)).rated


def sorted_into(postcodes: Sequence[str], by: Scheme | None = None) -> tuple[Tray, ...]:
    return presort(rated([item(f"P{at:03d}", code) for at, code in enumerate(postcodes)]), {"two": by or scheme()})


def said(trays: Sequence[Tray]) -> list[tuple[str, str, int]]:
    return [(tray.level, tray.destination.title, len(tray.pieces)) for tray in trays]


def test_a_destination_with_enough_has_its_own_tray_the_rest_goes_up_and_what_is_left_is_residue() -> None:
    postcodes = ["4701"] * 5 + ["4601"] * 4 + ["4501"] * 4 + ["0101"] * 4
    trays = sorted_into(postcodes)
    assert said(trays) == [("digits", "47", 5), ("area", "Area 4", 8), (RESIDUE, "Residue", 4)]
    assert trays[0].reasons[0] == "Postcodes 47: 5 items, 5 needed for a tray."
    assert trays[1].reasons[0] == (
        "Postcodes 45: 4 items, 5 needed for a tray; Area Area 4: 8 items, 8 needed for a tray."
    )
    assert trays[2].reasons[0] == (
        "Postcodes 01: 4 items, 5 needed for a tray; Area Area 0: 4 items, 8 needed for a tray."
    )


def test_one_item_short_of_the_least_number_makes_no_tray() -> None:
    assert said(sorted_into(["4701"] * 4)) == [(RESIDUE, "Residue", 4)]


def test_an_unknown_postcode_goes_to_the_residue_with_its_reason() -> None:
    trays = sorted_into(["47", "4701", "4701", "4701", "4701", "4701"])
    assert said(trays) == [("digits", "47", 5), (RESIDUE, "Residue", 1)]
    assert trays[1].reasons == ("47 By is not a postcode of the scheme two.",)
    assert trays[1].area is None


def test_a_tray_belongs_to_an_area_only_when_all_of_it_does() -> None:
    trays = sorted_into(["4701"] * 5 + ["0101"] * 2 + ["9901"])
    assert [tray.area.title if tray.area else "" for tray in trays] == ["Area 4", ""]
    assert [tray.area.title if tray.area else "" for tray in sorted_into(["0101"])] == ["Area 0"]


@pytest.mark.parametrize(
    ("tray", "sizes"),
    [
        (TrayKind("t", "T", 4, 10**9, 10**9, 0), [4, 4, 2]),
        (TrayKind("t", "T", 5, 10**9, 10**9, 0), [5, 5]),
        (TrayKind("t", "T", 99, 45_000, 10**9, 0), [3, 3, 3, 1]),
        (TrayKind("t", "T", 99, 44_999, 10**9, 0), [2, 2, 2, 2, 2]),
        (TrayKind("t", "T", 99, 10**9, 7_000, 0), [7, 3]),
        (TrayKind("t", "T", 99, 10**9, 6_999, 0), [6, 4]),
    ],
)
def test_a_tray_is_filled_up_to_and_including_its_limit(tray: TrayKind, sizes: list[int]) -> None:
    pieces = rated([item(f"P{at:03d}", weight_mg=15_000, thickness_um=1_000) for at in range(10)], tray)
    trays = presort(pieces, {"two": scheme()})
    assert [len(each.pieces) for each in trays] == sizes
    assert [(each.number, each.part, each.parts) for each in trays] == [
        (at, at, len(sizes)) for at in range(1, len(sizes) + 1)
    ]


def test_envelopes_and_formats_are_not_mixed_in_a_tray() -> None:
    items = [item(f"P{at}", envelope="c5" if at % 2 else "dl", size_mm=(220, 110)) for at in range(10)]
    trays = presort(rated(items), {"two": scheme()})
    assert [tray.envelope for tray in trays] == ["c5", "dl"]


def test_a_scheme_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputRefused, match="E7509"):
        presort(rated([item()]), {})


def test_what_was_not_mailed_is_out_of_its_tray_and_reprints_lie_in_trays_behind_the_others() -> None:
    trays = sorted_into(["4701"] * 12 + ["4601"] * 6)
    assert [len(tray.pieces) for tray in trays] == [6, 10, 2]
    ids = [piece.item.id for tray in trays for piece in tray.pieces]
    mailed = [id for id in ids if id not in {"P010", "P011", "P003"}] + ["P003"]
    kept = as_mailed(trays, mailed, {"P003"}, {"two": scheme()})
    assert [(tray.number, len(tray.pieces)) for tray in kept] == [(1, 6), (2, 9), (4, 1)]
    assert kept[2].pieces[0].item.id == "P003"
    assert kept[2].level == RESIDUE
    assert [len(tray.reasons) for tray in kept] == [6, 9, 1]


def test_a_mailed_piece_of_no_plan_is_refused() -> None:
    with pytest.raises(InputRefused, match="E7510 1 mailed piece of no planned tray, the first is P999"):
        as_mailed(sorted_into(["4701"]), ["P000", "P999"], (), {"two": scheme()})


def test_areas_with_enough_trays_have_pallets_of_their_own() -> None:
    trays = sorted_into(["4701"] * 35 + ["0101"] * 15 + ["9901"] * 5 + ["1"])
    pallets = load_pallets(trays, {"two": scheme()})
    assert [(each.destination.title, each.part, each.parts, len(each.trays)) for each in pallets] == [
        ("Area 0", 1, 1, 2),
        ("Area 4", 1, 2, 3),
        ("Area 4", 2, 2, 1),
        ("Mixed", 1, 1, 2),
    ]
    assert pallets[0].weight_mg == 20_000_000 + 2 * 500_000 + 15 * 15_000
    assert pallets[0].pieces == 15


def test_a_pallet_is_not_heavier_than_allowed() -> None:
    trays = sorted_into(["4701"] * 30)
    by = scheme(most_weight_mg=20_000_000 + 650_000)
    assert [len(each.trays) for each in load_pallets(trays, {"two": by})] == [1, 1, 1]
    with pytest.raises(InputRefused, match="E7512"):
        load_pallets(trays, {"two": scheme(most_weight_mg=20_000_000 + 649_999)})


def test_the_last_two_trays_share_when_the_last_would_hold_too_little() -> None:
    assert said(sorted_into(["4701"] * 21, scheme(last=LastTray(5, "even")))) == [
        ("digits", "47", 10),
        ("digits", "47", 6),
        ("digits", "47", 5),
    ]
    assert [len(tray.pieces) for tray in sorted_into(["4701"] * 15, scheme(last=LastTray(5, "even")))] == [10, 5]


def test_what_a_last_tray_lacks_sends_its_pieces_to_the_next_level_in_their_order() -> None:
    by = scheme(last=LastTray(5, "next"), last_area=LastTray(3, "next"))
    trays = sorted_into(["4701"] * 12 + ["4601"] * 4 + ["4501"] * 4 + ["4801"] * 2, by)
    assert said(trays) == [("digits", "47", 10), ("area", "Area 4", 10), (RESIDUE, "Residue", 2)]
    assert [piece.item.postcode[:2] for piece in trays[1].pieces] == ["45"] * 4 + ["46"] * 4 + ["47"] * 2
    assert trays[1].reasons[-1] == (
        "Postcodes 47: 12 items, 5 needed for a tray (tray 2 would hold 2, 5 needed for a last tray); "
        "Area Area 4: 12 items, 8 needed for a tray."
    )
    assert trays[2].reasons[0] == (
        "Postcodes 48: 2 items, 5 needed for a tray; "
        "Area Area 4: 12 items, 8 needed for a tray (tray 2 would hold 2, 3 needed for a last tray)."
    )
    assert trays[0].reasons[0] == "Postcodes 47: 12 items, 5 needed for a tray."


def test_a_last_tray_that_is_heavy_without_being_many_can_not_share_and_goes_on() -> None:
    light = [item(f"P{at:03d}", "4701") for at in range(10)]
    heavy = [item(f"P{at:03d}", "4702", weight_mg=330_000) for at in range(10, 13)]
    pieces = rated([*light, *heavy])
    trays = presort(pieces, {"two": scheme(last=LastTray(5, "even"))})
    assert said(trays) == [("digits", "47", 10), (RESIDUE, "Residue", 3)]


PLACES = st.builds(
    item,
    postcode=st.sampled_from(["4701", "4702", "4601", "4501", "0101", "0150", "9999", "12", ""]),
    country=st.sampled_from(["NO", "NO", "NO", "SE"]),
    weight_mg=st.integers(1, 400_000),
    thickness_um=st.integers(1, 5_000),
    envelope=st.sampled_from(["c5", "dl"]),
    sort_key=st.sampled_from(["a", "b", "c"]),
)


@st.composite
def lots(draw: st.DrawFn) -> list[PostalItem]:
    return [replace(each, id=f"P{at:04d}") for at, each in enumerate(draw(st.lists(PLACES, max_size=80)))]


KINDS = st.builds(
    lambda items, weight_mg, length_um: TrayKind("t", "T", items, weight_mg, length_um, 1),
    st.integers(1, 12),
    st.integers(400_000, 2_000_000),
    st.integers(5_000, 40_000),
)


@given(lots(), KINDS, st.integers(1, 8), st.integers(1, 8), st.randoms(use_true_random=False))
def test_every_piece_lies_in_one_tray_limits_are_kept_and_the_order_does_not_matter(
    items: list[PostalItem], kind: TrayKind, least: int, least_area: int, random: object
) -> None:
    by = {"two": scheme(least=least, least_area=least_area)}
    trays = presort(rated(items, kind), by)
    lying = [piece.item for tray in trays for piece in tray.pieces]
    assert sorted(each.id for each in lying) == [each.id for each in items]
    assert [tray.number for tray in trays] == list(range(1, len(trays) + 1))
    for tray in trays:
        assert 1 <= len(tray.pieces) <= kind.most_items
        assert tray.pieces_weight_mg <= kind.most_weight_mg
        assert tray.length_um <= kind.most_length_um
        keys = [(p.item.country, p.item.postcode, p.item.sort_key, p.item.id) for p in tray.pieces]
        assert keys == sorted(keys)
        assert {p.item.envelope for p in tray.pieces} == {tray.envelope}
        assert len(tray.reasons) == len(tray.pieces)
        if tray.level == "digits":
            assert {p.item.postcode[:2] for p in tray.pieces} == {tray.destination.key}
        if tray.level == "area":
            assert {p.item.postcode[:1] for p in tray.pieces} == {tray.destination.key}
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert presort(rated(shuffled, kind), by) == trays


@given(lots(), st.integers(1, 8), st.integers(1, 8))
def test_a_destination_has_trays_of_its_own_exactly_when_it_has_enough(
    items: list[PostalItem], least: int, least_area: int
) -> None:
    trays = presort(rated(items), {"two": scheme(least=least, least_area=least_area)})
    for envelope in ("c5", "dl"):
        known = [
            each for each in items if each.envelope == envelope and each.country == "NO" and len(each.postcode) == 4
        ]
        digits = {each.postcode[:2] for each in known}
        enough = {key for key in digits if sum(each.postcode[:2] == key for each in known) >= least}
        left = [each for each in known if each.postcode[:2] not in enough]
        areas = {key for key in "0469" if sum(each.postcode[0] == key for each in left) >= least_area}
        own = [tray for tray in trays if tray.envelope == envelope]
        assert {tray.destination.key for tray in own if tray.level == "digits"} == enough
        assert {tray.destination.key for tray in own if tray.level == "area"} == areas


@given(lots(), KINDS, st.integers(1, 8), st.integers(1, 8), st.data())
def test_no_last_tray_holds_less_than_its_level_asks_and_still_every_piece_lies_in_one(
    items: list[PostalItem], kind: TrayKind, least: int, least_area: int, data: st.DataObject
) -> None:
    rules = {
        level: LastTray(data.draw(st.integers(1, most)), data.draw(st.sampled_from(["even", "next"])))
        for level, most in (("digits", least), ("area", least_area))
    }
    by = scheme(least=least, least_area=least_area, last=rules["digits"], last_area=rules["area"])
    trays = presort(rated(items, kind), {"two": by})
    assert sorted(piece.item.id for tray in trays for piece in tray.pieces) == [each.id for each in items]
    for tray in trays:
        assert len(tray.pieces) <= kind.most_items
        assert tray.pieces_weight_mg <= kind.most_weight_mg
        assert tray.length_um <= kind.most_length_um
        keys = [(p.item.country, p.item.postcode, p.item.sort_key, p.item.id) for p in tray.pieces]
        assert keys == sorted(keys)
        assert len(tray.reasons) == len(tray.pieces)
        if tray.level != RESIDUE and tray.part == tray.parts and len(tray.pieces) < rules[tray.level].least_items:
            assert is_full(tray, trays, kind)


def is_full(tray: Tray, trays: Sequence[Tray], kind: TrayKind) -> bool:
    """Whether a piece fell behind a last tray, and would not have fitted into it: a full tray has what it needs."""
    behind = {"digits": ("area", RESIDUE), "area": (RESIDUE,)}[tray.level]
    fell = [
        piece.item
        for each in trays
        if each.level in behind and each.envelope == tray.envelope
        for piece in each.pieces
        if "last tray" in each.reasons[each.pieces.index(piece)]
        and piece.item.country == "NO"
        and piece.item.postcode.startswith(tray.destination.key)
    ]
    if not fell:
        return False
    first = min(fell, key=lambda each: (each.postcode, each.sort_key, each.id))
    return (
        len(tray.pieces) == kind.most_items
        or tray.pieces_weight_mg + first.weight_mg > kind.most_weight_mg
        or tray.length_um + first.thickness_um > kind.most_length_um
    )


@given(lots(), st.integers(1, 5))
def test_every_tray_stands_on_one_pallet_and_pallets_keep_their_limits(items: list[PostalItem], least: int) -> None:
    by = {"two": scheme(least=least)}
    trays = presort(rated(items, replace(TRAY, most_items=3)), by)
    pallets = load_pallets(trays, by)
    assert sorted(tray.number for each in pallets for tray in each.trays) == [tray.number for tray in trays]
    rules = by["two"].pallets
    for pallet in pallets:
        assert len(pallet.trays) <= rules.most_trays
        assert pallet.weight_mg <= rules.most_weight_mg
        if pallet.destination.key != "mixed":
            assert {tray.area for tray in pallet.trays} == {pallet.destination}


@given(lots())
def test_the_shipped_example_plans_anything_and_every_piece_has_its_reasons(items: list[PostalItem]) -> None:
    schemes = shipped_schemes()
    plan = plan_postage(items, shipped_tariff(), schemes)
    order = list(plan.order())
    assert sorted([*order, *(each.item.id for each in plan.apart)]) == [each.id for each in items]
    reasons = plan.reasons()
    assert reasons.keys() == {each.id for each in items}
    assert all([each.code for each in reasons[id]] == ["postage", "tray"] for id in order)
    totals = plan.totals("R000001", schemes)
    assert (totals.pieces, totals.not_mailed) == (len(order), ())
    assert totals.trays == plan.trays
