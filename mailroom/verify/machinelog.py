"""machine.jsonl: the machine's own record, against what the journal says that the machine said."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailroom.verify.journalfile import Line
from mailroom.verify.lives import is_person
from mailroom.verify.reading import (
    COUNT,
    TEXT,
    Shape,
    Unreadable,
    canonical,
    demand,
    lines_of,
    parse,
    pieces_in,
    read_text,
)
from mailroom.verify.runfile import RunFacts
from mailroom.verify.verdict import Notebook

_EVENT: Shape = {"boot": COUNT, "number": COUNT, "at_ms": COUNT, "type": TEXT}
_HEAD: Shape = {"boot": COUNT, "serial": TEXT, "model": TEXT}
LOSS_ACCEPTED = "recovery.loss-accepted"
"""A person answers for events that can't be had any more, from the detail's `first` to the number of the entry."""

_LONGEST_LOSS = 1_000_000
COUNTERS = (
    "sheets_fed",
    "envelopes",
    "stacked",
    "diverted",
    "sheets_stacked",
    "sheets_diverted",
    "sheets_removed",
)
"""The counters that a machine reports at a job's end."""


@dataclass(frozen=True, slots=True)
class Logged:
    """An event as the machine wrote it; `fields` without boot, number and type."""

    number: int
    type: str
    fields: Mapping[str, Any]


@dataclass(slots=True)
class _Log:
    """Where the reading of the log stands."""

    events: dict[tuple[int, int], Logged] = field(default_factory=dict)
    boots: list[int] = field(default_factory=list)
    last: tuple[int, int] | None = None
    at_ms: int = 0
    ended: Mapping[str, Any] | None = None
    expects_counters: bool = False


def check_machine(folder: Path, run: RunFacts, entries: Sequence[Line], book: Notebook) -> None:
    """Compare one to one: an event altered, missing, added, out of order, or a gap in the numbers is a finding."""
    journaled = _journaled(run, entries, book)
    if not run.has_log:
        return
    text = read_text(folder / "machine.jsonl", book)
    if text is None:
        return
    log = _Log()
    for number, line in lines_of(text):
        try:
            _take(number, parse(line), log, journaled, run, book)
        except Unreadable as reason:
            for piece in pieces_in(line):
                book.find("7", f"machine log line {number} {reason}", piece)
    book.expect(not log.expects_counters, "7", "the machine's log ends without the counters of its last job")
    _compare(journaled, log.events, _accepted(entries), book)


def _journaled(run: RunFacts, entries: Sequence[Line], book: Notebook) -> dict[tuple[int, int], Line]:
    """The machine's events in the journal, each entry's own fields checked against what it quotes."""
    journaled: dict[tuple[int, int], Line] = {}
    last: tuple[int, int] | None = None
    for line in entries:
        if line.machine is None:
            claims = line.event.startswith("machine.")
            book.expect(not claims, "7", f"journal line {line.number} quotes no numbered event", line.piece, line.copy)
            continue
        if line.event == LOSS_ACCEPTED:
            first = line.detail.get("first")
            follows = last is None or last[0] != line.machine[0] or first == last[1] + 1
            sound = follows and type(first) is int and first <= line.machine[1] and is_person(line.who)
            book.expect(sound, "7", f"journal line {line.number} accepts a loss that no person answers for")
            last = line.machine
            continue
        where = f"journal line {line.number}, {line.event} {line.machine[1]}"
        piece, copy = _subject(line.detail)
        sound = line.event.startswith("machine.") and (line.piece, line.copy) == (piece, copy)
        sound = sound and line.who == f"machine:{run.serial}" and line.machine[0] in run.boots
        for name in dict.fromkeys((line.piece, piece)):
            book.expect(sound, "7", f"{where} does not agree with what it quotes", name, line.copy)
        follows = last is None or last[0] != line.machine[0] or line.machine[1] == last[1] + 1
        new = line.machine not in journaled
        book.expect(follows and new, "7", f"{where} does not follow event {last}", line.piece, line.copy)
        journaled[line.machine] = line
        last = line.machine
    return journaled


def _subject(detail: Mapping[str, Any]) -> tuple[str, int | None]:
    """The piece and copy that an event speaks of, ("", None) when of none."""
    piece = detail.get("piece") or detail.get("expected_piece") or ""
    copy = detail.get("copy") or detail.get("expected_copy")
    if type(piece) is not str or not piece:
        return "", None
    return piece, copy if type(copy) is int else None


