"""The application at the machine, as fast as a simulated one behind a pseudo-terminal gives its events: feeding,
driver, and journal in SQLite on disk, against the 75 events a second of 27,000 cycles an hour with ten events each.

Run `python -m benchmarks.line [PIECES]`; the figures go to build/bench/line.json too. The machine is a process of its
own, a thousand times as fast as a real one, whose camera reads the printed file.
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from drivers.inserter.driver import InserterDriver
from drivers.inserter.profile import load_profile
from drivers.inserter.vocabulary import MachineEvent
from examples.generator import generate
from mailroom.bootstrap import House, init_house, open_house
from mailroom.cli.machine import SimulatorSettings, running_simulator
from mailroom.cli.operators import NoOperator
from mailroom.domain.run import Batch
from mailroom.production.assemble_batch import assemble_batch
from mailroom.production.insert import insert_batch
from mailroom.production.line import Line, Patience
from mailroom.production.plant import no_progress
from mailroom.production.ports import EventSink
from mailroom.production.print_batch import print_batch
from mailroom.production.run_window import begin_run

PIECES = 300
RUNS = 3
NEEDED = 27_000 / 3600 * 10
"""Events a second of the fastest machine: ten for each cycle."""
RESULT = Path("build/bench/line.json")

_SETTINGS = """\
client = "Bench"

[queue]
seconds_per_sheet = 0.0
"""


@dataclass(frozen=True, slots=True)
class Shift:
    """One run at the machine. `busy_s` is the processor time of this process, `journal_s` what the sink took by the
    clock."""

    pieces: int
    events: int
    commits: int
    wall_s: float
    busy_s: float
    journal_s: float

    @property
    def events_a_second(self) -> float:
        return self.events / self.wall_s

    @property
    def head_room(self) -> float:
        """How many times the events of the fastest machine are kept up with, by the clock."""
        return self.events_a_second / NEEDED

    @property
    def busy(self) -> float:
        """Share of one core that the fastest machine would keep busy; its inverse is the head-room of a core that has
        nothing else to do."""
        return self.busy_s / self.events * NEEDED


class CountingSink:
    """A sink that counts and times what another one writes."""

    def __init__(self) -> None:
        self.events = self.commits = 0
        self.seconds = 0.0

    def into(self, sink: EventSink, events: Sequence[MachineEvent]) -> None:
        begun = time.perf_counter()
        sink(events)
        self.seconds += time.perf_counter() - begun
        self.events += len(events)
        self.commits += 1


@contextmanager
def _house(folder: Path, pieces: int) -> Iterator[House]:
    init_house(folder, "Bench", settings=_SETTINGS)
    with open_house(folder, no_progress) as house:
        for invoice in generate(pieces, seed=3):
            house.reception().take(invoice, "generated")
        yield house


def measure(pieces: int) -> Shift:
    """A house with so many pieces, printed; the time is that of inserting alone."""
    counted = CountingSink()
    with TemporaryDirectory(dir=".") as place, _house(Path(place) / "house", pieces) as house:
        line, batches = _print_all(house)
        machine = SimulatorSettings(house.plant.stack_folder(), house.folder / "machine", seed=1, faults="none")
        with running_simulator(machine) as url:

            def connect(sink: EventSink, resume: tuple[int, int] | None) -> InserterDriver:
                counting = partial(counted.into, sink)
                profile = load_profile("sim1")
                return InserterDriver(
                    url, profile=profile, sink=counting, host_session=secrets.randbits(32), resume=resume
                )

            at_machine = Line(line.queue, connect, "SIM-1", NoOperator(), Patience(poll=0.05))
            begun, busy = time.perf_counter(), time.process_time()
            for batch in batches:
                insert_batch(house.plant, at_machine, batch)
            wall_s, busy_s = time.perf_counter() - begun, time.process_time() - busy
    return Shift(pieces, counted.events, counted.commits, wall_s, busy_s, counted.seconds)


def _print_all(house: House) -> tuple[Line, list[Batch]]:
    line = house.line(NoOperator())
    run = begin_run(house.plant)
    with house.plant.read_ledger() as ledger:
        planned = ledger.batches(run.id)
    return line, [print_batch(house.plant, line, assemble_batch(house.plant, batch)) for batch in planned]


def main(pieces: int = PIECES) -> None:
    shifts = [measure(pieces) for _ in range(RUNS)]
    events = median(shift.events for shift in shifts)
    commits = median(shift.commits for shift in shifts)
    busy = median(shift.busy for shift in shifts)
    print(f"At the machine: {pieces} pieces, {events:,} events in {commits:,} commits, medians of {RUNS} runs")
    head_room = median(shift.head_room for shift in shifts)
    print(f"  events a second    {median(shift.events_a_second for shift in shifts):8,.0f}")
    print(f"  head-room          {head_room:8.1f} by the clock, for {NEEDED:.0f} a second")
    print(f"  head-room          {1 / busy:8.1f} by processor time: {busy:.1%} of a core at {NEEDED:.0f} a second")
    print(f"  journal            {median(shift.journal_s / shift.events for shift in shifts) * 1000:8.2f} ms an event")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps([asdict(shift) for shift in shifts], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
