"""`mailroom inserter recover`."""

from __future__ import annotations

import typer

from mailroom.cli.recover import recover

app = typer.Typer(help="The inserter: what stands, what it holds, what became of it.", add_completion=False)
app.command("recover")(recover)


@app.callback()
def _group() -> None:
    """The inserter: what stands, what it holds, what became of it."""
