"""The verdict of `check_layout` on random addresses, windows, ink and marks is that of laying the sheet in many
places."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from layouts.envelope import Envelope, load_envelope
from layouts.finding import Finding
from layouts.folding import Fold
from layouts.geometry import Box
from layouts.parts import PageKind, Slip, Zone
from layouts.preflight import check_layout
from tests.corpus.oracle import places, shows, stays_in_view

WIDTH_MM = 210.0
ENVELOPES = [load_envelope(name) for name in ("c5", "c4", "de-dl-a", "de-dl-b", "no-c5", "ch-c5-right", "fr-dl")]
ADDRESS = Box(30, 50, 1, 1)
_IN_THREE: tuple[Fold, ...] = ("c", "z")
ZONE = Box(0, 60, 18, 140)


@dataclass(frozen=True)
class Sheet:
    """A layout of nothing but boxes on the first page."""

    first: dict[str, Box]
    name: str = "sheet"
    version: int = 1
    file: str = "sheet.toml"
    width_mm: float = WIDTH_MM
    height_mm: float = 297.0
    margin_mm: float = 0.0
    clear_zones: tuple[Zone, ...] = (Zone("marks", ZONE),)
    slips: dict[str, Slip] = field(default_factory=dict)

    def boxes(self, page: PageKind, /) -> dict[str, Box]:
        return dict(self.first) if page == "first" else {}


def halves(least: float, most: float) -> st.SearchStrategy[float]:
    """Half millimetres: edges meet often, and what is a hair off never is."""
    return st.integers(round(least * 2), round(most * 2)).map(lambda count: count / 2)


def boxes(x: tuple[float, float], y: tuple[float, float], most: float) -> st.SearchStrategy[Box]:
    return st.builds(Box, halves(*x), halves(*y), halves(0.5, most), halves(0.5, most))


AT_THE_EDGE = st.builds(
    lambda off_mm, y_mm, width_mm: Box(ZONE.right_mm + off_mm - width_mm, y_mm, width_mm, 0.5),
    halves(-0.5, 0.5),
    halves(62, 198),
    halves(2, 10),
)
"""Marks that end where their zone ends, or half a millimetre off."""


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    """A shipped envelope with another window, and folded a little off: so that further panels stand out."""
    envelope = draw(st.sampled_from(ENVELOPES))
    if len(envelope.folds_mm) == 2:
        first_mm, second_mm = envelope.folds_mm
        envelope = dataclasses.replace(
            envelope,
            outside_height_mm=160,
            inside_height_mm=158,
            folds_mm=(first_mm - draw(halves(0, 20)), second_mm - draw(halves(0, 20))),
            fold=draw(st.sampled_from(_IN_THREE)),
        )
    y_mm = draw(halves(3, envelope.outside_height_mm - 30))
    height_mm = draw(halves(25, envelope.outside_height_mm - y_mm - 3))
    window = Box(draw(halves(8, 60)), y_mm, draw(halves(70, 130)), height_mm)
    changed = dataclasses.replace(envelope, window=window)
    assume(min(changed.play_mm(WIDTH_MM)) >= 0)
    return changed


@st.composite
def addresses(draw: st.DrawFn, envelope: Envelope) -> Box:
    """An address with its edges near those of what surely shows, by quarter millimetres."""
    safe = envelope.surely_seen(WIDTH_MM).grown(-envelope.address_margin_mm)
    quarters = st.integers(-3, 12).map(lambda count: count / 4)
    left_mm, top_mm = max(safe.x_mm, 0) + draw(quarters), max(safe.y_mm, 0) + draw(quarters)
    right_mm, bottom_mm = safe.right_mm - draw(quarters), safe.bottom_mm - draw(quarters)
    assume(right_mm > left_mm and bottom_mm > top_mm)
    return Box(left_mm, top_mm, right_mm - left_mm, bottom_mm - top_mm)


def rules(findings: list[Finding], box: str) -> set[str]:
    return {one.rule for one in findings if one.box == box}


@settings(max_examples=400)
@given(st.data(), envelopes())
def test_an_address_is_hidden_where_any_place_of_the_sheet_hides_it(data: st.DataObject, envelope: Envelope) -> None:
    address = data.draw(st.one_of(addresses(envelope), boxes((5, 60), (0, 120), 90)))
    found = [one for one in check_layout(Sheet({"address": address}), [envelope]) if one.rule == "address-hidden"]
    assert bool(found) == (not stays_in_view(address, envelope, WIDTH_MM))
    for one in found:
        assert one.place is not None
        assert one.place.spill(address) <= 1e-6
        # What is left of the address when all that can be hidden is cut off stays in view.
        assert one.amount_mm > 0
        left = address.grown(-one.amount_mm)
        if min(left.width_mm, left.height_mm) > 0:
            assert stays_in_view(left, envelope, WIDTH_MM)


@settings(max_examples=400)
@given(envelopes(), boxes((0, 200), (0, 290), 40))
def test_ink_is_visible_where_any_place_of_the_sheet_shows_it(envelope: Envelope, ink: Box) -> None:
    assume(ink.right_mm <= WIDTH_MM and ink.bottom_mm <= envelope.sheet_height_mm)
    found = check_layout(Sheet({"address": ADDRESS, "ink": ink}), [envelope])
    assert ("ink-visible" in rules(found, "ink")) == shows(ink, envelope, WIDTH_MM)
    for one in found:
        if one.rule == "ink-visible":
            assert one.place is not None
            assert one.place.spill(ink) <= 1e-6
            assert shows(one.place, envelope, WIDTH_MM)


@settings(max_examples=400)
@given(envelopes(), st.one_of(boxes((0, 25), (50, 215), 12), AT_THE_EDGE), boxes((10, 120), (30, 250), 60))
def test_a_mark_is_told_where_it_shows_leaves_its_zone_or_meets_ink(envelope: Envelope, mark: Box, ink: Box) -> None:
    sheet = Sheet({"address": ADDRESS, "ink": ink})
    told = rules(check_layout(sheet, [envelope], {"m": mark}), "mark m")
    assert ("ink-visible" in told) == shows(mark, envelope, WIDTH_MM)
    corners = [(mark.x_mm, mark.y_mm), (mark.right_mm, mark.bottom_mm)]
    in_zone = all(0 <= x <= ZONE.right_mm and ZONE.y_mm <= y <= ZONE.bottom_mm for x, y in corners)
    assert ("mark-outside-zone" in told) == (not in_zone)
    # Half millimetres: two boxes share area when the middle of some half millimetre lies in both.
    spots = (
        (mark.x_mm + 0.25 + across / 2, mark.y_mm + 0.25 + down / 2)
        for across in range(round(mark.width_mm * 2))
        for down in range(round(mark.height_mm * 2))
    )
    inked = (ink, ADDRESS)
    meets = any(box.x_mm < x < box.right_mm and box.y_mm < y < box.bottom_mm for x, y in spots for box in inked)
    assert ("mark-on-ink" in told) == meets


@pytest.mark.parametrize("envelope", ENVELOPES, ids=lambda one: one.name)
def test_the_places_tried_reach_the_ends_of_the_play(envelope: Envelope) -> None:
    tried = list(places(envelope, WIDTH_MM))
    for place in envelope.sheet_places(WIDTH_MM):
        assert any(place == pytest.approx(one) for one in tried)
