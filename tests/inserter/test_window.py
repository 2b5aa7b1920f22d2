"""What is under way on a link of version 2, and what has come of it: losses, duplicates, waits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.inserter.window import WIDEST, LinkTiming, ReceiveWindow, SendWindow

DATA, ACK = 3, 4
TRIP_S = 0.02


def sender(count: int = 0, version: int = 2) -> SendWindow:
    """With DATA 1 to `count` under way, sent at 0, 1, 2 … ms."""
    window = SendWindow(version, LinkTiming(), TRIP_S)
    for number in range(count):
        window.add(DATA, bytes([number]), number / 1000)
    return window


def numbers(payloads: list[bytes]) -> list[int]:
    return [payload[1] for payload in payloads]


def test_sixteen_may_be_under_way_in_version_2_and_one_in_version_1() -> None:
    assert sender(15).has_room
    assert not sender(16).has_room
    assert not sender(1, version=1).has_room


def test_room_is_counted_from_the_oldest_that_is_missing() -> None:
    window = sender(16)
    assert numbers(window.acknowledged(0, (1 << 15) - 1, 0.03)) == [1]
    assert not window.has_room
    assert window.acknowledged(16, 0, 0.06) == []
    assert window.empty


def test_whatever_was_sent_before_one_that_arrived_is_lost_and_sent_again_at_once() -> None:
    window = sender(5)
    assert numbers(window.acknowledged(1, 0b10, 0.03)) == [2, 3]  # 1 and 4 have come


def test_what_was_sent_again_is_not_lost_by_the_word_of_what_was_sent_before() -> None:
    window = sender(5)
    window.acknowledged(1, 0b10, 0.03)
    assert window.acknowledged(1, 0b110, 0.031) == []  # 5 was sent before 2 and 3 were sent again


def test_the_arrival_of_what_was_sent_twice_proves_nothing() -> None:
    window = sender(2)
    assert window.overdue(0.3) is not None
    window.add(DATA, b"third", 0.31)
    assert window.acknowledged(1, 0, 0.32) == []


def test_only_the_oldest_is_sent_again_by_the_clock_and_not_more_often_than_every_50_ms() -> None:
    window = sender(4)
    sent = []
    for millisecond in range(3000):
        payload = window.overdue(millisecond / 1000)
        sent += [] if payload is None else [(millisecond, payload[1])]
    assert {number for _, number in sent} == {1}
    assert len(sent) <= 60


def test_after_three_seconds_without_acknowledgement_the_link_is_given_up() -> None:
    window = sender(1)
    assert not window.given_up(2.99)
    assert window.given_up(3.0)


def wait_after(trips_s: list[float]) -> float:
    """How long the next DATA waits when so many round trips were measured."""
    window = SendWindow(2, LinkTiming(), trips_s[0])
    for number, trip_s in enumerate(trips_s[1:], 1):
        window.add(DATA, b"x", number * 10.0)
        window.acknowledged(number, 0, number * 10.0 + trip_s)
    window.add(DATA, b"y", 0.0)
    deadline = window.deadline
    assert deadline is not None
    return round(deadline, 3)


def test_the_wait_follows_the_round_trips_within_50_and_300_ms() -> None:
    assert wait_after([0.02]) == 0.06
    assert wait_after([0.02, 0.02]) == 0.05
    assert wait_after([0.02, 0.02, 0.1]) == 0.133
    assert wait_after([0.1] * 40) == 0.1
    assert wait_after([5.0] * 3) == 0.3


def test_a_stale_acknowledgement_acknowledges_nothing() -> None:
    window = sender(3)
    window.acknowledged(2, 0, 0.03)
    assert window.acknowledged(255, 0b1, 0.03) == []
    assert window.acknowledged(200, 0xFFFF, 0.03) == []
    assert not window.empty


def test_messages_that_come_early_are_kept_and_told_of() -> None:
    window = ReceiveWindow(2)
    assert window.take(2, b"b") == []
    assert window.acknowledgement(ACK) == bytes([ACK, 0, 0, 1])
    assert window.take(1, b"a") == [b"a", b"b"]
    assert window.acknowledgement(ACK) == bytes([ACK, 2, 0, 0])


def test_a_duplicate_is_delivered_once_however_late_it_comes() -> None:
    window = ReceiveWindow(2)
    window.take(2, b"b")
    assert window.take(2, b"b") == []
    window.take(1, b"a")
    assert window.take(1, b"a") == window.take(2, b"b") == []
    assert window.duplicates == 3


def test_a_number_out_of_reach_means_that_the_link_is_another() -> None:
    window = ReceiveWindow(2)
    assert window.take(0, b"") is None
    assert window.take(17, b"") is None
    assert window.take(255, b"") is None
    assert window.take(16, b"") == []


@given(st.data())
def test_whatever_the_line_loses_all_arrives_once_and_in_order(data: st.DataObject) -> None:
    """Both windows with a line between that loses any frame it likes for a while, and never changes the order."""
    out, came = sender(), ReceiveWindow(2)
    losses = data.draw(st.lists(st.booleans(), max_size=300))
    said: list[bytes] = []
    got: list[bytes] = []
    now = 0.0
    while len(got) < 300:
        now += 0.01
        frames = []
        while out.has_room and len(said) < 300:
            said.append(len(said).to_bytes(2, "big"))
            frames.append(out.add(DATA, said[-1], now))
        overdue = out.overdue(now)
        frames += [] if overdue is None else [overdue]
        while frames:
            frame = frames.pop(0)
            if losses and losses.pop():
                continue
            messages = came.take(frame[1], frame[2:])
            assert messages is not None
            got += messages
            assert len(came._early) < WIDEST
            ack = came.acknowledgement(ACK)
            if not (losses and losses.pop()):
                frames += out.acknowledged(ack[1], int.from_bytes(ack[2:], "big"), now + 0.005)
    assert got == said
