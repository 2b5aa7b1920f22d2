"""Lots: many records in one file, which is written once and whole. What a page set needs is a place in such a file.

A lot, little-endian:

8 bytes   magic and version, "MRLOT001"
32 bytes  SHA-256 over the count and the entries
4 bytes   how many records there are
48 bytes  for each: key (32), offset of the record in the file (8), its length (8)
…         the records, one after another; each tells by itself whether it is whole

Lots are numbered from 1 and their numbers are given by making a hard link, which fails where the name is taken: so two
writers never get one number, and whoever knows all lots up to a number sees by one look for the next that there are
no more. Nothing here removes a lot; who does so by hand restarts the processes that use the store.
"""

from __future__ import annotations

import hashlib
import os
import struct
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import RLock

import numpy as np
import numpy.typing as npt

from spool.atomic import AtomicFile, disk_error, sync_folder

MAGIC = b"MRLOT001"
KEY_BYTES = 32

_HEAD = struct.Struct("<8s32s")
_COUNT = struct.Struct("<I")
_ENTRY = struct.Struct(f"<{KEY_BYTES}sQQ")
ENTRIES_AT = _HEAD.size + _COUNT.size
_ENTRY_TYPE = np.dtype([("prefix", ">u8"), ("rest", "V24"), ("offset", "<u8"), ("length", "<u8")])
_FIRST_READ = 4096  # Head and entries of a usual lot.
_A_FOLDER = 1000
_PLACE_BITS = 32
_MERGE_AT = 1 << 16
_STALE_S = 3600.0
"""A temporary file this much older than one that is made now has lost its writer, who needs some milliseconds."""

_Numbers = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Record:
    """Where a record should lie, and its bytes as they were found there: b"" if lot or entry is not what it was."""

    path: str
    data: bytes


class Lots:
    """The lots below a folder, and where each key lies. Memory: 16 bytes a record, more for the newest 65,536.

    A key may lie in several lots, because two processes put it at once or a damaged record was replaced. Faults of the
    disk are `SpoolError` E6001…E6004.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._next = 0  # 0: not looked at yet.
        self._index = _Index()
        self._cleared = False
        self._lock = RLock()
        self.damaged: dict[str, None] = {}
        """Paths of lots whose entries can't be read: nobody knows which keys lie there."""

    @property
    def next(self) -> int:
        """The number that a new lot would get, as far as is known; 0 before the first look."""
        return self._next

    def refresh(self) -> int:
        """Take in what was written since the last look, by whom ever; returns `next`."""
        with self._lock:
            if self._next == 0:
                numbers = sorted(self._numbers())
                self._next = 1 + max(numbers, default=0)
                self._index.add_all((number, self._entries(number)) for number in numbers)
            while (entries := self._entries(self._next)) is not None:
                self._index.add(self._next, entries)
                self._next += 1
            return self._next

    def find(self, key: bytes) -> Iterator[Record]:
        """The records of a key (32 bytes) in the lots known so far, the oldest first."""
        with self._lock:
            places = self._index.find(key)
        for place in places:
            number, at = place >> _PLACE_BITS, place & ((1 << _PLACE_BITS) - 1)
            path = self._path(number)
            data = _record(path, at, key)
            if data is not None:
                yield Record(path, data)
            else:
                self._entries(number)  # Another key may begin alike, or the entry was spoilt since: then it is noted.

    def new(self, records: Mapping[bytes, bytes]) -> NewLot:
        """A lot of records by their keys, to be used as a context manager."""
        _make_folder(self._folder)
        return NewLot(self, records)

    def take(self, file: AtomicFile, entries: bytes, number: int) -> bool:
        """Give `file` the next number; False if that is not `number` any more."""
        with self._lock:
            path = self._path(number)
            _make_folder(os.path.dirname(path))
            if number != self._next or not file.link(path):
                return False
            self._index.add(number, np.frombuffer(entries, _ENTRY_TYPE))
            self._next += 1
            if not self._cleared:
                self._clear(path)
                self._cleared = True
            return True

    def temporary(self) -> str:
        """A name next to which new lots are written."""
        return f"{self._folder}/lot"

    def _numbers(self) -> Iterator[int]:
        """The numbers of the lots that are there."""
        try:
            for folder in _listing(self._folder):
                if folder.isdecimal():
                    for name in _listing(f"{self._folder}/{folder}"):
                        stem, _, ending = name.partition(".")
                        if stem.isdecimal() and ending == "lot":
                            yield int(stem)
        except OSError as error:
            raise disk_error(error, self._folder) from error

    def _entries(self, number: int) -> npt.NDArray[np.void] | None:
        """What a lot says it holds; nothing if that is damaged, None if there is no such lot."""
        path = self._path(number)
        try:
            handle = os.open(path, os.O_RDONLY)
            try:
                data = os.read(handle, _FIRST_READ)
                whole = ENTRIES_AT + _count(data) * _ENTRY.size
                if len(data) < whole <= os.fstat(handle).st_size:
                    data = os.pread(handle, whole, 0)
            finally:
                os.close(handle)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise disk_error(error, path) from error
        body = data[_HEAD.size : whole]
        if len(data) < whole or data[: _HEAD.size] != _HEAD.pack(MAGIC, hashlib.sha256(body).digest()):
            self.damaged[path] = None
            body = bytes(_COUNT.size)
        return np.frombuffer(body, _ENTRY_TYPE, offset=_COUNT.size)

    def _path(self, number: int) -> str:
        return f"{self._folder}/{number // _A_FOLDER:06}/{number:09}.lot"

    def _clear(self, newest: str) -> None:
        """Remove the temporary files of writers that were killed. Times are those of the disk, which may be another
        machine's; that one of them can't be removed harms nobody."""
        with suppress(OSError):
            before = os.stat(newest).st_mtime - _STALE_S
            for name in _listing(self._folder):
                path = f"{self._folder}/{name}"
                if name.endswith(".part") and os.stat(path).st_mtime < before:
                    os.unlink(path)


