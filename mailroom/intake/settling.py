"""Which files of a folder are whole, as far as looking at them can tell."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from spool.atomic import disk_error

_UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".download", ".swp", ".lock", "~")
"""Endings that programs give to files they still write, or keep for themselves."""

ERROR_ENDING = ".error"
"""Ours: what was wrong with the file of the name before it."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What changes when a file is written to, or replaced by another."""

    inode: int
    size: int
    modified_ns: int


def signature_of(status: os.stat_result) -> Signature:
    return Signature(status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that might be taken; `settled` when it has not changed for long enough."""

    name: str
    signature: Signature
    settled: bool


def is_candidate(name: str) -> bool:
    """Whether a file of this name is ever taken: none that is hidden, unfinished by its name, or an error list."""
    lower = name.lower()
    return not lower.startswith((".", "~")) and not lower.endswith((*_UNFINISHED, ERROR_ENDING))


@dataclass(slots=True)
class Settling:
    """Remembers from look to look how each file looked and since when."""

    folder: Path
    settle_s: float
    _since: dict[str, tuple[Signature, datetime]] = field(default_factory=dict)

    def look(self, now: datetime) -> list[Candidate]:
        """Every file that might be taken. It is settled once two looks, `settle_s` apart, saw the same signature; at
        once when `settle_s` is 0. Links, folders, pipes and devices are passed over. E6001…E6004 of the folder."""
        found: dict[str, tuple[Signature, datetime]] = {}
        for name, signature in self._files():
            before = self._since.get(name)
            # A clock that was set back must not make a file wait for ever, nor let it through early.
            known = before is not None and before[0] == signature and before[1] <= now
            found[name] = before if known and before is not None else (signature, now)
        self._since = found
        return [
            Candidate(name, signature, (now - since).total_seconds() >= self.settle_s)
            for name, (signature, since) in found.items()
        ]

    def _files(self) -> list[tuple[str, Signature]]:
        files: list[tuple[str, Signature]] = []
        try:
            names = os.listdir(self.folder)
        except OSError as error:
            raise disk_error(error, self.folder) from error
        for name in filter(is_candidate, names):
            try:
                status = os.lstat(self.folder / name)
            except FileNotFoundError:
                continue  # its sender took it back
            if stat.S_ISREG(status.st_mode):
                files.append((name, signature_of(status)))
        return files
