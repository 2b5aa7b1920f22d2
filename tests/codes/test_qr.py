"""QR codes: module by module as others make them, and readable."""

from __future__ import annotations

import numpy as np
import pytest
import segno
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st

from layouts.codes.qr import qr
from layouts.codes.qrfigures import LEVEL_BITS, VERSIONS, alignment_centres, codewords, side_of
from layouts.codes.qrpenalty import penalty
from layouts.codes.qrsegments import NUMERIC, fitted
from layouts.codes.qrsegments import codewords as data_codewords
from layouts.codes.reedsolomon import correction, correction_rows
from layouts.codes.symbol import Modules, Symbol
from layouts.errors import LayoutError
from tests.codes.paper import enlarged

LEVELS = st.sampled_from(sorted(LEVEL_BITS))
MASKS = st.integers(0, 7)

# Characters that a QR code can hold at versions 1, 9, 10, 27, 40 (ISO/IEC 18004, table 7): digits, capitals, bytes.
CAPACITIES = [
    (1, "L", 41, 25, 17),
    (1, "M", 34, 20, 14),
    (1, "Q", 27, 16, 11),
    (1, "H", 17, 10, 7),
    (9, "L", 552, 335, 230),
    (10, "L", 652, 395, 271),
    (10, "M", 513, 311, 213),
    (27, "Q", 1933, 1172, 805),
    (40, "L", 7089, 4296, 2953),
    (40, "M", 5596, 3391, 2331),
    (40, "Q", 3993, 2420, 1663),
    (40, "H", 3057, 1852, 1273),
]

EPC = (
    "BCD\n002\n2\nSCT\nCOBADEFFXXX\nFjordgløtt Energi AS\nDE89370400440532013000\nEUR12345.67\n\n\n"
    "Faktura 10423 for strøm i mai, kundenummer 5512-778, målepunkt 70"
)


def by_zxing(text: str, version: int | None, level: str, mask: int) -> Modules:
    wanted = {} if version is None else {"version": version}
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level, data_mask=mask, **wanted)
    modules: Modules = np.asarray(code.to_image(scale=1, add_quiet_zones=False)) == 0
    return modules


def by_segno(text: str, version: int, level: str, mask: int) -> Modules:
    mode = "numeric" if text.isdigit() else "byte"
    encoding = None if text.isdigit() else "iso-8859-1"
    code = segno.make(
        text, error=level, version=version, mask=mask, mode=mode, encoding=encoding, boost_error=False, micro=False
    )
    return np.array([list(row) for row in code.matrix], bool)


def read(symbol: Symbol) -> bytes:
    (code,) = zxingcpp.read_barcodes(enlarged(symbol, 4), try_invert=False)
    return bytes(code.bytes)


def test_the_example_of_the_standard_gives_its_codewords() -> None:
    # ISO/IEC 18004, annex I: "01234567" in version 1-M.
    data = data_codewords(((NUMERIC, b"01234567"),), 1, 16)
    assert data.hex(" ") == "10 20 0c 56 61 80 ec 11 ec 11 ec 11 ec 11 ec 11"
    assert correction(correction_rows(10, 16), data, 10).hex(" ") == "a5 24 d4 c1 ed 36 c7 87 2c 55"


