"""Styled text: words in other fonts inside a paragraph."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layouts.fonts import FontSet, default_fonts
from layouts.layout import load_layout
from layouts.typeset import PageProgram
from tests.layouts.small import Said, document, program_of, said

FONTS = default_fonts()
NAME_OF = {FONTS.by_style(style).resource_name: style for style in ("regular", "semibold", "italic", "bold", "light")}


def styled(width_mm: float = 100, more: str = "") -> str:
    return f"""
[boxes.t]
on = "first"
box = {{ x_mm = 20, y_mm = 10, width_mm = {width_mm}, height_mm = 200 }}
type = "text"
style = "body"
texts = [{{ text = "{{title}}", styled = true{more} }}]
"""


def runs(program: PageProgram, title: str) -> list[Said]:
    return said(program, program.typeset(document(title), "en"))


def faces(program: PageProgram, title: str) -> list[tuple[str, str]]:
    return [(NAME_OF[run.font], run.text) for run in runs(program, title)]


def test_marks_choose_the_font_and_are_not_printed(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, styled())
    assert faces(program, "pay **now** or _never_ more") == [
        ("regular", "pay "),
        ("semibold", "now"),
        ("regular", " or "),
        ("italic", "never"),
        ("regular", " more"),
    ]


@pytest.mark.parametrize("plain", ["snake_case_name", "2 * 3 ** 4", "a_b and c_d", "___", "**", "5 * 6"])
def test_what_is_no_mark_is_printed_as_it_is(tmp_path: Path, fonts: FontSet, plain: str) -> None:
    assert faces(program_of(tmp_path, fonts, styled()), plain) == [("regular", plain)]


def test_a_style_may_name_its_own_fonts_for_marks(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, styled())
    path = Path(program.layout.path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("leading_mm = 5 }", 'leading_mm = 5, strong = "bold", emphasis = "light" }'), "utf-8")
    program = PageProgram(load_layout(path), fonts)
    assert faces(program, "**a** _b_") == [("bold", "a"), ("regular", " "), ("light", "b")]


def test_a_sign_after_a_marked_word_stays_with_it(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, styled(width_mm=24))
    lines: dict[float, str] = {}
    for run in runs(program, "One two **three**, four **five**; six (**seven**) eight"):
        lines[round(run.y_mm, 1)] = lines.get(round(run.y_mm, 1), "") + run.text
    assert len(lines) > 2
    assert not any(line.startswith((",", ";", ")")) for line in lines.values())
    assert not any(line.endswith("(") for line in lines.values())


def test_a_word_wider_than_the_line_is_broken_inside(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, styled(width_mm=20))
    title = "see https://**example**.example/with/a/long/path now"
    found = runs(program, title)
    assert "".join(run.text for run in found).replace(" ", "") == title.replace("*", "").replace(" ", "")
    assert all(run.x_mm + run.width_mm <= 40.02 for run in found)


def test_styled_lines_are_aligned_as_a_whole(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, styled(more=', align = "right"'))
    first, second = runs(program, "total **due**")
    assert second.x_mm + second.width_mm == pytest.approx(120, abs=0.03)
    assert first.x_mm + first.width_mm == pytest.approx(second.x_mm, abs=0.03)


WORD = st.text("abcdefg", min_size=1, max_size=8)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(WORD, st.sampled_from(["", "**", "_"])), min_size=1, max_size=25), st.integers(12, 90))
def test_all_words_are_set_once_in_order_inside_the_width(
    tmp_path: Path, fonts: FontSet, marked: list[tuple[str, str]], width_mm: int
) -> None:
    program = program_of(tmp_path, fonts, styled(width_mm=width_mm))
    found = runs(program, " ".join(f"{mark}{word}{mark}" for word, mark in marked))
    assert "".join(run.text for run in found).replace(" ", "") == "".join(word for word, _ in marked)
    assert all(run.x_mm + run.width_mm <= 20 + width_mm + 0.1 for run in found)
