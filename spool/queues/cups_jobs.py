"""What a CUPS server says of its jobs, as values, and what follows from it. Pure: nothing here talks to a server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from spool.job import JobReport, JobState, SpoolError

V = TypeVar("V")

JOB_PREFIX = "mailroom "
BOOKMARK_NAME = "mailroom bookmark (prints nothing)"
# Added to `job-state-reasons`, which otherwise are CUPS's own.
BEGUN_AGAIN = "mailroom-begun-again"
_INCOMING = "job-incoming"
_BEGUN_PREFIX = "mailroom began "
_CLOSED_PREFIX = "mailroom closed "

JOB_ATTRIBUTES = (
    "job-id",
    "job-uuid",
    "job-name",
    "job-state",
    "job-state-reasons",
    "job-printer-uri",
    "job-k-octets",
    "document-format-supplied",
    "job-impressions-completed",
    "job-media-sheets-completed",
    "sides",
    "time-at-processing",
)
PRINTER_ATTRIBUTES = (
    "printer-state",
    "printer-state-reasons",
    "printer-error-policy",
    "job-creation-attributes-supported",
)

# RFC 8011: section 5.3.7 `job-state`, section 5.4.11 `printer-state`.
_JOB_STATES = {
    3: JobState.PENDING,
    4: JobState.PENDING_HELD,
    5: JobState.PROCESSING,
    6: JobState.PROCESSING_STOPPED,
    7: JobState.CANCELED,
    8: JobState.ABORTED,
    9: JobState.COMPLETED,
}
_PRINTER_STATES = {3: "idle", 4: "processing", 5: "stopped"}


@dataclass(frozen=True, slots=True)
class ListedJob:
    """A job as the server lists it. `name` is None where the server keeps it from us (`JobPrivateValues`).

    `has_document` is whether a document has arrived whole. Without one nothing was or will be printed. `begun_at` is
    when printing last began, in the server's seconds; None if it has not.
    """

    job_id: int
    uuid: str
    name: str | None
    state: JobState
    reasons: tuple[str, ...]
    printer: str
    has_document: bool
    impressions: int | None
    sheets: int | None
    begun_at: int | None = None


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """The queue's own state. `error_policy` is what it does after a fault of the device; None if it does not say.
    `overrides`: it takes other sides and paper for single pages (PWG 5100.6)."""

    state: str
    reasons: tuple[str, ...]
    error_policy: str | None
    overrides: bool = False


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An empty job of ours, made just before a submission: the lower end of a proof of absence.

    It is left open until the submission has succeeded, because an open job tells whether the server lived on (see
    `kept_by_server`); otherwise the server ends it after a time (`MultipleOperationTimeout`).
    """

    job_id: int
    uuid: str

    def __str__(self) -> str:
        return f"{self.job_id} {self.uuid}"

    @staticmethod
    def parse(text: str) -> Bookmark:
        """Read `str(bookmark)`. E3128 for anything else."""
        number, _, uuid = text.partition(" ")
        if not number.isascii() or not number.isdigit() or not uuid:
            raise SpoolError(
                "E3128",
                f"'{text}' is not a bookmark of a CUPS queue",
                remedy="Look for the job by its name in CUPS and decide by hand whether it was printed.",
            )
        return Bookmark(int(number), uuid)


class Evidence(Enum):
    """Why the absence of a job is proven, or why not."""

    PROVEN = "every job since the bookmark is listed, and none is ours"
    BOOKMARK_LOST = "the job that marks the place is no longer listed"
    RESTARTED = "the server was restarted before it is sure to have written down what it took"
    GAP = "jobs since the bookmark are no longer listed"
    HIDDEN = "the server hides the names of jobs on this printer"


def job_name(key: str) -> str:
    """The `job-name` of a key."""
    return f"{JOB_PREFIX}{key}"


def kept_by_server(job: ListedJob) -> bool:
    """Whether an empty job proves that nothing which the server took together with it can have been forgotten.

    cupsd writes what it took to disk up to half a minute later (`DirtyCleanInterval`); killed before that, it forgets
    jobs that it has accepted and perhaps begun. It calls an empty job `job-incoming` only in the life in which the job
    was made. Once the job has ended, the server has lived long enough after it.
    """
    return job.state.ended or _INCOMING in job.reasons


def absence(jobs: Mapping[int, ListedJob], bookmark: Bookmark, newest: int, key: str, printer: str) -> Evidence:
    """Whether a listing proves that no job of this key got a document between the bookmark and job id `newest`.

    CUPS numbers jobs without a gap. So the bookmark must still be there (same number, same uuid: the spool was not
    emptied), and every number up to `newest`, which was handed out just now. A name that we may not see could be ours.
    """
    name = job_name(key)
    first = jobs.get(bookmark.job_id)
    if first is None or first.uuid != bookmark.uuid or newest <= bookmark.job_id:
        return Evidence.BOOKMARK_LOST
    between = [jobs.get(number) for number in range(bookmark.job_id + 1, newest)]
    if any(job is None for job in between) or _with_document(jobs.values(), key):
        return Evidence.GAP
    if not all(kept_by_server(job) for job in (first, *between) if job and (job is first or job.name == name)):
        return Evidence.RESTARTED
    if any(job is not None and job.name is None and job.printer == printer for job in between):
        return Evidence.HIDDEN
    return Evidence.PROVEN


def begun_mark(key: str, begun_at: int) -> str:
    """The name of an empty job that remembers, in the server, when the job of this key began; 0 for "begun in vain"."""
    return f"{_BEGUN_PREFIX}{key} {begun_at}"


