"""The print command of the private IPP printer: takes the time that a press would, then drops the stack into a folder.

`ippeveprinter` calls it with the received file and IPP attributes in the environment, and reads `ATTR:` and `STATE:`
lines from standard error. It writes what the folder queue writes: `KEY.pdf` and, before it, `KEY.json`. Should a key
ever be printed twice, the second stack becomes `KEY~2.pdf`: paper does not overwrite paper.

Files in the fault folder play a press in trouble: `jam` stops it with `media-jam` until the file goes away, `abort`
makes it give up, `mute` is a press that reports no counts.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from spool.job import JobState, PrintJob
from spool.queues.print_file import count_pages, sides_per_sheet
from spool.queues.ticket import new_ticket, write_ticket

JOB_NAME = "mailroom "
_STEP_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the press works and how fast: seconds for each sheet."""

    stack: Path
    faults: Path
    seconds_per_sheet: float


def stack_files(stack: Path, key: str) -> tuple[Path, ...]:
    """Every stack that was printed for a key, oldest first. More than one is a second printing."""
    first = stack / f"{key}.pdf"
    later = sorted(stack.glob(f"{key}~*.pdf"), key=lambda path: int(path.stem.rpartition("~")[2]))
    return ((first,) if first.exists() else ()) + tuple(later)


def print_stack(file: Path, environment: Mapping[str, str], settings: Settings) -> int:
    """Print one file; returns the command's exit status, 0 for a printed stack."""
    key = environment.get("IPP_JOB_NAME", file.stem).removeprefix(JOB_NAME)
    sides = environment.get("IPP_SIDES", environment.get("IPP_SIDES_DEFAULT", "one-sided"))
    media = environment.get("IPP_MEDIA", environment.get("IPP_MEDIA_COL", ""))
    pages, per_sheet = count_pages(file), sides_per_sheet(sides)
    sheets = -(-pages // per_sheet)
    job = PrintJob(key, file, sheets, pages, sides, media, environment.get("IPP_MEDIA_TYPE", ""))
    begun = datetime.now(UTC)
    ticket = new_ticket(job, int(environment.get("IPP_JOB_ID", "0")), begun)
    _tell(f"ATTR: job-impressions={pages}")
    if not _run(pages, sheets, settings):
        return 1
    ended = datetime.now(UTC).isoformat()
    ticket = replace(
        ticket,
        state=JobState.COMPLETED.value,
        sheets_completed=sheets,
        impressions_completed=pages,
        printed_seconds=sheets * settings.seconds_per_sheet,
        started_at=begun.isoformat(),
        counted_at=ended,
        ended_at=ended,
    )
    again = len(stack_files(settings.stack, key))
    name = f"{key}~{again + 1}" if again else key
    write_ticket(settings.stack / f"{name}.json", ticket)
    part = settings.stack / f".{name}.part"
    shutil.copyfile(file, part)
    os.replace(part, settings.stack / f"{name}.pdf")
    return 0


def _run(pages: int, sheets: int, settings: Settings) -> bool:
    """Let the time pass that the sheets need, reporting impressions on the way. False if the press gave up."""
    needed, had, told = sheets * settings.seconds_per_sheet, 0.0, -1
    jammed = False
    while True:
        if (settings.faults / "abort").exists():
            _tell("ERROR: The press gave up.")
            return False
        if (settings.faults / "jam").exists() != jammed:
            jammed = not jammed
            _tell(f"STATE: {'+' if jammed else '-'}media-jam")
        done = pages if had >= needed else int(pages * had / needed)
        if done != told and not (settings.faults / "mute").exists():
            _tell(f"ATTR: job-impressions-completed={done}")
            told = done
        if done == pages and not jammed:
            return True
        time.sleep(_STEP_SECONDS)
        had += 0.0 if jammed else _STEP_SECONDS


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the print command."""
    parser = argparse.ArgumentParser(prog="press")
    parser.add_argument("--stack", type=Path, required=True)
    parser.add_argument("--faults", type=Path, required=True)
    parser.add_argument("--seconds-per-sheet", type=float, default=0.0)
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args(arguments)
    return print_stack(chosen.file, os.environ, Settings(chosen.stack, chosen.faults, chosen.seconds_per_sheet))


if __name__ == "__main__":
    sys.exit(main())
