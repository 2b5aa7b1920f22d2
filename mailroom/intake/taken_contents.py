"""Which contents were taken in before: a list that only grows, one line for each file taken."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from spool.atomic import disk_error, sync_folder

_LINE = re.compile(rb"([0-9a-f]{64})\t([^\t\n]+)\t([^\t\n]+)\t(\"[^\t\n]*\")")


@dataclass(frozen=True, slots=True)
class TakenContent:
    """`claim` is the name of the take-up, which no two share; `name` the file's."""

    digest: str
    claim: str
    at: str
    name: str


class TakenContents:
    """The list in the file `path`; several hot folders may share one. E6001…E6004 when it can't be read or written.

    A line that a crash cut short is passed over: the file it was for is taken up again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._by_digest: dict[str, TakenContent] = {}
        self._claims: set[str] = set()
        self._read_bytes = 0

    def first(self, digest: str) -> TakenContent | None:
        """The first file taken with this content."""
        return self._by_digest.get(digest)

    def is_taken(self, claim: str) -> bool:
        return claim in self._claims

    def refresh(self) -> None:
        """Read what another process has added."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._read_bytes)
                data = file.read()
        except FileNotFoundError:
            return
        except OSError as error:
            raise disk_error(error, self._path) from error
        whole = data[: data.rfind(b"\n") + 1]
        self._read_bytes += len(whole)
        for line in whole.splitlines():
            if (match := _LINE.fullmatch(line)) is not None:
                digest, claim, at, name = (part.decode() for part in match.groups())
                self._know(TakenContent(digest, claim, at, json.loads(name)))

    def add(self, digest: str, claim: str, at: datetime, name: str) -> None:
        """Add a line; it is on the disk when this returns."""
        taken = TakenContent(digest, claim, at.isoformat(), name)
        line = "\t".join((taken.digest, taken.claim, taken.at, json.dumps(name))).encode() + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                size = os.fstat(handle).st_size
                cut_short = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
                os.write(handle, b"\n" + line if cut_short else line)
                os.fsync(handle)
            finally:
                os.close(handle)
            sync_folder(str(self._path.parent))
        except OSError as error:
            raise disk_error(error, self._path) from error
        self._know(taken)

    def _know(self, taken: TakenContent) -> None:
        self._by_digest.setdefault(taken.digest, taken)
        self._claims.add(taken.claim)
