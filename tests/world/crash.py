"""Runs a print window in a child process that is killed (SIGKILL) at a chosen journal commit."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from pathlib import Path

from drivers.inserter import inbox
from mailroom.bootstrap import House, open_house
from mailroom.cli.closing import close_house_run
from mailroom.cli.operators import DemoOperator
from mailroom.domain.run import RunState
from mailroom.production.plant import no_progress
from mailroom.production.run_window import begin_run, carry_on
from mailroom.store.ledger import SqlLedger

Hook = Callable[[int, str], None]
"""Called with the number of the commit and "before" or "after"."""


def run_to_the_end(folder: Path, url: str) -> None:
    """Go on with the run of this folder, or begin it, and close it. A run closed without its papers is closed again."""
    with open_house(folder, no_progress) as opened:
        house: House = opened.with_inserter(url)
        with house.store.reader() as ledger:
            closed = [run for run in ledger.runs() if run.state is RunState.CLOSED]
        run = closed[0] if closed else begin_run(house.plant)
        if not closed:
            carry_on(house.plant, house.line(DemoOperator()), run)
        close_house_run(house, run, "test operator")


def in_child(work: Callable[[], None]) -> int:
    """Do the work in a forked process; returns its exit code, negative for the signal that killed it."""
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
