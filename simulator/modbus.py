"""The machine's end of a Modbus RTU line: requests in, answers out, and the watch over the host. No port, no clock."""

from __future__ import annotations

from collections.abc import Callable

from simulator.events import EventStore
from simulator.link import Controller, LinkCounts, Nameplate
from simulator.registers import WATCHDOG_MS, Registers, WrongAddress, WrongValue
from simulator.rtu import Function, RequestReader, frame

UNIT = 1
_MOST_READ, _MOST_WRITTEN, _MOST_WRITTEN_AND_READ = 125, 123, 121
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _ILLEGAL_VALUE = 1, 2, 3
# Longer than adapters hold bytes back, shorter than any host waits before it asks again: the rest of a damaged request
# must not run together with the next one.
_UNFINISHED_MOST_MS = 20.0


class ModbusLink:
    """Answers what is asked of its unit. Times are milliseconds of any one steady clock."""

    def __init__(self, controller: Controller, events: EventStore, nameplate: Nameplate) -> None:
        self._controller = controller
        self._events = events
        self._reader = RequestReader()
        self._registers = Registers(controller, events, nameplate, self._hear)
        self._out = bytearray()
        self._came_ms = 0.0
        self._heard_ms = 0.0
        self.counts = LinkCounts()
        self.up = False

    @property
    def frames_dropped(self) -> int:
        return self._reader.dropped

    def open(self) -> None:
        """The port was opened. A machine speaks only when it is asked."""

    def take_output(self) -> bytes:
        """The bytes to send now; they are given once."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def next_due_ms(self) -> float | None:
        """When `tick` is next needed, or None while no host is known."""
        return self._heard_ms + WATCHDOG_MS if self.up else None

    def receive(self, data: bytes, now_ms: float) -> None:
        if now_ms - self._came_ms > _UNFINISHED_MOST_MS:
            self._reader.forget()
        self._came_ms = now_ms
        for body in self._reader.feed(data):
            if body[0] == UNIT:
                self._out += frame(self._answer(body))

    def tick(self, now_ms: float) -> None:
        """Notice a lost host."""
        if self.up and now_ms - self._heard_ms >= WATCHDOG_MS:
            self.lost()

    def lost(self) -> None:
        """The host is gone, or its port was closed."""
        if self.up:
            self.up = False
            self._controller.host_lost()

    def _hear(self) -> None:
        self._heard_ms = self._came_ms
        if not self.up:
            self.up = True
            self._controller.host_found()

    def _answer(self, body: bytes) -> bytes:
        serve = _SERVED.get(body[1])
        if serve is None:
            return self._refuse(body, _ILLEGAL_FUNCTION)
        try:
            return body[:2] + serve(self._registers, body[2:])
        except WrongAddress:
            return self._refuse(body, _ILLEGAL_ADDRESS)
        except WrongValue:
            return self._refuse(body, _ILLEGAL_VALUE)

    def _refuse(self, body: bytes, exception: int) -> bytes:
        self.counts.rejected += 1
        return bytes([body[0], body[1] | 0x80, exception])


def _read(registers: Registers, request: bytes) -> bytes:
    address, count = _pair(request)
    if not 1 <= count <= _MOST_READ:
        raise WrongValue
    content = registers.read(address, count)
    return bytes([len(content)]) + content


def _write(registers: Registers, request: bytes) -> bytes:
    address, count = _pair(request)
    if not 1 <= count <= _MOST_WRITTEN:
        raise WrongValue
    registers.write(address, request[5:])
    return request[:4]


def _read_write(registers: Registers, request: bytes) -> bytes:
    """Writes first, then reads."""
    write_address, written = _pair(request[4:])
    if not 1 <= written <= _MOST_WRITTEN_AND_READ:
        raise WrongValue
    registers.write(write_address, request[9:])
    return _read(registers, request[:4])


def _pair(request: bytes) -> tuple[int, int]:
    return int.from_bytes(request[:2], "big"), int.from_bytes(request[2:4], "big")


_SERVED: dict[int, Callable[[Registers, bytes], bytes]] = {
    Function.READ: _read,
    Function.WRITE: _write,
    Function.READ_WRITE: _read_write,
}
