"""The host's side of the link layer, in virtual time."""

from __future__ import annotations

from itertools import count
from random import Random

import pytest
from cobs import cobs
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.inserter.link import Delivered, HostLink, LinkLost, LinkUp, Notice
from drivers.inserter.vocabulary import LinkState
from drivers.inserter.window import LinkTiming

from .fake_machine import ACK, DATA, HELLO, PING, PONG, REJECT, WELCOME, FakeLink, frame_of
from .lines import PERFECT, Faults, LossyLine

SESSION = 0x11112222
SPEAKING = (LinkState.UP, LinkState.DEGRADED)


def welcome(session: int, boot_id: int = 7, heartbeat_ms: int = 1000) -> bytes:
    machine = FakeLink(boot_id, heartbeat_ms)
    machine.receive(frame_of(bytes([HELLO, 0, 1, 1]) + session.to_bytes(4, "big")), 0.0)
    return machine.take_output()


def fresh() -> HostLink:
    return HostLink(count(SESSION), LinkTiming())


def up() -> HostLink:
    link = fresh()
    link.port_opened(0.0)
    assert isinstance(link.receive(welcome(SESSION), 0.0)[0], LinkUp)
    link.take_output()
    return link


def data(sequence: int, message: bytes = b"x") -> bytes:
    return frame_of(bytes([DATA, sequence]) + message)


def kinds(output: bytes) -> list[int]:
    """The types of the frames in `output`."""
    return [cobs.decode(part)[0] for part in output.split(b"\0") if part]


def test_hello_is_repeated_every_half_second_until_a_welcome() -> None:
    link = fresh()
    link.port_opened(0.0)
    hellos = kinds(link.take_output())
    for tenth in range(1, 21):
        link.tick(tenth / 10)
        hellos += kinds(link.take_output())
    assert hellos == [HELLO] * 5


def test_the_port_is_flushed_with_one_zero_before_the_first_frame() -> None:
    link = fresh()
    link.port_opened(0.0)
    assert link.take_output().startswith(b"\0")


def test_hello_in_vain_for_three_seconds_counts_as_down_and_goes_on() -> None:
    link = fresh()
    assert link.state is LinkState.DOWN
    link.port_opened(0.0)
    assert link.state is LinkState.IDENTIFYING
    link.tick(3.1)
    assert link.state is LinkState.DOWN
    assert link.receive(welcome(SESSION + 1), 3.2)
    assert link.state is LinkState.UP


def test_a_welcome_for_an_earlier_link_is_stale() -> None:
    link = up()
    link.receive(frame_of(bytes([REJECT, 0, 3])), 1.0)
    assert link.state is LinkState.IDENTIFYING
    link.take_output()
    assert link.receive(welcome(SESSION), 1.1) == []
    assert link.state is LinkState.IDENTIFYING
    assert link.receive(welcome(SESSION + 1), 1.2)
    assert link.counters.unexpected == 1


def test_only_the_answer_to_the_last_hello_is_a_link() -> None:
    link = fresh()
    link.port_opened(0.0)
    link.tick(0.5)
    assert link.receive(welcome(SESSION) + data(1, b"a"), 0.6) == []
    assert [type(notice) for notice in link.receive(welcome(SESSION + 1), 0.7)] == [LinkUp]
    assert link.receive(data(1, b"a"), 0.8) == [Delivered(b"a")]


def test_a_slow_answer_makes_the_host_wait_longer_before_the_next_hello() -> None:
    link = fresh()
    link.port_opened(0.0)
    link.tick(0.5)
    link.take_output()
    link.receive(welcome(SESSION), 0.9)
    hellos = []
    for tenth in range(9, 40):
        link.tick(tenth / 10)
        hellos += [tenth / 10] * kinds(link.take_output()).count(HELLO)
    assert hellos[:2] == [2.5, 3.0]


def test_data_and_acks_of_an_ended_link_are_dropped_until_the_welcome() -> None:
    link = up()
    link.receive(frame_of(bytes([REJECT, 0, 3])), 1.0)
    assert link.receive(data(1) + frame_of(bytes([ACK, 1])), 1.1) == []
    link.receive(welcome(SESSION + 1), 1.2)
    assert link.receive(data(1, b"new"), 1.3) == [Delivered(b"new")]


def test_data_is_acknowledged_and_delivered_once() -> None:
    link = up()
    assert link.receive(data(1) + data(1), 0.1) == [Delivered(b"x")]
    assert kinds(link.take_output()) == [ACK, ACK]
    assert link.counters.duplicates == 1


