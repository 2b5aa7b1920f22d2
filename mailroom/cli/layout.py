"""`mailroom layout check | proof`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import pypdfium2
import typer
from PIL import Image
from rich.markup import escape

from examples.generator import generate
from layouts.envelope import Envelope, load_envelope
from layouts.finding import Finding
from layouts.fonts import default_fonts
from layouts.geometry import Box
from layouts.layout import load_layout
from layouts.parts import Layout
from layouts.preflight import check_layout
from layouts.proof import draw_proof
from layouts.typeset import compile_layout
from mailroom.bootstrap import now
from mailroom.cli.output import REFUSED, stdout
from mailroom.production.compose import address_lines, layout_data
from omr.draw import mark_rects
from omr.markset import MarkSet, load_mark_set
from omr.sheet import SheetId, SheetOrders
from spool.assemble import assemble
from spool.batch import BatchSheet, PageRef
from spool.pagestore import PageStore

app = typer.Typer(help="Layouts against their envelopes.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="[LAYOUT]", help="A shipped layout's name, or a TOML file.")]
Envelopes = Annotated[list[str], typer.Option("--envelope", help="Shipped envelopes, or TOML files.")]
MarkSetName = Annotated[str, typer.Option("--mark-set", help="A shipped mark set's name, or a TOML file.")]
_DPI = 150


@app.command()
def check(
    layout: Name = "invoice",
    envelopes: Envelopes = ["c5", "c4"],  # noqa: B006 (typer reads the default and never changes it)
    mark_set: MarkSetName = "quadient",
) -> int:
    """Check a layout against envelopes and marks: address in the window at every play, nothing else in it, marks in
    clear space. Exit 3 with each box and by how many mm it offends."""
    found = _findings(load_layout(layout), [load_envelope(name) for name in envelopes], load_mark_set(mark_set))
    for finding in found:
        stdout.print(
            f"[bold red]✗[/] {finding.rule:<18} {finding.amount_mm:6.1f} mm  {escape(finding.message)}", soft_wrap=True
        )
    if not found:
        fits = escape(f"{layout} fits {', '.join(envelopes)} with {mark_set} marks")
        stdout.print(f"[bold green]✓[/] {fits}", soft_wrap=True)
    return REFUSED if found else 0


@app.command()
def proof(
    layout: Name = "invoice",
    envelopes: Envelopes = ["c5", "c4"],  # noqa: B006 (typer reads the default and never changes it)
    mark_set: MarkSetName = "quadient",
    language: Annotated[str, typer.Option(help="Language of the layout's texts.")] = "nb",
    seed: Annotated[int, typer.Option(help="Which generated invoice to show.")] = 1,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the pictures go.")] = Path("proof"),
) -> int:
    """Draw an example sheet with folds, window and its play, clear zones and marks: one PNG per envelope, and the sheet
    itself as PDF. Exit 3 when something offends (drawn in red)."""
    chosen, marks = load_layout(layout), load_mark_set(mark_set)
    profiles = [load_envelope(name) for name in envelopes]
    out.mkdir(parents=True, exist_ok=True)
    sheet = out / f"{chosen.name}-{language}.pdf"
    _example(chosen, marks, language, seed, sheet)
    image = _render(sheet)
    for envelope in profiles:
        picture = out / f"{chosen.name}-{language}-{envelope.name}.png"
        draw_proof(image, chosen, envelope, _mark_boxes(marks)).save(picture, dpi=(_DPI, _DPI))
        stdout.print(str(picture), markup=False, soft_wrap=True)
    stdout.print(str(sheet), markup=False, soft_wrap=True)
    return REFUSED if _findings(chosen, profiles, marks) else 0


def _findings(layout: Layout, envelopes: list[Envelope], mark_set: MarkSet) -> list[Finding]:
    return check_layout(layout, envelopes, _mark_boxes(mark_set))


def _mark_boxes(mark_set: MarkSet) -> dict[str, Box]:
    """Where marks and code of a last sheet stand, as the layouts' boxes."""
    rects = mark_rects(mark_set, SheetOrders(sheet=1, of=1, ordinal=7))
    boxes = {f"mark {index}": Box(*rect) for index, rect in enumerate(rects, 1)}
    return boxes | {"code": Box(*mark_set.code.box)}


def _example(layout: Layout, mark_set: MarkSet, language: str, seed: int, out: Path) -> None:
    """Assemble a generated invoice as it would be printed."""
    invoice = next(iter(generate(1, seed)))
    fonts = default_fonts()
    pages = compile_layout(layout, fonts).typeset(layout_data(invoice, address_lines(invoice)), language)
    count = len(pages.pages)
    sheets = (
        BatchSheet(
            SheetId("R000000", "P00000000", 1, number, count),
            SheetOrders(number, count, number),
            PageRef(pages.key, number - 1),
            None,
        )
        for number in range(1, count + 1)
    )
    with TemporaryDirectory() as folder:
        store = PageStore(Path(folder))
        store.put(pages)
        assemble(sheets, store=store, fonts=fonts, mark_set=mark_set, out=out, title="Proof", created=now())


def _render(file: Path) -> Image.Image:
    document = pypdfium2.PdfDocument(file)
    try:
        image: Image.Image = document[0].render(scale=_DPI / 72).to_pil()
        return image
    finally:
        document.close()
