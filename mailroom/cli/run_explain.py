"""`mailroom run explain`, and what `run close` asks of differences."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from mailroom.bootstrap import House, open_house
from mailroom.cli.find_run import find_run
from mailroom.cli.options import HERE, Folder, Who
from mailroom.cli.output import StageProgress, stderr, stdout
from mailroom.domain.run import MailRun
from mailroom.production.explain import explain as write_explanation
from mailroom.production.explain import unexplained


def explain(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As run show and run close name it.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why the counts differ.")],
    who: Who,
    run: Annotated[str, typer.Option("--run", metavar="RUN", help="R000001; the latest when left out.")] = "",
    folder: Folder = HERE,
) -> int:
    """Say why ledger, press and machine differ; the statement shows it. A run is not closed before."""
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        told = write_explanation(house.plant, find_run(house, run).id, number, reason, who)
    stdout.print(escape(f"{told.number} {told.name} at {told.where}: {told.reason} ({told.by})"), soft_wrap=True)
    return 0


def ask_for_reasons(house: House, run: MailRun, who: str) -> None:
    """At a terminal: each difference that nobody has explained, and the reason typed; an empty answer leaves it."""
    with house.store.reader() as ledger:
        left = unexplained(ledger, run.id)
    for each in left:
        stderr.print(f"[yellow]{each.name}[/] at {escape(each.where)}: {escape(each.facts)}", soft_wrap=True)
        reason = typer.prompt("    why?", default="", show_default=False, err=True).strip()
        if reason:
            write_explanation(house.plant, run.id, each.number, reason, who)
