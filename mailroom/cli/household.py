"""`mailroom household list | approve | reject | opt-out | opt-in | import`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from mailroom.bootstrap import open_house
from mailroom.cli.options import HERE, Folder, Json, Who
from mailroom.cli.output import StageProgress, print_json, stdout
from mailroom.domain.words import count
from mailroom.planning.files import load_decisions
from mailroom.planning.household import Decision, Member, Verdict, group_id
from mailroom.production.households import (
    Households,
    decide_households,
    import_decisions,
    look_at_households,
    opt_customer,
)

app = typer.Typer(
    help="Who shares an envelope, where a person must say so.", no_args_is_help=True, add_completion=False
)

_NUMBER = 10
"""Characters of a group's number that are shown; any beginning of it that is its own will do."""

Numbers = Annotated[list[str], typer.Argument(metavar="NUMBER…", help="As mailroom household list shows them.")]
Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="1007, id=1007, or the whole key.")]


@app.command("list")
def show(folder: Folder = HERE, json: Json = False) -> int:
    """What waits for your word: groups that might belong together, and groups that are oddly large; and what was
    decided."""
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        report = _report(look_at_households(house.plant))
    if json:
        print_json(report)
    else:
        _show(report)
    return 0


@app.command()
def approve(numbers: Numbers, who: Who, folder: Folder = HERE) -> int:
    """These groups share envelopes from now on, in your name. Letters go to the address that is listed first."""
    return _decide(folder, numbers, Verdict.APPROVED, who)


@app.command()
def reject(numbers: Numbers, who: Who, folder: Folder = HERE) -> int:
    """These groups don't share envelopes and are not proposed again; an approval ends."""
    return _decide(folder, numbers, Verdict.REJECTED, who)


@app.command("opt-out")
def opt_out(customer: Customer, who: Who, folder: Folder = HERE) -> int:
    """A customer gets every document in an envelope of its own."""
    return _opt(folder, customer, who, out=True)


@app.command("opt-in")
def opt_in(customer: Customer, who: Who, folder: Folder = HERE) -> int:
    """A customer's documents may share envelopes again."""
    return _opt(folder, customer, who, out=False)


@app.command("import")
def take_over(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="Decisions as a file (docs/planning.md).")],
    who: Who,
    folder: Folder = HERE,
) -> int:
    """Take decisions over from a file, in your name: all of them or, when they contradict one another, none."""
    decisions = load_decisions(file)
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        groups, customers = import_decisions(house.plant, decisions, file.name, who)
    stdout.print(f"{count(groups, 'group')} and {count(customers, 'customer')} changed.")
    return 0


def _decide(folder: Path, numbers: list[str], verdict: Verdict, who: str) -> int:
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        decided = decide_households(house.plant, numbers, verdict, who)
    for each in decided:
        stdout.print(
            f"{_number(each.members)} is {verdict.value}: {_names(each.members)}", markup=False, soft_wrap=True
        )
    if not decided:
        stdout.print("That was decided already.")
    return 0


def _opt(folder: Path, customer: str, who: str, *, out: bool) -> int:
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house:
        written = opt_customer(house.plant, customer, who, out=out)
    now = "gets every document in an envelope of its own" if out else "may get several documents in one envelope"
    told = f"{written.customer} {now}." if written is not None else f"Nothing changed: {customer} {now} already."
    stdout.print(told, markup=False, soft_wrap=True)
    return 0


def _number(members: Iterable[Member]) -> str:
    return group_id(members)[:_NUMBER]


def _names(members: Iterable[Member]) -> str:
    return "; ".join(f"{each.customer}, {', '.join(each.address.splitlines())}" for each in members)


def _report(seen: Households) -> dict[str, Any]:
    """`household list --json`."""
    return {
        "proposals": [
            {
                "number": _number(each.members),
                "members": _members(each.members),
                "addresses": [list(lines) for lines in each.printed],
                "why": each.reason.text,
            }
            for each in seen.proposals
        ],
        "outliers": [
            {
                "customer": each.customer,
                "address": list(each.lines),
                "documents": [document.number for document in each.documents],
                "why": each.reason.text,
            }
            for each in seen.outliers
        ],
        "decided": [_decided(each) for each in seen.decided],
        "opted_out": [
            {"customer": each.customer, "by": each.by, "at": each.at.isoformat()} for each in seen.opt_outs if each.out
        ],
    }


def _decided(decision: Decision) -> dict[str, Any]:
    return {
        "number": _number(decision.members),
        "verdict": decision.verdict.value,
        "by": decision.by,
        "at": decision.at.isoformat(),
        "members": _members(decision.members),
    }


def _members(members: Iterable[Member]) -> list[dict[str, Any]]:
    return [
        {"sender": each.sender, "customer": each.customer, "address": each.address.splitlines()} for each in members
    ]


def _show(report: dict[str, Any]) -> None:
    """The report as text."""
    for each in report["proposals"]:
        stdout.print(f"[bold]{each['number']}[/] {escape(each['why'])}", soft_wrap=True)
        for member, lines in zip(each["members"], each["addresses"], strict=True):
            stdout.print(f"    {member['customer']}: {', '.join(lines)}", markup=False, soft_wrap=True)
    for each in report["outliers"]:
        stdout.print(f"[yellow]outlier[/] {escape(each['why'])}", soft_wrap=True)
        stdout.print(f"    {each['customer']}: {', '.join(each['address'])}", markup=False, soft_wrap=True)
    for each in report["decided"]:
        told = f"{each['number']} {each['verdict']} by {each['by']} on {each['at'][:10]}"
        customers = "; ".join(f"{member['customer']}, {', '.join(member['address'])}" for member in each["members"])
        stdout.print(f"{told}: {customers}", markup=False, soft_wrap=True)
    for each in report["opted_out"]:
        told = f"opted out {each['customer']}, by {each['by']} on {each['at'][:10]}"
        stdout.print(told, markup=False, soft_wrap=True)
    if not any(report.values()):
        stdout.print("Nothing waits for a word, and nothing was decided.")
    if report["proposals"]:
        stdout.print("Next: mailroom household approve | reject NUMBER… --who NAME")
    if report["outliers"]:
        stdout.print("To keep a customer's documents apart: mailroom household opt-out CUSTOMER --who NAME")
