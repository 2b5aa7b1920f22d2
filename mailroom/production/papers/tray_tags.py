"""Tray tags: four on a sheet of A4, to be cut to A6 and put on the mail trays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from mailroom.production.papers.identity import draw_identity
from mailroom.production.papers.sheet import ACCENT, GREY, INK, RULE
from mailroom.production.papers.typeface import BOLD, REGULAR, SEMIBOLD, printable, register, shorten, width_pt
from spool.atomic import write_whole


@dataclass(frozen=True, slots=True)
class TrayTag:
    """One tray. `tray` is its identity and stands in the barcode (Code 128: printable ASCII, at most 24 characters);
    `number` of `of` trays of the run. The postcodes are those of the first and the last piece in it.

    A presorted tray has a `destination`, which then stands large in the place of the postcodes, the `product` that it
    is posted as, and its `weight` with pieces and tray; all three are as printed."""

    tray: str
    run: str
    batch: str
    client: str
    first_postcode: str
    last_postcode: str
    country: str
    envelope: str
    pieces: int
    number: int
    of: int
    mailed_on: date
    destination: str = ""
    product: str = ""
    weight: str = ""


_WIDTH, _HEIGHT, _MARGIN = A4[0] / 2, A4[1] / 2, 9 * mm
_ROOM = _WIDTH - 2 * _MARGIN


def write_tray_tags(path: Path, tags: Sequence[TrayTag]) -> None:
    """Write the tags to `path`, whole or not at all; the same tags give the same bytes. Without a tag no
    file is written. MailroomError E7080 for an identity that the barcode can't hold, SpoolError E60xx for the disk."""
    if not tags:
        return
    register()
    data = BytesIO()
    canvas = Canvas(data, pagesize=A4, invariant=1)
    canvas.setTitle(f"Tray tags of run {tags[0].run}")
    canvas.setCreator("Mailroom")
    for at, tag in enumerate(tags):
        place = at % 4
        if place == 0:
            if at:
                canvas.showPage()
            _cut_lines(canvas)
        canvas.saveState()
        canvas.translate(_WIDTH * (place % 2), _HEIGHT * (1 - place // 2))
        _tag(canvas, tag)
        canvas.restoreState()
    canvas.showPage()
    canvas.save()
    write_whole(path, data.getvalue())


def _cut_lines(canvas: Any) -> None:
    canvas.setStrokeColorRGB(*RULE)
    canvas.setLineWidth(0.4)
    canvas.setDash(2, 3)
    canvas.line(_WIDTH, 0, _WIDTH, A4[1])
    canvas.line(0, _HEIGHT, A4[0], _HEIGHT)
    canvas.setDash()


def _tag(canvas: Any, tag: TrayTag) -> None:
    """From top to bottom: client and date, the postcodes as large as fits, count and envelope, identity, barcode."""
    right = _WIDTH - _MARGIN
    top = _HEIGHT - _MARGIN
    _text(canvas, _MARGIN, top - 9, shorten(tag.client, SEMIBOLD, 10, _ROOM - 24 * mm), 10, SEMIBOLD)
    _right(canvas, right, top - 9, tag.mailed_on.isoformat(), 10, REGULAR)
    canvas.setStrokeColorRGB(*ACCENT)
    canvas.setLineWidth(1.2)
    canvas.line(_MARGIN, top - 17, right, top - 17)

    one = tag.first_postcode == tag.last_postcode
    postcodes = tag.first_postcode if one else f"{tag.first_postcode}–{tag.last_postcode}"
    if tag.destination:
        _text(canvas, _MARGIN, top - 30, shorten(tag.product, REGULAR, 8.5, _ROOM), 8.5, REGULAR, GREY)
        _large(canvas, top - 75, tag.destination, 46)
        below = f"Postcodes {tag.country} {postcodes}"
        _text(canvas, _MARGIN, top - 91, shorten(below, REGULAR, 8.5, _ROOM), 8.5, REGULAR, GREY)
    else:
        _text(canvas, _MARGIN, top - 32, f"Postcodes {tag.country}", 8.5, REGULAR, GREY)
        _large(canvas, top - 80, postcodes)

    half = _ROOM / 2
    for x, name, value in (
        (_MARGIN, "Pieces", str(tag.pieces)),
        (_MARGIN + half, "Tray", f"{tag.number} of {tag.of}"),
    ):
        _text(canvas, x, top - 112, name, 8.5, REGULAR, GREY)
        _text(canvas, x, top - 143, value, 30, SEMIBOLD)
    for x, name, value in (
        (_MARGIN, "Envelope", tag.envelope),
        (_MARGIN + half, "Batch", tag.batch),
    ):
        _text(canvas, x, top - 175, name, 8.5, REGULAR, GREY)
        _text(canvas, x, top - 192, shorten(value, SEMIBOLD, 14, half - 2 * mm), 14, SEMIBOLD)
    last = (("Run", tag.run), ("Weight", tag.weight)) if tag.weight else (("Run", tag.run),)
    for at, (name, value) in enumerate(last):
        x, room = _MARGIN + at * half, _ROOM / len(last)
        _text(canvas, x, top - 222, name, 8.5, REGULAR, GREY)
        _text(canvas, x, top - 239, shorten(value, SEMIBOLD, 14, room - 2 * mm * at), 14, SEMIBOLD)
    draw_identity(canvas, tag.tray, "tray", _MARGIN, _MARGIN, _ROOM, 24 * mm)


def _large(canvas: Any, y: float, text: str, most: float = 52.0) -> None:
    """What the tray is sorted by: `most` points, or as large as fits the tag's width."""
    text = printable(text)
    size = min(most, most * _ROOM / max(width_pt(text, BOLD, most), 1))
    _text(canvas, _MARGIN, y, text, size, BOLD)


def _text(
    canvas: Any, x: float, y: float, text: str, size: float, font: str = REGULAR, colour: tuple[float, ...] = INK
) -> None:
    canvas.setFillColorRGB(*colour)
    canvas.setFont(font, size)
    canvas.drawString(x, y, text)


def _right(canvas: Any, x: float, y: float, text: str, size: float, font: str) -> None:
    _text(canvas, x - width_pt(text, font, size), y, text, size, font)
