"""What the tests of the CUPS queue share: a private server, waiting, and a line that loses or delays what passes."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from spool.job import JobReport
from spool.queues.cups import CupsQueue
from spool.queues.private_cups import PrivateCups

_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
MISSING = [name for name in ("cupsd", "ippeveprinter", "lpadmin") if shutil.which(name, path=_PATH) is None]
if importlib.util.find_spec("cups") is None:
    MISSING.append("pycups")

# In CI nothing may be missing: there the tests run, and fail.
_SKIP = bool(MISSING) and not os.environ.get("CI")
needs_cups = [pytest.mark.cups, pytest.mark.skipif(_SKIP, reason=f"not installed: {', '.join(MISSING)}")]

_PATIENCE_SECONDS = 25.0


def queue_of(server: PrivateCups, *, address: str | None = None, silence_seconds: float = 20.0) -> CupsQueue:
    """A queue object as a process that has just been started would make it."""
    return CupsQueue(server.printer, server=address or server.server, silence_seconds=silence_seconds)


def wait_for(queue: CupsQueue, key: str, bookmark: str, good: Callable[[JobReport], bool]) -> JobReport:
    """Poll until a report is good; fails with the last report."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not good(report := queue.report(key, bookmark)):
        if time.monotonic() > deadline:
            pytest.fail(f"still {report}")
        time.sleep(0.05)
    return report


def wait_until(good: Callable[[], bool]) -> None:
    """Poll until something is so."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not good():
        if time.monotonic() > deadline:
            pytest.fail("it did not happen")
        time.sleep(0.02)


class Line:
    """A TCP line to a server that breaks or stalls once its client has said certain words.

    `lose_answer`  the server hears everything, but its next answer is dropped; then `then` is called, the line breaks
    `stall`        the words and what follows are kept back until `release`
    Each trouble happens once, on the connection on which the words pass.
    """

    def __init__(self, address: str) -> None:
        host, _, port = address.partition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("localhost", 0))
        self.address = f"localhost:{self._listener.getsockname()[1]}"
        self.troubled = threading.Event()
        self._released = threading.Event()
        self._lose: tuple[bytes, Callable[[], None]] | None = None
        self._stall: bytes | None = None
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_answer(self, words: bytes, then: Callable[[], None] = lambda: None) -> None:
        self._lose = (words, then)

    def stall(self, words: bytes) -> None:
        self._stall = words

    def release(self) -> None:
        self._released.set()

    def close(self) -> None:
        self._released.set()
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(self._target)
                except OSError:
                    client.close()
                    continue
                self._sockets += [client, server]
                heard = threading.Event()
                threading.Thread(target=self._forth, args=(client, server, heard), daemon=True).start()
                threading.Thread(target=self._back, args=(client, server, heard), daemon=True).start()

    def _forth(self, client: socket.socket, server: socket.socket, heard: threading.Event) -> None:
        tail = b""
        with suppress(OSError):
            while data := client.recv(65536):
                tail = tail[-256:] + data
                if self._stall is not None and self._stall in tail:
                    self._stall = None
                    self.troubled.set()
                    self._released.wait()
                if self._lose is not None and self._lose[0] in tail:
                    heard.set()
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _back(self, client: socket.socket, server: socket.socket, heard: threading.Event) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if heard.is_set() and self._lose is not None and not data.startswith(b"HTTP/1.1 100"):
                    _, then = self._lose
                    self._lose = None
                    then()
                    self.troubled.set()
                    break
                client.sendall(data)
        # Also after a reset: a broken line is heard at both ends.
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


def stacks(server: PrivateCups) -> list[Path]:
    """Everything that was ever printed."""
    return sorted(server.stack_dir.glob("*.pdf"))
