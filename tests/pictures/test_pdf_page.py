"""Pages of a PDF: drawn as a form they show the same pixels as the page itself, and nothing else comes along."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import pytest
from pikepdf import Array, Dictionary, Name, String

from tests.pictures.conftest import Load
from tests.pictures.pages import A4, CORNERS, add, image, layered, letterhead, new_page, page
from tests.pictures.paper import content, everything, objects_of, page_of, render, same, saved, streams, upright
from tests.pictures.test_svg import drawing

RED, BLUE, WHITE = [255, 0, 0], [0, 0, 255], [255, 255, 255]


@pytest.mark.parametrize("turn", [0, 90, 180, 270, -90, 450])
@pytest.mark.parametrize("crop", [None, [5, 10, 95, 98], [95, 98, 5, 10], [-50, 10, 95, 300]])
def test_a_turned_and_cropped_page_looks_like_the_page(load: Load, turn: int, crop: list[int] | None) -> None:
    entries: dict[str, Any] = {"Rotate": turn} | ({"CropBox": Array(crop)} if crop else {})
    original = page(CORNERS, **entries)
    assert same(load(original), original)


def test_the_size_is_that_of_the_box_as_it_is_seen(load: Load) -> None:
    picture = load(page(CORNERS, box=(0, 0, 72, 144), Rotate=90, UserUnit=2))
    assert (picture.width_mm, picture.height_mm) == pytest.approx((101.6, 50.8))
    assert (picture.kind, picture.pixels) == ("vector", None)


def test_another_box_can_be_asked_for(load: Load) -> None:
    boxes: dict[str, Any] = {"CropBox": Array([5, 5, 95, 95]), "TrimBox": Array([10, 20, 60, 40])}
    picture = load(page(CORNERS, **boxes), box="trim")
    assert picture.size_pt == pytest.approx((50, 20))
    assert upright(picture, 1)[10, 10].tolist() == RED
    assert load(page(CORNERS, **boxes), box="media").size_pt == pytest.approx((100, 100))
    assert load(page(CORNERS, **boxes), box="bleed").size_pt == pytest.approx((90, 90))


def test_a_page_inherits_from_its_parents(load: Load) -> None:
    pdf = new_page(b"/Blue gs /C cs 0 0 1 sc 10 20 30 15 re f")
    node, leaf = pdf.Root.Pages, pdf.pages[0].obj
    node.Resources = Dictionary(ExtGState=Dictionary(Blue=Dictionary(LW=3)), ColorSpace=Dictionary(C=Name.DeviceRGB))
    node.MediaBox, node.Rotate = leaf.MediaBox, 90
    for key in ("/Resources", "/MediaBox"):
        del leaf[key]
    original = saved(pdf)
    assert same(load(original), original)
    assert b"/Blue <</LW 3>>" in everything(load(original))


def test_contents_in_pieces_are_one(load: Load) -> None:
    original = page([b"q 1 0 0 rg 10 20", b"30 15 re f", b"Q 60 70 20 20 re f"])
    assert same(load(original), original)


@pytest.mark.parametrize("mess", [b"q q 1 0 0 rg", b"Q Q 1 0 0 rg q Q Q"])
def test_content_is_balanced_however_the_page_left_it(load: Load, mess: bytes) -> None:
    picture = load(page(mess + b" 10 20 30 15 re f"))
    said = content(picture).split()
    assert said.count("q") == said.count("Q")
    twice = picture.draw(0, 0, 50, 50) + picture.draw(50, 50, 50, 50)
    assert twice.count("Do") == 2
    assert upright(picture)[150, 50].tolist() == RED


def test_only_what_the_page_uses_comes_along(load: Load) -> None:
    pdf = new_page(b"/Used gs 0 0 9 9 re f")
    pdf.pages[0].Resources.ExtGState = Dictionary(Used=Dictionary(LW=3), Spare=Dictionary(LW=4711))
    pdf.pages[0].Resources.Font = Dictionary(F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Arial))
    pdf.pages[0].Resources.XObject = Dictionary(Huge=add(pdf, b"0" * 100_000))
    picture = load(saved(pdf))
    assert b"4711" not in everything(picture)
    assert objects_of(picture) == ()


def test_what_is_no_ink_stays_behind(load: Load) -> None:
    pdf = new_page(
        b"/P <</MCID 0>> BDC /Artifact BMC /Tag MP /Other /Props DP EMC 1 0 0 rg 10 20 30 15 re f EMC /Logo Do"
    )
    leaf = pdf.pages[0].obj
    secret = add(pdf, b"<x/>", Type=Name.Metadata, Subtype=Name.XML)
    logo = add(
        pdf,
        b"0 0 1 rg 60 70 20 20 re f",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 100, 100]),
        Metadata=secret,
        PieceInfo=Dictionary(Program=Dictionary(Private=String("private notes"))),
        StructParents=3,
        LastModified=String("D:2026"),
    )
    leaf.Resources.XObject = Dictionary(Logo=logo)
    leaf.Resources.Properties = Dictionary(Props=Dictionary(Metadata=secret))
    action = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    pdf.Root.OpenAction = action
    leaf.AA = Dictionary(O=action)
    leaf.Annots = Array([pdf.make_indirect(Dictionary(Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action))])
    leaf.StructParents = 0
    picture = load(saved(pdf))
    gone = (b"JavaScript", b"alert", b"Metadata", b"<x/>", b"private", b"StructParent", b"D:2026", b"Annot")
    assert [word for word in gone if word in everything(picture)] == []
    said = content(picture).split()
    assert not {"BDC", "BMC", "EMC", "MP", "DP"}.intersection(said)
    assert len(objects_of(picture)) == 1
    page_pixels = upright(picture, 1)
    assert page_pixels[72, 20].tolist() == RED
    assert page_pixels[20, 70].tolist() == BLUE


def test_a_form_without_resources_draws_on_those_of_the_page(load: Load) -> None:
    pdf = new_page(b"/Outer Do")
    resources = pdf.pages[0].Resources
    box = Array([0, 0, 100, 100])
    resources.ColorSpace = Dictionary(Brand=Name.DeviceRGB)
    outer = add(pdf, b"/Brand cs 1 0 0 sc 10 20 30 15 re f", Type=Name.XObject, Subtype=Name.Form, BBox=box)
    resources.XObject = Dictionary(Outer=outer)
    original = saved(pdf)
    assert upright(load(original), 1)[72, 20].tolist() == RED


def test_nested_forms_keep_their_place(load: Load) -> None:
    pdf = new_page(b"q .5 0 0 .5 10 10 cm /A Do Q")
    box = Array([0, 0, 100, 100])
    inner = add(pdf, CORNERS, Type=Name.XObject, Subtype=Name.Form, BBox=box, Matrix=Array([0, 1, -1, 0, 100, 0]))
    outer = add(
        pdf,
        b"/A Do 0 1 0 RG 5 w 1 1 98 98 re S",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=box,
        Resources=Dictionary(XObject=Dictionary(A=inner)),
    )
    pdf.pages[0].Resources.XObject = Dictionary(A=outer)
    original = saved(pdf)
    assert same(load(original), original)
    assert len(objects_of(load(original))) == 2


def test_a_drawn_font_comes_with_its_glyphs(load: Load) -> None:
    pdf = new_page(b"BT /T 40 Tf 10 30 Td (ab) Tj ET")
    glyphs = {
        "/square": add(pdf, b"1000 0 0 0 800 800 d1 0 0 800 800 re f"),
        "/angle": add(pdf, b"1000 0 d0 1 0 0 rg 0 0 m 800 0 l 0 800 l f"),
    }
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 1000, 1000]),
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        CharProcs=Dictionary(glyphs),
        Encoding=Dictionary(Type=Name.Encoding, Differences=Array([97, Name.square, Name.angle])),
        FirstChar=97,
        LastChar=98,
        Widths=Array([1000, 1000]),
    )
    pdf.pages[0].Resources.Font = Dictionary(T=pdf.make_indirect(font))
    original = saved(pdf)
    picture = load(original)
    assert same(picture, original)
    assert picture.colours == {"grey", "rgb"}
    assert upright(load(original, colour="grey"), 1).std(axis=2).max() == 0


@pytest.mark.parametrize("turn", [0, 90])
def test_patterns_lie_where_they_lay(load: Load, turn: int) -> None:
    pdf = new_page(b"/Pattern cs /Tiles scn 5 5 60 40 re f /Shade scn 10 50 80 45 re f /Axial sh", Rotate=turn)
    tiles = add(
        pdf,
        b"1 0 0 rg 0 0 3 6 re f 0 0 1 rg 4 4 2 2 re f",
        PatternType=1,
        PaintType=1,
        TilingType=1,
        BBox=Array([0, 0, 8, 8]),
        XStep=8,
        YStep=8,
        Resources=Dictionary(),
        Matrix=Array([1, 0, 0, 1, 3, 2]),
    )
    ramp = Dictionary(FunctionType=2, Domain=Array([0, 1]), N=1, C0=Array([1, 0, 0]), C1=Array([0, 0, 1]))
    shading = Dictionary(
        ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=Array([10, 0, 90, 0]), Function=pdf.make_indirect(ramp)
    )
    axial = Dictionary(
        ShadingType=2,
        ColorSpace=Name.DeviceRGB,
        Coords=Array([70, 0, 80, 40]),
        Function=ramp,
        BBox=Array([70, 0, 90, 40]),
    )
    pdf.pages[0].Resources.Pattern = Dictionary(
        Tiles=tiles, Shade=pdf.make_indirect(Dictionary(PatternType=2, Shading=pdf.make_indirect(shading)))
    )
    pdf.pages[0].Resources.Shading = Dictionary(Axial=axial)
    original = saved(pdf)
    picture = load(original)
    assert same(picture, original)
    assert picture.colours == {"rgb"}


def see_through() -> bytes:
    """A page with a group of its own, a blend mode, an opacity, and a soft mask of brightness."""
    pdf = new_page(
        b"1 0 0 rg 0 0 70 70 re f /Multiply gs 0 1 0 rg 30 30 60 60 re f"
        b" /Half gs 0 g 50 0 20 99 re f /Mask gs 5 5 90 20 re f"
    )
    group = Dictionary(Type=Name.Group, S=Name.Transparency, CS=Name.DeviceRGB, I=True)
    ramp = Dictionary(FunctionType=2, Domain=Array([0, 1]), N=1, C0=Array([0]), C1=Array([1]))
    shading = Dictionary(ShadingType=2, ColorSpace=Name.DeviceGray, Coords=Array([0, 0, 100, 0]), Function=ramp)
    mask = add(
        pdf,
        b"/S sh",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 100, 100]),
        Group=Dictionary(S=Name.Transparency, CS=Name.DeviceGray),
        Resources=Dictionary(Shading=Dictionary(S=shading)),
    )
    pdf.pages[0].Resources.ExtGState = Dictionary(
        Multiply=Dictionary(BM=Name.Multiply),
        Half=Dictionary(ca=0.5, BM=Array([Name.Normal])),
        Mask=Dictionary(SMask=Dictionary(Type=Name.Mask, S=Name.Luminosity, G=mask), ca=1),
    )
    pdf.pages[0].obj.Group = group
    return saved(pdf)


def test_blending_happens_within_the_page_as_it_did(load: Load) -> None:
    original = see_through()
    picture = load(original)
    assert same(picture, original)
    assert picture.transparent
    assert b"/Group <</CS /DeviceRGB/I true/S /Transparency" in everything(picture)


@pytest.mark.parametrize(
    ("state", "transparent"),
    [
        (Dictionary(BM=Name.Multiply), True),
        (Dictionary(BM=Array([Name.Screen, Name.Normal])), True),
        (Dictionary(ca=0.99), True),
        (Dictionary(CA=0), True),
        (Dictionary(SMask=Dictionary(S=Name.Alpha)), True),
        (Dictionary(SMask=Name("/None"), BM=Name.Normal, ca=1, CA=1, LW=2), False),
        (Dictionary(BM=Name.Compatible), False),
    ],
)
def test_each_way_to_be_see_through_is_told(load: Load, state: Dictionary, transparent: bool) -> None:
    assert load(page(b"/G gs 0 0 9 9 re f", {"ExtGState": Dictionary(G=state)})).transparent == transparent


def test_a_page_that_covers_all_needs_no_group(load: Load) -> None:
    picture = load(page(CORNERS, Group=Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)))
    assert not picture.transparent
    assert objects_of(picture) == ()


def test_an_image_with_a_soft_mask_is_see_through(load: Load) -> None:
    pdf = new_page(b"100 0 0 100 0 0 cm /I Do")
    mask = add(pdf, bytes([255, 128, 0]), **image(3, 1, Name.DeviceGray))
    pixels = bytes([255, 0, 0] * 3)
    pdf.pages[0].Resources.XObject = Dictionary(I=add(pdf, pixels, **image(3, 1, Name.DeviceRGB), SMask=mask))
    original = saved(pdf)
    picture = load(original)
    assert picture.transparent
    assert same(picture, original)


def test_the_coarsest_image_tells_the_resolution(load: Load) -> None:
    pdf = new_page(b"q 72 0 0 36 0 0 cm /Fine Do Q q .5 0 0 .5 0 0 cm /Logo Do Q q 90 0 0 90 0 0 cm /Dot Do Q")
    fine = add(pdf, bytes(300 * 150), **image(300, 150, Name.DeviceGray))
    coarse = add(pdf, bytes(50 * 50), **image(50, 50, Name.DeviceGray))
    logo = add(
        pdf,
        b"0 144 -144 0 144 0 cm /Coarse Do",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 100, 100]),
        Matrix=Array([0.5, 0, 0, 0.5, 0, 0]),
        Resources=Dictionary(XObject=Dictionary(Coarse=coarse)),
    )
    dot = add(pdf, bytes(1), **image(1, 1, Name.DeviceGray))
    pdf.pages[0].Resources.XObject = Dictionary(Fine=fine, Logo=logo, Dot=dot)
    picture = load(saved(pdf))
    assert picture.lowest_dpi == pytest.approx(100)
    assert picture.resolution_dpi(picture.width_mm * 2, picture.height_mm) == pytest.approx(50)
    pdf.pages[0].obj.UserUnit = 2
    assert load(saved(pdf)).lowest_dpi == pytest.approx(50)
    assert load(page(b"40 0 0 20 0 0 cm BI /W 40 /H 20 /BPC 8 /CS /G ID " + bytes(800) + b" EI")).lowest_dpi == 72


def test_streams_are_packed_once_and_well(load: Load) -> None:
    pixels = bytes(range(256)) * 3
    pdf = new_page(b"/Plain Do /Ascii Do /Photo Do")
    hexed = pixels.hex().encode() + b">"
    pdf.pages[0].Resources.XObject = Dictionary(
        Plain=add(pdf, pixels, **image(16, 16, Name.DeviceRGB)),
        Ascii=add(pdf, hexed, **image(16, 16, Name.DeviceRGB), Filter=Array([Name.ASCIIHexDecode])),
        Photo=add(pdf, b"\xff\xd8 as it is", **image(16, 16, Name.DeviceRGB), Filter=Name.DCTDecode),
    )
    ascii_one, photo, plain = streams(load(saved(pdf)))
    assert zlib.decompress(ascii_one) == zlib.decompress(plain) == pixels
    assert photo == b"\xff\xd8 as it is"


def test_layers_that_are_shown_become_plain_ink(load: Load) -> None:
    original = layered(off=[])
    picture = load(original)
    assert same(picture, original)
    assert b"OCG" not in everything(picture)


def test_the_same_file_gives_the_same_bytes(load: Load) -> None:
    original = letterhead()
    one, other = load(original), load(original, "another-name.pdf")
    assert one.forms == other.forms
    assert one.name == other.name
    assert one.name.startswith("X")
    assert len(one.name) == 13
    assert load(original, colour="grey").name != one.name


def test_what_differs_in_anything_has_a_name_of_its_own(load: Load) -> None:
    states = [{"ExtGState": Dictionary(G=Dictionary(LW=width))} for width in (1, 2)]
    said = b"/G gs 0 0 9 9 re S"
    pages = [page(said, states[0]), page(said, states[1]), page(said, states[0], box=(0, 0, 50, 50))]
    indirect = new_page(said)
    indirect.pages[0].Resources.ExtGState = Dictionary(G=indirect.make_indirect(Dictionary(LW=3)))
    other = new_page(said)
    other.pages[0].Resources.ExtGState = Dictionary(G=other.make_indirect(Dictionary(LW=4)))
    names = {load(one).name for one in (*pages, saved(indirect), saved(other))}
    assert len(names) == 5


def test_each_page_is_a_picture_of_its_own(load: Load) -> None:
    pdf = new_page(CORNERS)
    second = new_page(b"0 1 0 rg 0 0 50 50 re f")
    pdf.pages.append(second.pages[0])
    original = saved(pdf)
    one, two = load(original), load(original, page=2)
    assert one.name != two.name
    assert same(one, original, 0)
    assert same(two, original, 1)


def test_a_letterhead_looks_like_itself(load: Load) -> None:
    original = letterhead()
    picture = load(original)
    assert same(picture, original)
    assert (picture.width_mm, picture.height_mm) == pytest.approx((210, 297), abs=0.01)
    assert picture.colours == {"cmyk"}
    assert picture.transparent
    grey = load(original, colour="grey")
    assert grey.colours == {"grey"}
    assert upright(grey, 1).std(axis=2).max() == 0


def test_a_letterhead_can_be_placed_anywhere(load: Load) -> None:
    page_pixels = render(page_of(load(page(CORNERS)), A4, (100, 200, 50, 50)))
    rows, columns = np.nonzero((page_pixels != 255).any(axis=2))
    assert (columns.min(), columns.max()) == pytest.approx((105, 140), abs=1)
    assert (rows.min(), rows.max()) == pytest.approx((842 - 200 - 47.5, 842 - 200 - 10), abs=1)


def test_pictures_of_all_kinds_lie_side_by_side(load: Load) -> None:
    picture = load(drawing('<rect width="100" height="100" fill="red"/>'))
    assert picture.draw(0, 0, 10, 10) == f"q 0.1 0 0 0.1 0 0 cm /{picture.name} Do Q\n"
