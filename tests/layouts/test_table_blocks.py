"""Tables: cells, heads, rows over pages, sums carried, rows higher than a page."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layouts.errors import LayoutError
from layouts.fonts import FontSet
from tests.layouts.small import AREAS, Said, content, document, line, program_of, said, words


def table(name: str = '{ text = "{name}" }', amount: str = '{ text = "{price | amount}" }', more: str = "") -> str:
    return f"""
[flow.lines]
type = "table"
each = "lines"
style = "body"
head_rule = "thin"
row_rule = "thick"
{more}

[flow.lines.columns.name]
label = "Name of the goods"
x_mm = 0
width_mm = 40
cell = [{name}]

[flow.lines.columns.amount]
label = "Amount"
x_mm = 100
width_mm = 30
align = "right"
cell = [{amount}]
"""


WORDS = 'brought = "brought", carried = "carried"'
CARRY = f'carry = {{ value = "price", column = "amount", {WORDS}, style = "body", height_mm = 6 }}'


def test_a_row_has_its_cells_on_one_line_each_in_its_column(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, table())
    *_, name, amount = said(program, program.typeset(document("", line("Kiste", "12.5")), "en"))
    assert (name.text, amount.text) == ("Kiste", "12.50")
    assert name.y_mm == pytest.approx(amount.y_mm, abs=0.02)
    assert name.x_mm == pytest.approx(20, abs=0.02)
    assert amount.x_mm + amount.width_mm == pytest.approx(150, abs=0.02)


def test_without_elements_there_is_no_head(tmp_path: Path, fonts: FontSet) -> None:
    assert words(program_of(tmp_path, fonts, AREAS, table()), document("")) == [[]]


def test_a_head_of_two_lines_stands_on_the_rule_with_short_captions_below(tmp_path: Path, fonts: FontSet) -> None:
    narrow = table().replace("width_mm = 40", "width_mm = 20")
    program = program_of(tmp_path, fonts, AREAS, narrow)
    head = said(program, program.typeset(document("", line("x")), "en"))[:3]
    assert [one.text for one in head] == ["Name of the", "goods", "Amount"]
    assert head[1].y_mm - head[0].y_mm == pytest.approx(5, abs=0.02)
    assert head[2].y_mm == pytest.approx(head[1].y_mm, abs=0.02)


def test_values_that_are_equal_print_as_each_is_whichever_came_first(tmp_path: Path, fonts: FontSet) -> None:
    amounts = (
        "{price}",
        "{price | amount}",
        "{price | number(2)}",
        "{price | number}",
        "{-price}",
        "{price | money('EUR')}",
    )
    one, hundredths, tens = Decimal("1"), Decimal("1.00"), Decimal("1E+1")
    for text in amounts:
        program = program_of(tmp_path, fonts, AREAS, table(amount=f'{{ text = "{text}" }}'))
        alone = {}
        for value in (one, hundredths, tens, Decimal("10.0"), Decimal("-0.00"), Decimal("0")):
            fresh = program_of(tmp_path, fonts, AREAS, table(amount=f'{{ text = "{text}" }}'))
            alone[str(value)] = words(fresh, document("", line("x") | {"price": value}))[0][-1]
        for value in (hundredths, one, Decimal("10.0"), tens, Decimal("0"), Decimal("-0.00")):
            assert words(program, document("", line("x") | {"price": value}))[0][-1] == alone[str(value)], text


def test_equal_values_of_two_fields_and_two_types_are_told_apart(tmp_path: Path, fonts: FontSet) -> None:
    columns = """
columns.a = { x_mm = 0, width_mm = 20, cell = [{ text = "{count} of {kind}" }] }
columns.b = { x_mm = 20, width_mm = 20, cell = [{ text = "{price} of {name}" }] }
columns.c = { x_mm = 40, width_mm = 20, cell = [{ text = "{name}/{kind}" }] }
"""
    table_of = f'[flow.lines]\ntype = "table"\neach = "lines"\nstyle = "body"\n{columns}'
    program = program_of(tmp_path, fonts, AREAS, table_of)
    found = words(program, document("", line("a", "1", "b", count=1), line("b", "1", "a", count=1)))[0]
    assert found == ["1 of b", "1 of a", "a/b", "1 of a", "1 of b", "b/a"]


def test_a_cell_that_reads_the_document_or_the_list_around_is_never_taken_from_another(
    tmp_path: Path, fonts: FontSet
) -> None:
    program = program_of(tmp_path, fonts, AREAS, table(name='{ text = "{name} {title} {len(lines)}" }'))
    assert words(program, document("x", line("a")))[0][2] == "a x 1"
    assert words(program, document("y", line("a"), line("a")))[0][2] == "a y 2"


def test_the_elements_may_be_plain_texts(tmp_path: Path, fonts: FontSet) -> None:
    notes = """
[flow.notes]
type = "table"
each = "notes"
as = "note"
style = "body"
columns.a = { x_mm = 0, width_mm = 50, cell = [{ text = "{note}" }] }
columns.b = { x_mm = 60, width_mm = 50, cell = [{ text = "{note | upper}" }, { text = "again {note}" }] }
"""
    program = program_of(tmp_path, fonts, AREAS, notes)
    assert words(program, document(notes=["one", "two"]))[0] == ["one", "ONE", "again one", "two", "TWO", "again two"]


def test_line_breaks_and_blanks_of_a_plain_cell_are_those_of_any_text(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, table())
    found = said(program, program.typeset(document("", line("A\nB"), line("  C ")), "en"))[2:]
    assert [one.text for one in found] == ["A", "1.00", "B", "C", "1.00"]
    assert {round(one.x_mm) for one in found if one.text in "ABC"} == {20}


def test_a_figure_too_wide_for_its_column_is_refused_with_its_row(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, table())
    wide = line("x") | {"price": Decimal("123456789012345678901234567890")}
    with pytest.raises(LayoutError, match=r"E4034 .* the column amount 30 mm") as caught:
        words(program, document("", line("a"), line("b"), wide))
    assert caught.value.place == "lines[2]"


def test_several_figures_in_a_right_aligned_cell_each_have_their_line(tmp_path: Path, fonts: FontSet) -> None:
    each = '{ text = "{part.price | amount}", each = "parts", as = "part" }'
    program = program_of(tmp_path, fonts, AREAS, table(amount=each))
    parts = [{"name": "p", "price": Decimal(1)}, {"name": "q", "price": Decimal(2)}]
    found = said(program, program.typeset(document("", line("A", parts=parts)), "en"))[2:]
    assert [one.text for one in found] == ["A", "1.00", "2.00"]
    assert found[2].y_mm - found[1].y_mm == pytest.approx(5, abs=0.02)
    again = words(program, document("", line("A", parts=parts[:1]), line("A"), line("A", parts=parts)))[0][2:]
    assert again == ["A", "1.00", "A", "A", "1.00", "2.00"]


def test_lines_of_another_style_do_not_change_what_follows(tmp_path: Path, fonts: FontSet) -> None:
    cell = '{ text = "{name}" }, { text = "{kind}", style = "small" }'
    program = program_of(tmp_path, fonts, AREAS, table(name=cell))
    found = said(program, program.typeset(document("", line("A"), line("B")), "en"))[2:]
    assert [(one.text, one.size_pt) for one in found] == [
        *(("A", 10), ("1.00", 10), ("a", 8)),
        *(("B", 10), ("1.00", 10), ("a", 8)),
    ]


def test_a_cell_may_span_further_columns(tmp_path: Path, fonts: FontSet) -> None:
    cell = '{ text = "{name}" }, { text = "{more}", span_mm = 130 }'
    program = program_of(tmp_path, fonts, AREAS, table(name=cell))
    long = "ein Satz der breiter ist als seine Spalte und doch auf einer Zeile steht"
    assert words(program, document("", line("A", more=long)))[0][2:] == ["A", "1.00", long]


def runs_of(pages: list[list[str]]) -> list[tuple[Decimal | None, list[str], Decimal | None]]:
    """(brought, names, carried) of each page that has a part of the table."""
    found = []
    for page in pages:
        if "Name of the goods" not in page:
            continue
        rest = page[page.index("Amount") + 1 :]
        brought = Decimal(rest[1]) if rest[0] == "brought" else None
        rest = rest[2:] if brought is not None else rest
        carried = Decimal(rest[-1]) if rest[-2] == "carried" else None
        rest = rest[:-2] if carried is not None else rest
        found.append((brought, rest[0::2], carried))
    return found


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(-99, 99), min_size=1, max_size=130))
def test_the_sums_of_all_pages_agree_with_their_rows(tmp_path: Path, fonts: FontSet, prices: list[int]) -> None:
    program = program_of(tmp_path, fonts, AREAS, table(more=CARRY))
    data = document("", *[line(f"n{at}", str(price)) for at, price in enumerate(prices)])
    pages = [[text.replace("\u2212", "-") for text in page] for page in words(program, data)]
    runs = runs_of(pages)
    assert [name for _, names, _ in runs for name in names] == [f"n{at}" for at in range(len(prices))]
    total = Decimal(0)
    for number, (brought, names, carried) in enumerate(runs):
        assert brought == (total if number else None)
        total += sum(prices[int(name[1:])] for name in names)
        assert carried == (None if number == len(runs) - 1 else total)


def test_a_sum_may_be_of_any_expression_over_the_row_and_the_document(tmp_path: Path, fonts: FontSet) -> None:
    for value, first in (("price * count", 2), ("fee", 3), ("line.price", 1), ("price + fee", 4)):
        carry = CARRY.replace('value = "price"', f'value = "{value}"') + '\nas = "line"'
        program = program_of(tmp_path, fonts, AREAS, table(more=carry))
        pages = words(program, document("", *[line("x", "1", count=2)] * 60, fee=Decimal(3)))
        brought, names, carried = runs_of(pages)[0]
        assert (brought, carried) == (None, Decimal(first * len(names)))


def lines_on(program: Any, pages: Any) -> list[list[Said]]:
    return [said(program, pages, page) for page in range(len(pages.pages))]


def test_a_row_higher_than_a_page_goes_on_over_pages_with_its_figures_once(tmp_path: Path, fonts: FontSet) -> None:
    cell = '{ text = "{name}" }, { text = "{tag}", style = "small", each = "tags", as = "tag" }'
    program = program_of(tmp_path, fonts, AREAS, table(name=cell, more=CARRY))
    tags = [f"t{at}" for at in range(120)]
    data = document("", line("before", "1"), line("high", "2", tags=tags), line("after", "4"))
    pages = program.typeset(data, "en")
    assert len(pages.pages) > 2
    set_texts = lines_on(program, pages)
    flat = [one for page in set_texts for one in page]
    assert [one.text for one in flat if one.text.startswith("t")] == tags
    assert {one.size_pt for one in flat if one.text.startswith("t")} == {8}
    assert [one.text for one in flat].count("2.00") == 1
    assert [one.size_pt for one in flat if one.text == "after"] == [10]
    for number, page in enumerate(set_texts):
        limit_mm = 220 if number else 200
        assert all(one.y_mm < limit_mm for one in page)
    # One rule closes each element, not each part of one.
    closed = sum(content(pages, page).count(" l\n") for page in range(len(pages.pages)))
    assert closed == 3


def test_a_table_in_a_box_stands_whole_and_tells_when_it_does_not_fit(tmp_path: Path, fonts: FontSet) -> None:
    boxed = table().replace("flow.lines", "boxes.lines").replace('type = "table"', _BOX + 'type = "table"')
    program = program_of(tmp_path, fonts, boxed)
    with pytest.raises(LayoutError, match=r"E4037 .* the box 'lines' is 25 mm high"):
        words(program, document("", *[line("x")] * 10))
    # What was wrong with one document is not told of the next.
    assert words(program, document("", line("x"))) == [["Name of the goods", "Amount", "x", "1.00"]]


_BOX = 'on = "first"\nbox = { x_mm = 20, y_mm = 10, width_mm = 140, height_mm = 25 }\n'


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("x_mm = 100", "x_mm = 30", "column 'amount' overlaps column 'name'"),
        ("width_mm = 30", "width_mm = 71", "the column ends at 171 mm, 170 mm is the table's width"),
        ('row_rule = "thick"', 'row_rule = "wavy"', "'row_rule' is 'wavy', not one of thin, thick"),
        ('each = "lines"', "", "'each' is missing"),
    ],
)
def test_what_can_be_no_table_is_refused(tmp_path: Path, fonts: FontSet, old: str, new: str, fact: str) -> None:
    with pytest.raises(LayoutError) as caught:
        program_of(tmp_path, fonts, AREAS, table().replace(old, new))
    assert fact in caught.value.message


def beside(cell: str, style: str = "body") -> str:
    """A table with this cell at the left, and the row's kind beside it."""
    return f"""
[styles.tracked]
font = "regular"
size_pt = 10
leading_mm = 5
tracking_pt = 2

[flow.lines]
type = "table"
each = "lines"
style = "{style}"
columns.name = {{ x_mm = 0, width_mm = 30, cell = [{cell}] }}
columns.kind = {{ x_mm = 60, width_mm = 60, cell = [{{ text = "{{kind}}" }}] }}
"""


