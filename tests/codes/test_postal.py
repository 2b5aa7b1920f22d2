"""Codes of the posts in the address: the posts' own examples, read back from the pixels of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.codes.encode import encode
from layouts.codes.fourstate import FOUR_STATE, MAILMARK_TYPES, bars
from layouts.codes.postal import PostalSize, postal_sizes
from layouts.errors import LayoutError
from layouts.fonts import default_fonts
from layouts.layout import load_layout
from layouts.typeset import PageProgram
from tests.codes.bars import read_bars, white_around
from tests.codes.paper import Grey, page, pixels, read
from tests.codes.test_fourstate import EXAMPLES
from tests.layouts.paper import pdf_of
from tests.layouts.small import document, program_of

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "layouts.md"
LINES = ["Wm. Little & Illis Ltd.", "1 Long Lane, Flat III", "London W1A 1LI"]
BOX = (24.5, 50.0, 90.0, 36.0)
JGB = "JGB 012100123412345678AB19XY1A 0             www.xyz.com"

DPI = 300


def program(tmp_path: Path, code: str, box: Sequence[float] = BOX, max_lines: int = 5) -> PageProgram:
    x_mm, y_mm, width_mm, height_mm = box
    address = f"""
[boxes.address]
on = "first"
box = {{ x_mm = {x_mm}, y_mm = {y_mm}, width_mm = {width_mm}, height_mm = {height_mm} }}
type = "address"
lines = "recipient.lines"
style = "body"
max_lines = {max_lines}

