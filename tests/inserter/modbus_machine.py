"""A machine behind registers for the driver's tests: the simulator's end of a Modbus line, a scripted controller."""

from __future__ import annotations

from drivers.inserter.profile import load_profile
from simulator.events import EventStore
from simulator.link import Nameplate
from simulator.messages import Answer, Command, Free, GetStatus, Identify, Identity, MachineStatus, Nothing, Supply
from simulator.modbus import ModbusLink
from simulator.words import Fault, Level, State, Station

from .lines import PERFECT, Faults
from .virtual import VirtualHost

MODBUS = load_profile("sim1-modbus")


class RegisterMachine:
    """Obeys at once and writes down what it obeyed; the next `mute` answers are lost."""

    def __init__(self, boot_id: int = 0xB0071D) -> None:
        self.boot_id = boot_id
        self.acted: list[tuple[int, Command]] = []
        self.hosts: list[bool] = []
        self.mute = 0
        self.requests = 0
        self.reboot(boot_id)

    def reboot(self, boot_id: int) -> None:
        self.boot_id = boot_id
        self.events = EventStore(lambda *_: None)
        self.link = ModbusLink(self, self.events, Nameplate(boot_id))

    def emit(self) -> int:
        self.events.add(Supply(Station.ENVELOPE_FEEDER, Level.LOW), 0)
        return self.events.following - 1

    def obey(self, command: Command) -> Answer:
        match command:
            case GetStatus():
                return MachineStatus(State.READY, Fault.NONE, "J", 0, 0, 0, 0, 0)
            case Identify():
                return Identity("SIM-1", "0001", tuple(Station))
        self.acted.append((self.boot_id, command))
        return Free(63) if type(command).__name__ == "QueuePiece" else Nothing()

    def host_lost(self) -> None:
        self.hosts.append(False)

    def host_found(self) -> None:
        self.hosts.append(True)

    # The line, in seconds

    def receive(self, data: bytes, now: float) -> None:
        if data:
            self.requests += 1
            self.link.receive(data, now * 1000)

    def tick(self, now: float) -> None:
        self.link.tick(now * 1000)

    def take_output(self) -> bytes:
        output = self.link.take_output()
        if output and self.mute:
            self.mute -= 1
            return b""
        return output


def host_of(machine: RegisterMachine, seed: int = 0, faults: Faults = PERFECT, **options: object) -> VirtualHost:
    """A host on a virtual line to that machine."""
    return VirtualHost(machine, seed=seed, faults=faults, profile=MODBUS, **options)  # type: ignore[arg-type]
