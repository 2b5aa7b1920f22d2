"""Calls that block are given up, and what was given up does nothing more."""

from __future__ import annotations

import threading

import pytest

from spool.queues.bounded import Pulse, Silence, bounded


def test_the_result_and_the_thread_are_those_of_the_work() -> None:
    assert bounded(lambda _: threading.current_thread(), 5.0) is not threading.current_thread()
    assert bounded(lambda _: 42, 5.0) == 42


def test_what_the_work_raises_is_raised() -> None:
    def fail(pulse: Pulse) -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        bounded(fail, 5.0)


def test_silence_names_the_step_and_the_next_step_is_never_begun() -> None:
    go_on, ended = threading.Event(), threading.Event()
    done: list[str] = []

    def work(pulse: Pulse) -> None:
        try:
            pulse.step("knock")
            done.append("knock")
            go_on.wait(20)
            pulse.step("enter")
            done.append("enter")
        finally:
            ended.set()

    with pytest.raises(Silence) as caught:
        bounded(work, 0.05)
    assert caught.value.step == "knock"
    go_on.set()
    assert ended.wait(20)
    assert done == ["knock"]


def test_work_that_keeps_talking_may_take_longer_than_the_silence() -> None:
    pause = threading.Event()

    def work(pulse: Pulse) -> int:
        for number in range(24):
            pulse.step(str(number))
            pause.wait(0.05)
        return 24

    assert bounded(work, 1.0) == 24
