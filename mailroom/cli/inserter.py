"""`mailroom inserter check | run | monitor | recover | accept-loss | release`."""

from __future__ import annotations

import typer

from mailroom.cli.inserter_check import check
from mailroom.cli.inserter_monitor import monitor
from mailroom.cli.inserter_observe import observe
from mailroom.cli.inserter_release import release
from mailroom.cli.inserter_run import run
from mailroom.cli.recover import accept_loss, recover

app = typer.Typer(
    help="The machine that fills envelopes: drive it, look at it, recover it when it stands.",
    no_args_is_help=True,
    add_completion=False,
)
app.command("check")(check)
app.command("run")(run)
app.command("monitor")(monitor)
app.command("observe")(observe)
app.command("recover")(recover)
app.command("accept-loss")(accept_loss)
app.command("release")(release)
