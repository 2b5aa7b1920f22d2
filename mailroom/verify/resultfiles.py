"""Files of a machine that is driven by files: its own control file, and the result file that is its word.

Such a machine shows no sheet to anyone. What is checked is that its word stands where the journal says, in a file that
is still the one that was taken, and that the word means what was made of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailroom.verify.controlfile import Composed
from mailroom.verify.journalfile import Line
from mailroom.verify.lives import BY_RESULT_FILE, Life
from mailroom.verify.reading import OBJECT, TEXT, Shape, Unreadable, demand
from mailroom.verify.verdict import Notebook

_TAKEN: Shape = {"results": TEXT, "sha256": TEXT, "encoding": TEXT, "line_end": TEXT, "words": OBJECT}
_HANDED: Shape = {"file": TEXT, "sha256": TEXT}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class _Word:
    """A result file that was taken: its entry's number, its lines, and what each of the machine's words means."""

    seq: int
    lines: Sequence[str]
    words: Mapping[str, Any]


def check_result_files(
    folder: Path,
    entries: Sequence[Line],
    lives: Mapping[tuple[str, int], Life],
    composed: Mapping[tuple[str, int], Composed],
    book: Notebook,
) -> None:
    """Every control file that a machine was given is the one that was made, and every step on a result file's word has
    its line there."""
    taken: dict[tuple[str, str], _Word] = {}
    for line in entries:
        if line.event == "control.handing-over":
            _fields(line, _HANDED, folder, "file", book)
        elif line.event == "results.taken":
            data = _fields(line, _TAKEN, folder, "results", book)
            if data is not None:
                taken[line.batch, line.detail["sha256"]] = _word(line, data, book)
    proofs: dict[tuple[str, object], tuple[str, int | None]] = {}
    for line in entries:
        event = line.event.removeprefix("copy.")
        if line.event != f"copy.{event}" or event not in BY_RESULT_FILE:
            continue
        word = taken.get((line.batch, str(line.evidence.get("sha256"))))
        fault = "no result file of its batch proves it" if word is None else _fault(line, BY_RESULT_FILE[event], word)
        book.expect(not fault, "3", f"journal line {line.number}, '{event}': {fault}", line.piece, line.copy)
        key = (line.batch, line.evidence.get("line"))
        alone = proofs.setdefault(key, (line.piece, line.copy)) == (line.piece, line.copy)
        book.expect(alone, "3", f"journal line {line.number}: its line of results proves another copy", line.piece)
    for copy, life in lives.items():
        if "report-stacked" in life.steps:
            book.expect(copy in composed, "4", "was stacked but stands in no control file", *copy)


def _fields(line: Line, shape: Shape, folder: Path, name: str, book: Notebook) -> bytes | None:
    """The bytes of the file that an entry names; None, with a finding, when it is not that file."""
    fault = ""
    data = None
    try:
        demand(line.detail, shape)
        if not _NAME.fullmatch(line.detail[name]):
            raise Unreadable(f"names the file {line.detail[name]!r}, which is not in the run's folder")
        data = (folder / line.detail[name]).read_bytes()
        if hashlib.sha256(data).hexdigest() != line.detail["sha256"]:
            data, fault = None, f"{line.detail[name]} is not the file that it was (SHA-256)"
    except Unreadable as reason:
        fault = str(reason)
    except OSError as error:
        fault = f"{line.detail[name]} can't be read: {error.strerror}"
    book.expect(not fault, "4", f"journal line {line.number}, {line.event}: {fault}")
    return data


def _word(line: Line, data: bytes, book: Notebook) -> _Word:
    try:
        text = data.decode(line.detail["encoding"])
    except (LookupError, UnicodeDecodeError):
        book.find("7", f"journal line {line.number}: {line.detail['results']} is not {line.detail['encoding']!r}")
        text = ""
    return _Word(line.seq, text.split(line.detail["line_end"] or "\n"), line.detail["words"])


def _fault(line: Line, outcome: str, word: _Word) -> str:
    """Why the line of the result file does not prove a step; empty when it does."""
    at, said = line.evidence.get("line"), line.evidence.get("said")
    if word.seq > line.seq:
        return "its result file was taken later"
    if type(at) is not int or not 1 <= at <= len(word.lines):
        return f"its result file has no line {at!r}"
    if type(said) is not str or not said or word.words.get(said) != outcome:
        return f"the machine's word {said!r} does not mean {outcome}"
    text = word.lines[at - 1]
    if line.piece not in text:  # fields of fixed length may touch, so that no word boundary can be asked for
        return f"line {at} of its result file does not name it"
    return "" if said in text else f"line {at} of its result file does not say {said!r}"
