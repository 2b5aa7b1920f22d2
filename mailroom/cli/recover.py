"""`mailroom inserter recover | accept-loss`: what a standing machine holds or has forgotten, put before a person."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.markup import escape

from mailroom.bootstrap import House, open_house
from mailroom.cli.operators import NoOperator, ScriptedOperator, TerminalOperator
from mailroom.cli.options import HERE, Folder, Json, Who
from mailroom.cli.output import PERSON, StageProgress, print_json, stderr, stdout
from mailroom.domain.errors import MailroomError
from mailroom.domain.handling import Handling
from mailroom.domain.lifecycle import demand_person
from mailroom.domain.run import Batch, BatchState, MailRun
from mailroom.domain.words import count
from mailroom.locks import working_alone
from mailroom.production.accept_loss import accept_loss as answer_for_loss
from mailroom.production.insert import recover_batch
from mailroom.production.ports import Operator
from mailroom.production.reconcile import settle_said, unresolved, why
from mailroom.production.recover import DECLARED, declare, forgotten
from mailroom.production.recovery import Word
from mailroom.production.release_machine import release_machine
from mailroom.production.run_window import open_run


def recover(
    who: Who,
    piece: Annotated[
        list[str] | None, typer.Option(metavar="P…", help="A piece at risk; with --as. May be given many times.")
    ] = None,
    word: Annotated[
        list[str] | None, typer.Option("--as", metavar="WORD", help="destroyed, quarantined, stacked, back or later.")
    ] = None,
    scan: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="A sheet that you took out, by the text of its code.")
    ] = None,
    cleared: Annotated[
        bool, typer.Option("--cleared", help="The path is empty, the covers are closed, the cause is mended.")
    ] = False,
    inserter: Annotated[str, typer.Option(metavar="URL", help="The machine's port; overrides the settings.")] = "",
    folder: Folder = HERE,
    json: Json = False,
) -> int:
    """Clear a machine that stands. You are led through what it holds, station by station: take each piece out, scan its
    sheets or say what became of it, close the covers; then the fault is reset and `run start` goes on. Copies that a
    machine has forgotten are asked for likewise. Without a terminal the answers come by --piece P --as WORD, --scan and
    --cleared. Exit 5 while a copy waits for your word."""
    demand_person("inserter recover", f"person:{who}")
    words = _words(piece or [], word or [])
    scripted = ScriptedOperator(who, words, scan or [], cleared)
    given = bool(words or scan or cleared or json)
    at_terminal = not given and stderr.is_terminal and sys.stdin.isatty()
    operator: Operator = TerminalOperator(who) if at_terminal else scripted
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as opened, working_alone(folder):
        house = opened.with_inserter(inserter) if inserter else opened
        run = open_run(house.plant)
        if run is None:
            raise MailroomError("E7041", "no run is open", place=str(folder), remedy="Begin one: mailroom run start.")
        begun_at = _last_seq(house, run)
        machine = _at_the_machine(house, run, operator)
        _forgotten(house, run, operator)
        settle_said(house.plant, run.id)
        report = {"run": run.id, "machine": machine, **_report(house, run, begun_at)}
    if json:
        print_json(report)
    else:
        _show(report)
    if scripted.unused and not at_terminal:
        raise MailroomError(
            "E7035",
            f"nobody asks for {', '.join(sorted(scripted.unused))}",
            place=run.id,
            remedy="It is not at risk: see mailroom piece show, or declare it with mailroom piece resolve.",
        )
    return PERSON if report["waits"] else 0


def accept_loss(
    who: Who,
    inserter: Annotated[str, typer.Option(metavar="URL", help="The machine's port; overrides the settings.")] = "",
    folder: Folder = HERE,
) -> int:
    """The machine no longer has part of its record (E2008), and you answer for it: whatever it held is unknown, each
    copy to be declared; what it tells from there on is taken again. Exit 5 when anything was lost."""
    demand_person("inserter accept-loss", f"person:{who}")
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as opened, working_alone(folder):
        house = opened.with_inserter(inserter) if inserter else opened
        run = open_run(house.plant)
        batch = under_way(house, run) if run is not None else None
        line = house.line(NoOperator(), command="mailroom inserter accept-loss")
        lost = answer_for_loss(house.plant, line, batch, who) if batch is not None else None
    if lost is None:
        stdout.print("Nothing is lost.")
        return 0
    stdout.print(f"Accepted: {lost.message}", markup=False, soft_wrap=True)
    stdout.print("Next: mailroom inserter recover --who NAME")
    return PERSON


def _words(pieces: list[str], words: list[str]) -> dict[str, Word]:
    if len(pieces) != len(words):
        raise typer.BadParameter("each --piece needs its --as")
    known = {word.value: word for word in Word}
    for each in words:
        if each not in known:
            raise typer.BadParameter(f"--as {each}: one of {', '.join(known)}")
    return {piece: known[word] for piece, word in zip(pieces, words, strict=True)}


def _at_the_machine(house: House, run: MailRun, operator: Operator) -> str | None:
    """How the machine stands afterwards; None where none has anything of ours, or it has no line."""
    batch = under_way(house, run)
    if batch is None or house.settings.inserter.by_files:
        return None
    status = recover_batch(house.plant, house.line(operator, command="mailroom inserter recover"), batch)
    release_machine(house.plant, operator.name, path_empty=True)
    return status.state.name.lower()


def under_way(house: House, run: MailRun) -> Batch | None:
    """The batch that the machine works on."""
    with house.store.reader() as ledger:
        batches = ledger.batches(run.id)
    machines = (batch for batch in batches if batch.handling is Handling.MACHINE)
    return next((batch for batch in machines if batch.state is BatchState.INSERTING), None)


def _forgotten(house: House, run: MailRun, operator: Operator) -> None:
    begun = forgotten(house.plant, run.id)
    if begun.due is not None:
        said = operator.recover("Nobody knows what became of these", begun)
        declare(house.plant, said, f"person:{operator.name}", begun)


def _last_seq(house: House, run: MailRun) -> int:
    with house.store.reader() as ledger:
        return max((chained.seq for chained in ledger.entries(run=run.id)), default=0)


def _report(house: House, run: MailRun, since: int) -> dict[str, Any]:
    with house.store.reader() as ledger:
        fresh = [chained.entry for chained in ledger.entries(run=run.id) if chained.seq > since]
        return {
            "declared": [
                {"piece": entry.piece, "copy": entry.copy, **entry.detail} for entry in fresh if entry.event == DECLARED
            ],
            "waits": [
                {"piece": copy.piece, "copy": copy.copy, "state": copy.state.value, "why": why(ledger, copy)}
                for copy in unresolved(ledger, run.id)
            ],
        }


def _show(report: dict[str, Any]) -> None:
    if report["machine"] is not None:
        stdout.print(f"The machine is {report['machine']}.")
    stdout.print(f"{count(len(report['declared']), 'piece')} declared; {count(len(report['waits']), 'copy')} left")
    for copy in report["waits"]:
        told = f"[yellow]waits[/] {copy['piece']} copy {copy['copy']} {copy['state']}: {escape(copy['why'])}"
        stdout.print(told, soft_wrap=True)
    stdout.print("Next: mailroom run start --who NAME")
