"""The golden bytes of docs/protocols/modbus-vectors.toml, as the driver writes and reads them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from drivers.inserter import commands as ask
from drivers.inserter import vocabulary as say
from drivers.inserter.protocols import modbus
from drivers.inserter.protocols.modbus import Answer, AnswerDecoder, Control, Mailbox, View
from drivers.inserter.protocols.native import Reply, ReplyStatus, decode_message, encode_command
from drivers.inserter.vocabulary import Fault, MachineState, Outcome

PAGE = Path(__file__).resolve().parents[2] / "docs" / "protocols" / "modbus-vectors.toml"
VECTORS = {vector["name"]: vector for vector in tomllib.loads(PAGE.read_text(encoding="utf-8"))["vector"]}
BOOT = 0x00C0FFEE
ID = 0xA1B2C3D400000005


def mailbox(command_id: int, command: ask.Command[None] | ask.Command[int]) -> Mailbox:
    message = encode_command(command_id, command)
    return Mailbox(command_id, message[9], message[10:])


QUEUE = mailbox(ID, ask.QueuePiece(say.PieceSpec(1, "P00000001", 1, 3, selects=(1, 3))))
CANCEL = mailbox(ID + 1, ask.CancelPiece("P00000001", 1))
REQUESTS: dict[str, tuple[Control, View, int]] = {
    "identify": (Control(1), View.IDENTITY, 35),
    "poll_nothing": (Control(2, BOOT, 1), View.EVENTS, 38),
    "poll_two_events": (Control(3, BOOT, 1), View.EVENTS, 38),
    "poll_acknowledges": (Control(4, BOOT, 3, 2), View.EVENTS, 22),
    "queue_piece": (Control(5, BOOT, 3, 2, QUEUE), View.REPLY, 15),
    "look": (Control(6, BOOT, 3, 2), View.REPLY, 15),
    "queue_piece_again": (Control(7, BOOT, 3, 2, QUEUE), View.REPLY, 15),
    "cancel_piece_refused": (Control(8, BOOT, 3, 2, CANCEL), View.REPLY, 15),
    "unknown_opcode": (Control(9, BOOT, 3, 2, Mailbox(ID + 2, 0x7F, b"")), View.REPLY, 15),
    "restarted": (Control(10, 0xB007, 3, 2), View.EVENTS, 22),
}
NEVER_ASKED = {"read_status", "no_such_register", "no_such_function"}


def answer_of(name: str) -> Answer:
    [answer] = AnswerDecoder().feed(bytes.fromhex(VECTORS[name]["answer"]))
    return answer


def test_every_vector_is_tested_here() -> None:
    assert set(VECTORS) == set(REQUESTS) | NEVER_ASKED


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_has_the_golden_bytes(name: str) -> None:
    control, view, registers = REQUESTS[name]
    assert modbus.encode_request(1, control, view, registers) == bytes.fromhex(VECTORS[name]["request"])


@pytest.mark.parametrize("name", REQUESTS)
def test_an_answer_comes_whole_in_pieces_of_any_size(name: str) -> None:
    control, _, registers = REQUESTS[name]
    decoder = AnswerDecoder()
    answers = [answer for byte in bytes.fromhex(VECTORS[name]["answer"]) for answer in decoder.feed(bytes([byte]))]
    [answer] = answers
    assert (answer.unit, len(answer.registers), answer.exception) == (1, 2 * registers, 0)
    assert modbus.token_of(answer.registers) == (0 if name == "restarted" else control.token)
    assert decoder.counters.good == 1


def test_the_machine_introduces_itself() -> None:
    identity = modbus.read_identity(answer_of("identify").registers)
    assert identity == modbus.Identity(0x4D52, 1, BOOT, 1, 1, 3000, 64, "SIM-1", "0.1")


def test_events_are_read_in_number_order() -> None:
    assert modbus.read_events(answer_of("poll_nothing").registers) == modbus.EventView(1, 1, ())
    view = modbus.read_events(answer_of("poll_two_events").registers)
    assert (view.first, view.next_event) == (1, 3)
    assert [decode_message(message, BOOT) for message in view.messages] == [
        say.MachineEvent(BOOT, 1, 0, say.StateChanged(MachineState.RUNNING, Fault.NONE)),
        say.MachineEvent(BOOT, 2, 2000, say.PieceOutcome("P00000001", 1, Outcome.STACKED, 3, Fault.NONE, 1)),
    ]


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("queue_piece", Reply(ID, ReplyStatus.DONE, b"\x00\x3f")),
        ("look", Reply(ID, ReplyStatus.DONE, b"\x00\x3f")),
        ("queue_piece_again", Reply(ID, ReplyStatus.DONE, b"\x00\x3f")),
        ("cancel_piece_refused", Reply(ID + 1, ReplyStatus.REFUSED, fault=Fault.TOO_LATE, text="too late")),
        ("unknown_opcode", Reply(ID + 2, ReplyStatus.UNKNOWN_OPCODE)),
    ],
)
def test_the_mailbox_holds_a_reply(name: str, reply: Reply) -> None:
    assert decode_message(modbus.read_reply(answer_of(name).registers).message, BOOT) == reply


def test_an_exception_is_told_by_its_number() -> None:
    assert answer_of("no_such_register") == Answer(1, b"", 2)
