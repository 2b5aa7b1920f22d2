"""Our own composer, all the way: data → typesetting → print file with marks and sheet codes.

Unlike its peers it gets figures, not formatted strings: number formats, line breaks, pages and marks are its own work,
inside its time. What is printed for good goes through the page store on the way; `keep` and `assemble_kept` are that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.compose_data import IBAN, SELLER, Page, sheet_of
from benchmarks.peers.peer import Kept, Work
from layouts.fonts import default_fonts
from layouts.layout import load_layout
from layouts.pageset import PageSet
from layouts.typeset import PageProgram, compile_layout
from omr.markset import load_mark_set
from spool.assemble import BatchSheet, PageRef, assemble
from spool.batch import PrintFile
from spool.page_source import PagesInMemory, PageSource
from spool.pagestore import PageStore

Data = Mapping[str, Any]

_LAYOUT = Path(__file__).with_name("ours.toml")
_LOT = 64
"""Documents put into the store together, so that they wait for the disk together."""
_MARK_SET = load_mark_set("quadient")
_CREATED = datetime(2026, 1, 2, 6, 30, tzinfo=UTC)


def version() -> str:
    return metadata.version("mailroom")


def prepare(pages: Sequence[Page], folder: Path) -> Work:  # noqa: ARG001  # Every peer is given it.
    program, data = compiled(), [data_of(page) for page in pages]

    def work(out: Path) -> None:
        compose(program, data, out)

    return work


def compose(program: PageProgram, data: Iterable[Data], out: Path, *, first: int = 1) -> int:
    """Documents straight into a print file, each a piece of its own, numbered from `first`; returns the pages."""
    memory = PagesInMemory()

    def documents() -> Iterator[tuple[PageSet, Iterable[BatchSheet]]]:
        ordinal = 0
        for number, each in enumerate(data, start=first):
            page_set = program.typeset(each, "nb")
            yield page_set, _sheets_of(page_set.key, len(page_set.pages), number, ordinal)
            ordinal += len(page_set.pages)

    return _assembled(memory.sheets(documents()), memory, out).pages


def compiled() -> PageProgram:
    """The layout, ready to typeset."""
    return compile_layout(load_layout(_LAYOUT), default_fonts())


def data_of(page: Page) -> Data:
    """A page's figures as the data of a document."""
    return {
        "document": {
            "kind": "invoice",
            "number": page.invoice,
            "currency": "EUR",
            "issue_date": page.issued,
            "due_date": page.due,
        },
        "recipient": {"lines": page.address, "customer": page.customer, "order": page.order},
        "items": [
            {
                "description": item.description,
                "quantity": item.quantity,
                "price": item.price,
                "amount": item.amount,
            }
            for item in page.items
        ],
        "totals": {"net": page.net, "tax": page.tax, "payable": page.payable},
        "payment": {"payee": SELLER, "account": IBAN, "reference": page.kid},
    }


def keep(program: PageProgram, data: Iterable[Data], store: Path) -> Iterator[Kept]:
    """Typeset documents and put them into the store, in lots: the key of each and its pages."""
    pages = PageStore(store)
    for lot in _lots(data):
        sets = [program.typeset(each, "nb") for each in lot]
        pages.put_all(sets)
        yield from ((each.key, len(each.pages)) for each in sets)


def assemble_kept(kept: Iterable[Kept], store: Path, out: Path) -> None:
    """The print file of kept documents, each a piece of its own."""
    _assembled(_sheets(kept), PageStore(store), out)


def _assembled(sheets: Iterable[BatchSheet], source: PageSource, out: Path) -> PrintFile:
    return assemble(
        sheets,
        store=source,
        fonts=default_fonts(),
        mark_set=_MARK_SET,
        out=out,
        title="benchmark",
        created=_CREATED,
    )


def _sheets(kept: Iterable[Kept]) -> Iterator[BatchSheet]:
    ordinal = 0
    for number, (key, of) in enumerate(kept, start=1):
        yield from _sheets_of(key, of, number, ordinal)
        ordinal += of


def _sheets_of(key: str, of: int, number: int, before: int) -> Iterator[BatchSheet]:
    """The sheets of piece `number`; `before` sheets of the file come before them."""
    piece, orders = sheet_of(number)
    for sheet in range(1, of + 1):
        identity = replace(piece, sheet=sheet, of=of)
        ordered = replace(orders, sheet=sheet, of=of, ordinal=before + sheet)
        yield BatchSheet(identity, ordered, PageRef(key, sheet - 1))


def _lots(data: Iterable[Data]) -> Iterator[list[Data]]:
    several = iter(data)
    while lot := list(islice(several, _LOT)):
        yield lot
