"""SVG: what can't be printed as drawn is refused, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.errors import LayoutError
from tests.pictures.conftest import Load, Refuse
from tests.pictures.test_svg import drawing

RECT = '<rect width="9" height="9" {}/>'


@pytest.mark.parametrize(
    ("inside", "names"),
    [
        ("<text>Acme</text>", "text"),
        ('<image xlink:href="logo.png"/>', "image"),
        ("<foreignObject/>", "foreignObject"),
        ("<video/>", "video"),
        ("<script>alert(1)</script>", "script"),
        (RECT.format('onclick="go()"'), "rect"),
        ('<rect width="9" height="9"><animate attributeName="x"/></rect>', "animate"),
        (RECT.format('filter="url(#f)"'), "filter"),
        (RECT.format('mask="url(#m)"'), "mask"),
        (RECT.format('style="mix-blend-mode: multiply"'), "mix-blend-mode"),
        (RECT.format('vector-effect="non-scaling-stroke"'), "vector-effect"),
        (RECT.format('paint-order="stroke"'), "paint-order"),
        (RECT.format('transform-origin="50% 50%"'), "transform-origin"),
        (RECT.format('style="transform: rotate(9deg)"'), "transform"),
        ('<path marker-end="url(#m)" d="M0 0h9"/>', "marker-end"),
        ('<pattern id="p"/>' + RECT.format('fill="url(#p)"'), "fill"),
        (RECT.format('fill="url(other.svg#p)"'), "other.svg"),
        (RECT.format('fill="url(#gone)"'), "gone"),
        (RECT.format('fill="var(--brand)"'), "var(--brand)"),
        (RECT.format('fill="context-fill"'), "context-fill"),
        (RECT.format('style="fill: red !important"'), "important"),
        (RECT.format('style="fill red"'), "fill red"),
        (RECT.format('stroke="red" stroke-linejoin="arcs"'), "arcs"),
        ('<use xlink:href="icons.svg#a"/>', "icons.svg"),
        ("<style>@import url(x.css);</style>", "@import"),
        ("<style>g > rect { fill: red }</style>", "g > rect"),
        ("<style>rect:hover { fill: red }</style>", "rect:hover"),
        ('<style type="text/less">rect {}</style>', "text/less"),
        ('<clipPath id="c"><rect/><rect/></clipPath>' + RECT.format('clip-path="url(#c)"'), "one shape"),
        ('<clipPath id="c"><text/></clipPath>' + RECT.format('clip-path="url(#c)"'), "no shape"),
        (RECT.format('clip-path="circle(9px)"'), "circle"),
        (
            '<linearGradient id="g" spreadMethod="repeat"><stop/></linearGradient>' + RECT.format('fill="url(#g)"'),
            "repeats",
        ),
        (
            '<linearGradient id="g"><stop stop-opacity=".5"/></linearGradient>' + RECT.format('fill="url(#g)"'),
            "see-through",
        ),
    ],
)
def test_what_would_look_different_is_refused(refuse: Refuse, inside: str, names: str) -> None:
    fault = refuse(drawing(f"\n\n{inside}"), "brand.svg")
    assert fault.code == "E4084"
    assert names in fault.message
    assert fault.place.startswith("brand.svg")


def test_a_refusal_names_the_line(refuse: Refuse) -> None:
    assert refuse(drawing("\n<g>\n\n<text>Acme</text></g>"), "brand.svg").place == "brand.svg, line 4"


def test_text_is_refused_with_the_way_out(refuse: Refuse) -> None:
    assert "paths" in refuse(drawing("<text>Acme</text>")).remedy


@pytest.mark.parametrize(
    "inside",
    [
        '<path d="M10 10 L 20"/>',
        '<path d="10 10 L 20 20"/>',
        '<path d="M10 10 K 20 20"/>',
        '<path d="M10 10 A 5 5 0 2 0 20 20"/>',
        '<path d="M10 10 z 20 20"/>',
        '<path d="M1e999 0h9"/>',
        '<polygon points="1 2 3"/>',
        '<polygon points="1 2 3 x"/>',
        '<circle r="-1"/>',
        '<rect width="-1" height="9"/>',
        '<rect width="1em" height="9"/>',
        '<rect width="wide" height="9"/>',
        '<rect width="9" height="9" transform="turn(9)"/>',
        '<rect width="9" height="9" transform="rotate(9 9)"/>',
        '<rect width="9" height="9" stroke="red" stroke-width="-2"/>',
        '<rect width="9" height="9" stroke="red" stroke-dasharray="4 -2"/>',
        '<rect width="9" height="9" opacity="half"/>',
        '<use xlink:href="#gone"/>',
        '<g id="a"><use xlink:href="#a"/></g>',
        '<symbol id="s"><use xlink:href="#s"/></symbol><use xlink:href="#s"/>',
        '<linearGradient id="a" href="#b"/><linearGradient id="b" href="#a"/>' + RECT.format('fill="url(#a)"'),
    ],
)
def test_what_can_not_be_read_is_refused(refuse: Refuse, inside: str) -> None:
    assert refuse(drawing(inside)).code == "E4082"


def test_a_drawing_that_multiplies_itself_is_refused(refuse: Refuse) -> None:
    levels = "".join(f'<g id="l{level}">' + f'<use xlink:href="#l{level + 1}"/>' * 10 + "</g>" for level in range(9))
    assert refuse(drawing(f'<defs>{levels}<g id="l9"/></defs><use xlink:href="#l0"/>')).code == "E4082"


@pytest.mark.parametrize(
    "attributes", ["", 'width="0" height="9"', 'viewBox="0 0 0 9"', 'viewBox="0 0 9"', 'width="9"']
)
def test_a_drawing_without_a_size_is_refused(refuse: Refuse, attributes: str) -> None:
    assert refuse(drawing("<g/>", attributes)).code == "E4082"


def test_files_outside_stay_closed(refuse: Refuse, load: Load, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("red")
    head = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    assert refuse(head + drawing("<title>&x;</title>")).code == "E4082"
    sheet = '<?xml-stylesheet href="style.css"?>'
    assert refuse(sheet + drawing("")).code == "E4084"


def test_entities_that_multiply_are_refused(refuse: Refuse) -> None:
    levels = "".join(f'<!ENTITY a{level + 1} "{f"&a{level};" * 10}">' for level in range(9))
    head = f'<!DOCTYPE svg [<!ENTITY a0 "ha">{levels}]>'
    assert refuse(head + drawing("<title>&a9;</title>")).code == "E4082"


def test_xml_of_another_kind_is_unknown(refuse: Refuse) -> None:
    assert refuse("<html><svg/></html>").code == "E4081"
    assert refuse("<svg><rect/></svg>").code == "E4081"


def test_broken_xml_is_damaged(refuse: Refuse) -> None:
    assert refuse(drawing("<g>")).code == "E4082"


_WORDS = st.sampled_from(
    ["M", "L", "a", "z", "10", "-1", ".5", "1e9", "red", "url(#a)", "#", "%", "none", "inherit", "matrix(1 0 0 1 0 0)"]
)


@settings(max_examples=150)
@given(
    st.sampled_from(["path", "rect", "use", "g", "circle", "polygon", "svg"]),
    st.dictionaries(
        st.sampled_from(
            ["d", "points", "width", "height", "r", "fill", "stroke", "opacity", "transform", "style", "viewBox", "rx"]
        ),
        st.lists(_WORDS, max_size=6).map(" ".join),
        max_size=5,
    ),
)
def test_any_drawing_is_read_or_refused_by_name(load: Load, element: str, attributes: dict[str, str]) -> None:
    said = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    outcome = "read"
    try:
        load(drawing(f'<g stroke="red"><{element} {said}/></g>'))
    except LayoutError as fault:
        outcome = fault.code
    assert outcome in ("read", "E4082", "E4084")
