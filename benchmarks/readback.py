"""Ten thousand invoices read back: everything that the print files say, compared with the data they were made from.

Every page is rendered to pixels at 300 dpi: marks and sheet code are read from every front, the payment codes from
every last page; every page is searched for codes that don't belong there, one in twenty-five thoroughly. The text of
every page is extracted by another library than ours, and every amount on it must be one that the data call for.

Run `python -m benchmarks.readback [PIECES] [--seed N] [--processes N]`; the figures go to build/bench/readback.json
too. A mismatch is listed with file, page, what was expected and what was found; then the file is kept, and the exit
code is 1.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np
import pypdfium2
from pypdf import PdfReader

from benchmarks.readback_lot import (
    Lot,
    PrintedDocument,
    PrintedLot,
    Side,
    Stopwatch,
    lots,
    mark_set,
    page_program,
    print_lot,
)
from benchmarks.readback_slips import SLIPS, Symbol
from benchmarks.readback_symbols import (
    READ_DPI,
    Gray,
    amount_of,
    code_boxes,
    read_codes,
    search,
    sheet_faults,
)
from benchmarks.readback_text import compare

PIECES = 10_000
PIECES_A_FILE = 100
THOROUGH_EVERY = 25
"""One page in so many is searched for codes of every kind, turned and inverted, at the full resolution."""

FOLDER = Path("build/bench/readback")
RESULT = Path("build/bench/readback.json")
_MOST_PRINTED = 40


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What is on paper and in the data, and differs. `page` counts from 1 in the file."""

    file: str
    page: int
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.file}, page {self.page}: {self.what}: expected {self.expected!r}, found {self.found!r}"


@dataclass(frozen=True, slots=True)
class Result:
    """What was read: how many of each thing, processor seconds by stage, and what is not as it should be."""

    counts: Counter[str]
    seconds: Mapping[str, float]
    mismatches: tuple[Mismatch, ...]

    def __add__(self, other: Result) -> Result:
        stages = dict.fromkeys((*self.seconds, *other.seconds))
        seconds = {stage: self.seconds.get(stage, 0.0) + other.seconds.get(stage, 0.0) for stage in stages}
        return Result(self.counts + other.counts, seconds, (*self.mismatches, *other.mismatches))


NOTHING = Result(Counter(), {}, ())


def print_and_read(lot: Lot, folder: Path) -> Result:
    """Make a lot's print file and read it back; the file stays only when something is wrong with it."""
    watch = Stopwatch()
    printed = print_lot(lot, folder / f"readback-{lot.number:04}.pdf", watch)
    result = read_back(printed)
    if not result.mismatches:
        printed.file.unlink()
    return Result(Counter(), watch.seconds, ()) + result


def read_back(printed: PrintedLot) -> Result:
    """Compare a print file with the data of what was to be printed."""
    reader = _Reader(printed)
    if reader.has_all_pages():
        reader.read_pixels()
        reader.read_texts()
    return Result(reader.counts, reader.watch.seconds, tuple(reader.mismatches))


class _Reader:
    """Reads one print file."""

    def __init__(self, printed: PrintedLot) -> None:
        self._printed = printed
        choice = page_program().layout.slip
        assert choice is not None, "the catalogue's invoice has payment parts"
        self._choice = choice
        self.counts: Counter[str] = Counter()
        self.watch = Stopwatch()
        self.mismatches: list[Mismatch] = []

    def has_all_pages(self) -> bool:
        """Whether the file has as many pages as were to be printed; else nothing in it is where it should be."""
        with closing(pypdfium2.PdfDocument(self._printed.file)) as pdf:
            pages = len(pdf)
        if pages != len(self._printed.sides):
            self._differs(1, "pages", str(len(self._printed.sides)), str(pages))
        return pages == len(self._printed.sides)

    def read_pixels(self) -> None:
        """Marks and codes of all pages."""
        with closing(pypdfium2.PdfDocument(self._printed.file)) as pdf:
            for number, side in enumerate(self._printed.sides, 1):
                with self.watch.measures("render"):
                    gray = _render(pdf, number - 1)
                self.counts["pages"] += 1
                with self.watch.measures("marks"):
                    self._read_marks(gray, side, number)
                self._read_codes(gray, side, number)

    def read_texts(self) -> None:
        """Figures of all documents."""
        with PdfReader(self._printed.file) as pdf:
            numbered = [(number, side) for number, side in enumerate(self._printed.sides, 1) if side.document]
            for document, members in groupby(numbered, lambda each: each[1].document):
                assert document is not None, "blank backs were left out"
                numbers = [number for number, _ in members]
                with self.watch.measures("text"):
                    texts = [pdf.pages[number - 1].extract_text() for number in numbers]
                with self.watch.measures("compare"):
                    self._read_document(document, texts, numbers)

    def _read_marks(self, gray: Gray, side: Side, number: int) -> None:
        if side.sheet is None:
            return
        faults = list(sheet_faults(gray, side.sheet, mark_set(), number))
        self.counts["fronts"] += 1
        if not faults:
            self.counts["DataMatrix"] += 1
            self.counts["marks, printed or blank"] += len(mark_set().marks)
        for fault in faults:
            self._differs(number, *fault)

    def _read_codes(self, gray: Gray, side: Side, number: int) -> None:
        due: set[Symbol] = set()
        if side.is_last and side.document is not None and side.document.slip:
            due |= self._read_payment(gray, side.document, number)
        if side.sheet is not None:
            due.add(Symbol("DataMatrix", mark_set().code.template.format(side.sheet.id)))
        with self.watch.measures("search"):
            self._search(gray, due, number)

    def _read_payment(self, gray: Gray, document: PrintedDocument, number: int) -> set[Symbol]:
        """Read the codes of a payment part; returns those that must be there."""
        payable = document.invoice.totals.payable
        slip = self._choice.slips[document.slip]
        due = SLIPS[document.slip].symbols(document.invoice, slip.language(document.invoice.language))
        with self.watch.measures("codes"):
            found = read_codes(gray, code_boxes(slip))
        self.counts["payment codes due"] += len(due)
        self.counts[f"slips {document.slip}"] += 1
        if found != Counter(due):
            self._differs(number, f"codes of {document.slip}", _told(due), _told(found.elements()))
        for symbol in found:
            self.counts[symbol.symbology] += 1
            if amount_of(symbol) not in (None, payable):
                self._differs(number, "amount of the code", str(payable), symbol.text)
        return set(due)

    def _search(self, gray: Gray, due: set[Symbol], number: int) -> None:
        """Nothing may stand on the page but what is due. A quick look that finds more is followed by a thorough one."""
        if number % THOROUGH_EVERY != 1 and not set(search(gray, thorough=False)) - due:
            return
        self.counts["pages searched thoroughly"] += 1
        found = search(gray, thorough=True)
        if found != Counter(due):
            self._differs(number, "codes of the whole page", _told(due), _told(found.elements()))

    def _read_document(self, document: PrintedDocument, texts: Sequence[str], numbers: Sequence[int]) -> None:
        invoice = document.invoice
        differences, counts = compare(document, texts)
        self.counts["documents"] += 1
        self.counts[f"documents in {invoice.language}"] += 1
        self.counts[f"documents in {invoice.currency}"] += 1
        self.counts.update({f"text: {what}": count for what, count in counts.items()})
        for each in differences:
            self._differs(numbers[each.page], f"{invoice.number}, {each.what}", each.expected, each.found)

    def _differs(self, page: int, what: str, expected: str, found: str) -> None:
        self.mismatches.append(Mismatch(str(self._printed.file), page, what, expected, found))


def _render(pdf: pypdfium2.PdfDocument, index: int) -> Gray:
    with closing(pdf[index]) as page:
        bitmap = page.render(scale=READ_DPI / 72, grayscale=True, may_draw_forms=False)
        with closing(bitmap):
            return np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)


def _told(symbols: Iterable[Symbol]) -> str:
    return "; ".join(f"{symbology} {text!r}" for symbology, text in sorted(symbols))


# ── the command ───────────────────────────────────────────────────────────────────────────────────────────────────────


def read_all(pieces: int, seed: int, processes: int) -> Result:
    """Print and read so many pieces on so many processes, and tell the progress on the error stream."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    work = lots(pieces, seed, PIECES_A_FILE)
    total, began = NOTHING, time.perf_counter()
    # A process of its own each: PDFium is not safe for threads, and must not be inherited half way.
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for done, result in enumerate(pool.imap_unordered(partial(print_and_read, folder=FOLDER), work), 1):
            total += result
            rate = total.counts["pages"] / (time.perf_counter() - began)
            sys.stderr.write(
                f"file {done} of {len(work)}: {total.counts['pages']:,} pages, {rate:.0f} a second, "
                f"{len(total.mismatches)} mismatches\n"
            )
    return total


def _print(total: Result, wall_s: float) -> None:
    counts = total.counts
    print(f"{'read back':44}{'count':>12}")
    for name in sorted(counts, key=lambda name: (name.startswith("text:"), name)):
        print(f"{name:44}{counts[name]:>12,}")
    print(f"\n{'processor seconds':44}{'all':>12}{'ms a page':>12}")
    for stage, seconds in total.seconds.items():
        print(f"{stage:44}{seconds:>12,.1f}{1000 * seconds / max(1, counts['pages']):>12.2f}")
    print(f"\n{counts['pages']:,} pages in {wall_s:,.0f} s: {counts['pages'] / wall_s:.0f} a second")
    for mismatch in total.mismatches[:_MOST_PRINTED]:
        print(mismatch)
    print(f"{len(total.mismatches)} mismatches")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as a table and keep them as JSON. Returns 1 when anything was misread."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readback", description=main.__doc__)
    parser.add_argument("pieces", type=int, nargs="?", default=PIECES, help=f"mail pieces (default {PIECES})")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same documents (default 1)")
    parser.add_argument("--processes", type=int, default=2, help="print files read at the same time (default 2)")
    chosen = parser.parse_args(arguments)
    if chosen.pieces < 1 or chosen.processes < 1:
        parser.error("pieces and processes must be at least 1")
    began = time.perf_counter()
    total = read_all(chosen.pieces, chosen.seed, chosen.processes)
    wall_s = time.perf_counter() - began
    _print(total, wall_s)
    told = {
        "pieces": chosen.pieces,
        "seed": chosen.seed,
        "seconds": round(wall_s, 1),
        "pages_a_second": round(total.counts["pages"] / wall_s, 1),
        "counts": dict(sorted(total.counts.items())),
        "processor_seconds": {stage: round(seconds, 1) for stage, seconds in total.seconds.items()},
        "mismatches": [asdict(mismatch) for mismatch in total.mismatches],
    }
    RESULT.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if total.mismatches else 0


if __name__ == "__main__":
    raise SystemExit(main())
