"""What goes wrong in a world: drawn from its seed, a line each, and left out one by one to shorten a failure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from simulator.faults import AROUND_KINDS, STATIONS_OF, Kind, LineRates, Rule
from simulator.words import INSERT_FEEDERS, STATION_WORDS
from tests.world.virtual.met import OFF, POWERED
from tests.world.virtual.press import PressFault

_PIECES = 30
_POINTS = 1000
"""About so many pieces and moments to die at has a world without faults; faults are strewn over them."""

_AT_THE_PRESS = "before submit"
"""The moment of the host at which a press fault finds the machine in the state that is wanted."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that goes wrong.

    when      counts what its family counts: sheets or pieces of the machine, seconds of the world, moments of the
              process, submissions to the press; with a cue, how often the cue was given.
    size      a duration in seconds, a count of bytes or of sheets.
    cue       a state that the machine enters, or a moment of the host ("in start"); it happens `after_s` seconds later.
    """

    family: str
    kind: str
    when: float
    size: float = 0.0
    station: str = ""
    cue: str = ""
    after_s: float = 0.0

    def __str__(self) -> str:
        at = f" at {self.station}" if self.station else ""
        size = f", {self.size:.3g}" if self.size else ""
        cue = f" of {self.cue!r}, {self.after_s:.3g} s after" if self.cue else ""
        return f"{self.family}: {self.kind}{at} ({self.when:.6g}{cue}{size})"

    def rule(self) -> Rule:
        """As the simulator's fault rule."""
        station = STATION_WORDS[self.station] if self.station else None
        return Rule(Kind(self.kind), station, cycle=max(1, int(self.when)), times=1, destroys=bool(self.size))


@dataclass(frozen=True, slots=True)
class Scenario:
    """All that makes a world beside the application."""

    seed: int
    troubles: tuple[Trouble, ...]
    line: LineRates
    absent: float
    protocol: str = "native"

    def simpler(self) -> Iterator[Scenario]:
        """The same with less in it: a trouble fewer, a line without noise, a person who stays, a thing at once."""
        for index in range(len(self.troubles)):
            yield replace(self, troubles=self.troubles[:index] + self.troubles[index + 1 :])
        if self.line != LineRates():
            yield replace(self, line=LineRates())
        if self.absent:
            yield replace(self, absent=0.0)
        for index, trouble in enumerate(self.troubles):
            if trouble.after_s:
                at_once = replace(trouble, after_s=0.0)
                yield replace(self, troubles=(*self.troubles[:index], at_once, *self.troubles[index + 1 :]))

    def rules(self) -> tuple[Rule, ...]:
        """The machine's part that counts sheets and pieces, as the simulator's fault rules."""
        return tuple(each.rule() for each in self.of("machine") if not each.cue)

    def press_faults(self) -> dict[int, PressFault]:
        return {int(each.when): PressFault(each.kind) for each in self.of("press")}

    def of(self, family: str) -> tuple[Trouble, ...]:
        return tuple(trouble for trouble in self.troubles if trouble.family == family)


def draw_scenario(seed: int, protocol: str = "native") -> Scenario:
    """At least three troubles, of any families, with a machine that speaks `protocol`: some strewn over the run, some
    that wait for a state of the machine."""
    rng = Random(f"{seed}/scenario")
    troubles: list[Trouble] = []
    for _ in range(rng.randint(3, 6)):
        if rng.random() < 0.5:
            [family] = rng.choices(tuple(_DRAW), weights=_WEIGHTS)
            troubles.append(_DRAW[family](rng))
        else:
            troubles += _in_a_state(rng, *rng.choice(CELLS))
    rates = LineRates(*(rng.choice((0.0, 0.0, 0.0005, 0.002)) for _ in range(3)))
    return Scenario(seed, tuple(troubles), rates, rng.choice((0.0, 0.0, 0.3)), protocol)


# What can be met, and in which state of the machine.

_LINE_KINDS = ("mute", "vanish", "burst", "hold back", "reorder", "drop", "split", "duplicate")
_JOURNAL_KINDS = ("full", "locked", "away")
_MOVING = ("running", "stopping")
_STANDING = ("stopped", "faulted", "interlocked")
_EVERYWHERE = (*POWERED, OFF)
_BETWEEN_ACTS = tuple(state for state in POWERED if state != "clearing")
_PRESS_STATES = ("idle", "ready", "interlocked", OFF)
_PAPER_KINDS = tuple(kind for kind in Kind if kind not in AROUND_KINDS and kind is not Kind.MISSED_DOUBLE_FEED)
_STOPS = (Kind.EMPTY, Kind.SEALER_DRY, Kind.BIN_FULL, Kind.STACKER_FULL)
_INTERLOCKS = (Kind.COVER_OPEN, Kind.EMERGENCY_STOP)

