"""Variants: what is laid over a layout for some documents, by each trait."""

from __future__ import annotations

from pathlib import Path

import pytest

from layouts.errors import LayoutError
from layouts.fonts import FontSet
from layouts.layout import load_layout
from layouts.typeset import PageProgram
from tests.layouts.small import document, program_of, said, words

BOX = """
[boxes.head]
on = "first"
box = { x_mm = 20, y_mm = 10, width_mm = 100, height_mm = 25 }
type = "text"
style = "body"
texts = [{ text = "base" }]
"""


def variant(trait: str, values: str, text: str) -> str:
    return f'[[variants]]\nfor = {{ {trait} = {values} }}\nboxes.head.texts = [{{ text = "{text}" }}]\n'


@pytest.mark.parametrize("trait", ["group", "brand", "envelope", "country"])
def test_a_document_of_a_trait_gets_the_variant_for_it_and_others_the_base(
    tmp_path: Path, fonts: FontSet, trait: str
) -> None:
    program = program_of(tmp_path, fonts, BOX, variant(trait, '["x", "y"]', "varied"))
    assert words(program, document()) == [["base"]]
    assert words(program, document(), **{trait: "x"}) == [["varied"]]
    assert words(program, document(), **{trait: "y"}) == [["varied"]]
    assert words(program, document(), **{trait: "z"}) == [["base"]]


def test_the_kind_of_the_document_chooses_a_variant(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, BOX, variant("kind", '["credit-note"]', "credit"))
    assert words(program, document(kind="credit-note")) == [["credit"]]
    assert words(program, document(kind="invoice")) == [["base"]]


def test_a_variant_for_a_language_serves_its_countries_and_leads_a_pair(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, BOX, variant("language", '["de"]', "deutsch"))
    for tag in ("de", "de-AT", "de+en"):
        assert words(program, document(), tag) == [["deutsch"]], tag
    for tag in ("en", "en+de"):
        assert words(program, document(), tag) == [["base"]], tag


def test_a_variant_for_a_country_of_a_language_or_for_a_pair_is_for_nothing_else(
    tmp_path: Path, fonts: FontSet
) -> None:
    both = variant("language", '["de"]', "deutsch") + variant("language", '["de-AT", "de+en"]', "besonders")
    program = program_of(tmp_path, fonts, BOX, both)
    assert words(program, document(), "de-AT") == [["besonders"]]
    assert words(program, document(), "de+en") == [["besonders"]]
    assert words(program, document(), "de-CH") == [["deutsch"]]


def test_a_variant_for_two_traits_needs_both_and_later_ones_lie_on_top(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(
        tmp_path,
        fonts,
        BOX,
        variant("brand", '["Nord"]', "Nord"),
        '[[variants]]\nfor = { brand = ["Nord"], group = ["retail"] }\nboxes.head.box = { x_mm = 50 }\n',
        variant("group", '["retail"]', "retail"),
    )
    assert words(program, document(), brand="Nord") == [["Nord"]]
    assert words(program, document(), brand="Nord", group="retail") == [["retail"]]

    def left_mm(**traits: str) -> float:
        return said(program, program.typeset(document(), "en", traits))[0].x_mm

    assert left_mm(group="retail") == pytest.approx(20, abs=0.01)
    assert left_mm(brand="Nord", group="retail") == pytest.approx(50, abs=0.01)


def test_a_variant_has_pages_of_its_own_key(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, BOX, variant("brand", '["Nord"]', "base"))
    keys = [program.typeset(document(), "en", traits).key for traits in ({}, {"brand": "Nord"}, {"brand": "Syd"})]
    assert keys[0] == keys[2] != keys[1]


def test_a_box_is_taken_out_by_a_condition_that_never_holds(tmp_path: Path, fonts: FontSet) -> None:
    without = '[[variants]]\nfor = { group = ["plain"] }\nboxes.head.when = "false"\n'
    assert words(program_of(tmp_path, fonts, BOX, without), document(), group="plain") == [[]]


def test_a_mistake_in_a_variant_is_found_when_the_layout_is_checked(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, BOX, variant("brand", '["Nord"]', "{document.titel}"))
    with pytest.raises(LayoutError, match=r"E4051 there is no field 'document\.titel'"):
        program.check("en", "")


@pytest.mark.parametrize(
    ("added", "fact", "key"),
    [
        ('for = { colour = ["red"] }', "'colour' is no trait of a document", "variants[0].for.colour"),
        ('for = { brand = "Nord" }', "'brand' must be a list of texts", "variants[0].for.brand"),
        ('for = { brand = ["Nord"] }\nfonts.body = "regular"', "'fonts' is the same in all variants", "variants[0]."),
        ('for = { brand = ["Nord"] }\nformat = 3', "'format' is the same in all variants", "variants[0].format"),
        ("boxes.head.box = { x_mm = 50 }", "'for' is missing", "variants[0]"),
    ],
)
def test_what_a_variant_cannot_say_is_refused_where_it_stands(
    tmp_path: Path, fonts: FontSet, added: str, fact: str, key: str
) -> None:
    with pytest.raises(LayoutError) as caught:
        program_of(tmp_path, fonts, BOX, f"[[variants]]\n{added}\n")
    assert fact in caught.value.message
    assert "small.toml, line" in caught.value.place
    assert key in caught.value.place


def test_an_unknown_key_of_a_variant_is_told_with_the_line_of_the_variant(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, BOX, '[[variants]]\nfor = { brand = ["Nord"] }\nboxes.head.colour = "red"\n')
    path = Path(program.layout.path)
    with pytest.raises(LayoutError) as caught:
        load_layout(path, {"brand": "Nord"})
    line = path.read_text(encoding="utf-8").splitlines().index('boxes.head.colour = "red"') + 1
    assert caught.value.place == f"small.toml, line {line}, boxes.head.colour"


def test_a_layout_read_for_a_trait_keeps_it(tmp_path: Path, fonts: FontSet) -> None:
    path = Path(program_of(tmp_path, fonts, BOX, variant("envelope", '["c4"]', "flat")).layout.path)
    program = PageProgram(load_layout(path, {"envelope": "c4"}), fonts)
    assert words(program, document()) == [["flat"]]
    assert words(program, document(), envelope="c5") == [["base"]]
