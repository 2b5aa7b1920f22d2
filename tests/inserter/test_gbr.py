"""The GBR exit interface: records with known right answers, whatever the line does to them."""

from __future__ import annotations

import os
import time
import tty

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.inserter.errors import InserterError, ProfileError
from drivers.inserter.exit_profile import exit_profiles, load_exit_profile, read_exit_profile
from drivers.inserter.observer import ExitObserver
from drivers.inserter.profile import load_profile
from drivers.inserter.protocols.gbr import ExitDecoder, ExitDialect, Pack, Sighting, Verdict, read_record
from simulator.exit_interface import VARIANTS, Exit, ExitInterface, record_of

PINNACLE, FRIEDBERG = load_exit_profile("gbr-pinnacle1"), load_exit_profile("gbr-friedberg1")
GENERAL, TAMPA = load_exit_profile("gbr-general"), load_exit_profile("gbr-tampa1")


def packs(decoder: ExitDecoder, data: bytes, now: float = 0.0) -> list[Pack]:
    return [sighting.pack for sighting in decoder.receive(data, now)]


@pytest.mark.parametrize(
    ("record", "pack"),
    [
        (b"100304", Pack(valid=True, stations=(1,), pages=3)),
        (b"700:04", Pack(valid=True, stations=(1, 2, 3), pages=10)),
        (b"421204", Pack(valid=True, stations=(3, 5, 7), pages=2)),
        (b"000107", Pack(valid=True, diverted=True, marked=True, pages=1)),
        (b"000102", Pack(diverted=True, pages=1)),
        (b"000120", Pack(pages=1, sequential_stop=True)),
        (b"000140", Pack(pages=1, stop_and_retain=True)),
        (b"999999", Pack(invalid=True)),
    ],
)
def test_pinnacle_1_is_read_bit_by_bit(record: bytes, pack: Pack) -> None:
    assert read_record(record, PINNACLE.dialect) == pack


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        (b"100104", Verdict.DELIVERED),
        (b"100107", Verdict.DIVERTED),
        (b"100102", Verdict.SUSPECTED),
        (b"100100", Verdict.NOT_VALID),
        (b"999999", Verdict.INVALID),
    ],
)
def test_divert_and_valid_together_say_who_sent_it_aside(record: bytes, verdict: Verdict) -> None:
    pack = read_record(record, PINNACLE.dialect)
    assert pack is not None
    assert pack.verdict is verdict


def test_general_adds_a_group_and_a_rolling_digit() -> None:
    assert read_record(b"100304100427", GENERAL.dialect) == Pack(
        valid=True, stations=(1,), pages=3, group=42, sequence=7
    )
    assert read_record(b"999999100428", GENERAL.dialect) == Pack(invalid=True, group=42, sequence=8)
    assert read_record(b"999999999999", GENERAL.dialect) == Pack(invalid=True)
    assert read_record(b"100304200427", GENERAL.dialect) is None


def test_friedberg_1_begins_with_02_and_turns_the_valid_bit_around() -> None:
    assert read_record(b"\x02100300", FRIEDBERG.dialect) == Pack(valid=True, stations=(1,), pages=3)
    assert read_record(b"\x02100304", FRIEDBERG.dialect) == Pack(stations=(1,), pages=3)
    assert read_record(b"100300", FRIEDBERG.dialect) is None


def test_tampa_1_is_answered_once_for_each_record_and_nobody_else_is() -> None:
    decoder = ExitDecoder(TAMPA.dialect)
    decoder.receive(b"100304\rgarbage\r100204\r", 0.0)
    assert decoder.take_output() == b"00"
    assert decoder.take_output() == b""
    silent = ExitDecoder(PINNACLE.dialect)
    silent.receive(b"100304\r", 0.0)
    assert silent.take_output() == b""


def test_a_record_like_the_one_before_is_doubtful_where_the_machine_sends_again() -> None:
    decoder = ExitDecoder(TAMPA.dialect)
    sightings = [decoder.receive(b"100304\r", now)[0] for now in (0.0, 0.26, 1.5)]
    assert [sighting.doubtful for sighting in sightings] == [False, True, False]


def test_a_record_sent_again_under_its_rolling_digit_is_told_once() -> None:
    decoder = ExitDecoder(ExitDialect(group=True, answer=b"0"))
    assert len(packs(decoder, b"100304100427\r", 0.0)) == 1
    assert packs(decoder, b"100304100427\r", 0.26) == []
    assert decoder.counts.repeated == 1


def test_lost_records_are_seen_by_the_rolling_digit_also_past_nine() -> None:
    decoder = ExitDecoder(GENERAL.dialect)
    found = [decoder.receive(b"10030410042%d\r" % digit, 0.0)[0].missing for digit in (7, 8, 1, 2)]
    assert found == [0, 0, 2, 0]
    assert decoder.counts.missing == 2


def test_garbage_is_counted_and_the_next_record_is_read() -> None:
    decoder = ExitDecoder(PINNACLE.dialect)
    assert packs(decoder, b"x" * 100_000 + b"\r100304\r") == [Pack(valid=True, stations=(1,), pages=3)]
    assert packs(decoder, b"\r\r8003\r800304\r100384\r\xb1" + b"00304\r") == []
    assert decoder.counts.garbage == 5
    assert packs(decoder, b"100204\r")[0].pages == 2


