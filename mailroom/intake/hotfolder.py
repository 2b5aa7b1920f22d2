"""Hot folders: files are taken up when they are whole, once each, and none is lost by a crash at any point.

A file is first moved into `taking/CLAIM/`, out of its sender's reach. There it is taken in; when that is durable, its
content is put on the list of contents taken, and last the folder of the claim moves to `taken/` in one step. Whatever
lies in `taking/` at the next look was interrupted and is gone on with first.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Literal

from mailroom.domain.errors import Explained, InputRefused
from mailroom.intake.arrival import Arrival, Outcome, Take
from mailroom.intake.quarantine import keep, set_aside, shortened
from mailroom.intake.settling import ERROR_ENDING, Candidate, Settling, Signature, signature_of
from mailroom.intake.taken_contents import TakenContents
from spool.atomic import disk_error, sync_folder, write_whole

_ATTEMPTS_MAX = 3
_ATTEMPTS = ".attempts"
_OVER = ".over-"
_ERROR_NAME_BYTES = 220
"""Of a file's name in that of its error list: a name may have 255 bytes, those of a temporary name included."""


class Fate(Enum):
    """What became of a file at a look."""

    TAKEN = "taken"
    REFUSED = "refused"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Looked:
    """One file of a look. `errors` tells what was refused, of a file that was taken too; `kept` is where the file lies
    now (None while it waits); `why` tells what a file waits for."""

    name: str
    fate: Fate
    errors: tuple[Explained, ...] = ()
    kept: Path | None = None
    why: str = ""


