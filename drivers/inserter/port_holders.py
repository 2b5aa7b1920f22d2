"""Who has locked a serial port: what the system tells of other processes, for a message that names them."""

from __future__ import annotations

import os
from pathlib import Path

from drivers.inserter.errors import PortHeld

_LOCKS = Path("/proc/locks")
"""Linux. Elsewhere nobody is named, and the lock on the open port alone refuses."""

_KIND, _PROCESS, _FILE = 1, 4, 5


def refuse_held(url: str) -> None:
    """PortHeld (E2015): another process has locked that device. Nothing is known of ports behind a network: there the
    machine's end takes one host at a time."""
    found = holders(url)
    if found:
        raise PortHeld(found, place=url)


def holders(device: str) -> tuple[str, ...]:
    """The other processes that have locked `device`, as "mailroom (process 4711)"; opening it is not needed for it."""
    if "://" in device:
        return ()
    try:
        file = os.stat(device)
        locks = _LOCKS.read_text(encoding="ascii").splitlines()
    except OSError:
        return ()
    name = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    found = {int(each[_PROCESS]) for each in map(str.split, locks) if each[_KIND] == "FLOCK" and each[_FILE] == name}
    return tuple(f"{_command(process)} (process {process})" for process in sorted(found - {os.getpid()}))


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return "a program"
