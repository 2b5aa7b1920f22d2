"""An independent peer on each side: pymodbus's own server before the driver, its own client before the simulator."""

from __future__ import annotations

import asyncio
import struct
import threading
from collections.abc import Iterator

import pytest
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.constants import ExcCodes
from pymodbus.framer import FramerType
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from drivers.inserter.driver import InserterDriver
from drivers.inserter.errors import CommandRefused
from drivers.inserter.vocabulary import Fault, MachineState
from tests.inserter.driving import PATIENCE_S, PIECE, Journal, is_up, until
from tests.inserter.modbus_machine import MODBUS, RegisterMachine

BOOT = 0xB007
CONTROL, REPLY, IDENTITY = 0x100, 0x200, 0x300


class Map:
    """The register map by the page, kept by pymodbus's server: three events, and a mailbox that refuses `start`."""

    def __init__(self) -> None:
        self.commands: dict[int, tuple[int, int, bytes]] = {}
        self.obeyed: list[int] = []
        self.acknowledged = 0
        self.token = self.wanted = 0
        self.last = (0, 0, b"")
        self.records = [bytes([8]) + struct.pack(">IBBH", 5, 1, state, 0) for state in (2, 3, 5)]

    async def act(
        self,
        function: int,
        start: int,
        address: int,
        count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        if values is not None:
            self.write(struct.pack(f">{len(values)}H", *values))
            return None
        content = {0: self.events(count), REPLY: self.reply(), IDENTITY: self.identity()}[address]
        content = content.ljust(2 * count, b"\0")[: 2 * count]
        registers[address - start : address - start + count] = struct.unpack(f">{count}H", content)
        return None

    def write(self, data: bytes) -> None:
        self.token, boot, self.wanted, acknowledged = struct.unpack_from(">HIII", data)
        if boot != BOOT:
            return
        self.acknowledged = max(self.acknowledged, acknowledged)
        if len(data) > 14:
            command_id, opcode, _ = struct.unpack_from(">QHH", data, 14)
            if command_id not in self.commands:
                self.obeyed.append(opcode)
                self.commands[command_id] = (command_id, *self.answer(opcode))
            self.last = self.commands[command_id]

    def answer(self, opcode: int) -> tuple[int, bytes]:
        match opcode:
            case 2:
                return 0, struct.pack(">BH", 2, 0) + b"\x01J" + struct.pack(">HHIII", 0, 0, 0, 0, 0)
            case 5:
                return 0, b"\x00\x3f"
            case 8:
                return 1, struct.pack(">H", 19) + b"\x06no job"
        return 0, b""

    def events(self, count: int) -> bytes:
        shown = b""
        first = min(max(self.wanted, self.acknowledged + 1), 4)
        for record in self.records[first - 1 :]:
            if 12 + len(shown) + len(record) <= 2 * count:
                shown += record
        return struct.pack(">HIIH", self.token, first, 4, len(shown)) + shown

    def reply(self) -> bytes:
        command_id, status, results = self.last
        return struct.pack(">HQHH", self.token, command_id, status, len(results)) + results

    def identity(self) -> bytes:
        head = struct.pack(">HHHIIIHH", self.token, 0x4D52, 1, BOOT, self.acknowledged + 1, 4, 3000, 64)
        return head + b"SIM-1".ljust(32, b"\0") + b"peer".ljust(16, b"\0")


class Loop:
    """An event loop on a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()


@pytest.fixture
def peer() -> Iterator[tuple[Map, str]]:
    registers = Map()
    runner = Loop()

    async def begin() -> ModbusTcpServer:
        device = SimDevice(1, [SimData(0, values=[0] * 0x400, datatype=DataType.REGISTERS)], action=registers.act)
        server = ModbusTcpServer(context=device, framer=FramerType.RTU, address=("127.0.0.1", 0))
        await server.serve_forever(background=True)
        return server

    server = asyncio.run_coroutine_threadsafe(begin(), runner.loop).result(PATIENCE_S)
    assert server.transport is not None
    port = server.transport.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    yield registers, f"socket://127.0.0.1:{port}"

    async def end() -> None:
        await server.shutdown()  # type: ignore[no-untyped-call]
        await asyncio.sleep(0)  # what was closed is let go of in the next turn

    asyncio.run_coroutine_threadsafe(end(), runner.loop).result(PATIENCE_S)
    runner.stop()


def test_the_driver_works_with_pymodbus_own_server(peer: tuple[Map, str], journal: Journal) -> None:
    registers, url = peer
    with InserterDriver(url, profile=MODBUS, sink=journal, host_session=0xA1B2) as driver:
        until(driver, is_up(driver))
        assert driver.queue_piece(PIECE) == 63
        with pytest.raises(CommandRefused) as refused:
            driver.start()
        driver.halt()
        until(driver, lambda: registers.acknowledged == 3)
        assert driver.machine_state is MachineState.READY  # as status tells: the events are from before the link
        assert driver.boot_id == BOOT
    assert refused.value.fault is Fault.NO_JOB
    assert journal.numbers == [1, 2, 3]
    assert registers.obeyed == [2, 5, 8, 10]


def test_pymodbus_own_client_reads_and_writes_the_simulator() -> None:
    machine = RegisterMachine(BOOT)
    machine.emit()
    hung_up = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            machine.receive(data, 0.0)
            writer.write(machine.take_output())
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    async def ask() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        client = AsyncModbusTcpClient("127.0.0.1", port=port, framer=FramerType.RTU)
        assert await client.connect()
        identity = await client.read_holding_registers(IDENTITY, count=35, device_id=1)
        assert identity.registers[1:5] == [0x4D52, 1, 0, BOOT]
        status = await client.read_holding_registers(0x380, count=14, device_id=1)
        assert status.registers[:2] == [2, 0]
        control = [7, 0, BOOT, 0, 1, 0, 0]
        events = await client.readwrite_registers(
            read_address=0, read_count=38, write_address=CONTROL, values=control, device_id=1
        )
        assert events.registers[:6] == [7, 0, 1, 0, 2, 8]
        written = await client.write_registers(CONTROL, [8, 0, BOOT, 0, 2, 0, 1], device_id=1)
        assert not written.isError()
        assert (await client.read_holding_registers(0x500, count=1, device_id=1)).exception_code == 2
        client.close()
        await hung_up.wait()
        server.close()
        await server.wait_closed()

    asyncio.run(asyncio.wait_for(ask(), PATIENCE_S))
    assert machine.events.oldest == 2
    assert machine.hosts == [True]
