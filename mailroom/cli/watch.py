"""`mailroom intake watch`."""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from mailroom.bootstrap import open_house
from mailroom.cli.options import HERE, Folder, Json
from mailroom.cli.output import REFUSED, StageProgress, error_json, print_json, show_error, stdout
from mailroom.intake.finished.definition_file import load_definition
from mailroom.intake.hotfolder import Fate, Looked

_LOOKS = 2
"""A file that comes to rest is whole at the second look."""


def watch(
    folder: Folder = HERE,
    definition: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="How PDFs are read; otherwise by the folder's definitions/."),
    ] = None,
    every: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="How long between two looks.")] = 5.0,
    once: Annotated[
        bool, typer.Option("--once", help="Look twice, the settling time apart, then end: for a scheduler.")
    ] = False,
    json: Json = False,
) -> int:
    """Take in what is put into the hot folder (settings: hot_folder), until Ctrl-C."""
    chosen = load_definition(definition) if definition else None
    seen: list[Looked] = []
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        hot = house.hot_folder(chosen)
        if not json:
            stdout.print(f"Looking into {escape(str(hot.folder))}", soft_wrap=True)
        for number in count(1):
            found = list(hot.look())
            waiting = [each for each in found if each.fate is Fate.WAITING]
            seen += [each for each in found if each.fate is not Fate.WAITING]
            if not json:
                for each in found:
                    _show(each)
            if once and (number == _LOOKS or not waiting or not hot.settle_s):
                seen += waiting
                break
            time.sleep(hot.settle_s if once else every)
    if json:
        print_json([_json(each) for each in seen])
    return REFUSED if any(each.errors for each in seen) else 0


def _show(looked: Looked) -> None:
    if looked.fate is not Fate.WAITING:
        stdout.print(f"{looked.fate.value:<8} {escape(looked.name)}", soft_wrap=True)
    for error in looked.errors:
        show_error(error)


def _json(looked: Looked) -> dict[str, object]:
    return {
        "file": looked.name,
        "status": looked.fate.value,
        "kept": str(looked.kept) if looked.kept else None,
        "why": looked.why or None,
        "errors": [error_json(error) for error in looked.errors],
    }
