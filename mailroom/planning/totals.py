"""What a plan comes to: the figures to look at before anything is made."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from mailroom.domain.handling import Handling
from mailroom.planning.piece import PlannedPiece
from mailroom.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class EnvelopeTotal:
    """Pieces of one envelope that are filled in one way."""

    envelope: str
    handling: Handling
    pieces: int
    documents: int
    sheets: int
    weight_mg: int


@dataclass(frozen=True, slots=True)
class Totals:
    """A plan in figures. `set_apart` counts documents; `together` the envelopes that sharing saves."""

    documents: int
    set_apart: int
    pieces: int
    together: int
    sheets: int
    inserts: int
    weight_mg: int
    envelopes: tuple[EnvelopeTotal, ...]


def totals(plan: Plan) -> Totals:
    """The figures of a plan."""
    by_envelope: defaultdict[tuple[str, str], list[PlannedPiece]] = defaultdict(list)
    for piece in plan.pieces:
        by_envelope[piece.envelope.name, piece.handling.value].append(piece)
    envelopes = tuple(_envelope(pieces) for _, pieces in sorted(by_envelope.items()))
    in_pieces = sum(each.documents for each in envelopes)
    set_apart = sum(len(each.documents) for each in plan.set_apart)
    return Totals(
        documents=in_pieces + set_apart,
        set_apart=set_apart,
        pieces=len(plan.pieces),
        together=in_pieces - len(plan.pieces),
        sheets=sum(each.sheets for each in envelopes),
        inserts=sum(len(piece.inserts) for piece in plan.pieces),
        weight_mg=sum(each.weight_mg for each in envelopes),
        envelopes=envelopes,
    )


def _envelope(pieces: list[PlannedPiece]) -> EnvelopeTotal:
    return EnvelopeTotal(
        envelope=pieces[0].envelope.name,
        handling=pieces[0].handling,
        pieces=len(pieces),
        documents=sum(len(piece.documents) for piece in pieces),
        sheets=sum(piece.sheets for piece in pieces),
        weight_mg=sum(piece.weight_mg for piece in pieces),
    )
