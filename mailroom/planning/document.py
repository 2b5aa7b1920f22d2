"""A document as planning sees it: who gets it, on what paper, and what is known of the customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from mailroom.domain.address import PostalAddress
from mailroom.planning.piece import PlannedDocument, Reason

FieldValue = str | int | Decimal | bool | date
"""What a field of a customer may hold."""

NO_FIELDS: Mapping[str, FieldValue] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A document that waits for the post.

    id        its row in the ledger; no two documents of a plan share one
    sender    who issued it; documents of two senders never share an envelope
    customer  identity of the customer, "" when there is none: then it goes alone
    lines     the address as printed
    sheets    leaves of paper, from 1
    paper     name of the paper that it is printed on
    contract  agreement that it belongs to, for the rule `contract`
    rank      order within a piece before the id: invoices 0, credit notes 1
    fields    what campaigns may ask for
    """

    id: int
    number: str
    sender: str
    customer: str
    address: PostalAddress
    lines: tuple[str, ...]
    sheets: int
    paper: str
    contract: str = ""
    rank: int = 0
    fields: Mapping[str, FieldValue] = field(default_factory=lambda: NO_FIELDS)

    def planned(self) -> PlannedDocument:
        """The document as it stands in a piece."""
        return PlannedDocument(self.id, self.number, self.sheets)


@dataclass(frozen=True, slots=True)
class SetApart:
    """Documents that this plan gives no envelope, the reason (its code is an error's), and what to do."""

    documents: tuple[PlannedDocument, ...]
    reason: Reason
    remedy: str
