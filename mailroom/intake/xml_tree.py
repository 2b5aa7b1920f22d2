"""XML read safely, and a view of its elements that knows how to complain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from lxml import etree

from mailroom.domain.errors import InputRefused
from mailroom.intake.terms import named
from mailroom.intake.text import tidy, tidy_block
from mailroom.intake.values import parse_decimal, parse_iso_date

XML_BYTES_MAX = 20 * 1024 * 1024
"""An invoice with a hundred pages of lines is 1 MB; pictures and PDFs may be embedded. More is not an invoice."""

_PROLOG = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_REMEDY_DTD = "Have the sender leave out the document type declaration: e-invoices have none."


def parse_xml(content: bytes) -> etree._Element:
    """The root of a document. No entity is resolved, no file or address is opened, no DTD is read.

    Raises InputRefused: E1006 too large, E1007 broken (with line and column), E1008 a document type declaration.
    """
    if len(content) > XML_BYTES_MAX:
        raise too_large(f"the XML has {len(content):,} bytes, more than {XML_BYTES_MAX:,}")
    _refuse_doctype(content)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as broken:
        line, column = broken.position
        fact = f"the XML is broken: {_without_position(broken.msg) or 'it ends before its root element does'}"
        remedy = "Have the sender export the document again; the file may be cut off."
        raise InputRefused("E1007", fact, place=f"line {line}, column {column}", remedy=remedy) from None
    if root.getroottree().docinfo.doctype:
        # An encoding that the scan above can't read (EBCDIC, UTF-32) may have hidden it.
        raise InputRefused("E1008", "the XML declares a document type", remedy=_REMEDY_DTD)
    return root


def _without_position(message: str | None) -> str:
    """libxml2 repeats line and column at the end of what it says."""
    return (message or "").rsplit(", line ", 1)[0]


def too_large(fact: str, place: str = "") -> InputRefused:
    """The refusal of what is too large to be an invoice."""
    return InputRefused("E1006", fact, place=place, remedy="Split the delivery, or leave out embedded attachments.")


def _refuse_doctype(content: bytes) -> None:
    """Looks before the parser does, so that not even the declarations of a hostile DTD are worked through."""
    text = content.decode(_scan_encoding(content), errors="replace").lstrip("\ufeff")
    position = 0
    while match := _PROLOG.match(text, position):
        position = match.end()
    if text.startswith("<!DOCTYPE", position):
        line = text.count("\n", 0, position) + 1
        raise InputRefused("E1008", "the XML declares a document type", place=f"line {line}", remedy=_REMEDY_DTD)


def _scan_encoding(content: bytes) -> str:
    """UTF-16 by mark or by its zeros, else bytes as they are: mark-up is ASCII in every other encoding at hand."""
    if content.startswith((b"\xff\xfe", b"<\x00")):
        return "utf-16-le"
    if content.startswith((b"\xfe\xff", b"\x00<")):
        return "utf-16-be"
    return "utf-8"


class Element:
    """An element with its path. Paths are ElementPath in the prefixes of the syntax ("cac:Party/cbc:EndpointID")."""

    __slots__ = ("_namespaces", "_node", "path")

    def __init__(self, node: etree._Element, path: str, namespaces: Mapping[str, str]) -> None:
        self._node = node
        self._namespaces = namespaces
        self.path = path

    def find(self, path: str) -> Element | None:
        """The first element there, None when there is none."""
        node = self._node.find(path, self._namespaces)
        return None if node is None else Element(node, f"{self.path}/{path}", self._namespaces)

    def all(self, path: str) -> list[Element]:
        """All elements there; their paths count from 1, as in XPath."""
        nodes = self._node.findall(path, self._namespaces)
        return [
            Element(node, f"{self.path}/{path}[{number}]", self._namespaces)
            for number, node in enumerate(nodes, start=1)
        ]

    def place(self, path: str = ".") -> str:
        """Path and line for an error."""
        node = self._node if path == "." else self._node.find(path, self._namespaces)
        full = self.path if path == "." else f"{self.path}/{path}"
        return full if node is None else f"{full} (line {node.sourceline})"

    def text(self, path: str = ".") -> str:
        """The text there on one line; "" when absent or empty."""
        return tidy(self._raw(path))

    def block(self, path: str = ".") -> str:
        """The text there with its line ends; "" when absent or empty."""
        return tidy_block(self._raw(path))

    def _raw(self, path: str) -> str:
        node = self._node if path == "." else self._node.find(path, self._namespaces)
        return "" if node is None else "".join(node.itertext())

    def attribute(self, name: str, path: str = ".") -> str:
        """An attribute of the element there; "" when absent."""
        node = self._node if path == "." else self._node.find(path, self._namespaces)
        return "" if node is None else str(node.get(name, "")).strip()

    def need(self, path: str, term: str) -> str:
        """The text there, which EN 16931 requires under `term`. Raises InputRefused E1010."""
        found = self.text(path)
        if not found:
            raise missing(term, self.place(path))
        return found

    def number(self, path: str, default: Decimal) -> Decimal:
        """The number there, `default` when absent or empty."""
        found = self.text(path)
        return parse_decimal(found, self.place(path)) if found else default

    def need_number(self, path: str, term: str) -> Decimal:
        """The number there, required under `term`."""
        return parse_decimal(self.need(path, term), self.place(path))

    def day(self, path: str) -> date | None:
        """The ISO date there, None when absent or empty."""
        found = self.text(path)
        return parse_iso_date(found, self.place(path)) if found else None


def missing(term: str, place: str) -> InputRefused:
    """A required field is absent or empty."""
    fact = f"{named(term)} is missing"
    return InputRefused("E1010", fact, place=place, remedy="Have the sender complete the document and send it again.")