@pytest.mark.parametrize(
    ("cell", "size_pt"),
    [
        ('{ text = "{name}", style = "small" }', 8),
        ('{ text = "{name}", style = "small" }, { text = "{kind}" }', 8),
        ('{ text = "{name}", fit = "condense", least_scale = 0.9, wide_style = "small" }', 8),
    ],
)
def test_a_cell_of_several_lines_in_another_style_leaves_its_neighbours_alone(
    tmp_path: Path, fonts: FontSet, cell: str, size_pt: float
) -> None:
    program = program_of(tmp_path, fonts, AREAS, beside(cell))
    long = "eine ziemlich lange Zeile die auf mehreren steht"
    found = said(program, program.typeset(document("", line(long, kind="k"), line(long, kind="k")), "en"))
    assert " ".join(one.text for one in found if one.size_pt == size_pt) == f"{long} {long}"
    assert {one.size_pt for one in found if one.text == "k"} == {10}


def test_styled_words_of_a_cell_are_in_their_own_fonts(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, beside('{ text = "{name}", styled = true }'))
    pages = program.typeset(document("", line("pay **now** or", kind="k")), "en")
    faces = {fonts.by_style(style).resource_name: style for style in ("regular", "semibold")}
    assert [(faces[one.font], one.text) for one in said(program, pages)] == [
        ("regular", "pay "),
        ("semibold", "now"),
        ("regular", " or"),
        ("regular", "k"),
    ]
    assert set(pages.glyphs) == set(faces)


