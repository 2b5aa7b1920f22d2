"""What the plan says of a piece beside what is printed: weight, inserts, tray, postage, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mailroom.domain.handling import Handling


@dataclass(frozen=True, slots=True)
class PieceInsert:
    """What is added to a piece. `feeder` is the machine's station, 0 when it is put in by hand."""

    name: str
    campaign: str
    feeder: int


@dataclass(frozen=True, slots=True)
class Postage:
    """The postal product of a piece, its format, its price as the list of the day `planned_for` has it, and the mail
    tray that it was planned into; `tray` counts from 1 within the run. `town` is what the post sorts by beside the
    postcode. `format` is empty for a piece that was planned before formats were written down."""

    product: str
    format: str
    price: Decimal
    currency: str
    planned_for: date
    town: str
    tray: int
    destination: str


@dataclass(frozen=True, slots=True)
class PieceDetails:
    """Weights are whole milligrams and thicknesses whole micrometres, both of the filled envelope; 0 where the plan
    does not know. `reasons` are (code, text), in the order of the decisions; `postage` is None where none was planned.
    `stock` is the paper that the documents asked for, "" for the usual one.
    """

    weight_mg: int = 0
    thickness_um: int = 0
    inserts: tuple[PieceInsert, ...] = ()
    postage: Postage | None = None
    reasons: tuple[tuple[str, str], ...] = ()
    stock: str = ""
    handling: Handling = Handling.MACHINE

    @property
    def selects(self) -> tuple[int, ...]:
        """The insert feeders that the machine is told to use, in their order."""
        return tuple(sorted({insert.feeder for insert in self.inserts if insert.feeder}))


NO_DETAILS = PieceDetails()
