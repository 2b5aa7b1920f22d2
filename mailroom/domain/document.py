"""Documents that wait for delivery, as taken in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from mailroom.domain.content import Content
from mailroom.domain.finished import FinishedPdf


class DocumentState(Enum):
    """SET_ASIDE waits for a person, with its `problem`; it no longer stands in the way of a corrected document. DROPPED
    was taken off for good by a person: its `problem` says by whom, why, and what it was set aside for."""

    WAITING = "waiting"
    PLANNED = "planned"
    SET_ASIDE = "set-aside"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Document:
    """An accepted document. `key` is seller, kind and number: unique unless a person accepted a duplicate, which
    then has its own `ordinal` (0 for the first). `problem` says why it was set aside."""

    id: int
    key: str
    ordinal: int
    customer: str
    content: Content
    source: str
    received_at: datetime
    state: DocumentState = DocumentState.WAITING
    problem: str = ""


LIVE = frozenset({DocumentState.WAITING, DocumentState.PLANNED, DocumentState.DELIVERED})
"""A document in one of these goes out, or has gone: its number is taken."""


def document_key(content: Content) -> str:
    """Identity of a document: who issued it, its kind, its number."""
    if isinstance(content, FinishedPdf):
        return f"{content.issuer.casefold()}|{content.kind}|{content.number}"
    seller = content.seller
    issuer = seller.vat_id or seller.registration or seller.id or seller.name.casefold()
    return f"{issuer}|{content.kind.value}|{content.number}"
