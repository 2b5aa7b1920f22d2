"""`mailroom marks read`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from mailroom.cli.options import Json
from mailroom.cli.output import REFUSED, StageProgress, print_json, stdout
from mailroom.domain.errors import InputRefused
from mailroom.domain.words import count
from mailroom.intake.guard import Guard
from mailroom.intake.readings import readings
from omr.explain import explain
from omr.markset import MarkSet, load_mark_set
from omr.measure import State
from omr.reading import SheetReading

app = typer.Typer(help="Marks and codes on the sheets.", no_args_is_help=True, add_completion=False)


class Sides(StrEnum):
    """How the sheets were printed, in IPP's words."""

    one = "one-sided"
    two = "two-sided-long-edge"


@app.callback()
def _marks() -> None:
    """Marks and codes on the sheets."""


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Print files, or scans: PDF, PNG, JPEG, TIFF.")],
    mark_set: Annotated[str, typer.Option(help="A shipped mark set's name, or a TOML file.")] = "quadient",
    sides: Annotated[Sides, typer.Option(help="two-sided-long-edge: marks on every other page.")] = Sides.one,
    dpi: Annotated[float | None, typer.Option(min=50, max=2400, help="Resolution of an image that says none.")] = None,
    explained: Annotated[
        bool, typer.Option("--explain", help="Measure every mark of every page and say in words what was seen.")
    ] = False,
    json: Json = False,
) -> int:
    """Read OMR marks and codes back from the pixels, knowing only the mark set. Exit 3 when a page has a problem."""
    marks = load_mark_set(mark_set)
    sheets: list[tuple[Path, SheetReading]] = []
    set_name = str(Path(mark_set).absolute()) if mark_set.endswith(".toml") else mark_set
    with StageProgress(quiet=json) as progress, Guard() as guard:
        for file in files:
            if not file.is_file():
                raise InputRefused("E1905", f"no file {file}", place=str(file), remedy="Check the name.")
            for reading in readings(guard, file, set_name, sides=sides.value, dpi=dpi, measured=explained):
                sheets.append((file, reading))
                progress(f"read {file.name}", len(sheets), len(sheets))
    bad = sum(bool(reading.problems) for _, reading in sheets)
    if json:
        print_json([_reading(file, reading, marks) for file, reading in sheets])
    else:
        _show(sheets, bad, marks if explained else None)
    return REFUSED if bad else 0


def _reading(file: Path, reading: SheetReading, marks: MarkSet) -> dict[str, Any]:
    sheet, pose = reading.sheet, reading.pose
    return {
        "file": str(file),
        "page": reading.page,
        "sheet": {
            "run": sheet.run,
            "piece": sheet.piece,
            "copy": sheet.copy,
            "sheet": sheet.sheet,
            "of": sheet.of,
        }
        if sheet
        else None,
        "omr": {"set": marks.name, "marks": dict(reading.roles)} if reading.roles is not None else None,
        "codes": [{"symbology": code.symbology, "text": code.text} for code in reading.codes],
        "problems": list(reading.problems),
        "warnings": list(reading.warnings),
        "unsure": [seen.role for seen in reading.seen if seen.state is State.DOUBTFUL],
        "confidence": {seen.role: seen.confidence for seen in reading.seen},
        "pose": {
            "turned_deg": pose.turned_deg,
            "skew_deg": pose.skew_deg,
            "shift_x_mm": pose.shift_x_mm,
            "shift_y_mm": pose.shift_y_mm,
            "scale": pose.scale,
        }
        if pose
        else None,
        "explained": list(explain(reading, marks)),
    }


def _show(sheets: list[tuple[Path, SheetReading]], bad: int, explained: MarkSet | None) -> None:
    for file, reading in sheets:
        sheet = reading.sheet
        name = f"{sheet.piece} copy {sheet.copy} sheet {sheet.sheet}/{sheet.of}" if sheet else "no code read"
        present = " ".join(role for role, there in (reading.roles or {}).items() if there)
        stdout.print(f"{file.name} {reading.page:>5}  {name:<32} {present}", markup=False, soft_wrap=True)
        for sentence in explain(reading, explained) if explained else ():
            stdout.print(f"        {sentence}", markup=False, soft_wrap=True)
        for problem in reading.problems:
            stdout.print(f"        {problem}", style="red", markup=False, soft_wrap=True)
        for warning in reading.warnings:
            stdout.print(f"        {warning}", style="yellow", markup=False, soft_wrap=True)
    verdict = f"[bold red]{bad} with problems[/]" if bad else "[bold green]all read[/]"
    stdout.print(f"{count(len(sheets), 'sheet')}, {verdict}")
