"""Pictures in boxes and in the flow: shared, scaled, and behind everything."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from layouts.errors import LayoutError
from layouts.fonts import FontSet
from layouts.typeset import PageProgram
from tests.layouts.small import AREAS, content, document, line, program_of, said

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20mm" height="10mm" viewBox="0 0 20 10">'
    '<rect width="{}" height="10"/></svg>'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "logo.svg").write_text(SVG.format(5), encoding="utf-8")
    Image.fromarray(np.full((50, 100), 128, np.uint8)).save(tmp_path / "grey.png")
    Image.fromarray(np.full((50, 100, 3), (200, 30, 30), np.uint8)).save(tmp_path / "red.png")
    return tmp_path


def picture(file: str = "logo.svg", more: str = "", on: str = "every", name: str = "logo") -> str:
    return f"""
[boxes.{name}]
on = "{on}"
box = {{ x_mm = 20, y_mm = 10, width_mm = 40, height_mm = 40 }}
type = "picture"
file = "{file}"
{more}
"""


TEXTS = """
[flow.notes]
type = "text"
style = "body"
texts = [{ text = "{item}", each = "notes" }]
"""
RULED = """
[flow.lines]
type = "table"
each = "lines"
style = "body"
row_rule = "thick"
columns.name = { x_mm = 0, width_mm = 60, cell = [{ text = "{name}" }] }
"""


def names_on(program: PageProgram, notes: int) -> list[list[str]]:
    """The names of all forms and images that each page draws, those in forms of texts included."""
    pages = program.typeset(document(notes=["n"] * notes), "en")
    known = {*pages.forms, *pages.images}
    return [
        [name for name in re.findall(r"/(\w+) Do", content(pages, page)) if name in known]
        for page in range(len(pages.pages))
    ]


def test_a_picture_on_many_pages_is_one_object_of_the_page_set(folder: Path, fonts: FontSet) -> None:
    program = program_of(folder, fonts, AREAS, picture(), TEXTS)
    pages = program.typeset(document(notes=["n"] * 100), "en")
    assert len(pages.pages) == 3
    drawn = names_on(program, 100)
    assert all(page for page in drawn)
    assert len({name for page in drawn for name in page}) <= 2
    assert program.typeset(document(), "en").forms.keys() == pages.forms.keys()


def test_two_layouts_with_the_same_file_share_its_name(folder: Path, fonts: FontSet) -> None:
    alone = program_of(folder, fonts, picture()).typeset(document(), "en")
    (folder / "copy.svg").write_bytes((folder / "logo.svg").read_bytes())
    copied = program_of(folder, fonts, picture("copy.svg")).typeset(document(), "en")
    assert alone.forms.keys() == copied.forms.keys()


def test_the_page_sets_key_changes_with_the_picture(folder: Path, fonts: FontSet) -> None:
    part = '{ x_mm = 0, width_mm = 40, type = "picture", file = "logo.svg" }'
    parts = f'[flow.beside]\ntype = "columns"\nparts.a = {part}\n'
    for blocks in ((picture(),), (AREAS, parts)):
        keys = []
        for width in (5, 6):
            (folder / "logo.svg").write_text(SVG.format(width), encoding="utf-8")
            keys.append(program_of(folder, fonts, *blocks).typeset(document(), "en").key)
        assert keys[0] != keys[1]


def place_mm(program: PageProgram, page: int = 0) -> tuple[float, float, float, float]:
    """(left, top, width, height) of the only picture, whose form has the size of its own drawing."""
    inspected = program.inspect(document(), "en")
    (ink,) = [one for one in inspected.ink[page] if one.kind == "image"]
    return tuple(round(value, 2) for value in (ink.box.x_mm, ink.box.y_mm, ink.box.width_mm, ink.box.height_mm))  # type: ignore[return-value]


@pytest.mark.parametrize(("align", "left_mm"), [("left", 20), ("centre", 25), ("right", 30)])
def test_a_picture_keeps_its_proportions_and_is_aligned(
    folder: Path, fonts: FontSet, align: str, left_mm: float
) -> None:
    program = program_of(folder, fonts, picture(more=f'width_mm = 30\nalign = "{align}"'))
    assert place_mm(program) == (left_mm, 10, 30, 15)


def test_a_picture_higher_than_its_box_is_made_to_fit(folder: Path, fonts: FontSet) -> None:
    (folder / "logo.svg").write_text(
        SVG.format(5).replace("10mm", "40mm", 1).replace("0 0 20 10", "0 0 20 40"), "utf-8"
    )
    assert place_mm(program_of(folder, fonts, picture())) == (20, 10, 20, 40)


def test_a_background_lies_under_texts_and_lines_of_every_page(folder: Path, fonts: FontSet) -> None:
    page_wide = picture("grey.png", "background = true\nleast_dpi = 1", name="paper").replace(
        "x_mm = 20, y_mm = 10, width_mm = 40, height_mm = 40", "x_mm = 0, y_mm = 0, width_mm = 210, height_mm = 297"
    )
    fixed = """
