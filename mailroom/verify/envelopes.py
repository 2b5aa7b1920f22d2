"""What lies in each envelope, from the machine's events in the journal."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from mailroom.verify.controlfile import Composed
from mailroom.verify.journalfile import Line
from mailroom.verify.lives import Life
from mailroom.verify.verdict import Notebook

_FIELD = re.compile(r"\{(run|piece|copy|sheet|of):(0?)([0-9]+)\}")
_SIGHTINGS = ("machine.sheet_scanned", "machine.sheet_unread")


def check_envelopes(
    entries: Sequence[Line],
    lives: Mapping[tuple[str, int], Life],
    composed: Mapping[tuple[str, int], Composed],
    run: str,
    book: Notebook,
) -> None:
    """Every copy that the machine stacked holds its own sheets alone, all of them, as they are fed; each envelope is
    one."""
    sightings = [line for line in entries if line.event in _SIGHTINGS]
    of_copy: dict[tuple[str, int], list[int]] = defaultdict(list)
    for at, line in enumerate(sightings):
        if line.copy is not None and line.event == "machine.sheet_scanned":
            of_copy[line.piece, line.copy].append(at)
    for key, life in lives.items():
        if life.stacked_by is not None:
            plan = composed.get(key)
            if plan is None:
                book.find("4", "was stacked but stands in no control file", *key)
                continue
            _check_sheets(life, life.stacked_by, sightings, of_copy[key], plan, run, book)
    _check_outcomes(entries, lives, book)


def _check_sheets(
    life: Life, outcome: Line, sightings: Sequence[Line], own: Sequence[int], plan: Composed, run: str, book: Notebook
) -> None:
    def expect(holds: bool, fault: str) -> None:
        book.expect(holds, "4", fault, life.piece, life.copy)

    between = [at for at in own if life.fed_at < sightings[at].seq < outcome.seq]
    scans = [sightings[at] for at in between]
    numbers = [(scan.detail.get("sheet"), scan.detail.get("of")) for scan in scans]
    due = [(sheet, plan.sheets) for sheet in plan.fed]
    expect(numbers == due, f"the camera saw the sheets {numbers} between feed and stacker, composed were {due}")
    alone = not between or between[-1] - between[0] + 1 == len(between)
    expect(alone, "another sheet ran between its sheets")
    for scan, (sheet, of) in zip(scans, due, strict=False):
        code = code_text(plan.template, run, life.piece, life.copy, sheet, of)
        expect(scan.detail.get("code") == code, f"the code of sheet {sheet} read {scan.detail.get('code')!r}")
    counted = outcome.detail.get("sheets")
    expect(counted == plan.sheets, f"the machine counted {counted} sheets into it, composed were {plan.sheets}")
    expect(outcome.detail.get("envelope") not in (None, 0), "the machine names no envelope for it")


def _check_outcomes(entries: Sequence[Line], lives: Mapping[tuple[str, int], Life], book: Notebook) -> None:
    """An envelope's number occurs once a boot, and whatever the machine stacked, the ledger knows."""
    envelopes: dict[tuple[int, object], Line] = {}
    incidents = {line.piece for line in entries if line.event.startswith("incident.")}
    for line in entries:
        if line.event != "machine.piece_outcome" or line.machine is None:
            continue
        envelope = line.detail.get("envelope")
        if envelope not in (None, 0):
            key = (line.machine[0], envelope)
            other = envelopes.setdefault(key, line)
            book.expect(
                other is line, "4", f"envelope {envelope} was used for {other.piece} too", line.piece, line.copy
            )
        if line.detail.get("outcome") == "stacked":
            life = lives.get((line.piece, line.copy)) if line.copy is not None else None
            known = (life is not None and "stack" in life.steps) or line.piece in incidents
            book.expect(known, "7", "the machine stacked it and the ledger does not know", line.piece, line.copy)


def code_text(template: str, run: str, piece: str, copy: int, sheet: int, of: int) -> str:
    """The text in a sheet's code by the template of the control file: {run:7}{piece:9}{copy:02}{sheet:03}{of:03}."""
    values: Mapping[str, str | int] = {"run": run, "piece": piece, "copy": copy, "sheet": sheet, "of": of}

    def fill(found: re.Match[str]) -> str:
        text = str(values[found[1]])
        width = min(int(found[3]), 99)
        return text.rjust(width, "0") if found[2] else text.ljust(width)

    return _FIELD.sub(fill, template)
