"""Codes drawn: sharp, in place, in black alone, and on the printer's dots."""

from __future__ import annotations

import numpy as np
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.codes.draw import image_mask, module_mm_on_grid, on_grid_pt
from layouts.codes.encode import SYMBOLOGIES, encode
from layouts.codes.symbol import Symbol
from layouts.errors import LayoutError
from layouts.geometry import pt
from tests.codes.paper import page, pixels

DOT_PT = 72 / 600


@pytest.mark.parametrize(
    ("name", "text"), [("qr", "Invoice 10423"), ("datamatrix", "0012345678"), ("code128", "AB1234"), ("kix", "2500GG")]
)
@pytest.mark.parametrize("dots", [3, 7])
def test_on_the_grid_every_module_is_as_many_dots_as_every_other(name: str, text: str, dots: int) -> None:
    symbol = encode(name, text)
    content = image_mask(
        symbol,
        left_pt=30 * DOT_PT,
        bottom_pt=20 * DOT_PT,
        width_pt=symbol.columns * dots * DOT_PT,
        height_pt=symbol.rows * dots * DOT_PT,
    )
    # A page of whole pixels, or the renderer stretches it to some.
    picture = pixels(page(content, 144, 72), 600)
    expected = np.zeros((600, 1200), bool)
    dark = np.kron(symbol.modules, np.ones((dots, dots), bool))
    expected[580 - len(dark) : 580, 30 : 30 + dark.shape[1]] = dark
    assert set(np.unique(picture)) == {0, 255}
    assert np.array_equal(picture == 0, expected)


def test_a_code_of_bars_is_stretched_to_its_height() -> None:
    symbol = Symbol.from_modules(np.array([True, False, True]))
    content = image_mask(symbol, left_pt=10, bottom_pt=5, width_pt=30, height_pt=40)
    dark = pixels(page(content, 50, 50), 72) < 128
    expected = np.zeros((50, 50), bool)
    expected[5:45, 10:20] = expected[5:45, 30:40] = True
    assert np.array_equal(dark, expected)


@given(
    st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=20)
    | st.binary(min_size=4, max_size=4).map(lambda data: [[bool(byte) for byte in data]])
)
def test_the_content_is_one_black_mask_and_leaves_the_state_alone(grid: list[list[bool]]) -> None:
    symbol = Symbol.from_modules(np.array(grid))
    content = image_mask(symbol, left_pt=1, bottom_pt=2, width_pt=3, height_pt=4)
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(50, 50))
    pdf.pages[0].Contents = pdf.make_stream(content.encode())
    commands = pikepdf.parse_content_stream(pdf.pages[0])
    assert [str(command.operator) for command in commands] == ["q", "g", "cm", "INLINE IMAGE", "Q"]
    assert [str(number) for number in commands[2].operands] == ["2.98", "0", "0", "3.98", "1.01", "2.01"]
    (image,) = commands[3].operands
    assert isinstance(image, pikepdf.PdfInlineImage)
    assert image.image_mask
    assert (image.width, image.height) == (symbol.columns, symbol.rows)


def test_bits_that_spell_the_end_of_an_image_do_not_end_it() -> None:
    # White, dark, white: inverted, these bytes read " EI ".
    light = bytes(255 - byte for byte in b" EI  EI Q")
    content = image_mask(Symbol(72, 1, light), left_pt=0, bottom_pt=0, width_pt=72, height_pt=9)
    assert b" EI  EI Q".hex() in content
    dark = pixels(page(content, 72, 9), 72) < 128
    assert np.array_equal(dark[4], np.unpackbits(np.frombuffer(light, np.uint8)).astype(bool))


@given(st.floats(5, 120), st.integers(10, 177), st.sampled_from([240, 300, 600, 1200]))
def test_the_module_on_the_grid_is_the_widest_of_whole_dots_that_fits(width_mm: float, columns: int, dpi: int) -> None:
    dot_mm = 25.4 / dpi
    if columns * dot_mm > width_mm:
        with pytest.raises(LayoutError, match=rf"E4063 {columns} modules have no room .* than a dot of {dpi} dpi"):
            module_mm_on_grid(width_mm, columns, dpi)
        return
    module_mm = module_mm_on_grid(width_mm, columns, dpi)
    assert round(module_mm / dot_mm) == pytest.approx(module_mm / dot_mm)
    assert columns * module_mm <= width_mm + columns * dot_mm * 1e-5
    assert columns * (module_mm + dot_mm) > width_mm


@given(st.floats(-10, 900), st.sampled_from([240, 300, 600, 1200]))
def test_a_place_on_the_grid_is_the_nearest_edge_of_a_dot(place_pt: float, dpi: int) -> None:
    dots = on_grid_pt(place_pt, dpi) * dpi / 72
    assert dots == pytest.approx(round(dots), abs=1e-6)
    assert abs(on_grid_pt(place_pt, dpi) - place_pt) <= 36 / dpi + 1e-9


def test_a_width_of_exactly_whole_dots_is_used_in_full() -> None:
    for dots in range(1, 40):
        assert module_mm_on_grid(49 * dots * 25.4 / 600, 49) == pytest.approx(dots * 25.4 / 600)


def test_an_epc_code_on_46_mm_has_modules_of_whole_dots() -> None:
    # 46 mm over 57 modules with the quiet zone: 19 dots, 0.804 mm.
    assert module_mm_on_grid(46, 57) == pytest.approx(19 * 25.4 / 600)
    assert pt(module_mm_on_grid(46, 57)) == pytest.approx(19 * 0.12)


def test_only_codes_of_one_row_are_said_to_be_stretched() -> None:
    assert {name for name, symbology in SYMBOLOGIES.items() if symbology.stretched} == {
        *("code128", "code39", "itf", "ean13", "ean8")
    }
