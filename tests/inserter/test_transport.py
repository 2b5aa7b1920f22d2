"""The transports that the driver's own tests do not cover."""

from __future__ import annotations

import os
import socket
import threading
import tty
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import serial
from serial.rfc2217 import PortManager

from drivers.inserter.errors import PortTrouble
from drivers.inserter.profile import load_profile
from drivers.inserter.transport import SerialTransport, Waker

LINE = load_profile("sim1").line


@pytest.fixture
def waker() -> Iterator[Waker]:
    waker = Waker()
    yield waker
    waker.close()


def read_until(transport: SerialTransport, expected: bytes) -> bytes:
    got = b""
    for _ in range(500):
        got += transport.receive(0.05)
        if len(got) >= len(expected):
            break
    return got


def send_often(transport: SerialTransport) -> None:
    for _ in range(1000):
        transport.send(b"x" * 1000)


class _TelnetPeer:
    """Takes PortManager's answers to the socket."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer

    def write(self, data: bytes) -> None:
        with suppress(OSError):
            self._peer.sendall(data)


@pytest.fixture
def echo_server() -> Iterator[str]:
    """A terminal server (RFC 2217) whose serial port is a wire from out to in."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, suppress(OSError):
            peer, _ = listener.accept()
            with peer, serial.serial_for_url("loop://", timeout=0) as port:
                manager = PortManager(port, _TelnetPeer(peer))
                while data := peer.recv(4096):
                    port.write(b"".join(manager.filter(data)))
                    peer.sendall(b"".join(manager.escape(port.read(4096))))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"rfc2217://127.0.0.1:{listener.getsockname()[1]}"
    thread.join(10)


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")
def test_every_byte_passes_a_terminal_server(echo_server: str, waker: Waker) -> None:
    transport = SerialTransport(echo_server, LINE, waker)
    try:
        every = bytes(range(256))
        transport.send(every)
        assert read_until(transport, every) == every
        assert transport.receive(0.0) == b""
    finally:
        transport.close()


def test_every_byte_passes_a_pseudo_terminal_both_ways(waker: Waker) -> None:
    near, far = os.openpty()
    tty.setraw(near)
    transport = SerialTransport(os.ttyname(far), LINE, waker)
    try:
        every = bytes(range(256))
        transport.send(every)
        assert os.read(near, 4096) == every
        os.write(near, every)
        assert read_until(transport, every) == every
    finally:
        transport.close()
        os.close(near)
        os.close(far)


def test_a_port_that_takes_no_more_bytes_is_trouble_not_a_hang(waker: Waker) -> None:
    near, far = os.openpty()
    tty.setraw(far)
    transport = SerialTransport(os.ttyname(far), LINE, waker)
    try:
        with pytest.raises(PortTrouble, match="no more bytes"):
            send_often(transport)
    finally:
        transport.close()
        os.close(near)
        os.close(far)


def test_a_port_that_was_pulled_is_trouble(waker: Waker) -> None:
    near, far = os.openpty()
    tty.setraw(far)
    transport = SerialTransport(os.ttyname(far), LINE, waker)
    os.close(far)
    os.close(near)
    with pytest.raises(PortTrouble, match="gone"):
        read_until(transport, b"never")
    transport.close()


def test_a_peer_that_hangs_up_is_trouble(waker: Waker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        transport = SerialTransport(f"socket://127.0.0.1:{listener.getsockname()[1]}", LINE, waker)
        listener.accept()[0].close()
        with pytest.raises(PortTrouble, match="gone"):
            transport.receive(5.0)
        transport.close()


@pytest.mark.parametrize("url", ["/dev/no-such-port", "socket://127.0.0.1:1", "socket://nowhere", "socket://h:99999"])
def test_a_port_that_cannot_be_opened_is_trouble(url: str, waker: Waker) -> None:
    with pytest.raises(PortTrouble, match="can't be opened"):
        SerialTransport(url, LINE, waker)


def test_a_file_that_is_no_terminal_is_trouble(tmp_path: Path, waker: Waker) -> None:
    file = tmp_path / "no-port"
    file.write_bytes(b"")
    with pytest.raises(PortTrouble, match="can't be opened"):
        SerialTransport(str(file), LINE, waker)


def test_waking_ends_a_wait_and_never_blocks(waker: Waker) -> None:
    for _ in range(100_000):
        waker.wake()
    waker.wait(60.0)
    near, far = os.openpty()
    tty.setraw(far)
    transport = SerialTransport(os.ttyname(far), LINE, waker)
    try:
        waker.wake()
        assert transport.receive(60.0) == b""
    finally:
        transport.close()
        os.close(near)
        os.close(far)
