"""Handing a file to a machine, once: laid ready in its folder under a name that it leaves alone, then given its own.

The two are apart so that an intent can be recorded between them: a file that is laid ready was surely not handed over,
and one that is no longer there surely was, because a rename takes the one name away as it gives the other.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from spool.atomic import disk_error, sync_folder, write_whole
from spool.job import SpoolError


def lay_ready(data: bytes, path: Path, taken_to: Sequence[Path] = ()) -> None:
    """Put the bytes into the folder of `path`, on the disk, under a name with a dot before and `.part` behind.

    Doing it again replaces what was laid ready. `taken_to` are folders to which the machine moves what it took.
    Raises `SpoolError`: E6309 a file of this name was handed over already; E6001…E6004 for the disk.
    """
    _refuse_twice(path, taken_to)
    write_whole(_ready(path), data)


def hand_over(path: Path, taken_to: Sequence[Path] = ()) -> bool:
    """Give the file that was laid ready its name; False when that was done before.

    Raises `SpoolError`: E6309 another file of this name was handed over; E6001…E6004 for the disk.
    """
    try:
        os.listdir(path.parent)  # a disk that is not mounted must not look like a file that was taken
        if not os.path.lexists(_ready(path)):
            return False
        _refuse_twice(path, taken_to)
        os.rename(_ready(path), path)
        sync_folder(str(path.parent))
    except OSError as error:
        raise disk_error(error, path) from error
    return True


def _ready(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _refuse_twice(path: Path, taken_to: Sequence[Path]) -> None:
    for place in (path, *(folder / path.name for folder in taken_to)):
        if os.path.lexists(place):
            remedy = "A job is handed over once: a reprint is a job of its own. Ask the machine what it has."
            fact = f"Job {path.stem} was handed over already"
            raise SpoolError("E6309", fact, place=str(place), remedy=remedy)
