"""Colours of a PDF's page: told by family, and turned grey where that is simple."""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from tests.pictures.conftest import Load
from tests.pictures.pages import CORNERS, add, image, new_page, with_objects
from tests.pictures.paper import content, everything, saved, streams, upright
from tests.pictures.rasters import encoded

SPOT = Array(
    [
        Name.Separation,
        Name("/PANTONE 286 C"),
        Name.DeviceCMYK,
        Dictionary(FunctionType=2, Domain=Array([0, 1]), N=1, C0=Array([0, 0, 0, 0]), C1=Array([1, 0.7, 0, 0.1])),
    ]
)
BLACK_PLATE = Array(
    [
        Name.Separation,
        Name.Black,
        Name.DeviceGray,
        Dictionary(FunctionType=2, Domain=Array([0, 1]), N=1, C0=Array([1]), C1=Array([0])),
    ]
)
CALIBRATED = Array([Name.CalRGB, Dictionary(WhitePoint=Array([0.95, 1, 1.09]))])
LAB = Array([Name.Lab, Dictionary(WhitePoint=Array([0.96, 1, 0.82]))])


@pytest.mark.parametrize(
    ("said", "colours"),
    [
        (b"0 0 9 9 re f", {"grey"}),
        (b"", set()),
        (b"1 0 0 RG 0 0 9 9 re S", {"rgb"}),
        (b"0 0 0 1 k 0 0 9 9 re f .5 G 0 0 9 9 re S", {"cmyk", "grey"}),
        (b"/DeviceCMYK CS 1 0 0 0 SC 0 0 9 9 re S", {"cmyk"}),
        (b"/Spot cs 1 scn 0 0 9 9 re f", {"spot"}),
        (b"/Black cs 1 scn 0 0 9 9 re f", {"cmyk"}),
        (b"/Cal cs 1 0 0 scn 0 0 9 9 re f", {"rgb", "icc"}),
        (b"/Lab cs 50 0 0 scn 0 0 9 9 re f", {"lab"}),
        (b"/Photo Do", {"rgb"}),
        (b"/Palette Do", {"cmyk"}),
        (b"/Stencil Do", set()),
        (b"BI /W 1 /H 1 /BPC 8 /CS /RGB ID abc EI", {"rgb"}),
        (b"BI /W 1 /H 1 /BPC 8 /CS /Spot ID a EI", {"spot"}),
        (b"BI /W 1 /H 1 /IM true ID a EI", {"grey"}),
    ],
)
def test_colours_are_told_by_family(load: Load, said: bytes, colours: set[str]) -> None:
    pdf = new_page(said)
    spaces = {"/Spot": SPOT, "/Black": BLACK_PLATE, "/Cal": CALIBRATED, "/Lab": LAB}
    pdf.pages[0].Resources.ColorSpace = Dictionary(spaces)
    palette = Array([Name.Indexed, Name.DeviceCMYK, 0, String("abcd")])
    stencil = {key: value for key, value in image(1, 1, None).items() if key != "ColorSpace"} | {"BitsPerComponent": 1}
    pdf.pages[0].Resources.XObject = Dictionary(
        Photo=add(pdf, b"abc", **image(1, 1, Name.DeviceRGB)),
        Palette=add(pdf, b"\0", **image(1, 1, palette)),
        Stencil=add(pdf, b"a", **stencil, ImageMask=True),
    )
    assert load(saved(pdf)).colours == colours


def test_default_spaces_go_along_with_the_colours_they_define(load: Load) -> None:
    pdf = new_page(CORNERS)
    pdf.pages[0].Resources.ColorSpace = Dictionary(DefaultRGB=CALIBRATED)
    original = saved(pdf)
    assert b"/DefaultRGB" in everything(load(original))
    assert "icc" in load(original).colours
    assert load(original, colour="grey").colours == {"grey"}


