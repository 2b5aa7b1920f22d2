"""Files that are either whole or not there: temporary name, fsync, rename; disk faults in an operator's words."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from spool.job import SpoolError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR})
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS})


def disk_error(error: OSError, path: Path | str) -> SpoolError:
    """The house's error for a fault of the file system at `path`.

    E6001 no room left, E6002 not allowed, E6003 the folder or file is absent, E6004 anything else.
    """
    reason = error.strerror or type(error).__name__
    place = str(path)
    if error.errno in _FULL:
        remedy = "Free room on that disk, then repeat the step: nothing of the file was left behind."
        return SpoolError("E6001", f"No room left on the disk: {reason}", place=place, remedy=remedy)
    if error.errno in _DENIED:
        remedy = "Give this user the right to read and write there, then repeat the step."
        return SpoolError("E6002", f"Access refused: {reason}", place=place, remedy=remedy)
    if error.errno in _ABSENT:
        remedy = "Make the folder, or mount the disk that it lies on, then repeat the step."
        return SpoolError("E6003", f"File or folder is absent: {reason}", place=place, remedy=remedy)
    remedy = "Check the disk and its connection, then repeat the step."
    return SpoolError("E6004", f"The disk reports a fault: {reason}", place=place, remedy=remedy)


class AtomicFile:
    """A file that appears under its name only with `commit()`; otherwise the block leaves nothing behind.

    Use as a context manager. Faults of the disk are raised as `SpoolError` E6001…E6004. The temporary file lies in the
    same folder, because a rename is atomic only within one file system.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = os.fspath(path)
        folder, name = os.path.split(self.path)
        self._folder = folder or "."
        self._temporary = os.path.join(self._folder, f".{name}.{secrets.token_hex(6)}.part")
        self._handle = -1

    def __enter__(self) -> Self:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            self._handle = os.open(self._temporary, flags, 0o666)
        except OSError as error:
            raise disk_error(error, self.path) from error
        return self

    def write(self, data: bytes) -> None:
        """Write all of `data`; unbuffered, so hand over large pieces."""
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._handle, view) :]
        except OSError as error:
            raise disk_error(error, self.path) from error

    def commit(self) -> None:
        """Put the bytes on the disk and give the file its name, replacing any earlier one."""
        try:
            os.fsync(self._handle)
            self._close()
            os.replace(self._temporary, self.path)
            self._temporary = ""
            sync_folder(self._folder)
        except OSError as error:
            raise disk_error(error, self.path) from error

    def link(self, path: str) -> bool:
        """Put the bytes on the disk and give the file the name `path` as well, unless that is taken: then False.

        For names that several writers may want: no rename tells whether it replaces another's file. The temporary name
        goes with the end of the block.
        """
        try:
            os.fsync(self._handle)
            os.link(self._temporary, path)
            sync_folder(os.path.dirname(path))
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise disk_error(error, path) from error
            remedy = "Keep this folder on a file system that has hard links, as ext4, xfs, btrfs and NFS have."
            raise SpoolError("E6004", "The file system makes no hard links", place=path, remedy=remedy) from error
        return True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A fault in clearing up must not hide the one that is on its way.
        with suppress(OSError):
            self._close()
        if self._temporary:
            with suppress(OSError):
                os.unlink(self._temporary)

    def _close(self) -> None:
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)


def sync_folder(folder: str) -> None:
    """Make the names in `folder` themselves survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path | str, data: bytes) -> None:
    """Write a file atomically, replacing any earlier one. Faults: `SpoolError` E6001…E6004."""
    with AtomicFile(path) as file:
        file.write(data)
        file.commit()
