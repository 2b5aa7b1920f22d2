"""What a run would be, before anything of it is written."""

from __future__ import annotations

from dataclasses import dataclass

from mailroom.domain.details import PieceDetails
from mailroom.domain.document import Document
from mailroom.domain.piece import PieceDocument
from mailroom.planning.plan import Plan
from mailroom.planning.postage.posting import PostagePlan


@dataclass(frozen=True, slots=True)
class PiecePlan:
    """A piece before it has a number."""

    customer: str
    lines: tuple[str, ...]
    postcode: str
    country: str
    documents: tuple[PieceDocument, ...]
    sheets: int
    envelope: str
    sort_key: str
    details: PieceDetails


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run would do: its pieces in order, documents that get none with the reason, and both plans it rests on."""

    pieces: tuple[PiecePlan, ...]
    set_aside: tuple[tuple[Document, str], ...]
    plan: Plan
    postage: PostagePlan | None
