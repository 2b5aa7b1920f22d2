"""A layout that is laid over another one: what it takes over, what it replaces, and where mistakes are shown."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from layouts.blockparts import PictureBlock
from layouts.errors import LayoutError
from layouts.fonts import FontSet, default_fonts
from layouts.geometry import Box
from layouts.layout import CATALOGUE, load_layout
from layouts.parts import Layout
from layouts.typeset import PageProgram
from tests.layouts.samples import invoice

LOGO = """
format = 2
extends = "invoice"
name = "ours"

[boxes.logo]
on = "first"
box = { x_mm = 122, y_mm = 12, width_mm = 60, height_mm = 12 }
type = "picture"
file = "logo.svg"
colour = "grey"

[boxes.letterhead]
box = { y_mm = 26, height_mm = 17 }

[[variants]]
for = { envelope = ["ours"] }
boxes.address.max_lines = 5
"""


def written(folder: Path, text: str, name: str = "ours.toml") -> Path:
    path = folder / name
    path.write_text(text.lstrip(), encoding="utf-8")
    return path


def box_of(layout: Layout, name: str) -> Box:
    return next(part.box for part in layout.box_parts if part.name == name)


@pytest.fixture(scope="module")
def fonts() -> FontSet:
    return default_fonts()


def test_what_is_not_said_anew_is_as_in_the_extended_layout(tmp_path: Path) -> None:
    base = load_layout("invoice")
    own = load_layout(written(tmp_path, LOGO))
    assert own.name == "ours"
    assert own.flow == base.flow
    assert own.version == base.version
    assert box_of(own, "letterhead") == Box(122, 26, 73, 17)
    assert box_of(own, "footer") == box_of(base, "footer")
    assert [part.name for part in own.box_parts][-1] == "logo"


def test_a_picture_is_looked_for_beside_the_file_that_names_it(tmp_path: Path) -> None:
    own = load_layout(written(tmp_path, LOGO))
    again = written(tmp_path, 'format = 2\nextends = "sub/ours.toml"\nname = "again"\n', "again.toml")
    (tmp_path / "sub").mkdir()
    shutil.move(tmp_path / "ours.toml", tmp_path / "sub" / "ours.toml")
    blocks = [part.block for one in (own, load_layout(again)) for part in one.box_parts if part.name == "logo"]
    assert [block.file for block in blocks if isinstance(block, PictureBlock)] == [
        str(tmp_path / "logo.svg"),
        str(tmp_path / "sub" / "logo.svg"),
    ]


def test_variants_of_the_extended_come_first_and_ones_own_after_them(tmp_path: Path) -> None:
    right = LOGO.replace('"ours"] }', '"ours", "ch-c5-right"] }')
    own = load_layout(written(tmp_path, right), {"envelope": "ch-c5-right"})
    base = load_layout("invoice", {"envelope": "ch-c5-right"})
    assert box_of(own, "address") == box_of(base, "address")
    assert own.traits["envelope"] == (*base.traits["envelope"], "ours")
    (address,) = (part.block for part in own.box_parts if part.name == "address")
    assert getattr(address, "max_lines", 0) == 5


def test_both_files_are_part_of_the_digest(tmp_path: Path) -> None:
    base = (CATALOGUE / "invoice.toml").read_text(encoding="utf-8")
    written(tmp_path, base, "base.toml")
    own = written(tmp_path, 'format = 2\nextends = "base.toml"\nname = "own"\n', "own.toml")
    before = load_layout(own).digest
    written(tmp_path, base.replace("version = 2", "version = 3"), "base.toml")
    assert load_layout(own).digest != before


def test_a_mistake_is_shown_in_the_file_that_made_it(tmp_path: Path) -> None:
    base = (CATALOGUE / "invoice.toml").read_text(encoding="utf-8")
    line = base[: base.index('rule = "hair"\n')].count("\n") + 1
    written(tmp_path, base.replace('rule = "hair"\n', 'rule = "wire"\n', 1), "base.toml")
    with pytest.raises(LayoutError) as caught:
        load_layout(written(tmp_path, 'format = 2\nextends = "base.toml"\nname = "own"\n', "own.toml"))
    assert caught.value.place.startswith("base.toml, line ")
    assert "'wire'" in caught.value.message
    assert f"line {line}," in caught.value.place
    with pytest.raises(LayoutError) as caught:
        load_layout(written(tmp_path, LOGO.replace("y_mm = 26", "y_mm = true")))
    assert caught.value.place == "ours.toml, line 13, boxes.letterhead.box.y_mm"


def test_a_mistake_in_ones_own_variant_is_shown_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(LayoutError) as caught:
        load_layout(written(tmp_path, LOGO.replace("max_lines = 5", "max_lines = 0")), {"envelope": "ours"})
    assert caught.value.place == "ours.toml, line 17, boxes.address.max_lines"


def test_a_replaced_list_forgets_the_lines_of_the_old_one(tmp_path: Path) -> None:
    text = 'format = 2\nextends = "invoice"\nname = "own"\n\n[boxes.letterhead]\ntexts = [{ text = "x", gray = 1 }]\n'
    with pytest.raises(LayoutError) as caught:
        load_layout(written(tmp_path, text))
    assert caught.value.place == "ours.toml, line 6, boxes.letterhead.texts[0].gray"


@pytest.mark.parametrize(
    ("extends", "fact"),
    [('"ours.toml"', "extends itself"), ('"invoce"', "not one of"), ("7", "must be a text")],
)
def test_a_layout_extends_another_one_that_there_is(tmp_path: Path, extends: str, fact: str) -> None:
    with pytest.raises(LayoutError) as caught:
        load_layout(written(tmp_path, f'format = 2\nextends = {extends}\nname = "own"\n'))
    assert fact in caught.value.message
    assert caught.value.place == "ours.toml, line 2, extends"


def test_a_box_that_stands_on_no_page_is_left_out(tmp_path: Path) -> None:
    own = load_layout(written(tmp_path, 'format = 2\nextends = "invoice"\nname = "own"\nboxes.running.on = []\n'))
    assert "running" not in own.boxes("continuation")
    assert "running" in load_layout("invoice").boxes("continuation")


def test_a_slip_stands_at_the_foot_of_a_lower_sheet(tmp_path: Path) -> None:
    text = 'format = 2\nextends = "invoice"\nname = "own"\npaper.height_mm = 279.5\n'
    base, own = load_layout("invoice").slip, load_layout(written(tmp_path, text)).slip
    assert base
    assert own
    for name, slip in base.slips.items():
        higher = own.slips[name]
        assert higher.top_mm == slip.top_mm - 17.5
        assert [part.box for part in higher.boxes] == [part.box.moved(0, -17.5) for part in slip.boxes]


def test_the_traits_a_layout_was_read_for_hold_for_every_document(tmp_path: Path, fonts: FontSet) -> None:
    text = LOGO.replace("[boxes.logo]", "[boxes.mark]").replace(
        'type = "picture"\nfile = "logo.svg"\ncolour = "grey"',
        'type = "text"\nstyle = "note"\ntexts = [{ text = "A mark" }]',
    )
    text += '\n[[variants]]\nfor = { language = ["de"] }\nboxes.mark.texts = [{ text = "Ein Zeichen" }]\n'
    program = PageProgram(load_layout(written(tmp_path, text), {"envelope": "ch-c5-right"}), fonts)
    data = invoice(2)
    right = load_layout("invoice", {"envelope": "ch-c5-right"}).address_box()
    assert right
    for language in ("en", "de"):
        inspection = program.inspect(data, language)
        assert {round(ink.box.x_mm, 2) for ink in inspection.ink[0] if ink.name == "address"} == {right.x_mm}
    left = program.inspect(data, "de", {"envelope": "c5"})
    assert next(ink.box.x_mm for ink in left.ink[0] if ink.name == "address") == pytest.approx(20)
