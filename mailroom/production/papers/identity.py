"""The identity of a tray or pallet as a barcode with its text below."""

from __future__ import annotations

from typing import Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm

from mailroom.domain.errors import MailroomError
from mailroom.production.papers.sheet import INK
from mailroom.production.papers.typeface import REGULAR, width_pt

_LONGEST = 24
_TEXT_PT = 11


def draw_identity(canvas: Any, text: str, what: str, left: float, bottom: float, room: float, height: float) -> None:
    """A Code 128 in the middle of `room`, as wide as fits, bars at most 0.5 mm, with ten bars of quiet on both sides;
    its text below. Points. MailroomError E7080 for what the barcode can't hold; `what` is the thing's name."""
    if not text or len(text) > _LONGEST or not all(" " <= character <= "~" for character in text):
        raise MailroomError(
            "E7080",
            f"{text!r} can't be the identity of a {what}: its barcode holds 1 to {_LONGEST} printable ASCII characters",
            place=f"{what} tags",
            remedy=f"Give the {what} a shorter name without special letters.",
        )
    modules = Code128(text, barWidth=1, quiet=False).width
    bar = min(0.5 * mm, room / (modules + 20))
    code = Code128(text, barWidth=bar, barHeight=height, quiet=False)
    canvas.setFillColorRGB(0, 0, 0)
    code.drawOn(canvas, left + (room - code.width) / 2, bottom + 16)
    canvas.setFillColorRGB(*INK)
    canvas.setFont(REGULAR, _TEXT_PT)
    canvas.drawString(left + (room - width_pt(text, REGULAR, _TEXT_PT)) / 2, bottom + 3, text)
