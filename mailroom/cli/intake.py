"""`mailroom intake`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from mailroom.bootstrap import open_house
from mailroom.cli.default_group import DefaultGroup
from mailroom.cli.options import HERE, Folder, Json
from mailroom.cli.output import REFUSED, StageProgress, error_json, print_json, show_error, stdout
from mailroom.cli.probe import probe, prove
from mailroom.cli.set_aside import again, drop, waiting
from mailroom.cli.watch import watch
from mailroom.domain.content import Content
from mailroom.domain.finished import FinishedPdf
from mailroom.intake.finished.definition_file import load_definition
from mailroom.intake.receive import Received
from mailroom.production.compose import layout_language


class _Intake(DefaultGroup):
    DEFAULT = "take"


app = typer.Typer(
    cls=_Intake,
    add_completion=False,
    help="Take documents in: mailroom intake FILE…, as data (UBL, CII, JSON lines, CSV) or as finished PDFs.",
)
app.command("probe")(probe)
app.command("prove")(prove)
app.command("watch")(watch)
app.command("waiting")(waiting)
app.command("again")(again)
app.command("drop")(drop)


@app.command("take")
def take(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Invoices (UBL, CII, JSON lines, CSV) or finished PDFs.")
    ],
    folder: Folder = HERE,
    definition: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml", help="How PDFs are read; without it, by the definitions of the folder's definitions/."
        ),
    ] = None,
    accept_duplicates: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Take documents that were taken in before once more; NAME decides that."),
    ] = None,
    json: Json = False,
) -> int:
    """Take documents in; the command's name may be left out. What can't be taken goes to quarantine with its reasons;
    the rest goes on."""
    chosen = load_definition(definition) if definition else None
    with StageProgress(quiet=json) as progress, open_house(folder, progress) as house:
        results: list[Received] = []
        for result in house.reception(accept_duplicates, chosen).receive(files):
            results.append(result)
            progress("intake", len(results), len(results))
    refused = [result for result in results if result.error is not None]
    if json:
        print_json([received_json(result) for result in results])
    else:
        _show(results, refused, folder)
    return REFUSED if refused else 0


_NOTES_MOST = 20
"""A file taken in a second time would fill the screen with as many notes as it has documents."""


def received_json(result: Received) -> dict[str, Any]:
    """One element of `intake --json`."""
    content = result.content
    return {
        "file": result.file,
        "status": result.status,
        "kind": result.kind,
        "number": content.number if content else None,
        "customer": _customer(content) if content else None,
        "currency": content.currency or None if content else None,
        "total": _total(content) if content else None,
        "language": _language(content) if content else None,
        "error": error_json(result.error),
        **({"note": error_json(result.note)} if result.note else {}),
    }


def _customer(content: Content) -> str:
    return next(iter(content.lines), "") if isinstance(content, FinishedPdf) else content.buyer.name


def _total(content: Content) -> str | None:
    amount = content.amount if isinstance(content, FinishedPdf) else content.totals.payable
    return None if amount is None else str(amount)


def _language(content: Content) -> str | None:
    if isinstance(content, FinishedPdf):
        return content.language or None
    return content.language or layout_language(content)


def _show(results: list[Received], refused: list[Received], folder: Path) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("file", "kind", "accepted", "refused"):
        table.add_column(column, justify="left" if column in ("file", "kind") else "right")
    for file in dict.fromkeys(result.file for result in results):
        mine = [result for result in results if result.file == file]
        bad = sum(result.error is not None for result in mine)
        table.add_row(escape(Path(file).name), mine[0].kind, str(len(mine) - bad), str(bad) if bad else "–")
    stdout.print(table)
    for result in refused:
        if result.error is not None:
            show_error(result.error)
    notes = [result.note for result in results if result.note is not None]
    for note in notes[:_NOTES_MOST]:
        show_error(note, style="yellow")
    if len(notes) > _NOTES_MOST:
        stdout.print(f"and {len(notes) - _NOTES_MOST} more that were taken in before (--json lists them)")
    if refused:
        stdout.print(f"{len(refused)} set aside in {escape(str(folder / 'quarantine'))}", soft_wrap=True)
    stdout.print("Next: mailroom run start")
