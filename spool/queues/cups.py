"""Print queues of a CUPS server. The only module that imports pycups, which is optional.

How a job is sent so that it is never printed twice:

* A job is made in two steps, `Create-Job` and `Send-Document`. A job without a whole document prints nothing, so a
  fault before the document's last byte is a plain refusal; only the answer to that last byte can be lost. When it is,
  the server is asked at once, and an empty job is canceled: a document still on its way is not printed.
* The document is sent as `application/vnd.cups-pdf`, which CUPS hands to the printer as it is. As `application/pdf` it
  would pass through `pdftopdf`, which writes another file and reports all its pages as printed before the first one is.
* A queue whose error policy lets CUPS print a job again by itself is refused.
* When CUPS puts a job back after it was begun, it would print it from the first sheet again: the job is canceled and
  reported as aborted, for a person to look at the tray.
* Absence is proven, or it is not claimed: see `spool.queues.cups_jobs.absence`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from spool.job import JobReport, JobState, PrintJob, QueueRefused, QueueUncertain, SpoolError
from spool.paper import overrides
from spool.queues.bounded import Pulse, Silence, bounded
from spool.queues.cups_jobs import (
    BOOKMARK_NAME,
    JOB_ATTRIBUTES,
    PRINTER_ATTRIBUTES,
    Bookmark,
    Evidence,
    ListedJob,
    PrinterStatus,
    absence,
    begun_again,
    begun_mark,
    begun_marks,
    closed_mark,
    job_name,
    kept_by_server,
    read_job,
    read_printer,
    report_of,
    with_document,
)
from spool.queues.print_file import check_job, check_key, refuse_bad_key

T = TypeVar("T")

_DOCUMENT_FORMAT = "application/vnd.cups-pdf"
_CHUNK_BYTES = 1 << 16
_HTTP_CONTINUE = 100
_SAFE_POLICY = "abort-job"
_GONE = PrinterStatus(state="stopped", reasons=("deleted",), error_policy=None)

# IPP status codes (RFC 8011 appendix B): code, fact, remedy. 0x0500 and 0x0502 are also what libcups itself reports
# when the connection breaks.
_START_CUPS = "Start CUPS (systemctl start cups) or mend the way to it, then repeat: nothing is printed twice."
_ASK_RIGHTS = "Let this user print on that server (cupsd.conf, Location and Policy), then repeat."
_STATUS = {
    0x0401: ("E3125", "CUPS does not let this user do that", _ASK_RIGHTS),
    0x0402: ("E3125", "CUPS asks this user for a password", _ASK_RIGHTS),
    0x0403: ("E3125", "CUPS does not let this user do that", _ASK_RIGHTS),
    0x0406: ("E3122", "CUPS has no such printer", "Check the name with 'lpstat -e', then correct the settings."),
    0x0500: ("E3121", "CUPS does not answer", _START_CUPS),
    0x0502: ("E3121", "CUPS does not answer", _START_CUPS),
    0x0506: ("E3123", "The queue does not accept jobs", "Run 'cupsaccept' for that printer, then repeat."),
}
_NOT_FOUND = 0x0406
_TWO_JOBS = "E3126"


class CupsQueue:
    """One printer of a CUPS server; `server` is "host:port", None for the server that libcups finds by itself.

    Every call opens its own connection in its own thread: libcups has no timeouts that help (it waits a minute), and it
    keeps server, port and user for each thread; unless they agree with the connection, it takes the server for a
    printer and fails. So no setting of this class reaches any other code in the process. `silence_seconds` is how long
    the server may say nothing.

    Errors: E3120 pycups is missing, E3121 CUPS does not answer, E3122 no such printer, E3123 it accepts no jobs, E3124
    it would print again by itself, E3125 not allowed, E3126 two jobs of one key, E3127 the answer was lost, E3128 not a
    bookmark, E3129 anything else that CUPS says, E3133 the queue can't change paper or sides in a
    job. From `submit` they come as `QueueRefused` or `QueueUncertain`.
    """

    def __init__(self, printer: str, *, server: str | None = None, silence_seconds: float = 30.0) -> None:
        self.name = printer
        self._server = server
        self._place = f"{printer} at {server or 'the default CUPS server'}"
        self._silence_seconds = silence_seconds
        self._cups = _import_pycups()
        self._numbers: dict[str, int] = {}
        self._open: list[int] = []

    def bookmark(self) -> str:
        """Mark the place in the server's list of jobs by an empty job. It prints nothing, and ends by itself.

        Refuses what `submit` would refuse of the printer: E3122, E3123, E3124.
        """

        def mark(connection: Any, _: Pulse) -> Bookmark:
            self._check_printer(connection)
            job_id = connection.createJob(self.name, BOOKMARK_NAME, {})
            return Bookmark(job_id, self._job(connection, job_id).uuid)

        bookmark = self._ask(mark)
        self._open.append(bookmark.job_id)
        return str(bookmark)

    def submit(self, job: PrintJob) -> JobReport:
        """Send a print job. If the server has a job of this key, nothing is sent and that job is reported."""
        refuse_bad_key(job.key)
        step, made = "", 0

        def send(connection: Any, pulse: Pulse) -> JobReport:
            nonlocal step, made

            def enter(name: str) -> None:
                nonlocal step
                # Noted before it may begin: too early only means that the server is asked once more.
                step = name
                pulse.step(name)

            enter("look")
            self._close_empty(connection, job.key, pulse)
            there = with_document(self._jobs(connection).values(), job.key)
            if there is not None:
                step, made = "known", there.job_id
            else:
                check_job(job)
                self._check_paper(self._check_printer(connection), job)
                enter("create")
                made = connection.createJob(self.name, job_name(job.key), _options(job))
                enter("send")
                self._send(connection, made, job.file, enter)
                there = self._job(connection, made)
            self._close_bookmark(connection)
            return self._tell(connection, job.key, there)

        try:
            return self._ask(send)
        except QueueUncertain:
            raise
        except SpoolError as error:
            if step in ("known", "send", "finish"):
                return self._settle(job.key, made, error)
            raise _as(QueueUncertain if error.code == _TWO_JOBS else QueueRefused, error) from error

    def find(self, key: str, bookmark: str) -> JobReport:
        """Look through all jobs for this key. ABSENT if the server's list proves it, VANISHED if it does not.

        An empty job of this key is no job: it printed nothing, and `submit` closes it before it sends another.
        """
        check_key(key)
        place = Bookmark.parse(bookmark) if bookmark else None

        def look(connection: Any, _: Pulse) -> JobReport:
            job = with_document(self._jobs(connection).values(), key)
            if job is None and (place is None or key in self._numbers):
                return JobReport(key=key, state=JobState.VANISHED)
            if job is None and place is not None:
                # Asked first, because for an unknown printer Create-Job fails without saying why.
                self._attributes(connection)
                newest = self._plant(connection, BOOKMARK_NAME)
                jobs = self._jobs(connection)
                job = with_document(jobs.values(), key)
                if job is None:
                    proven = absence(jobs, place, newest, key, self.name) is Evidence.PROVEN
                    return JobReport(key=key, state=JobState.ABSENT if proven else JobState.VANISHED)
            assert job is not None
            return self._tell(connection, key, job)

        return self._ask(look)

    def report(self, key: str, bookmark: str) -> JobReport:
        """The same as `find`, but a job whose number is known is asked for directly."""
        check_key(key)
        number = self._numbers.get(key)
        if number is not None:

            def look(connection: Any, _: Pulse) -> JobReport | None:
                job = self._jobs(connection, first=number, limit=1).get(number)
                if job is None or job.name != job_name(key):
                    return None
                return self._tell(connection, key, job)

            report = self._ask(look)
            if report is not None:
                return report
        return self.find(key, bookmark)

    def _settle(self, key: str, made: int, error: SpoolError) -> JobReport:
        """Find out what became of job `made`, whose sending broke off. Returns its report if it was taken after all."""

        def look(connection: Any, pulse: Pulse) -> JobReport | None:
            self._close_empty(connection, key, pulse)
            jobs = self._jobs(connection)
            if made not in jobs or jobs[made].name != job_name(key):
                raise error
            job = with_document(jobs.values(), key)
            return self._tell(connection, key, job) if job is not None else None

        try:
            report = self._ask(look)
        except SpoolError:
            raise QueueUncertain(
                "E3127",
                f"CUPS did not say whether it took job {key}: {error.message}",
                place=self._place,
                remedy="Send nothing again. When CUPS is back, the job is looked for by its name.",
            ) from error
        if report is None:
            raise _as(QueueRefused, error) from error
        return report

    # What follows runs in the thread of a call.

    def _tell(self, connection: Any, key: str, job: ListedJob) -> JobReport:
        """Report a job, and keep CUPS from printing it again from the first sheet (see `cups_jobs.begun_again`)."""
        self._numbers[key] = job.job_id
        begun_at, ended = job.begun_at, job.state.ended
        if begun_at is None:
            return report_of(key, job, self._printer(connection))
        marks = begun_marks(self._jobs(connection, first=job.job_id).values(), key)
        again = begun_again(job, marks)
        if again and not ended:
            connection.cancelJob(job.job_id)
            job = self._job(connection, job.job_id)
        moment = 0 if again else begun_at
        if moment not in marks and (again or not ended):
            # Without the mark a second beginning may go unnoticed until the inserter sees the sheets; but a printer
            # that takes no more jobs leaves no way to make one.
            with suppress(self._cups.IPPError):
                self._plant(connection, begun_mark(key, moment))
        return report_of(key, job, self._printer(connection), again=again)

    def _plant(self, connection: Any, name: str) -> int:
        """Leave an empty, canceled job in the server's list and return its number. It prints nothing."""
        job_id: int = connection.createJob(self.name, name, {})
        connection.cancelJob(job_id)
        return job_id

    def _close_bookmark(self, connection: Any) -> None:
        """End the bookmark of a submission that succeeded. If it is not clear which it was, they end by themselves."""
        if len(self._open) == 1:
            with suppress(self._cups.IPPError):
                connection.cancelJob(self._open[0])
        self._open.clear()

    def _close_empty(self, connection: Any, key: str, pulse: Pulse) -> None:
        """Cancel empty jobs of this key, left by a sending that broke off, and remember that they were empty."""
        for job in self._jobs(connection).values():
            if job.name != job_name(key) or job.has_document or job.state.ended:
                continue
            if not kept_by_server(job):
                raise QueueUncertain(
                    "E3127",
                    f"CUPS was restarted while it took job {key}, and may have forgotten its document",
                    place=self._place,
                    remedy="Look at the printer's tray, then decide by hand whether the job was printed.",
                )
            pulse.step("close")
            connection.cancelJob(job.job_id)
            # The document may have come between the two questions; then it may have begun, and the mark says nothing.
            self._plant(connection, closed_mark(key, job.job_id))

    def _send(self, connection: Any, job_id: int, file: Path, enter: Callable[[str], None]) -> None:
        status = connection.startDocument(self.name, job_id, file.name, _DOCUMENT_FORMAT, 1)
        with file.open("rb") as handle:
            while status == _HTTP_CONTINUE and (chunk := handle.read(_CHUNK_BYTES)):
                enter("send")
                status = connection.writeRequestData(chunk, len(chunk))
        if status != _HTTP_CONTINUE:
            # The last chunk is not sent: CUPS drops what it has, and the job stays empty.
            raise SpoolError("E3129", f"CUPS stopped reading the document (HTTP {status})", place=self._place)
        enter("finish")
        connection.finishDocument(self.name)

    def _check_printer(self, connection: Any) -> PrinterStatus:
        printer = read_printer(self._attributes(connection))
        if printer.error_policy != _SAFE_POLICY:
            raise SpoolError(
                "E3124",
                f"The queue's error policy '{printer.error_policy}' lets CUPS print a job again by itself",
                place=self._place,
                remedy=f"Run 'lpadmin -p {self.name} -o printer-error-policy={_SAFE_POLICY}', then repeat.",
            )
        return printer

    def _check_paper(self, printer: PrinterStatus, job: PrintJob) -> None:
        if job.stretches and not printer.overrides:
            raise SpoolError(
                "E3133",
                f"Job {job.key} wants several papers or ways to print sides, which this queue can't change in a job",
                place=self._place,
                remedy="Print it on a press that reads the list of papers beside the print file, or plan one paper.",
            )

    def _printer(self, connection: Any) -> PrinterStatus:
        """The printer's state. A deleted printer counts as stopped: its jobs may still be asked for."""
        try:
            return read_printer(self._attributes(connection))
        except self._cups.IPPError as error:
            if error.args[0] == _NOT_FOUND:
                return _GONE
            raise

    def _attributes(self, connection: Any) -> dict[str, Any]:
        attributes: dict[str, Any] = connection.getPrinterAttributes(
            self.name, requested_attributes=list(PRINTER_ATTRIBUTES)
        )
        return attributes

    def _job(self, connection: Any, job_id: int) -> ListedJob:
        attributes = connection.getJobAttributes(job_id, requested_attributes=list(JOB_ATTRIBUTES))
        return read_job(job_id, attributes)

    def _jobs(self, connection: Any, first: int = -1, limit: int = -1) -> dict[int, ListedJob]:
        listing = connection.getJobs(
            which_jobs="all",
            first_job_id=first,
            limit=limit,
            requested_attributes=list(JOB_ATTRIBUTES),
        )
        return {number: read_job(number, attributes) for number, attributes in listing.items()}

    def _ask(self, work: Callable[[Any, Pulse], T]) -> T:
        """Run `work` with a connection of its own and translate what pycups and the wait for it raise."""

        def run(pulse: Pulse) -> T:
            if self._server is not None:
                self._cups.setServer(self._server)
            # Without this libcups would ask for a password on the terminal and wait.
            self._cups.setPasswordCB(lambda _: "")
            connection = self._cups.Connection(host=self._cups.getServer(), port=self._cups.getPort())
            return work(connection, pulse)

        try:
            return bounded(run, self._silence_seconds)
        except Silence as error:
            raise self._away(f"silent for {self._silence_seconds:g} s") from error
        except self._cups.IPPError as error:
            raise self._explain(*error.args) from error
        except RuntimeError as error:
            raise self._away(str(error)) from error

    def _explain(self, status: int, text: str) -> SpoolError:
        unknown = ("E3129", f"CUPS refuses (IPP status 0x{status:04x})", "Read CUPS's error_log, then repeat.")
        code, fact, remedy = _STATUS.get(status, unknown)
        return SpoolError(code, f"{fact}: {text}", place=self._place, remedy=remedy)

    def _away(self, text: str) -> SpoolError:
        code, fact, remedy = _STATUS[0x0502]
        return SpoolError(code, f"{fact}: {text}", place=self._place, remedy=remedy)


def _options(job: PrintJob) -> dict[str, str]:
    """Job attributes. What would change the sheets is said outright: a queue may have defaults for it."""
    changes = tuple(overrides(job.stretches, sides=job.sides, media=job.media))
    return {
        **({"overrides": ",".join(changes)} if changes else {}),
        "sides": job.sides,
        "media": job.media,
        "media-type": job.media_type,
        "copies": "1",
        "number-up": "1",
        "print-scaling": "none",
        "job-sheets": "none,none",
    }


def _as(kind: type[SpoolError], error: SpoolError) -> SpoolError:
    return kind(error.code, error.message, place=error.place, remedy=error.remedy)


def _import_pycups() -> Any:
    try:
        return importlib.import_module("cups")
    except ImportError as error:
        raise SpoolError(
            "E3120",
            "pycups is not installed, so CUPS can't be used",
            remedy="Run \"pip install 'mailroom[cups]'\" or 'make cups' (it needs Debian's libcups2-dev), "
            "or use the folder queue.",
        ) from error
