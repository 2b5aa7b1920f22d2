"""Envelopes as planning chooses them: their geometry, joined with what the warehouse knows of them."""

from __future__ import annotations

from dataclasses import dataclass

from mailroom.planning.piece import Fold, PlannedEnvelope


@dataclass(frozen=True, slots=True)
class EnvelopeMaterial:
    """What an envelope weighs and holds, by its name.

    weight_mg        empty
    thickness_um     empty: both walls
    most_content_um  thickest content that it closes over
    most_weight_mg   heaviest content that it holds
    machine          False when it is only filled by hand
    """

    name: str
    weight_mg: int
    thickness_um: int
    most_content_um: int
    most_weight_mg: int
    machine: bool


@dataclass(frozen=True, slots=True)
class EnvelopeType:
    """An envelope that a plan may choose. `sheet_…` is the paper that it is made for, folded as `fold` says."""

    name: str
    width_mm: float
    height_mm: float
    inside_width_mm: float
    inside_height_mm: float
    sheet_width_mm: float
    sheet_height_mm: float
    fold: Fold
    most_sheets: int
    material: EnvelopeMaterial

    def planned(self) -> PlannedEnvelope:
        """The envelope as it stands in a piece."""
        material = self.material
        return PlannedEnvelope(
            self.name, self.width_mm, self.height_mm, material.weight_mg, material.thickness_um, self.fold
        )

    @property
    def size_order(self) -> tuple[float, int, str]:
        """Smallest first: by outside area, then weight, then name."""
        return (self.width_mm * self.height_mm, self.material.weight_mg, self.name)
