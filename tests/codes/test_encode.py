"""Codes by name: what they say on paper, and what they refuse."""

from __future__ import annotations

from itertools import pairwise

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.codes.encode import QUIET_MODULES, SYMBOLOGIES, Option, Quiet, check_options, encode
from layouts.codes.printed import DATAMATRIX_SIDES
from layouts.codes.symbol import Symbol
from layouts.errors import LayoutError
from tests.codes.paper import page_of_code, pixels, read

MAILMARK_2D = "JGB 012100123412345678AB19XY1A 0             www.xyz.com"

# What a reader says of each code: the text may come back longer than it went in.
READABLE: list[tuple[str, str, str, dict[str, Option]]] = [
    ("qr", "Faktura 10423, forfall 2. mai\n€ 1 234,56", "Faktura 10423, forfall 2. mai\n€ 1 234,56", {}),
    ("qr", "Grüße 77", "Grüße 77", {"level": "H", "mask": 5, "encoding": "utf-8"}),
    ("datamatrix", "0012345678 A/3 æ€", "0012345678 A/3 æ€", {}),
    ("datamatrix", "10423", "10423", {"side": 32}),
    ("datamatrix", "JGB 0123456789", "JGB 0123456789", {"shape": "any"}),
    ("pdf417", "Rechnung 10423, fällig am 2. Mai", "Rechnung 10423, fällig am 2. Mai", {"columns": 4, "level": 3}),
    ("aztec", "Ticket 10423 for Łódź", "Ticket 10423 for Łódź", {}),
    ("code128", "AB-0123456789x\t7", "AB-0123456789x\t7", {}),
    ("code128", "Blåbær 7", "Blåbær 7", {}),
    ("code128", "00340434161094015902", "00340434161094015902", {"subset": "C"}),
    ("code39", "MAIL 10/42-$+%.3", "MAIL 10/42-$+%.3", {}),
    ("itf", "0123456789", "0123456789", {}),
    ("ean13", "5901234123457", "5901234123457", {}),
    ("ean13", "590123412345", "5901234123457", {}),
    ("ean8", "96385074", "96385074", {}),
    ("ean8", "9638507", "96385074", {}),
    ("mailmark2d", MAILMARK_2D, MAILMARK_2D, {"type": 29}),
]


NAMES = {"qr": "qrcode", "mailmark2d": "datamatrix"}
"""What a reader calls them, where it is not our name."""


@pytest.mark.parametrize(("name", "text", "said", "options"), READABLE)
def test_a_reader_sees_on_paper_what_the_code_was_to_say(
    name: str, text: str, said: str, options: dict[str, Option]
) -> None:
    symbol = encode(name, text, **options)
    (code,) = read(pixels(page_of_code(name, symbol), 300))
    assert code.text == said
    assert str(code.format).lower().replace("-", "").replace(" ", "").startswith(NAMES.get(name, name))
    assert SYMBOLOGIES[name].stretched == (symbol.rows == 1)


def test_every_code_that_the_reader_knows_is_tried() -> None:
    tried = {name for name, *_ in READABLE}
    assert set(SYMBOLOGIES) - tried == {"imb", "rm4scc", "kix", "mailmark", "auspost"}


def widths(symbol: Symbol) -> str:
    """Widths of bars and spaces from the left, in modules."""
    row = symbol.modules[0].tolist()
    edges = [0, *(place for place, (a, b) in enumerate(pairwise(row), start=1) if a != b), len(row)]
    return "".join(str(b - a) for a, b in pairwise(edges))


def test_codes_of_bars_have_the_bars_of_their_standards() -> None:
    # ISO/IEC 15417: start B, A (33), check 34, stop.
    assert widths(encode("code128", "A")) == "211214" + "111323" + "131123" + "2331112"
    # Start C, 12, check (105 + 12) mod 103 = 14, stop.
    assert widths(encode("code128", "12")) == "211232" + "112232" + "122231" + "2331112"
    # ISO/IEC 16388: asterisk, A, asterisk, with narrow gaps.
    assert widths(encode("code39", "A")) == "1".join(("121121211", "211112112", "121121211"))
    # ISO/IEC 16390: start, 1 in the bars (31113) and 2 in the spaces (13113), stop.
    assert widths(encode("itf", "12")) == "1111" + "3113111133" + "311"
    # ISO/IEC 15420: 0 and 12 digits, all left ones in set A.
    assert widths(encode("ean13", "0000000000000")) == "111" + "3211" * 6 + "11111" + "3211" * 6 + "111"
    assert widths(encode("ean8", "00000000")) == "111" + "3211" * 4 + "11111" + "3211" * 4 + "111"


@pytest.mark.parametrize("side", DATAMATRIX_SIDES)
def test_a_datamatrix_can_be_of_every_square_size(side: int) -> None:
    symbol = encode("datamatrix", "77", side=side)
    assert (symbol.columns, symbol.rows) == (side, side)


def test_a_datamatrix_is_square_unless_any_shape_will_do() -> None:
    square, free = encode("datamatrix", "JGB 0123456789"), encode("datamatrix", "JGB 0123456789", shape="any")
    assert square.columns == square.rows
    assert free.columns > free.rows


