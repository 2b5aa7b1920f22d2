"""Labels with their values."""

from __future__ import annotations

from pathlib import Path

import pytest

from layouts.errors import LayoutError
from layouts.fonts import FontSet
from tests.layouts.small import AREAS, content, document, program_of, said, words


def rows(items: str, more: str = "", height_mm: float = 15) -> str:
    return f"""
[boxes.head]
on = "first"
box = {{ x_mm = 20, y_mm = 10, width_mm = 100, height_mm = {height_mm} }}
type = "rows"
style = "body"
label_style = "small"
rows = [{items}]
{more}
"""


SURPLUS = """
[flow.rest]
type = "text"
style = "body"
texts = [{ text = "{row.label}: {row.text}", each = "left_over", as = "row" }]
"""
NOTES = '{ label = "L", text = "{item}", each = "notes" }'


def test_a_row_without_a_value_is_left_out(tmp_path: Path, fonts: FontSet) -> None:
    items = '{ label = "One", text = "{title}" }, { label = "Two", text = "{subject}" }'
    program = program_of(tmp_path, fonts, rows(items))
    assert words(program, document("a", subject=" ")) == [["One", "a"]]


@pytest.mark.parametrize(("align", "place"), [("left", 0.0), ("centre", 0.5), ("right", 1.0)])
def test_values_stand_in_their_column(tmp_path: Path, fonts: FontSet, align: str, place: float) -> None:
    more = f'value_x_mm = 30\nvalue_align = "{align}"'
    program = program_of(tmp_path, fonts, rows('{ label = "One", text = "{title}" }', more))
    label, value = said(program, program.typeset(document("value"), "en"))
    assert label.x_mm == pytest.approx(20, abs=0.01)
    assert value.x_mm == pytest.approx(50 + (70 - value.width_mm) * place, abs=0.02)


def test_rows_that_find_no_room_go_on_in_the_flow(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, rows(NOTES, 'value_x_mm = 30\nsurplus = "left_over"'), SURPLUS)
    for notes, pages in (
        (["a", "b", "c"], [["L", "a", "L", "b", "L", "c"]]),
        (["a", "b", "c", "d", "e"], [["L", "a", "L", "b", "L", "c", "L: d", "L: e"]]),
        (["a"], [["L", "a"]]),
    ):
        assert words(program, document(notes=notes)) == pages


def test_after_the_first_row_without_room_all_others_follow_it(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, rows(NOTES, 'value_x_mm = 30\nsurplus = "left_over"'), SURPLUS)
    high = "first line\nsecond line\nthird line"
    found = words(program, document(notes=["a", high, "b"]))[0]
    assert found == ["L", "a", "L: first line", "second line", "third line", "L: b"]


def test_rows_of_the_seller_leave_their_surplus_for_every_document(tmp_path: Path, fonts: FontSet) -> None:
    items = '{ label = "{n}", text = "{seller.name}" }'
    four = ", ".join(items.replace("{n}", str(n)) for n in range(4))
    program = program_of(tmp_path, fonts, AREAS, rows(four, 'value_x_mm = 30\nsurplus = "left_over"'), SURPLUS)
    for _ in range(2):
        assert words(program, document())[0][-1] == "3: Nord"


def test_without_a_name_for_the_surplus_rows_too_many_are_refused(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, rows(NOTES, "value_x_mm = 30"))
    with pytest.raises(LayoutError, match=r"E4037 4 lines need 20.0 mm, the box 'head' is 15 mm high"):
        words(program, document(notes=["a", "b", "c", "d"]))
    assert words(program, document(notes=["a"])) == [["L", "a"]]


def test_a_value_at_the_right_is_never_broken(tmp_path: Path, fonts: FontSet) -> None:
    more = 'value_x_mm = 30\nvalue_align = "right"'
    program = program_of(tmp_path, fonts, rows('{ label = "One", text = "{title}" }', more))
    with pytest.raises(LayoutError, match=r"E4034 .* mm wide, its place 70 mm"):
        words(program, document("eine lange Zeile " * 5))


def test_a_row_of_its_own_height_has_its_rule_at_the_top(tmp_path: Path, fonts: FontSet) -> None:
    items = '{ label = "A", text = "{title}" }, { label = "B", text = "{title}", height_mm = 8, rule_above = "thick" }'
    program = program_of(tmp_path, fonts, rows(items, "value_x_mm = 30"))
    pages = program.typeset(document("x"), "en")
    first, second = said(program, pages)[0::2]
    assert 5 < second.y_mm - first.y_mm <= 8.01
    assert "2 w 0.5 G" in content(pages)


def test_a_mistake_in_a_row_names_its_line(tmp_path: Path, fonts: FontSet) -> None:
    with pytest.raises(LayoutError, match="E4013 'label' is missing") as caught:
        program_of(tmp_path, fonts, rows('{ text = "{title}" }'))
    assert "boxes.head.rows[0]" in caught.value.place
