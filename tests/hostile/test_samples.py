"""A sample is as untrusted as what comes in later: probe and prove refuse what intake refuses, for the same reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailroom.domain.errors import InputRefused
from mailroom.intake.finished.definition_file import load_definition
from mailroom.intake.finished.probe import probe
from mailroom.intake.finished.prove import prove
from mailroom.intake.guard import Guard, Limits, inspect_pdf
from tests.cli.command import call
from tests.hostile.case import REPAIRED, TAKEN, Case
from tests.hostile.corpus import corpus
from tests.shared_data import ROOT

DEFINITION = ROOT / "examples" / "definitions" / "konik.toml"
LIMITS = Limits(wall_s=20, cpu_s=5, memory_bytes=768 << 20, answer_bytes=64 << 20)
NOT_HOSTILE = {TAKEN, REPAIRED, ""}
WITHIN = {"E1414", "E1418"}
"""Too many pages and swelling content: the corpus exceeds smaller limits than those of an installation."""

KINDS = {case.outcome: case for case in reversed(corpus()) if case.outcome not in NOT_HOSTILE | WITHIN}
"""One file for each reason to refuse."""


@pytest.fixture(scope="module")
def guard() -> Iterator[Guard]:
    with Guard(LIMITS) as opened:
        yield opened


@pytest.mark.parametrize("case", KINDS.values(), ids=lambda case: case.name)
def test_a_hostile_sample_is_refused_as_intake_refuses_it(guard: Guard, case: Case, tmp_path: Path) -> None:
    sample, out = tmp_path / "sample.pdf", tmp_path / "out"
    sample.write_bytes(case.data)
    definition = load_definition(DEFINITION)
    with pytest.raises(InputRefused) as inspected:
        inspect_pdf(guard, sample)
    with pytest.raises(InputRefused) as probed:
        probe(guard, sample, None, out)
    with pytest.raises(InputRefused) as proved:
        prove(guard, definition, sample)
    told = [(each.value.code, each.value.message, each.value.place) for each in (inspected, probed, proved)]
    assert told == [told[0]] * 3
    assert not out.exists()


def test_a_damaged_sample_is_probed_as_it_is_mended(guard: Guard, tmp_path: Path) -> None:
    for case in (case for case in corpus() if case.outcome == REPAIRED):
        sample = tmp_path / "sample.pdf"
        sample.write_bytes(case.data)
        assert probe(guard, sample).page_count > 0, case.name


def test_the_commands_say_why_in_the_words_of_intake(tmp_path: Path) -> None:
    sample = tmp_path / "sample.pdf"
    sample.write_bytes(b"no PDF at all")
    for answer in (call("intake", "probe", sample), call("intake", "prove", DEFINITION, sample)):
        assert answer.code == 3
        assert answer.explains("E1410")
