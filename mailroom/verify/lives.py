"""The life of every copy, replayed from the journal by a table of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mailroom.verify.controlfile import Composed
from mailroom.verify.journalfile import Line
from mailroom.verify.runfile import RunFacts
from mailroom.verify.verdict import Notebook

NEXT: Mapping[str, Mapping[str, str]] = {
    "released": {"send": "submitting", "cancel": "canceled"},
    "submitting": {"accept": "submitted", "refuse": "released", "lose": "unknown"},
    "submitted": {"print": "printed", "lose": "unknown"},
    "printed": {"feed": "feeding", "lose": "unknown", "destroy": "destroyed", "quarantine": "quarantined"},
    "feeding": {
        "scan": "scanned",
        "not-fed": "printed",
        "divert": "diverted",
        "report-stacked": "stacked",
        "report-diverted": "diverted",
        "lose": "unknown",
    },
    "scanned": {"stack": "stacked", "divert": "diverted", "lose": "unknown"},
    "stacked": {"hand-over": "mailed", "destroy": "destroyed", "quarantine": "quarantined"},
    "diverted": {"destroy": "destroyed", "quarantine": "quarantined"},
    "unknown": {
        "print": "printed",
        "stack": "stacked",
        "divert": "diverted",
        "not-fed": "printed",
        "destroy": "destroyed",
        "quarantine": "quarantined",
        "declare-stacked": "stacked",
        "return": "printed",
    },
    "mailed": {},
    "destroyed": {},
    "quarantined": {},
    "canceled": {},
}
"""State → event → state. Written out apart from the application's table, so that a slip there shows here."""

_Events = Mapping[tuple[int, int], Line]
_Expect = Callable[[bool, str, str], None]

BY_PERSON = frozenset({"hand-over", "destroy", "quarantine", "declare-stacked", "return", "cancel"})

BY_MACHINE: Mapping[str, frozenset[str]] = {
    "scan": frozenset(),
    "stack": frozenset({"stacked"}),
    "divert": frozenset({"diverted", "unread"}),
    "not-fed": frozenset({"not_fed"}),
}
"""Events that only the machine can prove, and the outcomes that prove them."""

BY_HAND = frozenset({"feed", "scan", "stack"})
"""Events of a copy in a batch that is filled by hand that a named person causes; no machine has a say there."""

BY_RESULT_FILE: Mapping[str, str] = {"report-stacked": "stacked", "report-diverted": "diverted"}
"""Events that only a machine's result file can prove (`mailroom.verify.resultfiles`), and what its word must mean."""

GROUNDS: Mapping[str, str] = {"stack": "camera", "report-stacked": "result file", "declare-stacked": "person"}
"""On what ground a copy counts as stacked: every sheet's code, the machine's word alone, a person's word."""


@dataclass(slots=True)
class Life:
    """A copy as the journal tells it. `stacked_by` is the machine's event that proves it stacked, None when a person
    declared it or it never was; `filled_by` is the step itself where a person filled the envelope, scanning its sheets.
    `fed_at` is the seq of its last feed."""

    piece: str
    copy: int
    batch: str
    state: str = ""
    seq: int = 0
    steps: list[str] = field(default_factory=list)
    released_at: int = 0
    replaceable_at: int | None = None
    fed_at: int = 0
    stacked_by: Line | None = None
    filled_by: Line | None = None


@dataclass(frozen=True, slots=True)
class _Grounds:
    """What steps are judged by: the machine's events, what was composed (it tells which sheet of a copy is fed last),
    and the batches that persons fill."""

    machine: _Events
    composed: Mapping[tuple[str, int], Composed]
    by_hand: frozenset[str]


def replay(
    entries: Sequence[Line], run: RunFacts, composed: Mapping[tuple[str, int], Composed], book: Notebook
) -> dict[tuple[str, int], Life]:
    """Every copy's life by (piece, copy). Each step is checked: it follows, it fits the table, it has its evidence."""
    machine = {line.machine: line for line in entries if line.machine is not None}
    grounds = _Grounds(machine, composed, _filled_by_hand(entries, run, book))
    lives: dict[tuple[str, int], Life] = {}
    for line in entries:
        if not line.event.startswith("copy."):
            continue
        if line.copy is None or not line.piece:
            book.find("3", f"journal line {line.number} is a step of no copy", line.piece)
            continue
        life = lives.setdefault((line.piece, line.copy), Life(line.piece, line.copy, line.batch))
        _step(life, line, grounds, book)
    _check_succession(lives, book)
    return lives


def _filled_by_hand(entries: Sequence[Line], run: RunFacts, book: Notebook) -> frozenset[str]:
    """The batches that persons fill, by the journal's plan of them; run.json must say the same."""
    planned = {line.batch: line.detail.get("handling") == "manual" for line in entries if line.event == "batch.planned"}
    for batch in run.batches.values():
        told = planned.get(batch.id, False)
        book.expect(told == batch.by_hand, "3", f"run.json and the journal differ on who fills batch {batch.id}")
    return frozenset(batch for batch, manual in planned.items() if manual)