@pytest.mark.parametrize(
    ("said", "grey"),
    [
        (b"1 0 0 rg", "0.3 g"),
        (b"0 1 0 RG", "0.59 G"),
        (b"0 0 0 1 k", "0 g"),
        (b".5 0 0 0 K", "0.85 G"),
        (b"/DeviceRGB cs 0 0 1 sc", "/DeviceGray cs\n0.11 sc"),
        (b"/Cal CS 1 1 1 SCN", "/DeviceGray CS\n1 SCN"),
        (b"1 0 0 rg q .5 g Q 0 1 0 sc", "0.3 g\nq\n.5 g\nQ\n0.59 sc"),
        (b"/Spot cs .4 scn", "/Spot cs\n.4 scn"),
        (b".25 g", ".25 g"),
    ],
)
def test_colour_operators_turn_grey(load: Load, said: bytes, grey: str) -> None:
    pdf = new_page(said)
    pdf.pages[0].Resources.ColorSpace = Dictionary(Spot=SPOT, Cal=CALIBRATED)
    assert content(load(saved(pdf), colour="grey")).strip() == grey


PALETTE = Array([Name.Indexed, Name.DeviceRGB, 1, String(b"\xff\0\0\0\xff\0")])


@pytest.mark.parametrize(
    ("space", "entries", "data", "greys"),
    [
        (Name.DeviceRGB, {}, bytes([255, 0, 0, 0, 255, 0]), [77, 150]),
        (CALIBRATED, {}, bytes([255, 0, 0, 0, 255, 0]), [77, 150]),
        (Name.DeviceRGB, {"Decode": Array([1, 0] * 3)}, bytes([0, 255, 255, 255, 0, 255]), [77, 150]),
        (Name.DeviceRGB, {"Decode": Array([0, 1] * 3)}, bytes([255, 0, 0, 0, 255, 0]), [77, 150]),
        (Name.DeviceCMYK, {}, bytes([0, 255, 0, 0, 0, 0, 0, 100]), [255 - 150, 155]),
        (PALETTE, {}, bytes([0, 1]), [77, 150]),
        (PALETTE, {"Decode": Array([0, 255])}, bytes([1, 0]), [150, 77]),
        (PALETTE, {"BitsPerComponent": 1}, bytes([0b01000000]), [77, 150]),
        (PALETTE, {"BitsPerComponent": 4}, bytes([0x10]), [150, 77]),
    ],
)
def test_images_turn_grey(load: Load, space: object, entries: dict[str, Any], data: bytes, greys: list[int]) -> None:
    content = b"100 0 0 100 0 0 cm /I Do"
    picture = load(with_objects(content, XObject={"I": (data, image(2, 1, space) | entries)}), colour="grey")
    assert picture.colours == {"grey"}
    assert [list(zlib.decompress(one)) for one in streams(picture)] == [greys]
    page_pixels = upright(picture, 1)
    assert [int(page_pixels[50, x, 0]) for x in (20, 80)] == greys


@pytest.mark.parametrize("inverted", [False, True])
def test_photographs_turn_grey(load: Load, inverted: bool) -> None:
    inks = encoded(Image.new("CMYK", (16, 16), (0, 0, 0, 55)), "JPEG", quality=100)
    entries = image(16, 16, Name.DeviceCMYK, Filter=Name.DCTDecode)
    if inverted:
        entries["Decode"] = Array([1, 0] * 4)
    picture = load(with_objects(b"100 0 0 100 0 0 cm /I Do", XObject={"I": (inks, entries)}), colour="grey")
    (grey,) = streams(picture)
    # The samples are stored inverted: 255 of three inks and 200 of black, unless Decode turns them back.
    assert zlib.decompress(grey)[0] == pytest.approx(200 if inverted else 0, abs=2)


def test_a_colour_key_keeps_its_image_as_it_is(load: Load) -> None:
    keyed = image(1, 1, Name.DeviceRGB, Mask=Array([0, 9, 0, 9, 0, 9]))
    picture = load(with_objects(b"/I Do", XObject={"I": (b"abc", keyed)}), colour="grey")
    assert picture.colours == {"rgb"}


def test_what_has_no_simple_grey_is_told(load: Load) -> None:
    deep = image(1, 1, Name.DeviceRGB) | {"BitsPerComponent": 16}
    original = with_objects(b"/I Do /Spot cs 1 scn 0 0 9 9 re f", XObject={"I": (b"abcdef", deep)})
    pdf = pikepdf.open(BytesIO(original))
    pdf.pages[0].Resources.ColorSpace = Dictionary(Spot=SPOT)
    assert load(saved(pdf), colour="grey").colours == {"rgb", "spot"}
