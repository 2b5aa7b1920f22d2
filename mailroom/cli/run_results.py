"""`mailroom run results`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from mailroom.bootstrap import House, open_house
from mailroom.cli import output
from mailroom.cli.options import HERE, Folder, Json, Who
from mailroom.cli.output import StageProgress, print_json, show_error, stderr, stdout
from mailroom.domain.errors import MailroomError
from mailroom.domain.words import count
from mailroom.locks import working_alone
from mailroom.production.await_results import give_up_results
from mailroom.production.take_results import NOT_YET, REFUSED, Taken, take_results, told
from spool.job import SpoolError


def results(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A result file of the machine.")] = None,
    none: Annotated[
        str, typer.Option("--none", metavar="JOB", help="The machine has no results of this job and will have none.")
    ] = "",
    who: Who = "",
    folder: Folder = HERE,
    json: Json = False,
) -> int:
    """Take a result file of a machine that is driven by files. With --who you vouch that the file is whole. A file that
    can't be believed goes to the quarantine (exit 3)."""
    if (file is None) == (not none):
        raise typer.BadParameter("name a FILE, or a job with --none")
    with StageProgress(quiet=True) as progress, open_house(folder, progress) as house, working_alone(folder):
        if file is None:
            lost = give_up_results(house.plant, none, who)
            report: dict[str, Any] = {"job": none, "unknown": lost}
            text = f"{none}: {count(lost, 'copy')} unknown. Look for each and declare it: mailroom piece resolve"
        else:
            try:
                taken = take_results(house.plant, file, house.settings.inserter.name, who)
            except (MailroomError, SpoolError) as fault:
                if fault.code not in NOT_YET | REFUSED:
                    raise
                return _refuse(house, file, fault)
            for finding in taken.findings:
                show_error(told(taken.file, finding), "yellow")
            report, text = _report(taken), _words(taken)
    if json:
        print_json(report)
    else:
        stdout.print(escape(text), soft_wrap=True)
        stdout.print("Next: mailroom run start")
    return 0


def _refuse(house: House, file: Path, fault: MailroomError | SpoolError) -> int:
    show_error(fault)
    if fault.code in REFUSED:
        kept = house.plant.machine_files.set_aside(file, [fault])
        stderr.print(f"      kept in {escape(str(kept))}", soft_wrap=True)
    return output.REFUSED


def _report(taken: Taken) -> dict[str, Any]:
    return {
        "file": taken.file,
        "job": taken.job,
        "run": taken.run,
        "fresh": taken.fresh,
        **{state: taken.states.get(state, 0) for state in ("stacked", "diverted", "unknown")},
        "findings": [
            {"kind": each.kind.value, "line": each.line, "piece": each.piece, "fact": each.fact}
            for each in taken.findings
        ],
        "kept": str(taken.kept),
        "quarantined": str(taken.aside) if taken.aside else None,
    }


def _words(taken: Taken) -> str:
    if not taken.fresh:
        return f"{taken.job}: this was recorded before, nothing is changed"
    counts = ", ".join(f"{number} {state}" for state, number in sorted(taken.states.items()))
    aside = f"; suspect lines: {taken.aside}" if taken.aside else ""
    return f"{taken.job}: {counts or 'nothing was at the machine'}{aside}"
