"""Who may do what in an installation's folder at the same time (ADR 0015): one process works on runs, one drives the
machine. A lock goes with its process, however that ends."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from mailroom.domain.errors import MailroomError

_RUNS = "lock"
_MACHINE = "inserter.lock"
_LOOKS = 10
_BETWEEN_S = 0.05
"""Whoever looks whether a lock is held has it for a moment; that must not turn away the one who wants it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that drives the machine. `daemon`: it stays there and inserts whatever is printed."""

    pid: int
    command: str
    url: str
    daemon: bool

    def __str__(self) -> str:
        return f"{self.command} (process {self.pid})"


@contextmanager
def working_alone(folder: Path) -> Iterator[None]:
    """Nobody else works on a run of this folder meanwhile. E7014 when somebody does."""
    handle = _opened(folder / _RUNS)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MailroomError(
                "E7014",
                "another process works on a run here",
                place=str(folder),
                remedy="Wait until it ends, or end it; then start the run again.",
            ) from None
        yield
    finally:
        os.close(handle)


@contextmanager
def driving_machine(folder: Path, holder: Holder) -> Iterator[None]:
    """Nobody else drives the machine of this folder meanwhile. E2062, naming who does."""
    handle = _opened(folder / _MACHINE)
    try:
        if not _taken(handle):
            other = _read(folder) or "another process"
            raise MailroomError(
                "E2062",
                f"the machine is driven by {other}",
                place=str(folder / _MACHINE),
                remedy="mailroom inserter monitor shows what it does. End it first, or let it do the work.",
            )
        os.ftruncate(handle, 0)
        os.write(handle, json.dumps(asdict(holder)).encode())
        yield
    finally:
        os.close(handle)


def machine_holder(folder: Path) -> Holder | None:
    """Who drives the machine of this folder; None when nobody does."""
    if not (folder / _MACHINE).exists():
        return None
    handle = _opened(folder / _MACHINE)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(folder)
    else:
        return None
    finally:
        os.close(handle)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)


def _taken(handle: int) -> bool:
    for _ in range(_LOOKS):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_BETWEEN_S)
        else:
            return True
    return False


def _read(folder: Path) -> Holder | None:
    """What the holder wrote; None in the moment before it has."""
    try:
        return Holder(**json.loads((folder / _MACHINE).read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        return None
