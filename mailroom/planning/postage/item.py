"""A mail piece as the post sees it."""

from __future__ import annotations

from dataclasses import dataclass

from mailroom.domain.errors import InputRefused
from mailroom.planning.piece import PlannedPiece
from mailroom.planning.words import grams, millimetres

ANY_POSTCODE = "*"
"""Stands for a postcode where none is known yet: no machine refuses it."""


@dataclass(frozen=True, slots=True)
class PostalItem:
    """What rating and sorting need of a piece.

    `length_mm` is the longer outside edge of the envelope and `width_mm` the shorter one. Weight and thickness are
    whole numbers (milligrams, micrometres), so that their sums are exact. `postcode` is as `folded_postcode` gives it.
    `stock` is the paper where it is not the usual one: pieces of two papers are printed apart.
    """

    id: str
    sort_key: str
    country: str
    postcode: str
    town: str
    envelope: str
    length_mm: float
    width_mm: float
    thickness_um: int
    weight_mg: int
    stock: str = ""


def postal_item(piece: PlannedPiece, id: str, sort_key: str = "", stock: str = "") -> PostalItem:
    """A planned piece as the post sees it. `id` names it in trays and manifest.

    `sort_key` orders pieces of one postcode. InputRefused E7511 for a size, weight or thickness that is not above zero.
    """
    envelope, address = piece.envelope, piece.address
    length_mm, width_mm = max(envelope.width_mm, envelope.height_mm), min(envelope.width_mm, envelope.height_mm)
    if min(width_mm, piece.weight_mg, piece.thickness_um) <= 0:
        raise InputRefused(
            "E7511",
            f"a piece of {length_mm:g} × {width_mm:g} mm, {millimetres(piece.thickness_um)} and"
            f" {grams(piece.weight_mg)} can't be posted",
            place=id,
            remedy="Correct the figures of its paper and envelope: each must be above zero.",
        )
    return PostalItem(
        id=id,
        sort_key=sort_key,
        country=address.country,
        postcode=folded_postcode(address.postcode),
        town=address.town,
        envelope=envelope.name,
        length_mm=length_mm,
        width_mm=width_mm,
        thickness_um=piece.thickness_um,
        weight_mg=piece.weight_mg,
        stock=stock,
    )


def folded_postcode(postcode: str) -> str:
    """A postcode as schemes compare it: capitals, without blanks."""
    return "".join(postcode.split()).upper()