@pytest.mark.parametrize("level", LEVEL_BITS)
@pytest.mark.parametrize("text", ["code", "full"])
def test_in_every_version_each_module_is_as_zxing_makes_it(level: str, text: str) -> None:
    for version in VERSIONS:
        # Versions 1 and 2 have the least capacity of each level; "full" fills all others to near their end.
        content = "x" * max(codewords(version) // 4 - 20, 7) if text == "full" else text
        mask = (version + ord(level)) % 8
        assert np.array_equal(
            qr(content, level=level, mask=mask, least_version=version).modules,
            by_zxing(content, version, level, mask),
        ), version


@pytest.mark.parametrize(("version", "level", "digits", "_capitals", "size"), CAPACITIES)
@pytest.mark.parametrize("mask", [0, 3, 5])
def test_full_codes_are_module_by_module_as_segno_makes_them(
    version: int, level: str, digits: int, _capitals: int, size: int, mask: int
) -> None:
    # Of a text that ends on a whole byte, but leaves room, segno makes one byte of padding too many.
    mask = (mask + version) % 8
    for text in ("7" * digits, "ø" * size):
        assert np.array_equal(qr(text, level=level, mask=mask).modules, by_segno(text, version, level, mask))


@given(
    st.one_of(
        st.text("0123456789", min_size=1, max_size=400),
        st.text("ABCXYZ $%*+-./:0", min_size=1, max_size=250).filter(lambda text: not text.isdigit()),
        st.text("abcxyz,;æø\n\x00\xff", min_size=1, max_size=200),
    ),
    LEVELS,
    MASKS,
)
@settings(deadline=None, max_examples=60)
def test_texts_of_one_kind_are_module_by_module_as_zxing_makes_them(text: str, level: str, mask: int) -> None:
    assert np.array_equal(qr(text, level=level, mask=mask).modules, by_zxing(text, None, level, mask))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=120), LEVELS, st.none() | MASKS)
@settings(deadline=None, max_examples=100)
@example("A" * 50 + "é" + "12345678" * 9 + "\n" + "DE89370400440532013000" * 3, "Q", None)
@example("Łódzkie Wodociągi 1234567890123456789012345678901234567890", "M", None)
def test_every_text_is_read_back_from_pixels(text: str, level: str, mask: int | None) -> None:
    encoding = "iso-8859-1" if max(text) <= "\xff" else "utf-8"
    assert read(qr(text, level=level, mask=mask)) == text.encode(encoding)


@pytest.mark.parametrize("version", [1, 6, 7, 13, 14, 26, 27, 40])
@pytest.mark.parametrize("level", LEVEL_BITS)
def test_every_kind_of_version_is_read_back_from_pixels(version: int, level: str) -> None:
    assert read(qr("42 æøå", level=level, least_version=version)) == "42 æøå".encode("latin-1")


MIXED = st.lists(
    st.one_of(
        st.text("0123456789", min_size=1, max_size=40),
        st.text("ABCDEF $%*+-./:", min_size=1, max_size=30),
        st.text("abc\nøl,", min_size=1, max_size=12),
    ),
    min_size=1,
    max_size=6,
).map("".join)


@given(MIXED, LEVELS)
@settings(deadline=None, max_examples=150)
def test_packing_makes_no_code_larger_and_keeps_the_text(text: str, level: str) -> None:
    packed, plain = qr(text, level=level), qr(text, level=level, bytes_only=True)
    assert packed.columns <= plain.columns
    assert read(packed) == read(plain) == text.encode("latin-1")
    # zxing-cpp divides a text as well as it can be.
    assert packed.columns == len(by_zxing(text, None, level, 0))


@pytest.mark.parametrize(("version", "level", "digits", "capitals", "size"), CAPACITIES)
def test_a_version_holds_what_the_standard_says_and_no_more(
    version: int, level: str, digits: int, capitals: int, size: int
) -> None:
    for count, character in ((digits, "7"), (capitals, "K"), (size, "k")):
        assert qr(character * count, level=level, mask=0).columns == side_of(version)
        assert fitted(character.encode() * (count + 1), level, 1, bytes_only=False)[0] == version + 1


@pytest.mark.parametrize("text", ["digits and 0123456789012345", "01234567890123456789012345678901234567890 end"])
def test_a_least_version_holds_where_less_would_do(text: str) -> None:
    for version in (5, 12, 30):
        symbol = qr(text, least_version=version)
        assert symbol.columns == side_of(version)
        assert read(symbol) == text.encode()