def _step(life: Life, line: Line, grounds: _Grounds, book: Notebook) -> None:
    event = line.event.removeprefix("copy.")
    where = f"journal line {line.number}, '{event}'"

    def expect(holds: bool, invariant: str, fault: str) -> None:
        book.expect(holds, invariant, f"{where}: {fault}", life.piece, life.copy)

    expect(line.copy_seq == life.seq + 1, "9", f"is step {line.copy_seq} of the copy, {life.seq + 1} is due")
    expect(line.state_from == life.state, "3", f"begins at {line.state_from!r}, the copy is {life.state!r}")
    expect(line.batch == life.batch, "3", f"is in batch {line.batch}, the copy in {life.batch}")
    if event == "release":
        expect(not life.steps and line.state_to == "released", "3", "a copy is released once, at its beginning")
        life.released_at = line.seq
    else:
        due = NEXT.get(life.state, {}).get(event)
        expect(due is not None, "3", f"can't happen to a copy that is {life.state or 'not released'}")
        expect(due is None or line.state_to == due, "3", f"leads to {line.state_to!r} instead of {due!r}")
    if line.batch in grounds.by_hand and event in BY_HAND:
        expect(is_person(line.who), "3", f"is done by hand and needs a named person, not {line.who!r}")
        life.filled_by = line if event == "stack" else None
    else:
        _check_evidence(life, line, event, grounds, expect)
    life.seq = line.copy_seq if line.copy_seq is not None else life.seq + 1
    life.steps.append(event)
    life.state = line.state_to
    if event == "feed":
        life.fed_at = line.seq
        life.stacked_by = None
    if line.state_to in ("destroyed", "quarantined"):
        life.replaceable_at = line.seq


def _check_evidence(life: Life, line: Line, event: str, grounds: _Grounds, expect: _Expect) -> None:
    if event in BY_PERSON:
        expect(is_person(line.who), "3", f"needs a named person, not {line.who!r}")
        return
    if event in BY_MACHINE:
        proof = grounds.machine.get(_event_key(line))
        expect(proof is not None and proof.seq < line.seq, "3", "no event of the machine proves it")
        if proof is not None:
            same = proof.piece == life.piece and proof.copy == life.copy
            plan = grounds.composed.get((life.piece, life.copy))
            expect(
                same and _proves(proof, event, plan), "3", f"the machine's event in line {proof.number} says otherwise"
            )
            if event == "stack":
                life.stacked_by = proof
        return
    if event in BY_RESULT_FILE:
        return
    if life.state == "unknown":
        expect(is_person(line.who) or line.who.startswith("queue:"), "3", f"{line.who!r} can't resolve the unknown")


def _proves(proof: Line, event: str, plan: Composed | None) -> bool:
    if event == "scan":
        fed_last = 1 if plan is not None and plan.last_first else proof.detail.get("of")
        return proof.event == "machine.sheet_scanned" and proof.detail.get("sheet") == fed_last
    return proof.event == "machine.piece_outcome" and proof.detail.get("outcome") in BY_MACHINE[event]


def _event_key(line: Line) -> tuple[int, int]:
    boot, number = line.evidence.get("boot"), line.evidence.get("number")
    return (boot, number) if type(boot) is int and type(number) is int else (-1, -1)


def grounds(lives: Mapping[tuple[str, int], Life]) -> Counter[str]:
    """How many copies that are in an envelope now are there on which ground."""
    return Counter(_ground(life) for life in lives.values() if life.state in ("stacked", "mailed"))


def _ground(life: Life) -> str:
    """Of its last step into an envelope; a stack by hand was proven by what a person scanned."""
    last = next((GROUNDS[step] for step in reversed(life.steps) if step in GROUNDS), "")
    return "scans by hand" if last == "camera" and life.filled_by is not None else last


def is_person(who: str) -> bool:
    """True for "person:NAME" with a name."""
    return who.startswith("person:") and bool(who.removeprefix("person:").strip())


def _check_succession(lives: Mapping[tuple[str, int], Life], book: Notebook) -> None:
    """Copy n + 1 came only after copy n was destroyed or quarantined, and a piece is mailed at most once."""
    by_piece: dict[str, list[Life]] = defaultdict(list)
    for life in lives.values():
        by_piece[life.piece].append(life)
    for piece, copies in by_piece.items():
        copies.sort(key=lambda life: life.copy)
        numbers = [life.copy for life in copies]
        book.expect(numbers == list(range(1, len(copies) + 1)), "1", f"its copies are {numbers}", piece)
        for earlier, later in pairwise(copies):
            gone = earlier.replaceable_at
            book.expect(
                gone is not None and gone < later.released_at,
                "1",
                f"copy {later.copy} was released while copy {earlier.copy} could still be mailed",
                piece,
                later.copy,
            )
        mailed = [life.copy for life in copies if "hand-over" in life.steps]
        book.expect(len(mailed) <= 1, "1", f"was mailed {len(mailed)} times, as copies {mailed}", piece)