REFUSED: list[tuple[str, str, dict[str, Option], str]] = [
    ("code128", "", {}, "E4060 Code 128 needs a text"),
    ("qr", "", {}, "E4060 a QR code needs a text"),
    ("code128", "5 €", {}, "E4060 '€', character 3 of '5 €', can't be written in Code 128"),
    ("code128", "12A4", {"subset": "C"}, "E4060 'A', character 3 of '12A4', can't be written in Code 128 subset C"),
    ("code128", "123", {"subset": "C"}, "E4060 Code 128 subset C takes digits in pairs; '123' has 3"),
    ("code39", "abc", {}, "E4060 'a', character 1 of 'abc', can't be written in Code 39"),
    ("code39", "A*", {}, r"E4060 '\*', character 2 of 'A\*', can't be written in Code 39"),
    ("itf", "12345", {}, "E4060 Interleaved 2 of 5 takes digits in pairs; '12345' has 5"),
    ("itf", "12-4", {}, "E4060 '-', character 3 of '12-4', can't be written in Interleaved 2 of 5"),
    ("ean13", "5901234123458", {}, "E4060 EAN-13 can't say '5901234123458': invalid check digit '8', expecting '7'$"),
    ("ean13", "123", {}, "E4060 EAN-13 takes 12 or 13 characters; '123' has 3"),
    ("ean8", "963850741", {}, "E4061 EAN-8 takes 7 or 8 characters; '963850741' has 9"),
    ("datamatrix", "a\ud800", {}, "E4060 .*character 2 of .* can't be written in DataMatrix"),
    ("datamatrix", "a" * 40, {"side": 10}, "E4061 DataMatrix of 10 × 10 modules can't say 'a{40}': input too long"),
    ("datamatrix", "a" * 3000, {}, "E4061 DataMatrix can't say 'a{60}': input too long[^0-9]*"),
    ("pdf417", "a" * 3000, {}, "E4061 PDF417 can't say 'a{60}': input length 3000 too long"),
    ("aztec", "a" * 4000, {}, "E4061 Aztec can't say 'a{60}': input too long"),
    ("code128", "a" * 400, {}, "E4061 Code 128 takes 102 symbol characters at most; the 400 .* 'a{60}' take"),
    ("code39", "A" * 100, {}, "E4061 Code 39 can't say 'A{60}': input length 100 too long"),
    ("qr", "a" * 3000, {}, "E4061 3000 bytes at level M are too much for a QR code of version 40"),
    ("code49", "a", {}, "E4062 there is no code 'code49'"),
    ("code39", "A", {"level": "M"}, "E4062 'code39' has no option 'level'"),
    ("qr", "A", {"level": "X"}, "E4062 option 'level' of 'qr' is 'X'"),
    ("qr", "A", {"mask": 8}, "E4062 option 'mask' of 'qr' is 8"),
    ("qr", "A", {"mask": True}, "E4062 option 'mask' of 'qr' is True"),
    ("qr", "A", {"bytes_only": 1}, "E4062 option 'bytes_only' of 'qr' is 1"),
    ("datamatrix", "A", {"side": 11}, "E4062 option 'side' of 'datamatrix' is 11"),
    ("pdf417", "A", {"columns": 31}, "E4062 option 'columns' of 'pdf417' is 31"),
]


@pytest.mark.parametrize(("name", "text", "options", "message"), REFUSED)
def test_what_a_code_cannot_say_is_refused_with_the_reason(
    name: str, text: str, options: dict[str, Option], message: str
) -> None:
    with pytest.raises(LayoutError, match=message) as caught:
        encode(name, text, **options)
    assert caught.value.remedy
    assert caught.value.code == message[:5]


def test_remedies_name_what_there_is() -> None:
    with pytest.raises(LayoutError) as caught:
        check_options("qr", {"level": "m"})
    assert caught.value.remedy == "use one of L, M, Q, H"
    with pytest.raises(LayoutError) as caught:
        check_options("qr", {"least_version": 0})
    assert caught.value.remedy == "use a number from 1 to 40"
    with pytest.raises(LayoutError) as caught:
        check_options("qr", {"bytes_only": "yes"})
    assert caught.value.remedy == "use one of true, false"
    with pytest.raises(LayoutError) as caught:
        check_options("aztec", {"level": 3})
    assert caught.value.remedy == "leave the option out"


def test_every_option_value_there_is_is_taken() -> None:
    for name, symbology in SYMBOLOGIES.items():
        for option, values in symbology.options.items():
            for value in values:
                check_options(name, {option: value})


def test_quiet_zones_are_those_of_the_standards() -> None:
    assert QUIET_MODULES["qr"] == Quiet(4, 4, 4, 4)
    assert QUIET_MODULES["datamatrix"] == Quiet(1, 1, 1, 1)
    assert QUIET_MODULES["ean13"] == Quiet(11, 7, 0, 0)
    assert QUIET_MODULES.keys() == SYMBOLOGIES.keys()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
@settings(deadline=None, max_examples=40)
def test_a_datamatrix_gives_any_text_back(text: str) -> None:
    (code,) = read(pixels(page_of_code("datamatrix", encode("datamatrix", text)), 300))
    assert code.format == zxingcpp.BarcodeFormat.DataMatrix
    if max(text) <= "\xff":
        # The standard's default; readers that guess take some of it for Japanese.
        assert code.bytes == text.encode("iso-8859-1")
    else:
        assert code.text == text