def test_the_number_before_the_first_is_no_duplicate() -> None:
    link = up()
    notices = link.receive(data(255), 0.1)
    assert [type(notice) for notice in notices] == [LinkLost]


def test_sequence_numbers_run_from_255_to_1() -> None:
    link = up()
    got: list[Notice] = []
    for number in range(600):
        got += link.receive(data(number % 255 + 1, number.to_bytes(2, "big")), 0.1)
        link.send(b"m", 0.1)
        link.receive(frame_of(bytes([ACK, number % 255 + 1])), 0.1)
        assert link.ready
    assert got == [Delivered(number.to_bytes(2, "big")) for number in range(600)]


def test_a_jump_in_the_sequence_starts_over() -> None:
    link = up()
    notices = link.receive(data(2), 0.1)
    assert [type(notice) for notice in notices] == [LinkLost]
    assert link.state is LinkState.IDENTIFYING


def test_an_unacknowledged_message_is_sent_six_times_then_the_link_is_down() -> None:
    link = up()
    link.send(b"m", 0.0)
    sent = kinds(link.take_output())
    lost: list[Notice] = []
    now = 0.0
    while not lost:
        now = round(now + 0.05, 2)
        link.receive(frame_of(bytes([PONG, 0])), now)
        lost = link.tick(now)
        sent += [kind for kind in kinds(link.take_output()) if kind == DATA]
    assert sent == [DATA] * 6
    assert now == pytest.approx(1.8)


def test_an_ack_of_another_number_acknowledges_nothing() -> None:
    link = up()
    link.send(b"m", 0.0)
    link.receive(frame_of(bytes([ACK, 2])), 0.1)
    assert not link.ready
    link.receive(frame_of(bytes([ACK, 1])), 0.1)
    assert link.ready


def test_a_quiet_host_pings_and_answers_pings_with_their_token() -> None:
    link = up()
    link.tick(1.0)
    assert kinds(link.take_output()) == [PING]
    link.receive(frame_of(bytes([PING, 99])), 1.1)
    assert link.take_output() == frame_of(bytes([PONG, 99]))


def test_three_heartbeats_of_silence_lose_the_link() -> None:
    link = up()
    link.tick(1.0)
    link.tick(2.0)
    assert link.state is LinkState.UP
    assert [type(notice) for notice in link.tick(3.0)] == [LinkLost]


def test_noise_is_not_heard_as_a_sign_of_life() -> None:
    link = up()
    for second in (1.0, 2.0, 2.9):
        link.receive(b"\x12\x34\x56\0", second)
        link.tick(second)
    assert [type(notice) for notice in link.tick(3.0)] == [LinkLost]


def test_a_host_that_was_kept_from_sending_for_long_identifies_again() -> None:
    link = up()
    link.receive(frame_of(bytes([PONG, 0])), 3.5)
    assert [type(notice) for notice in link.tick(3.5)] == [LinkLost]


def test_a_machine_that_was_not_greeted_makes_the_host_start_over() -> None:
    link = up()
    link.receive(frame_of(bytes([REJECT, 0, 2])), 0.6)
    assert link.state is LinkState.IDENTIFYING
    assert kinds(link.take_output()) == [HELLO]
    assert link.counters.rejects == 1


def test_a_machine_that_rejects_every_link_does_not_make_the_host_storm_the_line() -> None:
    link = fresh()
    link.port_opened(0.0)
    hellos = 0
    for hundredth in range(1, 501):
        now = hundredth / 100
        link.receive(welcome(link._session) + frame_of(bytes([REJECT, 0, 2])), now)
        link.tick(now)
        hellos += kinds(link.take_output()).count(HELLO)
    assert 9 <= hellos <= 11


def test_half_a_frame_from_before_the_port_was_pulled_does_not_spoil_the_next_one() -> None:
    link = up()
    link.receive(data(1)[:-3], 0.1)
    link.port_closed("unplugged")
    link.port_opened(0.2)
    assert [type(notice) for notice in link.receive(welcome(SESSION + 1), 0.3)] == [LinkUp]


def test_no_common_version_is_told_and_asked_again() -> None:
    link = fresh()
    link.port_opened(0.0)
    link.receive(frame_of(bytes([REJECT, 0, 1])), 0.1)
    assert link.incompatible
    assert "version" in link.trouble
    link.take_output()
    link.tick(0.5)
    assert kinds(link.take_output()) == [HELLO]


def test_a_welcome_in_another_version_is_not_accepted() -> None:
    link = fresh()
    link.port_opened(0.0)
    body = bytes([3]) + welcome_body(SESSION)[1:]
    assert link.receive(frame_of(bytes([WELCOME, 0]) + body), 0.1) == []


