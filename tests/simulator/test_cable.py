"""Bytes that take their time, arrive hurt, or not at all."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.cable import Cable, LineSpeed
from simulator.faults import LineRates
from simulator.noise import Noise


def cable(speed: LineSpeed | None = None, rates: LineRates | None = None) -> Cable:
    return Cable(Noise(rates or LineRates(), random.Random(1)), speed or LineSpeed())


@pytest.mark.parametrize(("speed", "milliseconds"), [(LineSpeed(9600), 100.0), (LineSpeed(19200, 11), 55.0)])
def test_96_bytes_take_as_long_as_their_bits(speed: LineSpeed, milliseconds: float) -> None:
    line = cable(speed)
    line.send(bytes(range(96)), 1000.0)
    assert len(line.arrived(1000.0 + milliseconds - 0.01)) == 80
    assert line.next_due_ms() == pytest.approx(1000.0 + milliseconds)
    assert line.arrived(1000.1 + milliseconds) == bytes(range(80, 96))
    assert line.next_due_ms() is None


def test_without_a_rate_bytes_are_there_at_once() -> None:
    line = cable()
    line.send(b"at once", 5.0)
    assert line.arrived(5.0) == b"at once"


@given(st.lists(st.tuples(st.binary(max_size=60), st.floats(0, 50)), max_size=12))
def test_bytes_arrive_in_order_and_never_faster_than_the_line(sent: list[tuple[bytes, float]]) -> None:
    line = cable(LineSpeed(9600))
    now_ms, out = 0.0, b""
    for data, wait_ms in sent:
        line.send(data, now_ms)
        now_ms += wait_ms
        out += line.arrived(now_ms)
        assert len(out) <= now_ms / LineSpeed(9600).byte_ms + 1e-6
    whole = b"".join(data for data, _ in sent)
    assert out + line.arrived(now_ms + 1e6) == whole


def test_what_is_sent_while_the_line_is_silent_is_lost() -> None:
    line = cable()
    line.silent = True
    line.send(b"lost", 0.0)
    line.silent = False
    line.send(b"kept", 1.0)
    assert line.arrived(1.0) == b"kept"


def test_a_byte_of_wrong_parity_arrives_as_00() -> None:
    noise = Noise(LineRates(parity=0.1), random.Random(3))
    out = noise.pass_through(b"\xff" * 1000)
    assert len(out) == 1000
    assert 60 < noise.hurt == out.count(0) < 140


def test_a_break_drowns_four_bytes_and_arrives_as_one_00() -> None:
    noise = Noise(LineRates(breaks=0.01), random.Random(3))
    out = noise.pass_through(b"\xff" * 4000)
    assert 20 < noise.hurt == out.count(0) < 60
    assert 0 <= len(out) - (4000 - 3 * noise.hurt) <= 3
