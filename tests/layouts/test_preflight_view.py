"""What a fold turns to the window, and what can come into view there: small sheets, worked out by hand."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.envelope import Envelope, load_envelope
from layouts.errors import LayoutError
from layouts.folding import FOLD_LINES, Fold, Strip, facing, layers
from layouts.freearea import free_boxes, intersection, largest_free_box
from layouts.geometry import Box
from layouts.visibility import Exposure, address_box, exposures, hidden_regions, safe_address_box, visibility

# A sheet of 100 × 90 in an envelope of 120 × 80 with 10 mm of play across; its window is 60 × 20.
PLAIN = Envelope(
    name="plain",
    title="plain",
    outside_width_mm=120,
    outside_height_mm=80,
    inside_width_mm=110,
    inside_height_mm=70,
    window=Box(20, 30, 60, 20),
    fold="half",
    folds_mm=(50,),
    sheet_width_mm=100,
    sheet_height_mm=90,
    address_standard="",
    address_field=Box(20, 10, 40, 10),
    envelope_tolerance_mm=0,
    window_tolerance_mm=0,
    address_margin_mm=0,
    max_sheets=1,
    clear_zones=(),
)


def folded(fold: Fold, *folds_mm: float, **changes: object) -> Envelope:
    return dataclasses.replace(PLAIN, fold=fold, folds_mm=folds_mm, **changes)  # type: ignore[arg-type]


def test_a_flat_sheet_faces_the_window_with_all_of_its_front() -> None:
    assert facing("none", (), 297) == (Strip("front", 0, 297, 0),)


@pytest.mark.parametrize(("fold", "lines"), [("half", (50.0,)), ("c", (30.0, 60.0)), ("z", (30.0, 60.0))])
def test_panels_of_one_height_hide_one_another(fold: Fold, lines: tuple[float, ...]) -> None:
    height_mm = 100.0 if fold == "half" else 90.0
    assert facing(fold, lines, height_mm) == (Strip("front", 0, lines[0], 0),)


def test_a_longer_second_half_stands_out_above_with_its_back() -> None:
    # 40 mm in front, 50 mm behind: 10 mm stand out, and there the sheet's foot is uppermost.
    front, back = facing("half", (40.0,), 90.0)
    assert front == Strip("front", 0, 40, 0)
    assert (back.side, back.top_mm, back.bottom_mm) == ("back", -10, 0)
    assert back.page_box(Box(0, -10, 30, 10), 100) == Box(70, 80, 100 - 70, 10)


def test_a_c_fold_shows_the_front_of_a_third_panel_that_is_too_long() -> None:
    # Panels of 30, 20 and 40 mm. The second goes up to 10, the third from there down to 50: 20 mm below the first.
    _, strip = facing("c", (30.0, 50.0), 90.0)
    assert (strip.side, strip.top_mm, strip.bottom_mm) == ("front", 30, 50)
    assert strip.page_box(Box(5, 30, 10, 20), 100) == Box(5, 70, 10, 20)


def test_the_two_folds_in_three_differ_in_what_stands_out_above() -> None:
    # DIN 5008 form A: 87, 105 and 105 mm. 18 mm stand out: of the third panel in a C-fold, of the second in a Z-fold.
    c_fold, z_fold = facing("c", (87.0, 192.0), 297.0), facing("z", (87.0, 192.0), 297.0)
    assert [(strip.side, strip.top_mm, strip.bottom_mm) for strip in c_fold] == [("front", 0, 87), ("front", -18, 0)]
    assert [(strip.side, strip.top_mm, strip.bottom_mm) for strip in z_fold] == [("front", 0, 87), ("back", -18, 0)]
    assert c_fold[1].page_box(Box(0, -18, 210, 18), 210) == Box(0, 192, 210, 18)
    assert z_fold[1].page_box(Box(0, -18, 210, 18), 210) == Box(0, 174, 210, 18)


def test_a_z_fold_shows_the_third_panel_below_the_second() -> None:
    # 30, 25 and 45 mm: the second goes up to 5, the third down to 50; the first covers to 30.
    strips = facing("z", (30.0, 55.0), 100.0)
    assert [(strip.side, strip.top_mm, strip.bottom_mm) for strip in strips] == [("front", 0, 30), ("front", 30, 50)]
    assert strips[1].lay(Box(10, 85, 5, 5), 100) == Box(10, 35, 5, 5)
    assert strips[1].lay(Box(10, 60, 5, 5), 100) is None


@given(
    st.sampled_from([fold for fold, lines in FOLD_LINES.items() if lines == 2]),
    st.floats(20, 100),
    st.floats(20, 100),
    st.floats(20, 100),
)
def test_what_faces_the_window_is_every_height_once(fold: Fold, first: float, second: float, third: float) -> None:
    lines = (first, first + second)
    height_mm = first + second + third
    strips = sorted(facing(fold, lines, height_mm), key=lambda strip: strip.top_mm)
    for upper, lower in pairwise(strips):
        assert upper.bottom_mm == pytest.approx(lower.top_mm)
    all_layers = layers(fold, lines, height_mm)
    assert strips[0].top_mm == pytest.approx(min(layer.top_mm for layer in all_layers), abs=1e-5)
    assert strips[-1].bottom_mm == pytest.approx(max(layer.bottom_mm for layer in all_layers), abs=1e-5)


@given(st.floats(0, 60), st.floats(0.5, 40), st.floats(-20, 0), st.floats(1, 30), st.sampled_from(["front", "back"]))
def test_a_box_comes_back_from_the_folded_sheet_as_it_was(
    x: float, width: float, top: float, height: float, side: str
) -> None:
    strip = Strip("front" if side == "front" else "back", top, top + height, 80.0)
    laid = Box(x, top, width, height)
    page = strip.page_box(laid, 100)
    assert page is not None
    again = strip.lay(page, 100)
    assert again is not None
    assert (again.x_mm, again.y_mm, again.right_mm, again.bottom_mm) == pytest.approx(
        (laid.x_mm, laid.y_mm, laid.right_mm, laid.bottom_mm)
    )


def test_the_window_sweeps_over_the_sheet_by_its_play() -> None:
    # Inside 110 × 70 from (5, 5) to (115, 75); folded to 100 × 50: 10 and 20 mm of play. The corner lies in x 5 to 15,
    # y 5 to 25, so the window (20 to 80, 30 to 50) comes over x 5 to 75, y 5 to 45 of the panel.
    even = folded("half", 50, sheet_height_mm=100)
    assert even.corner_range() == Box(5, 5, 10, 20)
    assert even.nominal_place() == (10, 15)
    assert exposures(even) == (Exposure("front", Box(5, 5, 70, 40)),)
    # Surely seen is what lies in the window at every place: x 15 to 65; 25 to 25 down is nothing at all.
    assert even.surely_seen() == Box(15, 25, 50, 0)
    with pytest.raises(LayoutError, match="E4041"):
        safe_address_box(even)


def test_tolerances_make_the_view_larger_and_the_room_for_the_address_smaller() -> None:
    exact = folded("half", 70, sheet_height_mm=140)
    loose = dataclasses.replace(exact, envelope_tolerance_mm=1.5, window_tolerance_mm=1, address_margin_mm=2)
    assert exposures(exact)[0].box == Box(5, 25, 70, 20)
    assert exposures(loose)[0].box == Box(2.5, 22.5, 75, 25)
    assert safe_address_box(exact) == Box(15, 25, 50, 20)
    assert safe_address_box(loose) == Box(19.5, 29.5, 41, 11)


def test_ink_on_a_strip_that_stands_out_is_found_though_it_lies_far_down_the_page() -> None:
    # C-fold of 30, 20 and 40: y 70 to 90 stand 30 to 50 below the top. The corner lies in y 5 to 25 and the window
    # shows 30 to 50, that is y 45 to 85 of the page's third panel (cut at 70): x 5 to 75.
    tall = folded("c", 30, 50)
    assert tall.folded_height_mm == 50
    assert exposures(tall)[1] == Exposure("front", Box(5, 70, 70, 15))
    found = visibility(None, {"foot": Box(50, 80, 50, 10), "below": Box(0, 85, 100, 5)}, tall)
    assert [(one.rule, one.box, one.amount_mm, one.place) for one in found] == [
        ("ink-visible", "foot", 5, Box(50, 80, 25, 5))
    ]


def test_a_strip_of_the_back_is_looked_for_on_the_back() -> None:
    # Half fold at 20: the back of y 20 to 90 stands 50 mm out above. The sheet fills the envelope's height (70), so its
    # top edge lies at 55, and the window (30 to 50) shows 25 to 5 mm above it: y 45 to 65 of the back, x mirrored.
    high = folded("half", 20)
    assert high.play_mm() == (10, 0)
    assert exposures(high) == (Exposure("back", Box(25, 45, 70, 20)),)
    ink = {"note": Box(30, 50, 10, 10)}
    assert visibility(None, ink, high) == []
    (found,) = visibility(None, {}, high, back_ink_boxes=ink)
    assert (found.rule, found.page, found.place) == ("ink-visible", 2, Box(30, 50, 10, 10))


def test_what_is_not_exposed_is_hidden() -> None:
    even = folded("half", 50, sheet_height_mm=100)
    hidden = hidden_regions(even)
    assert hidden == (Box(0, 0, 100, 5), Box(0, 5, 5, 40), Box(75, 5, 25, 40), Box(0, 45, 100, 55))
    assert all(not box.touches(exposures(even)[0].box) for box in hidden)


boxes = st.builds(Box, st.floats(-10, 90), st.floats(-10, 90), st.floats(0.5, 60), st.floats(0.5, 60))


@given(st.lists(boxes, max_size=4))
def test_what_is_left_of_an_area_covers_it_together_with_what_was_taken_out(blocked: list[Box]) -> None:
    area = Box(0, 0, 100, 100)
    free = free_boxes(area, blocked)
    assert all(not one.touches(other) for one in free for other in blocked)
    assert all(not one.touches(other) for index, one in enumerate(free) for other in free[:index])
    for x in range(1, 100, 7):
        for y in range(1, 100, 7):
            spot = Box(x - 0.01, y - 0.01, 0.02, 0.02)
            assert any(spot.touches(box) for box in (*free, *blocked))


@given(st.lists(boxes, max_size=3))
def test_the_largest_free_box_is_as_large_as_any_piece_that_is_left(blocked: list[Box]) -> None:
    area = Box(0, 0, 100, 100)
    best = largest_free_box(area, blocked)
    assert best.spill(area) <= 1e-6
    assert all(not best.touches(box) for box in blocked)
    for piece in free_boxes(area, blocked):
        assert best.width_mm * best.height_mm >= piece.width_mm * piece.height_mm - 1e-3


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_at_every_place_the_exposures_hold_all_that_shows(x: float, y: float, across: float, up: float) -> None:
    envelope = load_envelope("de-dl-a")
    corner = envelope.corner_range()
    place = (corner.x_mm + across * corner.width_mm, corner.y_mm + up * corner.height_mm)
    spot = Box(x * 209, y * 296, 1, 1)
    laid = [part for strip in envelope.facing if strip.side == "front" and (part := strip.lay(spot, 210))]
    shows = any(part.moved(*place).touches(envelope.window) for part in laid)
    if shows:
        assert any(spot.touches(one.box) for one in exposures(envelope) if one.side == "front")
    safe = safe_address_box(envelope)
    if spot.spill(safe) <= 0:
        assert spot.moved(*place).spill(envelope.window) <= 0


def test_the_address_goes_into_the_part_of_its_field_that_surely_shows() -> None:
    envelope = load_envelope("de-dl-b")
    assert address_box(envelope) == intersection(safe_address_box(envelope), envelope.address_field)
    assert visibility(address_box(envelope), {}, envelope) == []
    apart = dataclasses.replace(envelope, address_field=Box(150, 0, 10, 10))
    assert address_box(apart) == safe_address_box(apart)
