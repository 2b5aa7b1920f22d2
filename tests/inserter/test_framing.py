"""Frames against the specification's check values and two independent libraries."""

from __future__ import annotations

import pytest
from cobs import cobs
from crccheck.crc import CrcX25
from hypothesis import given
from hypothesis import strategies as st

from drivers.inserter.framing import (
    MAX_COLLECTED,
    MAX_PAYLOAD,
    FrameDecoder,
    FramingError,
    cobs_decode,
    cobs_encode,
    crc16_x25,
    decode_frame,
    encode_frame,
)

PAYLOADS = st.binary(min_size=2, max_size=MAX_PAYLOAD)
# Runs around COBS' 254 bytes and zeros in every place.
TRICKY = st.lists(st.sampled_from([b"\0", b"\1", b"\xff", b"a" * 253, b"a" * 254, b"a" * 255]), max_size=8).map(
    b"".join
)


def test_the_checksum_has_the_catalogue_value() -> None:
    assert crc16_x25(b"123456789") == 0x906E


@given(st.binary(max_size=600))
def test_the_checksum_agrees_with_crccheck(data: bytes) -> None:
    assert crc16_x25(data) == CrcX25.calc(data)


@given(st.binary(max_size=1100) | TRICKY)
def test_cobs_agrees_with_the_cobs_library_both_ways(data: bytes) -> None:
    encoded = cobs_encode(data)
    assert encoded == cobs.encode(data)
    assert 0 not in encoded
    assert len(encoded) <= len(data) + 1 + len(data) // 254
    assert cobs_decode(encoded) == data


@given(st.binary(max_size=300) | TRICKY)
def test_any_bytes_are_decoded_as_the_cobs_library_does_or_refused(data: bytes) -> None:
    try:
        expected = cobs.decode(data)
    except cobs.DecodeError:
        expected = None
    if expected is None or not data:
        with pytest.raises(FramingError):
            cobs_decode(data)
    else:
        assert cobs_decode(data) == expected


@pytest.mark.parametrize("length", [0, 1, MAX_PAYLOAD + 1])
def test_a_payload_outside_2_to_512_bytes_is_refused(length: int) -> None:
    with pytest.raises(FramingError):
        encode_frame(bytes(length))


@pytest.mark.parametrize("length", [0, 1, MAX_PAYLOAD + 1])
def test_a_frame_with_a_payload_outside_2_to_512_bytes_is_dropped(length: int) -> None:
    payload = b"x" * length
    with pytest.raises(FramingError):
        decode_frame(cobs.encode(payload + CrcX25.calc(payload).to_bytes(2, "little")))


@given(st.lists(PAYLOADS, max_size=6), st.lists(st.integers(1, 40), min_size=1, max_size=10))
def test_frames_come_out_whole_however_the_bytes_arrive(payloads: list[bytes], cuts: list[int]) -> None:
    stream = b"\0" + b"".join(encode_frame(payload) for payload in payloads)
    decoder, got, position, turn = FrameDecoder(), [], 0, 0
    while position < len(stream):
        size = cuts[turn % len(cuts)]
        got += decoder.feed(stream[position : position + size])
        position, turn = position + size, turn + 1
    assert got == payloads
    assert (decoder.counters.good, decoder.counters.bad) == (len(payloads), 0)


@given(PAYLOADS, st.data())
def test_a_changed_byte_never_passes(payload: bytes, data: st.DataObject) -> None:
    frame = bytearray(encode_frame(payload))
    place = data.draw(st.integers(0, len(frame) - 1))
    frame[place] ^= data.draw(st.integers(1, 255))
    assert FrameDecoder().feed(bytes(frame) + b"\0") == []


@given(PAYLOADS, st.data())
def test_a_truncated_frame_is_dropped_and_the_next_one_is_whole(payload: bytes, data: st.DataObject) -> None:
    frame = encode_frame(payload)
    cut = data.draw(st.integers(1, len(frame) - 2))
    decoder = FrameDecoder()
    assert decoder.feed(frame[:cut] + b"\0" + frame) == [payload]
    assert decoder.counters.bad == 1


@given(st.lists(st.binary(max_size=700), max_size=10), PAYLOADS)
def test_garbage_neither_raises_nor_hides_the_next_frame(garbage: list[bytes], payload: bytes) -> None:
    decoder = FrameDecoder()
    for chunk in garbage:
        decoder.feed(chunk)
    assert decoder.feed(b"\0" + encode_frame(payload))[-1] == payload


@given(st.integers(MAX_COLLECTED, 5000), st.integers(1, 700))
def test_a_stretch_of_1024_bytes_without_end_is_dropped_once(length: int, chunk: int) -> None:
    decoder = FrameDecoder()
    noise = b"\x55" * length
    for start in range(0, length, chunk):
        assert decoder.feed(noise[start : start + chunk]) == []
    assert decoder.feed(b"\0" + encode_frame(b"ok")) == [b"ok"]
    assert (decoder.counters.overlong, decoder.counters.bad) == (1, 0)


def test_noise_without_end_takes_bounded_memory() -> None:
    decoder = FrameDecoder()
    for _ in range(200):
        decoder.feed(b"\x55" * 10_000)
    assert len(decoder._collected) < MAX_COLLECTED


def test_empty_frames_are_passed_over() -> None:
    decoder = FrameDecoder()
    assert decoder.feed(b"\0\0\0" + encode_frame(b"ok") + b"\0\0") == [b"ok"]
    assert decoder.counters.bad == 0