def plain_penalty(modules: Modules) -> int:
    """The four rules as they read, line by line, with four light modules around."""
    side = len(modules)
    lines = ["".join("10"[not dark] for dark in line) for line in (*modules, *modules.T)]
    points = 0
    for line in lines:
        for start in range(side):
            if start == 0 or line[start] != line[start - 1]:
                length = len(line[start:]) - len(line[start:].lstrip(line[start]))
                points += 3 + length - 5 if length >= 5 else 0
        wide = f"0000{line}0000"
        for start in range(4, side):
            if wide[start : start + 7] == "1011101" and "0000" in (
                wide[start - 4 : start],
                wide[start + 7 : start + 11],
            ):
                points += 40
    for y in range(side - 1):
        for x in range(side - 1):
            points += 3 if modules[y : y + 2, x : x + 2].sum() in (0, 4) else 0
    percent = 100 * int(modules.sum()) / side / side
    return points + int(abs(percent - 50) / 5) * 10


@pytest.mark.parametrize("text", ["0", "Invoice 10423", EPC, "x" * 60])
def test_the_mask_chosen_has_the_least_penalty(text: str) -> None:
    masked = [qr(text, mask=mask) for mask in range(8)]
    points = [plain_penalty(symbol.modules) for symbol in masked]
    assert qr(text) == masked[points.index(min(points))]
    assert points == [_points(symbol) for symbol in masked]


@given(st.integers(7, 21), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_penalties_are_counted_as_the_rules_read_on_any_matrix(side: int, random: object) -> None:
    seed = int(random.random() * 2**32)  # type: ignore[attr-defined]
    # Fewer dark than light modules, so that the finder's pattern turns up beside light ones.
    modules = np.random.default_rng(seed).random((side, side)) < 0.4
    modules[3, -7:] = modules[-7:, 2] = [1, 0, 1, 1, 1, 0, 1]
    assert _points(Symbol.from_modules(modules)) == plain_penalty(modules)


def _points(symbol: Symbol) -> int:
    row_bytes = (symbol.columns + 11) // 8
    wide = np.zeros((symbol.rows, row_bytes * 8), bool)
    wide[:, : symbol.columns] = symbol.modules
    return penalty(int.from_bytes(np.packbits(wide).tobytes()), symbol.columns, row_bytes * 8)


def test_alignment_patterns_stand_where_annex_e_says() -> None:
    # ISO/IEC 18004, annex E.
    assert alignment_centres(1) == ()
    assert alignment_centres(2) == (6, 18)
    assert alignment_centres(7) == (6, 22, 38)
    assert alignment_centres(15) == (6, 26, 48, 70)
    assert alignment_centres(32) == (6, 34, 60, 86, 112, 138)
    assert alignment_centres(36) == (6, 24, 50, 76, 102, 128, 154)
    assert alignment_centres(39) == (6, 26, 54, 82, 110, 138, 166)


def test_one_character_too_many_is_refused() -> None:
    assert qr("ø" * 1273, level="H", mask=0).columns == 177
    with pytest.raises(LayoutError, match="E4061 1274 bytes at level H are too much for a QR code of version 40"):
        qr("ø" * 1274, level="H")


def test_a_code_can_be_kept_small() -> None:
    # EPC069-12 allows no larger version than 13.
    assert qr("x" * 331, most_version=13).columns == 69
    with pytest.raises(LayoutError, match="E4061 332 bytes at level M are too much for a QR code of version 13"):
        qr("x" * 332, most_version=13)


def test_an_encoding_is_kept_to() -> None:
    assert read(qr("grøt", encoding="utf-8")) == "grøt".encode()
    with pytest.raises(LayoutError, match="E4060 '€', character 3 of the text, can't be written in iso-8859-1"):
        qr("5 €", encoding="iso-8859-1")


def test_half_a_surrogate_pair_is_no_text() -> None:
    with pytest.raises(LayoutError, match=r"E4060 .*character 2 of the text, can't be written in utf-8"):
        qr("a\ud800")


def test_versions_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(LayoutError, match=r"E4062 .*at least version 5 and at most version 4"):
        qr("a", least_version=5, most_version=4)
