"""The manifest as CSV: UTF-8, semicolons, points in numbers, one head line. Written and read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from mailroom.domain.errors import InputRefused
from mailroom.domain.money import round_money
from mailroom.planning.postage.manifest import Manifest, ManifestLine
from mailroom.planning.postage.product import Prices, Vat
from mailroom.planning.words import thousandths

LINE_COLUMNS = (
    "run",
    "posted_on",
    "handed_in_at",
    "operator",
    "product",
    "title",
    "format",
    "up_to_g",
    "pieces",
    "weight_g",
    "price",
    "amount",
    "currency",
    "vat_prices",
    "vat_percent",
)
TRAY_COLUMNS = (
    "run",
    "posted_on",
    "tray",
    "product",
    "format",
    "envelope",
    "level",
    "destination",
    "title",
    "part",
    "parts",
    "first_postcode",
    "last_postcode",
    "pieces",
    "weight_g",
    "area",
)
NOT_MAILED_COLUMNS = ("run", "posted_on", "piece", "tray", "product", "format", "weight_g", "price", "why")


def lines_csv(manifest: Manifest, handed_in_at: str) -> str:
    """What is paid: a row for each product, format and weight step. `handed_in_at` is the terminal, as the operator
    calls it."""
    return _written(
        LINE_COLUMNS,
        (
            (
                manifest.run,
                manifest.posted_on.isoformat(),
                handed_in_at,
                line.operator,
                line.product,
                line.title,
                line.format,
                thousandths(line.up_to_mg),
                line.pieces,
                thousandths(line.weight_mg),
                line.price,
                line.amount,
                manifest.currency,
                line.vat.prices.value,
                line.vat.rate_percent,
            )
            for line in manifest.lines
        ),
    )


def trays_csv(manifest: Manifest) -> str:
    """What is handed over: a row for each tray. Weights are those of the pieces, without the tray."""
    return _written(
        TRAY_COLUMNS,
        (
            (
                manifest.run,
                manifest.posted_on.isoformat(),
                tray.number,
                tray.product.id,
                tray.format.size.name,
                tray.envelope,
                tray.level,
                tray.destination.key,
                tray.destination.title,
                tray.part,
                tray.parts,
                tray.first_postcode,
                tray.last_postcode,
                len(tray.pieces),
                thousandths(tray.pieces_weight_mg),
                tray.area.key if tray.area else "",
            )
            for tray in manifest.trays
        ),
    )


def not_mailed_csv(manifest: Manifest) -> str:
    """Differences to the plan: a row for each piece that was planned and not mailed."""
    return _written(
        NOT_MAILED_COLUMNS,
        (
            (
                manifest.run,
                manifest.posted_on.isoformat(),
                each.piece,
                each.tray,
                each.product,
                each.format,
                thousandths(each.weight_mg),
                each.price,
                each.why,
            )
            for each in manifest.not_mailed
        ),
    )


def read_lines_csv(text: str, place: str = "manifest") -> tuple[tuple[str, date, str], tuple[ManifestLine, ...]]:
    """Run, day and currency, and the lines, of what `lines_csv` wrote.

    InputRefused E7513 with the line: not this layout, a value that can't be, an amount that is not pieces × price,
    lines of different runs, or none.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    heads: set[tuple[str, date, str]] = set()
    lines: list[ManifestLine] = []
    try:
        if tuple(reader.fieldnames or ()) != LINE_COLUMNS:
            raise ValueError("the columns are not those of a manifest")
        for row in reader:
            heads.add((row["run"], date.fromisoformat(row["posted_on"]), row["currency"]))
            lines.append(_line(row))
        if len(heads) != 1:
            raise ValueError("it must be of one run, day and currency")
    except (ValueError, KeyError, TypeError, InvalidOperation, csv.Error) as error:
        raise InputRefused(
            "E7513",
            f"this is not a manifest: {error}",
            place=f"{place}, line {reader.line_num}",
            remedy="Write the manifest again.",
        ) from error
    return heads.pop(), tuple(lines)


def _line(row: dict[str, str]) -> ManifestLine:
    pieces, price, amount = int(row["pieces"]), Decimal(row["price"]), Decimal(row["amount"])
    if round_money(pieces * price, row["currency"]) != amount:
        raise ValueError(f"{pieces} × {price} is not {amount}")
    return ManifestLine(
        product=row["product"],
        title=row["title"],
        operator=row["operator"],
        format=row["format"],
        up_to_mg=_milli(row["up_to_g"]),
        pieces=pieces,
        weight_mg=_milli(row["weight_g"]),
        price=price,
        vat=Vat(Prices(row["vat_prices"]), Decimal(row["vat_percent"])),
        amount=amount,
    )


def _milli(text: str) -> int:
    return int(Decimal(text) * 1000)


def _written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