def test_where_a_record_has_a_beginning_a_lost_end_costs_one_record_only() -> None:
    decoder = ExitDecoder(FRIEDBERG.dialect)
    assert len(packs(decoder, b"\x021003\x02100300\r")) == 1
    assert decoder.counts.garbage == 1


_PACKS = st.one_of(
    st.builds(
        Pack,
        valid=st.booleans(),
        diverted=st.booleans(),
        marked=st.booleans(),
        stations=st.sets(st.integers(1, 9)).map(lambda found: tuple(sorted(found))),
        pages=st.integers(0, 60),
        sequential_stop=st.booleans(),
        stop_and_retain=st.booleans(),
    ),
    st.just(Pack(invalid=True)),
)


@given(told=st.lists(_PACKS, max_size=15), variant=st.sampled_from(sorted(VARIANTS)), cuts=st.integers(1, 9))
def test_what_the_simulated_machine_tells_is_what_is_read(told: list[Pack], variant: str, cuts: int) -> None:
    decoder = ExitDecoder(load_exit_profile(f"gbr-{variant}").dialect)
    stream = b"".join(record_of(VARIANTS[variant], exit_of(pack), 17, n % 10) for n, pack in enumerate(told))
    found: list[Sighting] = []
    for start in range(0, len(stream), cuts):
        found += decoder.receive(stream[start : start + cuts], start * 1.0)
    plain = [
        Pack(**{name: getattr(sighting.pack, name) for name in Pack.__slots__ if name not in ("group", "sequence")})
        for sighting in found
    ]
    assert plain == told
    assert decoder.counts.garbage == decoder.counts.missing == 0


def exit_of(pack: Pack) -> Exit:
    return Exit(
        valid=pack.valid,
        diverted=pack.diverted,
        marked=pack.marked,
        stations=pack.stations,
        pages=pack.pages,
        sequential_stop=pack.sequential_stop,
        stop_and_retain=pack.stop_and_retain,
        known=not pack.invalid,
    )


@given(data=st.binary(max_size=400), variant=st.sampled_from(exit_profiles()))
def test_no_bytes_stop_it_and_the_next_record_is_always_read(data: bytes, variant: str) -> None:
    profile = load_exit_profile(variant)
    decoder = ExitDecoder(profile.dialect)
    decoder.receive(data, 0.0)
    exit_ = Exit(valid=True, stations=(1,), pages=3)
    record = record_of(VARIANTS[variant.removeprefix("gbr-")], exit_, 1, 5)
    last = decoder.receive(b"\r" + record, 100.0)[-1].pack
    assert (last.valid, last.stations, last.pages) == (True, (1,), 3)


def test_the_profiles_set_the_line_of_their_variant() -> None:
    lines = {name: load_exit_profile(name).line for name in exit_profiles()}
    assert set(lines) == {f"gbr-{variant}" for variant in VARIANTS}
    assert (lines["gbr-pinnacle1"].data_bits, lines["gbr-pinnacle1"].parity, lines["gbr-pinnacle1"].stop_bits) == (
        7,
        "even",
        2,
    )
    assert (lines["gbr-friedberg1"].data_bits, lines["gbr-friedberg1"].parity) == (8, "none")
    assert {line.baud_rate for line in lines.values()} == {19200}


def test_a_slip_in_a_profile_is_told_with_its_line() -> None:
    with pytest.raises(ProfileError) as caught:
        read_exit_profile('[machine]\nname = "x"\nmaker = "y"\nprotocol = "native"\n', "mine.toml")
    assert caught.value.place == "mine.toml:4: machine.protocol"


def test_a_machine_that_can_only_be_observed_takes_no_commands() -> None:
    with pytest.raises(InserterError, match="can only be observed") as caught:
        load_profile("gbr-pinnacle1")
    assert caught.value.code == "E2016"


def test_the_observer_counts_answers_and_opens_a_lost_port_again() -> None:
    near, far = os.openpty()
    tty.setraw(far)
    with ExitObserver(os.ttyname(far), TAMPA) as observer:
        observer.listen(0.01)
        os.write(near, b"100304\r100102\rnoise\r")
        until_s = time.monotonic() + 20
        while sum(observer.tally.values()) < 2 and time.monotonic() < until_s:
            observer.listen(0.05)
        assert (observer.tally[Verdict.DELIVERED], observer.tally[Verdict.SUSPECTED]) == (1, 1)
        assert observer.trouble == ""
        assert os.read(near, 10) == b"00"
        os.close(near)
        while not observer.trouble and time.monotonic() < until_s:
            observer.listen(0.05)
        assert observer.gaps == 1
    os.close(far)


def test_the_simulated_machine_tells_once_more_what_nobody_answered_and_only_once() -> None:
    machine = ExitInterface(VARIANTS["tampa1"])
    machine.tell(Exit(valid=True, stations=(1,), pages=3), 1)
    assert machine.tick(0.0) == b"100304\r"
    assert machine.tick(249.0) == b""
    assert machine.tick(250.0) == b"100304\r"
    assert machine.tick(900.0) == b""
    machine.tell(Exit(valid=True, pages=1), 2)
    assert machine.tick(1000.0) == b"000104\r"
    machine.receive(b"0")
    assert machine.tick(1500.0) == b""
