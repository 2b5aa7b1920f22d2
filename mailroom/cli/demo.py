"""`mailroom demo`: a whole print window, from generated invoices to sealed envelopes, on real input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from json import dumps
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.panel import Panel

from examples.generator import generate
from mailroom.bootstrap import House, init_house, make_queue, open_house
from mailroom.cli.closing import Closing, close_house_run
from mailroom.cli.machine import SimulatorSettings, running_simulator
from mailroom.cli.operators import DemoOperator
from mailroom.cli.options import Json
from mailroom.cli.output import PERSON, StageProgress, print_json, show_error, stdout
from mailroom.cli.run import run_files, run_report
from mailroom.domain.content_json import to_dict
from mailroom.domain.errors import MailroomError
from mailroom.intake.receive import Received
from mailroom.production.explain import explain_all
from mailroom.production.ports import PrintQueue
from mailroom.production.run_window import begin_run, carry_on
from mailroom.verify.verdict import Verdict
from mailroom.verify.verify import verify_run

app = typer.Typer(add_completion=False)

SHARED_INVOICES = Path(__file__).resolve().parents[3] / "shared" / "data" / "invoices"
"""Real UBL and CII invoices beside the checkout; the demo goes on without them and says so."""

_SETTINGS = """\
client = "Mailroom demo"
batch_sheets = 400

[queue]
kind = "{queue}"
seconds_per_sheet = 0.005

[inserter]
profile = "{profile}"
name = "{machine}"
log = "machine/log.jsonl"

[patience]
poll = 0.02
stalled = 60.0
"""


class Faults(StrEnum):
    """How often the simulated machine and line misbehave."""

    none = "none"
    light = "light"
    heavy = "heavy"


class Protocol(StrEnum):
    """What the simulated machine speaks."""

    native = "native"
    modbus = "modbus"


_PROFILES = {Protocol.native: "sim1", Protocol.modbus: "sim1-modbus"}


class Queue(StrEnum):
    """Where the demo prints."""

    folder = "folder"
    cups = "cups"


@app.command()
def demo(
    pieces: Annotated[int, typer.Option(min=1, help="Pieces to generate.")] = 200,
    seed: Annotated[int, typer.Option(help="Same seed, same invoices and same faults.")] = 1,
    faults: Annotated[Faults, typer.Option(help="How the machine behaves.")] = Faults.light,
    queue: Annotated[
        Queue, typer.Option(help="The virtual press, or a private cupsd with an IPP printer.")
    ] = Queue.folder,
    protocol: Annotated[Protocol, typer.Option(help="What the machine speaks.")] = Protocol.native,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A new folder; demo-1, demo-2 … when left out.")
    ] = None,
    json: Json = False,
) -> int:
    """Send generated invoices, and the real ones beside the project, through press and inserter."""
    folder = _new_folder(out)
    settings = _SETTINGS.format(queue=queue.value, machine="SIM-1", profile=_PROFILES[protocol])
    init_house(folder, "Mailroom demo", settings=settings)
    with StageProgress(quiet=json) as progress, open_house(folder, progress) as opened, ExitStack() as stack:
        results = _take_in(opened, pieces, seed, progress)
        print_queue, stacks = stack.enter_context(_queue(opened, queue))
        machine = SimulatorSettings(
            stacks=stacks, folder=folder / "machine", seed=seed, faults=faults.value, protocol=protocol.value
        )
        url = stack.enter_context(running_simulator(machine))
        house = opened.with_inserter(url)
        progress.stage("compose")
        run = begin_run(house.plant)
        carry_on(house.plant, house.line(DemoOperator(), queue=print_queue), run)
        progress.stage("close")
        explain_all(house.plant, run.id, "as the demo's faults have it", DemoOperator().name)
        closing = close_house_run(house, run, DemoOperator().name)
        report = run_report(house, closing.run)
        progress.stage("verify")
        verdict = verify_run(closing.folder)
    result = _Result(folder, results, report, closing, verdict, progress.seconds)
    if json:
        print_json(result.as_json())
    else:
        result.show()
    return 0 if verdict.ok and report["unknown"] == 0 else PERSON


def _new_folder(out: Path | None) -> Path:
    if out is not None:
        if out.exists() and any(out.iterdir()):
            raise MailroomError(
                "E1906", f"{out} is not empty", place=str(out), remedy="Name a new folder; the demo deletes nothing."
            )
        return out
    number = 1
    while (folder := Path(f"demo-{number}")).exists():
        number += 1
    return folder


def _take_in(house: House, pieces: int, seed: int, progress: StageProgress) -> list[Received]:
    """The generated invoices through the JSON lines reader, then the real files. Some of those bear the same number,
    or are one invoice in both syntaxes; sending them all the same is the demo operator's decision."""
    progress.stage("generate")
    inbox = house.folder / "inbox" / "generated.jsonl"
    with inbox.open("w", encoding="utf-8") as file:
        file.writelines(f"{dumps(to_dict(invoice), ensure_ascii=False)}\n" for invoice in generate(pieces, seed))
    results: list[Received] = []
    ubl, cii = (sorted((SHARED_INVOICES / part).glob("*.xml")) for part in ("ubl", "cii"))
    for reception, files in (
        (house.reception(), [inbox]),
        (house.reception(duplicates_by=DemoOperator().name), [*ubl, *cii]),
    ):
        for result in reception.receive(files):
            results.append(result)
            progress("intake", len(results), max(len(results), pieces))
    return results


