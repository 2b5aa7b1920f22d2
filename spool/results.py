"""Result files of machines: what became of each piece of a job, by template. Nothing in them is guessed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from spool.atomic import disk_error
from spool.control import ControlFile, ControlPiece
from spool.control_records import Record, cut, read_records
from spool.control_template import BODY, Per, Template
from spool.control_template_file import Vocabulary, load_template
from spool.control_values import Kind, Told
from spool.job import SpoolError


class Status(Enum):
    """What a machine says of a piece."""

    STACKED = "stacked"
    """Inserted, closed and in the stack."""
    DIVERTED = "diverted"
    """Outsorted: whole, in the divert bin."""
    LOST = "lost"
    """Destroyed or missing in a jam."""
    REMOVED = "removed"
    """Taken out by the operator."""
    UNREAD = "unread"
    """Its code or marks were not read: where it is, is not known."""


class FindingKind(Enum):
    """What is wrong with a line, or with the whole."""

    UNKNOWN_STATUS = "unknown-status"
    UNKNOWN_PIECE = "unknown-piece"
    OTHER_COPY = "other-copy"
    OTHER_JOB = "other-job"
    DUPLICATE = "duplicate"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ResultFinding:
    """A fact that a person must look at. `line` is 0 for a piece that no line names."""

    kind: FindingKind
    line: int
    piece: str
    fact: str


@dataclass(frozen=True, slots=True)
class PieceResult:
    """What the machine says of one copy.

    `said` is its own word for the status; `time` and `reason` are as it wrote them.
    """

    piece: str
    copy: int
    status: Status
    said: str
    line: int
    time: str
    reason: str


@dataclass(frozen=True, slots=True)
class Results:
    """A result file that was whole. A piece of the job without a result has a finding that says why."""

    job: str
    pieces: tuple[PieceResult, ...]
    findings: tuple[ResultFinding, ...]


_ANYWHERE: Final = tuple(Per)
_KINDS: Final[Mapping[str, tuple[Kind, tuple[Per, ...]]]] = {
    "job": (Kind.TEXT, _ANYWHERE),
    "ignored": (Kind.TEXT, _ANYWHERE),
    "line_number": (Kind.NUMBER, _ANYWHERE),
    "record_number": (Kind.NUMBER, (Per.PIECE,)),
    "piece": (Kind.TEXT, (Per.PIECE,)),
    "copy": (Kind.NUMBER, (Per.PIECE,)),
    "status": (Kind.TEXT, (Per.PIECE,)),
    "time": (Kind.TEXT, (Per.PIECE,)),
    "reason": (Kind.TEXT, (Per.PIECE,)),
    "pieces": (Kind.NUMBER, (Per.HEADER, Per.TRAILER)),
    "all_lines": (Kind.NUMBER, (Per.HEADER, Per.TRAILER)),
    **{f"all_{status.value}": (Kind.NUMBER, (Per.HEADER, Per.TRAILER)) for status in Status},
}
RESULT: Final = Vocabulary(
    kinds=_KINDS,
    exact=("job", "piece", "copy", "status"),
    needed=("job", "piece", "status"),
    statuses=[status.value for status in Status],
)
"""The values of result files."""


def load_result_template(name_or_path: str | Path) -> Template:
    """A template of result files by the name of a shipped one, or from a file. Raises `SpoolError` E6307."""
    return load_template(name_or_path, RESULT)


def read_results(path: Path, template: Template, control: ControlFile) -> Results:
    """What the machine says became of the pieces of `control`.

    Raises `SpoolError`, its place "file:line": E6310 the file is not whole (no trailer, a count that disagrees), E6311
    a line is none of the template's records, E6312 the file is of another job; E6001…E6004 for the disk.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise disk_error(error, path) from error
    return results_of(data, template, control, str(path))


def results_of(data: bytes, template: Template, control: ControlFile, name: str) -> Results:
    """`read_results` of a file's bytes; `name` is told in errors."""
    records = read_records(data, template, name)
    body = [record for record in records if record.per in BODY]
    _check_job(records, control.header.job, name)
    _check_counts(records, body, template, name)
    sorter = _Sorter(template, control)
    for record in body:
        sorter.take(record)
    return sorter.results()


def job_of(data: bytes, template: Template, name: str) -> str:
    """The job that a result file is of: that of its header or trailer, else the one that most of its lines name.

    Raises `SpoolError` E6310, E6311 as `read_results` does; `name` is told in errors.
    """
    records = read_records(data, template, name)
    around = [record for record in records if record.per not in BODY and "job" in record.values]
    named = Counter(str(record.values["job"]) for record in around or records if "job" in record.values)
    if not named:
        raise cut("it names no job", name)
    return named.most_common(1)[0][0]


