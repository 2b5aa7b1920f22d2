"""Pages per second of typesetting and of assembly, beside a reportlab canvas that draws the same pages.

Assembly reads the page store, draws marks and code on every sheet, subsets the fonts and writes the print file. The
canvas is given every string with its place, so it does no layout: the comparison leans in its favour.
Run `python -m benchmarks.assemble [PAGES]`; the figures go to build/bench/assemble.json too.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.canvas import CanvasPages
from benchmarks.typeset import invoice
from layouts.fonts import default_fonts
from layouts.layout import load_layout
from layouts.pageset import PageSet
from layouts.typeset import compile_layout
from omr.markset import load_mark_set
from omr.sheet import SheetId, SheetOrders
from spool.assemble import BatchSheet, PageRef, PrintFile, assemble
from spool.pagestore import PageStore

PAGES = 2000
ROUNDS = 3
RESULT = Path("build/bench/assemble.json")
LINES = {"one page, 8 lines": 8, "two pages, 25 lines": 25, "twenty pages, 400 lines": 400}
"""Workload -> lines of an invoice."""

_CREATED = datetime(2026, 1, 2, 6, 30, tzinfo=UTC)
_CLOCKS: Mapping[str, Callable[[], float]] = {
    "typeset": time.process_time,
    "keep": time.perf_counter,  # It waits for the disk, which takes no processor time.
    "assemble": time.process_time,
    "canvas": time.process_time,
}


def measure(pages: int = PAGES, rounds: int = ROUNDS) -> dict[str, dict[str, int]]:
    """Workload -> figures: `pages` of the run; pages per second on one core in `typeset`, `keep` (writing the page
    store), `assemble` and `canvas`, medians of `rounds` in which they take turns; `bytes_per_page` of the print file.
    """
    return {name: _figures(lines, pages, rounds) for name, lines in LINES.items()}


def _figures(lines: int, pages: int, rounds: int) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), lines, pages)
        seconds: dict[str, list[float]] = {name: [] for name in bench.works}
        for _ in range(rounds):
            for name, work in bench.works.items():
                started = _CLOCKS[name]()
                work()
                seconds[name].append(_CLOCKS[name]() - started)
        made = bench.print_file.pages
        rates = {name: round(made / statistics.median(taken)) for name, taken in seconds.items()}
        return {"pages": made, **rates, "bytes_per_page": round(bench.print_file.bytes / made)}


class Bench:
    """The works that take turns; each uses what the one before it has made."""

    def __init__(self, folder: Path, lines: int, pages: int) -> None:
        self._folder = folder
        self._mark_set = load_mark_set("quadient")
        self._program = compile_layout(load_layout("invoice"), default_fonts())
        self._data = [invoice(1, lines)]
        self._stores = 0
        # One small turn that is not measured: caches fill, and the canvas learns what stands on a page.
        self._typeset()
        documents = max(1, pages // len(self._sets[0].pages))
        self._data = [invoice(number, lines) for number in range(1, documents + 1)]
        self._typeset()
        self._keep()
        self._assemble()
        self._canvas = CanvasPages(self.print_file.path, self._mark_set)
        self.works: Mapping[str, Callable[[], None]] = {
            "typeset": self._typeset,
            "keep": self._keep,
            "assemble": self._assemble,
            "canvas": self._draw,
        }

    def _typeset(self) -> None:
        self._sets: list[PageSet] = [self._program.typeset(each, "nb") for each in self._data]

    def _keep(self) -> None:
        self._stores += 1
        self._store = PageStore(self._folder / f"store{self._stores}")
        self._store.put_all(self._sets)

    def _assemble(self) -> None:
        self.print_file: PrintFile = assemble(
            _sheets(self._sets),
            store=PageStore(self._store.root),
            fonts=default_fonts(),
            mark_set=self._mark_set,
            out=self._folder / "batch.pdf",
            title="benchmark",
            created=_CREATED,
        )

    def _draw(self) -> None:
        self._canvas.draw(self._folder / "canvas.pdf", self.print_file.pages)


def _sheets(sets: Sequence[PageSet]) -> Iterator[BatchSheet]:
    ordinal = 0
    for number, page_set in enumerate(sets, start=1):
        key, of = page_set.key, len(page_set.pages)
        for sheet in range(1, of + 1):
            ordinal += 1
            identity = SheetId("R000001", f"P{number:08}", 1, sheet, of)
            yield BatchSheet(identity, SheetOrders(sheet, of, ordinal), PageRef(key, sheet - 1))


def main() -> None:
    """Print the figures as a table and keep them as JSON."""
    results = measure(int(sys.argv[1]) if len(sys.argv) > 1 else PAGES)
    columns = ("pages", *_CLOCKS)
    heads = (*columns, "× canvas")
    print(f"{'pages per second on one core':30}" + "".join(f"{head:>10}" for head in heads))
    for name, figures in results.items():
        whole = 1 / (1 / figures["typeset"] + 1 / figures["assemble"])
        ratio = whole / figures["canvas"]
        print(f"{name:30}" + "".join(f"{figures[column]:>10,}" for column in columns) + f"{ratio:>10.1f}")
    print("× canvas: typesetting and assembly together, against a canvas that does no layout")
    for name, figures in results.items():
        print(f"{name:30}{figures['bytes_per_page']:>10,} bytes a page")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
