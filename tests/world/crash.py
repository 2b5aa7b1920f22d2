"""Runs a print window in a child process that is killed (SIGKILL) at a chosen journal commit.

Window and machine are forks of this process, which has loaded everything already: a hundred trials load it once."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from drivers.inserter import inbox
from mailroom.bootstrap import House, open_house
from mailroom.cli.closing import close_house_run
from mailroom.cli.machine import SimulatorSettings
from mailroom.cli.operators import DemoOperator
from mailroom.domain.run import RunState
from mailroom.production.explain import explain_all
from mailroom.production.plant import no_progress
from mailroom.production.ports import Typesetter
from mailroom.production.run_window import begin_run, carry_on
from mailroom.store.ledger import SqlLedger
from simulator.__main__ import main as simulate

Hook = Callable[[int, str], None]
"""Called with the number of the commit and "before" or "after"."""


def run_to_the_end(folder: Path, url: str, typesetter: Typesetter) -> None:
    """Go on with the run of this folder, or begin it, and close it. A run closed without its papers is closed again.
    `typesetter` is that of the folder's settings, made ready before."""
    with open_house(folder, no_progress) as opened:
        plant = replace(opened.plant, typesetter=lambda: typesetter)
        house: House = replace(opened, plant=plant).with_inserter(url)
        with house.store.reader() as ledger:
            closed = [run for run in ledger.runs() if run.state is RunState.CLOSED]
        run = closed[0] if closed else begin_run(house.plant)
        if not closed:
            carry_on(house.plant, house.line(DemoOperator()), run)
            explain_all(house.plant, run.id, "counted by the test", "test operator")
        close_house_run(house, run, "test operator")


def in_child(work: Callable[[], None]) -> int:
    """Do the work in a forked process; returns its exit code, negative for the signal that killed it."""
    return _end_of(_forked(work))


@contextmanager
def forked_machine(settings: SimulatorSettings) -> Iterator[str]:
    """A simulated machine in a forked process; gives its URL, and switches it off at the end."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    settings.stacks.mkdir(parents=True, exist_ok=True)
    reading, writing = os.pipe()

    def work() -> None:
        os.close(reading)
        sys.stdin, sys.stdout = None, os.fdopen(writing, "w")
        assert simulate(settings.arguments()) == 0

    pid = _forked(work)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield str(json.loads(told.readline())["url"])
    finally:
        os.kill(pid, signal.SIGTERM)
        assert _end_of(pid) == 0


def _forked(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:  # whatever it is, the parent must hear of it and nothing else may run here
            traceback.print_exc()
        finally:
            os._exit(code)
    return pid


def _end_of(pid: int) -> int:
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def count_commits(work: Callable[[], None], record: Path) -> Callable[[], None]:
    """The work, writing the number of its commits to a file."""

    def counting() -> None:
        def hook(number: int, _when: str) -> None:
            record.write_text(str(number))

        _on_commit(hook)
        work()

    return counting


def killed_at(work: Callable[[], None], commit: int, when: str) -> Callable[[], None]:
    """The work, killed just before or just after a commit."""

    def dying() -> None:
        def hook(number: int, now: str) -> None:
            if (number, now) == (commit, when):
                os.kill(os.getpid(), signal.SIGKILL)

        _on_commit(hook)
        work()

    return dying


def _on_commit(hook: Hook) -> None:
    """Only ever called in a child: the classes are changed for the rest of the process's life. Every machine event gets
    a commit of its own, so that each run makes the same number of them and each can be met."""
    inbox._BATCH = 1
    commit = SqlLedger.commit
    count = 0

    def counted(self: SqlLedger) -> None:
        nonlocal count
        count += 1
        number = count
        hook(number, "before")
        commit(self)
        hook(number, "after")

    SqlLedger.commit = counted  # type: ignore[method-assign]
