"""A byte stream to the machine, through pyserial: /dev/…, a pseudo terminal, socket://host:port, rfc2217://host:port.

One thread reads and writes; another may only `wake` it. Whatever pyserial and the system raise becomes PortTrouble.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import socket
import termios
from contextlib import suppress
from typing import Any

import serial

from drivers.inserter.errors import PortHeld, PortTrouble
from drivers.inserter.port_holders import holders
from drivers.inserter.profile import LineSettings

_READ_AT_MOST = 4096
_MOST_UNSENT = 16384
_POLL_S = 0.02
_FOREIGN = (OSError, ValueError, termios.error)
_HELD = frozenset({errno.EWOULDBLOCK, errno.EBUSY})
_PSEUDO_TERMINALS = "/dev/pts/"
_PARITIES = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}


class Waker:
    """Wakes one waiting thread from any other."""

    def __init__(self) -> None:
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)

    def fileno(self) -> int:
        return self._near.fileno()

    def wake(self) -> None:
        with suppress(BlockingIOError):  # It has been woken often enough.
            self._far.send(b"\0")

    def wait(self, timeout_s: float) -> None:
        """Until woken, at most `timeout_s`."""
        if select.select([self._near], [], [], timeout_s)[0]:
            self.drain()

    def drain(self) -> None:
        with suppress(BlockingIOError):
            while self._near.recv(_READ_AT_MOST):
                pass

    def close(self) -> None:
        self._near.close()
        self._far.close()


def check_url(url: str) -> None:
    """PortTrouble: no transport is known for `url`."""
    try:
        serial.serial_for_url(url, do_not_open=True)
    except _FOREIGN as error:
        raise PortTrouble(f"This is no port: {error}", place=url) from error


class SerialTransport:
    """An open port. PortTrouble from the constructor: it can't be opened; from a method: it is gone."""

    def __init__(self, url: str, line: LineSettings, waker: Waker) -> None:
        self._url = url
        self._waker = waker
        self._unsent = bytearray()
        # pyserial can't hand out a descriptor to wait on for RFC 2217; its own waiting in short slices must do there.
        self._selectable = "://" not in url or url.startswith("socket://")
        try:
            self._port: Any = serial.serial_for_url(url, **_settings(line, self._selectable))
            self._socket: socket.socket | None = getattr(self._port, "_socket", None)
            if self._socket is not None:
                # Small frames that wait for one another must not wait for Nagle's algorithm too.
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except _FOREIGN as error:
            if getattr(error, "errno", None) in _HELD:
                raise PortHeld(holders(url), place=url) from error
            raise PortTrouble(f"The port can't be opened: {error}", place=url) from error
        if _is_serial_device(url):
            _keep_others_out(self._port.fileno())

    def send(self, data: bytes) -> None:
        """Take `data` for sending; `receive` sends on what the port does not take at once."""
        self._unsent += data
        if len(self._unsent) > _MOST_UNSENT:
            raise PortTrouble("The port takes no more bytes", place=self._url)
        try:
            self._write()
        except _FOREIGN as error:
            raise PortTrouble(f"The port is gone: {error}", place=self._url) from error

    def receive(self, timeout_s: float) -> bytes:
        """Bytes that have come; waits at most `timeout_s` for the first, less when woken. Empty when none came."""
        try:
            return self._receive_selecting(timeout_s) if self._selectable else self._receive_polling(timeout_s)
        except _FOREIGN as error:
            raise PortTrouble(f"The port is gone: {error}", place=self._url) from error

    def close(self) -> None:
        """Let the port go. Never fails: a port that is gone is closed."""
        with suppress(*_FOREIGN):
            self._port.close()
        # pyserial forgets to close the socket when the other side has hung up first.
        if self._socket is not None:
            self._socket.close()

    def _receive_selecting(self, timeout_s: float) -> bytes:
        writers = [self._port] if self._unsent else []
        readable, writable, _ = select.select([self._port, self._waker], writers, [], timeout_s)
        if self._waker in readable:
            self._waker.drain()
        if writable:
            self._write()
        return self._read_now() if self._port in readable else b""

    def _read_now(self) -> bytes:
        data: bytes = self._port.read(_READ_AT_MOST)
        return data

    def _receive_polling(self, timeout_s: float) -> bytes:
        if timeout_s <= 0 and not self._port.in_waiting:
            return b""
        first: bytes = self._port.read(1)
        others: bytes = self._port.read(self._port.in_waiting)
        return first + others

    def _write(self) -> None:
        if not self._unsent:
            return
        if self._selectable and not select.select([], [self._port], [], 0)[1]:
            return
        written = self._port.write(bytes(self._unsent[:_READ_AT_MOST]))
        del self._unsent[:written]


def _settings(line: LineSettings, selectable: bool) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "baudrate": line.baud_rate,
        "bytesize": line.data_bits,
        "parity": _PARITIES[line.parity],
        "stopbits": line.stop_bits,
        "rtscts": line.flow_control == "rts_cts",
        "timeout": 0 if selectable else _POLL_S,
    }
    if selectable:
        settings |= {"write_timeout": 0, "exclusive": True}
    return settings


def _is_serial_device(url: str) -> bool:
    """Not a pseudo terminal: that lives as long as the program behind it, and would stay shut to us after a crash."""
    return "://" not in url and not os.path.realpath(url).startswith(_PSEUDO_TERMINALS)


def _keep_others_out(descriptor: int) -> None:
    """pyserial's lock is honoured by programs that ask for it; this one by all but root's (TIOCEXCL, tty_ioctl(4)). It
    goes with the last close of the device."""
    with suppress(OSError):  # a driver that does not know it
        fcntl.ioctl(descriptor, termios.TIOCEXCL)
