"""Pallet lists: for each pallet or cage a sheet with its destination, large, and the trays on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportlab.lib.units import mm

from mailroom.planning.postage.pallets import Pallet
from mailroom.planning.postage.trays import Tray
from mailroom.production.papers.identity import draw_identity
from mailroom.production.papers.parts import Figure, figures, thousands
from mailroom.production.papers.posting import PostingHeading, destination, kilograms, pallet_id, tray_id
from mailroom.production.papers.sheet import ACCENT, BOTTOM, GREY, LEFT, RIGHT, TOP, Column, Sheet, draw
from mailroom.production.papers.typeface import BOLD, REGULAR, SEMIBOLD, printable, shorten, width_pt
from spool.atomic import write_whole

_TRAYS = (
    Column("Tray", 30),
    Column("Destination", 50),
    Column("Envelope", 24),
    Column("Postcodes", 30),
    Column("Pieces", 16, right=True),
    Column("Weight", 22, right=True),
)
_CODE_ROOM, _CODE_HEIGHT = 80 * mm, 18 * mm


def write_pallet_lists(path: Path, heading: PostingHeading, pallets: Sequence[Pallet]) -> None:
    """Write the lists to `path`, whole or not at all, each pallet from a new page on; the same pallets give the same
    bytes. Without a pallet no file is written. MailroomError E7080 for a run whose name no barcode holds, SpoolError
    E60xx for the disk."""
    if not pallets:
        return
    title = f"Pallets of run {heading.run}"
    write_whole(path, draw(title, title, heading.client, lambda sheet: _all(sheet, heading, pallets)))


def _all(sheet: Sheet, heading: PostingHeading, pallets: Sequence[Pallet]) -> None:
    for at, pallet in enumerate(pallets):
        if at:
            sheet.room(TOP - BOTTOM)
        sheet.footer = (
            f"{pallet_id(heading.run, pallet.number)}, {pallet.destination.title}, {heading.posted_on.isoformat()}"
        )
        _pallet(sheet, heading, pallet, len(pallets))


def _pallet(sheet: Sheet, heading: PostingHeading, pallet: Pallet, of: int) -> None:
    kind = pallet.kind.capitalize()
    draw_identity(
        sheet.canvas,
        pallet_id(heading.run, pallet.number),
        pallet.kind,
        RIGHT - _CODE_ROOM,
        TOP - _CODE_HEIGHT - 16,
        _CODE_ROOM,
        _CODE_HEIGHT,
    )
    left = RIGHT - LEFT - _CODE_ROOM - 4 * mm
    sheet.y -= 11
    sheet.text(LEFT, shorten(heading.client, SEMIBOLD, 10, left), 10, SEMIBOLD)
    sheet.y -= 14
    sheet.text(LEFT, f"{kind} {pallet.number} of {of}, posted on {heading.posted_on.isoformat()}", 9)
    sheet.y -= 13
    sheet.text(LEFT, shorten(heading.handed_in_at, REGULAR, 9, left), 9)
    sheet.y -= 36
    sheet.rule(ACCENT, 1.2)
    sheet.y -= 16
    sheet.text(
        LEFT, shorten(f"{pallet.product.title}, {pallet.product.operator}", REGULAR, 9, RIGHT - LEFT), 9, REGULAR, GREY
    )
    _destination(sheet, pallet)
    figures(
        sheet,
        (
            Figure("Trays", thousands(len(pallet.trays))),
            Figure("Pieces", thousands(pallet.pieces)),
            Figure(f"Weight with trays and {pallet.kind}", kilograms(pallet.weight_mg)),
        ),
    )
    sheet.heading("Trays", 30)
    sheet.table(_TRAYS, [_tray(heading, tray) for tray in pallet.trays])
    sheet.note("Weights of trays are with the tray itself.", GREY)


def _destination(sheet: Sheet, pallet: Pallet) -> None:
    """As large as fits the width, so that it is read from the fork-lift."""
    part = f" · {pallet.part}/{pallet.parts}" if pallet.parts > 1 else ""
    text = printable(pallet.destination.title + part)
    size = min(72.0, 72.0 * (RIGHT - LEFT) / max(width_pt(text, BOLD, 72), 1))
    sheet.y -= size * 0.75 + 14
    sheet.text(LEFT, text, size, BOLD)


def _tray(heading: PostingHeading, tray: Tray) -> tuple[str, ...]:
    one = tray.first_postcode == tray.last_postcode
    return (
        tray_id(heading.run, tray.number),
        destination(tray),
        tray.envelope,
        tray.first_postcode if one else f"{tray.first_postcode}–{tray.last_postcode}",
        thousands(len(tray.pieces)),
        kilograms(tray.weight_mg),
    )
