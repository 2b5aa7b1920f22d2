"""The golden bytes of docs/protocols/native-vectors.toml, both ways."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from drivers.inserter import commands as ask
from drivers.inserter import vocabulary as say
from drivers.inserter.framing import FrameDecoder, encode_frame
from drivers.inserter.link import HostLink
from drivers.inserter.link_frames import FrameType, Reject, Welcome, hello_payload, read_frame, read_welcome
from drivers.inserter.protocols.native import (
    Reply,
    ReplyStatus,
    decode_message,
    decode_results,
    encode_command,
    encode_event_ack,
)
from drivers.inserter.vocabulary import Fault, Fold, MachineState, Outcome, Station
from drivers.inserter.window import LinkTiming, ReceiveWindow

PAGE = Path(__file__).resolve().parents[2] / "docs" / "protocols" / "native-vectors.toml"
VECTORS = {vector["name"]: vector for vector in tomllib.loads(PAGE.read_text(encoding="utf-8"))["vector"]}
SESSION = 0xA1B2C3D4
BOOT = 0x00C0FFEE
TEMPLATE = "{run:7}{piece:9}{copy:02}{sheet:03}{of:03}"
JOB = say.JobSpec("R000001-B01", 217, 903, "C5", Fold.HALF, "quadient", TEMPLATE)

COMMANDS: dict[str, ask.Command[Any]] = {
    "identify": ask.Identify(),
    "get_status": ask.GetStatus(),
    "get_position_map": ask.GetPositionMap(),
    "load_job": ask.LoadJob(JOB),
    "queue_piece": ask.QueuePiece(say.PieceSpec(1, "P00000001", 1, 3, selects=(1, 3))),
    "cancel_piece": ask.CancelPiece("P00000001", 1),
    "cycle_up": ask.CycleUp(),
    "start": ask.Start(),
    "stop": ask.Stop(),
    "halt": ask.Halt(),
    "clear_path": ask.ClearPath(),
    "divert_piece": ask.DivertPiece("P00000001", 1),
    "reset_fault": ask.ResetFault(),
    "replay_events": ask.ReplayEvents(17),
    "end_job": ask.EndJob(),
}

COUNTERS = say.Counters(903, 215, 214, 3, 890, 11, 2)
REPLIES: dict[str, tuple[ask.Command[Any], object]] = {
    "reply_identify": (
        ask.Identify(),
        say.Identity("SIM-1", "0001", tuple(Station(n) for n in (1, 2, 3, 20, 21, 31))),
    ),
    "reply_get_status": (
        ask.GetStatus(),
        say.Status(MachineState.RUNNING, Fault.NONE, "R000001-B01", 12, 3, 40, 9, 1),
    ),
    "reply_get_position_map": (ask.GetPositionMap(), (say.Position(Station.FOLDER, "P00000001", 1, 3),)),
    "reply_done": (ask.LoadJob(JOB), None),
    "reply_queue_piece": (ask.QueuePiece(say.PieceSpec(1, "P", 1, 1)), 63),
    "reply_clear_path": (ask.ClearPath(), 2),
    "reply_end_job": (ask.EndJob(), COUNTERS),
}

EVENTS: dict[str, say.MachineEvent] = {
    "event_state_changed": say.MachineEvent(BOOT, 1, 0, say.StateChanged(MachineState.RUNNING, Fault.NONE)),
    "event_sheet_scanned": say.MachineEvent(
        BOOT, 2, 250, say.SheetScanned("P00000001", 1, 1, 3, "R000001P00000001" + "01001003", 1 | 1 << 10 | 1 << 12)
    ),
    "event_sheet_unread": say.MachineEvent(BOOT, 3, 500, say.SheetUnread("P00000001", 1, "", Fault.MISREAD)),
    "event_piece_at": say.MachineEvent(BOOT, 4, 750, say.PieceAt("P00000001", 1, Station.FOLDER, 3)),
    "event_piece_outcome": say.MachineEvent(
        BOOT, 5, 2000, say.PieceOutcome("P00000001", 1, Outcome.STACKED, 3, Fault.NONE, 1)
    ),
    "event_fault": say.MachineEvent(
        BOOT, 6, 2250, say.FaultRaised(Fault.JAM, Station.FOLDER, "P00000002", 1, "jam in folder")
    ),
    "event_fault_cleared": say.MachineEvent(BOOT, 7, 9000, say.FaultCleared(Fault.JAM)),
    "event_supply": say.MachineEvent(BOOT, 8, 9100, say.Supply(Station.ENVELOPE_FEEDER, 1)),
    "event_cover": say.MachineEvent(BOOT, 9, 9200, say.Cover(Station.FOLDER, True)),
    "event_emergency_stop": say.MachineEvent(BOOT, 10, 9300, say.EmergencyStop(True)),
    "event_job_ended": say.MachineEvent(BOOT, 11, 99000, say.JobEnded(COUNTERS)),
}

LINK = {"hello", "welcome", "ack_7", "ping", "pong", "reject_sequence", "hello_2", "welcome_2"}
ACKS = {"ack_2_whole": (7, 0), "ack_2_gap": (254, 0b101), "ack_2_nothing": (0, 1 << 14 | 1)}
REFUSALS = {"reply_refused", "reply_malformed", "reply_unknown_opcode"}


def payload_of(name: str) -> bytes:
    return bytes.fromhex(VECTORS[name]["payload"])


def frame_of(name: str) -> bytes:
    return bytes.fromhex(VECTORS[name]["frame"])


def message_of(name: str) -> bytes:
    frame = read_frame(payload_of(name))
    assert frame.type is FrameType.DATA
    return frame.body


def test_every_vector_is_tested_here() -> None:
    assert set(VECTORS) == LINK | set(ACKS) | set(COMMANDS) | set(REPLIES) | REFUSALS | set(EVENTS) | {"event_ack"}


@pytest.mark.parametrize("name", VECTORS)
def test_a_payload_becomes_its_frame_and_a_frame_its_payload(name: str) -> None:
    assert encode_frame(payload_of(name)) == frame_of(name)
    assert FrameDecoder().feed(frame_of(name)) == [payload_of(name)]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_the_golden_bytes(name: str) -> None:
    golden = message_of(name)
    command_id = int.from_bytes(golden[1:9], "big")
    assert encode_command(command_id, COMMANDS[name]) == golden


def test_the_acknowledgement_of_events_has_the_golden_bytes() -> None:
    assert encode_event_ack(11) == message_of("event_ack")


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_is_read_from_the_golden_bytes(name: str) -> None:
    command, result = REPLIES[name]
    reply = decode_message(message_of(name), BOOT)
    assert isinstance(reply, Reply)
    assert reply.status is ReplyStatus.DONE
    assert reply.command_id >> 32 == SESSION
    assert decode_results(command, reply.results) == result


def test_failures_are_read_from_the_golden_bytes() -> None:
    refused, malformed, unknown = (decode_message(message_of(name), BOOT) for name in sorted(REFUSALS, key=_order))
    assert refused == Reply(SESSION << 32 | 5, ReplyStatus.REFUSED, fault=Fault.QUEUE_FULL, text="queue full")
    assert malformed == Reply(SESSION << 32 | 6, ReplyStatus.MALFORMED, text="short argument")
    assert unknown == Reply(SESSION << 32 | 7, ReplyStatus.UNKNOWN_OPCODE)


def _order(name: str) -> int:
    return ["reply_refused", "reply_malformed", "reply_unknown_opcode"].index(name)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_read_from_the_golden_bytes(name: str) -> None:
    assert decode_message(message_of(name), BOOT) == EVENTS[name]


def test_hello_has_the_golden_bytes() -> None:
    assert hello_payload(SESSION, 1, 1) == payload_of("hello")
    assert hello_payload(SESSION) == payload_of("hello_2")


def test_welcome_is_read_from_the_golden_bytes() -> None:
    frame = read_frame(payload_of("welcome"))
    assert frame.type is FrameType.WELCOME
    assert read_welcome(frame.body) == Welcome(1, BOOT, SESSION, 1, 1, 1000, 64, "SIM-1", "0.1")
    newer = read_frame(payload_of("welcome_2"))
    assert read_welcome(newer.body) == Welcome(2, BOOT, SESSION, 1, 1, 1000, 64, "SIM-1", "0.1")


@pytest.mark.parametrize("name", ACKS)
def test_an_ack_of_version_2_is_read_from_the_golden_bytes(name: str) -> None:
    frame = read_frame(payload_of(name))
    assert (frame.type, (frame.sequence, frame.beyond)) == (FrameType.ACK, ACKS[name])


def test_an_ack_of_version_2_has_the_golden_bytes() -> None:
    whole, gap, nothing = ReceiveWindow(2), ReceiveWindow(2), ReceiveWindow(2)
    for number in range(1, 8):
        whole.take(number, b"")
    for number in (*range(1, 255), 1, 3):
        gap.take(number, b"")
    for number in (2, 16):
        nothing.take(number, b"")
    written = [window.acknowledgement(FrameType.ACK) for window in (whole, gap, nothing)]
    assert written == [payload_of(name) for name in ACKS]


def test_a_link_opened_and_welcomed_speaks_the_golden_frames() -> None:
    link = HostLink(iter([SESSION]), LinkTiming())
    link.port_opened(0.0)
    assert link.take_output() == b"\0" + frame_of("hello_2")
    link.receive(frame_of("welcome"), 0.01)
    link.receive(frame_of("ping"), 0.02)
    assert link.take_output() == frame_of("pong")
    link.send(message_of("identify"), 0.03)
    assert link.take_output() == frame_of("identify")


def test_a_reject_is_read_from_the_golden_bytes() -> None:
    frame = read_frame(payload_of("reject_sequence"))
    assert (frame.type, frame.body[0]) == (FrameType.REJECT, Reject.SEQUENCE_LOST)
