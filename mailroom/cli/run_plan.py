"""`mailroom run plan --dry-run`: what a run would come to, before it is begun."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from mailroom.bootstrap import open_house
from mailroom.cli.options import HERE, Folder, Json
from mailroom.cli.output import StageProgress, print_json, stdout
from mailroom.domain.errors import MailroomError
from mailroom.domain.handling import Handling
from mailroom.domain.words import count
from mailroom.locks import working_alone
from mailroom.planning.likeness import Proposal
from mailroom.planning.postage.manifest import Manifest
from mailroom.planning.words import grams
from mailroom.production.outlook import Outlook, look_ahead
from mailroom.production.papers.posting import kilograms

_SHOWN = 5
"""Proposals, outliers and documents set aside that the screen names; `--json` has all of the latter two."""


def plan(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look: no run is begun.")] = False,
    folder: Folder = HERE,
    json: Json = False,
) -> int:
    """What a run of all that waits would come to: pieces, envelopes, inserts, postage, and what would stay behind."""
    if not dry_run:
        raise MailroomError(
            "E7015",
            "run plan only looks, and says so: it takes --dry-run",
            place=str(folder),
            remedy="Look with: mailroom run plan --dry-run. To plan and begin: mailroom run start.",
        )
    with StageProgress(quiet=json) as progress, open_house(folder, progress) as house, working_alone(folder):
        found = look_ahead(house.plant)
    report = outlook_report(found)
    if json:
        print_json(report)
    else:
        show_outlook(report)
        stdout.print("Nothing was begun. Next: mailroom run start")
    return 0


def outlook_report(found: Outlook) -> dict[str, Any]:
    """`run plan --dry-run --json`."""
    sums = found.totals
    return {
        "documents": sums.documents,
        "pieces": sums.pieces,
        "envelopes_saved": sums.together,
        "sheets": sums.sheets,
        "weight_mg": sums.weight_mg,
        "envelopes": [
            {
                "envelope": each.envelope,
                "handling": each.handling.value,
                "pieces": each.pieces,
                "documents": each.documents,
                "sheets": each.sheets,
                "weight_mg": each.weight_mg,
            }
            for each in sums.envelopes
        ],
        "inserts": [
            {"insert": use.name, "feeder": use.feeder, "used": use.used, "left": use.left, "short": use.short}
            for use in found.inserts
        ],
        "postage": _postage(found.postage) if found.postage is not None else None,
        "too_few": [{"product": each.product, "format": each.format, "text": str(each)} for each in found.too_few],
        "outliers": [
            {
                "customer": each.customer,
                "address": list(each.lines),
                "documents": [document.number for document in each.documents],
                "sheets": each.sheets,
                "why": each.reason.text,
            }
            for each in found.outliers
        ],
        "proposals": {"count": len(found.proposals), "first": [_proposal(each) for each in found.proposals[:_SHOWN]]},
        "set_aside": [
            {"document": document.content.number, "problem": problem} for document, problem in found.set_aside
        ],
        "notices": [{"code": each.code, "text": each.text} for each in found.notices],
        "release": list(found.release),
    }


def _postage(manifest: Manifest) -> dict[str, Any]:
    return {
        "currency": manifest.currency,
        "example": manifest.example,
        "trays": len(manifest.trays),
        "products": [
            {
                "product": line.product,
                "title": line.title,
                "format": line.format,
                "up_to_mg": line.up_to_mg,
                "pieces": line.pieces,
                "weight_mg": line.weight_mg,
                "price": str(line.price),
                "amount": str(line.amount),
            }
            for line in manifest.lines
        ],
        "net": str(manifest.net),
        "tax": str(manifest.tax),
        "gross": str(manifest.gross),
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {"addresses": [list(lines) for lines in proposal.printed], "why": proposal.reason.text}


def show_outlook(report: dict[str, Any]) -> None:
    """The report as text."""
    together = count(report["envelopes_saved"], "envelope")
    stdout.print(
        f"[bold]{count(report['documents'], 'document')}[/] in [bold]{count(report['pieces'], 'piece')}[/]"
        f" ({together} saved by sharing), {count(report['sheets'], 'sheet')}, {kilograms(report['weight_mg'])}"
    )
    _table(
        ("envelope", "pieces", "documents", "sheets", "weight"),
        [
            (_filled(each), each["pieces"], each["documents"], each["sheets"], kilograms(each["weight_mg"]))
            for each in report["envelopes"]
        ],
    )
    _table(
        ("insert", "feeder", "used", "left", "lacking"),
        [
            (each["insert"], each["feeder"] or "none", each["used"], _left(each["left"]), each["short"])
            for each in report["inserts"]
        ],
    )
    if report["postage"] is not None:
        _show_postage(report["postage"])
    _show_notes(report)


def _filled(each: dict[str, Any]) -> str:
    """The envelope, and that it is filled by hand."""
    return f"{each['envelope']} (by hand)" if each["handling"] == Handling.MANUAL.value else str(each["envelope"])


def _left(left: int | None) -> str:
    return "not counted" if left is None else str(left)


def _show_postage(postage: dict[str, Any]) -> None:
    _table(
        ("product", "format", "up to", "pieces", "weight", "price", "amount"),
        [
            (
                each["title"],
                each["format"],
                grams(each["up_to_mg"]),
                each["pieces"],
                kilograms(each["weight_mg"]),
                each["price"],
                each["amount"],
            )
            for each in postage["products"]
        ],
    )
    sums = f"net {postage['net']} + tax {postage['tax']} = gross {postage['gross']} {postage['currency']}"
    stdout.print(f"postage: {sums}, {count(postage['trays'], 'tray')}", soft_wrap=True)
    if postage["example"]:
        stdout.print("[yellow]example[/] The prices are examples of nobody.")


def _show_notes(report: dict[str, Any]) -> None:
    """What somebody should look at before the run is begun."""
    proposals = report["proposals"]
    kinds: tuple[tuple[str, int, list[str]], ...] = (
        ("not used", len(report["too_few"]), [f"{each['product']}: {each['text']}" for each in report["too_few"]]),
        (
            "outlier",
            len(report["outliers"]),
            [f"{', '.join(each['address'])}: {each['why']}" for each in report["outliers"]],
        ),
        (
            "proposal",
            proposals["count"],
            [
                f"{' | '.join(', '.join(lines) for lines in each['addresses'])}: {each['why']}"
                for each in proposals["first"]
            ],
        ),
        (
            "set aside",
            len(report["set_aside"]),
            [f"{each['document']}: {each['problem']}" for each in report["set_aside"]],
        ),
        ("notice", len(report["notices"]), [each["text"] for each in report["notices"]]),
        ("waits for release", len(report["release"]), report["release"]),
    )
    for word, number, texts in kinds:
        for text in texts[:_SHOWN]:
            stdout.print(f"[yellow]{word}[/] {escape(text)}", soft_wrap=True)
        if number > _SHOWN:
            stdout.print(f"[yellow]{word}[/] and {number - _SHOWN} more", soft_wrap=True)


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table with its first column to the left, the figures to the right; nothing without rows."""
    if not rows:
        return
    table = Table(box=None, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    stdout.print(table)
