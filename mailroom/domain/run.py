"""Mail runs and their batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from mailroom.domain.handling import Handling


class RunState(Enum):
    OPEN = "open"
    CLOSED = "closed"


class BatchState(Enum):
    """PLANNED → ASSEMBLED (files written) → SUBMITTING (intent) → SUBMITTED → PRINTED → INSERTING (by a machine or by
    hand) → DONE.

    FAILED is the end of a batch whose print job did not come out whole: its copies are unknown until a person has
    looked, and those destroyed come again in a reprint batch."""

    PLANNED = "planned"
    ASSEMBLED = "assembled"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    PRINTED = "printed"
    INSERTING = "inserting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MailRun:
    """One execution of a print window."""

    id: str
    state: RunState
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """One print file: same envelope, stock, plex and filled by the same. File names are relative to the run's folder.

    `bookmark` is the queue's word from before the submission, `counters` the machine's at the job's end."""

    id: str
    run: str
    envelope: str
    stock: str
    sides: str
    pieces: int
    sheets: int
    state: BatchState
    reprint: bool = False
    print_file: str = ""
    print_file_sha256: str = ""
    control_file: str = ""
    bookmark: str = ""
    job_id: str = ""
    sheets_completed: int | None = None
    counters: Mapping[str, int] = field(default_factory=dict)
    handling: Handling = Handling.MACHINE
