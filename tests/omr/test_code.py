"""The code's content: a template that says which sheet this is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omr.code import CodeTemplate
from omr.errors import OmrError
from omr.sheet import SheetId, SheetOrders

HOUSE = "{run:7}{piece:9}{copy:02}{sheet:03}{of:03}"
PRINTABLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)


@st.composite
def templates_and_sheets(draw: st.DrawFn) -> tuple[str, SheetId]:
    widths = {field: draw(st.integers(1, 12)) for field in ("run", "piece", "copy", "sheet", "of")}
    literals = st.text(PRINTABLE.filter(lambda c: c not in "{}"), max_size=3)
    text = draw(literals)
    for field in draw(st.permutations(list(widths))):
        zero = "" if field in ("run", "piece") else "0"
        text += f"{{{field}:{zero}{widths[field]}}}" + draw(literals)

    def number(field: str) -> int:
        return draw(st.integers(1, 10 ** widths[field] - 1))

    def words(field: str) -> str:
        return draw(st.text(PRINTABLE, min_size=widths[field], max_size=widths[field]))

    return text, SheetId(words("run"), words("piece"), number("copy"), number("sheet"), number("of"))


def test_the_house_template_writes_24_characters() -> None:
    template = CodeTemplate.parse(HOUSE)
    assert template.format(SheetId("R000001", "P00000042", 3, 7, 12)) == "R000001P0000004203007012"
    assert template.length == 24


def test_the_house_template_reads_its_text() -> None:
    template = CodeTemplate.parse(HOUSE)
    assert template.match("R000001P0000004203007012") == SheetId("R000001", "P00000042", 3, 7, 12)


@given(templates_and_sheets())
def test_every_sheet_comes_back_from_its_text(case: tuple[str, SheetId]) -> None:
    text, sheet = case
    template = CodeTemplate.parse(text)
    code = template.format(sheet)
    assert template.match(code) == sheet
    assert len(code) == template.length


@given(st.text(st.sampled_from("RP0123456789A"), min_size=22, max_size=26))
def test_a_text_that_matches_is_one_that_format_makes(text: str) -> None:
    template = CodeTemplate.parse(HOUSE)
    sheet = template.match(text)
    assert sheet is None or template.format(sheet) == text


@pytest.mark.parametrize(
    "text",
    [
        "R000001P000000420300701",
        "R000001P00000042030070123",
        "R000001P0000004203007012\n",
        "R000001P0000004203007x12",
        "R000001P00000042٠٣007012",
        "R000001P0000004200007012",
        "R000001P0000004203000012",
        "R000001P0000004203007000",
        "R00000 P0000004203007012",
        "",
    ],
)
def test_a_foreign_text_is_no_sheet(text: str) -> None:
    assert CodeTemplate.parse(HOUSE).match(text) is None


def test_a_literal_must_stand_in_the_text() -> None:
    template = CodeTemplate.parse("J{run:2}-{piece:2}.{copy:01}({sheet:01}){of:01}")
    assert template.match("JAA-BB.1(2)3") == SheetId("AA", "BB", 1, 2, 3)
    assert template.match("JAA-BBx1(2)3") is None


@pytest.mark.parametrize(
    ("sheet", "field"),
    [
        (SheetId("R0000001", "P00000042", 1, 1, 1), "run"),
        (SheetId("R00001", "P000000042", 1, 1, 1), "run"),
        (SheetId("R000001", "P0000042", 1, 1, 1), "piece"),
        (SheetId("R000001", "P00000 42", 1, 1, 1), "piece"),
        (SheetId("R000001", "P0000004é", 1, 1, 1), "piece"),
        (SheetId("R000001", "P00000042", 100, 1, 1), "copy"),
        (SheetId("R000001", "P00000042", 0, 1, 1), "copy"),
        (SheetId("R000001", "P00000042", 1, 1000, 1000), "sheet"),
        (SheetId("R000001", "P00000042", 1, 1, 1000), "of"),
        (SheetId("R000001", "P00000042", 1, -1, 1), "sheet"),
    ],
)
def test_a_value_that_does_not_fit_its_width_is_refused(sheet: SheetId, field: str) -> None:
    with pytest.raises(OmrError) as refused:
        CodeTemplate.parse(HOUSE).format(sheet)
    assert refused.value.code == "E5202"
    assert f"the {field} " in refused.value.message


SHEET = SheetId("R000001", "P00000042", 1, 2, 3)
ORDERS = SheetOrders(2, 3, 17, frozenset({1, 4, 6}), divert=True, piece=12)


# Contents of codes in the field, worked out by hand.
@pytest.mark.parametrize(
    ("template", "text"),
    [
        # Job (6), piece (6), sheets (2), sheet (2), padded to 27.
        ("{run:d6}{piece:d6}{of:02}{sheet:02}{blank:11}", "0000010000420302" + " " * 11),
        # Ten characters of job and of piece, and controls.
        ("{run:_<10}{piece:0>10}{last+divert:1}", "R000001___0P000000421"),
        # Page, size of the set, number of the set, two hexadecimal digits of feeders: 1, 4 and 6 are bits 1, 8 and 32.
        ("{sheet:02}{of:02}{set:01}{selects:x2}", "020322" + "9"),
        # Five flags in a character: 0b01001 is 9, 0b10110 is 22, the 23rd of 0 … 9, A … V.
        ("*{first+divert+stop+unseal+select-6:1}", "*9"),
        ("{divert+stop+select-4+select-1+unseal:1}", "M"),
        ("{ordinal:06}%{set:02}", "000017%12"),
    ],
)
def test_contents_of_the_field_are_made_and_read(template: str, text: str) -> None:
    made = CodeTemplate.parse(template, whole=False)
    assert made.format(SHEET, ORDERS) == text
    assert made.length == len(text)
    assert made.read(text) is not None
    assert made.match(text) is None


def test_what_was_written_is_read_by_name() -> None:
    template = CodeTemplate.parse("{piece:0>10}{set:01}{selects:x2}{last+divert:1}{stop:1}{blank:3}", whole=False)
    values = {
        "piece": "P00000042",
        "set": 2,
        "selects": frozenset({1, 4, 6}),
        "flags": {"last": False, "divert": True, "stop": False},
    }
    text = template.format(SHEET, ORDERS)
    assert template.read(text) == template.read(text.rstrip()) == values
    assert template.read(text[:-5] + "4" + text[-4:]) is None


def test_filled_fields_name_a_sheet_as_exact_ones_do() -> None:
    template = CodeTemplate.parse("{run:_<10}{piece:0>10}{copy:02}{sheet:02}{of:02}")
    assert template.match(template.format(SHEET)) == SHEET
    # A filling that `format` would not write: the piece would be empty.
    assert template.match("R000001___" + "0" * 10 + "010203") is None


@pytest.mark.parametrize(
    ("template", "sheet", "orders"),
    [
        ("{piece:_<8}", SHEET, ORDERS),
        ("{piece:2<12}", SHEET, ORDERS),
        ("{piece:d1}", SHEET, ORDERS),
        ("{piece:d6}", SheetId("R000001", "PIECE", 1, 1, 1), ORDERS),
        ("{selects:x1}", SHEET, ORDERS),
        ("{ordinal:01}", SHEET, ORDERS),
        ("{set:02}", SHEET, SheetOrders(2, 3, 17)),
    ],
)
def test_what_does_not_fit_is_never_cut(template: str, sheet: SheetId, orders: SheetOrders) -> None:
    with pytest.raises(OmrError) as refused:
        CodeTemplate.parse(template, whole=False).format(sheet, orders)
    assert refused.value.code == "E5202"


def test_a_content_of_the_orders_needs_them() -> None:
    with pytest.raises(ValueError, match="needs the sheet's orders"):
        CodeTemplate.parse("{selects:x2}", whole=False).format(SHEET)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("", "is empty"),
        ("{first+last:2}", "at most 5 in one character"),
        ("{first+last+divert+stop+unseal+batch:1}", "at most 5 in one character"),
        ("{first+late:1}", "unknown field 'first+late'"),
        ("{selects:2}", "'selects' as {selects:x2}"),
        ("{set:3}", "'set' as a number"),
        ("{run:>9}", "'run' as text"),
    ],
)
def test_a_bad_template_of_a_machine_is_refused(text: str, fact: str) -> None:
    with pytest.raises(OmrError) as refused:
        CodeTemplate.parse(text, whole=False)
    assert refused.value.code == "E5201"
    assert fact in refused.value.message


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("", "lacks run, piece, copy, sheet, of"),
        ("{run:7}{piece:9}{copy:02}{sheet:03}", "lacks of"),
        (HOUSE + "{run:7}", "'run' twice"),
        (HOUSE + "{job:7}", "unknown field 'job'"),
        (HOUSE.replace("{run:7}", "{run:07}"), "'run' as text"),
        (HOUSE.replace("{of:03}", "{of:3}"), "'of' as a number"),
        (HOUSE.replace("{run:7}", "{run:0}"), "from '{run:0}"),
        (HOUSE.replace("{run:7}", "{run}"), "from '{run}"),
        (HOUSE + " ", "from ' '"),
        (HOUSE + "}", "from '}'"),
        (HOUSE + "æ", "from 'æ'"),
    ],
)
def test_a_bad_template_is_refused_with_the_part_at_fault(text: str, fact: str) -> None:
    with pytest.raises(OmrError) as refused:
        CodeTemplate.parse(text)
    assert refused.value.code == "E5201"
    assert fact in refused.value.message
