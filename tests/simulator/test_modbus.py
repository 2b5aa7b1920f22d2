"""The machine behind registers: golden bytes, the mailbox, the event window, the watch over the host, and noise."""

from __future__ import annotations

import struct
import tomllib
from pathlib import Path

from crccheck.crc import CrcModbus
from hypothesis import given
from hypothesis import strategies as st

from simulator.events import EventStore
from simulator.link import Nameplate
from simulator.messages import (
    Answer,
    Command,
    FaultRaised,
    Free,
    GetStatus,
    MachineStatus,
    PieceOutcome,
    Refused,
    SheetScanned,
    StateChanged,
)
from simulator.modbus import ModbusLink
from simulator.rtu import RequestReader, crc16, frame
from simulator.words import Fault, Outcome, State, Station

PAGE = Path(__file__).resolve().parents[2] / "docs" / "protocols" / "modbus-vectors.toml"
VECTORS = {vector["name"]: vector for vector in tomllib.loads(PAGE.read_text(encoding="utf-8"))["vector"]}
BOOT = 0x00C0FFEE


class Desk:
    """A machine that obeys nothing but writes down what it was told."""

    def __init__(self) -> None:
        self.obeyed: list[Command] = []
        self.hosts: list[bool] = []
        self.events = EventStore(lambda *_: None)
        self.link = ModbusLink(self, self.events, Nameplate(BOOT))
        self.now_ms = 0.0

    def obey(self, command: Command) -> Answer:
        if isinstance(command, GetStatus):
            return MachineStatus(State.RUNNING, Fault.NONE, "J", 12, 3, 40, 9, 1)
        self.obeyed.append(command)
        return Free(63) if len(self.obeyed) == 1 else Refused(Fault.TOO_LATE, "too late")

    def host_lost(self) -> None:
        self.hosts.append(False)

    def host_found(self) -> None:
        self.hosts.append(True)

    def ask(self, data: bytes) -> bytes:
        self.link.receive(data, self.now_ms)
        return self.link.take_output()

    def poll(self, wanted: int, acknowledged: int = 0, registers: int = 125, boot: int = BOOT) -> bytes:
        control = struct.pack(">HIII", 7, boot, wanted, acknowledged)
        head = struct.pack(">BBHHHHB", 1, 0x17, 0, registers, 0x100, 7, 14)
        return self.ask(frame(head + control))[3:-2]

    def happen(self, count: int) -> None:
        for _ in range(count):
            self.events.add(StateChanged(State.RUNNING, Fault.NONE), 0)


def test_the_check_value_is_that_of_crc_16_modbus() -> None:
    assert crc16(b"123456789") == 0x4B37 == CrcModbus.calc(b"123456789")


def test_every_request_of_the_page_gets_the_golden_answer_in_their_order() -> None:
    desk = Desk()
    for name, vector in VECTORS.items():
        if name == "poll_two_events":
            desk.events.add(StateChanged(State.RUNNING, Fault.NONE), 0)
            desk.events.add(PieceOutcome("P00000001", 1, Outcome.STACKED, 3, Fault.NONE, 1), 2000)
        assert desk.ask(bytes.fromhex(vector["request"])).hex() == bytes.fromhex(vector["answer"]).hex(), name
    assert len(desk.obeyed) == 2
    assert desk.events.oldest == 3


def test_a_window_shows_only_whole_events_and_goes_on_where_it_is_told() -> None:
    desk = Desk()
    desk.happen(30)
    for wanted, registers, shown in ((1, 125, 26), (27, 125, 4), (5, 15, 2), (1, 6, 0)):
        _, first, following, length = struct.unpack_from(">HIIH", desk.poll(wanted, registers=registers))
        assert (first, following, length) == (wanted, 31, 9 * shown)


def test_what_is_acknowledged_is_forgotten_and_an_older_request_that_comes_late_brings_nothing_back() -> None:
    desk = Desk()
    desk.happen(3)
    desk.poll(3, acknowledged=2)
    first = struct.unpack_from(">HI", desk.poll(1, acknowledged=0))[1]
    assert (first, desk.events.oldest) == (3, 3)


def test_a_request_with_another_boot_id_does_nothing() -> None:
    desk = Desk()
    desk.happen(3)
    answer = desk.poll(3, acknowledged=2, boot=0xBAD)
    assert answer[:2] == b"\0\0"
    assert desk.events.oldest == 1
    assert desk.hosts == []


def test_the_host_is_lost_after_three_seconds_without_a_poll_and_found_by_the_next() -> None:
    desk = Desk()
    desk.poll(1)
    for desk.now_ms in (1000.0, 2999.0):
        desk.link.tick(desk.now_ms)
        desk.ask(bytes.fromhex(VECTORS["read_status"]["request"]))  # somebody's tool is no host
    assert desk.hosts == [True]
    assert desk.link.next_due_ms() == 3000.0
    desk.now_ms = 3000.0
    desk.link.tick(desk.now_ms)
    desk.poll(1)
    assert desk.hosts == [True, False, True]


def test_an_event_longer_than_a_window_has_its_free_text_cut() -> None:
    desk = Desk()
    desk.events.add(SheetScanned("P" * 64, 1, 1, 1, "ä" * 100, 0), 0)
    desk.events.add(FaultRaised(Fault.JAM, Station.FOLDER, "P" * 64, 1, "x" * 200), 0)
    assert struct.unpack_from(">HIIH", desk.poll(1))[3] == 237  # half an ä is none
    assert struct.unpack_from(">HIIH", desk.poll(2))[3] == 238


def test_a_damaged_request_costs_only_itself() -> None:
    good = bytes.fromhex(VECTORS["poll_nothing"]["request"])
    reader = RequestReader()
    assert reader.feed(good[:-5]) == []
    assert reader.feed(good) == [good[:-2]]
    assert reader.feed(b"\x01\x17" + good) == [good[:-2]]
    assert reader.dropped > 0


def test_what_is_left_unfinished_for_long_is_forgotten() -> None:
    desk = Desk()
    desk.ask(bytes.fromhex(VECTORS["poll_nothing"]["request"])[:-1])
    desk.now_ms = 100.0
    assert desk.poll(1) != b""


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_no_bytes_break_the_machine_or_grow_in_it(chunks: list[bytes]) -> None:
    desk = Desk()
    for chunk in chunks:
        desk.ask(chunk)
        assert len(desk.link._reader._collected) <= 512
    desk.now_ms = 1000.0
    assert desk.poll(1)[:2] == b"\0\7"


@given(st.binary(min_size=1, max_size=255))
def test_any_write_to_the_mailbox_is_answered(data: bytes) -> None:
    desk = Desk()
    data = data[: len(data) & ~1] or b"\0\0"
    answer = desk.ask(frame(struct.pack(">BBHHB", 1, 0x10, 0x100, len(data) // 2, len(data)) + data))
    assert answer[1] in (0x10, 0x90)
