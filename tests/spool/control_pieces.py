"""Batches for tests of machines' files, and templates written in a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spool.control import ControlFile, ControlHeader, ControlPiece

HEADER = ControlHeader(
    job="R000001-B01",
    run="R000001",
    created="2026-03-02T06:30:00+01:00",
    client="Fjordkraft Vann",
    envelope="c5",
    fold="half",
    stock="iso_a4_210x297mm",
    sides="one-sided",
    mark_set="quadient",
    fed_first="first-sheet",
    code_template="{run:7}{piece:9}{copy:02}{sheet:03}{of:03}",
    print_file="R000001-B01.pdf",
    print_file_sha256="ab" * 32,
    pieces=0,
    sheets=0,
)
PIECE = ControlPiece(
    order=1,
    piece="P00000001",
    copy=1,
    sheets=2,
    first_sheet=1,
    selects=(1, 3),
    divert=False,
    customer="10042",
    lines=("Åse Øverås", "Storgata 1", "0155 OSLO"),
    postcode="0155",
    country="NO",
    documents=("F-2026-0001",),
)


def batch(*pieces: ControlPiece, header: ControlHeader = HEADER) -> ControlFile:
    """A control file of these pieces, in this order: places and sums are made here."""
    placed: list[ControlPiece] = []
    first = 1
    for order, piece in enumerate(pieces, start=1):
        placed.append(replace(piece, order=order, first_sheet=first))
        first += piece.sheets
    return ControlFile(replace(header, pieces=len(placed), sheets=first - 1), tuple(placed))


TWO = batch(
    PIECE,
    replace(PIECE, piece="P00000002", copy=2, sheets=1, selects=(), divert=True, customer="10043", previous_copy=1),
)


def template_file(folder: Path, records: Sequence[str], top: str = "", tables: str = "") -> Path:
    """A template's file: each record is "per: field, field …" with the fields as TOML has them."""
    text = f"format = 1\n{top}\n{tables}\n"
    for record in records:
        per, _, fields = record.partition(": ")
        inner = "".join(f"    {{ {field} }},\n" for field in fields.split(" | "))
        text += f'\n[[records]]\nper = "{per}"\nfields = [\n{inner}]\n'
    path = folder / "machine.toml"
    path.write_text(text, encoding="utf-8")
    return path


FIXED = 'layout = "fixed"\nencoding = "latin-1"\nline_end = "lf"'
CSV = 'layout = "csv"\nencoding = "utf-8"\nline_end = "crlf"'
