"""What the tests of the ledger share: things to keep in it, and the store they are kept in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mailroom.domain.address import PostalAddress
from mailroom.domain.invoice import InvoiceKind, InvoiceLine, IssuedInvoice, Party, Totals, VatSubtotal
from mailroom.domain.journal import GENESIS, ChainedEntry, chain_hash, entry_fields
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy, MailPiece, PieceDocument
from mailroom.domain.run import Batch, BatchState, MailRun, RunState
from mailroom.production.ports import Ledger
from mailroom.store.store import Store

NOW = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


def invoice(number: str = "F-1") -> IssuedInvoice:
    address = PostalAddress(("Storgata 1",), "0155", "Oslo", "NO")
    ten = Decimal("10.00")
    return IssuedInvoice(
        kind=InvoiceKind.INVOICE,
        number=number,
        issue_date=NOW.date(),
        currency="NOK",
        seller=Party("Nordlys Kraft AS", address, vat_id="NO999999999MVA"),
        buyer=Party("Åse Øverås", address, id="10042"),
        lines=(InvoiceLine("1", "Strøm", Decimal("1"), "KWH", ten, ten, "S", Decimal("25")),),
        vat=(VatSubtotal("S", Decimal("25"), ten, Decimal("2.50")),),
        totals=Totals(
            ten,
            Decimal(0),
            Decimal(0),
            ten,
            Decimal("2.50"),
            Decimal("12.50"),
            Decimal(0),
            Decimal(0),
            Decimal("12.50"),
        ),
    )


def run(number: int = 1) -> MailRun:
    return MailRun(f"R{number:06d}", RunState.OPEN, NOW)


def batch(ordinal: int = 1, of: str = "R000001") -> Batch:
    return Batch(f"{of}-B{ordinal:02d}", of, "c5", "stationery", "one-sided", 1, 2, BatchState.PLANNED)


def piece(number: int, documents: tuple[PieceDocument, ...] = (), of: str = "R000001", sort_key: str = "") -> MailPiece:
    lines = ("Åse Øverås", "Storgata 1", "0155 OSLO")
    return MailPiece(f"P{number:08d}", of, "10042", lines, "0155", "NO", "c5", 2, documents, sort_key)


def copy(of: str, number: int = 1, order: int = 1, within: str = "R000001-B01") -> Copy:
    return Copy(of, number, within, order, 1, 2, CopyState.RELEASED)


def unbroken(entries: list[ChainedEntry]) -> bool:
    """Every entry follows the one before it, and its hash is that of what was read back."""
    previous = GENESIS
    for seq, each in enumerate(entries, 1):
        if (each.seq, each.previous) != (seq, previous):
            return False
        if each.hash != chain_hash(previous, entry_fields(each.seq, each.entry)):
            return False
        previous = each.hash
    return True


def lay_out(ledger: Ledger) -> None:
    """A run with two batches and two pieces."""
    ledger.add_run(run())
    ledger.add_batch(batch(1))
    ledger.add_batch(batch(2))
    ledger.add_piece(piece(1, sort_key="a"))
    ledger.add_piece(piece(2, sort_key="b"))


class OnAStore:
    """The fixtures of a contract. A subclass gives a store on one kind of database; it is empty and upgraded."""

    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError

    @pytest.fixture
    def begin(self, store: Store) -> Callable[[], Ledger]:
        return store.ledger
