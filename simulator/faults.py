"""Faults as data: which ones happen, when, and from which seed."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Set
from dataclasses import astuple, dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any

from simulator.errors import SimulatorError
from simulator.words import INSERT_FEEDERS, STATION_WORDS, Station

_PRESETS = Path(__file__).parent / "faults"


class Kind(Enum):
    """What can go wrong, in the words of the fault files."""

    MISREAD = "misread"
    DOUBLE_FEED = "double-feed"
    MISSED_DOUBLE_FEED = "missed-double-feed"
    DAMAGED = "damaged"
    JAM = "jam"
    EMPTY = "empty"
    SEALER_DRY = "sealer-dry"
    COVER_OPEN = "cover-open"
    EMERGENCY_STOP = "emergency-stop"
    STACKER_FULL = "stacker-full"
    SENSOR_LATE = "sensor-late"
    SENSOR_COVERED = "sensor-covered"
    RESIDUAL_JAM = "residual-jam"
    BIN_FULL = "bin-full"
    TAKEN = "taken"
    OVERLOOKED = "overlooked"


SHEET_KINDS = frozenset({Kind.MISREAD, Kind.DOUBLE_FEED, Kind.MISSED_DOUBLE_FEED, Kind.DAMAGED})
AROUND_KINDS = frozenset(
    {
        Kind.EMPTY,
        Kind.SEALER_DRY,
        Kind.COVER_OPEN,
        Kind.EMERGENCY_STOP,
        Kind.STACKER_FULL,
        Kind.BIN_FULL,
        Kind.OVERLOOKED,
    }
)
"""What happens around the machine, not to paper that moves."""
_JAM_STATIONS = frozenset(
    {Station.SHEET_FEEDER, Station.ACCUMULATOR, Station.FOLDER, Station.INSERTION, Station.SEALER}
)
_SENSOR_STATIONS = frozenset({Station.FOLDER, Station.INSERTION, Station.SEALER})
_LEFT_STATIONS = frozenset({Station.ACCUMULATOR, Station.FOLDER, Station.INSERTION})
_FEEDERS = frozenset({Station.SHEET_FEEDER, *INSERT_FEEDERS, Station.ENVELOPE_FEEDER})
STATIONS_OF: dict[Kind, frozenset[Station]] = {
    Kind.JAM: _JAM_STATIONS,
    Kind.RESIDUAL_JAM: _JAM_STATIONS,
    Kind.TAKEN: _JAM_STATIONS,
    Kind.SENSOR_LATE: _SENSOR_STATIONS,
    Kind.SENSOR_COVERED: _LEFT_STATIONS,
    Kind.EMPTY: _FEEDERS,
    Kind.COVER_OPEN: frozenset(Station),
}
"""The kinds that have a station, and which it may be."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a fault file. Of `piece`, `cycle`, `chance` and `every` exactly one says when.

    piece     name of the piece that the machine works on; with `sheet`, that sheet of it (else the first).
    cycle     1-based number of the sheet fed (sheet faults, jams of the sheet feeder) or of the piece begun (the
              others), since power-up.
    chance    probability for each sheet (sheet faults) or piece (the others).
    every     one piece, and one sheet of it, out of each so many.
    times     how often at most; 0 = without end.
    destroys  a jam destroys what lies at its station.
    """

    kind: Kind
    station: Station | None = None
    piece: str = ""
    sheet: int = 1
    cycle: int = 0
    chance: float = 0.0
    every: int = 0
    times: int = 0
    destroys: bool = True


@dataclass(frozen=True, slots=True)
class LineRates:
    """Chance for each byte of being dropped, flipped (one bit) or duplicated; of arriving with wrong parity, which the
    port hands over as 00; of a break, which drowns this byte and three more, and is handed over as one 00."""

    dropped: float = 0.0
    flipped: float = 0.0
    duplicated: float = 0.0
    parity: float = 0.0
    breaks: float = 0.0


@dataclass(frozen=True, slots=True)
class FaultScript:
    """A whole fault file."""

    name: str
    rules: tuple[Rule, ...] = ()
    line: LineRates = field(default_factory=LineRates)


def load_faults(name_or_path: str) -> FaultScript:
    """A preset by name (none, light, heavy) or a fault file (its path). Raises SimulatorError E2910 or E2911."""
    path = Path(name_or_path) if name_or_path.endswith(".toml") else _PRESETS / f"{name_or_path}.toml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in _PRESETS.glob("*.toml")))
        raise SimulatorError(
            "E2910", f"no fault file {name_or_path}", place=str(path), remedy=f"use {known} or the path of a .toml file"
        )
    text = path.read_text(encoding="utf-8")
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SimulatorError("E2911", str(error), place=str(path), remedy="correct the TOML") from error
    return _Reader(path, text).script(tables)


class _Reader:
    """Checks a fault file; every error names file, line and key."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()

    def script(self, tables: dict[str, Any]) -> FaultScript:
        self._known("", tables, {"fault", "line"})
        faults = tables.get("fault", [])
        if not isinstance(faults, list):
            self._refuse("fault", "faults are written as [[fault]]")
        rules = tuple(self._rule(index, table) for index, table in enumerate(faults))
        return FaultScript(self._path.stem, rules, self._line(tables.get("line", {})))

    def _line(self, table: Any) -> LineRates:
        if not isinstance(table, dict):
            self._refuse("line", "the line's rates are written as [line]")
        self._known("line.", table, {field.name for field in fields(LineRates)})
        rates = LineRates(**{key: self._chance(f"line.{key}", value) for key, value in table.items()})
        if sum(astuple(rates)) >= 1:
            self._refuse("line", "the rates must add up to less than 1")
        return rates

    def _rule(self, index: int, table: dict[str, Any]) -> Rule:
        place = f"fault[{index + 1}]."
        self._known(place, table, {field.name for field in fields(Rule)})
        values: dict[str, Any] = {}
        kinds = {kind.value: kind for kind in Kind}
        values["kind"] = kind = self._word(f"{place}kind", table.get("kind"), kinds)
        if kind in STATIONS_OF:
            allowed = {word: station for word, station in STATION_WORDS.items() if station in STATIONS_OF[kind]}
            values["station"] = self._word(f"{place}station", table.get("station"), allowed)
        elif "station" in table:
            self._refuse(f"{place}station", f"a {kind.value} has no station")
        if sum(key in table for key in ("piece", "cycle", "chance", "every")) != 1:
            self._refuse(f"{place}kind", "say when by exactly one of piece, cycle, chance, every")
        for key, least in (("sheet", 1), ("cycle", 1), ("every", 1), ("times", 0)):
            if key in table:
                values[key] = self._number(place + key, table[key], least)
        if "piece" in table:
            values["piece"] = self._typed(place + "piece", table["piece"], str, "a text")
            values.setdefault("times", 1)
        if "chance" in table:
            values["chance"] = self._chance(place + "chance", table["chance"])
        if "destroys" in table:
            values["destroys"] = self._typed(place + "destroys", table["destroys"], bool, "true or false")
        return Rule(**values)

    def _known(self, place: str, table: dict[str, Any], known: set[str]) -> None:
        for key in table:
            if key not in known:
                self._refuse(place + key, f"unknown key; known are {', '.join(sorted(known))}")

    def _word(self, key: str, value: Any, words: dict[str, Any]) -> Any:
        if not isinstance(value, str) or value not in words:
            self._refuse(key, f"{value!r} is none of {', '.join(words)}")
        return words[value]

    def _typed(self, key: str, value: Any, cls: type, what: str) -> Any:
        if not isinstance(value, cls):
            self._refuse(key, f"{value!r} is not {what}")
        return value

    def _number(self, key: str, value: Any, least: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            self._refuse(key, f"{value!r} is not a whole number from {least} on")
        return int(value)

    def _chance(self, key: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            self._refuse(key, f"{value!r} is not a chance from 0 to 1")
        return float(value)

    def _refuse(self, key: str, fact: str) -> Any:
        raise SimulatorError("E2911", fact, place=f"{self._path}{self._line_of(key)}: {key}", remedy="correct the file")

    def _line_of(self, key: str) -> str:
        """ ":line" of the key, as far as plain text search can tell."""
        table, _, leaf = key.rpartition(".")
        number = int(table[6:-1]) if table.startswith("fault[") else 0
        seen = 0
        for at, line in enumerate(self._lines, 1):
            bare = line.strip()
            seen += bare == "[[fault]]"
            if seen == number and bare.partition("=")[0].strip() == leaf:
                return f":{at}"
        return ""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the machine is when chance has its say: the piece it works on, which one, and which sheet."""

    piece: str
    sheets: int
    piece_number: int
    sheet: int = 0
    feed_number: int = 0


class _Watch:
    """One rule with its own chance, so that no rule shifts what another one does."""

    def __init__(self, rule: Rule, rng: random.Random) -> None:
        self.rule = rule
        self._rng = rng
        self._left = rule.times or -1
        self._block_end = 0
        self._piece = 0
        self._place = 0.0
        self._struck = False

    def strikes(self, moment: Moment) -> bool:
        if self._left == 0 or not self._due(moment):
            return False
        self._left -= 1
        return True

    def _due(self, moment: Moment) -> bool:
        rule = self.rule
        per_sheet = moment.sheet > 0
        if rule.piece:
            return rule.piece == moment.piece and (not per_sheet or rule.sheet == moment.sheet)
        if rule.cycle:
            return rule.cycle == (moment.feed_number if per_sheet else moment.piece_number)
        if rule.every:
            return self._chosen(moment)
        return self._rng.random() < rule.chance

    def _chosen(self, moment: Moment) -> bool:
        """Whether this is the piece of its block, and the sheet of it; or the next one that comes this way, when the
        piece drawn did not.
        """
        if moment.piece_number > self._block_end:
            block = (moment.piece_number - 1) // self.rule.every
            self._piece = block * self.rule.every + self._rng.randint(1, self.rule.every)
            self._place = self._rng.random()
            self._block_end = (block + 1) * self.rule.every
            self._struck = False
        early = moment.piece_number < self._piece
        if moment.piece_number == self._piece and moment.sheet:
            early = moment.sheet < 1 + int(self._place * moment.sheets)
        self._struck, struck = self._struck or not early, self._struck
        return not early and not struck


class FaultPlan:
    """Says at each moment what goes wrong now. Deterministic in (script, seed) and the moments asked about."""

    def __init__(self, script: FaultScript, seed: int) -> None:
        self._watches = [
            _Watch(rule, random.Random(f"{seed}/{index}/{rule.kind.value}")) for index, rule in enumerate(script.rules)
        ]
        self._armed: list[Rule] = []

    def arm(self, rule: Rule) -> None:
        """It strikes at the next chance, whatever it says of when: the next sheet, paper or piece that it can hurt."""
        self._armed.append(rule)

    def at_sheet(self, moment: Moment) -> frozenset[Kind]:
        """The sheet faults of one stroke of the feeder."""
        return frozenset(rule.kind for rule in self._striking(moment, SHEET_KINDS))

    def at_station(self, moment: Moment, station: Station, kind: Kind = Kind.JAM) -> Rule | None:
        """What of `kind` (a jam, a hand, or a sensor that deceives) befalls the paper at `station` now."""
        rules = self._striking(moment, {kind}, station)
        return rules[0] if rules else None

    def at_piece(self, moment: Moment) -> tuple[Rule, ...]:
        """What happens around the machine as a piece begins: feeders run out, covers are opened."""
        return tuple(self._striking(moment, AROUND_KINDS))

    def _striking(self, moment: Moment, kinds: Set[Kind], station: Station | None = None) -> list[Rule]:
        def fits(rule: Rule) -> bool:
            return rule.kind in kinds and (station is None or rule.station is station)

        armed = [rule for rule in self._armed if fits(rule)]
        if armed:
            self._armed = [rule for rule in self._armed if not fits(rule)]
        return armed + [watch.rule for watch in self._watches if fits(watch.rule) and watch.strikes(moment)]
