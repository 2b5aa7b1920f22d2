"""Receive: files → accepted documents in the ledger; what can't be taken is set aside with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mailroom.domain.content import Content, kind_of
from mailroom.domain.document import LIVE, Document, DocumentState, document_key
from mailroom.domain.errors import Explained, InputRefused, MailroomError
from mailroom.domain.finished import FinishedPdf
from mailroom.domain.identity import customer_key
from mailroom.intake.quarantine import set_aside, sha256_of
from mailroom.intake.reader import Reading, read_file
from mailroom.production.ports import Clock, Ledger, OpenLedger
from mailroom.production.record import Recorder

_LOT = 200
"""Documents that are committed together: no longer than others may wait to write."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one document. `status`: "accepted" (it is in the ledger and goes out once); "refused" (it was
    read, but can't be taken); "quarantined" (the file could not be read). `error` is None when accepted; `note` then
    says when it was there already (E1801) or is set aside for a person's decision (E1802)."""

    file: str
    status: str
    kind: str
    content: Content | None
    error: Explained | None
    note: Explained | None = None


@dataclass(frozen=True, slots=True)
class Reception:
    """Where documents come in. Refused files are copied into `quarantine` beside `NAME.errors.json`.

    `duplicates_by` is the person who decided that a document already taken in shall be delivered again, or None; the
    journal keeps the name. E7002 when it is no name."""

    open_ledger: OpenLedger
    clock: Clock
    quarantine: Path
    duplicates_by: str | None = None

    def __post_init__(self) -> None:
        if self.duplicates_by is not None and not self.duplicates_by.strip():
            raise MailroomError(
                "E7002",
                "accepting duplicates needs a named person",
                place="--accept-duplicates",
                remedy="Give your name there.",
            )

    def receive(self, files: Iterable[Path]) -> Iterator[Received]:
        """Take in files, one result for each document found, in order."""
        for path in files:
            refused: list[Received] = []
            for reading in read_file(path):
                result = self._take(reading)
                if result.error is not None:
                    refused.append(result)
                yield result
            if refused:
                self._set_aside(path, refused)

    def take(self, content: Content, source: str) -> InputRefused | None:
        """Put one document into the ledger, so that it goes out exactly once. Returns what the operator should know:

        E1801  it is there already; nothing was added (taking in twice is harmless).
        E1802  its number is taken by a document with other content; it is set aside until a person decides.
        """
        (note,) = self.take_all([(content, source)])
        return note

    def take_all(self, arrivals: Iterable[tuple[Content, str]]) -> Iterator[InputRefused | None]:
        """`take` for each content and source, in order. They are committed in lots, because each commit waits for the
        disk; a crash between two leaves the rest to be taken in again, and what was taken is there already (E1801)."""
        coming = iter(arrivals)
        while lot := list(islice(coming, _LOT)):
            with self.open_ledger() as ledger:
                notes = [self._put(ledger, content, source) for content, source in lot]
                ledger.commit()
            yield from notes

    def _put(self, ledger: Ledger, content: Content, source: str) -> InputRefused | None:
        key = document_key(content)
        held = ledger.documents_of(key)
        live = [document for document in held if document.state in LIVE]
        same = next((document for document in (*live, *held) if document.content == content), None)
        if live and self.duplicates_by is None:
            known = same is not None and same.state in LIVE
            note = (_already if known else _conflict)(content, source, live[0])
            if same is None:
                self._add(ledger, key, content, source, note)
            return note
        document = same if same is not None and same.state is DocumentState.SET_ASIDE else None
        if document is not None:
            ledger.set_document(document.id, DocumentState.WAITING)
        else:
            document = self._add(ledger, key, content, source, None)
        if live:
            Recorder(ledger, self.clock).accept_duplicate(document, f"person:{self.duplicates_by}")
        else:
            _supersede(ledger, held, document)
        return None

    def _add(self, ledger: Ledger, key: str, content: Content, source: str, problem: InputRefused | None) -> Document:
        document = ledger.add_document(key, customer_key(content), content, source, self.clock())
        if problem is not None:
            text = f"{problem.code} {problem.message}. {problem.remedy}"
            ledger.set_document(document.id, DocumentState.SET_ASIDE, text)
        return document

    def _take(self, reading: Reading) -> Received:
        file = str(reading.file)
        if reading.invoice is None:
            status = "quarantined" if reading.kind == "unknown" else "refused"
            return Received(file, status, reading.kind, None, reading.error)
        note = self.take(reading.invoice, f"{reading.file.name} {reading.place}".strip())
        return Received(file, "accepted", reading.kind, reading.invoice, None, note)

    def _set_aside(self, path: Path, refused: list[Received]) -> None:
        """Copy the file once (its name carries its content's hash) and list what was wrong with it. E6001…E6004 when
        the quarantine can't be written. A file that can't be read is only reported: there is nothing to keep."""
        try:
            digest = sha256_of(path)
        except OSError:
            return
        errors = [each.error for each in refused if each.error is not None]
        set_aside(path, errors, self.quarantine, self.clock(), digest=digest)


def _supersede(ledger: Ledger, held: Iterable[Document], document: Document) -> None:
    """A corrected document takes the place of those set aside under its number."""
    for earlier in held:
        if earlier.state is DocumentState.SET_ASIDE and earlier.id != document.id:
            ledger.set_document(earlier.id, DocumentState.WITHDRAWN, f"superseded by {document.source}")


def _already(content: Content, source: str, first: Document) -> InputRefused:
    return InputRefused(
        "E1801",
        f"{_name(content)} was taken in before: it goes out once",
        place=_places(source, first),
        remedy="Nothing to do. To send it once more: intake --accept-duplicates NAME.",
    )


def _conflict(content: Content, source: str, first: Document) -> InputRefused:
    return InputRefused(
        "E1802",
        f"{_name(content)} was taken in before, with other content: this one is set aside",
        place=_places(source, first),
        remedy="Ask the sender which one holds. To send this one, too: intake --accept-duplicates NAME.",
    )


def _name(content: Content) -> str:
    issuer = content.issuer if isinstance(content, FinishedPdf) else content.seller.name
    return f"{kind_of(content)} {content.number} of {issuer}"


def _places(source: str, first: Document) -> str:
    return f"{source} (first: {first.source}, {first.received_at:%Y-%m-%d %H:%M})"
