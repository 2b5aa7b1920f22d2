"""SVG: known colours at known places, measured in the pixels of a printed page."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from layouts.pictures.picture import Picture
from tests.pictures.conftest import Load
from tests.pictures.paper import Pixels, objects_of, page_of, render, seen

RED, GREEN, BLUE = [255, 0, 0], [0, 128, 0], [0, 0, 255]
BLACK, WHITE, GREY = [0, 0, 0], [255, 255, 255], [128, 128, 128]


def drawing(inside: str, attributes: str = 'viewBox="0 0 100 100" width="100pt" height="100pt"') -> str:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {names} {attributes}>{inside}</svg>"


def content(picture: Picture) -> str:
    return zlib.decompress(picture.forms[0].content).decode("ascii")


def shown(load: Load, inside: str) -> Pixels:
    """A drawing of 100 user units a side, a pixel each."""
    return seen(load(drawing(inside)), 100, 100)


def ink(page: Pixels) -> float:
    """The share of the page that is covered, antialiasing included."""
    return float((255 - page.min(axis=2).astype(int)).sum() / 255 / page.shape[0] / page.shape[1])


@pytest.mark.parametrize(
    ("shape", "area"),
    [
        ('<rect x="10" y="20" width="50" height="40"/>', 2000),
        ('<rect x="10" y="10" width="80" height="60" rx="10"/>', 4800 - (4 - np.pi) * 100),
        ('<rect x="10" y="10" width="80" height="60" rx="40" ry="900"/>', np.pi * 40 * 30),
        ('<circle cx="50" cy="50" r="30"/>', np.pi * 900),
        ('<circle cx="50%" cy="50%" r="30%"/>', np.pi * 900),
        ('<ellipse cx="50" cy="50" rx="40" ry="20"/>', np.pi * 800),
        ('<ellipse cx="50" cy="50" rx="20"/>', np.pi * 400),
        ('<polygon points="10,10 90,10 10,90"/>', 3200),
        ('<polyline points="10 10 90 10 10 90"/>', 3200),
        ('<line x1="10" y1="50" x2="90" y2="50" stroke="black" stroke-width="4"/>', 320),
        ('<line x1="10" y1="50" x2="90" y2="50" stroke="black" stroke-width="4" stroke-linecap="square"/>', 336),
        ('<line x1="10" y1="50" x2="90" y2="50" stroke="black" stroke-width="4" stroke-dasharray="6 2"/>', 240),
        ('<path d="M10 10h80v80h-80z"/>', 6400),
        ('<path d="M10,10h80v80h-80zM30,30h40v40h-40z"/>', 6400),
        ('<path fill-rule="evenodd" d="M10,10h80v80h-80zM30,30h40v40h-40z"/>', 4800),
        ('<path d="M20 50a30 30 0 0 1 60 0z"/>', np.pi * 450),
        ('<path d="M20 50a30 30 0 0160 0z"/>', np.pi * 450),
        ('<path d="M20 50A30,30,0,1,0,80,50z"/>', np.pi * 450),
        ('<path d="M10 90Q10 10 90 10L90 90z"/>', 3200 + 3200 * 2 / 3),
        ('<path d="M10 90q0-80 80-80v80z"/>', 3200 + 3200 * 2 / 3),
        ('<path d="m10 10 80 0 0 80-80 0z"/>', 6400),
        ('<path d="M1e1 1.0e1L.9e2 10 90. 90 10.0,90Z"/>', 6400),
        ('<path d="M10 10 20 10A0 5 0 0 0 90 10V90H10z"/>', 6400),
        ('<rect width="0" height="10"/><circle r="0"/><path d=""/><path d="none"/><polygon/>', 0),
        (
            '<g transform="translate(50 50) rotate(45) scale(2)"><rect x="-10" y="-10" width="20" height="20"/></g>',
            1600,
        ),
        ('<rect width="20" height="20" transform="matrix(1 0 1 1 0 0)"/>', 400),
        ('<rect width="20" height="20" transform="skewX(45)"/>', 400),
        ('<rect width="10" height="10" transform="rotate(90 30 30), translate(5,5)"/>', 100),
        ('<rect width="10" height="10" display="none"/><g visibility="hidden"><rect width="10" height="10"/></g>', 0),
        ('<g visibility="hidden"><rect width="10" height="10" visibility="visible"/></g>', 100),
        ('<rect width="100" height="100" fill="none"/><rect width="9" height="9" fill="transparent"/>', 0),
    ],
)
def test_a_shape_covers_its_area(load: Load, shape: str, area: float) -> None:
    page = seen(load(drawing(shape)), 100, 100, scale=4)
    assert ink(page) * 10_000 == pytest.approx(area, rel=0.006, abs=2)


def test_y_grows_downwards_and_transforms_nest(load: Load) -> None:
    page = shown(load, '<g transform="translate(20 10)"><rect width="10" height="20" fill="red"/></g>')
    assert page[20, 25].tolist() == RED
    assert page[5, 25].tolist() == page[35, 25].tolist() == page[20, 15].tolist() == WHITE


@pytest.mark.parametrize(
    ("colour", "want"),
    [
        ("red", RED),
        ("#f00", RED),
        ("#FF0000", RED),
        ("rgb(255, 0, 0)", RED),
        ("rgb(100%, 0%, 0%)", RED),
        ("rgb(50.2%,50.2%,50.2%)", GREY),
        ("rgb(0.4% 50.1% 0%)", [1, 128, 0]),
        ("hsl(0, 100%, 50%)", RED),
        ("#ff000080", [255, 127, 127]),
        ("grey", GREY),
        ("currentColor", GREEN),
    ],
)
def test_colours_are_read_as_css_writes_them(load: Load, colour: str, want: list[int]) -> None:
    page = shown(load, f'<g color="green"><rect width="100" height="100" fill="{colour}"/></g>')
    assert page[50, 50].tolist() == pytest.approx(want, abs=1)


def test_styles_win_in_the_order_of_css(load: Load) -> None:
    sheet = (
        "<style>/* from a drawing program */ .b, .c { fill: blue } rect { fill: lime } #top { fill: #008000; }</style>"
    )
    rects = "".join(
        f'<rect y="{20 * row}" width="100" height="20" fill="red" {more}/>'
        for row, more in enumerate(["", 'class="x b"', 'class="b" id="top"', 'class="b" style="fill:#000"'])
    )
    page = shown(load, sheet + rects + '<path class="b" fill="red" d="M0 80h100v20h-100z"/>')
    assert [page[row, 50].tolist() for row in (10, 30, 50, 70, 90)] == [[0, 255, 0], BLUE, GREEN, BLACK, BLUE]


def test_style_is_inherited_but_opacity_acts_once(load: Load) -> None:
    page = shown(load, '<g fill="red" opacity="0.5"><g><rect width="100" height="100"/></g></g>')
    assert page[50, 50].tolist() == pytest.approx([255, 127, 127], abs=1)


def test_a_group_is_see_through_as_a_whole(load: Load) -> None:
    rects = '<rect width="70" height="100" fill="red"/><rect x="30" width="70" height="100" fill="blue"/>'
    page = shown(load, f'<g opacity=".5">{rects}</g>')
    assert page[50, 10].tolist() == pytest.approx([255, 127, 127], abs=1)
    assert page[50, 50].tolist() == pytest.approx([127, 127, 255], abs=1)


def test_a_see_through_fill_shows_under_its_stroke(load: Load) -> None:
    style = 'fill="blue" stroke="red" stroke-width="40" fill-opacity=".5" stroke-opacity=".5"'
    page = shown(load, f'<rect x="20" y="20" width="60" height="60" {style}/>')
    assert page[50, 50].tolist() == pytest.approx([127, 127, 255], abs=1)
    assert page[50, 10].tolist() == pytest.approx([255, 127, 127], abs=1)
    assert page[50, 30].tolist() == pytest.approx([191, 64, 127], abs=2)


def test_opacity_of_a_shape_takes_fill_and_stroke_as_one(load: Load) -> None:
    page = shown(
        load, '<rect x="20" y="20" width="60" height="60" fill="blue" stroke="red" stroke-width="40" opacity=".5"/>'
    )
    assert page[50, 30].tolist() == pytest.approx([255, 127, 127], abs=1)


def test_a_linear_gradient_runs_over_the_box_of_its_shape(load: Load) -> None:
    stops = '<stop offset="0" stop-color="#000"/><stop offset="1" stop-color="#fff"/>'
    defs = f'<defs><linearGradient id="g">{stops}</linearGradient></defs>'
    page = shown(load, f'{defs}<rect x="20" width="50" height="100" fill="url(#g)"/>')
    assert [int(page[50, x, 0]) for x in (21, 45, 68)] == pytest.approx([6, 127, 249], abs=6)


def test_a_gradient_has_steps_and_is_shared_by_reference(load: Load) -> None:
    stops = "".join(
        f'<stop offset="{offset}" style="stop-color:{colour}"/>'
        for offset, colour in (("0%", "red"), ("50%", "red"), ("50%", "blue"), ("80%", "green"))
    )
    defs = (
        f'<linearGradient id="stops">{stops}</linearGradient>'
        '<linearGradient id="down" xlink:href="#stops" gradientUnits="userSpaceOnUse" x1="0" y1="0" x2="0" y2="100"/>'
    )
    picture = load(drawing(f'{defs}<g transform="scale(.5)"><rect width="200" height="200" fill="url(#down)"/></g>'))
    page = seen(picture, 100, 100)
    assert b"/Bounds[0.5 0.8]" in b"".join(part for part in picture.forms[0].resources if isinstance(part, bytes))
    assert page[10, 50].tolist() == page[24, 50].tolist() == RED
    assert page[26, 50].tolist() == pytest.approx(BLUE, abs=16)
    assert page[45, 50].tolist() == page[90, 50].tolist() == GREEN


def test_a_radial_gradient_is_bright_at_its_focus(load: Load) -> None:
    stops = '<stop stop-color="white"/><stop offset="1" stop-color="black"/>'
    defs = f'<radialGradient id="g" fx=".25" fy=".5" gradientTransform="scale(1)">{stops}</radialGradient>'
    page = shown(load, f'{defs}<rect width="100" height="100" fill="url(#g)"/>')
    assert int(page[50, 25, 0]) > 240
    assert int(page[50, 75, 0]) == pytest.approx(255 / 3, abs=6)
    assert page[2, 2].tolist() == pytest.approx(BLACK, abs=2)


def test_a_gradient_inside_a_see_through_group_stays_where_it_was(load: Load) -> None:
    stops = '<stop offset=".5" stop-color="red"/><stop offset=".5" stop-color="blue"/>'
    defs = f'<linearGradient id="g">{stops}</linearGradient>'
    inside = '<rect x="20" y="20" width="40" height="40" fill="url(#g)"/>'
    page = shown(load, f'{defs}<g transform="translate(10 10)" opacity=".5">{inside}</g>')
    assert page[50, 45].tolist() == pytest.approx([255, 127, 127], abs=1)
    assert page[50, 55].tolist() == pytest.approx([127, 127, 255], abs=1)
    assert page[50, 75].tolist() == WHITE


@pytest.mark.parametrize("target", ["g", "symbol", "svg"])
def test_a_gradient_moves_with_what_uses_it(load: Load, target: str) -> None:
    stops = '<stop offset=".5" stop-color="red"/><stop offset=".5" stop-color="blue"/>'
    defs = f'<linearGradient id="g" gradientUnits="userSpaceOnUse" x1="0" x2="40">{stops}</linearGradient>'
    inside = '<rect width="40" height="40" fill="url(#g)"/>'
    used = f'<defs><{target} id="u">{inside}</{target}></defs><use xlink:href="#u" x="50" y="10"/>'
    nested = f'<svg x="50" y="10" width="40" height="40">{inside}</svg>'
    for drawn in (used, nested):
        page = shown(load, defs + drawn)
        assert page[30, 60].tolist() == RED
        assert page[30, 80].tolist() == BLUE


def test_a_gradient_of_one_colour_or_none_is_plain(load: Load) -> None:
    defs = (
        '<linearGradient id="one"><stop stop-color="red"/></linearGradient><linearGradient id="none"/>'
        '<radialGradient id="dot" r="0"><stop stop-color="red"/><stop offset="1" stop-color="blue"/></radialGradient>'
    )
    rects = "".join(
        f'<rect y="{30 * row}" width="100" height="30" fill="url(#{name})"/>'
        for row, name in enumerate(("one", "none", "dot"))
    )
    picture = load(drawing(defs + rects))
    page = seen(picture, 100, 100)
    assert [page[y, 50].tolist() for y in (15, 45, 75)] == [RED, WHITE, BLUE]
    assert picture.forms[0].resources == ()


def test_a_clip_path_cuts(load: Load) -> None:
    clips = (
        '<clipPath id="disc"><circle cx="50" cy="50" r="20"/></clipPath>'
        '<clipPath id="half" clipPathUnits="objectBoundingBox"><rect width=".5" height="1"/></clipPath>'
        '<clipPath id="ring"><path id="r" clip-rule="evenodd" d="M0 0h100v100h-100zM20 20h60v60h-60z"/></clipPath>'
        '<clipPath id="moved" transform="translate(30 0)"><use xlink:href="#small" x="10"/></clipPath>'
        '<defs><rect id="small" width="20" height="100"/></defs>'
    )
    rect = '<rect width="100" height="100" clip-path="url(#{})"/>'
    areas = {"disc": np.pi * 400, "half": 5000, "ring": 6400, "moved": 2000}
    for name, area in areas.items():
        page = seen(load(drawing(clips + rect.format(name))), 100, 100, scale=4)
        assert ink(page) * 10_000 == pytest.approx(area, rel=0.006), name


def test_symbols_and_uses_draw_what_they_refer_to(load: Load) -> None:
    defs = (
        '<symbol id="s" viewBox="0 0 10 10"><rect width="10" height="10" fill="red"/>'
        '<rect width="99" height="2"/></symbol>'
        '<defs><g id="g"><rect width="10" height="10"/></g></defs>'
    )
    uses = (
        '<use xlink:href="#s" x="10" y="10" width="40" height="40"/>'
        '<use href="#g" x="60" y="60" fill="blue" transform="translate(10 0)"/>'
    )
    page = shown(load, defs + uses)
    assert page[12, 12].tolist() == BLACK
    assert page[30, 30].tolist() == RED
    assert page[12, 60].tolist() == WHITE, "what leaves a symbol's viewport is cut off"
    assert page[65, 75].tolist() == BLUE
    assert page[65, 65].tolist() == WHITE


def test_a_viewport_may_let_its_drawing_out(load: Load) -> None:
    inner = '<svg width="20" height="20" {}><rect width="90" height="9"/></svg>'
    assert shown(load, inner.format("")).min(axis=2)[4, 50] == 255
    assert shown(load, inner.format('overflow="visible"')).min(axis=2)[4, 50] == 0


def test_a_nested_viewport_fits_its_drawing(load: Load) -> None:
    inner = (
        '<svg x="10" y="10" width="80" height="40" viewBox="0 0 10 10"><rect width="10" height="10" fill="red"/></svg>'
    )
    page = shown(load, inner)
    assert page[30, 50].tolist() == RED
    assert page[30, 25].tolist() == page[30, 75].tolist() == WHITE


@pytest.mark.parametrize(
    ("attributes", "size_mm"),
    [
        ('width="60mm" height="2cm"', (60, 20)),
        ('width="1in" height="72pt"', (25.4, 25.4)),
        ('viewBox="0 0 96 48"', (25.4, 12.7)),
        ('width="100%" height="100%" viewBox="0 0 96 48"', (25.4, 12.7)),
        ('width="50mm" viewBox="0 0 200 100"', (50, 25)),
        ('height="6pc" viewBox="0 0 200 100"', (50.8, 25.4)),
        ('width="96" height="48" viewBox="0 0 1 1"', (25.4, 12.7)),
    ],
)
def test_the_natural_size_is_what_the_root_says(load: Load, attributes: str, size_mm: tuple[float, float]) -> None:
    picture = load(drawing('<rect width="1" height="1"/>', attributes))
    assert (picture.width_mm, picture.height_mm) == pytest.approx(size_mm)
    assert (picture.kind, picture.pixels, picture.resolution_dpi(10, 10)) == ("vector", None, None)


@pytest.mark.parametrize(
    ("fit", "columns"),
    [
        ("", (25, 74)),
        ("xMinYMid", (0, 49)),
        ("xMaxYMax meet", (50, 99)),
        ("none", (0, 99)),
        ("xMidYMin slice", (0, 99)),
    ],
)
def test_a_drawing_fits_its_viewport_as_it_says(load: Load, fit: str, columns: tuple[int, int]) -> None:
    attributes = f'viewBox="-5 -5 10 10" width="100pt" height="50pt" preserveAspectRatio="{fit}"'
    page = seen(load(drawing('<rect x="-5" y="-5" width="10" height="10" fill="red"/>', attributes)), 100, 50)
    (red,) = np.nonzero((page[25] == RED).all(axis=1))
    assert (red.min(), red.max()) == columns


@pytest.mark.parametrize(("fit", "row"), [("xMidYMin slice", 49), ("xMidYMid slice", 24), ("xMidYMax slice", 0)])
def test_a_drawing_larger_than_its_viewport_is_cut_where_it_says(load: Load, fit: str, row: int) -> None:
    attributes = f'viewBox="0 0 10 10" width="100pt" height="50pt" preserveAspectRatio="{fit}"'
    page = seen(load(drawing('<rect width="10" height="5" fill="red"/>', attributes)), 100, 50)
    (red,) = np.nonzero((page[:, 50] == RED).all(axis=1))
    assert (red.max() if len(red) else 0) == row


def test_black_prints_in_black_alone(load: Load) -> None:
    picture = load(drawing('<rect width="100" height="50"/><rect width="9" height="9" stroke="#777"/>'))
    assert picture.colours == {"grey"}
    assert " rg" not in content(picture)
    assert "0 g" in content(picture)


def test_inks_of_a_press_can_be_named(load: Load) -> None:
    picture = load(
        drawing('<rect width="100" height="100" fill="device-cmyk(0 100% 1 0)" stroke="device-cmyk(0,0,0,1)"/>')
    )
    assert picture.colours == {"cmyk"}
    assert "0 1 1 0 k" in content(picture)
    assert "0 0 0 1 K" in content(picture)


def test_the_grey_policy_reaches_gradients_too(load: Load) -> None:
    stops = '<stop stop-color="red"/><stop offset="1" stop-color="device-cmyk(1 0 0 0)"/>'
    defs = f'<linearGradient id="g">{stops}</linearGradient>'
    shapes = (
        '<rect width="50" height="50" fill="url(#g)"/><rect y="50" width="50" height="50" fill="lime" stroke="red"/>'
    )
    picture = load(drawing(defs + shapes), colour="grey")
    assert picture.colours == {"grey"}
    page = seen(picture, 100, 100)
    assert (page.max(axis=2) == page.min(axis=2)).all()
    assert int(page[75, 25, 0]) == pytest.approx(0.59 * 255, abs=1)


def test_transparency_is_told(load: Load) -> None:
    assert not load(drawing('<rect width="9" height="9" opacity="1"/>')).transparent
    assert not load(drawing('<rect width="9" height="9" opacity="0"/>')).transparent
    assert load(drawing('<rect width="9" height="9" opacity=".9"/>')).transparent


def test_a_drawing_is_placed_in_its_box(load: Load) -> None:
    picture = load(drawing('<rect width="100" height="100" fill="red"/>'))
    page = render(page_of(picture, (100, 100), (20, 30, 40, 10)))
    rows, columns = np.nonzero((page == RED).all(axis=2))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (60, 69, 20, 59)


def test_what_leaves_the_drawing_is_cut_off(load: Load) -> None:
    picture = load(drawing('<rect x="-50" y="-50" width="300" height="300" fill="red"/>'))
    page = render(page_of(picture, (100, 100), (40, 40, 20, 20)))
    assert (page == RED).all(axis=2).sum() == 400


def test_what_draws_nothing_needs_nothing(load: Load) -> None:
    notes = (
        "<title>T</title><desc>D</desc><metadata><x xmlns='urn:x'>y</x></metadata>"
        "<ns:grid xmlns:ns='urn:drawing-program' units='mm'/><!-- made by hand -->"
        '<defs><filter id="f"/><mask id="m"/><text>unused</text></defs>'
        '<switch><foreignObject requiredExtensions="urn:program"/><g><rect width="10" height="10"/></g></switch>'
        '<a xlink:href="https://example.org"><rect x="90" width="10" height="10" onfocusable=""/></a>'
    ).replace(' onfocusable=""', "")
    picture = load('<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd">' + drawing(notes))
    page = seen(picture, 100, 100)
    assert page[5, 5].tolist() == page[5, 95].tolist() == BLACK
    assert objects_of(picture) == ()


def test_entities_of_the_file_itself_are_read(load: Load) -> None:
    head = '<!DOCTYPE svg [<!ENTITY ink "#f00">]>'
    page = seen(load(head + drawing('<rect width="100" height="100" fill="&ink;"/>')), 100, 100)
    assert page[50, 50].tolist() == RED


def test_other_encodings_are_read(load: Load) -> None:
    text = drawing('<rect width="100" height="100" fill="red"/>')
    for encoding in ("utf-8-sig", "utf-16"):
        assert load(text.encode(encoding)).name == load(text).name