class NewLot:
    """A lot that is written and has no number yet. It leaves nothing behind if it gets none."""

    def __init__(self, lots: Lots, records: Mapping[bytes, bytes]) -> None:
        self._lots = lots
        self._file = AtomicFile(lots.temporary())
        self._entries = b"".join(_laid_out(records))
        self._records = records

    def __enter__(self) -> NewLot:
        self._file.__enter__()
        body = _COUNT.pack(len(self._records)) + self._entries
        head = _HEAD.pack(MAGIC, hashlib.sha256(body).digest())
        try:
            self._file.write(b"".join((head, body, *self._records.values())))
        except BaseException:
            self._file.__exit__(None, None, None)
            raise
        return self

    def publish(self, number: int) -> bool:
        """Let everybody see the lot under `number`, the next as far as the writer knows. False if others were quicker:
        look at what they brought (`refresh`), then try again."""
        return self._lots.take(self._file, self._entries, number)

    def __exit__(self, *_: object) -> None:
        self._file.__exit__(None, None, None)


class _Index:
    """Where keys lie, by their first eight bytes: several keys may share them, which is found out in the lot.

    A place is the lot's number and, in the lower 32 bits, the entry's in it.
    """

    def __init__(self) -> None:
        self._prefixes: _Numbers = np.empty(0, np.uint64)
        self._places: _Numbers = np.empty(0, np.uint64)
        self._sorted = self._prefixes.data  # Single numbers of it are had without numpy's ceremony.
        self._fresh: dict[int, tuple[int, ...]] = {}

    def add_all(self, lots: Iterator[tuple[int, npt.NDArray[np.void] | None]]) -> None:
        prefixes, places = [self._prefixes], [self._places]
        for number, entries in lots:
            if entries is not None:
                prefixes.append(entries["prefix"].astype(np.uint64))
                places.append(_places(number, len(entries)))
        self._merge(prefixes, places)

    def add(self, number: int, entries: npt.NDArray[np.void]) -> None:
        fresh = self._fresh
        for prefix, place in zip(entries["prefix"].tolist(), _places(number, len(entries)).tolist(), strict=True):
            fresh[prefix] = (*fresh.get(prefix, ()), place)
        if len(fresh) >= _MERGE_AT:
            held = np.array([(prefix, place) for prefix, places in fresh.items() for place in places], np.uint64)
            self._merge([self._prefixes, held[:, 0]], [self._places, held[:, 1]])
            fresh.clear()

    def find(self, key: bytes) -> list[int]:
        """The oldest first: what was kept first stays."""
        prefix = int.from_bytes(key[:8], "big")
        prefixes = self._sorted
        first = end = bisect_left(prefixes, prefix)
        while end < len(prefixes) and prefixes[end] == prefix:
            end += 1
        places = [*self._places[first:end].tolist(), *self._fresh.get(prefix, ())]
        return sorted(places) if len(places) > 1 else places

    def _merge(self, prefixes: list[_Numbers], places: list[_Numbers]) -> None:
        unsorted = np.concatenate(prefixes)
        order = np.argsort(unsorted, kind="stable")
        self._prefixes, self._places = unsorted[order], np.concatenate(places)[order]
        self._sorted = self._prefixes.data


def _places(number: int, count: int) -> _Numbers:
    return np.arange(count, dtype=np.uint64) + np.uint64(number << _PLACE_BITS)


def _laid_out(records: Mapping[bytes, bytes]) -> Iterator[bytes]:
    at = ENTRIES_AT + _ENTRY.size * len(records)
    for key, record in records.items():
        yield _ENTRY.pack(key, at, len(record))
        at += len(record)


def _count(data: bytes) -> int:
    if len(data) < ENTRIES_AT:
        return 1  # More than such a file can hold.
    return int(_COUNT.unpack_from(data, _HEAD.size)[0])


def _record(path: str, place: int, key: bytes) -> bytes | None:
    """The bytes at an entry, as many as the file has; None if the entry is another key's with the same beginning."""
    try:
        handle = os.open(path, os.O_RDONLY)
        try:
            entry = os.pread(handle, _ENTRY.size, ENTRIES_AT + place * _ENTRY.size)
            if len(entry) < _ENTRY.size:
                return b""
            said, offset, length = _ENTRY.unpack(entry)
            if said != key:
                return None
            if offset + length > os.fstat(handle).st_size:
                return b""
            return os.pread(handle, length, offset)
        finally:
            os.close(handle)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise disk_error(error, path) from error


def _make_folder(folder: str) -> None:
    """Make a folder if it is not there, so that its name survives a power cut too."""
    try:
        if not os.path.isdir(folder):
            os.makedirs(folder, exist_ok=True)
            sync_folder(os.path.dirname(folder))
    except OSError as error:
        raise disk_error(error, folder) from error


def _listing(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []
