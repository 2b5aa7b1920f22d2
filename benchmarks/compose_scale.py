"""Our composer's own rows: assembly alone, several cores, and large runs.

A large run is a process of its own: `python -m benchmarks.compose_scale PIECES FOLDER` composes as many pieces of two
pages, data made on the way, and prints one JSON document.
"""

from __future__ import annotations

import json
import multiprocessing
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.compose_data import Page, make_pages
from benchmarks.peers import ours
from benchmarks.peers.ours import Data
from benchmarks.peers.peer import Kept
from layouts.typeset import PageProgram

SCALE_PIECES = (10_000, 100_000)
_ITEMS_OF_TWO_PAGES = 40
_CORES = (1, 2)
_CHUNK = 250
"""Documents that a worker is handed at once."""


@dataclass(frozen=True, slots=True)
class ScaleFigures:
    """A large run: `data_s` is the part of `processor_s` that went into making the data."""

    pieces: int
    pages: int
    processor_s: float
    data_s: float
    wall_s: float
    peak_mb: int
    bytes: int

    @property
    def composing_s(self) -> float:
        return self.processor_s - self.data_s


def own_figures(pages: Sequence[Page], rounds: int, folder: Path) -> dict[str, float]:
    """What → pages per second, medians of rounds that take turns."""
    rates: dict[str, list[float]] = {}
    for at in range(rounds):
        here = folder / f"own-{at}"
        here.mkdir()
        for cores in _CORES:
            name = f"{cores} core{'s' if cores > 1 else ''} by the clock"
            rates.setdefault(name, []).append(rate_on_cores(cores, pages, here))
        rates.setdefault("assembly alone", []).append(assembly_rate(pages, here))
    return {name: round(statistics.median(each), 1) for name, each in rates.items()}


def assembly_rate(pages: Sequence[Page], folder: Path) -> float:
    """Pages per second of processor time for assembling what was typeset before: a reprint, or a batch cut anew."""
    store = folder / "assembly"
    kept = list(ours.keep(ours.compiled(), map(ours.data_of, pages), store))
    began = time.process_time()
    ours.assemble_kept(kept, store, folder / "assembly.pdf")
    return _pages_of(kept) / (time.process_time() - began)


def rate_on_cores(cores: int, pages: Sequence[Page], folder: Path) -> float:
    """Pages per second of wall time: `cores` processes typeset, this one assembles. Starting them isn't counted."""
    store = folder / f"cores-{cores}"
    data = [ours.data_of(page) for page in pages]
    chunks = [(data[at : at + _CHUNK], store) for at in range(0, len(data), _CHUNK)]
    # Spawned, not forked: what this process has loaded and cached is nothing a worker should start with.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, mp_context=context, initializer=_start_worker) as pool:
        list(pool.map(_typeset, [(data[:1], store)] * cores))
        began = time.perf_counter()
        kept = [each for chunk in pool.map(_typeset, chunks) for each in chunk]
        ours.assemble_kept(kept, store, folder / f"cores-{cores}.pdf")
        return _pages_of(kept) / (time.perf_counter() - began)


def scale(pieces: int, folder: Path) -> ScaleFigures:
    """A run of `pieces` pieces, in a process of its own. Raises AssertionError when they have not two pages each."""
    command = [sys.executable, "-m", "benchmarks.compose_scale", str(pieces), str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    figures = ScaleFigures(**json.loads(done.stdout))
    if figures.pages != 2 * pieces:
        raise AssertionError(f"{pieces} pieces made {figures.pages} pages, not two each")
    return figures


_program: PageProgram
"""A worker's own."""


def _start_worker() -> None:
    global _program  # noqa: PLW0603  # A pool's workers have no other place for what they load once.
    _program = ours.compiled()


def _typeset(chunk: tuple[Sequence[Data], Path]) -> list[Kept]:
    data, store = chunk
    return list(ours.keep(_program, data, store))


def _pages_of(kept: Iterable[Kept]) -> int:
    return sum(pages for _, pages in kept)


class _Run:
    """Composes pieces as they come, so that memory holds what the composer holds and no more."""

    def __init__(self, pieces: int, folder: Path) -> None:
        self._pieces = pieces
        self._store = folder / "store"
        self._out = folder / "out.pdf"
        self._data_s = 0.0
        self._pages = 0

    def figures(self) -> ScaleFigures:
        processor, wall = time.process_time(), time.perf_counter()
        ours.assemble_kept(self._kept(), self._store, self._out)
        return ScaleFigures(
            pieces=self._pieces,
            pages=self._pages,
            processor_s=time.process_time() - processor,
            data_s=self._data_s,
            wall_s=time.perf_counter() - wall,
            peak_mb=_peak_mb(),
            bytes=self._out.stat().st_size,
        )

    def _kept(self) -> Iterator[Kept]:
        for kept in ours.keep(ours.compiled(), self._data(), self._store):
            self._pages += kept[1]
            yield kept

    def _data(self) -> Iterator[Data]:
        began = time.process_time()
        for page in make_pages(self._pieces, items=_ITEMS_OF_TWO_PAGES, codes=False):
            data = ours.data_of(page)
            self._data_s += time.process_time() - began
            yield data
            began = time.process_time()


def _peak_mb() -> int:
    """The largest resident size of this process. Not `ru_maxrss`: that begins with the size of the process that started
    this one."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    if found is None:
        raise OSError("/proc/self/status has no VmHWM")
    return round(int(found[1]) / 1024)


def main() -> None:
    run = _Run(int(sys.argv[1]), Path(sys.argv[2]))
    figures = run.figures()
    print(json.dumps({name: getattr(figures, name) for name in figures.__slots__}))


if __name__ == "__main__":
    main()
