"""Finished PDFs: files → their documents in the ledger; pages that can't go out are set aside with their reasons."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailroom.domain.content import Content
from mailroom.domain.errors import Explained, InputRefused
from mailroom.intake.finished.definition import JobDefinition, Zone, ZoneBox
from mailroom.intake.finished.definition_file import load_definition
from mailroom.intake.finished.examination import Examination
from mailroom.intake.finished.found import Finding, FoundDocument, Refusal
from mailroom.intake.finished.guarded import examined, sound_copy
from mailroom.intake.finished.prove import is_proved, require_proof
from mailroom.intake.finished.split import split
from mailroom.intake.finished.taken import finished_pdf
from mailroom.intake.guard import Guard
from mailroom.intake.originals import Originals
from mailroom.intake.quarantine import set_aside
from mailroom.intake.receive import Received, Reception
from omr.place import Box

_WINDOW_ZONE = "envelope-window"

KIND = "pdf"
"""What `intake` calls a file that is taken in this way."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A file as one definition reads it."""

    definition: JobDefinition
    examination: Examination
    findings: tuple[Finding, ...]

    @property
    def refusals(self) -> list[Refusal]:
        return [one for one in self.findings if isinstance(one, Refusal)]

    @property
    def documents(self) -> list[FoundDocument]:
        return [one for one in self.findings if isinstance(one, FoundDocument)]


@dataclass(frozen=True, slots=True)
class FinishedReception:
    """Where finished PDFs come in.

    `definitions` are the job definitions to choose from: the first that finds documents and refuses no page takes the
    file. Where only one is given, it takes what it finds and the rest is refused by name. `window` is where the
    envelope shows the sheet: a document whose recipient does not stand there is refused (E1545).
    """

    reception: Reception
    originals: Originals
    guard: Guard
    definitions: Sequence[JobDefinition]
    window: Box | None = None

    def receive(self, files: Iterable[Path]) -> Iterator[Received]:
        """Take in files, one result for each document found and for each stretch of pages refused, in order. What is no
        PDF is the other reception's."""
        for file in files:
            yield from self._received(file) if is_pdf(file) else self.reception.receive([file])

    def take(self, content: Content, source: str) -> InputRefused | None:
        """Put one document into the ledger; see `Reception.take`."""
        return self.reception.take(content, source)

    def _received(self, file: Path) -> Iterator[Received]:
        refused: list[Explained] = []
        try:
            results = self._take(file)
        except InputRefused as error:
            refused.append(error)
            yield Received(str(file), "quarantined", KIND, None, error)
        else:
            for result in results:
                if result.error is not None:
                    refused.append(result.error)
                yield result
        if refused and file.is_file():
            set_aside(file, refused, self.reception.quarantine, self.reception.clock())

    def _take(self, file: Path) -> list[Received]:
        with sound_copy(self.guard, file, self.definitions) as sound:
            read = self._chosen(sound.path)
            unseen = {document.first_page: self._unseen(document, read, file) for document in read.documents}
            sha256 = ""
            if None in unseen.values():  # else nothing will ever ask for the file: it is in quarantine
                if sound.repaired:
                    self.originals.keep(file)
                sha256 = self.originals.keep(sound.path)
            return list(self._taken(file, read, unseen, sha256))

    def _taken(
        self, file: Path, read: _Read, unseen: Mapping[int, InputRefused | None], sha256: str
    ) -> Iterator[Received]:
        """Each finding into the ledger or refused. `unseen` tells by first page why a recipient would not be seen."""
        shown = [document for document in read.documents if unseen[document.first_page] is None]
        contents = {each.first_page: finished_pdf(each, read.definition, sha256) for each in shown}
        notes = self.reception.take_all((content, f"{file.name} page {at}") for at, content in contents.items())
        note_of = dict(zip(contents, notes, strict=True))
        for finding in read.findings:
            match finding:
                case FoundDocument(first_page=page) if (error := unseen[page]) is not None:
                    yield Received(str(file), "refused", KIND, None, error)
                case FoundDocument(first_page=page):
                    yield Received(str(file), "accepted", KIND, contents[page], None, note_of[page])
                case Refusal():
                    yield Received(str(file), "refused", KIND, None, _error(finding, file))
                case _:
                    pass

    def _unseen(self, document: FoundDocument, read: _Read, file: Path) -> InputRefused | None:
        """Why the envelope would not show the document's recipient, None when it does."""
        if self.window is None or read.definition.fit.window == "unchecked":
            return None
        at = read.examination.zones.index(_WINDOW_ZONE)
        shown = read.examination.pages[document.first_page - 1].texts[at]
        recipient = document.recipient
        wanted = [recipient.name, recipient.address.postcode]
        if all(_folded(text) in _folded(shown) for text in wanted):
            return None
        box = self.window
        return InputRefused(
            "E1545",
            f"the envelope's window would show {' / '.join(shown.splitlines()) or 'nothing'!r}, not the recipient "
            f"{', '.join(filter(None, wanted))}",
            place=f"{file.name}, page {document.first_page}, {box.x:g}, {box.y:g}, {box.w:g} × {box.h:g} mm",
            remedy="Choose envelopes whose window is where the address stands (mailroom.toml, envelopes), have the "
            'sender move the address, or let it pass: [fit] window = "unchecked" in the job definition.',
        )

    def _chosen(self, file: Path) -> _Read:
        """The file as the first definition reads it that refuses nothing; raises E1540 when each refuses something."""
        if not self.definitions:
            raise InputRefused(
                "E1541",
                "the file is a PDF, and there is no job definition that says how to find its documents",
                place=file.name,
                remedy="Make one: mailroom intake probe FILE.pdf; then name it with --definition, or put it into the "
                "folder's definitions/.",
            )
        reads = []
        for definition in self.definitions:
            read = self._read(file, definition)
            if read.documents and not read.refusals:
                return read
            reads.append(read)
        if len(reads) == 1 and (reads[0].documents or reads[0].refusals):
            return reads[0]
        reasons = "; ".join(f"{read.definition.name}: {_first(read)}" for read in reads)
        remedy = "Say which one holds (--definition) to have its reasons page by page, or make one for this file."
        fact = f"none of the {len(reads)} job definitions takes this file: {reasons}"
        raise InputRefused("E1540", fact, place=file.name, remedy=remedy)

    def _read(self, file: Path, definition: JobDefinition) -> _Read:
        require_proof(definition)
        examination = examined(self.guard, file, self._with_window(definition))
        return _Read(definition, examination, tuple(split(examination, definition)))

    def _with_window(self, definition: JobDefinition) -> JobDefinition:
        """The definition that asks for what stands in the envelope's window, too."""
        if self.window is None:
            return definition
        x_mm, y_mm, width_mm, height_mm = self.window
        box = ZoneBox(x_mm=x_mm, y_mm=y_mm, width_mm=width_mm, height_mm=height_mm)
        return definition.model_copy(update={"zones": {**definition.zones, _WINDOW_ZONE: Zone(box=box)}})


