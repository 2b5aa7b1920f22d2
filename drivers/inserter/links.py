"""What a session asks of the link below it, whatever bytes the link puts on the line.

A link carries whole messages of protocols/native.py: COMMAND and EVENT_ACK to the machine, REPLY and EVENT from it. How
it does so is its own business: frames with sequence numbers, or registers that are polled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Protocol

from drivers.inserter.framing import FrameCounters
from drivers.inserter.link import HostLink, LinkCounters, Notice
from drivers.inserter.link_frames import MAX_MESSAGE
from drivers.inserter.profile import Profile
from drivers.inserter.vocabulary import LinkState


class CountingDecoder(Protocol):
    """Whatever cuts the line's bytes into frames."""

    counters: FrameCounters


class MachineLink(Protocol):
    """Sans-I/O: bytes and the time go in, bytes and notices come out. No message arrives twice on one link."""

    counters: LinkCounters
    trouble: str
    incompatible: bool

    @property
    def decoder(self) -> CountingDecoder:
        """Counts good and damaged frames."""

    @property
    def state(self) -> LinkState:
        """As people are told."""

    @property
    def ready(self) -> bool:
        """Up, and `send` may be called."""

    @property
    def quiet(self) -> bool:
        """Nothing of ours waits to arrive."""

    @property
    def deadline(self) -> float | None:
        """When `tick` must be called at the latest; None when nothing is due."""

    def unanswered_for(self, now: float) -> float:
        """Seconds since the host began to ask in vain; 0 when up or closed."""

    def take_output(self) -> bytes:
        """The bytes to put on the line, once."""

    def port_opened(self, now: float) -> None:
        """The port is open: find the machine."""

    def port_closed(self, reason: str) -> list[Notice]:
        """The port is gone."""

    def send(self, message: bytes, now: float) -> None:
        """Bring `message` to the machine. Only when `ready`."""

    def receive(self, data: bytes, now: float) -> list[Notice]:
        """Bytes came."""

    def tick(self, now: float) -> list[Notice]:
        """Let time pass."""


def make_link(profile: Profile, host_session: int) -> MachineLink:
    """The link that the profile's protocol needs."""
    return _LINKS[profile.protocol].make(profile, host_session)


def longest_message(profile: Profile) -> int:
    """Bytes of the longest message that it carries to the machine."""
    return _LINKS[profile.protocol].longest_message


@dataclass(frozen=True, slots=True)
class _Kind:
    make: Callable[[Profile, int], MachineLink]
    longest_message: int


def _native(profile: Profile, host_session: int) -> MachineLink:
    return HostLink(_hello_numbers(host_session), profile.link)


def _hello_numbers(host_session: int) -> Iterator[int]:
    """A number for each HELLO, the same ones for the same host_session, which is the first."""
    yield host_session
    chance = Random(host_session)
    while True:
        yield chance.getrandbits(32)


def _modbus(profile: Profile, host_session: int) -> MachineLink:
    from drivers.inserter.modbus_link import ModbusLink  # whoever has no such machine need not load pymodbus

    return ModbusLink(profile.modbus, profile.line.baud_rate, first_token=host_session)


_LONGEST_IN_MAILBOX = 226
"""216 bytes of arguments, with kind, id and opcode (docs/protocols/modbus.md, section 4)."""

_LINKS = MappingProxyType({"native": _Kind(_native, MAX_MESSAGE), "modbus": _Kind(_modbus, _LONGEST_IN_MAILBOX)})
