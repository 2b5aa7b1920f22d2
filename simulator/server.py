"""The loop that gives the machine its time, bytes and operator. One thread; nothing in it waits but `select`."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import time
from collections.abc import Callable
from typing import Protocol

from simulator.console import Console
from simulator.line import Line
from simulator.mains import Mains
from simulator.rig import Rig

# The camera may work this long before the line is looked after again: far below the 300 ms of a resend.
_SLICE_S = 0.02
_PARENT_CHECK_S = 1.0
_CHUNK_BYTES = 4096
# Far below the 250 ms that a record of the exit interface waits for its answer.
_EXIT_WAIT_S = 0.05


class Panel(Protocol):
    """What the operator sees and types at."""

    longest_wait_s: float

    def typed(self, data: bytes) -> None:
        """Bytes from the keyboard."""

    def show(self) -> None:
        """Called in every round."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class LinePanel:
    """Lines typed, answers written; nothing is shown by itself."""

    longest_wait_s = _PARENT_CHECK_S

    def __init__(self, mains: Mains, answer: Callable[[str], None]) -> None:
        self._mains = mains
        self._answer = answer
        self._typed = bytearray()

    def typed(self, data: bytes) -> None:
        self._typed += data
        *lines, rest = self._typed.split(b"\n")
        self._typed = bytearray(rest)
        for line in lines:
            self._answer(Console(self._mains.on()).obey(line.decode(errors="replace")))

    def show(self) -> None:
        return

    def close(self) -> None:
        return


class Server:
    """Runs one machine on one line until `stop`. `speed`: how much faster than a real one; 0 = time stands still."""

    def __init__(self, mains: Mains, line: Line, *, speed: float, stdin: int | None, until_eof: bool) -> None:
        self.exit_line: Line | None = None
        self.speed = speed
        self.panel: Panel = LinePanel(mains, answer_on_stderr)
        self._mains = mains
        self._line = line
        self._stdin = stdin
        self._until_eof = until_eof
        self._parent = os.getppid()
        self._wake_read, self._wake_write = os.pipe()
        self._stopping = False

    def stop(self) -> None:
        """End `run` soon; safe in a signal handler."""
        self._stopping = True
        os.write(self._wake_write, b"\0")

    def run(self) -> None:
        """Serve until `stop`, or with `until_eof` until stdin is closed or the parent process has gone."""
        self._mains.on()
        before = time.monotonic()
        busy = False
        while not self._stopping:
            self.panel.show()
            self._wait(busy=busy)
            now = time.monotonic()
            rig = self._mains.rig
            busy = rig is not None and self._advance(rig, (now - before) * 1000 * self.speed, now + _SLICE_S)
            before = now
            if rig is not None:
                self._line.write(rig.tick(now * 1000))
                told = rig.exit_interface.tick(now * 1000)
                if self.exit_line is not None:
                    self.exit_line.write(told)
            if self._until_eof and os.getppid() != self._parent:
                self._stopping = True

    def close(self) -> None:
        """Write down where the paper is and give terminal and port back."""
        self.panel.close()
        self._mains.off()
        self._line.close()
        if self.exit_line is not None:
            self.exit_line.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _advance(self, rig: Rig, passed_ms: float, until_s: float) -> bool:
        """Move the machine on, at most until `until_s`; True when it has more to do at once.

        A camera slower than the machine slows the machine down: time that could not be used is not made up for.
        """
        machine = rig.machine
        target_ms = machine.now_ms + passed_ms
        while machine.step(target_ms):
            if time.monotonic() >= until_s:
                return True
        return rig.read_ahead() if machine.job else False

    def _wait(self, *, busy: bool) -> None:
        readers = [*self._line.readers(), self._wake_read]
        if self._stdin is not None:
            readers.append(self._stdin)
        if self.exit_line is not None:
            readers += self.exit_line.readers()
        unsent = self._line.has_unsent()
        timeout_s = 0.0 if busy else self._idle_s()
        ready, _, _ = select.select(readers, [] if unsent is None else [unsent], [], timeout_s)
        data, hung_up = self._line.read(set(ready))
        rig = self._mains.rig
        if hung_up and rig is not None:
            rig.link.lost()
        if data and rig is not None:
            rig.receive(data, time.monotonic() * 1000)
        if self.exit_line is not None:
            heard, _ = self.exit_line.read(set(ready))
            if rig is not None:
                rig.exit_interface.receive(heard)
        if self._stdin in ready:
            self._read_stdin()

    def _idle_s(self) -> float:
        """How long nothing will be due."""
        idle_s = self.panel.longest_wait_s if self.exit_line is None else _EXIT_WAIT_S
        rig = self._mains.rig
        if rig is None:
            return idle_s
        due_ms = rig.line_due_ms()
        if due_ms is not None:
            idle_s = min(idle_s, due_ms / 1000 - time.monotonic())
        machine_due_ms = rig.machine.next_due_ms()
        if machine_due_ms is not None and self.speed:
            idle_s = min(idle_s, (machine_due_ms - rig.machine.now_ms) / 1000 / self.speed)
        return max(0.0, idle_s)

    def _read_stdin(self) -> None:
        data = os.read(self._stdin, _CHUNK_BYTES) if self._stdin is not None else b""
        if not data:
            self._stdin = None
            self._stopping = self._stopping or self._until_eof
            return
        self.panel.typed(data)


def answer_on_stderr(text: str) -> None:
    """The console's answers; a reader who has gone is no reason to stop."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def answer_nobody(text: str) -> None:
    """For those who want the first line and nothing else."""
    del text
