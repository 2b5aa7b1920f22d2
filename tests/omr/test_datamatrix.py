"""DataMatrix symbols of our own against those of zxing-cpp, and read back by it."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from omr.datamatrix import CAPACITY, bits_of, placement
from omr.symbol import SIZES, matrix_code


def _modules(text: str, modules: int) -> NDArray[np.uint8]:
    bits = bits_of(text, modules)
    assert bits is not None
    return np.unpackbits(np.frombuffer(bits, np.uint8).reshape(modules, -1), axis=1, count=modules) * np.uint8(255)


@pytest.mark.parametrize("modules", CAPACITY)
@given(data=st.data())
@settings(max_examples=12)
def test_digits_in_every_size_look_as_the_other_encoder_draws_them(modules: int, data: st.DataObject) -> None:
    # Pairs of digits are the one content for which every encoder chooses the ASCII encodation.
    count = data.draw(st.integers(1, CAPACITY[modules][0]))
    text = data.draw(st.text("0123456789", min_size=2 * count, max_size=2 * count))
    other = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, version=SIZES[modules])
    assert np.array_equal(_modules(text, modules), np.asarray(other.to_image(add_quiet_zones=False)))


@given(text=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=44))
@settings(max_examples=60)
def test_a_text_is_read_back_from_its_modules(text: str) -> None:
    picture = np.kron(np.pad(_modules(text, 26), 2, constant_values=255), np.ones((4, 4), np.uint8))
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == text


@pytest.mark.parametrize("modules", CAPACITY)
def test_every_bit_of_every_codeword_has_a_module_of_its_own(modules: int) -> None:
    size = modules - (2 if modules <= 26 else 4)
    words, spare = placement(size)
    places = [place for word in words for place in word]
    assert len(words) == sum(CAPACITY[modules])
    assert len(set(places)) == len(places)
    assert {*places, *spare} == {(row, column) for row in range(size) for column in range(size)}


def test_what_the_encodation_has_no_room_for_is_left_to_others() -> None:
    assert bits_of("x" * 18, 18) is not None
    assert bits_of("x" * 19, 18) is None
    assert bits_of("ø", 18) is None
    assert bits_of("1", 52) is None


def test_a_text_that_only_another_encodation_fits_is_encoded_all_the_same() -> None:
    capitals = "ABCDEFGHIJKLMNOPQRSTUVWX"
    assert bits_of(capitals, 18) is None
    picture = np.kron(np.pad(matrix_code(capitals, 18), 2, constant_values=255), np.ones((4, 4), np.uint8))
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == capitals
