"""The port: a pseudo-terminal or a TCP socket that outlives its hosts."""

from __future__ import annotations

import os
import socket
import tty
from typing import Protocol
from urllib.parse import urlsplit

from simulator.errors import SimulatorError

_CHUNK_BYTES = 4096
# What a host that does not read may leave unread before bytes are lost, as on a serial line.
_UNSENT_MAX_BYTES = 64 * 1024


class Line(Protocol):
    """Where bytes come in and go out; nothing here blocks."""

    url: str

    def readers(self) -> list[int]:
        """File descriptors to wait for."""

    def has_unsent(self) -> int | None:
        """The descriptor to wait for until it takes more, or None."""

    def read(self, ready: set[int]) -> tuple[bytes, bool]:
        """What came in on the descriptors that are ready, and whether the host hung up or was replaced."""

    def write(self, data: bytes) -> None:
        """Send, now or as soon as the host reads."""

    def close(self) -> None:
        """Give the port back."""


class PtyLine:
    """A pseudo-terminal. The slave is kept open here too, so that it survives the host closing it."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._unsent = bytearray()
        self.url = os.ttyname(self._slave)

    def readers(self) -> list[int]:
        return [self._master]

    def has_unsent(self) -> int | None:
        return self._master if self._unsent else None

    def read(self, ready: set[int]) -> tuple[bytes, bool]:
        if self._master not in ready:
            return b"", False
        try:
            return os.read(self._master, _CHUNK_BYTES), False
        except BlockingIOError:
            return b"", False

    def write(self, data: bytes) -> None:
        self._unsent += data
        if not self._unsent:
            return
        try:
            sent = os.write(self._master, self._unsent)
        except BlockingIOError:
            sent = 0
        del self._unsent[:sent]
        if len(self._unsent) > _UNSENT_MAX_BYTES:
            self._unsent.clear()

    def close(self) -> None:
        os.close(self._master)
        os.close(self._slave)


class TcpLine:
    """A listening TCP socket with one host at a time; a new one takes the place of the old."""

    def __init__(self, host: str, port: int) -> None:
        try:
            self._server = socket.create_server((host, port))
        except OSError as error:
            raise SimulatorError(
                "E2940",
                f"can't listen on {host}:{port}: {error.strerror}",
                place="--listen",
                remedy="name a free port, or 0 for any",
            ) from error
        self._server.setblocking(False)
        address, bound = self._server.getsockname()[:2]
        self.url = f"socket://{address}:{bound}"
        self._host: socket.socket | None = None
        self._unsent = bytearray()

    def readers(self) -> list[int]:
        return [self._server.fileno()] + ([self._host.fileno()] if self._host else [])

    def has_unsent(self) -> int | None:
        return self._host.fileno() if self._host and self._unsent else None

    def read(self, ready: set[int]) -> tuple[bytes, bool]:
        if self._server.fileno() in ready:
            replaced = self._host is not None
            self._hang_up()
            self._host, _ = self._server.accept()
            self._host.setblocking(False)
            self._host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return b"", replaced
        if self._host is None or self._host.fileno() not in ready:
            return b"", False
        try:
            data = self._host.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return b"", False
        except OSError:
            data = b""
        if not data:
            self._hang_up()
            return b"", True
        return data, False

    def write(self, data: bytes) -> None:
        if self._host is None:
            return
        self._unsent += data
        if not self._unsent:
            return
        try:
            sent = self._host.send(self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            sent = len(self._unsent)  # the host is gone; the next read says so
        del self._unsent[:sent]
        if len(self._unsent) > _UNSENT_MAX_BYTES:
            self._unsent.clear()

    def close(self) -> None:
        self._hang_up()
        self._server.close()

    def _hang_up(self) -> None:
        self._unsent.clear()
        if self._host is not None:
            self._host.close()
            self._host = None


def open_line(listen: str) -> Line:
    """ "pty" or "tcp://HOST:PORT" (port 0 = any free one). Raises SimulatorError E2940."""
    if listen == "pty":
        return PtyLine()
    try:
        parts = urlsplit(listen)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not listen.startswith("tcp://") or not host or port is None:
        raise SimulatorError(
            "E2940", f"can't listen on {listen!r}", place="--listen", remedy="use pty or tcp://127.0.0.1:0"
        )
    return TcpLine(host, port)
