"""Every hostile or broken PDF is refused or repaired within the limits, and the parent is none the worse for it."""

from __future__ import annotations

import json
import os
import resource
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from mailroom.domain.errors import InputRefused
from mailroom.intake.guard import Guard, Limits, PdfInspection, PdfLimits, inspect_pdf
from mailroom.intake.guard.pdf_inspection import mend_pdf
from mailroom.intake.quarantine import set_aside
from tests.hostile.case import REPAIRED, TAKEN, Case
from tests.hostile.corpus import corpus

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIMITS = Limits(wall_s=20, cpu_s=5, memory_bytes=768 << 20, answer_bytes=8 << 20)
PDF_LIMITS = PdfLimits(pages=2000, stream_bytes=16 << 20)
PARENT_GROWTH_KB = 300_000
ALL = pytest.mark.parametrize("case", corpus(), ids=lambda case: case.name)


@pytest.fixture(scope="module")
def guard() -> Iterator[Guard]:
    with Guard(LIMITS) as opened:
        yield opened


def look(guard: Guard, case: Case, folder: Path) -> PdfInspection | InputRefused:
    file = folder / "letter.pdf"
    file.write_bytes(case.data)
    try:
        return inspect_pdf(guard, file, PDF_LIMITS)
    except InputRefused as error:
        return error


@ALL
def test_a_hostile_file_is_refused_or_repaired_within_the_limits(guard: Guard, case: Case, tmp_path: Path) -> None:
    found = look(guard, case, tmp_path)
    if isinstance(found, InputRefused):
        assert found.code == (case.outcome or found.code)
        assert found.code.startswith("E14")
        assert found.message
        assert found.place.startswith("letter.pdf")
        assert found.remedy
        kept = set_aside(tmp_path / "letter.pdf", [found], tmp_path / "quarantine", NOON)
        listing = json.loads(kept.with_name(f"{kept.name}.errors.json").read_text(encoding="utf-8"))
        assert kept.read_bytes() == case.data
        assert [error["code"] for error in listing["errors"]] == [found.code]
        assert listing["kept"] == kept.name
    else:
        outcome = REPAIRED if found.repaired else TAKEN
        assert outcome == (case.outcome or outcome)
        assert found.active == case.active
        assert found.pages == sum(run.count for run in found.sizes) > 0


@pytest.mark.parametrize("case", [each for each in corpus() if each.outcome == REPAIRED], ids=lambda case: case.name)
def test_what_can_be_repaired_is_sound_once_it_is_mended(guard: Guard, case: Case, tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(case.data)
    mend_pdf(guard, tmp_path / "broken.pdf", tmp_path / "mended.pdf")
    found = inspect_pdf(guard, tmp_path / "mended.pdf", PDF_LIMITS)
    assert found.repaired == ()
    assert found.pages == inspect_pdf(guard, tmp_path / "broken.pdf", PDF_LIMITS).pages
    with pikepdf.open(tmp_path / "mended.pdf") as pdf:
        assert not pdf.is_encrypted


@pytest.mark.parametrize(("size", "codes"), [(3 << 30, {"E1420"}), (2 << 30, {"E1401", "E1402", "E1411"})])
def test_a_letter_with_gigabytes_of_nothing_behind_it_is_given_up(size: int, codes: set[str], tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(corpus()[0].data)
    os.truncate(file, size)  # a hole: nothing of it is on the disk
    with Guard(replace(LIMITS, wall_s=5, cpu_s=1)) as guard, pytest.raises(InputRefused) as caught:
        inspect_pdf(guard, file)
    assert caught.value.code in codes


def test_the_corpus_is_large_and_its_names_differ() -> None:
    assert len({case.name for case in corpus()}) == len(corpus()) >= 60
    refused = {case.outcome for case in corpus() if case.outcome.startswith("E")}
    assert {f"E14{number}" for number in (10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 22)} <= refused


def test_the_parent_is_unharmed_by_the_whole_corpus(tmp_path: Path) -> None:
    cases = corpus()
    threads = threading.active_count()
    handles = len(list(Path("/proc/self/fd").iterdir()))
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Guard(LIMITS) as guard:
        for case in cases[::3]:
            look(guard, case, tmp_path)
        sound = look(guard, cases[0], tmp_path)
    assert isinstance(sound, PdfInspection)
    assert threading.active_count() == threads
    assert len(list(Path("/proc/self/fd").iterdir())) == handles
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < PARENT_GROWTH_KB
