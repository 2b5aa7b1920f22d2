"""Await results: jobs that a machine was given by file are over when its result files are there, or a person gives them
up."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from mailroom.domain.errors import MailroomError, NeedsPerson
from mailroom.domain.lifecycle import CopyEvent, CopyState, demand_person
from mailroom.domain.run import Batch, BatchState
from mailroom.production.hand_to_machine import Handing, handing_of
from mailroom.production.line import Line
from mailroom.production.machine_files import ResultDrop
from mailroom.production.plant import Plant
from mailroom.production.record import Recorder
from mailroom.production.take_results import NOT_YET, REFUSED, result_drop, take_results, told
from spool.atomic import disk_error
from spool.job import SpoolError


def await_results(plant: Plant, line: Line, waiting: Sequence[Batch]) -> None:
    """Take the result files that the machine has left, and put away those that were taken before a crash. Raises
    NeedsPerson (E7070) when jobs wait and none of them is over by then."""
    drop = result_drop(plant)
    for path in list(_files(drop)):
        _take_one(plant, line, path)
    with plant.read_ledger() as ledger:
        held = [ledger.batch(batch.id) or batch for batch in waiting]
        open_jobs = [(batch, handing_of(ledger, batch.id)) for batch in held if batch.state is not BatchState.DONE]
    if open_jobs and len(open_jobs) == len(waiting):
        raise _jobs_wait(drop, open_jobs)


def give_up_results(plant: Plant, job: str, name: str) -> int:
    """Person `name` says that the machine has no results of a job: what it was given is unknown, copy by copy. Returns
    how many copies that are. E7073 when the job does not wait for a file."""
    demand_person("give up results", f"person:{name}")
    with plant.open_ledger() as ledger:
        batch = ledger.batch(job)
        handing = handing_of(ledger, job)
        if batch is None or handing is None or not handing.by_files or batch.state is not BatchState.INSERTING:
            remedy = "mailroom run show lists the batches; one that waits is inserting."
            raise MailroomError("E7073", f"no job {job!r} waits for a result file", place=job, remedy=remedy)
        record = Recorder(ledger, plant.clock)
        reason = "the machine has no results of this job"
        lost = record.copies(batch, CopyState.FEEDING, CopyEvent.LOSE, f"person:{name}", reason=reason)
        record.batch(batch, BatchState.DONE, f"person:{name}")
        ledger.commit()
    return lost


def _files(drop: ResultDrop) -> Iterator[Path]:
    """Result files by name. What has another ending or begins with a dot is none yet; links are not followed."""
    try:
        for path in sorted(drop.folder.iterdir()):
            named = path.suffix == drop.template.suffix and not path.name.startswith(".")
            if named and stat.S_ISREG(path.lstat().st_mode):
                yield path
    except OSError as error:
        raise disk_error(error, drop.folder) from error


def _take_one(plant: Plant, line: Line, path: Path) -> None:
    """A file leaves the folder when its bytes are kept: in the run's folder, or in the quarantine."""
    try:
        taken = take_results(plant, path, line.machine)
    except (MailroomError, SpoolError) as fault:
        if fault.code not in NOT_YET | REFUSED:
            raise
        line.tell(fault)
        if fault.code in NOT_YET:
            return
        plant.machine_files.set_aside(path, [fault])
    else:
        for finding in taken.findings if taken.fresh else ():
            line.tell(told(taken.file, finding))
    try:
        path.unlink()
    except OSError as error:
        raise disk_error(error, path) from error


def _jobs_wait(drop: ResultDrop, jobs: Sequence[tuple[Batch, Handing | None]]) -> NeedsPerson:
    names = ", ".join(batch.id for batch, _ in jobs)
    taken = {batch.id for batch, handing in jobs if handing is not None and not handing.to.exists()}
    left = [batch.id for batch, _ in jobs if batch.id not in taken]
    where = f"; the machine has not taken the control file of {', '.join(left)} yet" if left else ""
    return NeedsPerson(
        "E7070",
        f"waiting for the machine's results of {names}{where}",
        place=str(drop.folder / f"*{drop.template.suffix}"),
        remedy="Feed the printed stacks at the machine; when its result file is there: mailroom run start. Or give the "
        "file by hand: mailroom run results FILE. If there will be none: mailroom run results --none JOB --who NAME.",
    )
