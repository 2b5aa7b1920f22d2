"""Programs by others read the print files of finished pages as they were meant."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pypdfium2
import pytest

from spool.finished.fit import Fit
from tests.finished.made import MARKS, drawn_pdf, printed, saved, text_pdf, whole
from tests.shared_data import shared_data


def run(*command: str | Path) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr, done.stderr
    return done.stdout


@pytest.fixture
def print_file(tmp_path: Path) -> Path:
    """Pages of many producers, turned and cropped ones among them."""
    sources = sorted(shared_data("invoices/pdf").glob("*.pdf"))
    sources.append(saved(text_pdf([["Åse"], ["Øverås"]]), tmp_path, "a.pdf"))
    sources.append(saved(drawn_pdf(b"q Q Q 0 g 200 300 100 100 re f", Rotate=180, UserUnit=1), tmp_path, "b.pdf"))
    fit = Fit(clear=MARKS.clear_zones, on_conflict="scale")
    printed([whole(source, fit) for source in sources], tmp_path / "out.pdf")
    return tmp_path / "out.pdf"


@pytest.mark.shared
@pytest.mark.tools
def test_qpdf_and_ghostscript_find_nothing_to_complain_of(print_file: Path) -> None:
    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", print_file)
    run("gs", "-q", "-dNOPAUSE", "-dBATCH", "-dPDFSTOPONWARNING", "-sDEVICE=bit", "-r20", "-o", "/dev/null", print_file)


@pytest.mark.shared
def test_texts_can_still_be_found(print_file: Path) -> None:
    pdf = pypdfium2.PdfDocument(print_file)
    told = "\n".join(page.get_textpage().get_text_range() for page in pdf)
    pdf.close()
    assert "Rechnung" in told
    assert "Øverås" in told
