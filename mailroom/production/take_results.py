"""Take results: a machine's result file → the journal. Its word enters here and nowhere else, and is believed once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mailroom.domain.errors import Explained, MailroomError
from mailroom.domain.journal import Entry
from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.piece import Copy
from mailroom.domain.run import Batch, BatchState
from mailroom.production.hand_to_machine import handing_of
from mailroom.production.machine_files import ResultDrop
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger
from mailroom.production.record import RESULTS_TAKEN, Recorder
from spool.atomic import disk_error, write_whole
from spool.control_file import read_control_file
from spool.control_template import Per
from spool.job import SpoolError
from spool.results import FindingKind, PieceResult, ResultFinding, Results, Status, job_of, results_of

_EVENTS: Mapping[Status, CopyEvent] = {
    Status.STACKED: CopyEvent.REPORT_STACKED,
    Status.DIVERTED: CopyEvent.REPORT_DIVERTED,
    Status.LOST: CopyEvent.LOSE,
    Status.REMOVED: CopyEvent.LOSE,
    Status.UNREAD: CopyEvent.LOSE,
}
"""What the machine's word is for a copy that it was given."""

_SUSPECT = frozenset({FindingKind.UNKNOWN_PIECE, FindingKind.OTHER_COPY, FindingKind.OTHER_JOB, FindingKind.DUPLICATE})
"""Lines that should not be there at all: paper may have run that is nobody's, or twice."""


NOT_YET = frozenset({"E6310", "E7075"})
"""Faults of a file that the machine may still be writing: it stays where it is."""

REFUSED = frozenset({"E6311", "E6312", "E7071", "E7072", "E7073"})
"""Faults of a file that will never be taken."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a result file came to.

    fresh    False when what it says was recorded before: nothing changed.
    states   how many copies became stacked, diverted, unknown.
    kept     the file in the run's folder; `aside` the copy in quarantine when lines of it are suspect.
    """

    file: str
    job: str
    run: str
    fresh: bool
    states: Mapping[str, int]
    findings: tuple[ResultFinding, ...]
    kept: Path
    aside: Path | None


@dataclass(frozen=True, slots=True)
class _Read:
    """A result file that was read."""

    path: Path
    data: bytes
    batch: Batch
    results: Results

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def take_results(plant: Plant, path: Path, machine: str, name: str = "") -> Taken:
    """Take the result file that person `name` hands over, or one that the machine `machine` left in its folder.

    What is wrong with it is set aside: E6310, E6311 not whole, or no result file; E7071 of a job that this house has
    not; E7072 another file has spoken for the job, and says otherwise; E7073 the job is not one that waits for a file;
    E7075 a person must say that the file is whole.
    """
    drop = result_drop(plant)
    read = _read(plant, drop, path)
    if not name and not _is_whole(drop, read.results):
        missing = sum(finding.kind is FindingKind.MISSING for finding in read.results.findings)
        raise MailroomError(
            "E7075",
            f"the result file of job {read.batch.id} says nothing of {missing} of its pieces, and no trailer says "
            "that it is whole",
            place=str(path),
            remedy="Wait until the machine has finished it. If it is: mailroom run results FILE --who NAME.",
        )
    return _take(plant, drop, read, f"machine:{machine}", name)


def result_drop(plant: Plant) -> ResultDrop:
    """Where results come from; E7074 when the settings do not say how they look."""
    if plant.machine_files.results is None:
        raise MailroomError(
            "E7074",
            "no layout of result files is configured",
            place="mailroom.toml, [inserter] result_template",
            remedy="Name the template and the folder there (docs/control-file.md).",
        )
    return plant.machine_files.results


def _read(plant: Plant, drop: ResultDrop, path: Path) -> _Read:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise disk_error(error, path) from error
    job = job_of(data, drop.template, path.name)
    with plant.read_ledger() as ledger:
        batch = ledger.batch(job)
        handing = handing_of(ledger, job)
    if batch is None:
        raise MailroomError(
            "E7071",
            f"the result file is of job {job!r}, which is none of this house",
            place=path.name,
            remedy="Look which control file the machine was fed, and whose this result is.",
        )
    if handing is None or not handing.by_files:
        raise MailroomError(
            "E7073",
            f"job {batch.id} does not wait for a result file (it is {batch.state.value})",
            place=path.name,
            remedy="A machine on a line tells of its job over the line; a job that was not handed over has no results.",
        )
    control = read_control_file(plant.run_folder(batch.run) / batch.control_file)
    return _Read(path, data, batch, results_of(data, drop.template, control, path.name))


def _is_whole(drop: ResultDrop, results: Results) -> bool:
    """Whether the file itself says so: by its trailer, which was checked, or by a line for every piece."""
    told = all(finding.kind is not FindingKind.MISSING for finding in results.findings)
    return told or bool(drop.template.of(Per.TRAILER))


