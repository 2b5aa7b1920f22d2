"""Breaches that a clever hand could make: the chain is whole, and yet the story can't be true."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from mailroom.domain.journal import chain_hash
from mailroom.domain.lifecycle import PERSONAL, TRANSITIONS, CopyEvent, CopyState
from mailroom.verify.journalfile import chain_hash as independent_chain_hash
from mailroom.verify.lives import BY_PERSON, NEXT
from mailroom.verify.verdict import INVARIANTS, Finding
from mailroom.verify.verify import verify_run
from tests.verify.good_run import RUN, RunWriter, tell_good_run

FIRST, SECOND, THIRD = "P00000001", "P00000002", "P00000003"
ONE, TWO = f"{RUN}-B01", f"{RUN}-B02"


@pytest.fixture
def run(tmp_path: Path) -> RunWriter:
    return tell_good_run(tmp_path)


def rechain(run: RunWriter) -> None:
    """Hash every line anew, as somebody would who wants no trace; the stubs of other runs included."""
    previous = run.previous
    for seq, line in enumerate(run.lines, run.lines[0]["seq"]):
        line["seq"], line["previous"] = seq, previous
        content = {name: value for name, value in line.items() if name not in ("previous", "hash")}
        if "event" in line:
            line["hash"] = chain_hash(previous, content)
        previous = line["hash"]
    run.head = previous
    run.own = sum("event" in line for line in run.lines)


def entries(run: RunWriter, event: str, piece: str = "", copy: int | None = None) -> list[dict[str, Any]]:
    return [
        line
        for line in run.lines
        if line.get("event") == event and (not piece or (line["piece"], line["copy"]) == (piece, copy))
    ]


def findings(run: RunWriter) -> list[Finding]:
    rechain(run)
    return verify_run(run.write()).findings


def breaches(run: RunWriter) -> set[tuple[str, str, int | None]]:
    return {(finding.invariant, finding.piece, finding.copy) for finding in findings(run)}


def test_a_good_run_is_good_and_every_invariant_was_looked_at(run: RunWriter) -> None:
    verdict = verify_run(run.write())
    assert verdict.ok, verdict.findings
    assert set(verdict.checked) == set(INVARIANTS)
    assert all(verdict.checked.values())


def test_an_open_run_is_good_while_it_is_on_its_way(tmp_path: Path) -> None:
    run = RunWriter(tmp_path)
    run.print_batch(ONE, [(FIRST, 1), (SECOND, 1), (THIRD, 1)])
    run.scan(ONE, FIRST, 1, 1)
    assert findings(run) == []


def test_the_checkers_table_of_lives_is_the_applications() -> None:
    ours = {(CopyState(state), CopyEvent(event), CopyState(to)) for state in NEXT for event, to in NEXT[state].items()}
    assert ours == {(state, event, to) for (state, event), to in TRANSITIONS.items()}
    assert {CopyEvent(event) for event in BY_PERSON} == PERSONAL


def test_the_checkers_hash_is_the_applications() -> None:
    content = {"b": [1, None, True], "a": "Ærlig µ €", "c": {"y": 1.5, "x": "\u2028"}}
    assert independent_chain_hash("0" * 64, content) == chain_hash("0" * 64, content)


def test_a_copy_released_before_the_last_one_was_out_of_the_way(run: RunWriter) -> None:
    (destroyed,) = entries(run, "copy.destroy")
    run.lines.remove(destroyed)
    run.lines.insert(run.lines.index(entries(run, "copy.feed", SECOND, 2)[0]) + 1, destroyed)
    assert ("1", SECOND, 2) in breaches(run)


def test_a_piece_mailed_twice(run: RunWriter) -> None:
    (diverted,) = entries(run, "copy.divert", SECOND, 1)
    diverted.update(event="copy.lose", state_to="unknown")
    (destroyed,) = entries(run, "copy.destroy")
    destroyed.update(event="copy.declare-stacked", state_from="unknown", state_to="stacked")
    handed = dict(destroyed, event="copy.hand-over", copy_seq=8, state_from="stacked", state_to="mailed")
    run.lines.insert(run.lines.index(destroyed) + 1, handed)
    run.states[SECOND, 1] = (CopyState.MAILED, 8, ONE)
    found = breaches(run)
    assert ("1", SECOND, None) in found
    assert ("1", SECOND, 2) in found


@pytest.mark.parametrize("event", sorted(BY_PERSON - {"declare-stacked", "return", "cancel"}))
def test_what_only_a_person_may_do_needs_a_name(run: RunWriter, event: str) -> None:
    line = entries(run, f"copy.{event}")[0]
    for who in ("system", "machine:SIM-0001", "person:", "person: "):
        line["who"] = who
        assert ("3", line["piece"], line["copy"]) in breaches(run)


@pytest.mark.parametrize("event", ["scan", "stack", "divert"])
def test_what_only_the_machine_can_prove_needs_its_event(run: RunWriter, event: str) -> None:
    line = entries(run, f"copy.{event}")[0]
    good = line["detail"]
    for evidence in ({}, {"boot": 1, "number": 1}, {"boot": "x", "number": None}, {"boot": 3735928559, "number": 91}):
        line["detail"] = {"evidence": evidence}
        assert ("3", line["piece"], line["copy"]) in breaches(run)
    line["detail"] = good
    assert findings(run) == []


def test_a_copy_that_leaves_the_unknown_on_the_systems_word(run: RunWriter) -> None:
    (diverted,) = entries(run, "copy.divert", THIRD, 1)
    diverted.update(event="copy.lose", state_to="unknown")
    (quarantined,) = entries(run, "copy.quarantine")
    quarantined["state_from"] = "unknown"
    assert findings(run) == []
    quarantined.update(event="copy.print", who="system", state_to="printed")
    assert ("3", THIRD, 1) in breaches(run)


def test_a_sheet_that_the_camera_never_saw(run: RunWriter) -> None:
    scans = entries(run, "machine.sheet_scanned", FIRST, 1)
    run.lines.remove(scans[0])
    assert ("4", FIRST, 1) in breaches(run)


def test_sheets_in_the_wrong_order(run: RunWriter) -> None:
    one, two = entries(run, "machine.sheet_scanned", FIRST, 1)
    one["detail"]["sheet"], two["detail"]["sheet"] = 2, 1
    assert ("4", FIRST, 1) in breaches(run)


def test_a_sheet_of_another_piece_between_ours(run: RunWriter) -> None:
    one, two = entries(run, "machine.sheet_scanned", FIRST, 1)
    foreign = json.loads(json.dumps(one))
    foreign["piece"] = foreign["detail"]["piece"] = THIRD
    run.lines.insert(run.lines.index(two), foreign)
    assert ("4", FIRST, 1) in breaches(run)


def test_a_code_that_names_another_sheet(run: RunWriter) -> None:
    (scan,) = entries(run, "machine.sheet_scanned", SECOND, 2)
    scan["detail"]["code"] = scan["detail"]["code"].replace("02001001", "01001001")
    assert ("4", SECOND, 2) in breaches(run)


def test_an_envelope_used_for_two_pieces(run: RunWriter) -> None:
    one, _, _, two = entries(run, "machine.piece_outcome")
    two["detail"]["envelope"] = one["detail"]["envelope"]
    assert ("4", SECOND, 2) in breaches(run)


def test_a_sheet_too_few_counted_into_the_envelope(run: RunWriter) -> None:
    outcome = entries(run, "machine.piece_outcome", FIRST, 1)[0]
    outcome["detail"]["sheets"] = 1
    assert ("4", FIRST, 1) in breaches(run)


def test_a_machine_that_stacked_what_the_ledger_destroyed(run: RunWriter) -> None:
    (outcome,) = entries(run, "machine.piece_outcome", SECOND, 1)
    outcome["detail"].update(outcome="stacked", envelope=777)
    assert ("7", SECOND, 1) in breaches(run)


def test_a_journal_forged_whole_is_betrayed_by_the_machines_log(run: RunWriter) -> None:
    for line in run.lines:
        if line.get("machine") and line["piece"] == FIRST:
            line["detail"]["at_ms"] += 1
    found = breaches(run)
    assert {invariant for invariant, _, _ in found} == {"7"}
    assert {piece for _, piece, _ in found} == {FIRST}


def test_a_closed_run_with_an_unknown_copy(run: RunWriter) -> None:
    (quarantined,) = entries(run, "copy.quarantine")
    (diverted,) = entries(run, "copy.divert", THIRD, 1)
    diverted.update(event="copy.lose", state_to="unknown")
    run.lines.remove(quarantined)
    run.states[THIRD, 1] = (CopyState.UNKNOWN, 7, ONE)
    found = breaches(run)
    assert ("2", THIRD, 1) in found
    assert ("5", "", None) in found
    assert ("6", "", None) in found


def test_a_piece_that_ends_without_a_person(run: RunWriter) -> None:
    (withdrawn,) = entries(run, "piece.withdrawn")
    withdrawn["who"] = "system"
    assert ("1", THIRD, None) in breaches(run)


def test_a_run_that_says_open_after_it_was_closed(run: RunWriter) -> None:
    run.closed = False
    assert ("5", "", None) in breaches(run)


def test_a_press_that_counted_other_sheets_needs_an_incident(run: RunWriter) -> None:
    run.batches[0]["sheets_completed"] = 7
    assert breaches(run) == {("7", "", None)}
    seq = len(run.lines) - 1
    run.entry("incident.sheet_counts", batch=ONE, detail={"press": 7, "ledger": 6})
    run.lines.insert(seq, run.lines.pop())
    assert findings(run) == []


@pytest.mark.parametrize(
    "name", ["sheets_fed", "envelopes", "stacked", "diverted", "sheets_stacked", "sheets_diverted"]
)
def test_machine_counters_that_its_own_events_contradict(run: RunWriter, name: str) -> None:
    ended = entries(run, "machine.job_ended")[0]
    logged = next(line for line in run.log if line.get("type") == "job_ended")
    counters = next(line for line in run.log if line.get("type") == "counters")
    for told in (ended["detail"], logged, counters, run.batches[0]["counters"]):
        told[name] = 0
    assert breaches(run) == {("7", "", None)}


def test_an_illegal_step(run: RunWriter) -> None:
    (stacked,) = entries(run, "copy.stack", FIRST, 1)
    stacked.update(event="copy.hand-over", who="person:Kari Nordmann", state_to="mailed")
    assert ("3", FIRST, 1) in breaches(run)


def test_a_log_of_another_machine(run: RunWriter) -> None:
    run.log[0]["serial"] = "SIM-0002"
    assert breaches(run) == {("7", "", None)}


def test_a_file_name_that_leads_out_of_the_folder(run: RunWriter) -> None:
    run.batches[0]["print_file"] = "../elsewhere.pdf"
    assert breaches(run) == {("9", "", None)}


def test_a_run_without_a_machines_log_is_checked_by_the_journal_alone(run: RunWriter) -> None:
    folder = run.write()
    summary = run.summary()
    summary["machine"]["log"] = None
    (folder / "machine.jsonl").unlink()
    (folder / "run.json").write_text(json.dumps(summary))
    assert verify_run(folder).ok


def test_an_altered_control_line_is_named_by_its_own_hash_when_run_json_has_it(run: RunWriter) -> None:
    folder = run.write()
    control = folder / f"{ONE}.control.jsonl"
    lines = control.read_bytes().split(b"\n")
    summary = run.summary()
    for piece, line in zip(summary["pieces"], lines[1:4], strict=True):
        piece["copies"][0]["control_line_sha256"] = hashlib.sha256(line).hexdigest()
    (folder / "run.json").write_text(json.dumps(summary))
    assert verify_run(folder).ok
    lines[2] = lines[2].replace(b"Storgata", b"Storgate")
    control.write_bytes(b"\n".join(lines))
    assert {finding.piece for finding in verify_run(folder).findings} == {"", SECOND}


def test_control_files_of_the_first_schema_are_fed_from_the_first_sheet_on(run: RunWriter) -> None:
    folder = run.write()
    for control in folder.glob("*.control.jsonl"):
        header, *lines, closing = control.read_bytes().splitlines(keepends=True)
        header = header.replace(b"mailroom-control/2", b"mailroom-control/1")
        header = header.replace(b'"fed_first":"first-sheet",', b"")
        before = b"".join([header, *lines])
        sealed = json.loads(closing) | {"sha256": hashlib.sha256(before).hexdigest()}
        control.write_bytes(before + json.dumps(sealed, separators=(",", ":")).encode() + b"\n")
    assert verify_run(folder).findings == []