[boxes.address.code]
text = "{{title}}"
{code}
"""
    return program_of(tmp_path, default_fonts(), address)


def told(text: str) -> dict[str, Any]:
    return {**document(text), "recipient": {"lines": LINES}}


def picture_of(made: PageProgram, text: str, dpi: int = DPI) -> Grey:
    pages = made.typeset(told(text), "en")
    return pixels(pdf_of([pages], made.fonts), dpi)


def mm(pixel: float, dpi: int = DPI) -> float:
    return pixel / dpi * 25.4


def ink(picture: Grey) -> tuple[float, float]:
    """Where the ink of the page begins and ends from the top, in millimetres."""
    rows = np.flatnonzero((picture < 128).any(axis=1))
    return mm(int(rows[0])), mm(int(rows[-1]) + 1)


# ── on the page ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("where", ["above", "below"])
@pytest.mark.parametrize(("name", "text", "expected"), EXAMPLES)
def test_the_posts_own_examples_are_read_back_from_the_address_of_a_page(
    tmp_path: Path, name: str, text: str, expected: str, where: str
) -> None:
    picture = picture_of(program(tmp_path, f'symbology = "{name}"\nwhere = "{where}"'), text)
    found = read_bars(picture)
    assert found is not None
    assert found.text == expected
    top_mm, foot_mm = ink(picture)
    assert (mm(found.top) == pytest.approx(top_mm)) == (where == "above")
    assert (mm(found.foot) == pytest.approx(foot_mm)) == (where == "below")
    x_mm, y_mm, width_mm, height_mm = BOX
    size = postal_sizes()[name]
    assert mm(found.left) >= x_mm + size.beside_mm - 0.1
    assert mm(found.right) <= x_mm + width_mm - size.beside_mm + 0.1
    assert mm(found.top) >= y_mm + size.above_mm - 0.1
    assert foot_mm <= y_mm + height_mm
    assert white_around(picture, found, *(int(side / 25.4 * DPI) - 1 for side in (size.beside_mm, size.above_mm)))


# What the posts publish: bar, tracker and full height in mm, and bars in 25.4 mm.
PUBLISHED = {
    "imb": ((0.381, 0.635), (0.991, 1.448), (3.175, 4.191), (20, 24)),
    "rm4scc": ((0.38, 0.63), (1.02, 1.52), (4.22, 5.84), (20, 24)),
    "kix": ((0.38, 0.63), (1.02, 1.52), (4.22, 5.84), (20, 24)),
    "mailmark": ((0.38, 0.63), (1.02, 1.52), (4.22, 5.84), (20, 24)),
    "auspost": ((0.4, 0.6), (1.0, 1.6), (4.2, 5.6), (22, 25)),
}


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", FOUR_STATE)
def test_bars_on_the_page_have_the_sizes_that_their_post_publishes(tmp_path: Path, name: str, narrow: bool) -> None:
    text = next(text for known, text, _ in EXAMPLES if known == name)
    size = postal_sizes()[name]
    columns = encode(name, text).columns
    assert size.height is not None
    width_mm = columns * (size.module.least_mm if narrow else size.module.printed_mm) + 2 * size.beside_mm + 0.01
    more = f"height_mm = {size.height.least_mm + 2 * size.above_mm}" if narrow else ""
    code = f'symbology = "{name}"\nwhere = "above"\nwidth_mm = {width_mm}\n{more}'
    found = read_bars(picture_of(program(tmp_path, code, (20, 50, 110, 36)), text, 1200))
    assert found is not None
    dot = 25.4 / 1200
    bar_mm, tracker_mm, full_mm, per_inch = PUBLISHED[name]
    for bar in found.bars:
        assert bar_mm[0] - dot <= bar.width * dot <= bar_mm[1] + dot
    assert tracker_mm[0] - dot <= found.tracker * dot <= tracker_mm[1] + dot
    assert full_mm[0] - dot <= (found.foot - found.top) * dot <= full_mm[1] + dot
    assert per_inch[0] <= 25.4 / (found.pitch * dot) <= per_inch[1] + 0.01
    module = size.module.least_mm if narrow else size.module.printed_mm
    assert found.pitch * dot == pytest.approx(2 * module, abs=0.002)


def test_what_a_post_is_given_is_whole_dots_of_600_dpi() -> None:
    for name, size in postal_sizes().items():
        heights = [] if size.height is None else [size.height.printed_mm / encode_rows(name)]
        for length_mm in (size.module.printed_mm, *heights):
            dots = length_mm / 25.4 * 600
            assert dots == pytest.approx(round(dots), abs=0.01)


def encode_rows(name: str) -> int:
    return 2 * FOUR_STATE[name].tall + FOUR_STATE[name].middle


def test_mailmark_2d_is_read_back_from_the_address(tmp_path: Path) -> None:
    made = program(tmp_path, 'symbology = "mailmark2d"\nwhere = "above"\noptions = { type = 29 }')
    picture = picture_of(made, JGB)
    (code,) = read(picture)
    assert code.text == JGB
    left, right = code.position.top_left.x, code.position.top_right.x
    assert mm(right - left) == pytest.approx(48 * 0.508, abs=0.3)


@pytest.mark.parametrize(("kind", "columns", "rows"), [(7, 24, 24), (9, 32, 32), (29, 48, 16)])
def test_mailmark_2d_has_the_three_sizes_of_royal_mail(kind: int, columns: int, rows: int) -> None:
    assert kind in MAILMARK_TYPES
    symbol = encode("mailmark2d", JGB[:45], type=kind)
    assert (symbol.columns, symbol.rows) == (columns, rows)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (JGB + "Æ", {}, "E4060 'Æ', character 57"),
        (JGB, {"type": 7}, "E4061 Mailmark 2D can't say"),
        ("J" * 91, {}, "E4061 Mailmark 2D takes 90 characters at most"),
        ("XGB", {}, "E4060 Mailmark 2D can't say 'XGB'"),
        (JGB, {"type": 8}, "E4062 option 'type' of 'mailmark2d' is 8"),
    ],
)
def test_what_mailmark_2d_does_not_take_is_refused(text: str, options: dict[str, int], message: str) -> None:
    with pytest.raises(LayoutError, match=message):
        encode("mailmark2d", text, **options)


# ── in the address block ──────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_text_the_address_stands_alone(tmp_path: Path) -> None:
    picture = picture_of(program(tmp_path, 'symbology = "kix"\nwhere = "above"'), "")
    assert read_bars(picture) is None
    assert ink(picture)[0] < BOX[1] + 5


def test_a_gap_moves_code_and_lines_apart(tmp_path: Path) -> None:
    feet = []
    for gap_mm in (0, 4):
        made = program(tmp_path, f'symbology = "kix"\nwhere = "below"\ngap_mm = {gap_mm}', max_lines=3)
        found = read_bars(picture_of(made, "2500GG30250"))
        assert found is not None
        feet.append(mm(found.foot))
    assert feet[1] - feet[0] == pytest.approx(4, abs=0.1)


@pytest.mark.parametrize("where", ["above", "below"])
def test_a_quiet_zone_left_to_the_layout_is_kept_towards_the_lines(tmp_path: Path, where: str) -> None:
    code = f'symbology = "mailmark"\nwhere = "{where}"\nquiet_zone = "outside"'
    picture = picture_of(program(tmp_path, code, (20, 50, 70, 36)), "1100000000000XY11")
    found = read_bars(picture)
    assert found is not None
    assert mm(found.left) == pytest.approx(20, abs=0.1)
    assert white_around(picture, found, 0, int(2 / 25.4 * DPI) - 1)


def test_a_code_too_wide_for_the_address_is_refused(tmp_path: Path) -> None:
    made = program(tmp_path, 'symbology = "imb"\nwhere = "above"', (20, 50, 74, 36))
    with pytest.raises(LayoutError, match=r"E4063 129 modules in 67\.7 mm are 0\.52 mm each, 0\.529 mm can be read"):
        made.typeset(told("01234567094987654321"), "en")


def test_a_text_that_the_post_does_not_take_is_refused_at_its_place(tmp_path: Path) -> None:
    made = program(tmp_path, 'symbology = "rm4scc"\nwhere = "above"')
    with pytest.raises(LayoutError, match="E4060") as caught:
        made.typeset(told("bx1"), "en")
    assert "boxes.address.code.text" in caught.value.place


def test_a_box_that_has_no_room_for_lines_and_code_is_refused_when_it_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match=r"E4012 5 lines and the code need 34\.1 mm, the box is 34 mm high"):
        program(tmp_path, 'symbology = "rm4scc"\nwhere = "above"', (20, 50, 90, 34))
    program(tmp_path, 'symbology = "rm4scc"\nwhere = "above"', (20, 50, 90, 34.1))


def test_where_the_code_stands_must_be_told(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="E4013 'where' is missing"):
        program(tmp_path, 'symbology = "rm4scc"')
    with pytest.raises(LayoutError, match="E4012 'where' is 'beside'"):
        program(tmp_path, 'symbology = "rm4scc"\nwhere = "beside"')


@given(text=st.text("ABCDEFGHJKLMNOPQRSTUVWXYZ0123456789", min_size=6, max_size=11))
@settings(max_examples=12)
def test_any_kix_is_read_back(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    made = program(tmp_path_factory.mktemp("kix"), 'symbology = "kix"\nwhere = "below"')
    found = read_bars(picture_of(made, text))
    assert found is not None
    assert found.text == bars(encode("kix", text))


# ── the data, the guide and the reader ────────────────────────────────────────────────────────────────────────────


def test_the_guide_tells_the_sizes_that_are_printed() -> None:
    def row(name: str, size: PostalSize) -> str:
        height = "" if size.height is None else f"{size.height.least_mm:g} – {size.height.printed_mm:g}"
        module = f"{size.module.least_mm:g} – {size.module.printed_mm:g}"
        return rf"\| `{name}` \| [^|]+ \| {module} \| {height} ?\| {size.beside_mm:g}; {size.above_mm:g} \|"

    text = GUIDE.read_text(encoding="utf-8")
    assert {*postal_sizes()} == {*FOUR_STATE, "mailmark2d"}
    assert all(re.search(row(name, size), text) for name, size in postal_sizes().items())


def test_the_example_of_the_guide_is_an_address_with_its_code(tmp_path: Path) -> None:
    text = GUIDE.read_text(encoding="utf-8").partition("##### Codes of the posts")[2]
    match = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert match
    path = tmp_path / "postal.toml"
    path.write_text(f'format = 2\nextends = "invoice"\nname = "postal"\nversion = 1\n{match[1]}', encoding="utf-8")
    layout = load_layout(path)
    PageProgram(layout, default_fonts()).check("en", "invoice")


def test_the_reader_finds_no_code_among_other_marks() -> None:
    strokes = "".join(f"{20 + 4 * number} 40 2 {5 + number % 7} re f\n" for number in range(12))
    assert read_bars(pixels(page(strokes, 150, 80), DPI)) is None


def test_the_reader_sees_a_bar_that_is_wrong(tmp_path: Path) -> None:
    made = program(tmp_path, 'symbology = "kix"\nwhere = "above"')
    picture = picture_of(made, "2500GG30250")
    found = read_bars(picture)
    assert found is not None
    first = found.text.index("F")
    bar = found.bars[first]
    picture[found.top : found.top + (found.foot - found.top) // 3, bar.left - 1 : bar.left + bar.width + 1] = 255
    changed = read_bars(picture)
    assert changed is not None
    assert changed.text == found.text[:first] + "D" + found.text[first + 1 :]
