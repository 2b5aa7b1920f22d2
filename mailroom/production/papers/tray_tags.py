"""Tray tags: four on a sheet of A4, to be cut to A6 and put on the mail trays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from mailroom.domain.errors import MailroomError
from mailroom.production.papers.sheet import ACCENT, GREY, INK, RULE
from mailroom.production.papers.typeface import BOLD, REGULAR, SEMIBOLD, register, shorten, width_pt
from spool.atomic import write_whole


@dataclass(frozen=True, slots=True)
class TrayTag:
    """One tray. `tray` is its identity and stands in the barcode (Code 128: printable ASCII, at most 24 characters);
    `number` of `of` trays of the run. The postcodes are those of the first and the last piece in it."""

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

    _text(canvas, _MARGIN, top - 32, f"Postcodes {tag.country}", 8.5, REGULAR, GREY)
    one = tag.first_postcode == tag.last_postcode
    postcodes = tag.first_postcode if one else f"{tag.first_postcode}–{tag.last_postcode}"
    size = min(52.0, 52.0 * _ROOM / max(width_pt(postcodes, BOLD, 52), 1))
    _text(canvas, _MARGIN, top - 80, postcodes, size, BOLD)

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
    _text(canvas, _MARGIN, top - 222, "Run", 8.5, REGULAR, GREY)
    _text(canvas, _MARGIN, top - 239, shorten(tag.run, SEMIBOLD, 14, _ROOM), 14, SEMIBOLD)
    _barcode(canvas, tag.tray)


def _barcode(canvas: Any, tray: str) -> None:
    """A Code 128 as wide as fits, bars at most 0.5 mm, with ten bars of quiet on both sides; its text below."""
    if not tray or len(tray) > 24 or not all(" " <= character <= "~" for character in tray):
        raise MailroomError(
            "E7080",
            f"{tray!r} can't be the identity of a tray: its barcode holds 1 to 24 printable ASCII characters",
            place="tray tags",
            remedy="Give the tray a shorter name without special letters.",
        )
    modules = Code128(tray, barWidth=1, quiet=False).width
    bar = min(0.5 * mm, _ROOM / (modules + 20))
    code = Code128(tray, barWidth=bar, barHeight=24 * mm, quiet=False)
    canvas.setFillColorRGB(0, 0, 0)
    code.drawOn(canvas, _MARGIN + (_ROOM - code.width) / 2, _MARGIN + 16)
    _text(canvas, _MARGIN + (_ROOM - width_pt(tray, REGULAR, 11)) / 2, _MARGIN + 3, tray, 11)


def _text(
    canvas: Any, x: float, y: float, text: str, size: float, font: str = REGULAR, colour: tuple[float, ...] = INK
) -> None:
    canvas.setFillColorRGB(*colour)
    canvas.setFont(font, size)
    canvas.drawString(x, y, text)


def _right(canvas: Any, x: float, y: float, text: str, size: float, font: str) -> None:
    _text(canvas, x - width_pt(text, font, size), y, text, size, font)
