"""Blocks beside one another."""

from __future__ import annotations

from pathlib import Path

import pytest

from layouts.errors import LayoutError
from layouts.fonts import FontSet
from tests.layouts.small import AREAS, document, line, program_of, said, words

BESIDE = """
[flow.before]
type = "text"
style = "body"
texts = [{ text = "{item}", each = "notes" }]

[flow.beside]
type = "columns"
gap_above_mm = 10

[flow.beside.parts.left]
x_mm = 0
width_mm = 60
type = "table"
each = "lines"
style = "body"
head_rule = "thin"
columns.name = { label = "Name", x_mm = 0, width_mm = 60, cell = [{ text = "{name}" }] }

[flow.beside.parts.right]
x_mm = 100
width_mm = 70
type = "text"
style = "body"
texts = [{ text = "{title}", align = "right" }]
"""


def test_parts_begin_at_one_height_each_in_its_place(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, BESIDE)
    head, row, right = said(program, program.typeset(document("right", line("one")), "en"))
    assert (head.text, row.text, right.text) == ("Name", "one", "right")
    assert head.y_mm == pytest.approx(right.y_mm, abs=0.02)
    assert head.x_mm == pytest.approx(20, abs=0.01)
    assert right.x_mm + right.width_mm == pytest.approx(190, abs=0.02)


def test_columns_are_kept_on_one_page(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, BESIDE)
    pages = words(program, document("right", *[line(str(at)) for at in range(6)], notes=["n"] * 15))
    assert pages[0] == ["n"] * 15
    assert pages[1] == ["Name", *map(str, range(6)), "right"]


def test_what_follows_columns_stands_under_the_highest(tmp_path: Path, fonts: FontSet) -> None:
    after = '[flow.after]\ntype = "text"\nstyle = "body"\ntexts = [{ text = "after" }]\n'
    program = program_of(tmp_path, fonts, AREAS, BESIDE, after)

    def step_mm(*names: str) -> float:
        *_, before, last = said(program, program.typeset(document("right", *map(line, names)), "en"))
        assert last.text == "after"
        return last.y_mm - before.y_mm

    assert step_mm("a", "b", "c") > step_mm("a") > 5
    assert words(program, document("")) == [["after"]]


def test_columns_higher_than_a_page_are_refused_with_both_heights(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, BESIDE)
    with pytest.raises(LayoutError, match=r"E403\d .*beside"):
        words(program, document("x", *[line(str(at)) for at in range(60)]))


def test_a_part_that_reaches_out_is_refused(tmp_path: Path, fonts: FontSet) -> None:
    with pytest.raises(LayoutError, match=r"E4012 the part ends at 171 mm, 170 mm is the width there is"):
        program_of(tmp_path, fonts, AREAS, BESIDE.replace("x_mm = 100", "x_mm = 101"))
