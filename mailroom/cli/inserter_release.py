"""`mailroom inserter release`."""

from __future__ import annotations

from typing import Annotated

import typer

from mailroom.bootstrap import open_house
from mailroom.cli.options import HERE, Folder, Who
from mailroom.cli.output import StageProgress, stdout
from mailroom.locks import machine_holder
from mailroom.production.release_machine import release_machine


def release(
    who: Who,
    path_empty: Annotated[
        bool, typer.Option("--path-empty", help="You have taken all paper out of the machine's path.")
    ] = False,
    folder: Folder = HERE,
) -> int:
    """Let the machine run again after a standstill, in your name: what made it stand is mended, and nobody's hands are
    in it. `inserter run` finds your word in the journal and goes on. After a jam it wants --path-empty, too."""
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        release_machine(house.plant, who, path_empty=path_empty)
    stdout.print("The machine may run again.")
    if machine_holder(folder) is None:
        stdout.print("inserter run goes on now if it waits here; else: mailroom run start")
    return 0
