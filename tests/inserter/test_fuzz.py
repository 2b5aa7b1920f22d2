"""Bytes that mean nothing, and valid ones slightly hurt, against every reader of the driver: no exception but the one
that is told, no hang, bounded memory."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.inserter import commands as ask
from drivers.inserter.errors import ProfileError
from drivers.inserter.framing import MAX_COLLECTED, FrameDecoder, FramingError, cobs_decode, encode_frame
from drivers.inserter.link import Delivered, HostLink
from drivers.inserter.link_frames import read_frame, read_welcome
from drivers.inserter.profile import load_profile, read_profile
from drivers.inserter.protocols.native import decode_message, decode_results
from drivers.inserter.session import InserterSession
from drivers.inserter.window import WIDEST, LinkTiming
from drivers.inserter.wire import MalformedMessage

from .test_vectors import BOOT, COMMANDS, VECTORS, payload_of

PROFILE = (Path(__file__).parents[2] / "drivers/inserter/profiles/sim1.toml").read_bytes()
GOLDEN = [bytes.fromhex(vector["payload"]) for vector in VECTORS.values()]


@st.composite
def hurt(draw: st.DrawFn, samples: list[bytes]) -> bytes:
    """One of the samples with a few bytes changed, left out or put in."""
    data = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from("-+=")):
            case "-":
                del data[at : at + 1]
            case "+":
                data.insert(at, draw(st.integers(0, 255)))
            case _:
                data[at : at + 1] = bytes([draw(st.integers(0, 255))])
    return bytes(data)


ANY = st.binary(max_size=80) | hurt(GOLDEN)
LINE = st.lists(st.binary(max_size=1500) | hurt(GOLDEN).map(lambda body: body if len(body) < 2 else encode_frame(body)))


@given(LINE)
def test_the_decoder_of_frames_keeps_little_and_raises_nothing(chunks: list[bytes]) -> None:
    decoder = FrameDecoder()
    for chunk in chunks:
        decoder.feed(chunk)
        assert len(decoder._collected) < MAX_COLLECTED


@given(ANY)
def test_no_reader_raises_anything_but_that_the_bytes_are_malformed(data: bytes) -> None:
    with contextlib.suppress(FramingError):
        cobs_decode(data)
    readers: list[Callable[[bytes], object]] = [read_welcome, lambda each: decode_message(each, BOOT)]
    readers += [partial(decode_results, command) for command in COMMANDS.values()]
    if len(data) >= 2:
        readers.append(read_frame)
    for read in readers:
        with contextlib.suppress(MalformedMessage):
            read(data)


@given(hurt([PROFILE]))
def test_a_hurt_profile_is_read_or_refused_by_name(data: bytes) -> None:
    with contextlib.suppress(ProfileError):
        read_profile(data.decode(errors="replace"), "hurt.toml")


@settings(max_examples=60)
@given(st.lists(st.tuples(hurt(GOLDEN).filter(lambda body: len(body) > 1), st.floats(0, 1)), max_size=60))
def test_valid_frames_of_nonsense_neither_stop_a_link_nor_fill_it(frames: list[tuple[bytes, float]]) -> None:
    link = HostLink(count(1), LinkTiming())
    link.port_opened(0.0)
    link.receive(encode_frame(payload_of("welcome_2")[:7] + (1).to_bytes(4, "big") + payload_of("welcome_2")[11:]), 0.0)
    now = 0.0
    for payload, pause in frames:
        now += pause
        notices = link.receive(encode_frame(payload), now) + link.tick(now)
        assert sum(isinstance(notice, Delivered) for notice in notices) <= WIDEST
        assert len(link._came._early) < WIDEST
        assert len(link.take_output()) < 20_000
        due = link.deadline
        assert due is not None
        assert due > now


@settings(max_examples=60)
@given(LINE)
def test_a_session_survives_whatever_comes_and_delivers_no_event_twice(chunks: list[bytes]) -> None:
    session = InserterSession(load_profile("sim1"), host_session=0xA1B2C3D4)
    session.port_opened(0.0)
    session.receive(encode_frame(payload_of("welcome_2")), 0.0)
    session.submit(ask.Identify(), 0.0)
    numbers = []
    for tick, chunk in enumerate(chunks):
        session.receive(chunk, tick / 20)
        session.tick(tick / 20)
        session.take_output()
        batch = session.next_batch(tick / 20)
        if batch:
            numbers += [(event.boot_id, event.number) for event in batch]
            session.committed(batch, tick / 20)
    assert len(numbers) == len(set(numbers))