def _check_job(records: Sequence[Record], job: str, name: str) -> None:
    for record in records:
        said = record.values.get("job", job)
        if record.per not in BODY and said != job:
            remedy = f"Give the result file to the batch of job {said}, or look which file the machine was fed."
            fact = f"The result file is of job {said}, not {job}"
            raise SpoolError("E6312", fact, place=f"{name}:{record.line}", remedy=remedy)


def _check_counts(records: Sequence[Record], body: Sequence[Record], template: Template, name: str) -> None:
    """Everything that the file counts, recounted. Raises `SpoolError` E6310."""
    said = Counter(template.statuses.get(str(record.values["status"]), "") for record in body)
    lines = len(records) + int(template.csv.captions)
    sums = {"pieces": len(body), "all_lines": lines, **{f"all_{one.value}": said[one.value] for one in Status}}
    # A status that the template lacks belongs to none of the sums: the finding tells, not a sum that is short of it.
    unknown = {f"all_{one.value}" for one in Status} if said[""] else set()
    for number, record in enumerate(body, start=1):
        sums["record_number"] = number
        _expect(record, "record_number", number, name)
    for record in records:
        _expect(record, "line_number", record.line, name)
        if record.per not in BODY:
            for value, due in sums.items():
                if value in record.values and value not in unknown:
                    _expect(record, value, due, name)


def _expect(record: Record, value: str, due: int, name: str) -> None:
    told = record.values.get(value, due)
    if told != due:
        raise cut(f"{value!r} says {told}, the file has {due}", f"{name}:{record.line}")


class _Sorter:
    """Puts each line under its piece, or among the findings."""

    def __init__(self, template: Template, control: ControlFile) -> None:
        self._template = template
        self._control = control
        self._pieces = {piece.piece: piece for piece in control.pieces}
        self._lines: defaultdict[str, list[Record]] = defaultdict(list)
        self._findings: list[ResultFinding] = []

    def take(self, record: Record) -> None:
        """Put one line in its place."""
        key = str(record.values["piece"])
        job = self._control.header.job
        said_job = record.values.get("job", job)
        if said_job != job:
            self._find(FindingKind.OTHER_JOB, record.line, key, f"The line is of job {said_job}, not {job}")
        elif key not in self._pieces:
            self._find(FindingKind.UNKNOWN_PIECE, record.line, key, f"Job {job} has no piece {key!r}")
        elif record.values.get("copy", self._pieces[key].copy) != self._pieces[key].copy:
            fact = f"The line is of copy {record.values.get('copy')}, the job has copy {self._pieces[key].copy}"
            self._find(FindingKind.OTHER_COPY, record.line, key, fact)
        else:
            self._lines[key].append(record)

    def results(self) -> Results:
        """The result of each piece, and what a person must look at, in the order of the file."""
        found = tuple(self._judged())
        findings = tuple(sorted(self._findings, key=lambda finding: (finding.line == 0, finding.line)))
        return Results(self._control.header.job, found, findings)

    def _judged(self) -> Iterator[PieceResult]:
        named = {finding.piece for finding in self._findings}
        for piece in self._control.pieces:
            lines = self._lines[piece.piece]
            if not lines:
                # A line of another copy is no word about this one, and says already that someone must look.
                beside = ": a line of another copy or job names it" if piece.piece in named else ""
                self._find(FindingKind.MISSING, 0, piece.piece, f"No line says what became of it{beside}")
            elif len(lines) > 1:
                self._twice(piece, lines)
            else:
                yield from self._result(piece, lines[0])

    def _twice(self, piece: ControlPiece, lines: Sequence[Record]) -> None:
        for record in lines:
            others = ", ".join(str(other.line) for other in lines if other is not record)
            fact = f"The line says {record.values['status']!r}, and the piece stands in line {others} too"
            self._find(FindingKind.DUPLICATE, record.line, piece.piece, fact)

    def _result(self, piece: ControlPiece, record: Record) -> Iterator[PieceResult]:
        said = str(record.values["status"])
        if said not in self._template.statuses:
            fact = f"The template {self._template.name} does not map the status {said!r}"
            self._find(FindingKind.UNKNOWN_STATUS, record.line, piece.piece, fact)
            return
        time, reason = _text(record.values.get("time")), _text(record.values.get("reason"))
        status = Status(self._template.statuses[said])
        yield PieceResult(piece.piece, piece.copy, status, said, record.line, time, reason)

    def _find(self, kind: FindingKind, line: int, piece: str, fact: str) -> None:
        self._findings.append(ResultFinding(kind, line, piece, fact))


def _text(said: Told) -> str:
    return "" if said is None else str(said)
