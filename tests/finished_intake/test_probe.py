"""A probe proposes a definition that works on its sample, and draws what it found."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from mailroom.cli.probe import probe as probe_command
from mailroom.cli.probe import prove as prove_command
from mailroom.intake.finished.definition_file import parse_definition
from mailroom.intake.finished.found import FoundDocument
from mailroom.intake.finished.probe import probe
from mailroom.intake.guard import Guard
from tests.finished_intake.streams import HEAD, HEIGHT_MM, PT_PER_MM, ZONES, draw_stream, truths
from tests.finished_intake.test_split_ways import assert_all_found

WORDS = {
    "nb": ("Fakturanummer: 7001", "Fakturadato: 02.03.2026", "Å betale: 1 234,50", "Side {} av 2", "0150 Oslo"),
    "sv": ("Fakturanr. 7001", "Fakturadatum 2026-03-02", "Att betala 1 234,50 kr", "Sida {} (2)", "111 22 Stockholm"),
    "da": ("Faktura nr. 7001", "Fakturadato 02.03.2026", "At betale 1.234,50", "Side {} af 2", "1000 København"),
    "fi": ("Laskun numero 7001", "Laskun päivä 02.03.2026", "Maksettavaa 1 234,50", "Sivu {}/2", "00100 Helsinki"),
    "de": ("Rechnungsnr. 7001", "Belegdatum: 02.03.2026", "Zahlbetrag 1.234,50 €", "Seite {} von 2", "80331 München"),
    "fr": ("Facture n° 7001", "Date de facture 02/03/2026", "Net à payer 1 234,50 €", "Page {} sur 2", "75001 Paris"),
    "en": ("Invoice no. 7001", "Invoice date 2026-03-02", "Amount due 1,234.50", "Page {} of 2", "London SW1A 1AA"),
}  # fmt: skip
COUNTRY = {"nb": "NO", "sv": "SE", "da": "DK", "fi": "FI", "de": "DE", "fr": "FR", "en": "GB"}


def letter(path: Path, language: str) -> None:
    """Two pages in one language, the address in the window of DIN 5008 B, label and value side by side."""
    number, day, amount, page_of, town = WORDS[language]
    canvas = Canvas(str(path), pagesize=(595.28, 841.89))
    canvas.setFont("Helvetica", 10)

    def text(x_mm: float, y_mm: float, words: str) -> None:
        canvas.drawString(x_mm * PT_PER_MM, (HEIGHT_MM - y_mm) * PT_PER_MM, words)

    for line, words in enumerate(("Åse Bø", "Street 12", town)):
        text(25, 60 + 5 * line, words)
    for line, words in enumerate((number, day, amount)):
        text(125, 100 + 6 * line, words)
    text(160, 285, page_of.format(1))
    canvas.showPage()
    canvas.setFont("Helvetica", 10)
    text(160, 285, page_of.format(2))
    canvas.save()


@pytest.mark.parametrize("language", list(WORDS))
def test_labels_of_seven_languages_lead_to_a_definition_that_works(guard: Guard, language: str, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    letter(path, language)
    result = probe(guard, path)
    assert result.lacking == ""
    assert result.definition is not None
    assert (result.definition.language, result.definition.country) == (language, COUNTRY[language])
    (found,) = result.findings
    assert isinstance(found, FoundDocument), found
    assert (found.number, str(found.amount)) == ("7001", "1234.50")
    assert found.date is not None
    assert found.date.isoformat() == "2026-03-02"
    assert (found.recipient.name, found.recipient.address.lines) == ("Åse Bø", ("Street 12",))
    assert result.definition.counting is not None


def test_a_proposal_for_a_stream_splits_it_by_its_counted_pages(guard: Guard, tmp_path: Path) -> None:
    path = tmp_path / "stream.pdf"
    draw_stream(path, truths(20))
    result = probe(guard, path)
    assert result.definition is not None
    assert result.definition.split.by == "text"
    whole = parse_definition(result.text.replace("Who sends these documents", "Utility AS"), "proposal")
    assert whole.currency == "NOK"
    found = probe(guard, path, whole).findings
    assert_all_found(found, truths(20))


def test_the_pages_are_drawn_with_their_zones(guard: Guard, tmp_path: Path) -> None:
    path = tmp_path / "stream.pdf"
    draw_stream(path, truths(3))
    plain = probe(guard, path, parse_definition(HEAD + '[split]\nby = "file"\n' + ZONES, "x"), tmp_path / "out")
    assert plain.pictures[0] == tmp_path / "out" / "stream.probe.png"
    assert len(plain.pictures) == 1 + plain.page_count
    with Image.open(plain.pictures[1]) as picture:
        colours = np.asarray(picture.convert("RGB")).astype(int)
    assert (colours.max(axis=2) - colours.min(axis=2) > 60).sum() > 500


def test_a_zone_that_cuts_a_line_is_told(guard: Guard, tmp_path: Path) -> None:
    path = tmp_path / "stream.pdf"
    draw_stream(path, truths(1))
    zones = ZONES.replace("y_mm = 45, width_mm = 80, height_mm = 30", "y_mm = 45, width_mm = 80, height_mm = 15")
    result = probe(guard, path, parse_definition(HEAD + '[split]\nby = "file"\n' + zones, "x"))
    assert any("zone address cuts" in sentence for _, sentence in result.remarks)
    clear = probe(guard, path, parse_definition(HEAD + '[split]\nby = "file"\n' + ZONES, "x"))
    assert clear.remarks == ()


def test_a_file_without_any_sign_leads_to_a_proposal_that_says_what_it_lacks(guard: Guard, tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "bare.pdf"))
    canvas.rect(50, 50, 100, 100)
    canvas.save()
    result = probe(guard, tmp_path / "bare.pdf", None, tmp_path / "out")
    assert result.definition is None
    assert "number" in result.lacking
    assert "# address was not found" in result.text
    assert len(result.pictures) == 2


def test_the_commands_tell_the_same_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, job = tmp_path / "stream.pdf", tmp_path / "job.toml"
    draw_stream(path, truths(2))
    assert probe_command(path, None, None, json=True) == 0
    proposed = json.loads(capsys.readouterr().out)
    assert [one["number"] for one in proposed["findings"]] == ["100000", "100001"]
    job.write_text(proposed["proposal"], encoding="utf-8")
    assert prove_command(job, path, None, json=True) == 3
    assert json.loads(capsys.readouterr().out)["differences"] == ["the definition has no [proof] yet"]
    assert prove_command(job, path, "Ida", json=True) == 0
    assert json.loads(capsys.readouterr().out)["usable"] is True
    assert prove_command(job, path, None) == 0
    assert "proved" in capsys.readouterr().out
    assert probe_command(path, job, tmp_path / "out") == 0
    assert "100001" in capsys.readouterr().out


def test_a_page_of_five_metres_is_drawn_small(guard: Guard, tmp_path: Path) -> None:
    path = tmp_path / "wide.pdf"
    canvas = Canvas(str(path), pagesize=(14_000, 14_000))
    canvas.drawString(100, 13_000, "Fakturanummer 7001")
    canvas.save()
    result = probe(guard, path, None, tmp_path / "out")
    with Image.open(result.pictures[1]) as picture:
        assert picture.width * picture.height < 20_000_000
