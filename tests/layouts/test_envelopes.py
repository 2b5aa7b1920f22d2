"""What shows through the window, worked out by hand where it can be."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.envelope import FOLDER, Envelope, address_fields, load_envelope
from layouts.errors import LayoutError
from layouts.folding import FOLD_LINES
from layouts.geometry import Box
from layouts.parts import Layout
from layouts.preflight import check_layout
from layouts.visibility import address_box, hidden_regions, visibility

C5, C4 = load_envelope("c5"), load_envelope("c4")

# DIN 680 window: 90 × 45 at 20 mm from the left and 15 mm from the foot of the envelope; DL is 220 × 110.
DIN_DL = Envelope(
    name="dl",
    title="DL, DIN 680",
    outside_width_mm=220,
    outside_height_mm=110,
    inside_width_mm=220,
    inside_height_mm=110,
    window=Box(20, 110 - 15 - 45, 90, 45),
    fold="c",
    folds_mm=(105, 210),
    sheet_width_mm=210,
    address_standard="",
    address_field=Box(20, 45, 85, 45),
    sheet_height_mm=297,
    envelope_tolerance_mm=0,
    window_tolerance_mm=0,
    address_margin_mm=0,
    max_sheets=3,
    clear_zones=(),
)
DIN_FORMS = {
    "A": (Box(20, 27, 85, 45), (87.0, 192.0)),
    "B": (Box(20, 45, 85, 45), (105.0, 210.0)),
}


@pytest.mark.parametrize("form", ["A", "B"])
def test_both_din_forms_put_the_address_field_where_din_680_has_its_window(form: str) -> None:
    field, folds_mm = DIN_FORMS[form]
    envelope = dataclasses.replace(DIN_DL, folds_mm=folds_mm)
    assert envelope.panel_height_mm - field.bottom_mm == 15
    assert envelope.folded_height_mm == 105
    x_mm, y_mm = envelope.sheet_places(210)[0]
    on_envelope = field.moved(x_mm, y_mm)
    assert (on_envelope.x_mm, on_envelope.bottom_mm) == (20, 110 - 15)
    assert on_envelope.y_mm == envelope.window.y_mm


def test_the_places_of_the_sheet_are_the_four_extremes_of_play() -> None:
    # Inside 227 × 160 in the middle of 229 × 162; folded to 210 × 148.5: 17 mm and 11.5 mm of play.
    assert C5.play_mm(210) == (17, 11.5)
    assert set(C5.sheet_places(210)) == {(1, 12.5), (1, 1), (18, 12.5), (18, 1)}
    # Unfolded in 227 × 322: 25 mm up and down.
    assert C4.play_mm(210) == (17, 25)
    assert set(C4.sheet_places(210)) == {(1, 26), (1, 1), (18, 26), (18, 1)}


def test_the_shipped_layout_passes_in_the_shipped_envelopes(layout: Layout) -> None:
    assert check_layout(layout, [C5, C4]) == []


def test_marks_from_a_hundred_millimetres_down_stay_out_of_both_windows(layout: Layout) -> None:
    marks = {f"{n}": Box(7, 100 + 4 * n, 6.5, 0.4) for n in range(15)}
    assert check_layout(layout, [C5, C4], marks) == []


def test_a_mark_in_the_reach_of_the_window_is_found_by_name(layout: Layout) -> None:
    # The C4 window ends at 97 + 2.5 tolerance; the sheet's top is at 1 at its highest: ink above 98.5 may show.
    assert check_layout(layout, [C4], {"start": Box(7, 98.5, 6.5, 0.4)}) == []
    findings = check_layout(layout, [C4], {"start": Box(7, 98.4, 6.5, 0.4)})
    assert [(one.rule, one.box, one.envelope) for one in findings] == [("ink-visible", "mark start", "c4")]
    assert findings[0].amount_mm == pytest.approx(0.1)


def test_a_mark_outside_its_zone_or_on_ink_is_found(layout: Layout) -> None:
    rules = [one.rule for one in check_layout(layout, [], {"m": Box(15, 210, 6.5, 0.4)})]
    # On the flow of the first page and of the others, and on what slips have there.
    assert rules[:3] == ["mark-outside-zone", "mark-on-ink", "mark-on-ink"]
    assert set(rules[3:]) == {"mark-on-ink"}


def test_ink_behind_a_mark_is_found_when_both_sides_are_printed(layout: Layout) -> None:
    # Seen through the sheet, x 7 to 13.5 is x 196.5 to 203 of the back; the content ends at x 195.
    assert check_layout(layout, [], {"m": Box(7, 120, 6.5, 0.4)}, two_sided=True) == []
    inner = {"m": Box(11, 120, 6.5, 0.4)}
    assert check_layout(layout, [], inner) == []
    assert [one.rule for one in check_layout(layout, [], inner, two_sided=True)] == ["ink-behind-mark"]


def test_fronts_behind_marks_of_the_back_are_looked_at(layout: Layout) -> None:
    outer, inner = {"m": Box(7, 120, 6.5, 0.4)}, {"m": Box(11, 120, 6.5, 0.4)}
    assert check_layout(layout, [], outer, two_sided=True, marks_on="back") == []
    found = check_layout(layout, [], inner, two_sided=True, marks_on="back")
    assert {(one.rule, one.page) for one in found} == {("ink-behind-mark", 1)}


GUIDE = (Path(__file__).parents[2] / "docs" / "envelopes.md").read_text(encoding="utf-8")
FREE = re.compile(
    r"\| `([\w-]+)` .*\| ([\d.]+), ([\d.]+), ([\d.]+) × ([\d.]+) \| (left|right) of ([\d.]+), below ([\d.]+) \|"
)


def test_the_envelope_of_the_guide_shows_four_lines_of_address(tmp_path: Path) -> None:
    path = tmp_path / "guide.toml"
    path.write_text(GUIDE.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    assert visibility(Box(20, 47.5, 78, 14.8), {}, load_envelope(path)) == []


def test_the_places_that_the_guide_names_are_the_limits_of_what_shows() -> None:
    rows = FREE.findall(GUIDE)
    assert len(rows) == len(list(FOLDER.glob("*.toml")))
    for name, *shows, side, x_mm, y_mm in rows:
        envelope = load_envelope(name)
        # The guide rounds to a tenth; what shows is the address field where that is smaller.
        address = Box(*map(float, shows)).grown(-0.05)
        assert visibility(address, {}, envelope) == [], name
        free_x_mm, free_y_mm = float(x_mm), float(y_mm)
        left_mm, off_mm = (free_x_mm - 50, -0.1) if side == "left" else (free_x_mm, 0.1)
        beside, below = Box(left_mm, 0, 50, 250), Box(0, free_y_mm, 200, 20)
        kept = {"beside": beside.moved(off_mm, 0), "below": below.moved(0, 0.1)}
        assert visibility(address, {"beside": kept["beside"]}, envelope) == [], name
        assert visibility(address, {"below": kept["below"]}, envelope) == [], name
        assert visibility(address, {"beside": beside.moved(-off_mm, 0)}, envelope) != [], name
        assert visibility(address, {"below": below.moved(0, -0.1)}, envelope) != [], name


def test_an_address_too_low_or_too_wide_is_told_in_millimetres() -> None:
    # C5: the sheet's top lies at 12.5 at the lowest, the window surely open down to 87 − 2.5, with 1 mm of margin:
    # the address may reach down to 84.5 − 1 − 12.5 = 71 on the sheet.
    assert visibility(Box(20, 45, 78, 26), {}, C5) == []
    low = visibility(Box(20, 45, 78, 26.5), {}, C5)
    assert [(one.rule, round(one.amount_mm, 6)) for one in low] == [("address-hidden", 0.5)]
    # At the right: 120 − 2.5 − 1 − 18 = 98.5 on the sheet.
    wide = visibility(Box(20, 45, 79.5, 20), {}, C5)
    assert [(one.rule, round(one.amount_mm, 6)) for one in wide] == [("address-hidden", 1.0)]


def test_the_window_usual_in_norway_hides_a_six_line_address_at_full_play(layout: Layout) -> None:
    usual = dataclasses.replace(C5, window=Box(15, 44, 105, 35))
    hidden = [one for one in visibility(layout.boxes("first")["address"], {}, usual) if one.rule == "address-hidden"]
    assert hidden
    four_lines = Box(20, 47.5, 78, 14.8)
    assert visibility(four_lines, {}, usual) == []


def test_ink_below_the_fold_is_turned_away() -> None:
    tall_window = dataclasses.replace(C5, window=Box(15, 42, 105, 115), clear_zones=())
    assert visibility(Box(40, 60, 20, 20), {"low": Box(20, 149, 100, 100)}, tall_window) == []
    assert visibility(Box(40, 60, 20, 20), {"high": Box(20, 147, 100, 100)}, tall_window) != []


def test_a_sheet_that_does_not_fit_is_the_only_finding() -> None:
    findings = visibility(Box(20, 45, 78, 22), {"a": Box(20, 50, 10, 10)}, C5, sheet_width_mm=230)
    assert [(one.rule, one.amount_mm) for one in findings] == [("does-not-fit", 3)]


@given(
    st.floats(20, 60),
    st.floats(40, 60),
    st.floats(0.1, 50),
    st.floats(0.1, 20),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_between_the_extremes_nothing_is_worse(
    x: float, y: float, width: float, height: float, a: float, b: float
) -> None:
    address = Box(x, y, width, height)
    if visibility(address, {}, C5):
        return
    left, top = C5.sheet_places(210)[1]
    across, up = C5.play_mm(210)
    window = C5.window.grown(-C5.tolerance_mm)
    needed = address.grown(C5.address_margin_mm).moved(left + a * across, top + b * up)
    assert needed.spill(window) <= 1e-6


ALL = sorted(path.stem for path in FOLDER.glob("*.toml"))


@pytest.mark.parametrize("name", ALL)
def test_every_shipped_envelope_bears_its_file_name_and_shows_an_address_set_for_it(name: str) -> None:
    envelope = load_envelope(name)
    assert envelope.name == name
    assert len(envelope.folds_mm) == FOLD_LINES[envelope.fold]
    field = address_box(envelope)
    assert visibility(field, {}, envelope) == []
    # Two lines of an address at least, and forty narrow characters across.
    assert field.height_mm >= 7.4
    assert field.width_mm >= 60
    assert visibility(field, {f"{n}": box for n, box in enumerate(hidden_regions(envelope))}, envelope) == []


@pytest.mark.parametrize(
    ("name", "standard"),
    [
        ("de-dl-a", "din-5008-a"),
        ("de-dl-b", "din-5008-b"),
        ("ch-c5-right", "ch-right"),
        ("fr-dl", "fr"),
        ("no-e65", "no"),
    ],
)
def test_an_envelope_names_the_standard_that_its_address_field_is_of(name: str, standard: str) -> None:
    envelope = load_envelope(name)
    assert envelope.address_standard == standard
    assert envelope.address_field == address_fields()[standard].box


def test_the_table_of_address_fields_agrees_with_the_standards() -> None:
    fields = address_fields()
    for form, folds_mm in (("a", 87), ("b", 105)):
        assert folds_mm - fields[f"din-5008-{form}"].box.bottom_mm == 15
    assert 210 - fields["ch-right"].box.right_mm == 8
    assert 210 - fields["fr"].box.right_mm == 10
    inches = (0.6875, 2.1875, 4.5, 1.125)
    field = fields["us-9"].box
    assert [size / 25.4 for size in (field.x_mm, field.y_mm, field.width_mm, field.height_mm)] == pytest.approx(inches)


def test_the_american_window_stands_where_the_trade_measures_it_in_inches() -> None:
    envelope = load_envelope("us-10")
    window = envelope.window
    assert window.x_mm / 25.4 == pytest.approx(7 / 8)
    assert (envelope.outside_height_mm - window.bottom_mm) / 25.4 == pytest.approx(1 / 2)
    assert (window.width_mm / 25.4, window.height_mm / 25.4) == pytest.approx((4.5, 1.125))
    assert (envelope.sheet_width_mm / 25.4, envelope.sheet_height_mm / 25.4) == pytest.approx((8.5, 11))
    assert envelope.address_margin_mm / 25.4 == pytest.approx(1 / 8)


def envelope_file(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = (FOLDER / "de-dl-b.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "code", "fact", "key"),
    [
        ([('fold = "c"', 'fold = "w"')], "E4012", "not one of none, half, c, z", "fold"),
        ([('fold = "c"', 'fold = "half"')], "E4012", "has 1 fold lines, but 2 are given", "fold"),
        ([("[105, 210]", "[105, 180, 240]"), ('fold = "c"\n', "")], "E4013", "'fold' is missing", ""),
        ([('"din-5008-b"', '"din-5009"')], "E4012", "not one of din-5008-a", "address_standard"),
        ([('"din-5008-b"', '"us-9"')], "E4012", "is for sheets of 215.9 × 279.4 mm", "address_standard"),
        (
            [('"din-5008-b"', '"din-5008-a"')],
            "E4042",
            "of the address field are outside the window",
            "address_standard",
        ),
        ([("x_mm = 20, y_mm = 50", "x_mm = 20, y_mm = 53")], "E4012", "touches the clear zone 'coding'", "window"),
        ([("width_mm = 90, height_mm = 45", "width_mm = 90, height_mm = 9")], "E4041", "slides 8 mm across", "window"),
        ([("sheet_width_mm = 210", "sheet_width_mm = 219")], "E4040", "219 mm wide does not go into 218 mm", "sheet"),
        ([("x_mm = 70, y_mm = 95", "x_mm = 71, y_mm = 95")], "E4012", "reaches out of the envelope", "clear_zones[1]"),
    ],
)
def test_an_envelope_that_cannot_be_is_refused(
    tmp_path: Path, changes: list[tuple[str, str]], code: str, fact: str, key: str
) -> None:
    with pytest.raises(LayoutError) as caught:
        load_envelope(envelope_file(tmp_path, *changes))
    assert caught.value.code == code
    assert fact in caught.value.message
    assert key in caught.value.place
    assert caught.value.remedy


def test_a_field_of_ones_own_takes_the_place_of_a_standard(tmp_path: Path) -> None:
    own = "address_field = { x_mm = 25, y_mm = 50, width_mm = 60, height_mm = 30 }"
    envelope = load_envelope(envelope_file(tmp_path, ('address_standard = "din-5008-b"', own)))
    assert (envelope.address_standard, envelope.address_field) == ("", Box(25, 50, 60, 30))


def test_without_a_field_the_address_goes_where_it_surely_shows(tmp_path: Path) -> None:
    envelope = load_envelope(envelope_file(tmp_path, ('address_standard = "din-5008-b"\n', "")))
    # DL: 8 × 3 mm of play; the window of 90 × 45 less play, twice 2.5 mm of tolerance and twice 1 mm of margin.
    assert (envelope.address_field.width_mm, envelope.address_field.height_mm) == (75, 35)


def test_the_post_may_let_a_window_reach_into_its_zone(tmp_path: Path) -> None:
    lower = ("x_mm = 20, y_mm = 50", "x_mm = 20, y_mm = 51")
    allowed = ('name = "coding"', 'name = "coding"\nwindow_reach_mm = 1')
    assert load_envelope(envelope_file(tmp_path, lower, allowed)).window.bottom_mm == 96
