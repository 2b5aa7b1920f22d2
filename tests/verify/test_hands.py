"""Envelopes filled by hand: proven by what a named person scanned, and by nothing less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mailroom.domain.lifecycle import CopyEvent
from mailroom.verify.verify import verify_run
from tests.verify.good_run import PERSON, RUN, SHEETS, RunWriter
from tests.verify.test_invariants import breaches, entries, findings

FIRST, SECOND, THIRD = SHEETS
BATCH = f"{RUN}-B01"


@pytest.fixture
def run(tmp_path: Path) -> RunWriter:
    """Three pieces, all filled by hand and handed over."""
    run = RunWriter(tmp_path)
    run.entry("run.opened", state_to="open")
    run.print_batch(BATCH, [(piece, 1) for piece in SHEETS], handling="manual")
    for piece in (SECOND, FIRST, THIRD):
        run.by_hand(BATCH, piece, 1)
    for piece in SHEETS:
        run.copy(piece, 1, CopyEvent.HAND_OVER, PERSON)
        run.end_piece(piece, "mailed")
    run.close()
    return run


def scans(run: RunWriter, piece: str) -> list[dict[str, Any]]:
    return entries(run, "hand.sheet_scanned", piece, 1)


def test_a_run_filled_by_hand_is_good(run: RunWriter) -> None:
    verdict = verify_run(run.write())
    assert verdict.ok, verdict.findings
    assert verdict.checked["4"] > sum(SHEETS.values())


def test_a_sheet_that_was_not_scanned_is_found(run: RunWriter) -> None:
    run.lines.remove(scans(run, THIRD)[1])
    assert ("4", THIRD, 1) in breaches(run)


def test_sheets_in_another_order_are_found(run: RunWriter) -> None:
    first, second, _ = scans(run, THIRD)
    first["detail"], second["detail"] = second["detail"], first["detail"]
    assert breaches(run) == {("4", THIRD, 1)}


def test_a_sheet_of_another_piece_between_its_own_is_found(run: RunWriter) -> None:
    strange = scans(run, SECOND)[0]
    run.lines.remove(strange)
    run.lines.insert(run.lines.index(scans(run, THIRD)[1]), strange)
    assert {("4", SECOND, 1), ("4", THIRD, 1)} <= breaches(run)


def test_a_code_that_is_not_the_sheets_own_is_found(run: RunWriter) -> None:
    scans(run, FIRST)[0]["detail"]["code"] = "R000007P0000000201001001"
    assert breaches(run) == {("4", FIRST, 1)}


@pytest.mark.parametrize("event", ["copy.feed", "copy.scan", "copy.stack"])
def test_each_step_by_hand_needs_a_named_person(run: RunWriter, event: str) -> None:
    entries(run, event, FIRST, 1)[0]["who"] = "system"
    assert ("3", FIRST, 1) in breaches(run)


def test_nobody_confirms_what_another_person_scanned(run: RunWriter) -> None:
    entries(run, "copy.stack", FIRST, 1)[0]["who"] = "person:Ola"
    assert breaches(run) == {("4", FIRST, 1)}


def test_a_count_confirmed_otherwise_than_composed_is_found(run: RunWriter) -> None:
    entries(run, "copy.stack", FIRST, 1)[0]["detail"]["evidence"]["sheets"] = 1
    assert breaches(run) == {("4", FIRST, 1)}


def test_a_batch_that_was_planned_for_the_machine_can_not_be_called_filled_by_hand(run: RunWriter) -> None:
    entries(run, "batch.planned")[0]["detail"]["handling"] = "machine"
    told = findings(run)
    assert any("differ on who fills" in finding.detail for finding in told)
    assert {finding.piece for finding in told if "no event of the machine proves it" in finding.detail} == set(SHEETS)


def test_run_json_that_calls_it_the_machines_is_found(run: RunWriter) -> None:
    run.batches[0]["handling"] = "machine"
    assert any("differ on who fills" in finding.detail for finding in findings(run))


def test_a_scan_for_a_copy_that_nobody_was_to_fill_is_found(run: RunWriter) -> None:
    scans(run, FIRST)[0]["batch"] = f"{RUN}-B09"
    assert ("4", FIRST, 1) in breaches(run)
