"""Finished PDFs on the command line: taken in, printed with marks, read back; what can't go out is refused by name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import font_source_sans_pro
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.cli.command import call, make_house
from tests.shared_data import ROOT, shared_data

DEFINITIONS = ROOT / "examples" / "definitions"
_MM = 72 / 25.4
_FONT = Path(font_source_sans_pro.font_directory, "SourceSansPro-Regular.ttf")
LETTER = """\
format = 1
name = "letters"
sender = "Nordlys Kraft AS"
country = "NO"
{fit}
[split]
by = "text"
box = {{ x_mm = 120, y_mm = 20, width_mm = 70, height_mm = 10 }}
pattern = "Letter no. 1"

[zones.number]
box = {{ x_mm = 120, y_mm = 20, width_mm = 70, height_mm = 10 }}
pattern = "no. (\\\\d+)"
required = true

[zones.address]
box = {{ x_mm = 20, y_mm = 44, width_mm = 85, height_mm = 45 }}
required = true
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    return make_house(tmp_path / "house")


def letter(path: Path, *, address_y_mm: float = 50, at_the_marks: bool = False) -> Path:
    """A letter of one page with its number at the upper right and its address at the left."""
    canvas = Canvas(str(path), pagesize=(210 * _MM, 297 * _MM))
    pdfmetrics.registerFont(TTFont("Text", str(_FONT)))
    canvas.setFont("Text", 10)

    def say(x_mm: float, y_mm: float, text: str) -> None:
        canvas.drawString(x_mm * _MM, (297 - y_mm) * _MM, text)

    say(122, 25, "Letter no. 17")
    for line, text in enumerate(("Kari Nordmann", "Storgata 1", "0155 Oslo")):
        say(26, address_y_mm + 5 * line, text)
    say(7 if at_the_marks else 26, 120, "Dear Kari, this is a letter.")
    canvas.showPage()
    canvas.save()
    return path


def definition(tmp_path: Path, sample: Path, fit: str = "") -> Path:
    """A job definition, proved on a sample."""
    path = tmp_path / "letters.toml"
    path.write_text(LETTER.format(fit=fit), encoding="utf-8")
    assert call("intake", "prove", path, sample, "--accept", "Kari").code == 0
    return path


def test_the_shared_pdfs_are_printed_and_every_sheet_is_read_back(house: Path) -> None:
    shutil.copytree(DEFINITIONS, house / "definitions")
    files = sorted(shared_data("invoices/pdf").glob("*.pdf"))
    taken = call("intake", *files, "--dir", house, "--accept-duplicates", "Kari", "--json")
    assert taken.code == 0
    assert [each["status"] for each in taken.json()] == ["accepted"] * len(files)

    started = call("run", "start", "--dir", house, "--json")
    assert started.explains("E2060")

    batches = call("run", "show", "--dir", house, "--json").json()["batches"]
    printed = house / batches[0]["print_file"]
    sheets = call("marks", "read", printed, "--json").json()
    assert len(sheets) == sum(batch["sheets"] for batch in batches) == 19
    assert all(sheet["sheet"] and not sheet["problems"] for sheet in sheets)


def test_a_pdf_without_a_definition_says_how_to_make_one(house: Path, tmp_path: Path) -> None:
    answer = call("intake", letter(tmp_path / "a.pdf"), "--dir", house)
    assert answer.code == 3
    assert answer.explains("E1541")
    assert "intake probe" in answer.err
    assert len(list((house / "quarantine").glob("*.errors.json"))) == 1


def test_a_definition_that_nobody_proved_takes_nothing(house: Path, tmp_path: Path) -> None:
    path = tmp_path / "letters.toml"
    path.write_text(LETTER.format(fit=""), encoding="utf-8")
    answer = call("intake", letter(tmp_path / "a.pdf"), "--dir", house, "--definition", path)
    assert answer.code == 3
    assert answer.explains("E1530")


def test_a_letter_whose_recipient_the_window_shows_is_taken_in_once(house: Path, tmp_path: Path) -> None:
    file = letter(tmp_path / "a.pdf")
    rules = definition(tmp_path, file)
    for note in (None, "E1801"):
        (taken,) = call("intake", file, "--dir", house, "--definition", rules, "--json").json()
        assert (taken["status"], taken["number"], taken["customer"]) == ("accepted", "17", "Kari Nordmann")
        assert (taken.get("note") or {}).get("code") == note
    assert len(list((house / "originals").glob("*.pdf"))) == 1


def test_a_letter_whose_recipient_the_window_would_not_show_is_refused(house: Path, tmp_path: Path) -> None:
    low = letter(tmp_path / "low.pdf", address_y_mm=76)
    rules = definition(tmp_path, low)
    answer = call("intake", low, "--dir", house, "--definition", rules, "--json")
    assert answer.code == 3
    (refused,) = answer.json()
    assert refused["error"]["code"] == "E1545"
    assert "Kari Nordmann" in refused["error"]["message"]
    assert not list(house.glob("originals/*"))  # nothing asks for it: the file is in quarantine
    assert list(house.glob("quarantine/*.pdf"))

    unchecked = definition(tmp_path, low, fit='[fit]\nwindow = "unchecked"\n')
    assert call("intake", low, "--dir", house, "--definition", unchecked).code == 0
    assert len(list(house.glob("originals/*"))) == 1


@pytest.mark.parametrize(("fit", "moved"), [("", False), ('[fit]\non_conflict = "shift"\n', True)])
def test_ink_where_the_marks_stand_sets_a_letter_aside_or_moves_it(
    house: Path, tmp_path: Path, fit: str, moved: bool
) -> None:
    file = letter(tmp_path / "a.pdf", at_the_marks=True)
    rules = definition(tmp_path, file, fit=fit)
    assert call("intake", file, "--dir", house, "--definition", rules).code == 0
    started = call("run", "start", "--dir", house, "--json")
    if moved:
        assert started.explains("E2060")
        (sheet,) = call("marks", "read", house / "runs" / "R000001" / "R000001-B01.pdf", "--json").json()
        assert sheet["problems"] == []
    else:
        assert started.err.startswith("E7011")
        assert "E6406" in started.err


def test_a_file_that_is_no_sound_pdf_goes_to_quarantine_with_its_reason(house: Path, tmp_path: Path) -> None:
    whole = letter(tmp_path / "a.pdf")
    rules = definition(tmp_path, whole)
    cut = tmp_path / "cut.pdf"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    answer = call("intake", cut, "--dir", house, "--definition", rules, "--json")
    assert answer.code == 3
    assert answer.json()[0]["status"] == "quarantined"
    (listing,) = (house / "quarantine").glob("*.errors.json")
    told = json.loads(listing.read_text(encoding="utf-8"))
    assert told["errors"][0]["code"].startswith("E14")
    assert (house / "quarantine" / told["kept"]).read_bytes() == cut.read_bytes()
