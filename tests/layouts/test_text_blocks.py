"""Texts in boxes and in the flow: wrapped, condensed, left out, side by side, aligned."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layouts.errors import LayoutError
from layouts.fonts import FontSet
from layouts.typeset import PageProgram
from tests.layouts.small import AREAS, Said, document, program_of, said, words

LONG = "Hafenkran Nummer sieben hebt jeden Morgen drei rote Kisten auf den Kai"


def box(texts: str, width_mm: float = 40, height_mm: float = 40, more: str = "") -> str:
    return f"""
[boxes.t]
on = "first"
box = {{ x_mm = 20, y_mm = 10, width_mm = {width_mm}, height_mm = {height_mm} }}
type = "text"
style = "body"
texts = [{texts}]
{more}
"""


def lines_of(program: PageProgram, title: str, **more: object) -> list[Said]:
    return said(program, program.typeset(document(title, **more), "en"))  # type: ignore[arg-type]


def test_a_text_wraps_at_spaces_inside_its_width(tmp_path: Path, fonts: FontSet) -> None:
    lines = lines_of(program_of(tmp_path, fonts, box('{ text = "{title}" }')), LONG)
    assert len(lines) > 2
    assert " ".join(line.text for line in lines) == LONG
    assert all(line.width_mm <= 40 and line.x_mm == pytest.approx(20, abs=0.01) for line in lines)
    steps = [round(below.y_mm - above.y_mm, 1) for above, below in itertools.pairwise(lines)]
    assert set(steps) == {5.0}


def test_line_breaks_of_the_text_are_kept_and_a_word_too_wide_is_broken_inside(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, box('{ text = "{title}" }', width_mm=12))
    assert [line.text for line in lines_of(program, "a\nb")] == ["a", "b"]
    pieces = [line.text for line in lines_of(program, "Donaudampfschifffahrt")]
    assert len(pieces) > 2
    assert "".join(pieces) == "Donaudampfschifffahrt"


def test_a_condensed_text_keeps_its_line_down_to_the_least_scale_then_wraps_in_the_wide_style(
    tmp_path: Path, fonts: FontSet
) -> None:
    item = '{ text = "{title}", fit = "condense", least_scale = 0.8, wide_style = "small" }'
    program = program_of(tmp_path, fonts, box(item))
    (short,) = lines_of(program, "Kiste")
    assert (short.scale, short.size_pt) == (1, 10)
    (squeezed,) = lines_of(program, LONG[:30])
    assert 0.8 <= squeezed.scale < 1
    assert squeezed.width_mm == pytest.approx(40, abs=0.1)
    assert squeezed.width_mm <= 40
    wide = lines_of(program, LONG)
    assert len(wide) > 1
    assert {line.size_pt for line in wide} == {8}


def test_without_a_least_scale_a_condensed_text_never_wraps(tmp_path: Path, fonts: FontSet) -> None:
    (line,) = lines_of(program_of(tmp_path, fonts, box('{ text = "{title}", fit = "condense" }')), LONG * 2)
    assert line.scale < 0.4


def test_a_text_too_wide_is_said_otherwise(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, box('{ text = "{title}", otherwise = "{subject}" }'))
    assert [line.text for line in lines_of(program, "Kiste", subject="kurz")] == ["Kiste"]
    assert [line.text for line in lines_of(program, LONG, subject="kurz")] == ["kurz"]


def test_more_lines_than_a_text_may_take_are_refused(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, box('{ text = "{title}", max_lines = 2 }'))
    assert len(lines_of(program, LONG[:40])) == 2
    with pytest.raises(LayoutError) as caught:
        lines_of(program, LONG)
    assert caught.value.code in ("E4034", "E4037")
    assert "2" in caught.value.message


def test_a_box_too_low_is_refused_by_name_with_both_heights(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, box('{ text = "{title}" }', height_mm=9))
    with pytest.raises(LayoutError, match=r"E4037 .* need .* mm, the box 't' is 9 mm high"):
        lines_of(program, LONG)


def test_what_may_be_left_out_goes_from_the_last_when_the_box_is_full(tmp_path: Path, fonts: FontSet) -> None:
    items = (
        '{ text = "one" }, { text = "two", if_room = true }, { text = "{title}" }, { text = "three", if_room = true }'
    )
    program = program_of(tmp_path, fonts, box(items, height_mm=15))
    assert [line.text for line in lines_of(program, "")] == ["one", "two", "three"]
    assert [line.text for line in lines_of(program, "x")] == ["one", "two", "x"]
    assert [line.text for line in lines_of(program, "x\ny")] == ["one", "x", "y"]


def test_texts_side_by_side_take_as_few_lines_as_they_can_and_never_break_inside(
    tmp_path: Path, fonts: FontSet
) -> None:
    items = '{ text = "alpha beta" }, { text = "{title}" }, { text = "gamma delta" }'
    program = program_of(tmp_path, fonts, box(items, width_mm=45, more='separator = " · "'))
    assert [line.text for line in lines_of(program, "")] == ["alpha beta · gamma delta"]
    assert [line.text for line in lines_of(program, "epsilon")] == ["alpha beta · epsilon", "gamma delta"]


def test_side_by_side_what_may_be_left_out_goes_when_the_lines_are_too_many(tmp_path: Path, fonts: FontSet) -> None:
    items = '{ text = "alpha beta" }, { text = "{title}", if_room = true }, { text = "gamma delta" }'
    program = program_of(tmp_path, fonts, box(items, width_mm=45, height_mm=5, more='separator = " · "'))
    assert [line.text for line in lines_of(program, "epsilon")] == ["alpha beta · gamma delta"]


@pytest.mark.parametrize(("align", "place"), [("left", 0.0), ("centre", 0.5), ("right", 1.0)])
def test_lines_are_aligned_in_their_box(tmp_path: Path, fonts: FontSet, align: str, place: float) -> None:
    program = program_of(tmp_path, fonts, box(f'{{ text = "{{title}}", align = "{align}" }}'))
    for line in lines_of(program, LONG):
        assert line.x_mm == pytest.approx(20 + (40 - line.width_mm) * place, abs=0.02)


@pytest.mark.parametrize(("upright", "place"), [("top", 0.0), ("middle", 0.5), ("bottom", 1.0)])
def test_a_block_stands_at_the_top_the_middle_or_the_foot_of_its_box(
    tmp_path: Path, fonts: FontSet, upright: str, place: float
) -> None:
    program = program_of(tmp_path, fonts, box('{ text = "A" }', more=f'upright = "{upright}"'))
    at_top = program_of(tmp_path, fonts, box('{ text = "A" }'))
    (line,), (top,) = lines_of(program, ""), lines_of(at_top, "")
    assert line.y_mm - top.y_mm == pytest.approx(35 * place, abs=0.02)


def test_a_text_is_said_for_each_element_under_its_name(tmp_path: Path, fonts: FontSet) -> None:
    items = '{ text = "{note}", each = "notes", as = "note", when = "note != \'b\'" }'
    assert words(program_of(tmp_path, fonts, box(items)), document(notes=["a", "b", "c"])) == [["a", "c"]]


def test_names_of_a_text_are_texts_themselves_and_may_use_one_another(tmp_path: Path, fonts: FontSet) -> None:
    items = '{ text = "{both}!", with = { one = "<{title}>", both = "{one}{one}" } }'
    assert words(program_of(tmp_path, fonts, box(items)), document("x")) == [["<x><x>!"]]


def test_empty_texts_take_no_line_and_a_head_stands_only_over_something(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(
        tmp_path, fonts, box('{ text = "{title}" }, { text = "{subject}" }', more='head = { text = "Head" }')
    )
    assert words(program, document("", subject="  ")) == [[]]
    assert words(program, document("", subject="x")) == [["Head", "x"]]


def test_the_number_of_pages_is_known_at_the_head_of_the_first(tmp_path: Path, fonts: FontSet) -> None:
    flow = '[flow.notes]\ntype = "text"\nstyle = "body"\ntexts = [{ text = "{item}", each = "notes" }]\n'
    number = box('{ text = "{page}/{pages}" }').replace('on = "first"', 'on = "every"')
    program = program_of(tmp_path, fonts, AREAS, flow, number)
    for count, pages in ((1, 1), (30, 2), (70, 3)):
        found = words(program, document(notes=[f"n{at}" for at in range(count)]))
        assert [page[0] for page in found] == [f"{page}/{pages}" for page in range(1, pages + 1)]
        assert [text for page in found for text in page[1:]] == [f"n{at}" for at in range(count)]


def test_a_box_for_the_last_page_stands_on_the_only_page_too(tmp_path: Path, fonts: FontSet) -> None:
    last = box('{ text = "last {title}" }').replace('on = "first"', 'on = "last"')
    flow = '[flow.notes]\ntype = "text"\nstyle = "body"\ntexts = [{ text = "{item}", each = "notes" }]\n'
    program = program_of(tmp_path, fonts, AREAS, flow, last)
    assert words(program, document("A", notes=["n"])) == [["last A", "n"]]
    pages = words(program, document("A", notes=["n"] * 30))
    assert ["last A" in page for page in pages] == [False, True]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 90), min_size=1, max_size=12))
def test_no_page_begins_with_the_last_line_of_a_paragraph_or_ends_with_the_first(
    tmp_path: Path, fonts: FontSet, lengths: list[int]
) -> None:
    flow = '[flow.notes]\ntype = "text"\nstyle = "body"\ntexts = [{ text = "{item}", each = "notes" }]\n'
    program = program_of(tmp_path, fonts, AREAS, flow)
    # Each word is as wide as half a line and says its paragraph and number.
    notes = [" ".join(f"{'m' * 35}{at}.{word}" for word in range(count)) for at, count in enumerate(lengths)]
    pages = words(program, document(notes=notes))
    said_lines = [line for page in pages for line in page]
    assert " ".join(said_lines) == " ".join(notes)
    paragraph_of = [[line.split()[0].strip("m").split(".")[0] for line in page] for page in pages]
    lines_in = {name: sum(page.count(name) for page in paragraph_of) for page in paragraph_of for name in page}
    for above, below in itertools.pairwise(paragraph_of):
        if above and below and above[-1] == below[0] and lines_in[below[0]] > 1:
            assert above.count(above[-1]) > 1
            assert below.count(below[0]) > 1


@pytest.mark.parametrize("said_of", ['texts = [{ text = "{page}" }]', 'texts = [{ text = "x" }]\nwhen = "pages > 1"'])
def test_the_flow_cannot_say_on_which_page_it_will_stand(tmp_path: Path, fonts: FontSet, said_of: str) -> None:
    program = program_of(tmp_path, fonts, AREAS, f'[flow.notes]\ntype = "text"\nstyle = "body"\n{said_of}\n')
    with pytest.raises(LayoutError, match=r"E4051 the flow can't know 'pages?'") as caught:
        program.check("en", "")
    assert caught.value.place == "flow.notes"
