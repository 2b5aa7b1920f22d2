"""Code 128: the standard's bars, the shortest choice of subsets, and what a reader makes of it."""

from __future__ import annotations

from itertools import groupby, product

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.codes.code128 import MOST_CHARACTERS, code128
from layouts.codes.symbol import Symbol
from layouts.errors import LayoutError
from tests.codes.paper import enlarged, read

STOP = "2331112"
FNC4, CODE = {"A": 101, "B": 100}, {101: "A", 100: "B", 99: "C"}
LATIN = "".join(map(chr, (*range(128), *range(160, 256))))

ascii_texts = st.lists(
    st.text("0123456789", max_size=9) | st.text("AZ az_-\x00\n\x7f", max_size=4), min_size=1, max_size=6
).map("".join)
latin_texts = st.lists(
    st.text("0123456789", max_size=7) | st.text("Aa\t", max_size=3) | st.text("ÆØéß\xa0\xff", max_size=7),
    min_size=1,
    max_size=5,
).map("".join)


def widths(bits: str) -> str:
    return "".join(str(len(list(run))) for _, run in groupby(bits))


def characters(symbol: Symbol) -> list[str]:
    """The widths of each symbol character before the stop."""
    bits = "".join("01"[dark] for dark in symbol.modules[0].tolist())
    assert len(bits) % 11 == 2
    assert widths(bits[-13:]) == STOP
    return [widths(bits[place : place + 11]) for place in range(0, len(bits) - 13, 11)]


PAIRS = [characters(code128(f"{pair:02}"))[1] for pair in range(100)]
VALUES = {
    bars: value
    for value, bars in enumerate(
        # What no pair of digits shows: 100 to 102, and the starts.
        (*PAIRS, "114131", "311141", "411131", "211412", "211214", "211232")
    )
}


def values(symbol: Symbol) -> list[int]:
    """Start and data, once the check is found to be right."""
    start, *data, check = (VALUES[bars] for bars in characters(symbol))
    assert check == (start + sum(place * value for place, value in enumerate(data, start=1))) % 103
    return [start, *data]


Reader = tuple[str, bool, bool, bool]
"""Subset; whether a shift, and whether one FNC4, goes for the next character; whether two go for all that follow."""


def understood(reader: Reader, value: int) -> tuple[Reader, str] | None:
    """What a reader takes a value for, and how it reads on; None for what no text needs."""
    subset, shifted, once, latched = reader
    if subset == "C":
        if value < 100:
            # Nobody is to depend on whether the latch goes for digits in pairs.
            return None if latched else (reader, f"{value:02}")
        return ((CODE[value], False, False, latched), "") if value in (100, 101) else None
    if value < 96:
        actual = subset if not shifted else "BA"["AB".index(subset)]
        code = value + 32 if actual == "B" or value < 64 else value - 64
        return (subset, False, False, latched), chr(code + 128 * (once != latched))
    if shifted:
        return None
    if value == 98:
        return (subset, True, once, latched), ""
    if value == FNC4[subset]:
        return ((subset, False, False, not latched) if once else (subset, False, True, latched)), ""
    return None if once or value not in CODE else ((CODE[value], False, False, latched), "")


def said(symbol: Symbol) -> str:
    start, *data = values(symbol)
    reader: Reader = ("ABC"[start - 103], False, False, False)
    text = ""
    for value in data:
        step = understood(reader, value)
        assert step is not None
        reader, more = step
        text += more
    return text


def fewest(text: str) -> int:
    """The fewest values, the start included, that a reader takes for a text, by trying all."""
    front: set[tuple[Reader, int]] = {((subset, False, False, False), 0) for subset in "ABC"}
    seen = set(front)
    count = 1
    while not any(done == len(text) for _, done in front):
        onward: set[tuple[Reader, int]] = set()
        for reader, done in front:
            for value in range(102):
                step = understood(reader, value)
                if step is not None and text.startswith(step[1], done):
                    onward.add((step[0], done + len(step[1])))
        front = onward - seen
        seen |= front
        count += 1
    return count


def test_the_patterns_are_those_that_the_standard_allows() -> None:
    # Three bars and three spaces of 1 to 4 modules, 11 in all, an even number of them dark; the two that are left out
    # are the ones that would look like a stop.
    allowed = {
        "".join(map(str, six)) for six in product(range(1, 5), repeat=6) if sum(six) == 11 and sum(six[::2]) % 2 == 0
    }
    assert allowed - VALUES.keys() == {"211133", "233111"}
    assert VALUES.keys() < allowed
    assert len(VALUES) == 106


def test_every_value_has_the_bars_that_another_encoder_gives_it() -> None:
    for pair in range(100):
        assert np.array_equal(code128(f"{pair:02}").modules, zxings(f"{pair:02}").modules)
    for text in ("A1\x01", "a\x01a", "\x01\x02a\x03", "é", "AB123456", "\x01123456"):
        assert np.array_equal(code128(text).modules, zxings(text).modules)


