"""Framing and messages against the golden vectors of the page, in both directions, and against other people's code."""

from __future__ import annotations

import tomllib

import pytest
from cobs import cobs
from crccheck.crc import CrcX25
from hypothesis import given
from hypothesis import strategies as st

from simulator.codec import pack, unpack, unpack_head
from simulator.errors import Malformed
from simulator.messages import (
    COMMANDS,
    EVENTS,
    Cleared,
    CommandHead,
    Counters,
    EventAck,
    EventHead,
    Free,
    Hello,
    Identity,
    MachineStatus,
    MalformedText,
    Nothing,
    PositionMap,
    QueuePiece,
    Refused,
    ReplyHead,
    UnknownOpcode,
    Welcome,
)
from simulator.wire import COLLECT_MAX_BYTES, PAYLOAD_MAX_BYTES, Deframer, cobs_decode, cobs_encode, crc_x25, frame
from simulator.words import Fault, Kind, LinkType, Outcome, Station, Status
from tests.shared_data import ROOT

_VECTORS = tomllib.loads((ROOT / "docs/protocols/native-vectors.toml").read_text(encoding="utf-8"))["vector"]
VECTORS = {vector["name"]: (bytes.fromhex(vector["payload"]), bytes.fromhex(vector["frame"])) for vector in _VECTORS}
# Which results a "done" reply carries is known from the command alone, so the reader of a reply has to be told.
RESULTS: dict[str, type] = {
    "reply_identify": Identity,
    "reply_get_status": MachineStatus,
    "reply_get_position_map": PositionMap,
    "reply_queue_piece": Free,
    "reply_clear_path": Cleared,
    "reply_end_job": Counters,
}
ANSWERS: dict[int, type] = {
    Status.REFUSED: Refused,
    Status.MALFORMED: MalformedText,
    Status.UNKNOWN_OPCODE: UnknownOpcode,
}


def values(vector: str, payload: bytes) -> list[object]:
    """The messages within a payload, head first."""
    body = payload[2:]
    match payload[0]:
        case LinkType.HELLO:
            return [unpack(Hello, body)]
        case LinkType.WELCOME:
            return [unpack(Welcome, body)]
        case LinkType.DATA:
            return data_values(vector, body)
        case _:
            return []


def data_values(vector: str, body: bytes) -> list[object]:
    match body[0]:
        case Kind.COMMAND:
            command, at = unpack_head(CommandHead, body)
            return [command, unpack(COMMANDS[command.opcode], body[at:])]
        case Kind.REPLY:
            reply, at = unpack_head(ReplyHead, body)
            cls = ANSWERS.get(reply.status) or RESULTS.get(vector, Nothing)
            return [reply, unpack(cls, body[at:])]
        case Kind.EVENT:
            event, at = unpack_head(EventHead, body)
            return [event, unpack(EVENTS[event.type][1], body[at:])]
        case _:
            return [unpack(EventAck, body)]


@pytest.mark.parametrize("vector", VECTORS)
def test_a_golden_payload_becomes_its_frame_and_back(vector: str) -> None:
    payload, on_the_line = VECTORS[vector]
    assert frame(payload) == on_the_line
    assert Deframer().feed(on_the_line) == [payload]


@pytest.mark.parametrize("vector", VECTORS)
def test_a_golden_payload_is_read_to_the_last_byte_and_written_again(vector: str) -> None:
    payload, _ = VECTORS[vector]
    read = values(vector, payload)
    plain = payload[2:] if not read else b"".join(pack(value) for value in read)
    assert payload[:2] + plain == payload
    assert read or payload[0] in (LinkType.ACK, LinkType.PING, LinkType.PONG, LinkType.REJECT)


