"""Every case of the corpus is found: the rule, the page, the box, the place to half a millimetre, and nothing else; and
the proof shows it in red just there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from layouts.finding import Finding
from layouts.fonts import FontSet
from tests.corpus.case import Case, ExpectedError, ExpectedFinding, all_cases
from tests.corpus.conftest import Album
from tests.corpus.picture import Picture, pictured
from tests.corpus.trial import LAYOUT, Trial, tried

CASES = all_cases()
NEAR_MM = 0.5


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.group}: {case.name}")
def test_what_is_wrong_is_found_where_it_is(case: Case, fonts: FontSet, tmp_path: Path, album: Album) -> None:
    trial = tried(case, tmp_path, fonts)
    _check_error(trial, case.error)
    _check_findings(trial.layout_findings, case.layout_findings)
    _check_findings([*trial.set_findings, *trial.page_findings], case.document_findings)
    _check_typesetting(trial)
    if case.pages is not None:
        assert trial.inspection is not None
        assert len(trial.inspection.page_set.pages) == case.pages
    told = [
        ("layout", trial.layout_findings, case.layout_findings),
        ("document", [*trial.set_findings, *trial.page_findings], case.document_findings),
    ]
    for what, found, expected in told:
        for number, picture in enumerate(pictured(trial, found, fonts), 1):
            name = f"{case.group}-{case.short}-{what}-{number}"
            picture.proof.save(tmp_path / f"{name}.png")
            album.append((name, f"{case.name} ({what})", picture.proof))
            _check_picture(picture, expected)


def _check_error(trial: Trial, expected: ExpectedError | None) -> None:
    if expected is None:
        assert trial.refusal is None
        return
    refusal = trial.refusal
    assert refusal is not None
    assert (trial.refused_at, refusal.code) == (expected.at, expected.code)
    assert expected.says in refusal.message
    assert refusal.remedy
    if expected.place:
        assert refusal.place == expected.place
    if expected.key:
        file, line, key = refusal.place.split(", ")
        assert file == (trial.envelope_file if expected.at == "envelope" else LAYOUT)
        assert key == expected.key
        assert expected.line in trial.text.splitlines()[int(line.removeprefix("line ")) - 1]


def _check_findings(found: Sequence[Finding], expected: Sequence[ExpectedFinding]) -> None:
    assert [_head(one) for one in found] == [_head(one) for one in expected]
    for one, wanted in zip(found, expected, strict=True):
        assert _is_near(one, wanted), f"{one} is not where it should be: {wanted}"
        assert one.amount_mm == pytest.approx(wanted.amount_mm, abs=NEAR_MM)
        for part in wanted.says:
            assert part in one.message


def _head(one: Finding | ExpectedFinding) -> tuple[str, str, int, str]:
    return one.rule, one.box, one.page, one.envelope


def _is_near(found: Finding, expected: ExpectedFinding) -> bool:
    if found.place is None or expected.place is None:
        return found.place is expected.place
    return all(
        abs(getattr(found.place, edge) - getattr(expected.place, edge)) <= NEAR_MM
        for edge in ("x_mm", "y_mm", "right_mm", "bottom_mm")
    )


def _check_typesetting(trial: Trial) -> None:
    """What the findings of setting say, typesetting refuses with the same code; without them it goes through."""
    refusal = trial.typeset_refusal
    if not trial.set_findings:
        assert refusal is None
        return
    assert refusal is not None
    assert trial.set_findings[0].message.startswith(f"{refusal.code} ")
    assert refusal.place
    assert refusal.remedy


def _check_picture(picture: Picture, expected: Sequence[ExpectedFinding]) -> None:
    """Red is where the findings are, their ink is red, and nothing far off."""
    for finding in picture.findings:
        wanted = next(one for one in expected if _head(one) == _head(finding) and _is_near(finding, one))
        if finding.place is None:
            continue
        there = picture.within([finding.place])
        if not there.any():
            continue
        assert picture.red[there].mean() > 0.9
        assert picture.redness(there) > 20
        inked = there & picture.ink
        assert inked.any() == wanted.ink
        if wanted.ink:
            assert picture.redness(inked) > 120
    assert not (picture.red & ~picture.may_be_red()).any()