@contextmanager
def _queue(house: House, kind: Queue) -> Iterator[tuple[PrintQueue, Path]]:
    """The print queue, and the folder where its printed stacks lie."""
    if kind is Queue.folder:
        yield make_queue(house.folder, house.settings), house.plant.stack_folder()
        return
    from spool.queues.cups import CupsQueue
    from spool.queues.private_cups import PrivateCups

    with PrivateCups(house.folder / "cups") as cups:
        yield CupsQueue(cups.printer, server=cups.server), cups.stack_dir


@dataclass(frozen=True, slots=True)
class _Result:
    folder: Path
    received: list[Received]
    report: dict[str, Any]
    closing: Closing
    verdict: Verdict
    seconds: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        names = ("mailed", "withdrawn", "moved", "unknown", "sheets", "copies", "reprinted", "destroyed", "quarantined")
        print_files, control_files = run_files(self.report)
        return {
            "run": self.report["run"],
            "planned": self.report["planned"],
            **{name: self.report[name] for name in names},
            "print_files": print_files,
            "control_files": control_files,
            "report": str(self.closing.statement),
            "seconds": self.seconds,
            "accepted": sum(result.error is None for result in self.received),
            "refused": sum(result.error is not None for result in self.received),
            "set_aside": self.report["set_aside"],
            "verified": self.verdict.ok,
            "folder": str(self.folder),
        }

    def show(self) -> None:
        for result in self.received:
            if result.error is not None:
                show_error(result.error)
        for aside in self.report["set_aside"]:
            stdout.print(
                f"[yellow]set aside[/] {escape(aside['document'])}: {escape(aside['problem'])}", soft_wrap=True
            )
        self._summary(self.as_json())

    def _summary(self, result: dict[str, Any]) -> None:
        took = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in self.seconds.items())
        real = sum(each.kind in ("ubl", "cii") for each in self.received)
        proof = "[green]✓ verified[/] from the exported files alone" if self.verdict.ok else "[red]NOT verified[/]"
        stdout.print(
            Panel(
                f"{len(self.received)} documents taken in, {real} of them UBL and CII files made by others\n"
                f"[bold]planned {result['planned']} = mailed {result['mailed']} + withdrawn {result['withdrawn']}"
                f" + moved {result['moved']}[/]\n"
                f"[bold]unknown = {result['unknown']}[/]\n"
                f"{result['sheets']} sheets in {result['copies']} copies; {result['destroyed']} copies destroyed and"
                f" {result['reprinted']} printed again\n"
                f"{proof}\n"
                f"{took}",
                title=f"run {result['run']}",
            )
        )
        for name in (*result["print_files"], *result["control_files"]):
            stdout.print(f"  {name}", soft_wrap=True)
        stdout.print(f"Statement  {self.closing.statement}", soft_wrap=True)
        stdout.print(f"Tray tags  {self.closing.tray_tags}", soft_wrap=True)
        piece = next((each for each in self.report["batches"] if each["reprint"]), None)
        program = sys.argv[0]
        stdout.print("\nLook next at:")
        stdout.print(f"  {program} marks read {result['print_files'][0]}", soft_wrap=True)
        stdout.print(f"  {program} run show --dir {self.folder}", soft_wrap=True)
        if piece is not None:
            stdout.print(f"  {piece['control_file']}: who was printed again", soft_wrap=True)
        stdout.print(f"  {program} piece show P00000001 --dir {self.folder}", soft_wrap=True)
        stdout.print(f"  {program} verify {self.closing.folder}", soft_wrap=True)
        if real == 0:
            stdout.print(f"(No real invoices found in {SHARED_INVOICES}.)", soft_wrap=True)