@dataclass(slots=True)
class HotFolder:
    """A folder that files are put into. Nothing runs by itself: whoever has a clock calls `look`.

    quarantine  refused files, each beside `NAME.errors.json`; `NAME.error` in the folder tells the sender.
    contents    the list of contents taken; folders that share it refuse one another's duplicates.
    settle_s    how long a file must stay unchanged, over two looks at least; 0 when all senders rename into place.
    order       of taking: by the time of the last change, or by name.
    companion   ending of the index file that comes with each file (".csv"): neither is taken without the other.
    duplicates  what becomes of content taken before.
    """

    folder: Path
    quarantine: Path
    contents: TakenContents
    take: Take
    clock: Callable[[], datetime]
    settle_s: float = 10.0
    order: Literal["time", "name"] = "time"
    companion: str = ""
    duplicates: Literal["refuse", "take"] = "refuse"
    token: Callable[[], str] = field(default=lambda: secrets.token_hex(4))
    _settling: Settling = field(init=False)

    def __post_init__(self) -> None:
        self._settling = Settling(self.folder, self.settle_s)

    def look(self) -> Iterator[Looked]:
        """Take what is whole, and go on with what was interrupted; one result for each file that is there, as it comes.

        Raises InputRefused E1431 when another process looks into the folder at this moment, SpoolError E6001…E6004 for
        faults of the disk, and what `take` raises: nothing is lost by that, the next look goes on.
        """
        try:
            with self._alone():
                self.contents.refresh()
                # First what was interrupted: what it was there for must not be overtaken by a newer file of its name.
                for claim in self._claims():
                    yield from self._go_on(claim)
                ready, waiting = self._sorted_out(self._settling.look(self.clock()))
                for main, companion in ready:
                    yield from self._take_up(main, companion)
                yield from waiting
        except OSError as error:
            raise disk_error(error, error.filename or self.folder) from error

    @property
    def _taking(self) -> Path:
        return self.folder / "taking"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        for part in (self._taking, self.folder / "taken"):
            os.makedirs(part, exist_ok=True)
        handle = os.open(self._taking / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                fact = "another process looks into this folder"
                remedy = "Let only one Mailroom look into a hot folder; stop the other."
                raise InputRefused("E1431", fact, place=str(self.folder), remedy=remedy) from error
            yield
        finally:
            os.close(handle)

    def _claims(self) -> list[Path]:
        """Claims that were interrupted, oldest first; what was only not yet cleared away is."""
        names = sorted(os.listdir(self._taking))
        for name in names:
            if name.startswith(_OVER):
                _clear(self._taking / name)
        return [self._taking / name for name in names if not name.startswith(".")]

    def _sorted_out(self, candidates: list[Candidate]) -> tuple[list[tuple[Candidate, Candidate | None]], list[Looked]]:
        """Files to be taken up with their companions, in order, and those that wait."""
        by_name = {candidate.name: candidate for candidate in candidates}
        ready: list[tuple[Candidate, Candidate | None]] = []
        waiting: list[Looked] = []
        for candidate in sorted(candidates, key=self._rank):
            if self._is_companion(candidate.name):
                continue
            companion_name = Path(candidate.name).stem + self.companion
            companion = by_name.get(companion_name) if self.companion else None
            if self.companion and companion is None:
                waiting.append(Looked(candidate.name, Fate.WAITING, why=f"{companion_name} is not there"))
            elif candidate.settled and (companion is None or companion.settled):
                ready.append((candidate, companion))
            else:
                waiting.append(Looked(candidate.name, Fate.WAITING, why="it may still be written"))
        return ready, waiting

    def _rank(self, candidate: Candidate) -> tuple[int, str]:
        return (candidate.signature.modified_ns if self.order == "time" else 0, candidate.name)

    def _is_companion(self, name: str) -> bool:
        return bool(self.companion) and name.endswith(self.companion)

    def _take_up(self, main: Candidate, companion: Candidate | None) -> list[Looked]:
        claim = self._taking / f"{self.clock():%Y%m%dT%H%M%S}-{self.token()}"
        os.mkdir(claim)
        sync_folder(str(self._taking))
        for part in (companion, main):  # the companion first: a claim without its main file is put back
            if part is None:
                continue
            try:
                os.rename(self.folder / part.name, claim / part.name)
            except FileNotFoundError:  # its sender took it back
                return self._put_back(claim)
            status = os.lstat(claim / part.name)
            if not stat.S_ISREG(status.st_mode):
                return self._put_back(claim)
            if signature_of(status) != part.signature:
                sync_folder(str(claim))
                return [Looked(main.name, Fate.WAITING, why="it was written to while it was taken up")]
        sync_folder(str(claim))
        sync_folder(str(self.folder))
        return self._go_on(claim)

    def _put_back(self, claim: Path) -> list[Looked]:
        """What turned out to be no whole arrival goes back to where it came from, under a free name."""
        for name in os.listdir(claim):
            free = not os.path.lexists(self.folder / name)
            os.rename(claim / name, self.folder / (name if free else f"{claim.name}-{shortened(name)}"))
        sync_folder(str(self.folder))
        os.rmdir(claim)
        return []

    def _go_on(self, claim: Path) -> list[Looked]:
        """Bring a claim to its end, from wherever it stands."""
        names = [name for name in os.listdir(claim) if not name.startswith(".")]
        main = next((name for name in names if not self._is_companion(name)), None)
        if main is None or not stat.S_ISREG(os.lstat(claim / main).st_mode):
            with suppress(FileNotFoundError):
                os.unlink(claim / _ATTEMPTS)
            return self._put_back(claim)
        companion = next((claim / name for name in names if name != main), None)
        if self.contents.is_taken(claim.name):
            return [Looked(main, Fate.TAKEN, kept=self._move_to_taken(claim) / main)]
        before = _signatures(claim, names)
        arrival = Arrival(claim / main, _digest(claim / main, companion), companion)
        outcome = self._duplicate(arrival, main) or self._attempt(claim, arrival)
        if _signatures(claim, names) != before:
            return [Looked(main, Fate.WAITING, why="it was written to while it was taken in")]
        return [self._end(claim, arrival, outcome)]

    def _duplicate(self, arrival: Arrival, name: str) -> Outcome | None:
        first = self.contents.first(arrival.digest)
        if first is None or self.duplicates == "take":
            return None
        fact = "this content was taken in before"
        remedy = "Nothing to do if it was sent twice. To deliver it once more, take it in by hand: mailroom intake."
        place = f"{name} (first: {first.name}, {first.at[:16].replace('T', ' ')})"
        return Outcome(False, (InputRefused("E1430", fact, place=place, remedy=remedy),))

    def _attempt(self, claim: Path, arrival: Arrival) -> Outcome:
        """Take it in; a file that ended this very process several times is refused instead."""
        marks = claim / _ATTEMPTS
        attempts = marks.stat().st_size if marks.exists() else 0
        if attempts >= _ATTEMPTS_MAX:
            fact = f"taking it in was begun {attempts} times and never came to an end"
            remedy = "Call support with the file: it ends the program, or the machine was switched off each time."
            return Outcome(False, (InputRefused("E1432", fact, place=arrival.file.name, remedy=remedy),))
        with marks.open("ab") as mark:
            mark.write(b".")
        try:
            return self.take(arrival)
        finally:
            os.unlink(marks)  # it came to an end, be it an error: only the end of the process leaves the mark

    def _end(self, claim: Path, arrival: Arrival, outcome: Outcome) -> Looked:
        """Everything is written before the claim goes: refusals, the sender's list, the content's line."""
        name = arrival.file.name
        kept: Path | None = None
        if outcome.refusals or not outcome.taken:
            source = str(self.folder / name)
            now = self.clock()
            kept = set_aside(arrival.file, outcome.refusals, self.quarantine, now, source=source, digest=arrival.digest)
            if arrival.companion is not None:
                keep(arrival.companion, self.quarantine, arrival.digest)
            write_whole(self._error_file(name), _told(name, outcome, kept))
        else:
            with suppress(FileNotFoundError):
                os.unlink(self._error_file(name))
        if outcome.taken:
            self.contents.add(arrival.digest, claim.name, self.clock(), name)
            return Looked(name, Fate.TAKEN, outcome.refusals, self._move_to_taken(claim) / name)
        over = self._taking / f"{_OVER}{claim.name}"
        os.rename(claim, over)
        sync_folder(str(self._taking))
        _clear(over)
        return Looked(name, Fate.REFUSED, outcome.refusals, kept)

    def _error_file(self, name: str) -> Path:
        return self.folder / f"{shortened(name, _ERROR_NAME_BYTES)}{ERROR_ENDING}"

    def _move_to_taken(self, claim: Path) -> Path:
        with suppress(FileNotFoundError):
            os.unlink(claim / _ATTEMPTS)
        target = self.folder / "taken" / claim.name
        os.rename(claim, target)
        sync_folder(str(target.parent))
        sync_folder(str(self._taking))
        return target


def _clear(folder: Path) -> None:
    for name in os.listdir(folder):
        os.unlink(folder / name)
    os.rmdir(folder)


def _signatures(claim: Path, names: list[str]) -> list[Signature]:
    return [signature_of(os.lstat(claim / name)) for name in names]


def _digest(main: Path, companion: Path | None) -> str:
    """SHA-256 of the content; of both contents' SHA-256 when there is a companion. Links are never followed."""
    digests = [_sha256(part) for part in (main, companion) if part is not None]
    return digests[0].hex() if len(digests) == 1 else hashlib.sha256(b"".join(digests)).hexdigest()


def _sha256(file: Path) -> bytes:
    with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as opened:
        return hashlib.file_digest(opened, "sha256").digest()


def _told(name: str, outcome: Outcome, kept: Path) -> bytes:
    """For the sender, who sees the folder and nothing else of ours."""
    lines = [f"{name} was {'taken in, except for what follows' if outcome.taken else 'not taken in'}."]
    for error in outcome.refusals:
        lines += ["", f"{error.code} {error.message}", f"  where: {error.place}", f"  what to do: {error.remedy}"]
    lines += ["", f"A copy lies in quarantine: {kept.name}", ""]
    return "\n".join(lines).encode("utf-8", "backslashreplace")
