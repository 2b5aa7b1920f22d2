"""Rows of a table in groups, with heads and subtotals."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layouts.errors import LayoutError
from layouts.fonts import FontSet
from tests.layouts.small import AREAS, document, line, program_of, said, words


def grouped(
    foot: str = 'foot = { text = "Sum {kind}" }, sums = [{ value = "price", column = "amount" }]', more: str = ""
) -> str:
    return f"""
[flow.lines]
type = "table"
each = "lines"
style = "body"
group = {{ by = "kind", head = {{ text = "Group {{kind}}", style = "large" }}{", " if foot else ""}{foot} }}
{more}
columns.name = {{ x_mm = 0, width_mm = 60, cell = [{{ text = "{{name}}" }}] }}
columns.amount = {{ x_mm = 100, width_mm = 30, align = "right", cell = [{{ text = "{{price | amount}}" }}] }}
"""


ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(-50, 50)), max_size=25)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_every_run_of_one_value_has_its_head_and_its_sum(
    tmp_path: Path, fonts: FontSet, rows: list[tuple[str, int]]
) -> None:
    program = program_of(tmp_path, fonts, AREAS, grouped())
    lines = [line("row", str(price), kind) for kind, price in rows]
    found = [text.replace("\u2212", "-") for page in words(program, document("", *lines)) for text in page]
    expected: list[str] = []
    for kind, members in groupby(rows, lambda row: row[0]):
        prices = [price for _, price in members]
        expected.append(f"Group {kind}")
        for price in prices:
            expected += ["row", f"{price}.00"]
        expected += [f"Sum {kind}", f"{sum(prices)}.00"]
    assert found == expected


def test_a_subtotal_stands_under_its_column_and_can_be_asked_for(tmp_path: Path, fonts: FontSet) -> None:
    said_so = """foot = { text = "{subtotal | money('EUR')} in all", when = "subtotal > 5" }"""
    foot = f'{said_so}, sums = [{{ value = "price", column = "amount" }}]'
    program = program_of(tmp_path, fonts, AREAS, grouped(foot))
    two = document("", line("x", "5", "a"), line("y", "6", "b"))
    found = said(program, program.typeset(two, "en"))
    assert [one.text for one in found][:5] == ["Group a", "x", "5.00", "Group b", "y"]
    assert len(found) == 8
    assert found[-1].text == "6.00"
    assert found[-1].x_mm + found[-1].width_mm == pytest.approx(150, abs=0.02)


def test_groups_without_a_foot_have_heads_alone(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, grouped(""))
    assert words(program, document("", line("x", kind="a"), line("y", kind="b"))) == [
        ["Group a", "x", "1.00", "Group b", "y", "1.00"]
    ]


def test_a_head_never_stands_alone_at_the_foot_of_a_page_nor_a_sum_at_the_head(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, grouped())
    for count in range(1, 24):
        lines = [*[line("x", kind="a")] * count, *[line("y", kind="b")] * 4]
        pages = words(program, document("", *lines))
        for page in pages[:-1]:
            assert not page[-1].startswith("Group")
        for page in pages[1:]:
            assert not page[0].startswith("Sum")


def test_sums_carried_leave_heads_and_subtotals_out(tmp_path: Path, fonts: FontSet) -> None:
    words_of = 'brought = "brought", carried = "carried"'
    carry = f'carry = {{ value = "price", column = "amount", {words_of}, style = "body", height_mm = 6 }}'
    program = program_of(tmp_path, fonts, AREAS, grouped(more=carry))
    pages = words(program, document("", *[line("x", "1", kind) for kind in "abcdefgh" for _ in range(5)]))
    on_first = Decimal(pages[0].count("x"))
    assert pages[0][-2:] == ["carried", f"{on_first}.00"]
    assert pages[1][:2] == ["brought", f"{on_first}.00"]


def test_what_is_wrong_in_a_group_names_the_row(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, grouped())
    wide = line("x", kind="b") | {"price": Decimal("123456789012345678901234567890")}
    with pytest.raises(LayoutError) as caught:
        words(program, document("", line("a"), line("b"), line("c", kind="b"), wide))
    assert caught.value.place == "lines[3]"


def test_a_subtotal_needs_to_know_of_what_and_where(tmp_path: Path, fonts: FontSet) -> None:
    with pytest.raises(LayoutError, match="E4013 'sums' is missing"):
        program_of(tmp_path, fonts, AREAS, grouped('foot = { text = "Sum" }'))
