"""`mailroom run plan | start | fill | show | close`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from mailroom.bootstrap import House, open_house
from mailroom.cli.closing import close_house_run
from mailroom.cli.find_run import find_run
from mailroom.cli.operators import NoOperator, TerminalOperator
from mailroom.cli.options import HERE, Folder, Json, Who
from mailroom.cli.output import StageProgress, print_json, show_error, stderr, stdout
from mailroom.cli.run_explain import ask_for_reasons, explain
from mailroom.cli.run_fill import fill
from mailroom.cli.run_plan import plan
from mailroom.cli.run_results import results
from mailroom.cli.run_why import show_why, why_report
from mailroom.domain.document import DocumentState
from mailroom.domain.handling import Handling
from mailroom.domain.lifecycle import demand_person
from mailroom.domain.run import MailRun
from mailroom.domain.words import count
from mailroom.locks import working_alone
from mailroom.production.explain import differences
from mailroom.production.fill import to_fill
from mailroom.production.hand_list import hand_list_file
from mailroom.production.ports import Operator
from mailroom.production.reconcile import unresolved
from mailroom.production.reconcile import why as why_unresolved
from mailroom.production.run_window import begin_run, carry_on
from mailroom.production.take_results import results_taken
from mailroom.production.tally import tally

app = typer.Typer(help="Mail runs.", no_args_is_help=True, add_completion=False)
app.command("plan")(plan)
app.command("fill")(fill)
app.command("results")(results)
app.command("explain")(explain)


@app.command()
def start(
    folder: Folder = HERE,
    inserter: Annotated[str, typer.Option(metavar="URL", help="The machine's port; overrides the settings.")] = "",
    release: Annotated[
        bool, typer.Option("--release", help="Let the plan that was shown and waits begin, in your name (--who).")
    ] = False,
    reprint: Annotated[
        bool, typer.Option("--reprint", help="Let reprints beyond the limit go on, in your name (--who).")
    ] = False,
    who: Who = "",
    json: Json = False,
) -> int:
    """Print and insert what waits; goes on where an interrupted run stood. With --who on a terminal it asks you about
    jams and doubtful copies; without, it stops there (exit 4 or 5). A plan that is out of the ordinary waits for
    --release (exit 5)."""
    for option, given in (("--release", release), ("--reprint", reprint)):
        if given:
            demand_person(f"run start {option}", f"person:{who}")
    present = bool(who) and stderr.is_terminal and sys.stdin.isatty() and not json
    operator: Operator = TerminalOperator(who) if present else NoOperator()
    quiet = json or isinstance(operator, TerminalOperator)
    with StageProgress(quiet=quiet) as progress, open_house(folder, progress) as opened:
        house = opened.with_inserter(inserter) if inserter else opened
        with working_alone(folder):
            run = begin_run(house.plant, who if release else "")
            carry_on(
                house.plant,
                house.line(operator, tell=partial(show_error, style="yellow"), command="mailroom run start"),
                run,
                who if reprint else "",
            )
        report = run_report(house, run)
    if json:
        print_json(report)
    else:
        show_report(report)
        stdout.print(f"Next: mailroom run close {run.id} --who NAME, when the trays are handed over")
    return 0


@app.command()
def show(
    run: Annotated[str, typer.Argument(metavar="[RUN]", help="R000001; the latest when left out.")] = "",
    why: Annotated[
        str, typer.Option("--why", metavar="PIECE", help="Why this piece is as it is: envelope, inserts, tray, price.")
    ] = "",
    folder: Folder = HERE,
    json: Json = False,
) -> int:
    """How a run stands: batches, copies by state, and what waits for a person. With --why, how a piece was planned."""
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        report = why_report(house, why, run) if why else run_report(house, find_run(house, run))
    if json:
        print_json(report)
    elif why:
        show_why(report)
    else:
        show_report(report)
    return 0


@app.command()
def close(
    who: Who,
    run: Annotated[str, typer.Argument(metavar="[RUN]", help="R000001; the latest when left out.")] = "",
    folder: Folder = HERE,
    json: Json = False,
) -> int:
    """Hand the run over to the post in your name: statement, tray tags, exports and, with postage, manifest and pallet
    lists are written. Refused (exit 5) while a copy is unresolved, or a difference between ledger, press and machine is
    not explained: on a terminal you are asked."""
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        held = find_run(house, run)
        if who and not json and stderr.is_terminal and sys.stdin.isatty():
            ask_for_reasons(house, held, who)
        closing = close_house_run(house, held, who)
        report = run_report(house, closing.run)
    if json:
        print_json({**report, "report": str(closing.statement), "posting": [str(path) for path in closing.posting]})
    else:
        show_report(report)
        stdout.print(f"Statement  {closing.statement}", soft_wrap=True)
        stdout.print(f"Tray tags  {closing.tray_tags}", soft_wrap=True)
        for path in closing.posting:
            stdout.print(f"Posting    {path}", soft_wrap=True)
        stdout.print(f"Next: mailroom verify {closing.folder}", soft_wrap=True)
    return 0


def run_report(house: House, run: MailRun) -> dict[str, Any]:
    """`run show --json`."""
    with house.store.reader() as ledger:
        held = ledger.run(run.id) or run
        waits = unresolved(ledger, run.id)
        aside = ledger.documents(DocumentState.SET_ASIDE)
        return {
            "run": run.id,
            "state": held.state.value,
            "opened_at": held.opened_at.isoformat(),
            **asdict(tally(ledger, run.id)),
            "copy_states": dict(Counter(copy.state.value for copy in ledger.copies_of_run(run.id))),
            "batches": [
                {
                    "batch": batch.id,
                    "envelope": batch.envelope,
                    "pieces": batch.pieces,
                    "sheets": batch.sheets,
                    "state": batch.state.value,
                    "reprint": batch.reprint,
                    "handling": batch.handling.value,
                    "hand_list": str(house.plant.run_folder(run.id) / hand_list_file(batch))
                    if batch.print_file and batch.handling is Handling.MANUAL
                    else None,
                    "print_file": str(house.plant.run_folder(run.id) / batch.print_file) if batch.print_file else None,
                    "control_file": str(house.plant.run_folder(run.id) / batch.control_file)
                    if batch.control_file
                    else None,
                }
                for batch in ledger.batches(run.id)
            ],
            "differences": [asdict(each) for each in differences(ledger, run.id)],
            "results": list(_results(house, run.id)),
            "waits": [
                {"piece": copy.piece, "copy": copy.copy, "state": copy.state.value, "why": why_unresolved(ledger, copy)}
                for copy in waits
            ],
            "to_fill": [{"piece": copy.piece, "copy": copy.copy} for copy in to_fill(ledger, run.id)],
            "set_aside": [{"document": each.content.number, "problem": each.problem} for each in aside],
            "dropped": len(ledger.documents(DocumentState.DROPPED)),
        }


def _results(house: House, run: str) -> Iterator[dict[str, Any]]:
    """What the machine's result files came to, where it is driven by files."""
    if house.plant.machine_files.results is None:
        return
    with house.store.reader() as ledger:
        for batch in ledger.batches(run):
            for taken in results_taken(ledger, batch.id):
                yield {"batch": batch.id, "file": taken.detail["given"], "findings": taken.detail["findings"]}


