"""`mailroom run fill`: envelopes filled by hand, each sheet scanned on its way in."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer
from rich.markup import escape

from mailroom.bootstrap import House, open_house
from mailroom.cli.find_run import find_run
from mailroom.cli.options import HERE, Folder, Json, Who
from mailroom.cli.output import PERSON, StageProgress, print_json, stdout
from mailroom.domain.words import count
from mailroom.locks import working_alone
from mailroom.production.fill import FillingTable, Outcome, Reply
from mailroom.production.papers.hand_list import DONE, SPOILED

_STOP = "STOP"
_SIGNS = {
    Outcome.TAKEN: "[green]✓[/]",
    Outcome.FILLED: "[bold green]✓ Done:[/]",
    Outcome.UNKNOWN: "[bold yellow]! Unknown:[/]",
    Outcome.REFUSED: "[bold red]✗ Not in:[/]",
}
_CUT_OFF = "the filling ended in the middle of it"


def fill(
    who: Who,
    run: Annotated[str, typer.Argument(metavar="[RUN]", help="R000001; the latest when left out.")] = "",
    scan: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="The text of a sheet's code, or DONE or SPOILED; may be given many times."),
    ] = None,
    folder: Folder = HERE,
    json: Json = False,
) -> int:
    """Fill by hand what no machine can: scan each sheet as it goes in, and DONE when inserts are in and the envelope is
    closed. Codes come line by line from a hand scanner (standard input), or by --scan. Exit 5 while a piece waits or is
    unknown."""
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house, working_alone(folder):
        held = find_run(house, run)
        table = FillingTable(house.plant, held.id, who)
        session = _Session(house, table, quiet=json)
        session.work(scan if scan is not None else _lines())
    report = session.report()
    if json:
        print_json(report)
    else:
        _show(report)
    return PERSON if report["left"] or report["unknown"] else 0


def _lines() -> Iterator[str]:
    """The lines of standard input, until it ends or the person stops it."""
    try:
        yield from sys.stdin
    except KeyboardInterrupt:
        return


class _Session:
    """Scans in, answers out, until nothing is left or the scans end."""

    def __init__(self, house: House, table: FillingTable, *, quiet: bool) -> None:
        self._items = house.plant.floor.setup.items
        self._table = table
        self._quiet = quiet
        self._scans: list[dict[str, Any]] = []

    def work(self, lines: Sequence[str] | Iterator[str]) -> None:
        self._announce()
        for line in lines:
            text = line.strip("\r\n")
            word = text.strip().upper()
            if word == _STOP:
                break
            if word:
                self._answer(text, self._take(text, word))
            if self._table.ended:
                break
        if self._table.under_way is not None:
            self._answer("", self._table.spoil(_CUT_OFF))

    def _take(self, text: str, word: str) -> Reply:
        if word == DONE:
            return self._table.confirm()
        if word == SPOILED:
            return self._table.spoil("declared spoiled while it was filled")
        return self._table.scan(text)

    def _answer(self, text: str, reply: Reply) -> None:
        self._scans.append({"scan": text, "outcome": reply.outcome.value, "text": reply.text})
        if self._quiet:
            return
        stdout.print(f"{_SIGNS[reply.outcome]} {escape(reply.text)}", soft_wrap=True)
        self._announce()

    def _announce(self) -> None:
        """Which sheet is due; of a new piece also where it goes, and of a whole one what is put in with it."""
        due = self._table.due()
        if self._quiet or due is None:
            return
        piece, copy = self._table.piece_of(due.copy), due.copy
        inserts = [self._titled(insert.name) for insert in piece.details.inserts]
        if due.scanned == 0:
            stdout.print(f"\n[bold]{piece.id}[/] copy {copy.copy}: {piece.envelope}, {count(copy.sheets, 'sheet')}")
            stdout.print(f"  {', '.join(piece.lines)}", markup=False, soft_wrap=True)
            stdout.print(f"  inserts: {', '.join(inserts) or 'none'}", markup=False, soft_wrap=True)
        if due.complete:
            put_in = f"put in {', '.join(inserts)}, close" if inserts else "no insert goes in; close"
            stdout.print(f"→ {put_in} the envelope, then scan {DONE}", markup=False, soft_wrap=True)
        else:
            stdout.print(f"→ scan sheet {due.due.sheet} of {copy.sheets} of {piece.id}", markup=False)

    def _titled(self, insert: str) -> str:
        item = self._items.get(insert)
        return item.title if item is not None else insert

    def report(self) -> dict[str, Any]:
        """`run fill --json`."""
        table = self._table
        return {
            "run": table.run,
            "filled": [copy.piece for copy in table.filled],
            "unknown": [copy.piece for copy in table.spoiled],
            "left": len(table.waiting),
            "scans": self._scans,
        }


def _show(report: dict[str, Any]) -> None:
    filled, unknown, left, run = len(report["filled"]), report["unknown"], report["left"], report["run"]
    stdout.print(f"\n{count(filled, 'piece')} filled; {left} left", highlight=False)
    for piece in unknown:
        stdout.print(
            f"[yellow]unknown[/] {piece}: say what became of it: mailroom piece resolve {piece} --as …", soft_wrap=True
        )
    following = f"mailroom run fill {run} --who NAME" if left and not unknown else "mailroom run start"
    stdout.print(f"Next: {following}")
