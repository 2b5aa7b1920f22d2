"""What was met: which trouble came while the machine was in which state, over any number of worlds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from simulator.words import State

Meeting = tuple[str, str]
"""(trouble, state of the machine)"""

OFF = "off"
POWERED = tuple(state.name.lower() for state in State)


def table(met: Counter[Meeting]) -> str:
    """Troubles down, states across, how often; "-" where nothing was met."""
    states = (*POWERED, OFF)
    rows = sorted({trouble for trouble, _ in met})
    width = max((len(row) for row in rows), default=0)
    lines = [" " * width + "".join(f"{state:>13}" for state in states)]
    lines += [_row(met, trouble, states, width) for trouble in rows]
    return "\n".join(lines)


def _row(met: Counter[Meeting], trouble: str, states: Iterable[str], width: int) -> str:
    return f"{trouble:<{width}}" + "".join(f"{met[trouble, state] or '-':>13}" for state in states)
