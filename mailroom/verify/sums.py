"""Sheets and counters, each taken from two sides. A difference must be an incident: an entry `incident.…` that names
the batch, so that a person can find and explain it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from mailroom.verify.controlfile import Composed
from mailroom.verify.journalfile import Line
from mailroom.verify.machinelog import COUNTERS
from mailroom.verify.reading import canonical
from mailroom.verify.runfile import BatchFacts, CopyFacts, RunFacts
from mailroom.verify.states import PRINTED_ENDS
from mailroom.verify.verdict import Notebook

_NOT_PRINTED = ("released", "submitting", "submitted", "canceled")
_IN_THE_BIN = ("diverted", "unread")
_FOREIGN = 13
"""The protocol's number for a sheet of no queued piece: it goes to the bin alone, and is counted there."""


def check_sums(
    run: RunFacts, composed: Mapping[tuple[str, int], Composed], entries: Sequence[Line], book: Notebook
) -> None:
    """Sheets of copies, control file, press; counters of the machine and the outcomes it told one by one."""
    incidents = {line.batch for line in entries if line.event.startswith("incident.")}
    of_batch: dict[str, list[CopyFacts]] = defaultdict(list)
    for copy in run.copies().values():
        of_batch[copy.batch].append(copy)
    for batch in run.batches.values():
        _check_batch(batch, of_batch[batch.id], composed, batch.id in incidents, book)
    printed = [copy for copy in run.copies().values() if copy.state not in _NOT_PRINTED]
    sheets = sum(copy.sheets for copy in printed)
    book.expect(run.sheets == sheets, "6", f"run.json says {run.sheets} sheets, its printed copies have {sheets}")
    if run.closed:
        ended = sum(copy.sheets for copy in printed if copy.state in PRINTED_ENDS)
        book.expect(sheets == ended, "6", f"{sheets} sheets printed, {ended} in envelopes, destroyed or quarantined")
    _check_jobs(run, entries, incidents, book)


def _check_batch(
    batch: BatchFacts,
    copies: Sequence[CopyFacts],
    composed: Mapping[tuple[str, int], Composed],
    explained: bool,
    book: Notebook,
) -> None:
    kept = [copy for copy in copies if copy.state != "canceled"]
    sheets = sum(copy.sheets for copy in kept)
    counted = (len(kept), sheets)
    book.expect(
        counted == (batch.pieces, batch.sheets),
        "6",
        f"batch {batch.id} has {batch.pieces} pieces of {batch.sheets} sheets, its copies are {counted}",
    )
    if batch.control_file:
        planned = sum(plan.sheets for copy in kept if (plan := composed.get((copy.piece, copy.copy))))
        book.expect(planned == sheets, "6", f"batch {batch.id} has {sheets} sheets, its control file {planned}")
    if batch.sheets_completed is not None:
        printed = sum(copy.sheets for copy in kept if copy.state not in _NOT_PRINTED)
        book.expect(
            printed == batch.sheets_completed or explained,
            "7",
            f"the press counted {batch.sheets_completed} sheets of batch {batch.id}, the ledger {printed}",
        )


def _check_jobs(run: RunFacts, entries: Sequence[Line], incidents: set[str], book: Notebook) -> None:
    """The counters of each ended job against run.json, against themselves, and against the events since the job
    before it. A switched-off machine forgets its counts: they begin anew with each boot."""
    events: dict[int, list[Line]] = defaultdict(list)
    counted: dict[str, list[str]] = defaultdict(list)
    for line in entries:
        if line.machine is None:
            continue
        if line.event in ("machine.piece_outcome", "machine.sheet_unread"):
            events[line.machine[0]].append(line)
        if line.event == "machine.job_ended":
            counters = {name: line.detail.get(name) for name in COUNTERS}
            counted[line.batch].append(canonical(counters))
            explained = line.batch in incidents
            _check_job(line, counters, events.pop(line.machine[0], []), explained, book)
            printed = run.batches[line.batch].sheets if line.batch in run.batches else None
            fault = f"the machine fed {counters['sheets_fed']} sheets in job {line.batch}, which has {printed}"
            book.expect(counters["sheets_fed"] == printed or explained, "7", fault)
    for batch in run.batches.values():
        if batch.counters or counted[batch.id]:
            told = canonical(dict(batch.counters)) in counted[batch.id]
            book.expect(told, "7", f"run.json's counters of batch {batch.id} are not those that the machine sent")


def _check_job(
    ended: Line, counters: Mapping[str, object], events: Sequence[Line], explained: bool, book: Notebook
) -> None:
    numbers = {name: value if type(value) is int else -1 for name, value in counters.items()}
    stacked = [line for line in events if line.detail.get("outcome") == "stacked"]
    binned = [line for line in events if line.detail.get("outcome") in _IN_THE_BIN]
    alone = sum(line.event == "machine.sheet_unread" and line.detail.get("reason") == _FOREIGN for line in events)
    due = {
        "stacked": (numbers["stacked"], len(stacked)),
        "diverted": (numbers["diverted"], len(binned)),
        "sheets_stacked": (numbers["sheets_stacked"], _sheets(stacked)),
        "sheets_diverted": (numbers["sheets_diverted"], _sheets(binned) + alone),
        "sheets_fed": (
            numbers["sheets_fed"],
            numbers["sheets_stacked"] + numbers["sheets_diverted"] + numbers["sheets_removed"],
        ),
    }
    for name, (counter, told) in due.items():
        fault = f"the machine counted {counter} {name} in job {ended.batch}, its events make {told}"
        book.expect(counter == told or explained, "7", fault)
    enough = numbers["envelopes"] >= len(stacked) or explained
    book.expect(enough, "7", f"{numbers['envelopes']} envelopes for {len(stacked)} pieces in job {ended.batch}")


def _sheets(outcomes: Sequence[Line]) -> int:
    return sum(sheets for line in outcomes if type(sheets := line.detail.get("sheets")) is int)
