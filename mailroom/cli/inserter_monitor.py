"""`mailroom inserter monitor`."""

from __future__ import annotations

import json as json_format
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.live import Live

from drivers.inserter.driver import InserterDriver
from drivers.inserter.errors import InserterError
from drivers.inserter.port_holders import refuse_held
from drivers.inserter.profile import load_profile
from drivers.inserter.vocabulary import MachineState, Position
from mailroom.cli.inserter_status import STATUS_FILE
from mailroom.cli.inserter_view import view
from mailroom.cli.options import HERE, Folder, Json
from mailroom.cli.output import print_json, stdout
from mailroom.domain.errors import MailroomError
from mailroom.inserter_report import Host, machine_report
from mailroom.locks import machine_holder

_EVERY_S = 0.5
_FIRST_LOOK_S = 5.0
_COMMAND = "mailroom inserter monitor"
_Look = Callable[[], dict[str, Any]]


def monitor(
    url: Annotated[
        str, typer.Argument(metavar="[URL]", help="The machine's port; without, what `inserter run` tells of it.")
    ] = "",
    profile: Annotated[str, typer.Option(metavar="PROFILE", help="The machine's profile: a name or a file.")] = "sim1",
    once: Annotated[bool, typer.Option("--once", help="Show how it is now, and end.")] = False,
    folder: Folder = HERE,
    json: Json = False,
) -> int:
    """Look at the machine: link, state, fault, pieces in the path, supplies, counters, the last frames. Where
    `inserter run` works, the port is left alone and what that tells is shown. With a URL it connects itself and asks
    for status and positions; it gives no command that acts, and acknowledges no event. --json shows it once."""
    with _connected(url, profile) if url else _told(folder) as look:
        report = look()
        if json:
            print_json(report)
        elif once:
            stdout.print(view(report))
        else:
            with Live(view(report), console=stdout, refresh_per_second=4) as live:
                while True:
                    time.sleep(_EVERY_S)
                    live.update(view(look()))
    return 0


@contextmanager
def _told(folder: Path) -> Iterator[_Look]:
    """What the daemon of this folder tells. E2064 when there is none."""
    yield lambda: _read(folder)


def _read(folder: Path) -> dict[str, Any]:
    try:
        report: dict[str, Any] = json_format.loads((folder / STATUS_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _nobody(folder) from None
    if not _lives(report["host"]["pid"]):
        raise _nobody(folder)
    return report


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _nobody(folder: Path) -> MailroomError:
    holder = machine_holder(folder)
    fact = "no inserter run works here" if holder is None else f"{holder} drives the machine and tells nothing of it"
    return MailroomError(
        "E2064", fact, place=str(folder), remedy="Start mailroom inserter run, or name the port: inserter monitor URL."
    )


@contextmanager
def _connected(url: str, profile: str) -> Iterator[_Look]:
    refuse_held(url)
    source = Path(profile) if profile.endswith(".toml") else profile
    driver = InserterDriver(
        url,
        profile=load_profile(source),
        sink=lambda _events: None,
        host_session=secrets.randbits(32),
        acknowledges=False,
    )
    with driver:
        driver.wait(lambda: driver.machine.state is not MachineState.OFFLINE, _FIRST_LOOK_S)
        yield lambda: machine_report(driver, Host(_COMMAND, os.getpid()), url, _now(), _positions(driver))


def _positions(driver: InserterDriver) -> tuple[Position, ...]:
    """Nothing while nobody answers: the link's state tells why."""
    if driver.machine.state is MachineState.OFFLINE:
        return ()
    try:
        driver.status()
        return driver.position_map()
    except InserterError:
        return ()


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="milliseconds")
