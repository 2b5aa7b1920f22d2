"""A print file to be read back: invoices in seven languages, typeset, kept and assembled, and what is on each side."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.readback_slips import Payment, payment_of, slip_of
from examples.customers import EVERY_COUNTRY
from examples.generator import generate
from layouts.fonts import default_fonts
from layouts.layout import load_layout
from layouts.pageset import PageSet
from layouts.typeset import PageProgram, compile_layout
from mailroom.domain.content import printed_lines
from mailroom.domain.invoice import IssuedInvoice
from mailroom.production.compose import layout_data, page_indices
from omr.markset import MarkSet, load_mark_set
from omr.sheet import SheetId, SheetOrders
from spool.assemble import assemble
from spool.batch import BatchSheet, PageRef
from spool.pagestore import PageStore
from spool.press_profile import PressProfile

ONE_SIDED, TWO_SIDED = "one-sided", "two-sided-long-edge"
_TWO_SIDED_EVERY = 3
_CREATED = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
_FEEDERS = range(1, 7)
_PRESS = PressProfile("readback", media_types={"giro": "giro", "letterhead": "letterhead"})


@dataclass(frozen=True, slots=True)
class Lot:
    """What goes into one print file: so many mail pieces, drawn from a seed. `number` counts the files from 1;
    `countries` says how often a customer lives where."""

    number: int
    pieces: int
    seed: int
    countries: Mapping[str, int] = field(default_factory=lambda: EVERY_COUNTRY)

    @property
    def sides(self) -> str:
        """Every third file is printed on both sides."""
        return ONE_SIDED if self.number % _TWO_SIDED_EVERY else TWO_SIDED


@dataclass(frozen=True, slots=True)
class PrintedDocument:
    """An invoice, its address as it is to be printed, how many pages it took, what its payment says besides and the
    payment part that it must therefore have ("" for none)."""

    invoice: IssuedInvoice
    address: tuple[str, ...]
    pages: int
    payment: Payment
    slip: str


@dataclass(frozen=True, slots=True)
class Side:
    """One page of the print file. `sheet` is the one whose front it is, None for a back; `document` is None for a
    back that stays blank; `index` is the page's place in its document, from 0."""

    sheet: BatchSheet | None
    document: PrintedDocument | None
    index: int

    @property
    def is_last(self) -> bool:
        return self.document is not None and self.index == self.document.pages - 1


@dataclass(frozen=True, slots=True)
class PrintedLot:
    """A finished print file and its pages in order."""

    file: Path
    sides: tuple[Side, ...]

    @property
    def documents(self) -> Iterator[PrintedDocument]:
        return (side.document for side in self.sides if side.document is not None and side.is_last)


@dataclass(slots=True)
class Stopwatch:
    """Processor seconds by stage."""

    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def measures(self, stage: str) -> Iterator[None]:
        began = time.process_time()
        try:
            yield
        finally:
            self.seconds[stage] += time.process_time() - began


@cache
def page_program() -> PageProgram:
    """The catalogue's invoice, compiled once a process."""
    return compile_layout(load_layout("invoice"), default_fonts())


@cache
def mark_set() -> MarkSet:
    """The mark set of all these files."""
    return load_mark_set("quadient")


def lots(pieces: int, seed: int, size: int) -> list[Lot]:
    """So many pieces in print files of `size`; each has a seed of its own, so that any of them can be made alone."""
    full, rest = divmod(pieces, size)
    sizes = [size] * full + ([rest] if rest else [])
    return [Lot(number, count, seed + number - 1) for number, count in enumerate(sizes, 1)]


def print_lot(lot: Lot, file: Path, watch: Stopwatch) -> PrintedLot:
    """Make the print file."""
    program = page_program()
    with watch.measures("generate"):
        invoices = list(generate(lot.pieces, lot.seed, lot.countries))
        addresses = [printed_lines(invoice) for invoice in invoices]
        payments = [payment_of(invoice) for invoice in invoices]
        data = list(map(_data, invoices, addresses, payments))
    with watch.measures("typeset"):
        sets = [program.typeset(each, invoice.language) for each, invoice in zip(data, invoices, strict=True)]
    documents = [
        PrintedDocument(invoice, address, len(page_set.pages), payment, slip_of(invoice, payment))
        for invoice, address, payment, page_set in zip(invoices, addresses, payments, sets, strict=True)
    ]
    sides = tuple(_sides(lot, list(zip(documents, sets, strict=True))))
    with TemporaryDirectory() as folder:
        store = PageStore(Path(folder))
        with watch.measures("keep"):
            store.put_all(sets)
        with watch.measures("assemble"):
            assemble(
                (side.sheet for side in sides if side.sheet is not None),
                store=store,
                fonts=default_fonts(),
                mark_set=mark_set(),
                out=file,
                title=f"Reading back, file {lot.number}",
                created=_CREATED,
                sides=lot.sides,
                press=_PRESS,
            )
    return PrintedLot(file, sides)


def _data(invoice: IssuedInvoice, address: tuple[str, ...], payment: Payment) -> dict[str, Any]:
    data = layout_data(invoice, address)
    return {**data, "payment": {**data["payment"], **payment}}


_Set = tuple[PrintedDocument, PageSet]


def _sides(lot: Lot, documents: Sequence[_Set]) -> Iterator[Side]:
    """The pages in print order: a piece is what one customer gets at one address."""
    chance = random.Random(lot.seed)
    ordinal = 0
    pieces = groupby(documents, lambda each: (each[0].invoice.buyer, each[0].invoice.deliver_to))
    for number, (_, members) in enumerate(pieces, 1):
        leaves = [
            (document, page_set.key, front, back)
            for document, page_set in members
            for front, back in page_indices(document.pages, lot.sides)
        ]
        piece = f"P{lot.number:04}{number:04}"
        selects = frozenset(feeder for feeder in _FEEDERS if chance.random() < 0.15)
        divert, stop = chance.random() < 0.03, chance.random() < 0.02
        for at, (document, key, front, back) in enumerate(leaves, 1):
            ordinal += 1
            yield from _leaf_sides(
                BatchSheet(
                    SheetId(f"R{lot.number:06}", piece, 1, at, len(leaves)),
                    SheetOrders(at, len(leaves), ordinal, selects, divert, stop),
                    PageRef(key, front),
                    None if back is None else PageRef(key, back),
                ),
                document,
                lot.sides,
            )


def _leaf_sides(sheet: BatchSheet, document: PrintedDocument, sides: str) -> Iterator[Side]:
    yield Side(sheet, document, sheet.front.index)
    if sheet.back is not None:
        yield Side(None, document, sheet.back.index)
    elif sides != ONE_SIDED:
        yield Side(None, None, 0)
