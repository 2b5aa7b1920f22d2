"""Where refused files are kept, each beside the list of what was wrong with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from mailroom.domain.errors import Explained
from spool.atomic import AtomicFile, disk_error, write_whole

_PART_BYTES = 1 << 20
_NAME_BYTES = 100


def kept_name(name: str, digest: str) -> str:
    """The name under which a file is kept: its content's hash (SHA-256, hex) goes in, so that files of one name that
    differ are all kept and the same file is kept once."""
    path = Path(name)
    return f"{shortened(path.stem) or 'file'}.{digest[:12]}{shortened(path.suffix)}"


def shortened(name: str, most: int = _NAME_BYTES) -> str:
    """Leaves room for what is added: a file's name may have 255 bytes."""
    return name.encode(errors="surrogateescape")[:most].decode(errors="ignore")


def set_aside(
    file: Path, errors: Iterable[Explained], quarantine: Path, at: datetime, *, source: str = "", digest: str = ""
) -> Path:
    """Copy `file` into `quarantine` and write `NAME.errors.json` beside it, which names it as `source`. Both are on the
    disk when this returns; doing it again is harmless. `digest` is computed when it is "". Returns the copy.

    E6001…E6004 when it can't be written.
    """
    kept = keep(file, quarantine, digest or sha256_of(file))
    told = [
        {"code": error.code, "message": error.message, "place": error.place, "remedy": error.remedy} for error in errors
    ]
    listing = {"file": source or str(file), "kept": kept.name, "at": at.isoformat(), "errors": told}
    text = json.dumps(listing, ensure_ascii=False, indent=2) + "\n"
    data = text.encode("utf-8", "backslashreplace")  # names of files may hold what is no text
    write_whole(kept.with_name(f"{kept.name}.errors.json"), data)
    return kept


def keep(file: Path, quarantine: Path, digest: str) -> Path:
    """Copy `file` into `quarantine` under the name of its content, once. E6001…E6004 when it can't be written."""
    kept = quarantine / kept_name(file.name, digest)
    try:
        quarantine.mkdir(parents=True, exist_ok=True)
        if not kept.exists():
            _copy_whole(file, kept)
    except OSError as error:
        raise disk_error(error, kept) from error
    return kept


def sha256_of(file: Path) -> str:
    """SHA-256 of the content (hex). OSError when it can't be read."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _copy_whole(source: Path, target: Path) -> None:
    with source.open("rb") as reader, AtomicFile(target) as writer:
        while part := reader.read(_PART_BYTES):
            writer.write(part)
        writer.commit()
