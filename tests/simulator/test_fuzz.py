"""Bytes that mean nothing, and valid ones slightly hurt, against every reader of the machine."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.codec import unpack, unpack_head
from simulator.errors import Malformed
from simulator.messages import COMMANDS, EVENTS, CommandHead, EventAck, Hello, ReplyHead, Welcome
from simulator.window import SPAN
from simulator.wire import COLLECT_MAX_BYTES, Deframer, cobs_decode, frame
from tests.inserter.test_fuzz import hurt
from tests.simulator.test_link import SESSION, Desk
from tests.simulator.test_wire import VECTORS

GOLDEN = [payload for payload, _ in VECTORS.values()]
CLASSES = [Hello, Welcome, EventAck, *COMMANDS.values(), *(cls for _, cls in EVENTS.values())]


@given(st.lists(st.binary(max_size=1500)))
def test_the_deframer_keeps_little_and_raises_nothing(chunks: list[bytes]) -> None:
    deframer = Deframer()
    for chunk in chunks:
        deframer.feed(chunk)
        assert len(deframer._collected) <= COLLECT_MAX_BYTES


@given(st.binary(max_size=80) | hurt(GOLDEN))
def test_no_reader_raises_anything_but_that_the_bytes_are_malformed(data: bytes) -> None:
    cobs_decode(data)
    for cls in CLASSES:
        with contextlib.suppress(Malformed):
            unpack(cls, data)
    for head in (CommandHead, ReplyHead):
        with contextlib.suppress(Malformed):
            unpack_head(head, data)


@settings(max_examples=80)
@given(st.lists(st.tuples(hurt(GOLDEN).filter(lambda body: 1 < len(body) < 512), st.integers(0, 700)), max_size=60))
def test_frames_of_nonsense_neither_stop_the_machine_nor_fill_it_nor_make_it_act_twice(
    frames: list[tuple[bytes, int]],
) -> None:
    desk = Desk()
    desk.hello(high=2)
    ids: set[bytes] = set()
    for payload, pause_ms in frames:
        desk.now_ms += pause_ms
        before = len(desk.machine.obeyed)
        desk.link.receive(frame(payload), desk.now_ms)
        desk.link.tick(desk.now_ms)
        desk.link.take_output()
        assert len(desk.machine.obeyed) <= before + SPAN
        assert len(desk.link._got._ahead) < SPAN
        assert len(desk.link._remembered) <= 64
        ids |= {payload[3:11]} if payload[0] == 3 and payload[2:3] == b"\x10" else set()
    assert len(desk.machine.obeyed) <= len(ids)
    # and a host that greets it again is served
    assert desk.hello(session=SESSION + 1, high=2)[0][0] == 2
    assert desk.command(1, 0xFFFF, 0x02)[0][:2] == b"\x04\x01"