def _take(plant: Plant, drop: ResultDrop, read: _Read, machine: str, name: str) -> Taken:
    batch = read.batch
    kept = plant.run_folder(batch.run) / f"{batch.id}.results{drop.template.suffix}"
    states: Counter[str] = Counter()
    with plant.open_ledger() as ledger:
        held = ledger.batch(batch.id) or batch
        fresh = held.state is BatchState.INSERTING
        if fresh:
            write_whole(kept, read.data)
            states = _record(plant, ledger, drop, read, kept.name, machine, name)
            ledger.commit()
    if not fresh:
        _demand_the_same(plant, drop, read, kept)
    suspect = [told(read.path.name, finding) for finding in read.results.findings if finding.kind in _SUSPECT]
    aside = plant.machine_files.set_aside(read.path, suspect) if suspect else None
    return Taken(read.path.name, batch.id, batch.run, fresh, states, read.results.findings, kept, aside)


def _record(
    plant: Plant, ledger: Ledger, drop: ResultDrop, read: _Read, kept: str, machine: str, name: str
) -> Counter[str]:
    """Everything that the file says, in one transaction. Returns how many copies went to which state."""
    record = Recorder(ledger, plant.clock)
    batch, template = read.batch, drop.template
    source: dict[str, Any] = {"results": kept, "sha256": read.sha256}
    record.results(
        batch,
        f"person:{name}" if name else machine,
        **source,
        given=read.path.name,
        encoding=template.python_encoding,
        line_end=template.line_end,
        words=dict(template.statuses),
        findings=[_told(finding) for finding in read.results.findings],
    )
    for finding in read.results.findings:
        if finding.kind in _SUSPECT:
            record.incident("result_line", run=batch.run, batch=batch.id, **source, **_told(finding))
    results = {result.piece: result for result in read.results.pieces}
    states: Counter[str] = Counter()
    for copy in ledger.copies_of_batch(batch.id):
        result = results.get(copy.piece)
        if copy.state is CopyState.FEEDING:
            event, said = _meaning(copy, result, read.results.findings)
            states[record.copy(batch.run, copy, event, machine, **source, **said).state.value] += 1
        elif result is not None:
            detail = {**source, **_said(result), "state": copy.state.value}
            record.incident(
                "unexpected_result", run=batch.run, batch=batch.id, piece=copy.piece, copy=copy.copy, **detail
            )
    record.batch(batch, BatchState.DONE, machine)
    return states


def _meaning(
    copy: Copy, result: PieceResult | None, findings: Sequence[ResultFinding]
) -> tuple[CopyEvent, dict[str, Any]]:
    """What becomes of a copy that the machine was given, and on what ground."""
    if result is not None:
        return _EVENTS[result.status], _said(result)
    facts = [finding.fact for finding in findings if finding.piece == copy.piece]
    return CopyEvent.LOSE, {"reason": "; ".join(facts)}


def _said(result: PieceResult) -> dict[str, Any]:
    """The line, the machine's own word and time, and what the word means."""
    words = {"said": result.said, "time": result.time, "reason": result.reason}
    return {"line": result.line, "outcome": result.status.value, **words}


def _told(finding: ResultFinding) -> dict[str, Any]:
    fields = asdict(finding)
    return {"kind": finding.kind.value, "line": finding.line, "of": fields["piece"], "fact": finding.fact}


def told(file: str, finding: ResultFinding) -> Explained:
    """E7076: what is wrong with a line, or with the whole."""
    suspect = finding.kind in _SUSPECT
    look = "Look in the stacker and the divert bin for paper that is not of this job, or that came twice."
    declare = "Nobody can vouch for that copy: look for it and declare it (mailroom piece resolve)."
    return MailroomError(
        "E7076",
        f"{finding.kind.value}: {finding.fact}",
        place=f"{file}, line {finding.line}" if finding.line else file,
        remedy=look if suspect else declare,
    )


def _demand_the_same(plant: Plant, drop: ResultDrop, read: _Read, kept: Path) -> None:
    """E7072 unless the file says of every piece what was recorded from the file before."""
    with plant.read_ledger() as ledger:
        taken = list(results_taken(ledger, read.batch.id))
    if any(entry.detail["sha256"] == read.sha256 for entry in taken):
        return
    fact = f"a person has recorded that job {read.batch.id} has no results"
    if taken:
        control = read_control_file(plant.run_folder(read.batch.run) / read.batch.control_file)
        try:
            before = results_of(kept.read_bytes(), drop.template, control, kept.name)
        except SpoolError:
            before = None  # the template was changed since: the two can't be compared
        if before is not None and _claims(before) == _claims(read.results):
            return
        fact = f"another result file of job {read.batch.id} was taken, and this one says otherwise"
    raise MailroomError(
        "E7072",
        fact,
        place=read.path.name,
        remedy=f"Nothing is changed. Compare the two ({kept}); what is wrong is a person's to declare: "
        "mailroom piece resolve.",
    )


def _claims(results: Results) -> dict[str, Status]:
    return {result.piece: result.status for result in results.pieces}


def results_taken(ledger: Ledger, batch: str) -> Iterator[Entry]:
    """What the journal tells of the result file of a batch: none, or one entry."""
    return (chained.entry for chained in ledger.entries(batch=batch) if chained.entry.event == RESULTS_TAKEN)
