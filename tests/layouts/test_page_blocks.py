"""What pages are set on and in: paper of a kind of page, fonts with their chains, two languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from layouts.errors import LayoutError
from layouts.fonts import FontSet
from layouts.layout import load_layout
from layouts.typeset import PageProgram
from tests.layouts.small import AREAS, document, program_of, said, words

TEXTS = """
[flow.notes]
type = "text"
style = "body"
texts = [{ text = "{item}", each = "notes" }]
"""


@pytest.mark.parametrize(
    ("stock", "notes", "stocks"),
    [
        ("", 100, ()),
        ('first = "letterhead"', 1, ("letterhead",)),
        ('first = "letterhead"', 100, ("letterhead", "plain", "plain")),
        ('continuation = "second"', 100, ("plain", "second", "second")),
        ('first = "letterhead"\nlast = "giro"', 100, ("letterhead", "plain", "giro")),
        ('first = "letterhead"\nlast = "giro"', 1, ("giro",)),
        ('last = "plain"', 100, ()),
    ],
)
def test_each_page_is_on_the_paper_of_its_kind(
    tmp_path: Path, fonts: FontSet, stock: str, notes: int, stocks: tuple[str, ...]
) -> None:
    program = program_of(tmp_path, fonts, AREAS, TEXTS, f"[stock]\n{stock}" if stock else "")
    assert program.typeset(document(notes=["n"] * notes), "en").stocks == stocks


def small_font(path: Path, characters: str, name: str) -> None:
    """A font file with a square for each of a few characters, half an em wide."""
    glyphs = [".notdef", *(f"u{ord(char):04X}" for char in characters)]
    pen = TTGlyphPen(None)
    for at, point in enumerate(((0, 0), (0, 500), (400, 500), (400, 0))):
        (pen.lineTo if at else pen.moveTo)(point)
    pen.closePath()
    square = pen.glyph()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(glyphs)
    font.setupCharacterMap({ord(char): f"u{ord(char):04X}" for char in characters})
    font.setupGlyf(dict.fromkeys(glyphs, square))
    font.setupHorizontalMetrics(dict.fromkeys(glyphs, (500, 0)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": name, "styleName": "Regular", "psName": name})
    font.setupOS2(sTypoAscender=800, sTypoDescender=-200, sCapHeight=500, sxHeight=400)
    font.setupPost()
    font.save(path)


BOX = """
[boxes.t]
on = "first"
box = { x_mm = 20, y_mm = 10, width_mm = 100, height_mm = 20 }
type = "text"
style = "house"
texts = [{ text = "{title}" }]

[styles.house]
font = "house"
size_pt = 10
leading_mm = 5
"""


def test_a_layout_brings_its_own_font_and_a_chain_for_what_it_lacks(tmp_path: Path, fonts: FontSet) -> None:
    small_font(tmp_path / "house.ttf", "AB -", "House")
    program = program_of(tmp_path, fonts, BOX, '[fonts]\nhouse = ["house.ttf", "regular"]\n')
    pages = program.typeset(document("ABæA"), "en")
    regular = fonts.by_style("regular").resource_name
    assert [(one.text, one.font == regular) for one in said(program, pages)] == [
        ("AB", False),
        ("æ", True),
        ("A", False),
    ]
    first, second, _ = said(program, pages)
    assert second.x_mm - first.x_mm == pytest.approx(10 * 25.4 / 72, abs=0.01)
    assert set(pages.glyphs) == {first.font, regular}
    assert len(pages.glyphs[first.font]) == 2


def test_a_character_that_no_font_of_the_chain_has_is_refused_with_its_field(tmp_path: Path, fonts: FontSet) -> None:
    small_font(tmp_path / "house.ttf", "AB -", "House")
    program = program_of(tmp_path, fonts, BOX, '[fonts]\nhouse = "house.ttf"\n')
    with pytest.raises(LayoutError, match=r"E4030 House has no glyph for U\+00E6 \(LATIN SMALL LETTER AE\)") as caught:
        program.typeset(document("AæB"), "en")
    assert caught.value.place == "document.title"
    (finding,) = program.inspect(document("AæB"), "en").findings
    assert finding.rule == "missing-glyph"


def test_the_key_changes_with_the_font_file_that_only_marks_use(tmp_path: Path, fonts: FontSet) -> None:
    styled = BOX.replace('text = "{title}"', 'text = "{title}", styled = true').replace(
        'font = "house"', 'font = "regular"\nstrong = "house"'
    )
    keys = []
    for name in ("One", "Two"):
        small_font(tmp_path / "house.ttf", "AB -", name)
        program = program_of(tmp_path, fonts, styled, '[fonts]\nhouse = "house.ttf"\n')
        keys.append(program.typeset(document("AB"), "en").key)
    assert keys[0] != keys[1]


@pytest.mark.parametrize(
    ("said_fonts", "code"),
    [('house = "nowhere.ttf"', "E4010"), ('house = "small.toml"', "E4014"), ('house = "comic"', "E4014")],
)
def test_a_font_that_is_none_is_refused(tmp_path: Path, fonts: FontSet, said_fonts: str, code: str) -> None:
    with pytest.raises(LayoutError, match=code) as caught:
        program_of(tmp_path, fonts, BOX, f"[fonts]\n{said_fonts}\n")
    assert "fonts" in caught.value.place or "styles" in caught.value.place


def test_a_document_in_two_languages_says_every_text_in_both(tmp_path: Path, fonts: FontSet) -> None:
    texts = BOX.replace('style = "house"', 'style = "body"').replace(
        '{ text = "{title}" }',
        '{ text = "@header.issue-date" }, { text = "@footer.page" }, { text = "{when}" }, { text = "{fee | amount}" }',
    )
    program = program_of(tmp_path, fonts, texts, '[fonts]\nhouse = "regular"\n')
    (pair,) = words(program, document(), "nb+en")
    (first,), (second,) = words(program, document(), "nb"), words(program, document(), "en")
    for at in (0, 1):
        assert second[at].split()[0] in pair[at]
        assert first[at].split()[0] in pair[at]
    # Figures and dates are those of the first language.
    assert pair[2:] == first[2:] != second[2:]


def test_two_documents_in_two_languages_have_two_keys(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, TEXTS)
    keys = {program.typeset(document(notes=["n"]), tag).key for tag in ("en", "nb", "nb+en", "en+nb")}
    assert len(keys) == 4
    assert program.typeset(document(notes=["n"]), "en-GB").key in keys


def test_three_languages_are_too_many(tmp_path: Path, fonts: FontSet) -> None:
    with pytest.raises(LayoutError, match="E4016"):
        program_of(tmp_path, fonts, AREAS, TEXTS).typeset(document(), "nb+en+de")


def test_the_same_file_gives_the_same_key_in_another_program(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, AREAS, TEXTS)
    again = PageProgram(load_layout(Path(program.layout.path)), fonts)
    assert program.typeset(document(notes=["n"]), "en") == again.typeset(document(notes=["n"]), "en")


def test_a_layout_has_fields_of_its_own_besides_those_it_shares(tmp_path: Path, fonts: FontSet) -> None:
    more = '[more_data.document]\nproject = "text?"\n[more_data.crew]\nchief = "text"\n'
    texts = BOX.replace('style = "house"', 'style = "body"').replace("{title}", "{title} {project} {crew.chief}")
    program = program_of(tmp_path, fonts, texts, '[fonts]\nhouse = "regular"\n', more)
    assert words(program, document("A", crew={"chief": "Kari"})) == [["A  Kari"]]
    data = document("A", crew={"chief": "Kari"})
    data["document"]["project"] = "Kai 7"
    assert words(program, data) == [["A Kai 7 Kari"]]
    with pytest.raises(LayoutError, match=r"E4032 the document has no 'crew'"):
        program.typeset(document("A"), "en")


def test_a_layout_that_extends_another_adds_a_field_to_its_shared_data(tmp_path: Path, fonts: FontSet) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        'format = 2\nextends = "invoice"\nname = "own"\n[more_data.document]\nproject = "text?"\n'
        '[boxes.title]\ntexts = [{ text = "{project} {number}" }]\n',
        encoding="utf-8",
    )
    PageProgram(load_layout(path), fonts).check("en", "invoice")


SLIP = """
format = 2
name = "own"
top_mm = 250

