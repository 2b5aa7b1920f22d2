"""Layouts, read for an envelope each, tried on documents: what is wrong with them, and their pages as pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pypdfium2
from PIL import Image

from examples.documents import KINDS, sample
from layouts.blockparts import AddressBlock
from layouts.envelope import Envelope
from layouts.errors import LayoutError
from layouts.finding import Finding, Rule
from layouts.folding import Side
from layouts.fonts import FontSet
from layouts.geometry import Box
from layouts.jsondata import read_json_data
from layouts.language.schema import read_declaration
from layouts.layout import load_layout
from layouts.pageset import PageSet
from layouts.parts import Layout
from layouts.preflight import Preflight, check_layout
from layouts.typeset import Inspection, PageProgram
from mailroom.bootstrap import now
from omr.markset import MarkSet
from omr.model import Side as MarkSide
from omr.sheet import SheetId, SheetOrders
from spool.assemble import assemble
from spool.batch import BatchSheet, PageRef
from spool.pagestore import PageStore

_PT_PER_INCH = 72
_OTHER_DATA = frozenset({"E4031", "E4032", "E4033"})
_REFUSED: frozenset[Rule] = frozenset({"margin", "clear-zone", "overlap"})
"""What no layout is made ready with: it is found and told here with all the rest."""


@dataclass(frozen=True, slots=True)
class Document:
    """Which document a layout is tried on: a file of its own (JSON), or a sample of the examples."""

    file: Path | None = None
    seed: int = 1
    size: int = 6
    kind: str = ""

    def kinds(self, layout: Layout) -> tuple[str, ...]:
        """The kinds of documents to try: the one that is told, or all that the layout sets; "" for a file's own."""
        if self.file is not None or not layout.kinds:
            return ("",)
        return (self.kind,) if self.kind else layout.kinds

    def data(self, layout: Layout, language: str, kind: str = "") -> dict[str, Any]:
        """What the layout asks for, of the first kind that it sets when none is told.

        Raises LayoutError E4010, E4011, E4031 (the file), E4032 for a layout that there is no sample for.
        """
        if self.file is not None:
            return read_json_data(self.file, read_declaration(layout.data, layout.file))
        blocks = (part.block for part in layout.box_parts)
        lines = min((block.max_lines for block in blocks if isinstance(block, AddressBlock)), default=6)
        try:
            return sample(
                _sample_name(layout),
                language,
                self.seed,
                size=self.size,
                kind=kind or self.kind,
                most_address_lines=lines,
            )
        except KeyError as fault:
            raise LayoutError(
                "E4032",
                f"there is no sample for the layout {layout.name!r} in the language {language!r}",
                place=layout.file,
                remedy="give a document of your own with --data FILE.json",
            ) from fault


def _sample_name(layout: Layout) -> str:
    """The sample by the layout's name, or by the first kind of document that it sets; the name when there is none."""
    if layout.name in KINDS or not layout.kinds:
        return layout.name
    return next((name for name, kinds in KINDS.items() if layout.kinds[0] in kinds), layout.name)


@dataclass(slots=True)
class Trial:
    """One layout file, tried with envelopes, marks and documents. Programs are kept: envelopes that want the same
    variant share one."""

    name: str
    traits: Mapping[str, str]
    fonts: FontSet
    marks: Mapping[str, Box]
    document: Document
    two_sided: bool = False
    marks_on: Side = "front"
    _programs: dict[str, PageProgram] = field(default_factory=dict)

    def program(self, envelope: Envelope) -> PageProgram:
        """The layout for an envelope, made ready. Raises LayoutError."""
        layout = load_layout(self.name, {**self.traits, "envelope": envelope.name})
        known = self._programs.get(layout.digest)
        if known is None:
            known = self._programs[layout.digest] = PageProgram(layout, self.fonts)
        return known

    def inspect(self, program: PageProgram, language: str, kind: str = "") -> Inspection:
        """The document as the program sets it. Raises LayoutError for data that are not the layout's."""
        data = self.document.data(program.layout, language, kind)
        try:
            return program.inspect(data, language, self.traits)
        except LayoutError as error:
            if self.document.file is not None or error.code not in _OTHER_DATA:
                raise
            raise LayoutError(
                error.code,
                f"the sample is no document of this layout: {error.message}",
                place=error.place,
                remedy="give a document of your own with --data FILE.json",
            ) from error

    def geometry(self, envelope: Envelope) -> list[Finding]:
        """What is wrong with the layout itself."""
        layout = self.program(envelope).layout
        return check_layout(layout, [envelope], self.marks, two_sided=self.two_sided, marks_on=self.marks_on)

    def pages(self, envelope: Envelope, inspection: Inspection) -> list[Finding]:
        """What is wrong with the pages of the document."""
        layout = self.program(envelope).layout
        preflight = Preflight(layout, [envelope], self.marks, two_sided=self.two_sided, marks_on=self.marks_on)
        return [*inspection.findings, *preflight.check(inspection.ink)]

    def findings(self, envelope: Envelope, languages: Sequence[str]) -> list[Finding]:
        """All that is wrong with layout and document with an envelope, in these languages; each fault once."""
        program = self.program(envelope)
        found = self.geometry(envelope)
        if not any(finding.rule in _REFUSED for finding in found):
            for language in languages:
                for kind in program.layout.kinds or ("",):
                    program.check(language, kind)
        for language, kind in product(languages, self.document.kinds(program.layout)):
            found.extend(self.pages(envelope, self.inspect(program, language, kind)))
        return once(found)


def once(findings: Iterable[Finding]) -> list[Finding]:
    """Each fault once: what the layout's box is told for need not be told again of the ink in it."""
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        kept.setdefault((finding.rule, finding.box, finding.page, finding.envelope), finding)
    return list(kept.values())


def write_sheets(page_sets: Sequence[PageSet], fonts: FontSet, mark_set: MarkSet, out: Path) -> None:
    """Print documents one-sided into a PDF, as the press would get them; on both sides for marks on the back."""
    sheets: list[BatchSheet] = []
    for index, page_set in enumerate(page_sets):
        count = len(page_set.pages)
        for number in range(1, count + 1):
            identity = SheetId("R000000", f"P{index:08d}", 1, number, count)
            orders = SheetOrders(number, count, len(sheets) + 1)
            sheets.append(BatchSheet(identity, orders, PageRef(page_set.key, number - 1), None))
    with TemporaryDirectory() as folder:
        store = PageStore(Path(folder))
        store.put_all(page_sets)
        assemble(
            iter(sheets),
            store=store,
            fonts=fonts,
            mark_set=mark_set,
            out=out,
            title="Proof",
            created=now(),
            sides="two-sided-long-edge" if mark_set.side is MarkSide.BACK else "one-sided",
        )


def render(file: Path, dpi: int) -> list[Image.Image]:
    """The pages of a PDF as pictures."""
    document = pypdfium2.PdfDocument(file)
    try:
        return [page.render(scale=dpi / _PT_PER_INCH).to_pil() for page in document]
    finally:
        document.close()
