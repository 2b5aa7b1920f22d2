"""`mailroom simulator`: the machine without the machine."""

from __future__ import annotations

import typer

from simulator.__main__ import main as run_simulator


def simulator(context: typer.Context) -> int:
    """Play the inserter behind a pty or TCP port; the same as `python -m simulator`, which lists the options."""
    return run_simulator(context.args) or 0
