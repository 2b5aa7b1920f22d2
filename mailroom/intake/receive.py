"""Receive: files → accepted documents in the ledger; what can't be taken is set aside with its reasons."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mailroom.domain.document import Document, document_key
from mailroom.domain.errors import Explained, InputRefused, MailroomError
from mailroom.domain.identity import customer_key
from mailroom.domain.invoice import IssuedInvoice
from mailroom.intake.reader import Reading, read_file
from mailroom.production.ports import Clock, OpenLedger
from mailroom.production.record import Recorder
from spool.atomic import AtomicFile, disk_error, write_whole

_PART_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one document. `status`: "accepted"; "refused" (it was read, but can't be taken); "quarantined"
    (the file could not be read). `error` is None when accepted."""

    file: str
    status: str
    kind: str
    invoice: IssuedInvoice | None
    error: Explained | None


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

    def take(self, invoice: IssuedInvoice, source: str) -> InputRefused | None:
        """Put one invoice into the ledger; the error when it is there already."""
        key = document_key(invoice)
        with self.open_ledger() as ledger:
            first = ledger.find_document(key)
            if first is not None and self.duplicates_by is None:
                return _duplicate(invoice, source, first)
            document = ledger.add_document(key, customer_key(invoice), invoice, source, self.clock())
            if first is not None:
                Recorder(ledger, self.clock).accept_duplicate(document, f"person:{self.duplicates_by}")
            ledger.commit()
        return None

    def _take(self, reading: Reading) -> Received:
        file = str(reading.file)
        if reading.invoice is None:
            status = "quarantined" if reading.kind == "unknown" else "refused"
            return Received(file, status, reading.kind, None, reading.error)
        error = self.take(reading.invoice, f"{reading.file.name} {reading.place}".strip())
        return Received(file, "refused" if error else "accepted", reading.kind, reading.invoice, error)

    def _set_aside(self, path: Path, refused: list[Received]) -> None:
        """Copy the file once (its name carries its content's hash) and list what was wrong with it. E6001…E6004 when
        the quarantine can't be written. A file that can't be read is only reported: there is nothing to keep."""
        try:
            with path.open("rb") as source:
                digest = hashlib.file_digest(source, "sha256").hexdigest()[:12]
        except OSError:
            return
        kept = self.quarantine / f"{_shortened(path.stem)}.{digest}{_shortened(path.suffix)}"
        try:
            self.quarantine.mkdir(parents=True, exist_ok=True)
            if not kept.exists():
                _copy_whole(path, kept)
        except OSError as error:
            raise disk_error(error, kept) from error
        errors = [
            {
                "code": each.error.code,
                "message": each.error.message,
                "place": each.error.place,
                "remedy": each.error.remedy,
            }
            for each in refused
            if each.error is not None
        ]
        listing = {"file": str(path), "kept": kept.name, "at": self.clock().isoformat(), "errors": errors}
        text = json.dumps(listing, ensure_ascii=False, indent=2) + "\n"
        write_whole(kept.with_name(f"{kept.name}.errors.json"), text.encode())


def _shortened(name: str) -> str:
    """Leaves room for what is added: a file's name may have 255 bytes."""
    return name.encode(errors="surrogateescape")[:100].decode(errors="ignore")


def _copy_whole(source: Path, target: Path) -> None:
    with source.open("rb") as reader, AtomicFile(target) as writer:
        while part := reader.read(_PART_BYTES):
            writer.write(part)
        writer.commit()


def _duplicate(invoice: IssuedInvoice, source: str, first: Document) -> InputRefused:
    """E1801: the same document once more. E1802: another document under a number that is taken."""
    name = f"{invoice.kind.value} {invoice.number} of {invoice.seller.name}"
    place = f"{source} (first: {first.source}, {first.received_at:%Y-%m-%d %H:%M})"
    if invoice == first.invoice:
        return InputRefused(
            "E1801",
            f"{name} was taken in before",
            place=place,
            remedy="Nothing to do: it goes out once. To send it once more: intake --accept-duplicates NAME.",
        )
    return InputRefused(
        "E1802",
        f"{name} was taken in before, with other content",
        place=place,
        remedy="Ask the sender which one holds. To send both: intake --accept-duplicates NAME.",
    )
