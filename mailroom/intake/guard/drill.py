"""A drill: functions that break each limit on purpose, so that an installation can prove that the limits hold there."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from mailroom.domain.errors import InputRefused
from mailroom.intake.guard.functions import Result


def answer(text: str, size_bytes: int = 0) -> Result:
    return Result({"text": ascii(text), "process": os.getpid()}, [b"x" * size_bytes] if size_bytes else [])


def refuse(message: str) -> Result:
    raise InputRefused("E1410", message, place="here", remedy="Nothing, it is a drill.")


def spend_time() -> Result:
    time.sleep(3600)
    return Result(None)


def spend_processor() -> Result:
    while True:
        pass


def spend_memory() -> Result:
    held = []
    while True:
        held.append(bytes(1 << 24))


def spend_files() -> Result:
    return Result(len([os.open(os.devnull, os.O_RDONLY) for _ in range(100_000)]))


def flood(size_bytes: int) -> Iterator[Result]:
    """Without end."""
    while True:
        yield Result(None, [b"x" * size_bytes])


def end_by_signal(number: int) -> Result:
    signal.raise_signal(number)
    return Result(None)


def fail(message: str) -> Result:
    raise RuntimeError(message)


def recurse() -> Result:
    return recurse()


def garble(text: str) -> Result:
    """Write what is no frame to every descriptor there is."""
    for handle in range(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0]):
        try:
            os.write(handle, text.encode())
        except OSError:
            continue
    time.sleep(3600)
    return Result(None)


def open_network() -> Result:
    """Both ways: by the interpreter, and past its hook by the C library."""
    import ctypes

    try:
        socket.socket().close()
    except PermissionError:
        interpreter = "denied"
    else:
        interpreter = "open"
    handle = ctypes.CDLL(None, use_errno=True).socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    return Result({"interpreter": interpreter, "kernel": "denied" if handle < 0 else "open"})


def start_process() -> Result:
    try:
        subprocess.run(("/bin/true",), check=False)
    except PermissionError:
        return Result("denied")
    return Result("started")


def write_file(path: str) -> Result:
    try:
        Path(path).write_bytes(b"drill")
    except PermissionError:
        return Result("denied")
    return Result("written")


def surroundings() -> Result:
    handles = [handle for handle in range(256) if _is_open(handle)]
    return Result({"environment": dict(os.environ), "folder": str(Path.cwd()), "handles": len(handles)})


def _is_open(handle: int) -> bool:
    try:
        os.fstat(handle)
    except OSError:
        return False
    return True
