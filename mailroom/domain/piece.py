"""Mail pieces, their copies, and the documents in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from mailroom.domain.details import NO_DETAILS, PieceDetails
from mailroom.domain.lifecycle import REPLACEABLE, CopyState


class PieceState(Enum):
    """How a piece stands. MAILED, WITHDRAWN and MOVED (to another channel) end it."""

    OPEN = "open"
    MAILED = "mailed"
    WITHDRAWN = "withdrawn"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class PieceDocument:
    """A document in a piece: `document` is its row id, `pageset` the key of its pages in the page store."""

    document: int
    number: str
    pageset: str
    pages: int


@dataclass(frozen=True, slots=True)
class MailPiece:
    """What goes into one envelope. `lines` is the address as printed; `sort_key` orders the run; `details` is what else
    the plan says of it."""

    id: str
    run: str
    customer: str
    lines: tuple[str, ...]
    postcode: str
    country: str
    envelope: str
    sheets: int
    documents: tuple[PieceDocument, ...]
    sort_key: str
    state: PieceState = PieceState.OPEN
    details: PieceDetails = NO_DETAILS


@dataclass(frozen=True, slots=True)
class Copy:
    """One printing of a piece: the `order`-th of its batch, its sheets from `first_sheet` (1-based) on."""

    piece: str
    copy: int
    batch: str
    order: int
    first_sheet: int
    sheets: int
    state: CopyState


def needs_reprint(copies: Sequence[Copy]) -> bool:
    """True when the last copy is destroyed or quarantined, so that a next one may be released."""
    return bool(copies) and max(copies, key=lambda each: each.copy).state in REPLACEABLE


def piece_id(number: int) -> str:
    """P00000001 …: the identity in codes, files and on screens."""
    return f"P{number:08d}"


def run_id(number: int) -> str:
    """R000001 …"""
    return f"R{number:06d}"


def batch_id(run: str, ordinal: int) -> str:
    """R000001-B01 …: also the print job's key and the inserter's job."""
    return f"{run}-B{ordinal:02d}"
