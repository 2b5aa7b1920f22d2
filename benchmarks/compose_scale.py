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
_BATCH = 250
"""Pieces of a batch."""


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
    """What → pages per second, medians of rounds that take turns; and how much dearer an unusual page is."""
    rates: dict[str, list[float]] = {}
    for at in range(rounds):
        here = folder / f"own-{at}"
        here.mkdir()
        for cores in _CORES:
            name = f"{cores} core{'s' if cores > 1 else ''} by the clock"
            rates.setdefault(name, []).append(rate_on_cores(cores, pages, here))
        kept, alone = store_rates(pages, here)
        rates.setdefault("through the page store", []).append(kept)
        rates.setdefault("assembly alone", []).append(alone)
        rates.setdefault("an unusual page costs × a usual one", []).append(unusual_ratio(pages))
    return {name: round(statistics.median(each), 2) for name, each in rates.items()}


def store_rates(pages: Sequence[Page], folder: Path) -> tuple[float, float]:
    """Pages per second of processor time: typeset, kept in the page store and assembled from there; and assembled
    alone, as for a reprint or a batch cut anew."""
    store, data = folder / "assembly", [ours.data_of(page) for page in pages]
    program = ours.compiled()
    began = time.process_time()
    kept = list(ours.keep(program, data, store))
    assembling = time.process_time()
    ours.assemble_kept(kept, store, folder / "assembly.pdf")
    ended = time.process_time()
    return _pages_of(kept) / (ended - began), _pages_of(kept) / (ended - assembling)


def unusual_ratio(pages: Sequence[Page]) -> float:
    """How many times as much a page costs to typeset when its table has 400 rows, each description wraps to three lines
    or more, and three alphabets take turns."""
    program = ours.compiled()
    usual = [ours.data_of(page) for page in pages[:100]]
    unusual = [_unusual(page, at) for at, page in enumerate(make_pages(5, seed=2, items=400, codes=False))]
    program.typeset(usual[0], "nb")
    return _cost(program, unusual) / _cost(program, usual[1:])


def _unusual(page: Page, at: int) -> Data:
    data = dict(ours.data_of(page))
    data["items"] = [
        {**item, "description": f"{item['description']} {_ALPHABETS[(at + row) % len(_ALPHABETS)]} {row}"}
        for row, item in enumerate(data["items"])
    ]
    return data


_ALPHABETS = (
    "med påmontert vinkelbeslag, ekstra pakning og skruer til feste på ujevnt underlag, levert på pall",
    "με πρόσθετο εξάρτημα στερέωσης, ανταλλακτική φλάντζα και βίδες για ανώμαλη επιφάνεια, σε παλέτα",
    "с дополнительным крепёжным уголком, запасной прокладкой и винтами для неровной поверхности, на поддоне",
)


def _cost(program: PageProgram, data: Sequence[Data]) -> float:
    """Processor seconds a page."""
    began = time.process_time()
    made = sum(len(program.typeset(each, "nb").pages) for each in data)
    return (time.process_time() - began) / made


def rate_on_cores(cores: int, pages: Sequence[Page], folder: Path) -> float:
    """Pages per second of wall time: `cores` processes compose a batch each, time after time, as print windows are
    worked off. Starting them isn't counted."""
    data = [ours.data_of(page) for page in pages]
    batches = [
        (data[at : at + _BATCH], at + 1, folder / f"cores-{cores}-{at}.pdf") for at in range(0, len(data), _BATCH)
    ]
    # Spawned, not forked: what this process has loaded and cached is nothing a worker should start with.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, mp_context=context, initializer=_start_worker) as pool:
        list(pool.map(_compose, [(data[:1], 1, folder / f"warm-up-{at}.pdf") for at in range(cores)]))
        began = time.perf_counter()
        made = sum(pool.map(_compose, batches))
        return made / (time.perf_counter() - began)


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


def _compose(batch: tuple[Sequence[Data], int, Path]) -> int:
    data, first, out = batch
    return ours.compose(_program, data, out, first=first)


def _pages_of(kept: Iterable[Kept]) -> int:
    return sum(pages for _, pages in kept)


class _Run:
    """Composes pieces as they come, so that memory holds what the composer holds and no more."""

    def __init__(self, pieces: int, folder: Path) -> None:
        self._pieces = pieces
        self._out = folder / "out.pdf"
        self._data_s = 0.0

    def figures(self) -> ScaleFigures:
        processor, wall = time.process_time(), time.perf_counter()
        pages = ours.compose(ours.compiled(), self._data(), self._out)
        return ScaleFigures(
            pieces=self._pieces,
            pages=pages,
            processor_s=time.process_time() - processor,
            data_s=self._data_s,
            wall_s=time.perf_counter() - wall,
            peak_mb=_peak_mb(),
            bytes=self._out.stat().st_size,
        )

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