def begun_marks(jobs: Iterable[ListedJob], key: str) -> frozenset[int]:
    """The moments remembered for this key."""
    return _marks(jobs, f"{_BEGUN_PREFIX}{key} ")


def closed_mark(key: str, job_id: int) -> str:
    """The name of an empty job that remembers that job `job_id` of this key was canceled while it was empty.

    CUPS takes a late document for a canceled job, though it never prints it; by then the job looks like one that a
    person has canceled.
    """
    return f"{_CLOSED_PREFIX}{key} {job_id}"


def _marks(jobs: Iterable[ListedJob], start: str) -> frozenset[int]:
    numbers = (job.name.removeprefix(start) for job in jobs if job.name and job.name.startswith(start))
    return frozenset(int(number) for number in numbers if number.isascii() and number.isdigit())


def begun_again(job: ListedJob, marks: frozenset[int]) -> bool:
    """Whether the server has begun to print this job more than once, or is about to.

    CUPS puts a job back into the queue when its printer is disabled or the server is restarted in the midst of it, and
    then prints it from the first sheet again, though sheets may lie in the tray.
    """
    put_back = job.begun_at is not None and job.state in (JobState.PENDING, JobState.PENDING_HELD)
    return put_back or bool(marks - {job.begun_at})


def with_document(jobs: Iterable[ListedJob], key: str) -> ListedJob | None:
    """The one job of this key that got a document; None if there is none. E3126 if there are several."""
    found = _with_document(jobs, key)
    if len(found) > 1:
        numbers = ", ".join(str(job.job_id) for job in found)
        raise SpoolError(
            "E3126",
            f"CUPS has more than one job '{job_name(key)}': {numbers}",
            remedy="Stop the inserter, find the second stack and destroy it; somebody printed the job by hand.",
        )
    return found[0] if found else None


def _with_document(jobs: Iterable[ListedJob], key: str) -> list[ListedJob]:
    listed = list(jobs)
    closed = _marks(listed, f"{_CLOSED_PREFIX}{key} ")
    return [
        job
        for job in listed
        if job.name == job_name(key)
        and job.has_document
        and not (job.job_id in closed and job.state.ended and job.begun_at is None)
    ]


def report_of(key: str, job: ListedJob, printer: PrinterStatus, *, again: bool = False) -> JobReport:
    """What the application is told. A job that was begun again counts as aborted: nobody knows which sheets are out."""
    return JobReport(
        key=key,
        state=JobState.ABORTED if again else job.state,
        job_id=str(job.job_id),
        reasons=(*job.reasons, BEGUN_AGAIN) if again else job.reasons,
        impressions_completed=job.impressions,
        sheets_completed=job.sheets,
        printer_state=printer.state,
        printer_reasons=printer.reasons,
    )


def read_job(job_id: int, attributes: Mapping[str, object]) -> ListedJob:
    """One job of a listing. E3129 for a state that IPP does not know."""
    name = attributes.get("job-name")
    state = _known(_JOB_STATES, attributes.get("job-state"), "job-state")
    impressions, sheets = _counts(attributes, state)
    octets = _number(attributes.get("job-k-octets")) or 0
    return ListedJob(
        job_id=job_id,
        uuid=str(attributes.get("job-uuid", "")),
        name=name if isinstance(name, str) else None,
        state=state,
        reasons=_words(attributes.get("job-state-reasons")),
        printer=str(attributes.get("job-printer-uri", "")).rpartition("/")[2],
        has_document=octets > 0 or "document-format-supplied" in attributes,
        impressions=impressions,
        sheets=sheets,
        begun_at=_number(attributes.get("time-at-processing")),
    )


def read_printer(attributes: Mapping[str, object]) -> PrinterStatus:
    """A printer's attributes. E3129 for a state that IPP does not know."""
    policy = attributes.get("printer-error-policy")
    return PrinterStatus(
        state=_known(_PRINTER_STATES, attributes.get("printer-state"), "printer-state"),
        reasons=_words(attributes.get("printer-state-reasons")),
        error_policy=policy if isinstance(policy, str) else None,
        overrides="overrides" in _words(attributes.get("job-creation-attributes-supported")),
    )


def _counts(attributes: Mapping[str, object], state: JobState) -> tuple[int | None, int | None]:
    """Impressions and sheets as the device reported them; None where it reported nothing.

    CUPS itself counts one impression when a job is handed over, so a completed job with one or none says nothing. It
    takes half the impressions as the sheets of a two-sided job and rounds down, which drops a last sheet with an empty
    back.
    """
    impressions = _number(attributes.get("job-impressions-completed"))
    sheets = _number(attributes.get("job-media-sheets-completed"))
    if state is not JobState.COMPLETED or impressions is None or sheets is None:
        return impressions, sheets
    if impressions <= 1:
        return None, None
    two_sided = str(attributes.get("sides", "")).startswith("two-sided")
    return impressions, max(sheets, (impressions + 1) // 2) if two_sided else sheets


def _known(table: Mapping[int, V], value: object, attribute: str) -> V:
    if isinstance(value, int) and value in table:
        return table[value]
    raise SpoolError("E3129", f"CUPS reports {attribute} {value!r}", remedy="Report this with the version of CUPS.")


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _words(value: object) -> tuple[str, ...]:
    """A keyword or a list of keywords (pycups unpacks lists of one)."""
    if isinstance(value, str):
        return (value,)
    return tuple(str(word) for word in value) if isinstance(value, list | tuple) else ()
