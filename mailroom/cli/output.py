"""What every command does alike: exit codes, errors with their remedy, JSON on stdout, progress on a terminal."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from mailroom.domain.errors import Explained, NeedsPerson

OK, OUR_FAULT, USAGE, REFUSED, TROUBLE, PERSON = range(6)
"""Exit codes (a contract): 0 done, 1 our fault, 2 usage, 3 input refused, 4 printer or machine trouble, 5 waits for a
person."""

_BY_CODE: Mapping[str, int] = {"E1": REFUSED, "E2": TROUBLE, "E3": TROUBLE, "E4": REFUSED, "E5": REFUSED, "E7": USAGE}

stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


def exit_code(error: Explained) -> int:
    """The exit code that an error's family has."""
    if isinstance(error, NeedsPerson):
        return PERSON
    return _BY_CODE.get(error.code[:2], OUR_FAULT)


def show_error(error: Explained, style: str = "red") -> None:
    """Code and fact, then place and remedy, each on its line."""
    stderr.print(f"[bold {style}]{escape(error.code)}[/] {escape(error.message)}", soft_wrap=True)
    if error.place:
        stderr.print(f"      at {escape(error.place)}", soft_wrap=True)
    if error.remedy:
        stderr.print(f"      [green]→[/] {escape(error.remedy)}", soft_wrap=True)


def error_json(error: Explained | None) -> dict[str, str] | None:
    """The error as in every `--json` answer."""
    if error is None:
        return None
    return {"code": error.code, "message": error.message, "place": error.place, "remedy": error.remedy}


def print_json(document: Any) -> None:
    """One JSON document on stdout and nothing else."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()


class StageProgress:
    """A Progress for production: draws a bar per stage on a terminal, and keeps the seconds that each stage took.

    A stage's first word is its kind ("print R000001-B01" counts as "print")."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.seconds: dict[str, float] = {}
        self._kind = ""
        self._since = time.monotonic()
        self._tasks: dict[str, TaskID] = {}
        self._bars = Progress(
            TextColumn("{task.description:<22}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=stderr,
            disable=quiet or not stderr.is_terminal,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stage("")
        self._bars.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.stage(stage)
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=total)
        self._bars.update(self._tasks[stage], completed=done, total=total)

    def stage(self, stage: str) -> None:
        """Time from here on belongs to this stage."""
        kind = stage.split(" ", maxsplit=1)[0]
        if kind == self._kind:
            return
        now = time.monotonic()
        if self._kind:
            self.seconds[self._kind] = round(self.seconds.get(self._kind, 0.0) + now - self._since, 3)
        self._kind, self._since = kind, now
