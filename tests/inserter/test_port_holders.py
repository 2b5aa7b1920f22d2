"""Who has a port is told by name, before it is opened and when opening it fails."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.inserter.errors import PortHeld
from drivers.inserter.port_holders import holders, refuse_held
from drivers.inserter.transport import _keep_others_out

_HOLD = """
import fcntl, os, sys
handle = os.open(sys.argv[1], os.O_RDWR)
fcntl.flock(handle, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""

_TIOCGEXCL = 0x80045440
"""Asks whether the terminal is exclusive (Linux, tty_ioctl(4))."""


@contextmanager
def held_by_a_process(device: Path) -> Iterator[int]:
    command = [sys.executable, "-c", _HOLD, str(device)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process.pid
        process.communicate()


@pytest.fixture
def device(tmp_path: Path) -> Path:
    path = tmp_path / "ttyUSB0"
    path.touch()
    return path


def test_the_process_that_has_locked_a_port_is_named(device: Path) -> None:
    with held_by_a_process(device) as process:
        (name,) = holders(str(device))
        assert name.endswith(f"(process {process})")
        with pytest.raises(PortHeld) as refused:
            refuse_held(str(device))
    assert refused.value.code == "E2015"
    assert str(process) in refused.value.message


def test_a_lock_goes_with_its_process(device: Path) -> None:
    with held_by_a_process(device):
        pass
    assert holders(str(device)) == ()
    refuse_held(str(device))


def test_our_own_lock_holds_nobody_off(device: Path) -> None:
    handle = os.open(device, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        assert holders(str(device)) == ()
    finally:
        os.close(handle)


@pytest.mark.parametrize("url", ["socket://127.0.0.1:9", "/dev/there-is-no-such-port"])
def test_nobody_holds_what_is_no_device(url: str) -> None:
    refuse_held(url)


def test_an_open_device_is_made_exclusive() -> None:
    near, far = os.openpty()
    try:
        _keep_others_out(far)
        told = fcntl.ioctl(far, _TIOCGEXCL, b"\0" * 4)
        assert int.from_bytes(told, sys.byteorder) == 1
        fcntl.ioctl(far, termios.TIOCNXCL)
    finally:
        os.close(near)
        os.close(far)