[boxes.name]
on = "every"
box = { x_mm = 20, y_mm = 60, width_mm = 40, height_mm = 9 }
type = "text"
style = "body"
texts = [{ text = "{seller.name}" }]
"""
    # The background is told last, and lies under what is the same for all documents, and under a table's lines.
    program = program_of(folder, fonts, AREAS, fixed, RULED, page_wide)
    pages = program.typeset(document("", *[line("x")] * 60), "en")
    assert len(pages.pages) > 1
    (image,) = pages.images
    for page in range(len(pages.pages)):
        stream = content(pages, page)
        assert stream.count(f"/{image} Do") == 1
        assert stream.index(f"/{image} Do") < stream.index("2 w 0.5 G") < stream.index("BT")
        assert "Nord" in [one.text for one in said(program, pages, page)]


def test_a_background_is_no_ink_of_the_layout(folder: Path, fonts: FontSet) -> None:
    program = program_of(folder, fonts, picture("grey.png", "background = true\nleast_dpi = 1"))
    assert program.inspect(document(), "en").ink == ((),)


def test_a_picture_in_the_flow_stands_between_texts_in_every_document_alike(folder: Path, fonts: FontSet) -> None:
    flow = '[flow.logo]\ntype = "picture"\nfile = "logo.svg"\nwidth_mm = 20\ngap_above_mm = 4\n'
    after = '[flow.after]\ntype = "text"\nstyle = "body"\ntexts = [{ text = "after" }]\n'
    program = program_of(folder, fonts, AREAS, TEXTS, flow, after)
    steps = []
    for _ in range(3):
        first, last = said(program, program.typeset(document(notes=["n"]), "en"))
        steps.append(round(last.y_mm - first.y_mm, 2))
    assert steps == [pytest.approx(5 + 4 + 10, abs=0.02)] * 3


def test_too_few_pixels_and_colours_a_press_has_not_are_refused_with_the_way_out(folder: Path, fonts: FontSet) -> None:
    with pytest.raises(LayoutError, match=r"E4086 grey.png has 64 dpi at 40 mm, 200 are asked for"):
        program_of(folder, fonts, picture("grey.png")).typeset(document(), "en")
    with pytest.raises(LayoutError, match=r"E4087 red.png is in RGB"):
        program_of(folder, fonts, picture("red.png", "least_dpi = 50")).typeset(document(), "en")
    program = program_of(folder, fonts, picture("red.png", 'least_dpi = 50\ncolour = "grey"'))
    assert len(program.typeset(document(), "en").images) == 1
    findings = program_of(folder, fonts, picture("red.png")).inspect(document(), "en").findings
    assert [finding.rule for finding in findings] == ["low-resolution", "rgb-image"]


def test_a_missing_picture_is_refused_where_the_layout_names_it(folder: Path, fonts: FontSet) -> None:
    with pytest.raises(LayoutError, match="E4080") as caught:
        program_of(folder, fonts, picture("nowhere.svg")).typeset(document(), "en")
    assert "small.toml, line" in caught.value.place
    assert "boxes.logo.file" in caught.value.place
