"""What the papers of a posting share: whose it is, and the names of its trays and pallets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mailroom.planning.postage.trays import Tray
from mailroom.production.papers.parts import thousands
from mailroom.production.papers.tray_tags import TrayTag


@dataclass(frozen=True, slots=True)
class PostingHeading:
    """`handed_in_at` is the terminal as the operator calls it, "" when it is not known."""

    run: str
    client: str
    posted_on: date
    handed_in_at: str
    handed_over_by: str


def tray_id(run: str, number: int) -> str:
    """R000001-T07: what stands in the tag's barcode."""
    return f"{run}-T{number:02d}"


def pallet_id(run: str, number: int) -> str:
    """R000001-L02"""
    return f"{run}-L{number:02d}"


def tray_tags(heading: PostingHeading, trays: Iterable[Tray], batches: Mapping[int, str]) -> list[TrayTag]:
    """The tags of presorted trays. `batches` names the batch of a tray by its number."""
    made = tuple(trays)
    return [
        TrayTag(
            tray=tray_id(heading.run, tray.number),
            run=heading.run,
            batch=batches.get(tray.number, ""),
            client=heading.client,
            first_postcode=tray.first_postcode,
            last_postcode=tray.last_postcode,
            country=", ".join(tray.countries),
            envelope=tray.envelope,
            pieces=len(tray.pieces),
            number=tray.number,
            of=max(each.number for each in made),
            mailed_on=heading.posted_on,
            destination=tray.destination.title,
            product=f"{tray.product.title}, {tray.format.size.title}{_part(tray)}",
            weight=kilograms(tray.weight_mg),
        )
        for tray in made
    ]


def _part(tray: Tray) -> str:
    return f": tray {tray.part} of {tray.parts} to this destination" if tray.parts > 1 else ""


def destination(tray: Tray) -> str:
    """Where a tray goes, with its place among those that go there: "47" or "47 · 1/3"."""
    return tray.destination.title + (f" · {tray.part}/{tray.parts}" if tray.parts > 1 else "")


def kilograms(weight_mg: int) -> str:
    """A weight as papers show it: 12.345 kg, to the gram, halves up."""
    grams = (weight_mg + 500) // 1000
    return f"{thousands(grams // 1000)}.{grams % 1000:03d} kg"


def money(amount: Decimal, currency: str = "") -> str:
    """An amount with narrow blanks between thousands, its decimals as they are."""
    return f"{amount:,f}".replace(",", "\u202f") + (f" {currency}" if currency else "")
