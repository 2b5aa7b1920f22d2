"""Runs a fake machine behind a real pseudo terminal or TCP port, on a thread of its own."""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
import time
import tty
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .fake_machine import FakeMachine

_PAUSE_S = 0.005


class RealLine(ABC):
    """The machine's end of a line. `vanish` and `appear` pull and plug the port; `url` stays the same."""

    def __init__(self, machine: FakeMachine) -> None:
        self.machine = machine
        self.lock = threading.RLock()
        self.url = ""
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> RealLine:
        self.appear()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leave.set()
        self._thread.join(5)
        self.vanish()

    @contextmanager
    def held(self) -> Iterator[FakeMachine]:
        """The machine, standing still while the test looks at it or changes it."""
        with self.lock:
            yield self.machine

    @abstractmethod
    def appear(self) -> None: ...

    @abstractmethod
    def vanish(self) -> None: ...

    @abstractmethod
    def exchange(self, output: bytes) -> bytes:
        """Send `output`, return what has come; pause a little when nothing has."""

    def _run(self) -> None:
        output = b""
        while not self._leave.is_set():
            with self.lock:
                data = self.exchange(output)
                now = time.monotonic()
                self.machine.receive(data, now)
                self.machine.tick(now)
                output = self.machine.take_output()
            if not (data or output):
                time.sleep(_PAUSE_S)


class PtyLine(RealLine):
    """A pseudo terminal behind a link in the file system, as udev gives a serial adapter its name."""

    def __init__(self, machine: FakeMachine, folder: Path) -> None:
        super().__init__(machine)
        self._link = folder / "inserter"
        self.url = str(self._link)
        self._near: int | None = None

    def appear(self) -> None:
        with self.lock:
            self._near, far = os.openpty()
            tty.setraw(far)
            self._link.symlink_to(os.ttyname(far))
            # Without an open far end the near one reports an error until the host opens it: that is what reads return.
            os.close(far)
            os.set_blocking(self._near, False)

    def vanish(self) -> None:
        with self.lock:
            if self._near is not None:
                self._link.unlink()
                os.close(self._near)
                self._near = None

    def exchange(self, output: bytes) -> bytes:
        if self._near is None:
            return b""
        with suppress(OSError):
            if output:
                os.write(self._near, output)
            if select.select([self._near], [], [], 0)[0]:
                return os.read(self._near, 4096)
        return b""


class TcpLine(RealLine):
    """A TCP port, as a terminal server offers."""

    def __init__(self, machine: FakeMachine) -> None:
        super().__init__(machine)
        self._port = 0
        self._listener: socket.socket | None = None
        self._peer: socket.socket | None = None

    def appear(self) -> None:
        with self.lock:
            self._listener = socket.create_server(("127.0.0.1", self._port), reuse_port=False)
            self._listener.setblocking(False)
            self._port = self._listener.getsockname()[1]
            self.url = f"socket://127.0.0.1:{self._port}"

    def vanish(self) -> None:
        """The peer is reset, not ended politely; nobody listens any more."""
        with self.lock:
            if self._peer is not None:
                self._peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._peer.close()
            if self._listener is not None:
                self._listener.close()
            self._peer = self._listener = None

    def exchange(self, output: bytes) -> bytes:
        if self._listener is None:
            return b""
        with suppress(BlockingIOError):
            peer = self._listener.accept()[0]
            if self._peer is not None:
                self._peer.close()
            self._peer = peer
            self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._peer.setblocking(False)
        if self._peer is None:
            return b""
        with suppress(OSError):
            if output:
                self._peer.sendall(output)
            data = self._peer.recv(4096)
            if not data:
                self._peer.close()
                self._peer = None
            return data
        return b""
