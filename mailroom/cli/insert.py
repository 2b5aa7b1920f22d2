"""`mailroom insert stock | count | deliver`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from mailroom.bootstrap import open_house
from mailroom.cli.options import HERE, Folder, Json, Who
from mailroom.cli.output import StageProgress, print_json, stdout
from mailroom.production.insert_stock import count_insert, deliver_insert, look_at_stock

app = typer.Typer(help="Inserts in stock.", no_args_is_help=True, add_completion=False)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The insert, as its file names it.")]


@app.command()
def stock(folder: Folder = HERE, json: Json = False) -> int:
    """How many inserts there are, how many of them the open run still needs, and how many a plan may promise."""
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        found = look_at_stock(house.plant)
    report = [
        {
            "insert": name,
            "stock": None if each is None else each.there,
            "reserved": None if each is None else each.reserved,
            "free": None if each is None else each.free,
        }
        for name, each in found.items()
    ]
    if json:
        print_json(report)
        return 0
    table = Table(box=None, pad_edge=False)
    for column in ("insert", "stock", "reserved", "free"):
        table.add_column(column, justify="left" if column == "insert" else "right")
    for name, each in found.items():
        figures = ("not counted", "", "") if each is None else (str(each.there), str(each.reserved), str(each.free))
        table.add_row(name, *figures)
    if found:
        stdout.print(table)
    else:
        stdout.print("There are no inserts: the settings name none ([planning] inserts).", markup=False)
    return 0


@app.command()
def count(
    name: Name,
    number: Annotated[int, typer.Argument(min=0, metavar="NUMBER", help="All that lie there, in feeders too.")],
    who: Who,
    folder: Folder = HERE,
) -> int:
    """You have counted an insert: that many there are, whatever was written."""
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        change = count_insert(house.plant, name, number, who)
    told = f"{change:+d} against what was written" if change else "as it was written"
    stdout.print(f"{name}: {number} counted, {told}.", markup=False)
    return 0


@app.command()
def deliver(
    name: Name,
    number: Annotated[int, typer.Argument(min=1, metavar="NUMBER", help="So many came in.")],
    who: Who,
    folder: Folder = HERE,
) -> int:
    """More of an insert came in."""
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        there = deliver_insert(house.plant, name, number, who)
    stdout.print(f"{name}: {number} delivered, {there} in stock.", markup=False)
    return 0
