"""Release: a plan that is out of the ordinary is shown to a person before it becomes a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

from mailroom.domain.content_json import details_to_dict
from mailroom.domain.errors import NeedsPerson
from mailroom.domain.words import count
from mailroom.planning.household import Outlier
from mailroom.production.run_plan import PiecePlan, RunPlan

_OF_A_PIECE = ("customer", "lines", "postcode", "country", "sheets", "envelope", "sort_key")
_TOLD = 5
"""So many reasons stand in the error; the journal has them all."""


@dataclass(frozen=True, slots=True)
class ReleaseLimits:
    """A run of more than this waits for release; None is no limit."""

    most_documents: int | None = None
    most_pieces: int | None = None
    most_sheets: int | None = None


@dataclass(frozen=True, slots=True)
class ReprintLimits:
    """More reprints of a run than `unasked` copies and `most_percent` of its pieces, or a piece's copy beyond
    `most_copies`, wait for a supervisor."""

    most_percent: float = 5.0
    unasked: int = 50
    most_copies: int = 5


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before a plan becomes a run.

    digest    of the pieces and of the reasons: another plan is another question
    reasons   why somebody must look, each with its figures
    """

    digest: str
    documents: int
    pieces: int
    sheets: int
    reasons: tuple[str, ...]

    def detail(self) -> dict[str, Any]:
        """What the journal keeps of it."""
        return {
            "documents": self.documents,
            "pieces": self.pieces,
            "sheets": self.sheets,
            "reasons": list(self.reasons),
        }


def question(plan: RunPlan, limits: ReleaseLimits) -> Question | None:
    """The question that a plan puts; None for a plan that needs no release."""
    documents = sum(len(piece.documents) for piece in plan.pieces)
    sheets = sum(piece.sheets for piece in plan.pieces)
    figures = (
        ("document", documents, limits.most_documents),
        ("piece", len(plan.pieces), limits.most_pieces),
        ("sheet", sheets, limits.most_sheets),
    )
    beyond = [
        f"{count(found, noun)}, more than {most}." for noun, found, most in figures if most is not None and found > most
    ]
    reasons = (*map(_of_outlier, plan.plan.outliers), *beyond)
    if not (reasons and plan.pieces):
        return None
    return Question(_digest(plan.pieces, reasons), documents, len(plan.pieces), sheets, reasons)


def _of_outlier(outlier: Outlier) -> str:
    return f"{outlier.customer}, {', '.join(outlier.lines)}: {outlier.reason.text}"


def _digest(pieces: Sequence[PiecePlan], reasons: Sequence[str]) -> str:
    """SHA-256 over what is asked and over what each piece is. The words of its reasons, and the day from which its
    price is, may change from one planning to the next without making it another piece."""
    digest = hashlib.sha256(json.dumps(reasons).encode())
    for piece in pieces:
        postage = piece.details.postage
        paid = None if postage is None else (postage.product, postage.format, str(postage.price), postage.tray)
        plain = {name: getattr(piece, name) for name in _OF_A_PIECE}
        documents = [astuple(each) for each in piece.documents]
        details = details_to_dict(replace(piece.details, postage=None, reasons=()))
        digest.update(json.dumps([plain, documents, details, paid], sort_keys=True).encode())
    return digest.hexdigest()


def not_released(asked: Question, place: str) -> NeedsPerson:
    """E7090: the plan waits."""
    told = " ".join(asked.reasons[:_TOLD])
    more = f" And {len(asked.reasons) - _TOLD} more." if len(asked.reasons) > _TOLD else ""
    return NeedsPerson(
        "E7090",
        f"the plan of {count(asked.documents, 'document')} in {count(asked.pieces, 'piece')} and"
        f" {count(asked.sheets, 'sheet')} waits for release: {told}{more}",
        place=place,
        remedy="Look at it (mailroom run plan --dry-run). If it is right: mailroom run start --release --who NAME. "
        "If a customer's documents don't belong together: mailroom household opt-out CUSTOMER --who NAME.",
    )
