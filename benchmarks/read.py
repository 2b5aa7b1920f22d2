"""Sheets per second that the marks are read back at: the strip alone, as the camera does, beside rendering the whole
page and searching it for codes.

Run `python -m benchmarks.read [SHEETS]`; the figures go to build/bench/read.json too.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import zxingcpp

from benchmarks.assemble import Bench
from omr.markset import load_mark_set
from omr.read import read_pdf

SHEETS = 200
ROUNDS = 3
RESULT = Path("build/bench/read.json")


def measure(sheets: int = SHEETS, rounds: int = ROUNDS) -> dict[str, float]:
    """`strip` and `page` in sheets per second on one core, medians of rounds that take turns, and their `ratio`."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), 8, sheets)
        for work in bench.works.values():
            work()
        file = bench.print_file.path
        works: dict[str, Callable[[], None]] = {"strip": lambda: _strips(file), "page": lambda: _pages(file)}
        seconds: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(rounds):
            for name, work in works.items():
                began = time.process_time()
                work()
                seconds[name].append(time.process_time() - began)
        pages = bench.print_file.pages
    speed = {name: round(pages / statistics.median(taken), 1) for name, taken in seconds.items()}
    return speed | {"ratio": round(speed["strip"] / speed["page"], 1)}


def _strips(file: Path) -> None:
    problems = [reading.problems for reading in read_pdf(file, load_mark_set("quadient")) if reading.problems]
    if problems:
        raise AssertionError(problems[0])


def _pages(file: Path) -> None:
    document = pypdfium2.PdfDocument(file)
    try:
        for page in document:
            gray = page.render(scale=200 / 72, grayscale=True).to_numpy()
            if not zxingcpp.read_barcodes(gray, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.DataMatrix)):
                raise AssertionError("no code found on a whole page")
    finally:
        document.close()


def main() -> None:
    """Print the figures as a table and keep them as JSON."""
    results = measure(int(sys.argv[1]) if len(sys.argv) > 1 else SHEETS)
    print("sheets read per second on one core")
    for name, figure in results.items():
        print(f"{name:30}{figure:>10,}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
