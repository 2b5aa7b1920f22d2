"""Our own composer, all the way: data → typesetting → page store on disk → print file with marks and sheet codes.

Unlike its peers it gets figures and texts of codes, not formatted strings and modules: number formats, line breaks,
pages, codes and marks are its own work, inside its time.
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
from layouts.typeset import PageProgram, compile_layout
from omr.markset import load_mark_set
from spool.assemble import BatchSheet, PageRef, assemble
from spool.pagestore import PageStore

Data = Mapping[str, Any]

_LAYOUT = Path(__file__).with_name("ours.toml")
_LOT = 64
"""Documents put into the store together, so that they wait for the disk together."""
_CREATED = datetime(2026, 1, 2, 6, 30, tzinfo=UTC)


def version() -> str:
    return metadata.version("mailroom")


def prepare(pages: Sequence[Page], folder: Path) -> Work:
    program = compiled()
    data = [data_of(page) for page in pages]
    store = folder / f"store-{len(pages)}"

    def compose(out: Path) -> None:
        assemble_kept(keep(program, data, store), store, out)

    return compose


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
    assemble(
        _sheets(kept),
        store=PageStore(store),
        fonts=default_fonts(),
        mark_set=load_mark_set("quadient"),
        out=out,
        title="benchmark",
        created=_CREATED,
    )


def _sheets(kept: Iterable[Kept]) -> Iterator[BatchSheet]:
    ordinal = 0
    for number, (key, of) in enumerate(kept, start=1):
        piece, orders = sheet_of(number)
        for sheet in range(1, of + 1):
            ordinal += 1
            identity = replace(piece, sheet=sheet, of=of)
            yield BatchSheet(identity, replace(orders, sheet=sheet, of=of, ordinal=ordinal), PageRef(key, sheet - 1))


def _lots(data: Iterable[Data]) -> Iterator[list[Data]]:
    several = iter(data)
    while lot := list(islice(several, _LOT)):
        yield lot
