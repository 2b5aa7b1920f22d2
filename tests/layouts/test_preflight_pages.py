"""The preflight of composed pages, against a layout of its own."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.envelope import load_envelope
from layouts.finding import RULES, Finding, Rule
from layouts.geometry import Box
from layouts.pageink import InkBox
from layouts.parts import PageKind, Slip, Zone
from layouts.preflight import Preflight, check_layout, check_pages
from layouts.visibility import exposures, safe_address_box

C5, C4, DL = load_envelope("c5"), load_envelope("c4"), load_envelope("de-dl-b")
ADDRESS = InkBox("address", Box(20, 45, 78, 22), "text")
TABLE = InkBox("table", Box(20, 116, 175, 150), "text")
MARKS = {"start": Box(7, 100, 6.5, 0.4), "code": Box(5, 172, 9, 9)}


@dataclass(frozen=True)
class PlainLayout:
    name: str = "plain"
    version: int = 3
    file: str = "plain.toml"
    width_mm: float = 210
    height_mm: float = 297
    margin_mm: float = 8
    clear_zones: tuple[Zone, ...] = (Zone("marks", Box(0, 60, 18, 140)),)
    first: dict[str, Box] = field(default_factory=lambda: {"address": ADDRESS.box, "table": TABLE.box})
    later: dict[str, Box] = field(default_factory=lambda: {"table": Box(20, 26, 175, 252)})
    slips: dict[str, Slip] = field(default_factory=dict)

    def boxes(self, page: PageKind, /) -> dict[str, Box]:
        return dict(self.first if page == "first" else self.later)


PLAIN = PlainLayout()


def found(findings: list[Finding]) -> list[tuple[str, str, int, str]]:
    return [(one.rule, one.box, one.page, one.envelope) for one in findings]


def test_every_rule_has_a_sentence() -> None:
    assert set(RULES) == set(get_args(Rule))
    assert all(sentence.endswith(".") for sentence in RULES.values())


def test_a_good_document_has_no_findings() -> None:
    pages = [[ADDRESS, TABLE], [TABLE._replace(box=Box(20, 26, 175, 252))]]
    assert check_pages(pages, PLAIN, [C5, C4], MARKS) == []
    assert check_pages(pages, PLAIN, [C5, C4], MARKS, two_sided=True) == []
    assert check_pages([], PLAIN, [C5]) == []


def test_an_address_that_can_slide_out_of_view_is_found_for_each_envelope_it_does_so_in() -> None:
    low = ADDRESS._replace(box=Box(20, 46, 78, 22))
    pages = [[low, TABLE]]
    (finding,) = check_pages(pages, PLAIN, [C5, C4])
    assert found([finding]) == [("address-hidden", "address", 1, "c4")]
    assert finding.amount_mm == pytest.approx(0.5)
    assert finding.place == Box(20, 67.5, 78, 0.5)


def test_a_document_without_an_address_is_found() -> None:
    assert found(check_pages([[TABLE]], PLAIN, [C5, C4])) == [
        ("no-address", "address", 1, "c5"),
        ("no-address", "address", 1, "c4"),
    ]


def test_an_address_on_a_later_page_is_ink_like_any_other() -> None:
    assert check_pages([[ADDRESS], [ADDRESS._replace(box=Box(20, 200, 78, 22))]], PLAIN, [C5]) == []


def test_ink_that_can_show_is_found_on_the_first_page_only() -> None:
    note = InkBox("note", Box(100, 80, 30, 5), "text")
    (finding,) = check_pages([[ADDRESS, note]], PLAIN, [C5])
    assert found([finding]) == [("ink-visible", "note", 1, "c5")]
    # The view ends at x 121.5 and y 88.5.
    assert (finding.amount_mm, finding.place) == (5, Box(100, 80, 21.5, 5))
    assert check_pages([[ADDRESS], [note]], PLAIN, [C5]) == []


def test_a_panel_turned_away_shows_the_back_of_the_last_sheet() -> None:
    # A half fold at 130: the back of y 130 to 297 stands 37 mm out above.
    odd = dataclasses.replace(
        C5, fold="half", folds_mm=(130.0,), outside_height_mm=180, inside_height_mm=178, window=Box(15, 20, 105, 45)
    )
    back = next(one.box for one in exposures(odd) if one.side == "back")
    ink = InkBox("small print", Box(back.x_mm + 20, back.y_mm + 5, 20, 10), "text")
    pages = [[ADDRESS], [ink]]
    rules = [one for one in check_pages(pages, PLAIN, [odd], two_sided=True) if one.box == "small print"]
    assert found(rules) == [("ink-visible", "small print", 2, "c5")]
    assert [one for one in check_pages(pages, PLAIN, [odd]) if one.box == "small print"] == []
    longer = [[ADDRESS], [ink], [], []]
    assert [one for one in check_pages(longer, PLAIN, [odd], two_sided=True) if one.box == "small print"] == []


def test_margins_zones_and_marks_are_kept_on_every_page() -> None:
    pages = [
        [ADDRESS],
        [
            InkBox("edge", Box(100, 288, 50, 5), "text"),
            InkBox("strip", Box(16, 120, 10, 5), "rule"),
            InkBox("over", Box(10, 171, 5, 5), "image"),
        ],
    ]
    assert found(check_pages(pages, PLAIN, [C5], MARKS)) == [
        ("margin", "edge", 2, ""),
        ("ink-in-clear-zone", "strip", 2, ""),
        ("ink-in-clear-zone", "over", 2, ""),
        ("mark-on-ink", "over", 2, ""),
    ]


def test_on_a_back_it_is_the_place_behind_the_mark_that_stays_free() -> None:
    behind = InkBox("note", Box(197, 173, 4, 4), "text")
    over = InkBox("over", Box(10, 205, 3, 3), "text")
    marks = {"low": Box(8, 204, 6, 6), **MARKS}
    pages = [[ADDRESS], [behind, over], [behind, over]]
    assert found(check_pages(pages, PLAIN, [C5], marks, two_sided=True)) == [
        ("ink-behind-mark", "note", 2, ""),
        ("mark-on-ink", "over", 3, ""),
    ]


def test_marks_on_the_back_turn_the_rules_of_the_two_sides_round() -> None:
    behind = InkBox("note", Box(197, 173, 4, 4), "text")
    over = InkBox("over", Box(10, 205, 3, 3), "text")
    marks = {"low": Box(8, 204, 6, 6), **MARKS}
    preflight = Preflight(PLAIN, [C5], marks, two_sided=True, marks_on="back")
    assert found(preflight.check([[ADDRESS], [behind, over], [behind, over]])) == [
        ("mark-on-ink", "over", 2, ""),
        ("ink-behind-mark", "note", 3, ""),
    ]


def test_a_letterhead_over_the_whole_page_says_nothing_about_its_ink() -> None:
    letterhead = InkBox("letterhead", Box(0, 0, 210, 297), "form")
    assert check_pages([[letterhead, ADDRESS]], PLAIN, [C5, C4], MARKS) == []
    whole = letterhead._replace(kind="image")
    assert {one.rule for one in check_pages([[whole, ADDRESS]], PLAIN, [C5], MARKS)} == {
        "margin",
        "ink-in-clear-zone",
        "mark-on-ink",
        "ink-visible",
    }


def test_a_layout_for_another_paper_is_told_so_and_not_looked_at_further() -> None:
    letter = load_envelope("us-10")
    (finding,) = check_layout(PLAIN, [letter])
    assert (finding.rule, finding.envelope) == ("wrong-sheet", "us-10")
    assert found(check_pages([[ADDRESS]], PLAIN, [letter])) == [("wrong-sheet", "sheet", 1, "us-10")]


def test_a_sheet_too_wide_for_the_envelope_is_the_only_finding_about_it() -> None:
    wide = PlainLayout(width_mm=230)
    (finding,) = check_pages([[ADDRESS]], wide, [C5])
    assert (finding.rule, finding.envelope, finding.amount_mm) == ("does-not-fit", "c5", 3)
    assert [one.rule for one in check_layout(wide, [C5])] == ["does-not-fit"]


def test_a_layout_without_an_address_is_told_so() -> None:
    bare = PlainLayout(first={"table": TABLE.box})
    assert found(check_layout(bare, [C5])) == [("no-address", "address", 1, "c5")]


def test_layout_findings_say_page_and_place() -> None:
    bad = PlainLayout(later={"table": Box(20, 26, 175, 265), "foot": Box(20, 280, 40, 8)})
    margin, overlap = check_layout(bad, [])
    assert (margin.rule, margin.page, margin.place) == ("margin", 2, Box(20, 289, 175, 2))
    assert (overlap.rule, overlap.page, overlap.place) == ("overlap", 2, Box(20, 280, 40, 8))


inks = st.lists(
    st.builds(
        InkBox,
        st.sampled_from(["address", "table", "note"]),
        st.builds(Box, st.floats(-5, 200), st.floats(-5, 290), st.floats(0.5, 120), st.floats(0.5, 120)),
        st.sampled_from(["text", "image", "rule"]),
    ),
    min_size=1,
    max_size=6,
)


@given(st.lists(inks, min_size=1, max_size=4), st.booleans())
def test_the_quick_look_misses_nothing(pages: list[list[InkBox]], two_sided: bool) -> None:
    envelopes = [C5, C4, DL]
    findings = Preflight(PLAIN, envelopes, MARKS, two_sided=two_sided).check(pages)
    told = {(one.rule, one.page, one.box, one.envelope) for one in findings}
    printable = Box(8, 8, 194, 281)
    for number, page in enumerate(pages, 1):
        for ink in page:
            expected = set()
            if ink.box.spill(printable) > 1e-6:
                expected.add(("margin", number, ink.name, ""))
            if ink.box.touches(PLAIN.clear_zones[0].box):
                expected.add(("ink-in-clear-zone", number, ink.name, ""))
            for one in envelopes if number == 1 else ():
                if ink.name == "address":
                    if ink.box.spill(safe_address_box(one)) > 1e-6:
                        expected.add(("address-hidden", 1, ink.name, one.name))
                elif any(ink.box.touches(part.box) for part in exposures(one) if part.side == "front"):
                    expected.add(("ink-visible", 1, ink.name, one.name))
            assert expected <= told
