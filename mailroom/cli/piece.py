"""`mailroom piece show | resolve | withdraw`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

from mailroom.bootstrap import House, open_house
from mailroom.cli.options import HERE, Folder, Json, Who
from mailroom.cli.output import StageProgress, print_json, stdout
from mailroom.domain.errors import MailroomError
from mailroom.production.lookup import the_piece
from mailroom.production.reconcile import resolve as resolve_copy
from mailroom.production.withdraw import withdraw_piece

app = typer.Typer(help="Mail pieces.", no_args_is_help=True, add_completion=False)


@app.command()
def show(
    piece: Annotated[str, typer.Argument(metavar="[ID]", help="P00000001")] = "",
    scan: Annotated[str, typer.Option(metavar="CODE", help="The text of a sheet's code, as a scanner gives it.")] = "",
    folder: Folder = HERE,
    json: Json = False,
) -> int:
    """A piece's whole history, by its number or by any of its sheets' codes."""
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        report = piece_report(house, piece or _scanned(house, scan))
    if json:
        print_json(report)
        return 0
    documents = escape(", ".join(report["documents"]))
    stdout.print(f"[bold]{report['piece']}[/] {report['state']}: {documents}", soft_wrap=True)
    for line in report["address"]:
        stdout.print(f"    {line}", markup=False, soft_wrap=True)
    for copy in report["copies"]:
        stdout.print(f"  copy {copy['copy']} [bold]{copy['state']}[/]")
        for event in copy["events"]:
            at = event["at"][:19].replace("T", " ")
            stdout.print(f"    {at}  {event['event']:<24} {event['who']}", markup=False, soft_wrap=True)
    return 0


@app.command()
def resolve(
    piece: Annotated[str, typer.Argument(metavar="ID", help="P00000001")],
    verdict: Annotated[str, typer.Option("--as", help="destroyed, quarantined or stacked")],
    who: Who,
    copy: Annotated[int | None, typer.Option(help="The copy; the last one when left out.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the journal.")] = "declared by hand",
    folder: Folder = HERE,
) -> int:
    """Say what became of a copy that nobody could vouch for."""
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        moved = resolve_copy(house.plant, piece, copy, verdict, who, reason)
    stdout.print(f"{moved.piece} copy {moved.copy} is {moved.state.value}. Next: mailroom run start")
    return 0


@app.command()
def withdraw(
    piece: Annotated[str, typer.Argument(metavar="ID", help="P00000001")], who: Who, folder: Folder = HERE
) -> int:
    """Take a piece out of the run for good; its printed copies must be destroyed or quarantined first."""
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        withdraw_piece(house.plant, piece, who)
    stdout.print(f"{piece} is withdrawn.")
    return 0


def _scanned(house: House, code: str) -> str:
    sheet = house.plant.mark_set.code.template.match(code)
    if sheet is None:
        raise MailroomError(
            "E7023",
            f"{code!r} is not a code of this mailroom's sheets" if code else "no piece named",
            remedy="Name a piece (P00000001) or scan a sheet's code with --scan.",
        )
    return sheet.piece


def piece_report(house: House, piece: str) -> dict[str, Any]:
    """`piece show --json`."""
    with house.store.reader() as ledger:
        held = the_piece(ledger, piece)
        entries = [chained.entry for chained in ledger.entries(piece=piece)]
        return {
            "piece": piece,
            "state": held.state.value,
            "run": held.run,
            "address": list(held.lines),
            "documents": [document.number for document in held.documents],
            "copies": [
                {
                    "copy": copy.copy,
                    "state": copy.state.value,
                    "events": [
                        {
                            "at": entry.at.isoformat(),
                            "event": entry.event,
                            "who": entry.who,
                            "detail": dict(entry.detail),
                        }
                        for entry in entries
                        if entry.copy == copy.copy
                    ],
                }
                for copy in ledger.copies(piece)
            ],
        }
