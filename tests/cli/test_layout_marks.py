"""`layout check`, `layout proof`, and `marks read` on files that are none of ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from examples.documents import sample
from layouts.envelope import load_envelope
from layouts.layout import load_layout
from mailroom.typesetter import load_typesetter
from omr.markset import load_mark_set
from tests.cli.command import SETTINGS, call, make_house, take_in
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
    answer = call("layout", "check", lower, "--language", "en")
    assert answer.code == 3
    assert "✗ " in answer.out
    assert " mm  " in answer.out
    assert "address" in answer.out


def test_a_fault_is_told_with_page_rule_box_mm_and_place(tmp_path: Path) -> None:
    lower = tmp_path / "lower.toml"
    text = LAYOUT.read_text(encoding="utf-8")
    box = "box = { x_mm = 20, y_mm = 99.5, width_mm = 175, height_mm = 11 }"
    lower.write_text(
        text.replace(box, "box = { x_mm = 20, y_mm = 80, width_mm = 100, height_mm = 11 }"), encoding="utf-8"
    )
    answer = call("layout", "check", lower, "--envelope", "c5", "--language", "en")
    assert answer.code == 3
    (line,) = answer.out.splitlines()
    assert line.startswith(
        "✗ page 1  ink-visible        title  8.5 mm  at x 20.0, y 80.0, 100.0 × 8.5 mm  up to 8.5 mm of"
    )


def test_faults_of_the_layout_itself_are_told_with_all_the_rest(tmp_path: Path) -> None:
    wide = tmp_path / "wide.toml"
    text = LAYOUT.read_text(encoding="utf-8")
    wide.write_text(text.replace("y_mm = 99.5, width_mm = 175", "y_mm = 96, width_mm = 190"), encoding="utf-8")
    answer = call("layout", "check", wide, "--envelope", "c4", "--language", "en")
    assert answer.code == 3
    assert {line.split()[3] for line in answer.out.splitlines()} == {"margin", "overlap", "ink-visible"}


def test_a_proof_is_pictures_of_its_pages_a_pdf_and_the_sheets(tmp_path: Path) -> None:
    folder = tmp_path / "proof"
    answer = call("layout", "proof", "--envelope", "c5", "--language", "en", "--size", "30", "--out", folder)
    assert answer.code == 0
    names = ["invoice-en-c5.pdf", "invoice-en-c5-proof.pdf", "invoice-en-c5-1.png", "invoice-en-c5-2.png"]
    assert answer.out.splitlines()[: len(names)] == [str(folder / name) for name in names]
    with Image.open(folder / "invoice-en-c5-1.png") as picture:
        width, height = picture.size
    assert width > 1200
    assert height > 1700
    pages = [PdfReader(folder / name).pages for name in names[:2]]
    assert len(pages[0]) == len(pages[1]) == len(answer.out.splitlines()) - 2
    assert "Carried forward" in pages[1][0].extract_text()


def test_an_envelope_moves_the_address_of_the_proof(tmp_path: Path) -> None:
    where = []
    for envelope in ("c5", "ch-c5-right"):
        answer = call("layout", "proof", "letter", "--envelope", envelope, "--envelope-view", "--out", tmp_path)
        assert answer.code == 0
        assert (tmp_path / f"letter-nb-{envelope}-envelope.png").is_file()
        page = PdfReader(tmp_path / f"letter-nb-{envelope}.pdf").pages[0]
        found: list[float] = []
        data = sample("letter", "nb")
        name = data["recipient"]["lines"][0]

        def visit(text: str, _cm: object, tm: list[float], _font: object, _size: object) -> None:
            if name in text:  # noqa: B023 (called before the loop goes on)
                found.append(tm[4])  # noqa: B023 (the same)

        page.extract_text(visitor_text=visit)
        where.append(found[0])
    assert where == pytest.approx([20 * 72 / 25.4, 119.8 * 72 / 25.4], abs=0.1)


def test_a_layout_is_proved_on_a_document_of_ones_own(tmp_path: Path) -> None:
    data = sample("letter", "en")
    data["document"]["subject"] = "About our own affairs"
    file = tmp_path / "letter.json"
    file.write_text(json.dumps(data, default=str), encoding="utf-8")
    arguments = ("layout", "proof", "letter", "--envelope", "c5", "--data", file, "--out", tmp_path)
    answer = call(*arguments)
    assert answer.code == 0, answer.err
    assert "About our own affairs" in PdfReader(tmp_path / "letter-nb-c5.pdf").pages[0].extract_text()
    data["document"]["issue_date"] = "2. mars 2026"
    file.write_text(json.dumps(data, default=str), encoding="utf-8")
    answer = call(*arguments)
    assert answer.code == 3
    assert answer.explains("E4031")
    assert "document.issue_date" in answer.err


def test_a_layout_with_data_of_its_own_asks_for_a_document(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'format = 2\nextends = "letter"\nname = "own"\ndata = { document = { kind = "text", weather = "text" } }\n',
        encoding="utf-8",
    )
    answer = call("layout", "check", own, "--language", "en")
    assert answer.code == 3
    assert answer.err.startswith("E4051")
    own.write_text('format = 2\nextends = "letter"\nname = "own"\nkinds = ["postcard"]\n', encoding="utf-8")
    answer = call("layout", "check", own, "--language", "en")
    assert answer.code == 3
    assert answer.explains("E4032")
    assert "--data" in answer.err


def test_all_languages_and_envelopes_of_a_layout_come_onto_one_sheet(tmp_path: Path) -> None:
    languages = ("--language", "en", "--language", "nb+en")
    envelopes = ("--envelope", "c5", "--envelope", "us-10-deep")
    answer = call("layout", "proof", "cover", "--all", *languages, *envelopes, "--out", tmp_path)
    assert answer.code == 0
    assert answer.out.splitlines() == [str(tmp_path / name) for name in ("cover.png", "overview.png")]
    assert {file.name for file in (tmp_path / "cover").iterdir()} == {
        f"{language}-{envelope}.png" for language in ("en", "nb+en") for envelope in ("c5", "us-10-deep")
    }
    with Image.open(tmp_path / "cover.png") as picture, Image.open(tmp_path / "cover" / "en-c5.png") as cell:
        assert picture.width > picture.height * 0.6
        assert cell.height == round(297 / 25.4 * 60)


def test_one_that_offends_is_told_among_all(tmp_path: Path) -> None:
    arguments = ("--all", "--language", "en", "--envelope", "c5", "--envelope", "no-c4", "--out", tmp_path)
    answer = call("layout", "proof", "letter", *arguments)
    assert answer.code == 3
    assert "address-hidden" in answer.out
    assert "C4, Norway" in answer.out


def test_a_plant_whose_envelopes_want_different_places_is_refused(tmp_path: Path) -> None:
    folder = make_house(tmp_path / "house", 'envelopes = ["ch-c5-right", "c4"]\n' + SETTINGS)
    take_in(folder, 1)
    answer = call("run", "start", "--dir", folder)
    assert answer.code == 3
    assert answer.explains("E1907")
    assert "'c4' than for 'ch-c5-right'" in answer.err
    (folder / "mailroom.toml").write_text(SETTINGS, encoding="utf-8")
    planned = call("run", "plan", "--dry-run", "--dir", folder, "--json").json()
    assert (planned["documents"], planned["set_aside"]) == (1, [])


def test_a_plant_sets_its_documents_for_its_envelopes() -> None:
    envelopes = [load_envelope("ch-c5-right"), load_envelope("se-c5-right")]
    typesetter = load_typesetter("invoice", envelopes, load_mark_set("quadient"), two_sided=False)
    assert typesetter.program.layout.address_box() == load_layout("invoice", {"envelope": "fr-dl"}).address_box()


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
