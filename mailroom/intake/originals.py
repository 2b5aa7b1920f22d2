"""Originals: the PDFs that finished documents came in, kept as they came under the SHA-256 of their bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mailroom.domain.errors import InputRefused
from spool.atomic import AtomicFile, disk_error

_PART_BYTES = 1 << 20


class Originals:
    """A folder of PDFs. What is kept is never changed; the same file twice is kept once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, file: Path) -> str:
        """Copy a file, durably; returns its SHA-256 (hex).

        Raises InputRefused E1807 for one that changes meanwhile, `SpoolError` E6001…E6004 for the disk.
        """
        digest = hashlib.sha256()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with file.open("rb") as source:
                # Read twice rather than kept under a name that is not known yet: what is there already is not written.
                while part := source.read(_PART_BYTES):
                    digest.update(part)
                target = self.path(digest.hexdigest())
                if target.exists():
                    return digest.hexdigest()
                source.seek(0)
                copied = hashlib.sha256()
                with AtomicFile(target) as out:
                    while part := source.read(_PART_BYTES):
                        copied.update(part)
                        out.write(part)
                    if copied.digest() == digest.digest():
                        out.commit()
        except OSError as error:
            raise disk_error(error, file) from error
        if copied.digest() != digest.digest():
            remedy = "Send it again when it is whole."
            raise InputRefused("E1807", "the file changed while it was copied", place=str(file), remedy=remedy)
        return digest.hexdigest()

    def path(self, sha256: str) -> Path:
        """Where the file of this digest lies."""
        return self._folder / f"{sha256}.pdf"
