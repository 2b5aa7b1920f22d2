"""Machine profiles: what is accepted, and how precisely the rest is refused."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from drivers.inserter.errors import InserterError, ProfileError
from drivers.inserter.profile import load_profile, read_profile
from drivers.inserter.tables import key_lines
from drivers.inserter.vocabulary import Fault, Fold, Identity, JobSpec, PieceSpec, Station

SIM1 = files("drivers.inserter").joinpath("profiles", "sim1.toml").read_text(encoding="utf-8")


def changed(old: str, new: str) -> str:
    assert SIM1.count(old) >= 1
    return SIM1.replace(old, new, 1)


def line_of(part: str, text: str = SIM1) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(part))


def test_the_reference_machine_has_the_times_of_the_protocol() -> None:
    profile = load_profile("sim1")
    assert (profile.link.hello_s, profile.link.ack_s, profile.link.sends) == (0.5, 0.3, 6)
    assert profile.timeouts.reply_s == 2.0
    assert profile.queue_depth == 64
    assert sorted(profile.feeders) == [1, 2, 3, 4, 5, 6]
    assert next(iter(profile.stations)) is Station.SHEET_FEEDER


def test_a_profile_is_read_from_a_file_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(changed('name = "SIM-1"', 'name = "Mine"'), encoding="utf-8")
    assert load_profile(file).name == "Mine"


def test_an_unknown_profile_names_those_there_are() -> None:
    with pytest.raises(ProfileError, match="sim1"):
        load_profile("no-such-machine")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="can't be read"):
        load_profile(tmp_path / "absent.toml")


def test_a_file_that_is_no_toml_tells_the_line() -> None:
    with pytest.raises(ProfileError, match="line 2"):
        read_profile("[machine]\nname =\n", "mine.toml")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("queue_depth = 64", "queue_depth = 0", "machine.queue_depth"),
        ("queue_depth = 64", "queue_depth = true", "machine.queue_depth"),
        ("queue_depth = 64", 'queue_depth = "64"', "machine.queue_depth"),
        ("queue_depth = 64", "queue_dept = 64", "machine.queue_depth"),
        ('protocol = "native"', 'protocol = "telepathy"', "machine.protocol"),
        ('maker = "Mailroom"', 'maker = " "', "machine.maker"),
        ('parity = "none"', 'parity = "perhaps"', "line.parity"),
        ("data_bits = 8", "data_bits = 7", "line.data_bits"),
        ('flow_control = "none"', 'flow_control = "xon_xoff"', "line.flow_control"),
        ("ack_s = 0.3", "ack_s = 0", "link.ack_s"),
        ("ack_s = 0.3", 'ack_s = "soon"', "link.ack_s"),
        ("ack_s = 0.3", "ack_s = nan", "link.ack_s"),
        ("command_s = 15.0", "command_s = 1.0", "timeouts.command_s"),
        ("reconnect_most_s = 2.0", "reconnect_most_s = 0.05", "timeouts.reconnect_most_s"),
        ('folds = ["none", "half", "c", "z"]', 'folds = ["none", "swan"]', "limits.folds"),
        ('folds = ["none", "half", "c", "z"]', "folds = []", "limits.folds"),
        ("id = 31", "id = 11", "station[7].id"),
        ("id = 31", "id = 30", "station[7].id"),
        ("number = 6", "number = 7", "feeder[5].number"),
        ("number = 6", "number = 5", "feeder[5].number"),
        ("cycles_per_hour = 4000", "cycles_per_hour = 4000\ncolour = 1", "limits.colour"),
    ],
)
def test_a_wrong_key_is_refused_with_file_line_and_key(old: str, new: str, key: str) -> None:
    text = changed(old, new)
    with pytest.raises(ProfileError) as caught:
        read_profile(text, "mine.toml")
    file, line, named = caught.value.place.split(":")
    assert (file, named.strip(), caught.value.code) == ("mine.toml", key, "E2011")
    begin = "[machine]" if "queue_dept " in new else new.splitlines()[-1].split("=")[0]
    assert text.splitlines()[int(line) - 1].startswith(begin)


def test_a_missing_table_is_told() -> None:
    with pytest.raises(ProfileError, match="link is missing"):
        read_profile(SIM1.replace("[link]", "[other]"), "mine.toml")


def test_keys_are_found_in_tables_in_double_brackets() -> None:
    lines = key_lines("a = 1\n\n[[t]]\nx = 1\n[[t]]\nx = 2\n[u.v]  # so\ny = 3\n")
    assert lines == {"a": 1, "t[0]": 3, "t[0].x": 4, "t[1]": 5, "t[1].x": 6, "u.v": 7, "u.v.y": 8}


def test_the_machine_is_compared_with_its_profile() -> None:
    profile = load_profile("sim1")
    assert profile.differences(Identity("SIM-1", "1", tuple(Station))) == ()
    stations = tuple(station for station in Station if station is not Station.INSERT_FEEDER_2)
    assert profile.differences(Identity("Other", "1", stations)) == (
        "the machine is a Other",
        "the machine has no insert feeder 2",
    )


def test_jobs_and_pieces_beyond_the_machine_are_refused() -> None:
    profile = read_profile(changed('"half", "c", "z"', '"half"'), "mine.toml")
    profile.check_job(JobSpec("J", 1, 1, "C5", Fold.HALF, "m", "t"))
    profile.check_piece(PieceSpec(1, "P", 1, 30, selects=(6,)))
    with pytest.raises(InserterError, match="E2012"):
        profile.check_job(JobSpec("J", 1, 1, "C5", Fold.C, "m", "t"))
    for sheets in (0, 31):
        with pytest.raises(InserterError, match="E2012"):
            profile.check_piece(PieceSpec(1, "P", 1, sheets))


def test_pieces_at_risk_follow_the_rule_of_the_fault() -> None:
    profile = load_profile("sim1")
    path = [station for station in profile.stations if station not in (Station.DIVERT_BIN, Station.STACKER)]
    assert profile.at_risk(Fault.JAM, Station.FOLDER) == tuple(path)
    assert profile.at_risk(Fault.DOUBLE_FEED, Station.SHEET_FEEDER) == (Station.SHEET_FEEDER,)
    assert profile.at_risk(Fault.ENVELOPES_EMPTY, Station.ENVELOPE_FEEDER) == ()


def test_of_a_fault_without_a_rule_every_piece_in_the_path_is_at_risk() -> None:
    profile = read_profile(
        SIM1[: SIM1.index("[[fault]]")] + '[[fault]]\ncode = 7\nfault = "jam"\nat_risk = "none"\n', "m"
    )
    assert profile.at_risk(Fault.JAM, Station.FOLDER) == ()
    assert Station.FOLDER in profile.at_risk(Fault.SEALER_DRY, Station.SEALER)
