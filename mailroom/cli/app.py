"""The command tree, and the one place where errors become exit codes."""

from __future__ import annotations

import errno
import sys
import traceback

import typer
from typer.core import TyperGroup

from mailroom.cli.deferred import Deferred
from mailroom.cli.output import OUR_FAULT, TROUBLE, exit_code, show_error, stderr
from mailroom.domain.errors import Explained
from spool.atomic import disk_error

_INTERRUPTED = 130
"""What Typer makes of Ctrl-C."""


def _exit(code: int | None, **_: object) -> None:
    """A command's return value is its exit code."""
    raise typer.Exit(code or 0)


_COMMANDS = {
    "demo": "Send generated invoices, and the real ones beside the project, through press and inserter.",
    "init": "Make a folder a Mailroom: settings, ledger, inbox, queue, quarantine.",
    "intake": "Take documents in: mailroom intake FILE…, as data (UBL, CII, JSON lines, CSV) or as finished PDFs.",
    "run": "Mail runs.",
    "piece": "Mail pieces.",
    "household": "Who shares an envelope, where a person must say so.",
    "insert": "Inserts in stock.",
    "inserter": "The machine that fills envelopes: drive it, look at it, recover it when it stands.",
    "marks": "Marks and codes on the sheets.",
    "layout": "Layouts against their envelopes.",
    "verify": "Recompute the promise from a run's exported files alone: journal, machine log, control and print files.",
    "simulator": "Play the inserter behind a pty or TCP port. `python -m simulator --help` lists the options.",
}
"""The modules of the commands, with the help that each begins with."""

tree = TyperGroup(
    name="mailroom",
    commands={name: Deferred(name, line) for name, line in _COMMANDS.items()},
    result_callback=_exit,
    help="Print and mail: every document reaches its recipient exactly once, proven sheet by sheet.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


def main() -> None:
    """Run the command line and exit with the code of the contract."""
    sys.exit(run_app(sys.argv[1:]))


def run_app(arguments: list[str]) -> int:
    """Run with these arguments; returns the exit code."""
    try:
        tree(args=arguments)
    except SystemExit as ended:
        if ended.code == _INTERRUPTED:
            stderr.print("Stopped. Nothing is lost: the same command goes on from here.")
            return TROUBLE
        return ended.code if isinstance(ended.code, int) else OUR_FAULT
    except Exception as error:  # the outermost edge: whatever is not explained is our fault, and says so
        explained = _explained(error)
        if explained is not None:
            show_error(explained)
            return exit_code(explained)
        traceback.print_exc()
        told = "[bold red]E9001[/] This is our fault, not yours. The ledger holds all that happened before it."
        stderr.print(told, soft_wrap=True)
        return OUR_FAULT
    return 0


def _explained(error: Exception) -> Explained | None:
    """The error in the house's words; what a file system says is told as a fault of the disk."""
    if isinstance(error, Explained):
        return error
    if isinstance(error, OSError) and (error.filename is not None or error.errno == errno.ENOSPC):
        return disk_error(error, str(error.filename or ""))
    return None
