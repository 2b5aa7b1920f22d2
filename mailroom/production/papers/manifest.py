"""The posting manifest on paper: what is handed to the operator, what it costs, and what was planned and not mailed."""

from __future__ import annotations

from pathlib import Path

from reportlab.lib.units import mm

from mailroom.planning.postage.manifest import Manifest, ManifestLine, NotMailed, VatLine
from mailroom.planning.postage.product import Prices, Vat
from mailroom.planning.postage.trays import Tray
from mailroom.planning.words import grams
from mailroom.production.papers.parts import Figure, figures, section, signature, thousands
from mailroom.production.papers.posting import PostingHeading, destination, kilograms, money, tray_id
from mailroom.production.papers.sheet import ACCENT, ALARM, GREY, INK, LEFT, RIGHT, Column, Sheet, draw
from mailroom.production.papers.typeface import BOLD, REGULAR, SEMIBOLD, shorten
from spool.atomic import write_whole

_LINES = (
    Column("Product", 48),
    Column("Format", 18),
    Column("Up to", 18, right=True),
    Column("Pieces", 18, right=True),
    Column("Weight", 26, right=True),
    Column("Price", 16, right=True),
    Column("Amount", 28, right=True),
)
_TAXES = (
    Column("VAT", 62),
    Column("Net", 37, right=True),
    Column("Tax", 36, right=True),
    Column("Gross", 37, right=True),
)
_TRAYS = (
    Column("Tray", 28),
    Column("Destination", 48),
    Column("Level", 22),
    Column("Postcodes", 30),
    Column("Pieces", 18, right=True),
    Column("Weight", 26, right=True),
)
_NOT_MAILED = (
    Column("Piece", 26),
    Column("Tray", 28),
    Column("Product", 40),
    Column("Price", 18, right=True),
    Column("", 3),
    Column("What became of it", 57),
)


def write_manifest(path: Path, heading: PostingHeading, manifest: Manifest) -> None:
    """Write the manifest to `path`, whole or not at all. The same manifest gives the same bytes. SpoolError E60xx for
    the disk."""
    footer = f"Posting manifest of run {heading.run}, {heading.posted_on.isoformat()}"
    data = draw(footer, f"Posting {heading.run}", heading.client, lambda sheet: _content(sheet, heading, manifest))
    write_whole(path, data)


def _content(sheet: Sheet, heading: PostingHeading, manifest: Manifest) -> None:
    _title(sheet, heading)
    figures(
        sheet,
        (
            Figure("Pieces", thousands(manifest.pieces)),
            Figure("Weight of the pieces", kilograms(manifest.weight_mg)),
            Figure("Trays", thousands(len(manifest.trays))),
            Figure(f"Net, {manifest.currency}", money(manifest.net)),
            Figure(f"Gross, {manifest.currency}", money(manifest.gross)),
        ),
        18,
    )
    _remarks(sheet, manifest)
    operators = ", ".join(sorted({line.operator for line in manifest.lines}))
    sheet.heading(f"Products of {operators}" if operators else "Products", 30)
    sheet.table(_LINES, [_line(each) for each in manifest.lines])
    sheet.heading("Value added tax", 30)
    sheet.table(_TAXES, [_tax(each) for each in manifest.taxes])
    section(sheet, "Trays", _TRAYS, [_tray(heading, each) for each in manifest.trays])
    sheet.note("Weights are those of the pieces, without trays.", GREY)
    missing = [_not_mailed(heading, each) for each in manifest.not_mailed]
    section(sheet, "Planned and not mailed", _NOT_MAILED, missing)
    signature(sheet, heading.handed_over_by)


def _title(sheet: Sheet, heading: PostingHeading) -> None:
    sheet.y -= 9
    sheet.text(LEFT, "Posting manifest", 9, REGULAR, GREY)
    sheet.text_right(RIGHT, shorten(heading.client, SEMIBOLD, 10, 90 * mm), 10, SEMIBOLD)
    sheet.y -= 25
    sheet.text(LEFT, heading.run, 26, BOLD, ACCENT)
    sheet.text_right(RIGHT, f"Posted on {heading.posted_on.isoformat()}", 10)
    sheet.y -= 16
    sheet.text(LEFT, shorten(heading.handed_in_at, REGULAR, 9, 150 * mm), 9)
    sheet.y -= 9
    sheet.rule(ACCENT, 1.2)


def _remarks(sheet: Sheet, manifest: Manifest) -> None:
    """The sums in words; in red what the operator may refuse."""
    missing = len(manifest.not_mailed)
    sheet.y -= 4
    sheet.note(
        f"Pieces: {manifest.planned} planned, {manifest.pieces} mailed + {missing} not mailed"
        f" = {manifest.pieces + missing}.",
        INK if manifest.planned == manifest.pieces + missing else ALARM,
    )
    if manifest.example:
        sheet.note("The prices are examples of nobody. Enter your operator's price list before posting.", ALARM)
    for problem in manifest.problems:
        sheet.note(problem, ALARM)


def _line(line: ManifestLine) -> tuple[str, ...]:
    return (
        line.title,
        line.format,
        grams(line.up_to_mg),
        thousands(line.pieces),
        kilograms(line.weight_mg),
        money(line.price),
        money(line.amount),
    )


def _tax(line: VatLine) -> tuple[str, ...]:
    return _vat(line.vat), money(line.net), money(line.tax), money(line.gross)


def _vat(vat: Vat) -> str:
    match vat.prices:
        case Prices.EXEMPT:
            return "Exempt"
        case Prices.INCLUDE:
            return f"{vat.rate_percent} % included in the prices"
        case Prices.EXCLUDE:
            return f"{vat.rate_percent} % on top of the prices"


def _tray(heading: PostingHeading, tray: Tray) -> tuple[str, ...]:
    one = tray.first_postcode == tray.last_postcode
    return (
        tray_id(heading.run, tray.number),
        destination(tray),
        tray.level,
        tray.first_postcode if one else f"{tray.first_postcode}–{tray.last_postcode}",
        thousands(len(tray.pieces)),
        kilograms(tray.pieces_weight_mg),
    )


def _not_mailed(heading: PostingHeading, each: NotMailed) -> tuple[str, ...]:
    return each.piece, tray_id(heading.run, each.tray), each.product, money(each.price), "", each.why or "not told"
