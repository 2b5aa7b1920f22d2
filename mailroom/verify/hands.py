"""What lies in each envelope that a person filled, from what was scanned on its way in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailroom.verify.controlfile import Composed
from mailroom.verify.envelopes import code_text
from mailroom.verify.journalfile import Line
from mailroom.verify.lives import Life, is_person
from mailroom.verify.verdict import Notebook


def check_hands(
    entries: Sequence[Line],
    lives: Mapping[tuple[str, int], Life],
    composed: Mapping[tuple[str, int], Composed],
    run: str,
    book: Notebook,
) -> None:
    """Every copy that a person filled had its own sheets alone scanned, all of them, as the stack had them, by that
    person."""
    scans = [line for line in entries if line.event == "hand.sheet_scanned"]
    for line in scans:
        life = lives.get((line.piece, line.copy)) if line.copy is not None else None
        own = life is not None and line.batch == life.batch and is_person(line.who)
        fault = f"journal line {line.number} scans a sheet by hand that nobody was to fill"
        book.expect(own, "4", fault, line.piece, line.copy)
    for key, life in lives.items():
        if life.filled_by is None:
            continue
        plan = composed.get(key)
        if plan is None:
            book.find("4", "was filled by hand but stands in no control file", *key)
            continue
        between = [line for line in scans if life.fed_at < line.seq < life.filled_by.seq]
        _check_sheets(life, life.filled_by, between, plan, run, book)


def _check_sheets(life: Life, filled: Line, scans: Sequence[Line], plan: Composed, run: str, book: Notebook) -> None:
    def expect(holds: bool, fault: str) -> None:
        book.expect(holds, "4", fault, life.piece, life.copy)

    name, of = (life.piece, life.copy), plan.sheets
    due = [(*name, sheet, of, code_text(plan.template, run, *name, sheet, of)) for sheet in plan.fed]
    seen = [(line.piece, line.copy, *(line.detail.get(key) for key in ("sheet", "of", "code"))) for line in scans]
    expect(seen == due, f"between feed and envelope the sheets scanned by hand are {seen}, composed were {due}")
    expect(filled.evidence.get("sheets") == of, f"{filled.evidence.get('sheets')} sheets were confirmed")
    expect({line.who for line in scans} == {filled.who}, "another person filled it than scanned its sheets")
