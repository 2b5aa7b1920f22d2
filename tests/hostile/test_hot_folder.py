"""The whole corpus in a hot folder: what is refused lies complete in quarantine, and nothing is lost."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailroom.domain.errors import InputRefused
from mailroom.intake.arrival import Arrival, Outcome
from mailroom.intake.guard import Guard, Limits, PdfLimits, inspect_pdf
from mailroom.intake.hotfolder import Fate, HotFolder
from mailroom.intake.taken_contents import TakenContents
from tests.hostile.case import REPAIRED, TAKEN
from tests.hostile.corpus import corpus

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIMITS = Limits(wall_s=20, cpu_s=5, memory_bytes=768 << 20)
PDF_LIMITS = PdfLimits(pages=2000, stream_bytes=16 << 20)


def test_a_hot_folder_full_of_hostile_files_is_emptied_and_every_refusal_is_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # for speed: no power is cut here
    inbox, quarantine = tmp_path / "in", tmp_path / "quarantine"
    inbox.mkdir()
    cases = {f"{number:03}.pdf": case for number, case in enumerate(corpus())}
    assert len({case.data for case in cases.values()}) == len(cases)
    for name, case in cases.items():
        (inbox / name).write_bytes(case.data)
    with Guard(LIMITS) as guard:

        def take(arrival: Arrival) -> Outcome:
            try:
                inspect_pdf(guard, arrival.file, PDF_LIMITS)
            except InputRefused as error:
                return Outcome(False, (error,))
            return Outcome()

        hot = HotFolder(inbox, quarantine, TakenContents(tmp_path / "contents.tsv"), take, lambda: NOON, settle_s=0)
        looked = {each.name: each for each in hot.look()}
    assert looked.keys() == cases.keys()
    for name, case in cases.items():
        found = looked[name]
        assert found.kept is not None
        assert found.kept.read_bytes() == case.data
        assert (found.fate is Fate.TAKEN) == (not found.errors)
        if case.outcome:
            assert (found.fate is Fate.TAKEN) == (case.outcome in {TAKEN, REPAIRED})
        if found.errors:
            (error,) = found.errors
            listing = json.loads((quarantine / f"{found.kept.name}.errors.json").read_text(encoding="utf-8"))
            assert listing["file"] == str(inbox / name)
            assert [each["code"] for each in listing["errors"]] == [error.code]
            assert error.code in (inbox / f"{name}.error").read_text(encoding="utf-8")
    refused = [each for each in looked.values() if each.fate is Fate.REFUSED]
    assert len(list(quarantine.iterdir())) == 2 * len(refused)
    left = {path.name for path in inbox.iterdir() if path.is_file()}
    assert left == {f"{each.name}.error" for each in refused}
