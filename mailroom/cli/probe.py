"""`mailroom intake probe` and `mailroom intake prove`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from mailroom.cli.options import Json
from mailroom.cli.output import REFUSED, print_json, show_error, stderr, stdout
from mailroom.domain.words import count
from mailroom.intake.finished import probe as probing
from mailroom.intake.finished import prove as proving
from mailroom.intake.finished.definition_file import load_definition
from mailroom.intake.finished.found import Dropped, Finding, FoundDocument, Refusal
from mailroom.intake.guard import Guard

_SHOWN = 40
"""Findings listed on the screen; --json gives all."""

PdfFile = Annotated[Path, typer.Argument(metavar="FILE.pdf", help="A finished PDF.")]


def probe(
    file: PdfFile,
    definition: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="What to look for; without it, one is proposed.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Where the pages are drawn, zones and all.")] = None,
    json: Json = False,
) -> int:
    """Show what a job definition finds in a PDF, or propose one. Exit 3 when pages would be refused."""
    with Guard() as guard:
        result = probing.probe(guard, file, None if definition is None else load_definition(definition), out)
    refused = [one for one in result.findings if isinstance(one, Refusal)]
    if json:
        print_json(_probe_json(file, result))
    else:
        if result.text:
            stdout.print(result.text, markup=False, soft_wrap=True)
        if result.lacking:
            stdout.print(
                f"The proposal can't be used yet: {result.lacking}", style="yellow", markup=False, soft_wrap=True
            )
        _show(result.findings)
        for page, sentence in result.remarks:
            stdout.print(f"page {page}: {sentence}", style="yellow", markup=False, soft_wrap=True)
        for picture in result.pictures[:1]:
            stdout.print(f"Drawn: {picture} and {count(len(result.pictures) - 1, 'page')} beside it", markup=False)
        next_step = "mailroom intake prove DEFINITION SAMPLE.pdf"
        stdout.print(f"Next: {next_step}" if definition else f"Next: save the proposal, correct it, then {next_step}")
    return REFUSED if refused or result.lacking else 0


def prove(
    definition: Annotated[Path, typer.Argument(metavar="DEFINITION.toml", help="The job definition.")],
    sample: Annotated[Path, typer.Argument(metavar="SAMPLE.pdf", help="A file of which every document is known.")],
    accept: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Write what is found into the definition as its proof; NAME looked at it."),
    ] = None,
    json: Json = False,
) -> int:
    """Compare what a definition finds in a sample with its proof. Exit 3 when they differ."""
    loaded = load_definition(definition)
    with Guard() as guard:
        trial = proving.prove(guard, loaded, sample)
        differences = trial.differences
        if accept is not None:
            loaded = proving.accept(definition, trial, accept)
            differences = proving.prove(guard, loaded, sample).differences
    usable = proving.is_proved(loaded)
    if json:
        findings = [probing.finding_plain(one) for one in trial.findings]
        print_json(
            {
                "definition": str(definition),
                "sample": str(sample),
                "passed": not differences,
                "usable": usable and not differences,
                "differences": list(differences),
                "findings": findings,
            }
        )
    else:
        _show(trial.findings)
        for difference in differences:
            stderr.print(f"[bold red]E1532[/] {escape(difference)}", soft_wrap=True)
        _conclude(passed=not differences, usable=usable)
    return 0 if usable and not differences else REFUSED


def _conclude(*, passed: bool, usable: bool) -> None:
    if passed and usable:
        stdout.print("[bold green]proved[/]: intake takes files by this definition")
    elif passed:
        stdout.print(
            "The documents are those of the proof, but nobody accepted them for these rules: add --accept NAME"
        )
    else:
        advice = "If what is listed above is right to the page, add --accept NAME; if not, correct the definition."
        stdout.print(advice, soft_wrap=True)


def _show(findings: tuple[Finding, ...]) -> None:
    for finding in findings[:_SHOWN]:
        match finding:
            case FoundDocument():
                address = finding.recipient.address
                town = f"{address.postcode} {address.town} {address.country}".strip()
                stdout.print(
                    f"{_pages(finding):<14} {finding.number:<20} {finding.recipient.name}, {town}",
                    markup=False,
                    soft_wrap=True,
                )
            case Dropped():
                stdout.print(f"{_pages(finding):<14} left out: {finding.why}", style="dim", markup=False)
            case Refusal():
                stdout.print(f"{_pages(finding):<14} {finding.number:<20} refused", style="red", markup=False)
                for problem in finding.problems:
                    show_error(problem.error())
    if len(findings) > _SHOWN:
        stdout.print(f"and {len(findings) - _SHOWN} more (--json lists them)")
    found = sum(isinstance(one, FoundDocument) for one in findings)
    stdout.print(f"{count(found, 'document')}, {sum(isinstance(one, Refusal) for one in findings)} refused")


def _pages(finding: Finding) -> str:
    first, last = finding.pages[0], finding.pages[-1]
    return f"page {first}" if first == last else f"pages {first}-{last}"


def _probe_json(file: Path, result: probing.Probe) -> dict[str, Any]:
    return {
        "file": str(file),
        "pages": result.page_count,
        "proposal": result.text or None,
        "lacking": result.lacking or None,
        "findings": [probing.finding_plain(one) for one in result.findings],
        "remarks": [{"page": page, "remark": sentence} for page, sentence in result.remarks],
        "pictures": [str(picture) for picture in result.pictures],
    }
