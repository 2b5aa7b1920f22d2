"""Numbered DATA on the machine's side, in versions 1 and 2 (docs/protocols/native.md, section 3)."""

from __future__ import annotations

import pytest

from simulator.messages import GetStatus
from simulator.window import Incoming, Outgoing, seq_of
from tests.simulator.test_link import Desk
from tests.simulator.test_wire import VECTORS


def under_way(count: int) -> Outgoing:
    outgoing = Outgoing(2)
    for number in range(count):
        outgoing.send(bytes([number]), number)
    return outgoing


def seqs(sent: list[tuple[int, bytes]]) -> list[int]:
    return [seq for seq, _ in sent]


def test_sequence_numbers_leave_out_zero() -> None:
    assert [seq_of(count) for count in (1, 254, 255, 256, 511)] == [1, 254, 255, 1, 1]


def test_sixteen_are_under_way_and_the_next_when_the_oldest_was_acknowledged() -> None:
    outgoing = under_way(16)
    assert not outgoing.free
    assert outgoing.confirmed(1, 0, 20) == []
    assert outgoing.free


def test_what_is_missing_behind_what_has_come_is_sent_again_once() -> None:
    outgoing = under_way(6)
    assert seqs(outgoing.confirmed(1, 0b101, 20)) == [2, 4]  # 3 and 5 have come
    assert outgoing.confirmed(1, 0b1101, 21) == []  # 6 was sent before the second sending of 2 and 4
    assert outgoing.confirmed(6, 0, 40) == []
    assert outgoing.due_ms() is None


def test_acknowledgements_of_long_ago_and_of_nothing_change_nothing() -> None:
    outgoing = under_way(3)
    outgoing.confirmed(2, 0, 20)
    assert outgoing.confirmed(0, 0xFFFF, 30) == []
    assert outgoing.confirmed(100, 0xFFFF, 30) == []
    assert outgoing.due_ms() is not None


def test_the_clock_sends_the_oldest_again_and_gives_up_after_three_seconds() -> None:
    outgoing = under_way(2)
    sent = []
    now_ms = 0
    while not outgoing.hopeless(now_ms):
        late = outgoing.late(now_ms)
        sent += [] if late is None else [late[0]]
        now_ms += 10
    assert now_ms == 3000
    assert sent == [1] * 9  # no round trip was measured: every 300 ms


def test_acknowledgements_have_the_golden_bytes() -> None:
    cases = {"ack_2_whole": range(1, 8), "ack_2_gap": (*range(1, 255), 1, 3), "ack_2_nothing": (2, 16)}
    for vector, received in cases.items():
        incoming = Incoming(2)
        for seq in received:
            incoming.receive(seq, b"")
        seq, mask = incoming.report()
        assert bytes([4, seq]) + mask == VECTORS[vector][0]


@pytest.mark.parametrize("seq", [0, 17, 255])
def test_a_number_of_no_data_of_this_link_is_none(seq: int) -> None:
    assert Incoming(2).receive(seq, b"") is None


def test_early_messages_wait_for_the_missing_one_and_come_once() -> None:
    incoming = Incoming(2)
    assert incoming.receive(3, b"c") == incoming.receive(2, b"b") == incoming.receive(3, b"c") == []
    assert incoming.receive(1, b"a") == [b"a", b"b", b"c"]
    assert incoming.receive(2, b"b") == []
    assert incoming.repeated == 2


def test_the_highest_version_in_common_is_spoken() -> None:
    for low, high, version in ((1, 1, 1), (1, 2, 2), (2, 2, 2), (2, 9, 2)):
        [welcome] = Desk().hello(low=low, high=high)
        assert welcome[2] == version


def test_commands_that_come_out_of_order_are_obeyed_in_order_and_events_flow_meanwhile() -> None:
    desk = Desk()
    desk.hello(high=2)
    for _ in range(20):
        desk.event()
    assert [payload[1] for payload in desk.tick()] == list(range(1, 17))
    assert desk.command(2, 2, 0x02) == [b"\x04\x00\x00\x01"]
    assert desk.machine.obeyed == []
    assert desk.command(1, 1, 0x02)[0] == b"\x04\x02\x00\x00"
    assert desk.machine.obeyed == [GetStatus(), GetStatus()]