def _take(
    number: int,
    fields: dict[str, Any],
    log: _Log,
    journaled: Mapping[tuple[int, int], Line],
    run: RunFacts,
    book: Notebook,
) -> None:
    if "type" not in fields:
        demand(fields, _HEAD)
        known = fields["boot"] in run.boots and fields["serial"] == run.serial
        known = known and run.model in (None, fields["model"]) and fields.keys() == _HEAD.keys()
        book.expect(known, "7", f"machine log line {number} is of another machine or boot than run.json names")
        book.expect(fields["boot"] not in log.boots, "7", f"machine log line {number} begins a boot a second time")
        log.boots.append(fields["boot"])
    elif fields["type"] == "counters":
        _take_counters(number, fields, log, journaled, book)
    else:
        _take_event(number, fields, log, book)


def _take_event(number: int, fields: dict[str, Any], log: _Log, book: Notebook) -> None:
    demand(fields, _EVENT)
    key = (fields["boot"], fields["number"])
    content = {name: value for name, value in fields.items() if name not in ("boot", "number", "type")}
    piece, copy = _subject(fields)
    follows = log.last is None or log.last[0] != key[0] or key[1] == log.last[1] + 1
    book.expect(not log.expects_counters, "7", f"machine log line {number} stands where a job's counters are due")
    log.expects_counters = False
    later = log.last is None or log.last[0] != key[0] or fields["at_ms"] >= log.at_ms
    where = f"machine log line {number}, {fields['type']} {key[1]},"
    book.expect(follows and key[0] in log.boots[-1:], "7", f"{where} does not follow event {log.last}", piece, copy)
    book.expect(later, "7", f"{where} is earlier than the event before it", piece, copy)
    book.expect(key not in log.events, "7", f"{where} stands twice", piece, copy)
    log.events[key] = Logged(number, fields["type"], content)
    log.last, log.at_ms = key, fields["at_ms"]
    if fields["type"] == "job_ended":
        log.ended, log.expects_counters = fields, True


def _take_counters(
    number: int, fields: dict[str, Any], log: _Log, journaled: Mapping[tuple[int, int], Line], book: Notebook
) -> None:
    """The line of counters that the machine writes when a job ends says what the event said; "job", when it stands
    there, is the batch that the journal names."""
    ended = dict(log.ended or {})
    line = journaled.get((ended.get("boot", -1), ended.get("number", -1)))
    due = {**ended, "type": "counters", "job": line.batch if line else ""}
    different = [name for name, value in fields.items() if canonical(due.get(name)) != canonical(value)]
    missing = [name for name in COUNTERS if name not in fields]
    book.expect(
        log.expects_counters and not different and not missing,
        "7",
        f"machine log line {number} is not what the event before it counted ({', '.join(different + missing)})",
    )
    log.expects_counters = False


def _accepted(entries: Sequence[Line]) -> set[tuple[int, int]]:
    """The events whose loss a person has accepted: the machine may have them in its log all the same."""
    losses = [line for line in entries if line.event == LOSS_ACCEPTED and line.machine is not None]
    return {
        (line.machine[0], number)
        for line in losses
        if line.machine is not None and type(first := line.detail.get("first")) is int
        for number in range(max(first, line.machine[1] - _LONGEST_LOSS), line.machine[1] + 1)
    }


def _compare(
    journaled: Mapping[tuple[int, int], Line],
    logged: Mapping[tuple[int, int], Logged],
    accepted: Container[tuple[int, int]],
    book: Notebook,
) -> None:
    for key, line in journaled.items():
        event = logged.get(key)
        where = f"journal line {line.number}, {line.event} {key[1]}"
        names = dict.fromkeys((line.piece, _subject(event.fields)[0] if event else line.piece))
        same = event is not None and f"machine.{event.type}" == line.event
        same = same and event is not None and canonical(event.fields) == canonical(line.detail)
        for name in names:
            fault = "is not in the machine's log" if event is None else f"differs from line {event.number} of the log"
            book.expect(same, "7", f"{where} {fault}", name, line.copy)
    for key, event in logged.items():
        piece, copy = _subject(event.fields)
        where = f"machine log line {event.number}, {event.type} {key[1]},"
        known = key in journaled or key in accepted
        book.expect(known, "7", f"{where} is not in the journal", piece, copy)
