"""What the floor will make of the documents: planned pieces, with every decision and its reason.

Weights are whole milligrams and thicknesses whole micrometres, so that sums are exact whatever their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple, Protocol

from mailroom.domain.address import PostalAddress
from mailroom.domain.handling import Handling

Fold = Literal["none", "half", "c", "z"]
"""How the sheets are folded: not at all, once, or twice (the same way, or to and fro)."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was decided: a word that programs know (`envelope`, `insert`, an error's code), and the decision in
    words with its figures."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """A document in a piece: `id` is its row in the ledger."""

    id: int
    number: str
    sheets: int


@dataclass(frozen=True, slots=True)
class PlannedEnvelope:
    """The envelope of a piece: its outside, what it weighs empty, and how thick it is empty (both walls)."""

    name: str
    width_mm: float
    height_mm: float
    weight_mg: int
    thickness_um: int
    fold: Fold


@dataclass(frozen=True, slots=True)
class PlannedInsert:
    """An insert that goes with a piece. `feeder` is the machine's station, 0 when it is put in by hand."""

    name: str
    campaign: str
    feeder: int
    weight_mg: int
    thickness_um: int


@dataclass(frozen=True, slots=True)
class PlannedPiece:
    """What goes into one envelope. `lines` is the address as printed.

    `weight_mg` and `thickness_um` are those of the filled envelope. `subsets` are the sheets of each part that the
    machine accumulates and folds at once; their sum is `sheets`. `reasons` tell every decision in its order.
    """

    documents: tuple[PlannedDocument, ...]
    customer: str
    address: PostalAddress
    lines: tuple[str, ...]
    paper: str
    sheets: int
    envelope: PlannedEnvelope
    weight_mg: int
    thickness_um: int
    inserts: tuple[PlannedInsert, ...]
    subsets: tuple[int, ...]
    handling: Handling
    reasons: tuple[Reason, ...]

    @property
    def key(self) -> int:
        """Names the piece within a plan: the id of its first document, which no other piece has."""
        return self.documents[0].id

    @property
    def weight_g(self) -> Decimal:
        return Decimal(self.weight_mg) / 1000

    @property
    def thickness_mm(self) -> float:
        return self.thickness_um / 1000


class PostageStep(NamedTuple):
    """The most that a piece may weigh, and how thick it may be, before it costs more postage."""

    most_weight_mg: int
    most_thickness_um: int


class StepOf(Protocol):
    """Tells the postage step that a piece is in; None when no postal product takes it."""

    def __call__(
        self, weight_mg: int, thickness_um: int, envelope: PlannedEnvelope, country: str, /
    ) -> PostageStep | None: ...
