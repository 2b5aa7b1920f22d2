"""`mailroom intake waiting | again | drop`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from mailroom.bootstrap import open_house
from mailroom.cli.options import HERE, Folder, Json, Who
from mailroom.cli.output import REFUSED, StageProgress, error_json, print_json, show_error, stdout
from mailroom.domain.content import kind_of, printed_lines
from mailroom.domain.document import Document, DocumentState
from mailroom.domain.errors import InputRefused
from mailroom.domain.words import count
from mailroom.intake.finished.definition_file import load_definition
from mailroom.intake.finished.reception import definitions_of
from mailroom.intake.finished.taken import refitted
from mailroom.production.drop import drop_document
from mailroom.production.take_again import take_again

_SHOWN = 20
"""Waiting documents listed on the screen; --json gives all."""

_LISTED = {
    "waiting": DocumentState.WAITING,
    "set_aside": DocumentState.SET_ASIDE,
    "dropped": DocumentState.DROPPED,
}


def waiting(folder: Folder = HERE, json: Json = False) -> int:
    """List what waits for the next run, what is set aside with its problem, and what was dropped."""
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house, house.store.reader() as ledger:
        found = {name: ledger.documents(state) for name, state in _LISTED.items()}
    if json:
        print_json({name: [_document(each) for each in documents] for name, documents in found.items()})
        return 0
    for document in found["waiting"][:_SHOWN]:
        stdout.print(f"waits      {_line(document)}", markup=False, soft_wrap=True)
    if len(found["waiting"]) > _SHOWN:
        stdout.print(f"and {len(found['waiting']) - _SHOWN} more (--json lists them)")
    for name, style in (("set_aside", "yellow"), ("dropped", "dim")):
        for document in found[name]:
            stdout.print(f"[{style}]{name.replace('_', ' '):<10}[/] {escape(_line(document))}", soft_wrap=True)
            stdout.print(f"           {document.problem}", markup=False, soft_wrap=True)
    counts = (len(found[name]) for name in _LISTED)
    stdout.print("{} waiting, {} set aside, {} dropped".format(*counts))
    if found["set_aside"]:
        stdout.print("Next: mend the cause, then mailroom intake again --all --who NAME")
    return 0


def again(
    who: Who,
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="[NUMBER…]", help="Numbers of set-aside documents.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that is set aside.")] = False,
    definition: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="Whose [fit] holds now; without it, that of the folder's definitions/."),
    ] = None,
    folder: Folder = HERE,
    json: Json = False,
) -> int:
    """Let set-aside documents wait again, after what stood in their way was mended. Exit 3 when any stays set aside."""
    if bool(numbers) == everything:
        raise InputRefused(
            "E1803",
            "it is not said which documents shall wait again",
            place="NUMBER…, --all",
            remedy="Name their numbers, or say --all; mailroom intake waiting lists what is set aside.",
        )
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        rules = [load_definition(definition)] if definition else list(definitions_of(folder / "definitions"))
        taken = take_again(house.plant, numbers or None, who, partial(refitted, definitions=rules))
    if json:
        left = [{**_document(document), "error": error_json(error)} for document, error in taken.left]
        told = {"again": taken.back, "superseded": taken.superseded}
        print_json({name: [_document(each) for each in several] for name, several in told.items()} | {"left": left})
    else:
        for document in taken.back:
            stdout.print(f"waits again {_line(document)}", markup=False, soft_wrap=True)
            stdout.print(f"            it was set aside for: {document.problem}", markup=False, soft_wrap=True)
        for document in taken.superseded:
            stdout.print(f"superseded  {_line(document)}", markup=False, soft_wrap=True)
        for _, error in taken.left:
            show_error(error, style="yellow")
        stdout.print(f"{count(len(taken.back), 'document')} back, {len(taken.left)} left. Next: mailroom run start")
    return REFUSED if taken.left else 0


def drop(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The number of a set-aside document.")],
    who: Who,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it shall not go out, for the journal.")],
    folder: Folder = HERE,
) -> int:
    """Take a set-aside document off for good. It stays in the ledger and is counted, and never goes out."""
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        document = drop_document(house.plant, number, reason, who)
    stdout.print(f"{_line(document)} is dropped.", markup=False, soft_wrap=True)
    return 0


def _line(document: Document) -> str:
    content = document.content
    name = next(iter(printed_lines(content)), "")
    return f"{content.number:<20} {kind_of(content)}, {name} ({document.source})"


def _document(document: Document) -> dict[str, Any]:
    content = document.content
    code, _, _ = document.problem.partition(" ")
    return {
        "name": f"{content.number}@{document.id}",
        "number": content.number,
        "kind": kind_of(content),
        "recipient": list(printed_lines(content)),
        "source": document.source,
        "received_at": document.received_at.isoformat(),
        "code": code if document.state is DocumentState.SET_ASIDE else None,
        "problem": document.problem or None,
    }