def show_report(report: dict[str, Any]) -> None:
    """The report as text."""
    stdout.print(f"[bold]{report['run']}[/] {report['state']}, opened {report['opened_at'][:16].replace('T', ' ')}")
    table = Table(box=None, pad_edge=False)
    for column in ("batch", "envelope", "pieces", "sheets", "state"):
        table.add_column(column, justify="right" if column in ("pieces", "sheets") else "left")
    for batch in report["batches"]:
        by_hand = " (by hand)" if batch["handling"] == Handling.MANUAL.value else ""
        name = f"{batch['batch']}{by_hand}{' (reprint)' if batch['reprint'] else ''}"
        table.add_row(name, batch["envelope"], str(batch["pieces"]), str(batch["sheets"]), batch["state"])
    stdout.print(table)
    stdout.print(
        f"planned {report['planned']} = mailed {report['mailed']} + withdrawn {report['withdrawn']}"
        f" + moved {report['moved']} + open "
        f"{report['planned'] - report['mailed'] - report['withdrawn'] - report['moved']}; unknown {report['unknown']}"
    )
    for each in report["results"]:
        found = count(len(each["findings"]), "finding")
        stdout.print(f"results {each['batch']}: {escape(each['file'])}, {found}", soft_wrap=True)
        for finding in each["findings"]:
            stdout.print(f"  [yellow]{finding['kind']}[/] {escape(finding['fact'])}", soft_wrap=True)
    for each in report["differences"]:
        said = f"{each['reason']} ({each['by']})" if each["by"] else f"why? mailroom run explain {each['number']}"
        told = escape(f"at {each['where']}: {each['facts']}: {said}")
        stdout.print(f"[yellow]{each['name']}[/] {told}", soft_wrap=True)
    for copy in report["waits"]:
        reason = escape(copy["why"])
        stdout.print(f"[yellow]waits[/] {copy['piece']} copy {copy['copy']} {copy['state']}: {reason}", soft_wrap=True)
    if waiting := len(report["to_fill"]):
        verb = "waits" if waiting == 1 else "wait"
        stdout.print(f"[yellow]by hand[/] {count(waiting, 'piece')} {verb} to be filled by hand")
        stdout.print(f"Next: mailroom run fill {report['run']} --who NAME")
    for each in report["set_aside"]:
        stdout.print(f"[yellow]set aside[/] {escape(each['document'])}: {escape(each['problem'])}", soft_wrap=True)
    if report["dropped"]:
        stdout.print(f"{count(report['dropped'], 'document')} dropped to date: mailroom intake waiting", soft_wrap=True)


def run_files(report: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Print files and control files of a report."""
    batches = report["batches"]
    return (
        [batch["print_file"] for batch in batches if batch["print_file"]],
        [batch["control_file"] for batch in batches if batch["control_file"]],
    )
