"""One worker process, seen from the parent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO

from pydantic import JsonValue, ValidationError

from mailroom.domain.errors import MailroomError
from mailroom.intake.guard.answer import Answer, Crashed, Done, OverLimit, Refused
from mailroom.intake.guard.frames import Ended, Frame, FrameReader, Garbled, Late, TooLarge, packed, write_all
from mailroom.intake.guard.limits import Limit, Limits
from mailroom.intake.guard.messages import MESSAGES, Finished, Item, Message, Over, Ready, Refusal

_START_S = 60.0
_START_BYTES = 1 << 16
_END_S = 5.0
_WORDS_BYTES = 2000
ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=2000",
}
"""All that the worker knows of its surroundings. Threads of linear algebra would each reserve memory. The objects of a
PDF's page are many and small: kept at hand for the next page, they make its text a fifth faster; glibc keeps seven of a
size by default."""

_BY_SIGNAL = {signal.SIGXCPU: Limit.CPU, signal.SIGALRM: Limit.WALL}


class WorkerProcess:
    """A started worker. After anything but a plain answer it is dead (`alive` is False) and another must be started."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end()
        self.calls = 0
        self._process = subprocess.Popen(
            (sys.executable, "-IB", "-X", "utf8", "-m", "mailroom.intake.guard.worker", limits.to_text()),
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
            env=ENVIRONMENT,
            cwd="/",
            close_fds=True,
            start_new_session=True,
        )
        self.sealed = self._greeting()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(
        self, function: str, arguments: Mapping[str, JsonValue], take: Callable[[Done], None] | None = None
    ) -> Answer:
        """Have a function run. What it yields goes to `take`; whatever is amiss ends the process."""
        self.calls += 1
        body = json.dumps({"function": function, "arguments": dict(arguments)}).encode()
        reader = self._reader(self._limits.wall_s, self._limits.answer_bytes)
        try:
            with suppress(BrokenPipeError):  # it is dead already: the reader finds out how it died
                write_all(self._in, packed(body))
            while True:
                answer = _answer(reader.read(), self._limits, take)
                if isinstance(answer, OverLimit):
                    self.end()
                if answer is not None:
                    return answer
        except Late:
            self.end()
            return OverLimit(Limit.WALL, self._limits.words(Limit.WALL))
        except TooLarge:
            self.end()
            return OverLimit(Limit.ANSWER, self._limits.words(Limit.ANSWER))
        except Ended:
            return self._death()
        except Garbled:
            self.end()
            return Crashed(0, 0, "the answer could not be understood")
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Kill the process and whatever it started; nothing of it is left afterwards."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._words):
            if stream is not None:
                stream.close()

    @property
    def _in(self) -> int:
        assert self._process.stdin is not None
        return self._process.stdin.fileno()

    def _reader(self, patience_s: float, budget_bytes: int) -> FrameReader:
        assert self._process.stdout is not None
        deadline = self._monotonic() + patience_s
        return FrameReader(self._process.stdout.fileno(), self._monotonic, deadline, budget_bytes)

    def _greeting(self) -> frozenset[str]:
        try:
            message = MESSAGES.validate_json(self._reader(_START_S, _START_BYTES).read().body)
        except (Late, TooLarge, Ended, Garbled, ValidationError) as error:
            words = self._last_words()
            self.end()
            raise MailroomError(
                "E9401",
                f"the process that reads untrusted files does not start: {words or type(error).__name__}",
                place="mailroom.intake.guard.worker",
                remedy="Check that the memory limit is not too small (docs/hot-folders.md), then repeat the step.",
            ) from error
        assert isinstance(message, Ready)
        return frozenset(message.sealed)

    def _death(self) -> Answer:
        """How the process died, after it closed its side."""
        try:
            status = self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            status = 0
        words = self._last_words()
        self.end()
        if status < 0 and (limit := _BY_SIGNAL.get(signal.Signals(-status))) is not None:
            return OverLimit(limit, self._limits.words(limit))
        return Crashed(max(-status, 0), max(status, 0), words)

    def _last_words(self) -> str:
        # The descriptor is shared with the worker: reading by position leaves its place alone.
        size = os.fstat(self._words.fileno()).st_size
        data = os.pread(self._words.fileno(), _WORDS_BYTES, max(0, size - _WORDS_BYTES))
        lines = data.decode("utf-8", "replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _answer(frame: Frame, limits: Limits, take: Callable[[Done], None] | None) -> Answer | None:
    """What a frame means; None for one of many values. Raises Garbled."""
    match _message(frame):
        case Item(value=value) if take is not None:
            take(Done(value, frame.parts))
            return None
        case Finished(value=value):
            return Done(value, frame.parts)
        case Refusal(code=code, message=message, place=place, remedy=remedy):
            return Refused(code, message, place, remedy)
        case Over() as over:
            return OverLimit(over.which(), limits.words(over.which()))
        case _:
            raise Garbled


def _message(frame: Frame) -> Message:
    try:
        return MESSAGES.validate_json(frame.body)
    except ValidationError as error:
        raise Garbled from error
