"""Codes of five symbologies, drawn on a sheet and read back by another program from its pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from omr.draw import draw_marks
from omr.errors import OmrError
from omr.markset import MarkSet
from omr.place import Box
from omr.sheet import SheetId, SheetOrders
from omr.symbol import SYMBOLOGIES, symbol_bits
from tests.omr.paper import A4_MM, pdf_of, sheet_id
from tests.omr.sets import INVERTED, write_set

HOUSE = "{run:7}{piece:9}{copy:02}{sheet:03}{of:03}"
DPI = 300

BARS = """
[codes.machine]
symbology = "%s"
x_mm = 60.0
y_mm = 200.0
module_mm = 0.3
height_mm = 12.0
quiet_mm = 3.0
read = "%s"
template = "%s"
"""
SQUARE = """
[codes.machine]
symbology = "QRCode"
correction = "%s"
x_mm = 60.0
y_mm = 200.0
module_mm = 0.5
modules = 29
quiet_mm = 2.0
template = "%s"
"""


def read_page(content: bytes, box: Box | None = None) -> list[tuple[str, str]]:
    """(symbology, text) of the codes that stand in a part of the page, in mm."""
    pdf = pypdfium2.PdfDocument(pdf_of([content]))
    try:
        gray = np.array(pdf[0].render(scale=DPI / 72, grayscale=True).to_numpy()).squeeze()
    finally:
        pdf.close()
    if box is not None:
        px = DPI / 25.4
        gray = gray[round(box.y * px) : round(box.bottom * px), round(box.x * px) : round(box.right * px)]
    found = zxingcpp.read_barcodes(np.ascontiguousarray(gray))
    return [(str(code.format).replace(" ", ""), code.text) for code in found]


def with_code(folder: Path, table: str) -> MarkSet:
    return write_set(folder, text=INVERTED + table)


@pytest.mark.parametrize("read", ["across", "upwards"])
@pytest.mark.parametrize(
    ("symbology", "template", "text"),
    [
        ("Code128", HOUSE, "R000001P0000000101002003"),
        ("Code128", "{run:d6}{piece:d6}{of:02}{sheet:02}", "0000010000010302"),
        ("Code39", "{run:d6}{piece:d6}{of:02}{sheet:02}", "0000010000010302"),
        ("Code39", "{sheet:01}{of:01}{first+last+divert:1}", "230"),
        ("ITF", "{piece:d6}{of:02}{sheet:02}", "0000010302"),
    ],
)
def test_bars_stand_in_their_box_and_are_read_back(
    tmp_path: Path, symbology: str, template: str, text: str, read: str
) -> None:
    # Long bars at 0.3 mm a module need a narrower module to keep on the sheet.
    table = (BARS % (symbology, read, template)).replace("module_mm = 0.3", "module_mm = 0.25")
    mark_set = with_code(tmp_path, table)
    code = mark_set.codes[1]
    orders = SheetOrders(2, 3, 5)
    content = draw_marks(mark_set, orders, sheet_id(orders), *A4_MM)
    assert (code.box.h if read == "upwards" else code.box.w) == pytest.approx(code.modules * 0.25)
    assert read_page(content, code.clear_zone) == [(symbology, text)]


@pytest.mark.parametrize("level", ["L", "M", "Q"])
def test_a_qr_code_keeps_its_size_and_is_read_back(tmp_path: Path, level: str) -> None:
    mark_set = with_code(tmp_path, SQUARE % (level, HOUSE))
    orders = SheetOrders(1, 1, 1)
    content = draw_marks(mark_set, orders, sheet_id(orders), *A4_MM)
    assert mark_set.codes[1].box == Box(60.0, 200.0, 14.5, 14.5)
    assert read_page(content, mark_set.codes[1].clear_zone) == [("QRCode", "R000001P0000000101001001")]


def test_bars_have_the_modules_of_their_standard(tmp_path: Path) -> None:
    # Code 128: 11 a letter or a pair of digits; start, check and stop are 35. Code 39: 13 a character with the gap
    # behind it, wide being twice narrow, and one at each end. ITF: 18 a pair, wide being three times narrow; 4 to
    # start, 5 to stop.
    for symbology, template, modules in (
        ("Code128", "{piece:9}", 35 + 9 * 11),
        ("Code128", "{piece:d6}", 35 + 3 * 11),
        ("Code39", "{piece:9}", (9 + 2) * 13 - 1),
        ("ITF", "{piece:d6}", 3 * 18 + 9),
    ):
        assert with_code(tmp_path, BARS % (symbology, "across", template)).codes[1].modules == modules


@pytest.fixture(scope="module")
def bars(tmp_path_factory: pytest.TempPathFactory) -> list[MarkSet]:
    """A set with Code 128, one with Code 39: both hold capitals and digits, in a length that depends on them or not."""
    folder = tmp_path_factory.mktemp("bars")
    return [with_code(folder, BARS % (name, "across", "{piece:9}")) for name in ("Code128", "Code39")]


@given(piece=st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=9, max_size=9))
@settings(max_examples=40)
def test_no_text_makes_longer_bars_than_its_template_was_measured_for(bars: list[MarkSet], piece: str) -> None:
    for mark_set in bars:
        code = mark_set.codes[1]
        bits = symbol_bits(code, code.template.format(SheetId("R000001", piece, 1, 1, 1)))
        row = np.unpackbits(np.frombuffer(bits, np.uint8), count=code.modules)
        picture = np.kron(np.pad(row, 12, constant_values=1), np.full((40, 3), 255, np.uint8))
        (found,) = zxingcpp.read_barcodes(picture)
        assert found.text == piece


@pytest.mark.parametrize(
    ("symbology", "template", "sheet"),
    [
        ("Code39", "{piece:9}", SheetId("R000001", "p00000001", 1, 1, 1)),
        ("ITF", "{piece:_>6}{sheet:02}", SheetId("R000001", "AB", 1, 1, 1)),
    ],
)
def test_what_bars_would_change_is_refused(tmp_path: Path, symbology: str, template: str, sheet: SheetId) -> None:
    code = with_code(tmp_path, BARS % (symbology, "across", template)).codes[1]
    with pytest.raises(OmrError) as refused:
        symbol_bits(code, code.template.format(sheet))
    assert refused.value.code == "E5203"


def test_a_code_of_the_last_sheet_stands_on_no_other(tmp_path: Path) -> None:
    table = (SQUARE % ("M", "{piece:9}")) + 'sheets = "last"\n'
    mark_set = with_code(tmp_path, table)
    box = mark_set.codes[1].clear_zone
    for sheet, there in ((1, False), (2, False), (3, True)):
        orders = SheetOrders(sheet, 3, sheet)
        found = read_page(draw_marks(mark_set, orders, sheet_id(orders), *A4_MM), box)
        assert found == ([("QRCode", "P00000001")] if there else [])
        assert [code.name for code in mark_set.codes_on(sheet, 3)] == ["code", "machine"][: 1 + there]


def test_codes_keep_to_their_corner_on_other_paper(tmp_path: Path) -> None:
    mark_set = with_code(tmp_path, (SQUARE % ("M", "{piece:9}")) + 'origin = "bottom-right"\n')
    # 60 mm from the right edge and 200 from the foot of A4: 210 − 60 − 14.5 and 297 − 200 − 14.5.
    assert mark_set.codes[1].box == Box(135.5, 82.5, 14.5, 14.5)
    letter = mark_set.on(215.9, 279.4)
    assert letter.codes[1].box == pytest.approx((141.4, 64.9, 14.5, 14.5))
    assert letter.code.box == mark_set.code.box
    assert mark_set.on(210.0, 297.0) is mark_set


def test_every_symbology_has_its_quiet_zone() -> None:
    assert {name: symbology.least_quiet for name, symbology in SYMBOLOGIES.items()} == {
        "DataMatrix": 1,
        "QRCode": 4,
        "Code128": 10,
        "Code39": 10,
        "ITF": 10,
    }
