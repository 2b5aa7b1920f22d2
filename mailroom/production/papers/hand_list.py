"""The hand list: for the person who fills a batch by hand, every piece with what goes in, and why no machine can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.lib.units import mm

from mailroom.production.papers.identity import draw_identity
from mailroom.production.papers.parts import Figure, figures, thousands
from mailroom.production.papers.sheet import ACCENT, GREY, INK, LEFT, RIGHT, TOP, Sheet, draw
from mailroom.production.papers.typeface import BOLD, REGULAR, SEMIBOLD, shorten, wrap
from spool.atomic import write_whole

DONE, SPOILED = "DONE", "SPOILED"
"""The words that a scanner may read from the list's head: the piece is in its closed envelope; it can't be ended."""


@dataclass(frozen=True, slots=True)
class HandPiece:
    """One piece: its place in the stack, `lines` of its address, and the rest as printed. `inserts` are their titles;
    `tray` and `product` are empty where no postage was planned, `weight` where it is not known."""

    order: int
    piece: str
    copy: int
    lines: tuple[str, ...]
    envelope: str
    sheets: int
    inserts: tuple[str, ...]
    tray: str
    product: str
    weight: str
    why: str


@dataclass(frozen=True, slots=True)
class HandList:
    """A batch that is filled by hand. `fold` is how its sheets are folded, in words."""

    run: str
    batch: str
    client: str
    envelope: str
    fold: str
    reprint: bool
    pieces: tuple[HandPiece, ...]


_SIZE, _LEADING = 9, 11.5
_TEXT, _FACTS, _NAME = LEFT + 17 * mm, LEFT + 82 * mm, 17 * mm
"""Where a piece's address and its facts begin, and the room of a fact's name."""
_CODE_ROOM, _CODE_HEIGHT = 42 * mm, 12 * mm


def write_hand_list(path: Path, hand_list: HandList) -> None:
    """Write the list to `path`, whole or not at all; the same list gives the same bytes. SpoolError E60xx for the
    disk."""
    title = f"Hand list of batch {hand_list.batch}"
    write_whole(path, draw(title, title, hand_list.client, lambda sheet: _content(sheet, hand_list)))


def _content(sheet: Sheet, hand_list: HandList) -> None:
    for at, (word, what) in enumerate(((SPOILED, "word"), (DONE, "word"))):
        left = RIGHT - (2 - at) * _CODE_ROOM
        draw_identity(sheet.canvas, word, what, left, TOP - _CODE_HEIGHT - 16, _CODE_ROOM, _CODE_HEIGHT)
    room = RIGHT - LEFT - 2 * _CODE_ROOM - 4 * mm
    sheet.y -= 9
    sheet.text(LEFT, shorten(f"Hand list, {hand_list.client}", REGULAR, 9, room), 9, REGULAR, GREY)
    sheet.y -= 25
    sheet.text(LEFT, shorten(hand_list.batch, BOLD, 22, room), 22, BOLD, ACCENT)
    sheet.y -= 16
    kind = ", a reprint" if hand_list.reprint else ""
    sheet.text(LEFT, f"Run {hand_list.run}{kind}", 9)
    sheet.y -= 9
    sheet.rule(ACCENT, 1.2)
    figures(
        sheet,
        (
            Figure("Pieces", thousands(len(hand_list.pieces))),
            Figure("Sheets", thousands(sum(piece.sheets for piece in hand_list.pieces))),
            Figure("Envelope", hand_list.envelope),
            Figure("Fold", hand_list.fold),
        ),
    )
    sheet.y -= 4
    sheet.note(
        f"mailroom run fill {hand_list.run} --who YOURNAME: scan each sheet's code as it goes in, in the stack's order."
    )
    sheet.note("All sheets in: add the inserts, close the envelope, scan DONE. What you can't end: scan SPOILED.")
    sheet.y -= 8
    sheet.rule()
    for piece in hand_list.pieces:
        _piece(sheet, piece)


def _piece(sheet: Sheet, piece: HandPiece) -> None:
    facts = _facts(piece)
    address = [line for text in piece.lines for line in wrap(text, REGULAR, _SIZE, _FACTS - _TEXT - 3 * mm)]
    why = wrap(f"By hand: {piece.why}", REGULAR, 8, RIGHT - _TEXT)
    body = 16 + _LEADING * max(len(facts) - 1, len(address))
    height = body + 10 * len(why) + 7
    sheet.room(height)
    top = sheet.y
    sheet.y = top - 13
    _box(sheet)
    sheet.text(LEFT + 6 * mm, str(piece.order), 11, SEMIBOLD, ACCENT)
    sheet.text(_TEXT, piece.piece, 11, SEMIBOLD)
    sheet.text(_TEXT + 26 * mm, f"copy {piece.copy}", _SIZE, REGULAR, GREY)
    for at, line in enumerate(address, 1):
        sheet.y = top - 14 - _LEADING * at
        sheet.text(_TEXT, line, _SIZE)
    for at, (name, text) in enumerate(facts):
        sheet.y = top - 13 - _LEADING * at
        sheet.text(_FACTS, name, _SIZE, REGULAR, GREY)
        sheet.text(_FACTS + _NAME, text, _SIZE)
    sheet.y = top - body
    for line in why:
        sheet.y -= 10
        sheet.text(_TEXT, line, 8, REGULAR, GREY)
    sheet.y = top - height
    sheet.rule()


def _facts(piece: HandPiece) -> Sequence[tuple[str, str]]:
    """Names and values, line by line; a name stands on the first line of its value."""
    told = (
        ("Envelope", piece.envelope),
        ("Sheets", str(piece.sheets)),
        ("Inserts", "; ".join(piece.inserts) or "none"),
        ("Tray", piece.tray),
        ("Product", piece.product),
        ("Weight", piece.weight),
    )
    lines: list[tuple[str, str]] = []
    for name, value in ((name, value) for name, value in told if value):
        for at, line in enumerate(wrap(value, REGULAR, _SIZE, RIGHT - _FACTS - _NAME)):
            lines.append(("" if at else name, line))
    return lines


def _box(sheet: Sheet) -> None:
    """A box to tick."""
    sheet.canvas.setStrokeColorRGB(*INK)
    sheet.canvas.setLineWidth(0.7)
    sheet.canvas.rect(LEFT, sheet.y - 1, 3.4 * mm, 3.4 * mm)
