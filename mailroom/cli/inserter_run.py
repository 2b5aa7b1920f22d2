"""`mailroom inserter run`: the process that stays with the machine."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import FrameType
from typing import Annotated

import typer
from rich.markup import escape

from mailroom.bootstrap import open_house
from mailroom.cli.inserter_status import StatusFile
from mailroom.cli.operators import NoOperator
from mailroom.cli.options import HERE, Folder
from mailroom.cli.output import show_error, stdout
from mailroom.production.plant import no_progress
from mailroom.production.tend_machine import Duty, Tender

_COMMAND = "mailroom inserter run"


def run(
    folder: Folder = HERE,
    inserter: Annotated[str, typer.Option(metavar="URL", help="The machine's port; overrides the settings.")] = "",
) -> int:
    """Stay with the machine and insert whatever batch of the open run is printed. One process per machine: a second one
    is refused. SIGTERM or Ctrl-C stops feeding at the next piece and leaves when the path is empty; a second one leaves
    at once."""
    told = _Told()
    with open_house(folder, no_progress) as opened:
        house = opened.with_inserter(inserter) if inserter else opened
        line = house.line(NoOperator(), command=_COMMAND, daemon=True)
        with _signals() as leaving, StatusFile(folder, house.settings.inserter.url, _COMMAND) as status:

            def watch(duty: Duty) -> None:
                told(duty)
                status.on_duty(duty)

            plant = replace(house.plant, progress=status.progress)
            watched = replace(line, open_inserter=status.watching(line.open_inserter))
            Tender(plant, watched, going_on=lambda: not leaving.asked, watch=watch).tend()
    stdout.print("Left the machine.")
    return 0


@dataclass
class _Leaving:
    """asked: somebody wants us to leave."""

    asked: bool = field(default=False, init=False)

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        stdout.print(f"{signal.Signals(number).name}: no more feeding; once more to leave at once")


@contextmanager
def _signals() -> Iterator[_Leaving]:
    """While inside, the first SIGTERM or SIGINT asks to leave, and the next one ends the work where it is."""
    leaving = _Leaving()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, leaving) for number in numbers}
    try:
        yield leaving
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Told:
    """Says each change of duty once, with the time."""

    def __init__(self) -> None:
        self._last: tuple[str, str, str] | None = None

    def __call__(self, duty: Duty) -> None:
        now = (duty.doing.value, duty.batch, duty.trouble.code if duty.trouble else "")
        if now == self._last:
            return
        self._last = now
        at = datetime.fromtimestamp(time.time()).astimezone()
        stdout.print(f"{at:%H:%M:%S} {duty.doing.value} {escape(duty.batch)}".rstrip(), soft_wrap=True)
        if duty.trouble is not None:
            show_error(duty.trouble, style="yellow")
