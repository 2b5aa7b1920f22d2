"""Zones are found on the page as it is shown, however the file stores it."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from mailroom.domain.errors import InputRefused
from mailroom.intake.finished.definition_file import parse_definition
from mailroom.intake.finished.examination import Examination
from mailroom.intake.finished.examine import examine, examine_plain
from mailroom.intake.finished.found import FoundDocument, Refusal
from mailroom.intake.finished.split import split
from tests.finished_intake.streams import HEAD, PT_PER_MM, ZONES, Truth, draw_stream, truths

FILE = parse_definition(HEAD + '[split]\nby = "file"\n' + ZONES, "test.toml")
BLANK = parse_definition(HEAD + '[split]\nby = "blank"\n' + ZONES, "test.toml")


def stored(path: Path, out: Path, rotation: int, offset_mm: float) -> None:
    """The same pages, as shown, but stored turned and with their origin elsewhere."""
    shift = offset_mm * PT_PER_MM
    with pikepdf.open(path) as pdf:
        for page in pdf.pages:
            width, height = (float(edge) for edge in page.mediabox[2:])
            turn = {
                0: (1, 0, 0, 1, 0, 0),
                90: (0, 1, -1, 0, height, 0),
                180: (-1, 0, 0, -1, width, height),
                270: (0, -1, 1, 0, 0, width),
            }[rotation]
            matrix = (*turn[:4], turn[4] + shift, turn[5] + shift)
            page.contents_add(" ".join(f"{value:f}" for value in matrix).encode() + b" cm ", prepend=True)
            across, along = (width, height) if rotation % 180 == 0 else (height, width)
            page.mediabox = pikepdf.Array([0, 0, across + 2 * shift, along + 2 * shift])
            page.cropbox = pikepdf.Array([shift, shift, shift + across, shift + along])
            page.Rotate = rotation
        pdf.save(out)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("offset_mm", [0.0, 25.0])
def test_turned_and_cropped_pages_give_the_same_texts(tmp_path: Path, rotation: int, offset_mm: float) -> None:
    path, turned = tmp_path / "plain.pdf", tmp_path / "turned.pdf"
    draw_stream(path, truths(1))
    stored(path, turned, rotation, offset_mm)
    before, after = examine(path, FILE), examine(turned, FILE)
    assert all(before.pages[0].texts)
    assert [page.texts for page in after.pages] == [page.texts for page in before.pages]
    assert (after.pages[0].width_mm, after.pages[0].height_mm) == pytest.approx((210.0, 297.0), abs=0.1)


def test_a_page_is_blank_when_nothing_can_be_seen_on_it(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "blank.pdf"))
    canvas.showPage()  # nothing at all
    canvas.setFillGray(1)
    canvas.rect(10, 10, 300, 300, fill=1, stroke=0)  # white upon white
    canvas.showPage()
    canvas.setFillGray(0.5)
    canvas.rect(10, 10, 30, 30, fill=1, stroke=0)  # a picture without text
    canvas.showPage()
    canvas.drawString(10, 10, ".")
    canvas.showPage()
    canvas.drawString(10, 10, "   ")  # text that says nothing
    canvas.showPage()
    canvas.save()
    assert [page.blank for page in examine(tmp_path / "blank.pdf", BLANK).pages] == [True, True, False, False, True]


def test_a_file_that_is_no_pdf_or_needs_a_password_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.pdf").write_bytes(b"hello")
    draw_stream(tmp_path / "yes.pdf", truths(1))
    with pikepdf.open(tmp_path / "yes.pdf") as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(user="secret", owner="secret"))
        pdf.save(tmp_path / "empty.pdf", encryption=pikepdf.Encryption(user="", owner="secret"))
    for name in ("no.pdf", "locked.pdf"):
        with pytest.raises(InputRefused) as refused:
            examine(tmp_path / name, FILE)
        assert refused.value.code == "E1504"
    assert isinstance(split(examine(tmp_path / "empty.pdf", FILE), FILE)[0], FoundDocument)


def test_a_missing_index_and_a_missing_column_are_told(tmp_path: Path) -> None:
    index = '[index]\nfile = "{stem}.csv"\nformat = "csv"\ncolumns = { number = "No", pages = "Pages" }\n'
    definition = parse_definition(HEAD + '[split]\nby = "index"\n' + ZONES + index, "test.toml")
    path = tmp_path / "a.pdf"
    draw_stream(path, truths(2))
    with pytest.raises(InputRefused, match="can't be read") as missing:
        examine(path, definition)
    (tmp_path / "a.csv").write_text("No;Sheets\n1;2\n", encoding="utf-8")
    with pytest.raises(InputRefused, match="no column Pages") as lacking:
        examine(path, definition)
    assert [missing.value.code, lacking.value.code] == ["E1506", "E1507"]


def test_an_index_for_many_files_gives_each_its_own_rows(tmp_path: Path) -> None:
    index = '[index]\nfile = "all.csv"\nformat = "csv"\ncolumns = { number = "No", file = "File" }\n'
    definition = parse_definition(HEAD + '[split]\nby = "index"\n' + ZONES + index, "test.toml")
    first, second = truths(2)
    draw_stream(tmp_path / "1.pdf", [first])
    draw_stream(tmp_path / "2.pdf", [second])
    (tmp_path / "all.csv").write_text(f"No;File\n{second.number};2.pdf\n{first.number};1.pdf\n", encoding="utf-8")
    for name, truth in (("1.pdf", first), ("2.pdf", second)):
        found = split(examine(tmp_path / name, definition), definition)
        assert [one.number for one in found if isinstance(one, FoundDocument)] == [truth.number]


def test_an_examination_by_plain_values_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "plain.pdf"
    draw_stream(path, truths(2))
    assert Examination.from_plain(examine_plain(str(path), FILE.plain())) == examine(path, FILE)


def test_a_refusal_says_page_zone_rule_and_remedy(tmp_path: Path) -> None:
    zones = ZONES.replace("Fakturanummer", "Kontonummer")
    definition = parse_definition(HEAD + '[split]\nby = "file"\n' + zones, "test.toml")
    path = tmp_path / "one.pdf"
    draw_stream(path, truths(1))
    (refusal,) = split(examine(path, definition), definition)
    assert isinstance(refusal, Refusal)
    (problem,) = refusal.problems
    error = problem.error("one.pdf")
    assert (error.code, error.place) == ("E1520", "one.pdf, page 1, zone number")
    assert "Kontonummer" in error.message
    assert "Fakturanummer: 100000" in error.message
    assert "mailroom intake probe" in error.remedy


def test_an_address_that_runs_over_the_edge_of_its_zone_is_not_cut_short(tmp_path: Path) -> None:
    zones = ZONES.replace("y_mm = 45, width_mm = 80", "y_mm = 45, width_mm = 22")
    definition = parse_definition(HEAD + '[split]\nby = "file"\n' + zones, "test.toml")
    path = tmp_path / "narrow.pdf"
    draw_stream(path, [Truth("7", 1, "Sameiet Nordre Skøyen hovedgård", "Storgata 1", "0150", "Oslo")])
    (refusal,) = split(examine(path, definition), definition)
    assert isinstance(refusal, Refusal)
    assert [problem.code for problem in refusal.problems] == ["E1525"]


def test_a_file_that_is_read_in_lots_gives_every_page_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lots.pdf"
    draw_stream(path, truths(6))
    whole = examine(path, FILE)
    monkeypatch.setattr("mailroom.intake.finished.examine._LOT_PAGES", 4)
    assert examine(path, FILE) == whole
    assert len(whole.pages) > 8
