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
)
PRINTER_ATTRIBUTES = (
    "printer-state",
    "printer-state-reasons",
    "printer-error-policy",
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

    `has_document` is whether a document has arrived whole. Without one nothing was or will be printed.
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


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """The queue's own state. `error_policy` is what it does after a fault of the device; None if it does not say."""

    state: str
    reasons: tuple[str, ...]
    error_policy: str | None


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An empty job of ours, canceled at once, just before a submission: the lower end of a proof of absence."""

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
    GAP = "jobs since the bookmark are no longer listed"
    HIDDEN = "the server hides the names of jobs on this printer"


def job_name(key: str) -> str:
    """The `job-name` of a key."""
    return f"{JOB_PREFIX}{key}"


def absence(jobs: Mapping[int, ListedJob], bookmark: Bookmark, newest: int, name: str, printer: str) -> Evidence:
    """Whether a listing proves that no job of this name got a document between the bookmark and job id `newest`.

    CUPS numbers jobs without a gap. So the bookmark must still be there (same number, same uuid: the spool was not
    emptied, the server did not forget), and every number up to `newest`, which was handed out just now. A name that we
    may not see could be ours. The caller has looked for the name before.
    """
    first = jobs.get(bookmark.job_id)
    if first is None or first.uuid != bookmark.uuid or newest <= bookmark.job_id:
        return Evidence.BOOKMARK_LOST
    between = [jobs.get(number) for number in range(bookmark.job_id + 1, newest)]
    if any(job is None or (job.name == name and job.has_document) for job in between):
        return Evidence.GAP
    if any(job is not None and job.name is None and job.printer == printer for job in between):
        return Evidence.HIDDEN
    return Evidence.PROVEN


def with_document(jobs: Iterable[ListedJob], name: str) -> ListedJob | None:
    """The one job of this name that got a document; None if there is none. E3126 if there are several."""
    found = [job for job in jobs if job.name == name and job.has_document]
    if len(found) > 1:
        numbers = ", ".join(str(job.job_id) for job in found)
        raise SpoolError(
            "E3126",
            f"CUPS has more than one job '{name}': {numbers}",
            remedy="Stop the inserter, find the second stack and destroy it; somebody printed the job by hand.",
        )
    return found[0] if found else None


def report_of(key: str, job: ListedJob, printer: PrinterStatus) -> JobReport:
    """What the application is told."""
    return JobReport(
        key=key,
        state=job.state,
        job_id=str(job.job_id),
        reasons=job.reasons,
        impressions_completed=job.impressions,
        sheets_completed=job.sheets,
        printer_state=printer.state,
        printer_reasons=printer.reasons,
    )


def read_job(job_id: int, attributes: Mapping[str, object]) -> ListedJob:
    """One job of a listing. E3129 for a state that IPP does not know."""
    name = attributes.get("job-name")
    octets = _number(attributes.get("job-k-octets")) or 0
    return ListedJob(
        job_id=job_id,
        uuid=str(attributes.get("job-uuid", "")),
        name=name if isinstance(name, str) else None,
        state=_known(_JOB_STATES, attributes.get("job-state"), "job-state"),
        reasons=_words(attributes.get("job-state-reasons")),
        printer=str(attributes.get("job-printer-uri", "")).rpartition("/")[2],
        has_document=octets > 0 or "document-format-supplied" in attributes,
        impressions=_number(attributes.get("job-impressions-completed")),
        sheets=_number(attributes.get("job-media-sheets-completed")),
    )


def read_printer(attributes: Mapping[str, object]) -> PrinterStatus:
    """A printer's attributes. E3129 for a state that IPP does not know."""
    policy = attributes.get("printer-error-policy")
    return PrinterStatus(
        state=_known(_PRINTER_STATES, attributes.get("printer-state"), "printer-state"),
        reasons=_words(attributes.get("printer-state-reasons")),
        error_policy=policy if isinstance(policy, str) else None,
    )


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
