"""Profiles of machines that speak Modbus RTU: their own table of times, and which lines can't carry it."""

from __future__ import annotations

from importlib.resources import files

import pytest

from drivers.inserter.errors import ProfileError
from drivers.inserter.modbus_timing import ModbusTiming
from drivers.inserter.profile import load_profile, read_profile

TEXT = files("drivers.inserter").joinpath("profiles", "sim1-modbus.toml").read_text(encoding="utf-8")


def test_the_reference_machine_over_modbus_has_the_times_of_the_page() -> None:
    profile = load_profile("sim1-modbus")
    assert (profile.protocol, profile.name, profile.modbus) == ("modbus", load_profile("sim1").name, ModbusTiming())


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("unit = 1 ", "unit = 0 ", "modbus.unit"),
        ("unit = 1 ", "unit = 248 ", "modbus.unit"),
        ("poll_s = 0.05", "poll_s = 5", "modbus.poll_s"),
        ("answer_s = 0.05", "answer_s = 0.001", "modbus.answer_s"),
        ("lost_s = 3.0", "lost_s = 0.5\nheartbeat_s = 1", "modbus.heartbeat_s"),
        ("answer_s = 0.05", "answer_s = 2\nlost_s = 1 #", "modbus.lost_s"),
        ("data_bits = 8", "data_bits = 7", "line.data_bits"),
        ('flow_control = "none"', 'flow_control = "xon_xoff"', "line.flow_control"),
    ],
)
def test_a_wrong_key_is_refused_with_its_name(old: str, new: str, key: str) -> None:
    text = TEXT.replace(old, new, 1)
    if new.endswith("#"):
        text = text.replace("\nlost_s = 3.0", "\n", 1)
    assert text != TEXT
    with pytest.raises(ProfileError) as caught:
        read_profile(text, "mine.toml")
    assert caught.value.place.endswith(f": {key}")


def test_seven_bits_are_refused_with_the_reason() -> None:
    with pytest.raises(ProfileError, match="the modbus protocol needs 8 data bits"):
        read_profile(TEXT.replace("data_bits = 8", "data_bits = 7"), "mine.toml")


def test_even_parity_is_a_line_like_any_other() -> None:
    assert read_profile(TEXT.replace('parity = "none"', 'parity = "even"'), "mine.toml").line.parity == "even"


def test_the_table_of_the_other_protocol_is_refused() -> None:
    with pytest.raises(ProfileError):
        read_profile(TEXT.replace('protocol = "modbus"', 'protocol = "native"'), "mine.toml")