_POSSIBLE: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("line", _LINE_KINDS, _EVERYWHERE),
    ("crash", ("process",), _EVERYWHERE),
    ("journal", _JOURNAL_KINDS, _EVERYWHERE),
    ("power", ("off and on",), POWERED),
    ("power", ("blink",), _BETWEEN_ACTS),
    ("press", tuple(fault.value for fault in PressFault), _PRESS_STATES),
    ("machine", tuple(kind.value for kind in _PAPER_KINDS), _MOVING),
    ("machine", tuple(kind.value for kind in _STOPS), _MOVING),
    ("machine", tuple(kind.value for kind in _INTERLOCKS), _BETWEEN_ACTS),
    ("hands", ("take paper", "return it wrong"), _STANDING),
    ("hands", ("overlook a station", "empty the bin only", "walk away"), (*_MOVING, *_STANDING)),
    ("hands", ("press stop", "press halt"), _MOVING),
    ("hands", ("cycle up",), ("idle",)),
    ("hands", ("start twice",), _BETWEEN_ACTS),
    ("hands", ("swap the stack's halves",), ("idle", "ready", "interlocked")),
)
CELLS = tuple((family, kind, state) for family, kinds, states in _POSSIBLE for kind in kinds for state in states)
"""(family, kind, state of the machine): every trouble in every state in which it can come."""


def _in_a_state(rng: Random, family: str, kind: str, state: str) -> list[Trouble]:
    """The trouble, and before it whatever brings the machine into that state."""
    if family == "press":
        when = rng.randint(1, 3)
        return [*_beside_the_press(state, when), Trouble(family, kind, when)]
    if kind == "swap the stack's halves":
        when = rng.randint(1, 3)
        return [*_beside_the_press(state, when), Trouble(family, kind, when, rng.randint(1, 4), cue="after load_job")]
    bare = _SHAPE[family](rng, kind)
    delay_s = rng.choice((0.0, 0.0, rng.uniform(0, 1.5)))
    cued = replace(bare, when=rng.choice((1, 1, 1, 2, 3)), cue=state, after_s=delay_s)
    return [*_cause(rng, state), cued]


def _beside_the_press(state: str, when: int) -> list[Trouble]:
    causes = {"ready": ("hands", "cycle up"), "interlocked": ("machine", "cover-open"), OFF: ("power", "off and on")}
    if state not in causes:
        return []
    family, kind = causes[state]
    station = "folder" if kind == "cover-open" else ""
    return [Trouble(family, kind, when, 3.0, station, _AT_THE_PRESS)]


def _cause(rng: Random, state: str) -> list[Trouble]:
    def running(family: str, kind: str, size: float = 0.0, station: str = "") -> list[Trouble]:
        return [Trouble(family, kind, 1, size, station, "running", rng.uniform(0, 6))]

    match state:
        case "ready":
            return [Trouble("hands", "cycle up", 1, cue="idle")]
        case "stopping" | "stopped":
            return running("hands", "press stop")
        case "faulted" | "clearing":
            return running("machine", Kind.JAM.value, 1.0, rng.choice(_JAMS))
        case "interlocked":
            return running("machine", Kind.EMERGENCY_STOP.value)
        case "off":
            return running("power", "off and on", rng.uniform(1, 20))
        case _:
            return []


# How each family is drawn: of one kind, and strewn over the run.

_JAMS = ("sheet-feeder", "accumulator", "folder", "insertion", "sealer")
_EMPTIED = ("sheet-feeder", INSERT_FEEDERS[0].name.lower().replace("_", "-"), "envelope-feeder")


def _of_machine(rng: Random, kind: str) -> Trouble:
    stations = STATIONS_OF.get(Kind(kind), ())
    words = sorted(word for word, station in STATION_WORDS.items() if station in stations)
    if Kind(kind) is Kind.EMPTY:
        words = list(_EMPTIED)
    return Trouble("machine", kind, rng.randint(1, _PIECES), rng.randint(0, 1), rng.choice(words) if words else "")


def _of_power(rng: Random, kind: str) -> Trouble:
    return Trouble("power", kind, rng.uniform(1, 60), rng.uniform(0.5, 20))


def _of_line(rng: Random, kind: str) -> Trouble:
    long_s = rng.uniform(0.1, 12)
    sizes = {"mute": long_s, "vanish": long_s, "split": long_s, "burst": rng.randint(1, 1500)}
    return Trouble("line", kind, rng.uniform(0, 60), sizes.get(kind, rng.uniform(0.05, 2)))


def _of_crash(rng: Random, kind: str) -> Trouble:
    return Trouble("crash", kind, rng.randint(1, _POINTS), rng.uniform(0.1, 30))


def _of_journal(rng: Random, kind: str) -> Trouble:
    return Trouble("journal", kind, rng.uniform(0, 60), rng.uniform(0.1, 30))


def _of_press(rng: Random, kind: str) -> Trouble:
    return Trouble("press", kind, rng.randint(1, 3))


def _of_hands(rng: Random, kind: str) -> Trouble:
    sizes = {"walk away": rng.uniform(60, 600), "return it wrong": rng.randint(0, 8)}
    return Trouble("hands", kind, rng.uniform(0, 60), sizes.get(kind, rng.randint(1, 4)))


_SHAPE = {
    "machine": _of_machine,
    "power": _of_power,
    "line": _of_line,
    "crash": _of_crash,
    "journal": _of_journal,
    "press": _of_press,
    "hands": _of_hands,
}
_KINDS = {
    family: tuple(dict.fromkeys(kind for of, kinds, _ in _POSSIBLE for kind in kinds if of == family))
    for family in _SHAPE
}
_WEIGHTS = (8, 2, 4, 4, 2, 2, 3)
_DRAW = {family: lambda rng, family=family: _SHAPE[family](rng, rng.choice(_KINDS[family])) for family in _SHAPE}
