"""The loop that gives the rig its time, its bytes and its operator. One thread; nothing in it waits but `select`."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import time
from collections.abc import Callable

from simulator.console import Console
from simulator.line import Line
from simulator.rig import Rig

# The camera may work this long before the line is looked after again: far below the 300 ms of a resend.
_SLICE_S = 0.02
_PARENT_CHECK_S = 1.0
_CHUNK_BYTES = 4096


class Server:
    """Runs one rig on one line until `stop`."""

    def __init__(
        self,
        rig: Rig,
        line: Line,
        *,
        speed: float,
        stdin: int | None,
        until_eof: bool,
        answer: Callable[[str], None],
    ) -> None:
        self._rig = rig
        self._line = line
        self._speed = speed
        self._stdin = stdin
        self._until_eof = until_eof
        self._answer = answer
        self._console = Console(rig)
        self._typed = bytearray()
        self._parent = os.getppid()
        self._wake_read, self._wake_write = os.pipe()
        self._stopping = False

    def stop(self) -> None:
        """End `run` soon; safe in a signal handler."""
        self._stopping = True
        os.write(self._wake_write, b"\0")

    def run(self) -> None:
        """Serve until `stop`, or with `until_eof` until stdin is closed or the parent process has gone."""
        self._rig.link.open()
        before = time.monotonic()
        busy = False
        while not self._stopping:
            self._wait(busy=busy)
            now = time.monotonic()
            busy = self._advance((now - before) * 1000 * self._speed, now + _SLICE_S)
            before = now
            self._line.write(self._rig.tick(now * 1000))
            if self._until_eof and os.getppid() != self._parent:
                self._stopping = True

    def close(self) -> None:
        """Write down where the paper is and give the port back."""
        self._rig.write_leftovers()
        self._line.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _advance(self, passed_ms: float, until_s: float) -> bool:
        """Move the machine on, at most until `until_s`; True when it has more to do at once.

        A camera slower than the machine slows the machine down: time that could not be used is not made up for.
        """
        machine = self._rig.machine
        target_ms = machine.now_ms + passed_ms
        while machine.step(target_ms):
            if time.monotonic() >= until_s:
                return True
        return self._rig.read_ahead() if machine.job else False

    def _wait(self, *, busy: bool) -> None:
        readers = [*self._line.readers(), self._wake_read]
        if self._stdin is not None:
            readers.append(self._stdin)
        unsent = self._line.has_unsent()
        timeout_s = 0.0 if busy else self._idle_s()
        ready, _, _ = select.select(readers, [] if unsent is None else [unsent], [], timeout_s)
        data, hung_up = self._line.read(set(ready))
        if hung_up:
            self._rig.link.lost()
        if data:
            self._rig.receive(data, time.monotonic() * 1000)
        if self._stdin in ready:
            self._read_stdin()

    def _idle_s(self) -> float:
        """How long nothing will be due."""
        idle_s = _PARENT_CHECK_S
        due_ms = self._rig.link.next_due_ms()
        if due_ms is not None:
            idle_s = min(idle_s, due_ms / 1000 - time.monotonic())
        machine = self._rig.machine
        machine_due_ms = machine.next_due_ms()
        if machine_due_ms is not None:
            idle_s = min(idle_s, (machine_due_ms - machine.now_ms) / 1000 / self._speed)
        return max(0.0, idle_s)

    def _read_stdin(self) -> None:
        data = os.read(self._stdin, _CHUNK_BYTES) if self._stdin is not None else b""
        if not data:
            self._stdin = None
            self._stopping = self._stopping or self._until_eof
            return
        self._typed += data
        *lines, rest = self._typed.split(b"\n")
        self._typed = bytearray(rest)
        for line in lines:
            self._answer(self._console.obey(line.decode(errors="replace")))


def answer_on_stderr(text: str) -> None:
    """The console's answers; a reader who has gone is no reason to stop."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)
