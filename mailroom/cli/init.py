"""`mailroom init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailroom.bootstrap import init_house
from mailroom.cli.output import stdout

app = typer.Typer(add_completion=False)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make a Mailroom.")],
    client: Annotated[str, typer.Option(help="Whose mail this is; stands in control files.")] = "Mailroom",
) -> None:
    """Make a folder a Mailroom: settings, ledger, inbox, queue, quarantine."""
    init_house(folder, client)
    stdout.print(f"{folder} is a Mailroom now. Settings: {folder / 'mailroom.toml'}", markup=False, soft_wrap=True)
    stdout.print(f"Next: mailroom intake --dir {folder} FILE…", markup=False, soft_wrap=True)
