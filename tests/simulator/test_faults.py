"""Faults as data, chance from seeds, and the noise on the line."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import SimulatorError
from simulator.faults import FaultPlan, FaultScript, Kind, LineRates, Moment, Rule, load_faults
from simulator.noise import Noise
from simulator.words import Station


def moments(pieces: int, sheets: int = 1) -> list[Moment]:
    """Every stroke of a clean run."""
    return [
        Moment(f"P{piece}", sheets, piece, sheet, (piece - 1) * sheets + sheet)
        for piece in range(1, pieces + 1)
        for sheet in range(1, sheets + 1)
    ]


def strikes(rule: Rule, pieces: int, sheets: int = 1, seed: int = 1) -> list[tuple[int, int]]:
    """(piece, sheet) of each strike of a sheet fault."""
    plan = FaultPlan(FaultScript("test", (rule,)), seed)
    return [(moment.piece_number, moment.sheet) for moment in moments(pieces, sheets) if plan.at_sheet(moment)]


def test_the_presets_load() -> None:
    assert load_faults("none").rules == ()
    assert load_faults("none").line == LineRates()
    light, heavy = load_faults("light"), load_faults("heavy")
    assert sum(1 / rule.every for rule in light.rules) == pytest.approx(1 / 40)
    assert light.line.dropped + light.line.flipped + light.line.duplicated == pytest.approx(0.0005)
    assert len(heavy.rules) > len(light.rules)
    by_hand = {Kind.TAKEN, Kind.OVERLOOKED, Kind.BIN_FULL}
    assert {rule.kind for rule in heavy.rules} == set(Kind) - by_hand


@given(seed=st.integers(0, 10_000))
def test_under_light_faults_every_kind_strikes_once_in_200_pieces(seed: int) -> None:
    plan = FaultPlan(load_faults("light"), seed)
    struck: list[Kind] = []
    for moment in moments(200, sheets=3):
        if moment.sheet == 1:
            around = Moment(moment.piece, moment.sheets, moment.piece_number)
            struck += [rule.kind for rule in plan.at_piece(around)]
            struck += [rule.kind for rule in [plan.at_station(around, Station.FOLDER)] if rule]
        struck += plan.at_sheet(moment)
    assert sorted(kind.value for kind in struck) == ["damaged", "double-feed", "empty", "jam", "misread"]


def test_a_rule_can_name_a_piece_and_its_sheet() -> None:
    assert strikes(Rule(Kind.MISREAD, piece="P3", sheet=2), 5, sheets=3) == [(3, 2)]


def test_a_rule_can_name_a_cycle() -> None:
    assert strikes(Rule(Kind.MISREAD, cycle=4), 5, sheets=3) == [(2, 1)]


def test_a_rule_can_strike_by_chance_and_so_often_only() -> None:
    assert len(strikes(Rule(Kind.MISREAD, chance=1.0, times=2), 5)) == 2
    assert strikes(Rule(Kind.MISREAD, chance=0.0), 50) == []
    assert 20 < len(strikes(Rule(Kind.MISREAD, chance=0.1), 400)) < 60


def test_a_piece_drawn_that_never_comes_is_replaced_by_the_next_that_does() -> None:
    rule = Rule(Kind.JAM, Station.FOLDER, every=10)
    for seed in range(20):
        plan = FaultPlan(FaultScript("test", (rule,)), seed)
        coming = [number for number in range(1, 31) if number % 3 == 1]  # 10, 20 and 30 end their blocks
        struck = [number for number in coming if plan.at_station(Moment("P", 1, number), Station.FOLDER)]
        blocks = [(number - 1) // 10 for number in struck]
        assert len(blocks) == len(set(blocks))
        assert 0 in blocks


def test_one_rule_does_not_shift_the_chance_of_another() -> None:
    first, second = Rule(Kind.MISREAD, chance=0.2), Rule(Kind.DOUBLE_FEED, every=7)
    both, alone = FaultPlan(FaultScript("both", (first, second)), 4), FaultPlan(FaultScript("one", (first,)), 4)
    together = [Kind.MISREAD in both.at_sheet(moment) for moment in moments(100)]
    assert together == [Kind.MISREAD in alone.at_sheet(moment) for moment in moments(100)]


def test_another_seed_is_another_story() -> None:
    rule = Rule(Kind.MISREAD, every=50)
    assert len({tuple(strikes(rule, 200, seed=seed)) for seed in range(5)}) == 5


def test_a_jam_strikes_at_its_station_only_and_an_armed_one_once() -> None:
    plan = FaultPlan(FaultScript("test", (Rule(Kind.JAM, Station.FOLDER, cycle=1),)), 1)
    moment = Moment("P1", 1, 1)
    assert plan.at_station(moment, Station.SEALER) is None
    assert plan.at_station(moment, Station.FOLDER) is not None
    plan.arm(Rule(Kind.JAM, Station.SEALER))
    assert plan.at_station(Moment("P2", 1, 2), Station.SEALER) == Rule(Kind.JAM, Station.SEALER)
    assert plan.at_station(Moment("P3", 1, 3), Station.SEALER) is None


def test_a_whole_fault_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        '[line]\ndropped = 0.001\n[[fault]]\nkind = "jam"\nstation = "sealer"\npiece = "P00000007"\ndestroys = false\n'
        '[[fault]]\nkind = "misread"\nchance = 0.5\ntimes = 3\n'
    )
    assert load_faults(str(file)) == FaultScript(
        "mine",
        (
            Rule(Kind.JAM, Station.SEALER, piece="P00000007", times=1, destroys=False),
            Rule(Kind.MISREAD, chance=0.5, times=3),
        ),
        LineRates(dropped=0.001),
    )


@pytest.mark.parametrize(
    ("text", "place", "fact"),
    [
        ("[[fault]\n", "", "Expected"),
        ("[[faults]]\nkind = 1\n", ": faults", "unknown key"),
        ("fault = 3\n", ":1: fault", "[[fault]]"),
        ("line = 3\n", ":1: line", "[line]"),
        ("[line]\nlost = 0.1\n", ":2: line.lost", "unknown key"),
        ("[line]\ndropped = 2\n", ":2: line.dropped", "chance"),
        ("[line]\ndropped = 0.5\nflipped = 0.5\n", ": line", "less than 1"),
        ('[[fault]]\nkind = "fire"\ncycle = 1\n', ":2: fault[1].kind", "'fire' is none of"),
        ('[[fault]]\nkind = "jam"\ncycle = 1\n', ": fault[1].station", "None is none of"),
        ('[[fault]]\nkind = "jam"\nstation = "stacker"\ncycle = 1\n', ":3: fault[1].station", "'stacker'"),
        ('[[fault]]\nkind = "misread"\nstation = "folder"\ncycle = 1\n', ":3: fault[1].station", "no station"),
        ('[[fault]]\nkind = "misread"\n', ":2: fault[1].kind", "exactly one of"),
        ('[[fault]]\nkind = "misread"\ncycle = 1\nevery = 2\n', ":2: fault[1].kind", "exactly one of"),
        ('[[fault]]\nkind = "misread"\ncycle = 0\n', ":3: fault[1].cycle", "whole number from 1"),
        ('[[fault]]\nkind = "misread"\ncycle = true\n', ":3: fault[1].cycle", "whole number"),
        ('[[fault]]\nkind = "misread"\npiece = 7\n', ":3: fault[1].piece", "not a text"),
        ('[[fault]]\nkind = "misread"\nchance = "high"\n', ":3: fault[1].chance", "chance from 0 to 1"),
        ('[[fault]]\nkind = "misread"\ncycle = 1\n[[fault]]\nkind = "x"\ncycle = 1\n', ":5: fault[2].kind", "'x'"),
        ('[[fault]]\nkind = "jam"\nstation = "folder"\ncycle = 1\ndestroys = 1\n', ":5: fault[1].destroys", "true or"),
    ],
)
def test_a_wrong_fault_file_is_refused_with_line_and_key(tmp_path: Path, text: str, place: str, fact: str) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(text)
    with pytest.raises(SimulatorError) as caught:
        load_faults(str(file))
    assert caught.value.code == "E2911"
    assert caught.value.place == f"{file}{place}"
    assert fact in caught.value.message
    assert caught.value.remedy


def test_a_preset_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(SimulatorError) as caught:
        load_faults("wild")
    assert "heavy, light, none" in caught.value.remedy


def noise(rates: LineRates, seed: int = 1) -> Noise:
    return Noise(rates, random.Random(seed))


@given(st.binary(max_size=500))
def test_a_good_line_changes_nothing(data: bytes) -> None:
    assert noise(LineRates()).pass_through(data) == data


@given(st.binary(min_size=1, max_size=300), st.data())
def test_what_the_line_does_is_the_same_however_the_bytes_are_cut(data: bytes, draw: st.DataObject) -> None:
    rates = LineRates(0.05, 0.05, 0.05)
    whole, cut = noise(rates).pass_through(data), noise(rates)
    out, rest = b"", data
    while rest:
        length = draw.draw(st.integers(1, len(rest)))
        out += cut.pass_through(rest[:length])
        rest = rest[length:]
    assert out == whole


@pytest.mark.parametrize(
    ("rates", "length"), [(LineRates(dropped=0.01), -1), (LineRates(flipped=0.01), 0), (LineRates(duplicated=0.01), 1)]
)
def test_bytes_are_hurt_as_often_as_asked_for(rates: LineRates, length: int) -> None:
    line = noise(rates)
    out = line.pass_through(bytes(50_000))
    assert 400 < line.hurt < 600
    assert len(out) == 50_000 + length * line.hurt
    assert sum(byte.bit_count() for byte in out) == (line.hurt if rates.flipped else 0)