def welcome_body(session: int) -> bytes:
    return bytes(cobs.decode(welcome(session)[:-1])[2:-2])


def test_a_second_answer_to_the_same_hello_changes_nothing() -> None:
    link = up()
    link.send(b"first", 0.6)
    link.receive(data(1, b"a"), 0.6)
    assert link.receive(welcome(SESSION), 0.7) == []
    assert not link.ready
    assert link.receive(data(1, b"a") + data(2, b"b"), 0.8) == [Delivered(b"b")]


def test_five_bad_or_resent_frames_in_the_last_hundred_are_degraded() -> None:
    link = up()
    for _ in range(4):
        link.receive(b"\x55\x55\0", 0.1)
    assert link.state is LinkState.UP
    link.receive(b"\x55\x55\0", 0.1)
    assert link.state is LinkState.DEGRADED
    for _ in range(100):
        link.receive(frame_of(bytes([PONG, 0])), 0.2)
    assert link.state is LinkState.UP


def test_a_closed_port_loses_the_link_and_what_was_to_be_sent() -> None:
    link = up()
    link.send(b"m", 0.1)
    assert link.port_closed("unplugged") == [LinkLost("unplugged")]
    assert link.take_output() == b""
    assert link.state is LinkState.DOWN
    assert link.deadline is None
    assert link.receive(data(1), 0.2) == []


@given(st.lists(st.binary(max_size=60) | st.binary(min_size=2, max_size=30).map(frame_of), max_size=30), st.booleans())
def test_whatever_comes_the_link_neither_raises_nor_stops(chunks: list[bytes], begin_up: bool) -> None:
    link = up() if begin_up else fresh()
    if not begin_up:
        link.port_opened(0.0)
    now = 0.0
    for chunk in chunks:
        now += 0.05
        link.receive(chunk, now)
        link.tick(now)
        link.take_output()
    deadline = link.deadline
    assert deadline is not None
    for _ in range(20):
        now += 0.5
        link.tick(now)
    link.receive(b"\0" + welcome(link._session), now)
    assert link.state in SPEAKING


class _Recorder(FakeLink):
    """The machine's side, which notes what arrives per link and has messages to say."""

    def __init__(self) -> None:
        super().__init__(boot_id=7)
        self.arrived: list[list[bytes]] = [[]]
        self.sent: list[list[bytes]] = [[]]

    def greeted(self) -> None:
        self.arrived.append([])
        self.sent.append([])

    def delivered(self, message: bytes) -> None:
        self.arrived[-1].append(message)

    def tell(self, message: bytes) -> None:
        if self._up:
            self.sent[-1].append(message)
            self.say(message)


CHANCES = st.floats(0, 0.35)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2**32),
    st.builds(Faults, drop=CHANCES, damage=CHANCES, cut=CHANCES, noise=CHANCES, delay_s=st.floats(0, 0.4)),
)
def test_on_a_bad_line_a_message_arrives_once_and_in_order_or_the_link_goes_down(seed: int, faults: Faults) -> None:
    chance = Random(seed)
    out, back = LossyLine(chance, faults), LossyLine(chance, faults)
    link, machine = fresh(), _Recorder()
    link.port_opened(0.0)
    given_to_line: list[bytes] = []
    host_got: list[list[bytes]] = [[]]
    now, number = 0.0, 0
    while now < 30.0:
        now += 0.02
        if now > 25.0:
            out.faults = back.faults = PERFECT
        notices = link.receive(back.take(now), now) + link.tick(now)
        for notice in notices:
            if isinstance(notice, LinkUp):
                host_got.append([])
            elif isinstance(notice, Delivered):
                host_got[-1].append(notice.message)
        if link.ready:
            number += 1
            given_to_line.append(number.to_bytes(4, "big"))
            link.send(given_to_line[-1], now)
        if chance.random() < 0.3:
            machine.tell(chance.randbytes(6))
        out.put(link.take_output(), now)
        machine.receive(out.take(now), now)
        machine.tick(now)
        back.put(machine.take_output(), now)
    # Host → machine: over all links never twice, never out of order, nothing invented.
    arrived = [message for per_link in machine.arrived for message in per_link]
    assert arrived == sorted(set(arrived))
    assert set(arrived) <= set(given_to_line)
    # Machine → host: what one link delivered is the beginning of what the machine said on one of its links.
    for got in host_got:
        assert any(said[: len(got)] == got for said in machine.sent)
    # And on a line that has healed it goes on.
    assert link.state in SPEAKING
    assert arrived
    assert set(given_to_line[-20:-1]) <= set(arrived)
