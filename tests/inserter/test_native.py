"""Messages: every value there and back, and any bytes at all."""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.inserter import commands as ask
from drivers.inserter import vocabulary as say
from drivers.inserter.commands import Command
from drivers.inserter.errors import InserterError
from drivers.inserter.link_frames import MAX_MESSAGE, read_frame, read_welcome
from drivers.inserter.protocols.native import Reply, decode_message, decode_results, encode_command
from drivers.inserter.vocabulary import Fold, MachineEvent, PieceSpec
from drivers.inserter.wire import FieldReader, MalformedMessage

from .fake_machine import text

COMMANDS: list[Command[Any]] = [
    ask.Identify(),
    ask.GetStatus(),
    ask.GetPositionMap(),
    ask.LoadJob(say.JobSpec("J", 1, 1, "C5", Fold.C, "m", "t")),
    ask.QueuePiece(PieceSpec(1, "P", 1, 1)),
    ask.CancelPiece("P", 1),
    ask.CycleUp(),
    ask.Start(),
    ask.Stop(),
    ask.Halt(),
    ask.ClearPath(),
    ask.DivertPiece("P", 1),
    ask.ResetFault(),
    ask.ReplayEvents(1),
    ask.EndJob(),
]
# What looks like a message is more often nearly one.
LIKELY = st.builds(
    lambda kind, number, tail: bytes([kind]) + number + tail,
    st.sampled_from([0x10, 0x11, 0x12, 0x13]),
    st.binary(min_size=8, max_size=8),
    st.binary(max_size=60),
)


def event(kind: int, body: bytes) -> bytes:
    return b"\x12" + struct.pack(">IIB", 7, 70, kind) + body


def number_of(message: bytes) -> int | None:
    """The event's number, be it readable or not."""
    try:
        decoded = decode_message(message, 1)
    except MalformedMessage as error:
        return error.event_number
    return decoded.number if isinstance(decoded, MachineEvent) else None


@given(st.binary(max_size=MAX_MESSAGE) | LIKELY)
def test_any_bytes_are_a_message_or_malformed(data: bytes) -> None:
    with suppress(MalformedMessage):
        assert isinstance(decode_message(data, 1), Reply | MachineEvent)


@given(st.sampled_from(range(1, 12)), st.binary(max_size=60))
def test_an_event_with_any_arguments_is_read_or_tells_its_number(kind: int, body: bytes) -> None:
    assert number_of(event(kind, body)) == 7


@given(st.sampled_from(COMMANDS), st.binary(max_size=80))
def test_any_results_are_read_or_malformed(command: Command[Any], results: bytes) -> None:
    with suppress(MalformedMessage):
        decode_results(command, results)


@given(st.binary(min_size=2, max_size=80))
def test_any_link_frame_is_read_or_malformed(payload: bytes) -> None:
    with suppress(MalformedMessage):
        assert read_frame(payload).sequence == payload[1]
    with suppress(MalformedMessage):
        assert read_welcome(payload).protocol == 1


TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)


@given(
    st.integers(0, 2**32 - 1),
    TEXTS,
    st.integers(0, 255),
    st.integers(0, 0xFFFF),
    st.sets(st.integers(1, 6)),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_a_piece_is_told_field_by_field(
    order: int, piece: str, copy: int, sheets: int, selects: set[int], flags: tuple[bool, bool, bool]
) -> None:
    divert, stop_after, unsealed = flags
    spec = PieceSpec(order, piece, copy, sheets, tuple(selects), divert, stop_after, unsealed)
    fields = FieldReader(encode_command(5, ask.QueuePiece(spec)))
    assert (fields.u8(), fields.u64(), fields.u8()) == (0x10, 5, 0x05)
    assert (fields.u32(), fields.str8(), fields.u8(), fields.u16()) == (order, piece, copy, sheets)
    bits, options = fields.u16(), fields.u8()
    fields.end()
    assert {feeder for feeder in range(1, 7) if bits >> feeder - 1 & 1} == selects
    assert options == divert + 2 * stop_after + 4 * unsealed


@pytest.mark.parametrize(
    "command",
    [
        ask.QueuePiece(PieceSpec(1 << 32, "P", 1, 1)),
        ask.QueuePiece(PieceSpec(-1, "P", 1, 1)),
        ask.QueuePiece(PieceSpec(1, "P", 256, 1)),
        ask.QueuePiece(PieceSpec(1, "P", 1, 1 << 16)),
        ask.QueuePiece(PieceSpec(1, "P", 1, 1, selects=(0,))),
        ask.QueuePiece(PieceSpec(1, "P", 1, 1, selects=(7,))),
        ask.QueuePiece(PieceSpec(1, "P", 1, 1, selects=(2, 2))),
        ask.QueuePiece(PieceSpec(1, "ø" * 128, 1, 1)),
        ask.QueuePiece(PieceSpec(1, "\ud800", 1, 1)),
        ask.ReplayEvents(-1),
    ],
)
def test_what_does_not_fit_its_field_is_refused(command: Command[Any]) -> None:
    with pytest.raises(InserterError, match="E2010"):
        encode_command(1, command)


def test_a_job_with_the_longest_texts_is_refused_when_it_fits_no_frame() -> None:
    job = say.JobSpec("J" * 255, 1, 1, "E" * 255, Fold.NONE, "m", "t")
    with pytest.raises(InserterError, match="E2010"):
        encode_command(1, ask.LoadJob(job))


@pytest.mark.parametrize(
    "message",
    [
        event(1, bytes([0, 0, 0])),  # a machine that speaks is not offline
        event(1, bytes([9, 0, 0])),
        event(1, bytes([3, 0, 99])),
        event(4, text("P") + bytes([1, 17, 0, 1])),  # no such station
        event(5, text("P") + bytes([1, 7, 0, 1, 0, 0, 0, 0, 0, 0])),  # no such outcome
        event(8, bytes([20, 3])),  # no such level
        event(9, bytes([3, 2])),  # neither open nor closed
        event(1, bytes([3, 0, 0, 0])),  # one byte too many
        event(6, bytes([0, 3, 3, 5])),  # a text cut short
        event(4, b"\x01\xff" + bytes([1, 3, 0, 1])),  # no UTF-8
    ],
)
def test_values_outside_the_page_are_malformed(message: bytes) -> None:
    with pytest.raises(MalformedMessage):
        decode_message(message, 1)
