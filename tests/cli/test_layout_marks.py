"""`layout check`, `layout proof`, and `marks read` on files that are none of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.cli.command import call
from tests.shared_data import ROOT

LAYOUT = ROOT / "layouts" / "catalogue" / "invoice.toml"


def test_the_shipped_layout_fits_its_envelopes() -> None:
    answer = call("layout", "check")
    assert answer.code == 0
    assert "✓ invoice fits c5, c4 with quadient marks" in answer.out


def test_an_address_outside_the_window_is_refused_by_so_many_mm(tmp_path: Path) -> None:
    lower = tmp_path / "lower.toml"
    text = LAYOUT.read_text(encoding="utf-8")
    box = "box = { x_mm = 20, y_mm = 45, width_mm = 78, height_mm = 22.2 }"
    assert box in text
    lower.write_text(text.replace(box, box.replace("y_mm = 45", "y_mm = 70")), encoding="utf-8")
    answer = call("layout", "check", lower)
    assert answer.code == 3
    assert "✗ " in answer.out
    assert " mm  " in answer.out
    assert "address" in answer.out


def test_a_proof_is_a_picture_for_each_envelope_and_the_sheet(tmp_path: Path) -> None:
    answer = call("layout", "proof", "--envelope", "c5", "--language", "en", "--out", tmp_path / "proof")
    assert answer.code == 0
    assert answer.out.splitlines() == [
        str(tmp_path / "proof" / name) for name in ("invoice-en-c5.png", "invoice-en.pdf")
    ]
    with Image.open(tmp_path / "proof" / "invoice-en-c5.png") as picture:
        width, height = picture.size
    assert width > 1200
    assert height > 1700


@pytest.mark.parametrize(
    "command",
    [
        ["layout", "check", "no-such-layout"],
        ["layout", "check", "--envelope", "no-such-envelope"],
        ["layout", "proof", "--mark-set", "no-such-set"],
        ["marks", "read", str(ROOT / "README.md"), "--mark-set", "no-such-set"],
    ],
)
def test_a_name_that_is_not_shipped_is_refused(command: list[str]) -> None:
    answer = call(*command)
    assert answer.code == 3
    assert answer.err[0:2] in ("E4", "E5")
    assert "→" in answer.err


def test_a_file_that_is_not_there_can_not_be_read(tmp_path: Path) -> None:
    answer = call("marks", "read", tmp_path / "absent.pdf", "--json")
    assert answer.code == 3
    assert answer.explains("E1905")
    assert not answer.out


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"PK\x03\x04 a document"])
def test_a_file_that_is_no_pdf_is_refused_as_input(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(content)
    answer = call("marks", "read", file, "--json")
    assert answer.code == 3
    assert answer.err.startswith("E")
    assert "→" in answer.err
    assert not answer.out


def test_sides_that_do_not_exist_are_wrong_usage(tmp_path: Path) -> None:
    answer = call("marks", "read", tmp_path / "scan.pdf", "--sides", "three-sided")
    assert answer.code == 2
    assert "two-sided-long-edge" in answer.err
