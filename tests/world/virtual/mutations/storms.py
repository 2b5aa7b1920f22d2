"""Worlds in which one kind of trouble comes thick and fast, for bugs that need several at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from simulator.faults import LineRates
from tests.world.virtual.press import PressFault
from tests.world.virtual.scenario import Scenario, Trouble, draw_scenario

_CALM = LineRates()
_BUSY_S = 60.0
"""The machine runs about so long in a calm world."""


def line_storm(seed: int) -> Scenario:
    """The line is interrupted every second or so, what is under way comes late, and twice it is silent for long."""
    rng = Random(f"{seed}/line storm")
    sizes = {"vanish": (0.02, 0.2), "hold back": (0.3, 1.5), "drop": (0, 0), "reorder": (0, 0)}
    kinds = rng.choices(tuple(sizes), weights=(4, 3, 1, 1), k=45)
    often = [Trouble("line", kind, rng.uniform(0.5, _BUSY_S), rng.uniform(*sizes[kind])) for kind in kinds]
    silence = [Trouble("line", "mute", rng.uniform(1, _BUSY_S), rng.uniform(8, 25)) for _ in range(2)]
    return Scenario(seed, (*often, *silence), _CALM, absent=0.0)


def power_storm(seed: int) -> Scenario:
    """The machine is switched off and on while the journal takes nothing, and while the line is down."""
    rng = Random(f"{seed}/power storm")
    troubles: list[Trouble] = []
    for when in (6.0, 25.0, 45.0):
        at = when + rng.uniform(0, 8)
        troubles.append(Trouble("journal", rng.choice(("full", "locked")), at, 12.0))
        troubles.append(Trouble("power", "off and on", at + rng.uniform(0.2, 4), 0.5))
        troubles.append(Trouble("line", "hold back", at + rng.uniform(0, 8), rng.uniform(0.1, 1.0)))
    return Scenario(seed, tuple(troubles), _CALM, absent=0.0)


def press_storm(seed: int) -> Scenario:
    """The first jobs all go wrong in one way, and the process dies again and again while they are printed."""
    rng = Random(f"{seed}/press storm")
    jobs = [Trouble("press", _PRESS[seed % len(_PRESS)].value, number) for number in (1, 2, 3)]
    deaths = [Trouble("crash", "process", number, 0.5) for number in rng.sample(range(4, 60), 14)]
    return Scenario(seed, (*jobs, *deaths), _CALM, absent=0.0)


def noise_storm(seed: int) -> Scenario:
    """Bytes are flipped, lost and doubled all the time, and the camera misreads now and then."""
    misreads = [Trouble("machine", "misread", when) for when in (5, 12, 20)]
    return Scenario(seed, tuple(misreads), _NOISY, absent=0.0)


_PRESS = (PressFault.ABORTED, PressFault.SHEETS_LOST, PressFault.FORGOTTEN, PressFault.ANSWER_LOST)
_NOISY = LineRates(0.003, 0.003, 0.003)

SCENARIOS: Mapping[str, Callable[[int], Scenario]] = {
    "world": draw_scenario,
    "line storm": line_storm,
    "power storm": power_storm,
    "press storm": press_storm,
    "noise storm": noise_storm,
}
