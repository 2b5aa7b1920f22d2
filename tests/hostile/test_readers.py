"""What the inspection lets through is read and converted by others, in the same worker: they survive it as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from mailroom.intake.finished.definition_file import load_definition
from mailroom.intake.guard import Done, Guard, Limits, refusal
from mailroom.intake.guard.functions import CONVERT_PDF, EXAMINE_PDF, LOOK_AT_PDF, PROPOSE_FOR_PDF
from omr.place import Box
from spool.finished.fit import Fit
from tests.hostile.case import REPAIRED, TAKEN, Case
from tests.hostile.corpus import corpus
from tests.shared_data import ROOT

LIMITS = Limits(wall_s=20, cpu_s=1, memory_bytes=768 << 20, answer_bytes=64 << 20)
LET_THROUGH = [case for case in corpus() if case.outcome in {TAKEN, REPAIRED, ""}]
ACTIVE = [case for case in corpus() if case.active and case.outcome in {TAKEN, REPAIRED}]
NEVER_PRINTED = (b"JavaScript", b"Launch", b"EmbeddedFile", b"/AA", b"/JS", b"/URI", b"SubmitForm", b"XFA", b"MZ")


@pytest.fixture(scope="module")
def guard() -> Iterator[Guard]:
    with Guard(LIMITS) as opened:
        yield opened


def definition() -> dict[str, Any]:
    plain: dict[str, Any] = load_definition(ROOT / "examples" / "definitions" / "konik.toml").plain()
    return plain


def fit() -> dict[str, Any]:
    """A clear zone, so that pages are rendered to see whether it is clear."""
    return asdict(Fit(clear=(Box(5, 100, 15, 60),)))


def arguments(function: str, file: Path) -> Mapping[str, Any]:
    own: dict[str, dict[str, Any]] = {
        EXAMINE_PDF: {"definition": definition()},
        CONVERT_PDF: {"ranges": [[0, 1]], "fit": fit(), "output_profile": ""},
        PROPOSE_FOR_PDF: {},
        LOOK_AT_PDF: {"pages": 2, "drawn": True},
    }
    return {"file": str(file), **own[function]}


def run(guard: Guard, function: str, case: Case, folder: Path) -> list[Done] | None:
    """What the function handed over, or None when it refused the file in good order."""
    file = folder / "letter.pdf"
    file.write_bytes(case.data)
    taken: list[Done] = []
    streams = function in {CONVERT_PDF, LOOK_AT_PDF}
    given = arguments(function, file)
    answer = guard.stream(function, given, taken.append) if streams else guard.call(function, given)
    error = refusal(answer, file)
    if error is None:
        return taken if streams else [answer] if isinstance(answer, Done) else []
    assert error.code[:3] in {"E14", "E15", "E64"}
    assert error.message
    assert error.place.startswith("letter.pdf")
    assert error.remedy
    return None


@pytest.mark.parametrize("function", [EXAMINE_PDF, CONVERT_PDF, PROPOSE_FOR_PDF, LOOK_AT_PDF])
@pytest.mark.parametrize("case", LET_THROUGH, ids=lambda case: case.name)
def test_a_reader_takes_or_refuses_what_the_inspection_lets_through(
    guard: Guard, case: Case, function: str, tmp_path: Path
) -> None:
    run(guard, function, case, tmp_path)
    assert isinstance(guard.call("drill-answer", {"text": "still there"}), Done)


def test_a_sound_letter_is_read_and_converted(guard: Guard, tmp_path: Path) -> None:
    (sound,) = (case for case in corpus() if case.name == "sound letter")
    (examined,) = run(guard, EXAMINE_PDF, sound, tmp_path) or []
    assert isinstance(examined.value, dict)
    (converted,) = run(guard, CONVERT_PDF, sound, tmp_path) or []
    assert isinstance(converted.value, dict)
    assert "page_set" in converted.value


@pytest.mark.parametrize("case", ACTIVE, ids=lambda case: case.name)
def test_what_acts_by_itself_never_reaches_the_print_file(guard: Guard, case: Case, tmp_path: Path) -> None:
    taken = run(guard, CONVERT_PDF, case, tmp_path)
    assert taken is not None
    for item in taken:
        assert isinstance(item.value, dict)
        assert "page_set" in item.value
        assert not [word for word in NEVER_PRINTED for part in item.parts if word in part]
