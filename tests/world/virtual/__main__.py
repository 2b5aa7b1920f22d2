"""`python -m tests.world.virtual --seeds 2000` lives so many worlds; `--replay 17` lives one and prints what happens.

Exit 1 with the first law that is broken: the seed, the fewest troubles that break it, and the end of what happened."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.world.virtual.loss import costs
from tests.world.virtual.met import Meeting, table
from tests.world.virtual.mutations.catalogue import MUTATIONS, catchers, keep, live_with, row, search
from tests.world.virtual.scenario import draw_scenario
from tests.world.virtual.world import Outcome
from tests.world.virtual.worlds import live_all, worlds

_LAST_LINES = 40
_LAW_WIDTH = 100


def main() -> int:
    """Exit code 0 when every law held in every world."""
    parser = argparse.ArgumentParser(prog="python -m tests.world.virtual", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100, help="how many worlds (default 100)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="default: one for each core")
    parser.add_argument("--replay", type=int, metavar="SEED", help="one world, told line by line")
    parser.add_argument("--protocol", choices=("native", "modbus"), default="native", help="what the machine speaks")
    parser.add_argument("--loss", type=int, metavar="PIECES", help="what a byte in a hundred costs over each protocol")
    parser.add_argument("--mutations", action="store_true", help="the planted bugs: what catches each")
    parser.add_argument(
        "--search", type=int, metavar="N", help="with --mutations: find the worlds anew, among N a kind"
    )
    options = parser.parse_args()
    if options.loss is not None:
        return _lose(options.loss)
    if options.mutations:
        return _plant(options.search)
    if options.replay is not None:
        return _replay(options.replay, options.protocol)
    return _live(range(options.first, options.first + options.seeds), options.processes, options.protocol)


def _lose(pieces: int) -> int:
    broken = False
    print(f"{pieces} pieces   no loss   1 % lost      speed")
    with tempfile.TemporaryDirectory() as root:
        for cost in costs(Path(root), pieces, ("native", "modbus")):
            print(cost)
            broken = broken or bool(cost.broken)
    return 1 if broken else 0


def _plant(search_among: int | None) -> int:
    with worlds() as mine:
        if search_among is not None:
            found = {}
            for mutation, label in search(mine, search_among):
                print(f"{mutation.name}: {label or 'nothing catches it'}", file=sys.stderr)
                found[mutation.name] = label
            keep(found)
        labels, missed = catchers(), 0
        print("| planted bug | what is wrong | caught by | law |\n|---|---|---|---|")
        for mutation in MUTATIONS:
            broken = live_with(mine, mutation, labels[mutation.name]).broken if labels[mutation.name] else ""
            missed += not broken
            print(f"{row(mutation, labels[mutation.name])} {broken[:_LAW_WIDTH] or 'NOT CAUGHT'} |")
    print(f"{len(MUTATIONS) - missed} of {len(MUTATIONS)} caught")
    return 1 if missed else 0


def _replay(seed: int, protocol: str) -> int:
    with worlds() as mine:
        outcome = mine.live(draw_scenario(seed, protocol))
    print(*outcome.lines, sep="\n")
    print(f"seed {seed}: {outcome.broken or 'every law held'}; {len(outcome.lines)} lines, SHA-256 {outcome.digest}")
    return 1 if outcome.broken else 0


def _live(seeds: range, processes: int, protocol: str) -> int:
    began = time.monotonic()
    met: Counter[Meeting] = Counter()
    done = 0
    for outcome in live_all(seeds, processes, protocol):
        done += 1
        met.update(outcome.met)
        if outcome.broken:
            _explain(outcome, protocol)
            return 1
        if sys.stderr.isatty():
            print(f"\r{done} of {len(seeds)}", end="", file=sys.stderr)
    minutes = (time.monotonic() - began) / 60
    print(table(met))
    if done < len(seeds):
        print(f"only {done} of {len(seeds)} worlds came to their end: a process broke off")
        return 1
    print(f"{done} worlds, every law held; {done / minutes:.0f} seeds/min on {processes} processes")
    return 0


def _explain(outcome: Outcome, protocol: str) -> None:
    """The shortest way to the same failure."""
    scenario = draw_scenario(outcome.seed, protocol)
    with worlds() as mine:
        shortest, shown = mine.shorten(scenario)
    print(f"seed {outcome.seed}: {outcome.broken}")
    print(f"of {len(scenario.troubles)} troubles these are enough:")
    print(*(f"  {trouble}" for trouble in shortest.troubles), sep="\n")
    print(f"{shown.broken}, after")
    print(*shown.lines[-_LAST_LINES:], sep="\n")
    print(f"all of it: python -m tests.world.virtual --replay {outcome.seed} --protocol {protocol}")


if __name__ == "__main__":
    sys.exit(main())