[styles]
body = { font = "regular", size_pt = 10, leading_mm = 5 }

[boxes.pay]
box = { x_mm = 20, y_mm = 255, width_mm = 100, height_mm = 10 }
type = "text"
style = "body"
texts = [{ text = "pay {title}" }]
"""


def test_a_slip_named_by_path_lies_beside_the_file_that_names_it(tmp_path: Path, fonts: FontSet) -> None:
    base, child = tmp_path / "base", tmp_path / "child"
    base.mkdir()
    child.mkdir()
    (base / "slip.toml").write_text(SLIP, encoding="utf-8")
    program_of(base, fonts, AREAS, TEXTS, "[slip]\nchoose = \"'own' if title else ''\"\nslips = [\"slip.toml\"]\n")
    (child / "own.toml").write_text('format = 2\nextends = "../base/small.toml"\nname = "own"\n', encoding="utf-8")
    program = PageProgram(load_layout(child / "own.toml"), fonts)
    assert words(program, document("A", notes=["n"])) == [["n", "pay A"]]
    assert words(program, document("", notes=["n"])) == [["n"]]


def test_the_flow_leaves_the_foot_of_the_last_page_to_the_slip(tmp_path: Path, fonts: FontSet) -> None:
    (tmp_path / "slip.toml").write_text(SLIP.replace("250", "150").replace("255", "155"), encoding="utf-8")
    slip = '[slip]\nchoose = "\'own\'"\nslips = ["slip.toml"]\n'
    program = program_of(tmp_path, fonts, AREAS, TEXTS, slip)
    for count in range(1, 60, 4):
        pages = program.typeset(document("A", notes=["n"] * count), "en")
        *before, last = [said(program, pages, page) for page in range(len(pages.pages))]
        assert not [one for page in before for one in page if one.text == "pay A"]
        assert [one.text for one in last].count("pay A") == 1
        assert all(one.y_mm < 150 for one in last if one.text == "n")
        assert sum(one.text == "n" for page in (*before, last) for one in page) == count


def test_kind_and_currency_are_known_and_part_of_the_key_whether_declared_or_not(
    tmp_path: Path, fonts: FontSet
) -> None:
    texts = BOX.replace('style = "house"', 'style = "body"').replace(
        '{ text = "{title}" }', '{ text = "{kind} {currency}" }, { text = "@totals.payable" }'
    )
    program = program_of(tmp_path, fonts, texts, '[fonts]\nhouse = "regular"\n')
    data = [document(kind=kind) for kind in ("invoice", "credit-note")]
    assert words(program, data[0]) == [["invoice", "To pay"]]
    assert words(program, data[1]) == [["credit-note", "To your credit"]]
    assert len({program.typeset(one, "en").key for one in data}) == 2
    del data[0]["document"]["kind"]
    assert words(program, data[0]) == [["To pay"]]
