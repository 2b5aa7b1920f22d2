"""`mailroom simulator`: the machine without the machine."""

from __future__ import annotations

import typer

from simulator.__main__ import main as run_simulator

app = typer.Typer(add_completion=False)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def simulator(context: typer.Context) -> int:
    """Play the inserter behind a pty or TCP port. `python -m simulator --help` lists the options."""
    return run_simulator(context.args) or 0
