"""Calls into libraries that block without a timeout, made in a thread of their own and given up after a silence."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


class Silence(Exception):
    """The work said nothing for too long, in the step that `step` names."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


class Abandoned(Exception):
    """Ends work whose caller has given up."""


class Pulse:
    """How the work tells that it lives: `step` before each new act."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._beats = 0
        self._given_up = False
        self._step = ""

    def step(self, name: str) -> None:
        """Say what comes next. Raises `Abandoned` if the caller has given up: then it must not be done.

        Whoever gave up in an earlier step can rely on it that this one was never begun.
        """
        with self._changed:
            if self._given_up:
                raise Abandoned
            self._step = name
            self._beats += 1
            self._changed.notify()

    def end(self) -> None:
        """The work is over, well or badly."""
        with self._changed:
            self._beats += 1
            self._changed.notify()

    def watch(self, ended: Callable[[], bool], silence_seconds: float) -> None:
        """Wait until the work has ended. Raises `Silence` if it is quiet for longer than that between two steps."""
        with self._changed:
            while not ended():
                seen = self._beats
                self._changed.wait(silence_seconds)
                if self._beats == seen:
                    self._given_up = True
                    raise Silence(self._step)


def bounded(work: Callable[[Pulse], T], silence_seconds: float) -> T:
    """Run `work` in a thread of its own and return what it returns, or raise what it raises.

    Raises `Silence` if the work makes no step for `silence_seconds`. The thread can't be ended from outside; it stays
    until the blocked call returns, and stops at its next step.
    """
    pulse = Pulse()
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work(pulse))
        except BaseException as error:  # handed on whole to the caller, not swallowed
            future.set_exception(error)
        finally:
            pulse.end()

    threading.Thread(target=run, name="mailroom-cups-call", daemon=True).start()
    pulse.watch(future.done, silence_seconds)
    return future.result()
