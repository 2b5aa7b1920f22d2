"""Parts that several papers have: a table under its heading, a row of large figures, a line to sign on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reportlab.lib.units import mm

from mailroom.production.papers.sheet import ALARM, GREY, INK, LEFT, RIGHT, Column, Sheet
from mailroom.production.papers.typeface import REGULAR, SEMIBOLD, printable, shorten, width_pt


class Figure(NamedTuple):
    """A number with its name; red when `alarming`."""

    name: str
    text: str
    alarming: bool = False


def thousands(number: int) -> str:
    """A number with narrow blanks between thousands."""
    return f"{number:,}".replace(",", "\u202f")


def figures(sheet: Sheet, row: Sequence[Figure], size: float = 24) -> None:
    """Figures side by side, their names below, and a rule. They are made smaller together when one is too wide."""
    step = (RIGHT - LEFT) / len(row)
    widest = max(width_pt(printable(each.text), SEMIBOLD, size) for each in row)
    size = min(size, size * (step - 6 * mm) / max(widest, 1))
    sheet.y -= 34
    for at, each in enumerate(row):
        sheet.text(LEFT + at * step, each.text, size, SEMIBOLD, ALARM if each.alarming else INK)
    sheet.y -= 13
    for at, each in enumerate(row):
        sheet.text(LEFT + at * step, each.name, 8.5, REGULAR, GREY)
    sheet.y -= 10
    sheet.rule()


def section(sheet: Sheet, title: str, columns: tuple[Column, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A heading and a table, or "None." where there is nothing to list."""
    sheet.heading(title, 30)
    if rows:
        sheet.table(columns, rows)
    else:
        sheet.note("None.")


def signature(sheet: Sheet, name: str) -> None:
    """Two lines to sign on: who hands over, and who takes it."""
    sheet.room(70)
    sheet.y -= 52
    half = (RIGHT - LEFT) / 2
    sheet.canvas.setStrokeColorRGB(*INK)
    sheet.canvas.setLineWidth(0.6)
    sheet.canvas.line(LEFT, sheet.y, LEFT + half - 8 * mm, sheet.y)
    sheet.canvas.line(LEFT + half, sheet.y, RIGHT, sheet.y)
    sheet.y -= 11
    said = shorten(f"Handed over by {name}", REGULAR, 8.5, half - 10 * mm)
    sheet.text(LEFT, said, 8.5, REGULAR, GREY)
    sheet.text(LEFT + half, "Place, date, signature", 8.5, REGULAR, GREY)