def test_tracking_of_a_tables_style_is_not_that_of_its_other_lines(tmp_path: Path, fonts: FontSet) -> None:
    cell = '{ text = "{name}" }, { text = "{kind}", style = "small" }'
    program = program_of(tmp_path, fonts, AREAS, beside(cell, style="tracked"))
    stream = content(program.typeset(document("", line("a", kind="k")), "en"))
    size = tracking = 0.0
    seen = []
    for match in re.finditer(r"([\d.]+) Tc|/F\w+ ([\d.]+) Tf|Tj", stream):
        if match[1]:
            tracking = float(match[1])
        elif match[2]:
            size = float(match[2])
        else:
            seen.append((size, tracking))
    assert seen == [(10, 2), (10, 2), (8, 0)]


def test_columns_of_a_row_higher_than_a_page_keep_their_styles_apart(tmp_path: Path, fonts: FontSet) -> None:
    cell = '{ text = "{tag}", style = "small", each = "tags", as = "tag" }'
    both = beside(cell).replace('text = "{kind}" }', 'text = "{tag}!", each = "tags", as = "tag" }')
    program = program_of(tmp_path, fonts, AREAS, both)
    tags = [f"t{at}" for at in range(110)]
    pages = program.typeset(document("", line("x", tags=tags)), "en")
    flat = [one for page in lines_on(program, pages) for one in page]
    assert {(one.text.endswith("!"), one.size_pt) for one in flat} == {(False, 8), (True, 10)}
    assert [one.text for one in flat if one.size_pt == 8] == tags
    assert [one.text for one in flat if one.size_pt == 10] == [f"{tag}!" for tag in tags]


def test_a_cell_may_read_a_list_of_its_row(tmp_path: Path, fonts: FontSet) -> None:
    cell = """{ text = "{join(tags)} {len(parts)} {sum(parts, 'price')}" }, { text = "tagged", when = "tags" }"""
    program = program_of(tmp_path, fonts, AREAS, table(name=cell))
    part = {"name": "p", "price": Decimal(2)}
    rows = [line("a", tags=["x", "y"]), line("b"), line("c", tags=["z"], parts=[part, part])]
    found = words(program, document("", *rows))[0][2:]
    assert [text for text in found if text != "1.00"] == ["x, y 0 0", "tagged", "0 0", "z 2 4", "tagged"]


@pytest.mark.parametrize("value", ["name", "more", "tags", "line"])
def test_what_is_no_number_cannot_be_carried(tmp_path: Path, fonts: FontSet, value: str) -> None:
    carry = CARRY.replace('value = "price"', f'value = "{value}"') + '\nas = "line"'
    program = program_of(tmp_path, fonts, AREAS, table(more=carry))
    with pytest.raises(LayoutError, match=rf"E4053 '{value}' is not always a number") as caught:
        program.check("en", "")
    assert "flow.lines.carry.value" in caught.value.place


def test_captions_say_the_same_in_every_document(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, table().replace("Name of the goods", "Goods {language}"))
    assert words(program, document("", line("x")))[0][0] == "Goods en"
    program = program_of(tmp_path, fonts, AREAS, table().replace("Name of the goods", "{title}"))
    with pytest.raises(LayoutError, match="E4051 there is no field 'title'"):
        program.check("en", "")


def test_a_carried_sum_in_words_that_no_font_has_is_told_with_its_page(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, table(more=CARRY.replace('carried = "carried"', 'carried = "漢"')))
    long = document("", *[line(f"row {number}") for number in range(80)])

    inspection = program.inspect(long, "en")
    found = [finding for finding in inspection.findings if finding.rule == "missing-glyph"]

    assert [finding.page for finding in found] == [*range(1, len(inspection.page_set.pages))]
    assert "漢" in found[0].message
    with pytest.raises(LayoutError, match="E4030"):
        program.typeset(long, "en")
