"""Rows to values and back."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

from sqlalchemy import RowMapping

from mailroom.domain.content_json import content_of, details_of
from mailroom.domain.document import Document
from mailroom.domain.insert_stock import StockMovement
from mailroom.domain.journal import ChainedEntry, Entry
from mailroom.domain.piece import Copy, MailPiece, PieceDocument
from mailroom.domain.run import Batch, MailRun
from mailroom.planning.household import Decision, Member

_JOURNAL_TEXTS = (
    "at",
    "event",
    "who",
    "run",
    "batch",
    "piece",
    "copy",
    "copy_seq",
    "state_from",
    "state_to",
    "detail",
)


def document_of(row: RowMapping) -> Document:
    return Document(**{**row, "content": content_of(row["content"])})


def run_of(row: RowMapping) -> MailRun:
    return MailRun(**row)


def batch_of(row: RowMapping) -> Batch:
    return Batch(**{**row, "counters": MappingProxyType(row["counters"])})


def batch_row(batch: Batch) -> dict[str, Any]:
    row = {name: getattr(batch, name) for name in Batch.__dataclass_fields__}
    return {**row, "counters": dict(batch.counters)}


def piece_of(row: RowMapping, documents: Iterable[RowMapping]) -> MailPiece:
    """A piece and its rows of `piece_documents`, in order."""
    inside = tuple(
        PieceDocument(each["document"], each["number"], each["pageset"], each["pages"]) for each in documents
    )
    return MailPiece(
        **{**row, "lines": tuple(row["lines"]), "documents": inside, "details": details_of(row["details"])}
    )


def copy_of(row: RowMapping) -> Copy:
    return Copy(
        row["piece"],
        row["copy"],
        row["batch"],
        row["position"],
        row["first_sheet"],
        row["sheets"],
        row["state"],
    )


def decision_of(row: RowMapping) -> Decision:
    return Decision(tuple(Member(*each) for each in row["members"]), row["verdict"], row["by"], row["at"])


def decision_row(decision: Decision) -> dict[str, Any]:
    return {
        "id": decision.group,
        "members": [list(member) for member in decision.members],
        "verdict": decision.verdict,
        "by": decision.by,
        "at": decision.at,
    }


def movement_of(row: RowMapping) -> StockMovement:
    return StockMovement(**{name: row[name] for name in StockMovement.__dataclass_fields__})


def entry_of(row: RowMapping) -> ChainedEntry:
    machine = None if row["machine_boot"] is None else (row["machine_boot"], row["machine_event"])
    entry = Entry(**{name: row[name] for name in _JOURNAL_TEXTS}, machine=machine)
    return ChainedEntry(row["seq"], entry, row["previous"], row["hash"])


def entry_row(chained: ChainedEntry) -> dict[str, Any]:
    entry = chained.entry
    boot, number = entry.machine or (None, None)
    return {
        **{name: getattr(entry, name) for name in _JOURNAL_TEXTS},
        "seq": chained.seq,
        "machine_boot": boot,
        "machine_event": number,
        "previous": chained.previous,
        "hash": chained.hash,
    }