def _folded(text: str) -> str:
    """Text as it is compared: without blanks, case and width."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _first(read: _Read) -> str:
    refusals = read.refusals
    if not refusals:
        return "finds no document"
    problem = refusals[0].problems[0]
    return f"{problem.code} {problem.message} ({problem.place})"


def _error(refusal: Refusal, file: Path) -> InputRefused:
    """All reasons of a refusal as one error: the first leads."""
    first, *more = refusal.problems
    pages = f"page {refusal.first_page}" if refusal.page_count == 1 else f"pages {refusal.pages[0]}-{refusal.pages[-1]}"
    also = "".join(f"; also {problem.code} {problem.message} ({problem.place})" for problem in more)
    number = f", document {refusal.number}" if refusal.number else ""
    return InputRefused(
        first.code, first.message + also, place=f"{file.name}, {pages}{number}, {first.place}", remedy=first.remedy
    )


def definitions_of(folder: Path) -> Iterator[JobDefinition]:
    """The proved job definitions of a folder, by name. Raises InputRefused E1501 to E1503 for a file that is wrong;
    one that nobody proved yet is left out."""
    for path in sorted(folder.glob("*.toml")):
        definition = load_definition(path)
        if is_proved(definition):
            yield definition


def is_pdf(file: Path) -> bool:
    """Whether a file begins like a PDF (within the first kilobyte, as readers look for it)."""
    try:
        with file.open("rb") as stream:
            return b"%PDF-" in stream.read(1024)
    except OSError:
        return False
