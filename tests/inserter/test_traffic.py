"""The last frames are kept whole, bounded, and in words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.inserter import commands as ask
from drivers.inserter.explain import explain
from drivers.inserter.framing import encode_frame
from drivers.inserter.protocols.native import encode_command, encode_event_ack
from drivers.inserter.traffic import Passed, Traffic

START = encode_frame(b"\x03\x07" + encode_command(5, ask.Start()))
PING = encode_frame(b"\x05\x09")


def test_a_frame_that_comes_in_pieces_is_one() -> None:
    traffic = Traffic(delimited=True)
    for position, byte in enumerate(START):
        traffic.note(bytes([byte]), float(position), sent=True)
    (frame,) = traffic.last()
    assert frame == Passed(float(len(START) - 1), True, START[:-1])


def test_what_goes_and_what_comes_is_not_mixed_up() -> None:
    traffic = Traffic(delimited=True)
    traffic.note(START[:4], 0.0, sent=True)
    traffic.note(PING, 1.0, sent=False)
    traffic.note(START[4:], 2.0, sent=True)
    assert [(each.sent, each.data) for each in traffic.last()] == [(False, PING[:-1]), (True, START[:-1])]


def test_bytes_without_an_end_take_no_memory() -> None:
    for delimited in (True, False):
        traffic = Traffic(delimited=delimited)
        for _ in range(200):
            traffic.note(b"\x55" * 5000, 0.0, sent=False)
        assert sum(len(each.data) for each in traffic.last()) <= 40 * 1024
        assert len(traffic._begun[False]) <= 1024


def test_frames_are_told_in_words() -> None:
    assert explain(Passed(0.0, True, START[:-1])) == "COMMAND start, frame 7"
    assert explain(Passed(0.0, False, PING[:-1])) == "PING 9"
    acknowledged = encode_frame(b"\x03\x01" + encode_event_ack(300))
    assert explain(Passed(0.0, True, acknowledged[:-1])) == "EVENT_ACK 300, frame 1"


@given(st.binary(max_size=600), st.booleans())
def test_whatever_passes_is_told(data: bytes, sent: bool) -> None:
    assert explain(Passed(0.0, sent, data))


@given(st.binary(min_size=2, max_size=200), st.booleans())
def test_whatever_a_whole_frame_holds_is_told(payload: bytes, sent: bool) -> None:
    assert explain(Passed(0.0, sent, encode_frame(payload)[:-1]))