def test_known_texts_have_the_check_characters_that_they_are_known_to_have() -> None:
    for text, start, check in (("Wikipedia", 104, 88), ("A", 104, 34), ("12", 105, 14)):
        found = [VALUES[bars] for bars in characters(code128(text))]
        assert (found[0], found[-1]) == (start, check)


CHOICES = [
    ("123456", [105, 12, 34, 56]),
    ("A1B", [104, 33, 17, 34]),
    ("A1234", [104, 33, 99, 12, 34]),
    ("\x01A\x02", [103, 65, 33, 66]),
    ("a\x01b", [104, 65, 98, 65, 66]),
    ("é", [104, 100, 73]),
    ("ÆØÅÆØ", [104, 100, 100, 38, 56, 37, 38, 56]),
]


@pytest.mark.parametrize(("text", "expected"), CHOICES)
def test_subsets_are_chosen_as_they_make_the_shortest_symbol(text: str, expected: list[int]) -> None:
    assert values(code128(text)) == expected


@pytest.mark.parametrize("length", [1, 2, 3])
def test_no_short_text_can_be_said_in_fewer_characters(length: int) -> None:
    for text in map("".join, product("1A\x01aé", repeat=length)):
        assert len(values(code128(text))) == fewest(text), repr(text)


@given(ascii_texts.filter(bool) | latin_texts.filter(bool))
@settings(deadline=None, max_examples=60)
def test_no_text_can_be_said_in_fewer_characters(text: str) -> None:
    symbol = code128(text)
    assert said(symbol) == text
    assert len(values(symbol)) == fewest(text)


def zxings(text: str) -> Symbol:
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    return Symbol.from_modules((np.asarray(barcode.to_image(scale=1, add_quiet_zones=False)) == 0)[0])


@given(st.text(st.characters(max_codepoint=127), min_size=1, max_size=30) | ascii_texts.filter(bool))
@settings(deadline=None, max_examples=300)
def test_another_encoder_finds_nothing_shorter_for_ascii_and_nothing_longer(text: str) -> None:
    assert code128(text).columns == zxings(text).columns


@given(st.text([letter for letter in LATIN if not letter.isdecimal()], min_size=1, max_size=30))
@settings(deadline=None, max_examples=100)
def test_another_encoder_finds_nothing_shorter_for_other_letters(text: str) -> None:
    # It changes to letters with FNC4 by a rule of thumb, so that ours may be shorter.
    assert code128(text).columns <= zxings(text).columns


@given(st.text(LATIN, min_size=1, max_size=30) | ascii_texts.filter(bool) | latin_texts.filter(bool))
@settings(deadline=None, max_examples=100)
def test_a_reader_sees_the_text(text: str) -> None:
    symbol = code128(text)
    (code,) = read(enlarged(Symbol(symbol.columns, 30, symbol.bits * 30), 10))
    assert code.format == zxingcpp.BarcodeFormat.Code128
    assert code.bytes == text.encode("iso-8859-1")


@given(st.text("0123456789", min_size=1, max_size=40).filter(lambda text: len(text) % 2 == 0))
def test_subset_c_holds_digits_in_pairs_and_nothing_else(text: str) -> None:
    pairs = [int(text[place : place + 2]) for place in range(0, len(text), 2)]
    assert values(code128(text, subset="C")) == [105, *pairs]


@pytest.mark.parametrize(
    ("unit", "most"), [("a", MOST_CHARACTERS - 1), ("42", MOST_CHARACTERS - 1), ("é", MOST_CHARACTERS - 3)]
)
def test_a_symbol_may_have_as_many_characters_as_stated_and_no_more(unit: str, most: int) -> None:
    assert len(values(code128(unit * most))) == MOST_CHARACTERS
    with pytest.raises(LayoutError, match=rf"E4061 .* 102 symbol characters .* the {len(unit) * (most + 1)} char"):
        code128(unit * (most + 1))


def test_a_text_of_megabytes_is_refused_at_once() -> None:
    with pytest.raises(LayoutError, match=r"E4061 .* the 3000000 characters of 'é{60}' take more"):
        code128("é" * 3_000_000)


def test_codes_that_latin_1_leaves_free_are_refused() -> None:
    with pytest.raises(LayoutError, match=r"E4060 '\\x80', character 2 of '5\\x80', can't be written in Code 128"):
        code128("5\x80")


def test_what_was_encoded_before_makes_no_difference() -> None:
    first = [code128(text).bits for text in ("INV-001", "INV-A01", "Å-001", "0000001")]
    for number in range(1200):
        code128(f"{number:b}".replace("0", "x"))
    assert [code128(text).bits for text in ("INV-001", "INV-A01", "Å-001", "0000001")] == first
    assert code128("INV-001") != code128("INV-002")
