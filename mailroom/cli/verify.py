"""`mailroom verify`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from mailroom.cli.options import HERE, Folder, Json
from mailroom.cli.output import PERSON, print_json, stdout
from mailroom.domain.errors import MailroomError
from mailroom.domain.words import count
from mailroom.verify.verify import verify_run

app = typer.Typer(add_completion=False)


@app.command()
def verify(
    run_folder: Annotated[
        Path | None, typer.Argument(metavar="[RUNDIR]", help="A run's folder; the latest exported one when left out.")
    ] = None,
    folder: Folder = HERE,
    json: Json = False,
) -> int:
    """Recompute the promise from a run's exported files alone: journal, machine log, control and print files."""
    chosen = run_folder or _latest_run_folder(folder)
    if chosen is None or not (chosen / "run.json").exists():
        raise MailroomError(
            "E7060",
            f"no exported run in {chosen or folder}",
            place=str(chosen or folder),
            remedy="Close a run first (mailroom run close), or name its folder.",
        )
    verdict = verify_run(chosen)
    if json:
        print_json(asdict(verdict))
    else:
        for invariant, checked in sorted(verdict.checked.items()):
            stdout.print(f"  invariant {invariant}: {checked} checked")
        if verdict.stacked:
            told = ", ".join(f"{number} by {ground}" for ground, number in verdict.stacked.items())
            stdout.print(f"  in envelopes: {told}")
        for finding in verdict.findings:
            where = " ".join(filter(None, (finding.piece, f"copy {finding.copy}" if finding.copy else "")))
            told = escape(f"{finding.invariant} {where or '–'}: {finding.detail}")
            stdout.print(f"[bold red]✗[/] {told}", soft_wrap=True)
        found = count(len(verdict.findings), "finding")
        stdout.print("[bold green]✓ verified[/]" if verdict.ok else f"[bold red]{found}[/]")
    return 0 if verdict.ok else PERSON


def _latest_run_folder(folder: Path) -> Path | None:
    """The folder of the latest run that was exported."""
    runs = sorted((folder / "runs").glob("R*/run.json"))
    return runs[-1].parent if runs else None
