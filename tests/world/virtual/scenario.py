"""What goes wrong in a world: drawn from its seed, a line each, and left out one by one to shorten a failure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from simulator.faults import STATIONS_OF, Kind, LineRates, Rule
from simulator.words import STATION_WORDS
from tests.world.virtual.press import PressFault

_SHEETS = 60
_PIECES = 30
_POINTS = 700
"""About so many sheets, pieces and moments to die at has a world without faults; faults are strewn over them."""

_FEEDERS = ("sheet-feeder", "insert-1", "envelope-feeder")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that goes wrong. `when` counts what its family counts: sheets or pieces of the machine, seconds of the
    world, moments of the process, submissions to the press. `size` is a duration in seconds or a count of bytes."""

    family: str
    kind: str
    when: float
    size: float = 0.0
    station: str = ""

    def __str__(self) -> str:
        at = f" at {self.station}" if self.station else ""
        size = f", {self.size:.3g}" if self.size else ""
        return f"{self.family}: {self.kind}{at} ({self.when:.6g}{size})"


@dataclass(frozen=True, slots=True)
class Scenario:
    """All that makes a world beside the application."""

    seed: int
    troubles: tuple[Trouble, ...]
    line: LineRates
    absent: float
    protocol: str = "native"

    def without(self, index: int) -> Scenario:
        """The same with one trouble less."""
        return replace(self, troubles=self.troubles[:index] + self.troubles[index + 1 :])

    def rules(self) -> tuple[Rule, ...]:
        """The machine's part, as the simulator's fault rules."""
        return tuple(_rule(trouble) for trouble in self.troubles if trouble.family == "machine")

    def press_faults(self) -> dict[int, PressFault]:
        return {int(each.when): PressFault(each.kind) for each in self.troubles if each.family == "press"}

    def of(self, family: str) -> tuple[Trouble, ...]:
        return tuple(trouble for trouble in self.troubles if trouble.family == family)


def draw_scenario(seed: int, protocol: str = "native") -> Scenario:
    """At least three troubles, of any families, with a machine that speaks `protocol`."""
    rng = Random(f"{seed}/scenario")
    families = rng.choices(tuple(_DRAW), weights=_WEIGHTS, k=rng.randint(3, 7))
    rates = LineRates(*(rng.choice((0.0, 0.0, 0.0005, 0.002)) for _ in range(3)))
    return Scenario(
        seed, tuple(_DRAW[family](rng) for family in families), rates, rng.choice((0.0, 0.0, 0.3)), protocol
    )


def _machine(rng: Random) -> Trouble:
    kind = rng.choice([kind for kind in Kind if kind is not Kind.MISSED_DOUBLE_FEED])
    station = ""
    if kind is Kind.EMPTY:
        station = rng.choice(_FEEDERS)
    elif kind in STATIONS_OF:
        station = rng.choice([word for word, place in STATION_WORDS.items() if place in STATIONS_OF[kind]])
    return Trouble("machine", kind.value, rng.randint(1, _PIECES), rng.randint(0, 1), station)


def _rule(trouble: Trouble) -> Rule:
    station = STATION_WORDS[trouble.station] if trouble.station else None
    return Rule(Kind(trouble.kind), station, cycle=int(trouble.when), times=1, destroys=bool(trouble.size))


def _power(rng: Random) -> Trouble:
    return Trouble("power", "off and on", rng.uniform(1, 60), rng.uniform(0.5, 20))


def _line(rng: Random) -> Trouble:
    kind = rng.choice(("mute", "vanish", "burst", "hold back", "reorder", "drop"))
    sizes = {"mute": rng.uniform(0.1, 12), "vanish": rng.uniform(0.1, 12), "burst": rng.randint(1, 1500)}
    return Trouble("line", kind, rng.uniform(0, 60), sizes.get(kind, rng.uniform(0.05, 2)))


def _crash(rng: Random) -> Trouble:
    return Trouble("crash", "process", rng.randint(1, _POINTS), rng.uniform(0.1, 30))


def _journal(rng: Random) -> Trouble:
    return Trouble("journal", rng.choice(("full", "locked")), rng.uniform(0, 60), rng.uniform(0.1, 30))


def _press(rng: Random) -> Trouble:
    return Trouble("press", rng.choice(tuple(PressFault)).value, rng.randint(1, 3))


_DRAW = {"machine": _machine, "power": _power, "line": _line, "crash": _crash, "journal": _journal, "press": _press}
_WEIGHTS = (8, 2, 4, 4, 2, 2)
