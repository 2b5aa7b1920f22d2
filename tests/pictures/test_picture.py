"""Pictures whatever their kind: telling kinds apart, drawing, names, matrices."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from layouts.errors import LayoutError
from layouts.pictures.grey import grey_of
from layouts.pictures.load import load_picture
from layouts.pictures.matrix import UNCHANGED, Matrix, figure, scale, shift
from layouts.pictures.xobjects import dictionary, source
from tests.pictures.conftest import Load, Refuse
from tests.pictures.pages import page
from tests.pictures.rasters import encoded
from tests.pictures.test_svg import drawing

DISC = drawing('<circle cx="50" cy="50" r="40"/>')
KINDS = {
    "png": encoded(Image.new("L", (4, 4), 99), "PNG"),
    "jpeg": encoded(Image.new("L", (16, 16), 99), "JPEG"),
    "svg": DISC.encode(),
    "pdf": page(b"0 0 9 9 re f"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_content_decides_not_the_suffix(load: Load, kind: str) -> None:
    picture = load(KINDS[kind], "logo.txt")
    assert picture.file == "logo.txt"
    assert picture.kind == ("raster" if kind in ("png", "jpeg") else "vector")
    assert picture.colours == {"grey"}
    names = {form.name for form in picture.forms} | {image.name for image in picture.images}
    assert picture.name in names


@pytest.mark.parametrize("kind", KINDS)
def test_reading_twice_gives_the_same_bytes(load: Load, kind: str) -> None:
    one, other = load(KINDS[kind], "a"), load(KINDS[kind], "b")
    assert (one.name, one.forms, one.images) == (other.name, other.forms, other.images)


@pytest.mark.parametrize("kind", ["png", "jpeg", "svg"])
def test_only_a_pdf_has_further_pages(refuse: Refuse, kind: str) -> None:
    assert refuse(KINDS[kind], page=2).code == "E4080"


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"II*\0", b"PK\3\4", b"<!DOCTYPE html><p>hello", b"\x1f\x8b\x08", b"svg"]
)
def test_another_kind_is_refused(refuse: Refuse, content: bytes) -> None:
    fault = refuse(content, "logo.png")
    assert fault.code == "E4081"
    assert fault.place == "logo.png"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LayoutError) as caught:
        load_picture(tmp_path / "gone.png")
    assert caught.value.code == "E4080"
    assert "gone.png" in caught.value.message
    with pytest.raises(LayoutError, match="E4080"):
        load_picture(tmp_path)


def test_different_content_has_different_names(load: Load) -> None:
    names = {load(encoded(Image.new("L", (2, 2), shade), "PNG")).name for shade in range(8)}
    assert len(names) == 8
    wide, high = (load(encoded(Image.new("L", size, 7), "PNG")).name for size in ((2, 3), (3, 2)))
    assert wide != high


def test_drawing_names_the_object_and_its_box(load: Load) -> None:
    picture = load(KINDS["png"])
    assert picture.draw(10, 20.5, 30, 40) == f"q 30 0 0 40 10 20.5 cm /{picture.name} Do Q\n"


def test_a_vector_has_no_resolution(load: Load) -> None:
    assert load(DISC).resolution_dpi(100, 100) is None


SIZES = st.floats(-1000, 1000).filter(lambda value: abs(value) > 0.01)
MATRICES = st.builds(
    lambda x, y, dx, dy, turn: scale(x, y).then(_turned(turn)).then(shift(dx, dy)),
    *([SIZES] * 4),
    st.floats(-math.pi, math.pi),
)


def _turned(angle: float) -> Matrix:
    return Matrix(math.cos(angle), math.sin(angle), -math.sin(angle), math.cos(angle), 0, 0)


@given(MATRICES, MATRICES, SIZES, SIZES)
def test_one_map_then_another_is_both(one: Matrix, other: Matrix, x: float, y: float) -> None:
    assert one.then(other).apply(x, y) == pytest.approx(other.apply(*one.apply(x, y)), rel=1e-6, abs=1e-3)


@given(MATRICES)
def test_there_and_back_is_nowhere(matrix: Matrix) -> None:
    assert matrix.then(matrix.inverse()) == pytest.approx(UNCHANGED, abs=1e-4)


@given(st.floats(-1e6, 1e6))
def test_figures_are_plain_and_near(value: float) -> None:
    text = figure(value)
    assert set(text) <= set("-.0123456789")
    assert float(text) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_is_no_figure_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not a number"):
        figure(value)


def test_grey_follows_the_formula_of_pdf() -> None:
    assert grey_of((0.4,)) == 0.4
    assert grey_of((1, 1, 1)) == 1
    assert grey_of((1, 0, 0)) == pytest.approx(0.3)
    assert grey_of((0, 0, 0, 0)) == 1
    assert grey_of((0, 1, 0, 0)) == pytest.approx(0.41)
    assert grey_of((1, 1, 1, 1)) == 0
    with pytest.raises(ValueError, match="2 components"):
        grey_of((1, 0))


def test_sources_join_their_bytes() -> None:
    assert source("<<", "/A ", 3, b">>", ("[", 1, "]")[1:2]) == (b"<</A ", 3, b">>", 1)
    assert dictionary({"A": "1", "B": (2,)}) == (b"<</A 1/B ", 2, b">>")
