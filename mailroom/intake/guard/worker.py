"""The process that opens untrusted files: `python -m mailroom.intake.guard.worker LIMITS`, started by `Guard` alone."""

from __future__ import annotations

import errno
import importlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from layouts.errors import LayoutError
from mailroom.domain.errors import MailroomError
from mailroom.intake.guard.confine import allow_processor, confine
from mailroom.intake.guard.frames import Frame, packed, read_frame, write_all
from mailroom.intake.guard.functions import FUNCTIONS, Result
from mailroom.intake.guard.limits import Limits
from mailroom.intake.guard.messages import text
from omr.errors import OmrError
from spool.job import SpoolError

_GRACE_S = 2.0
"""How much longer than the parent's patience the worker lives, should the parent be gone."""

_NO_FILES = frozenset({errno.EMFILE, errno.ENFILE})


def main() -> None:
    limits = Limits.from_text(sys.argv[1])
    requests, answers = _own_wires()
    _send(answers, {"kind": "ready", "sealed": confine(limits)})
    while (request := read_frame(requests)) is not None:
        allow_processor(limits.cpu_s)
        signal.setitimer(signal.ITIMER_REAL, limits.wall_s + _GRACE_S)
        _serve(answers, request)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _own_wires() -> tuple[int, int]:
    """Requests and answers on descriptors of their own: what a library prints must not get among the frames."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return requests, answers


def _serve(answers: int, request: Frame) -> None:
    try:
        told = json.loads(request.body)
        for message, parts in _messages(_function(told["function"])(**told["arguments"])):
            _send(answers, message, parts)
    except (MailroomError, LayoutError, OmrError, SpoolError) as error:
        refusal = {"message": text(error.message), "place": text(error.place), "remedy": text(error.remedy)}
        _send(answers, {"kind": "refused", "code": error.code, **refusal})
    except MemoryError:
        _send(answers, {"kind": "over", "limit": "MEMORY"})
    except OSError as error:
        if error.errno == errno.ENOMEM:
            _send(answers, {"kind": "over", "limit": "MEMORY"})
        elif error.errno in _NO_FILES:
            _send(answers, {"kind": "over", "limit": "OPEN_FILES"})
        else:
            raise


def _function(name: str) -> Callable[..., Result | Iterator[Result]]:
    module, _, attribute = FUNCTIONS[name].partition(":")
    function: Callable[..., Result | Iterator[Result]] = getattr(importlib.import_module(module), attribute)
    return function


def _messages(outcome: Result | Iterator[Result]) -> Iterator[tuple[dict[str, Any], Sequence[bytes]]]:
    if isinstance(outcome, Result):
        yield {"kind": "done", "value": outcome.value}, outcome.parts
        return
    count = 0
    for result in outcome:
        count += 1
        yield {"kind": "item", "value": result.value}, result.parts
    yield {"kind": "done", "value": count}, ()


def _send(answers: int, message: dict[str, Any], parts: Sequence[bytes] = ()) -> None:
    body = json.dumps(message, separators=(",", ":")).encode()
    write_all(answers, packed(body, parts))


if __name__ == "__main__":
    main()
