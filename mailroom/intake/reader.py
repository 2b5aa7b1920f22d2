"""One door for files of every format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from mailroom.domain.errors import InputRefused
from mailroom.domain.invoice import IssuedInvoice
from mailroom.intake.acceptance import accept
from mailroom.intake.cii import ROOT as CII_ROOT
from mailroom.intake.cii import read_cii
from mailroom.intake.csv_table import read_csv
from mailroom.intake.detect import HEAD_BYTES, Format, detect, encoding_of
from mailroom.intake.jsonl import read_jsonl
from mailroom.intake.reading import Reading, refused
from mailroom.intake.text import not_utf8
from mailroom.intake.ubl import CREDIT_NOTE_ROOT, INVOICE_ROOT, read_ubl
from mailroom.intake.xml_tree import XML_BYTES_MAX, parse_xml

__all__ = ["Reading", "read_file"]

_UNKNOWN = "unknown"

_ROOTS: dict[str, tuple[str, Callable[[etree._Element], IssuedInvoice]]] = {
    INVOICE_ROOT: ("ubl", read_ubl),
    CREDIT_NOTE_ROOT: ("ubl", read_ubl),
    CII_ROOT: ("cii", read_cii),
}
"""Which reader takes which root element, and what the format is called."""

_ENVELOPE = "{http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader}StandardBusinessDocument"
"""The wrapping in which Peppol carries a document from one access point to another."""

_TABLES = {Format.JSON: read_jsonl, Format.CSV: read_csv}
"""Formats of many documents a file."""


def read_file(path: Path) -> Iterator[Reading]:
    """Every document of a file, one Reading each, in the file's order; at least one Reading, whatever the file is.

    Nothing is raised for what a file holds: what can't be taken is a Reading with its error. Files of many documents
    are read as they are consumed, so the memory that is needed does not grow with the file.
    """
    try:
        yield from _read(path)
    except InputRefused as error:
        yield refused(path, "", _UNKNOWN, error)
    except UnicodeDecodeError as error:
        yield refused(path, "", _UNKNOWN, not_utf8(f"the file is not {error.encoding}: {error.reason}"))
    except OSError as error:
        fact = f"the file can't be opened: {error.strerror or error}"
        unopened = InputRefused("E1001", fact, remedy="Check the name and that the file may be read.")
        yield refused(path, "", _UNKNOWN, unopened)


def _read(path: Path) -> Iterator[Reading]:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        found = detect(head)
        content = head + file.read(XML_BYTES_MAX + 1 - len(head)) if found is Format.XML else b""
    if found is Format.XML:
        yield _read_xml(path, content)
        return
    count = 0
    for reading in _TABLES[found](path, encoding_of(head)):
        count += 1
        yield reading
    if not count:
        raise InputRefused("E1002", "the file holds no document", remedy="Have the sender export it again.")


def _unwrapped(root: etree._Element) -> etree._Element:
    if root.tag != _ENVELOPE:
        return root
    return next((child for child in root if child.tag in _ROOTS), root)


def _read_xml(path: Path, content: bytes) -> Reading:
    root = _unwrapped(parse_xml(content))
    if root.tag not in _ROOTS:
        name = etree.QName(root)
        fact = f"the XML is a {name.localname!r} ({name.namespace or 'no namespace'}), not an invoice that is read here"
        raise InputRefused(
            "E1004", fact, remedy="Send UBL 2.1 Invoice or CreditNote, or CII D16B (ZUGFeRD 2, Factur-X)."
        )
    kind, read = _ROOTS[root.tag]
    try:
        return Reading(path, "", kind, invoice=accept(read(root), own_format=False))
    except InputRefused as error:
        return refused(path, "", kind, error)