def test_the_fields_of_golden_messages_are_what_their_notes_say() -> None:
    assert values("queue_piece", VECTORS["queue_piece"][0])[1] == QueuePiece(1, "P00000001", 1, 3, 0b101, 0)
    outcome = values("event_piece_outcome", VECTORS["event_piece_outcome"][0])[1]
    assert (getattr(outcome, "outcome", None), getattr(outcome, "envelope", None)) == (Outcome.STACKED, 1)
    fault = values("event_fault", VECTORS["event_fault"][0])[1]
    assert (getattr(fault, "fault", None), getattr(fault, "station", None)) == (Fault.JAM, Station.FOLDER)
    assert values("reply_refused", VECTORS["reply_refused"][0])[1] == Refused(Fault.QUEUE_FULL, "queue full")


def test_every_command_and_event_of_the_page_has_a_golden_vector() -> None:
    read = [type(value) for vector, (payload, _) in VECTORS.items() for value in values(vector, payload)]
    assert set(COMMANDS.values()) <= set(read)
    assert {cls for _, cls in EVENTS.values()} <= set(read)


def test_the_check_value_of_the_crc_is_906e() -> None:
    assert crc_x25(b"123456789") == 0x906E


@given(st.binary(max_size=600))
def test_crc_and_cobs_agree_with_other_peoples_code(data: bytes) -> None:
    assert crc_x25(data) == CrcX25.calc(data)
    assert cobs_encode(data) == cobs.encode(data)
    assert cobs_decode(cobs_encode(data)) == data


@pytest.mark.parametrize("length", [253, 254, 255, 508, 509])
def test_long_runs_without_zero_are_encoded_as_others_do(length: int) -> None:
    for data in (b"\x01" * length, b"\x01" * length + b"\0", b"\0" + b"\x01" * length):
        assert cobs_encode(data) == cobs.encode(data)
        assert cobs_decode(cobs.encode(data)) == data


@given(st.lists(st.binary(min_size=2, max_size=60), max_size=6), st.data())
def test_frames_arrive_whole_however_the_line_cuts_them(payloads: list[bytes], data: st.DataObject) -> None:
    stream = b"\0" + b"".join(frame(payload) for payload in payloads)
    deframer, received = Deframer(), []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        received += deframer.feed(stream[:cut])
        stream = stream[cut:]
    assert received == payloads
    assert deframer.dropped == 0


@given(st.binary(min_size=2, max_size=100), st.data())
def test_one_hurt_byte_never_makes_another_payload(payload: bytes, data: st.DataObject) -> None:
    good = frame(payload)
    at = data.draw(st.integers(0, len(good) - 2))
    hurt = bytearray(good)
    hurt[at] ^= 1 << data.draw(st.integers(0, 7))
    deframer = Deframer()
    assert deframer.feed(bytes(hurt)) == []
    assert deframer.feed(good) == [payload]


def test_noise_without_a_zero_is_dropped_and_the_next_frame_arrives() -> None:
    deframer = Deframer()
    assert deframer.feed(b"\x55" * (3 * COLLECT_MAX_BYTES)) == []
    assert deframer.feed(b"\0" + frame(b"\x05\x09")) == [b"\x05\x09"]
    assert deframer.dropped == 1


@pytest.mark.parametrize("length", [1, PAYLOAD_MAX_BYTES + 1])
def test_a_payload_too_short_or_too_long_is_dropped(length: int) -> None:
    deframer = Deframer()
    assert deframer.feed(frame(b"\x07" * length)) == []
    assert deframer.dropped == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (b"", "short argument"),
        (b"\0\0\0\1\x09P0000", "short argument"),
        (b"\0\0\0\1\x02\xff\xfe\1\0\1\0\0\0", "text is not UTF-8"),
        (b"\0\0\0\1\x01P\1\0\1\0\0\0\0", "bytes after the last argument"),
    ],
)
def test_malformed_arguments_are_named(arguments: bytes, why: str) -> None:
    with pytest.raises(Malformed) as caught:
        unpack(QueuePiece, arguments)
    assert caught.value.message == why
