"""What became of a call: done, refused, over a limit, or crashed."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from mailroom.domain.errors import InputRefused
from mailroom.intake.guard.limits import Limit

_WORDS_MAX = 300


@dataclass(frozen=True, slots=True)
class Done:
    """The function returned. `value` is plain JSON; `parts` are the binary parts that it refers to by number."""

    value: JsonValue
    parts: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The function refused the file with an error of the house."""

    code: str
    message: str
    place: str
    remedy: str


@dataclass(frozen=True, slots=True)
class OverLimit:
    """The file costs more than it may; `allowed` tells the limit with its figure. The process is gone."""

    limit: Limit
    allowed: str


@dataclass(frozen=True, slots=True)
class Crashed:
    """The process ended without an answer: by a signal (`signal_number`, else 0) or with `status`. `words` are the last
    lines that it wrote, for the engineer."""

    signal_number: int
    status: int
    words: str


Answer = Done | Refused | OverLimit | Crashed

_REMEDY_LIMIT = (
    "Have the sender export the file again or split it. If it is sound and only large, raise the limit "
    "(docs/hot-folders.md)."
)
_REMEDY_CRASH = "The file is broken in a way that stops the PDF library: have the sender export it again."
_LIMIT_CODES = {
    Limit.WALL: "E1401",
    Limit.CPU: "E1401",
    Limit.MEMORY: "E1402",
    Limit.ANSWER: "E1403",
    Limit.OPEN_FILES: "E1403",
}


def refusal(answer: Answer, file: Path) -> InputRefused | None:
    """Why the file can't be taken, or None when the call was done. The file's name stands in front of the place.

    E1401 over the time, E1402 over the memory, E1403 over the size of the answer or the open files, E1404 crashed;
    else the code of the function itself.
    """
    match answer:
        case Done():
            return None
        case Refused(code, message, place, remedy):
            where = place if place.startswith(file.name) else ", ".join(filter(None, (file.name, place)))
            return InputRefused(code, message, place=where, remedy=remedy)
        case OverLimit(limit, allowed):
            fact = f"the file needs more than {allowed} to be read"
            return InputRefused(_LIMIT_CODES[limit], fact, place=file.name, remedy=_REMEDY_LIMIT)
        case Crashed(signal_number, status, words):
            end = f"signal {_signal_name(signal_number)}" if signal_number else f"status {status}"
            fact = f"reading the file ended the process that did it ({end})"
            told = f"{fact}: {words[-_WORDS_MAX:]}" if words else fact
            return InputRefused("E1404", told, place=file.name, remedy=_REMEDY_CRASH)


def done(answer: Answer, file: Path) -> Done:
    """The answer of a call that was done; raises what `refusal` says of any other."""
    if isinstance(answer, Done):
        return answer
    refused = refusal(answer, file)
    assert refused is not None
    raise refused


def garbled(file: Path) -> InputRefused:
    """The refusal of a file whose worker sent what is no answer."""
    refused = refusal(Crashed(0, 0, "its answer was not understood"), file)
    assert refused is not None
    return refused


def _signal_name(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else str(number)
