"""What a file is, told by its first bytes. Names and suffixes are not asked."""

from __future__ import annotations

import codecs
import re
from enum import Enum

from mailroom.domain.errors import InputRefused
from mailroom.intake.csv_columns import header_delimiter
from mailroom.intake.text import not_utf8

HEAD_BYTES = 64 * 1024
"""How much of a file `detect` wants to see: a CSV header or the first sign of anything else lies well within."""


class Format(Enum):
    XML = "xml"
    JSON = "json"
    CSV = "csv"


_OTHER_KINDS = (
    (re.compile(rb"\s{0,1024}%PDF-"), "a PDF"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive or an Office file (xlsx, docx)"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "an old Office file (xls, doc)"),
    (re.compile(rb"\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf"), "a compressed file"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\x00|MM\x00\*"), "a picture"),
    (re.compile(rb"%!PS"), "a PostScript file"),
    (re.compile(rb"\{\\rtf"), "a Rich Text file"),
    (re.compile(rb"(?i)\s*(<!doctype\s+html|<html)"), "a web page"),
    (re.compile(rb"(?i)(from |received: |return-path: |mime-version: )"), "an e-mail message"),
)

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; the longer ones first, for UTF-32's begins like UTF-16's."""


def encoding_of(head: bytes) -> str:
    """The encoding that a byte order mark names; UTF-8 without one."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "utf-8")


def detect(head: bytes) -> Format:
    """The format of a file from its first `HEAD_BYTES`.

    Raises InputRefused: E1002 empty, E1003 a file of another kind (PDF, Office …), E1004 text that is no format of
    ours, E1005 no text.
    """
    for pattern, name in _OTHER_KINDS:
        if pattern.match(head.removeprefix(codecs.BOM_UTF8)):
            raise _other_kind(name)
    if head.startswith((b"<\x00", b"\x00<")):
        return Format.XML
    text = head.decode(encoding_of(head), errors="replace").lstrip("\ufeff \t\r\n")
    if not text:
        raise InputRefused("E1002", "the file is empty", remedy="Have the sender export it again.")
    if text.startswith("<"):
        return Format.XML
    if text.startswith(("{", "[")):
        return Format.JSON
    if header_delimiter(text.split("\n", 2)[:2]):
        return Format.CSV
    if "\x00" in text:
        raise not_utf8("the file is not text")
    raise InputRefused(
        "E1004",
        "the file's format is not recognised",
        remedy="Send UBL or CII XML, JSON lines, or CSV whose first row holds the column names (docs/intake.md).",
    )


def _other_kind(name: str) -> InputRefused:
    return InputRefused(
        "E1003",
        f"the file is {name}, not an invoice as data",
        remedy="Move it out of this folder and send the invoice as UBL, CII, JSON lines or CSV.",
    )
