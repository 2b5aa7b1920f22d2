"""`mailroom layout check | proof`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from PIL import Image
from pypdf import PdfWriter
from rich.markup import escape

from layouts.contact_sheet import contact_sheet
from layouts.envelope import FOLDER as ENVELOPES
from layouts.envelope import Envelope, load_envelope
from layouts.envelope_view import draw_envelope
from layouts.finding import Finding
from layouts.fonts import default_fonts
from layouts.layout import catalogue
from layouts.parts import PageKind
from layouts.proof import draw_proof, write_proof_pdf
from layouts.wording import languages as known_languages
from mailroom.cli.output import REFUSED, stdout
from mailroom.cli.proofing import Document, Trial, once, render, write_sheets
from mailroom.production.mark_boxes import mark_boxes
from omr.markset import MarkSet, load_mark_set

app = typer.Typer(help="Layouts against their envelopes.", no_args_is_help=True, add_completion=False)

Name = Annotated[str, typer.Argument(metavar="[LAYOUT]", help="A shipped layout's name, or a TOML file.")]
Envelopes = Annotated[
    list[str] | None, typer.Option("--envelope", help="Shipped envelopes, or TOML files; c5 and c4 when none is named.")
]
MarkSetName = Annotated[str, typer.Option("--mark-set", help="A shipped mark set's name, or a TOML file.")]
Languages = Annotated[list[str] | None, typer.Option("--language", help='Languages of the texts ("nb", "nb+en").')]
Brand = Annotated[str, typer.Option("--brand", help="The brand that variants are for.")]
Group = Annotated[str, typer.Option("--group", help="The group of recipients that variants are for.")]
Data = Annotated[Path | None, typer.Option("--data", metavar="FILE", help="A document of your own, as JSON.")]
Seed = Annotated[int, typer.Option("--seed", help="Which sample.")]
Size = Annotated[int, typer.Option("--size", min=1, max=2000, help="About how many lines the sample has.")]
Kind = Annotated[str, typer.Option("--kind", help='The kind of document ("reminder-2"), where a layout has several.')]
TwoSided = Annotated[bool, typer.Option("--two-sided", help="Further pages are printed on the backs of sheets.")]

_DEFAULT_LAYOUT, _DEFAULT_LANGUAGE = "invoice", "nb"
_DEFAULT_ENVELOPES = ("c5", "c4")
_DPI, _SMALL_DPI, _CELL_PX = 150, 60, 260


@app.command()
def check(
    layout: Name = _DEFAULT_LAYOUT,
    envelopes: Envelopes = None,
    mark_set: MarkSetName = "quadient",
    languages: Languages = None,
    brand: Brand = "",
    group: Group = "",
    data: Data = None,
    seed: Seed = 1,
    size: Size = 4,
    kind: Kind = "",
    two_sided: TwoSided = False,
) -> int:
    """Check a layout against envelopes and marks: address in the window at every play, nothing else in it, marks in
    clear space, all texts there; and a document set with it, in each language. Exit 3 with each fault, its page and
    place, and by how many mm."""
    document = Document(data, seed, size, kind)
    trial = _trial(layout, load_mark_set(mark_set), document, brand=brand, group=group, two_sided=two_sided)
    names = envelopes or list(_DEFAULT_ENVELOPES)
    found: list[Finding] = []
    for envelope in [load_envelope(name) for name in names]:
        spoken = languages or trial.program(envelope).layout.languages or known_languages()
        found.extend(trial.findings(envelope, spoken))
    _tell(once(found))
    if not found:
        fits = escape(f"{layout} fits {', '.join(names)} with {mark_set} marks")
        stdout.print(f"[bold green]✓[/] {fits}", soft_wrap=True)
    return REFUSED if found else 0


@app.command()
def proof(
    layout: Name = "",
    envelopes: Envelopes = None,
    mark_set: MarkSetName = "quadient",
    languages: Languages = None,
    brand: Brand = "",
    group: Group = "",
    data: Data = None,
    seed: Seed = 1,
    size: Size = 4,
    kind: Kind = "",
    envelope_view: Annotated[bool, typer.Option("--envelope-view", help="Draw the filled envelope too.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Every layout, language and envelope, on contact sheets.")
    ] = False,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the pictures go.")] = Path("proof"),
) -> int:
    """Set a document and draw over its pages folds, window and its play, clear zones and marks: a PNG for each page, a
    PDF with all of them, and the sheets as they are printed. Exit 3 when something offends (drawn in red)."""
    marks = load_mark_set(mark_set)
    document = Document(data, seed, size, kind)
    out.mkdir(parents=True, exist_ok=True)
    shipped = sorted(path.stem for path in ENVELOPES.glob("*.toml"))
    profiles = [load_envelope(name) for name in envelopes or (shipped if every else _DEFAULT_ENVELOPES)]
    found: list[Finding] = []
    if every:
        overview: list[tuple[str, Image.Image]] = []
        for name in [layout] if layout else catalogue():
            trial = _trial(name, marks, document, brand=brand, group=group)
            wrong, picture = _write_contact_sheet(trial, marks, profiles, languages or known_languages(), out)
            overview.append((Path(name).stem, picture))
            _tell(wrong)
            found.extend(wrong)
        picture_file = out / "overview.png"
        contact_sheet(overview).save(picture_file)
        stdout.print(str(picture_file), markup=False, soft_wrap=True)
    else:
        trial = _trial(layout or _DEFAULT_LAYOUT, marks, document, brand=brand, group=group)
        for language in languages or [_DEFAULT_LANGUAGE]:
            for envelope in profiles:
                found.extend(_write_proof(trial, marks, envelope, language, out, envelope_view=envelope_view))
        _tell(once(found))
    return REFUSED if found else 0


def _trial(
    layout: str, mark_set: MarkSet, document: Document, *, brand: str, group: str, two_sided: bool = False
) -> Trial:
    traits = {trait: value for trait, value in (("brand", brand), ("group", group)) if value}
    return Trial(layout, traits, default_fonts(), mark_boxes(mark_set), document, two_sided, mark_set.side.value)


def _tell(findings: Sequence[Finding]) -> None:
    for finding in findings:
        place = ""
        if box := finding.place:
            place = f"at x {box.x_mm:.1f}, y {box.y_mm:.1f}, {box.width_mm:.1f} × {box.height_mm:.1f} mm  "
        fact = f"page {finding.page}  {finding.rule:<18} {finding.box}  {finding.amount_mm:.1f} mm  {place}"
        stdout.print(f"[bold red]✗[/] {escape(fact + finding.message)}", soft_wrap=True)


def _write_proof(
    trial: Trial, mark_set: MarkSet, envelope: Envelope, language: str, out: Path, *, envelope_view: bool
) -> list[Finding]:
    """The proof of one document in one envelope, as files; what is wrong with it."""
    program = trial.program(envelope)
    layout = program.layout
    inspection = trial.inspect(program, language)
    findings = once([*trial.geometry(envelope), *trial.pages(envelope, inspection)])
    stem = f"{layout.name}-{language}-{envelope.name}"
    sheets, proofs = out / f"{stem}.pdf", out / f"{stem}-proof.pdf"
    written = [sheets, proofs]
    write_sheets([inspection.page_set], trial.fonts, mark_set, sheets)
    images = render(sheets, _DPI)
    whole = PdfWriter()
    with TemporaryDirectory() as folder:
        part = Path(folder) / "page.pdf"
        for number, (kind, image) in enumerate(zip(_kinds(len(images)), images, strict=True), 1):
            told = [finding for finding in findings if finding.page == number]
            picture = out / f"{stem}-{number}.png"
            drawn = draw_proof(image, layout, envelope, trial.marks, page_kind=kind, page=number, findings=told)
            drawn.save(picture, dpi=(_DPI, _DPI))
            write_proof_pdf(sheets, part, layout, envelope, trial.marks, page_kind=kind, page=number, findings=told)
            whole.append(part)
            written.append(picture)
    with proofs.open("wb") as file:
        whole.write(file)
    if envelope_view:
        written.append(out / f"{stem}-envelope.png")
        draw_envelope(images[0], layout, envelope, trial.marks).save(written[-1])
    for path in written:
        stdout.print(str(path), markup=False, soft_wrap=True)
    return findings


def _kinds(pages: int) -> Iterator[PageKind]:
    yield "first"
    for _ in range(pages - 1):
        yield "continuation"


def _write_contact_sheet(
    trial: Trial, mark_set: MarkSet, envelopes: Sequence[Envelope], languages: Sequence[str], out: Path
) -> tuple[list[Finding], Image.Image]:
    """The first page in every language (down) and envelope (across), each as a picture of its own and all on one;
    what is wrong with them, and the picture of the first of them without anything over it."""
    found: list[Finding] = []
    cells: dict[tuple[str, str], Image.Image] = {}
    plain: list[Image.Image] = []
    name = trial.program(envelopes[0]).layout.name
    folder = out / name
    folder.mkdir(exist_ok=True)
    for digest, alike in _by_program(trial, envelopes).items():
        program = trial.program(alike[0])
        inspections = [trial.inspect(program, language) for language in languages]
        sheets = folder / f"{digest[:8]}.pdf"
        write_sheets([inspection.page_set for inspection in inspections], trial.fonts, mark_set, sheets)
        pages = iter(render(sheets, _SMALL_DPI))
        sheets.unlink()
        for language, inspection in zip(languages, inspections, strict=True):
            images = [next(pages) for _ in inspection.page_set.pages]
            plain.append(images[0])
            for envelope in alike:
                wrong = once([*trial.geometry(envelope), *trial.pages(envelope, inspection)])
                found.extend(wrong)
                told = [finding for finding in wrong if finding.page == 1]
                drawn = draw_proof(images[0], program.layout, envelope, trial.marks, findings=told)
                drawn.save(folder / f"{language}-{envelope.name}.png")
                cells[language, envelope.name] = drawn
    labelled = [(f"{language}, {one.name}", cells[language, one.name]) for language in languages for one in envelopes]
    sheet = out / f"{name}.png"
    contact_sheet(labelled, columns=len(envelopes), cell_px=_CELL_PX).save(sheet)
    stdout.print(str(sheet), markup=False, soft_wrap=True)
    return once(found), plain[0]


def _by_program(trial: Trial, envelopes: Sequence[Envelope]) -> dict[str, list[Envelope]]:
    """Envelopes that want the same variant of the layout, by its digest."""
    found: dict[str, list[Envelope]] = {}
    for envelope in envelopes:
        found.setdefault(trial.program(envelope).layout.digest, []).append(envelope)
    return found
