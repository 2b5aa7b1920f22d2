"""Ends the processes of a private print server when the process that started them is gone, however it went.

Started as a script of its own, with the servers' own folder as argument and a pipe as its standard input. Each line
adds a session id; the line `done` forgets all. When the pipe closes, every process of those sessions is ended and the
folder is removed. It is a pipe, not the parent-death signal, because that one follows the thread that started the child
and is dropped by programs that change their user.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

HOME_PREFIX = "mailroom-cups-"
_TERM_SECONDS = 2.0
_STEP_SECONDS = 0.05
# Fields of /proc/PID/stat after the command's closing bracket: state, parent, group, session (proc(5)).
_STATE, _SESSION = 0, 3


def members(sessions: Collection[int]) -> list[int]:
    """Process ids that live in these sessions; print servers put their children in groups, but not in sessions."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[_SESSION]) in sessions and fields[_STATE] not in ("Z", "X"):
                found.append(int(entry.name))
    return found


def end(sessions: Collection[int], *, term_seconds: float = _TERM_SECONDS) -> None:
    """Ask all processes of the sessions to end, then kill those that did not within `term_seconds`."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        waited = 0.0
        for process in members(sessions):
            with suppress(ProcessLookupError):
                os.kill(process, number)
        while members(sessions) and waited < term_seconds:
            time.sleep(_STEP_SECONDS)
            waited += _STEP_SECONDS


def main(home: Path) -> None:
    """Listen on standard input until it closes, then act."""
    # A Ctrl-C at the terminal is meant for the program that is watched, which then stops its servers in good order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sessions: set[int] = set()
    for line in sys.stdin:
        word = line.strip()
        if word == "done":
            sessions.clear()
        elif word.isdigit():
            sessions.add(int(word))
    end(sessions)
    if sessions and home.name.startswith(HOME_PREFIX):
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
