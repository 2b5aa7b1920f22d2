"""Typesetting: a layout compiled once into a page program, which turns a document's data into a PageSet.

A page program is a pure function of its data: no clock, no chance, no file. It keeps caches of what it has shaped,
which change its speed and never its result; one program serves one thread, and every process compiles its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from layouts.closing import Closing
from layouts.document import Document, read_document
from layouts.errors import LayoutError
from layouts.figures import minor_digits
from layouts.fonts import FontSet
from layouts.geometry import pt
from layouts.heading import Heading
from layouts.ink import Form, Ink, Pen, glyph_ids
from layouts.pages import Page, Room, plan
from layouts.pageset import PageSet
from layouts.parts import Layout
from layouts.payment import PaymentSlip
from layouts.preflight import refuse_bad_geometry
from layouts.strip import Strip
from layouts.table import LineTable, Row
from layouts.wording import Wording, languages, load_wording

TYPESETTING = 1
"""Version of what this package draws; it is part of every key, so that a change of the code makes new keys."""


def compile_layout(layout: Layout, fonts: FontSet) -> PageProgram:
    """Check a layout and make it ready.

    Raises LayoutError E4014 (unknown font), E4015 (a text that a language lacks), E4020 to E4022 (boxes).
    """
    refuse_bad_geometry(layout)
    for style in layout.styles.values():
        if style.font not in fonts.styles:
            raise LayoutError(
                "E4014",
                f"there is no font style {style.font!r}; there are {', '.join(fonts.styles)}",
                place=f"{layout.file}, styles.{style.name}.font",
                remedy="name one of these styles",
            )
    program = PageProgram(layout, fonts)
    for language in languages():
        program.check_texts(load_wording(language))
    return program


@dataclass(frozen=True, slots=True)
class _Edition:
    """The parts of a layout in one language and currency."""

    heading: Heading
    table: LineTable
    closing: Closing
    slip: PaymentSlip
    head: Form
    identity: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """A document on its way to paper."""

    document: Document
    rows: list[Row]
    strips: list[Strip]
    pages: list[Page]


class PageProgram:
    """A layout made ready to typeset."""

    def __init__(self, layout: Layout, fonts: FontSet) -> None:
        self.layout = layout
        self.fonts = fonts
        self._pens = {name: Pen(style, fonts.by_style(style.font)) for name, style in layout.styles.items()}
        used = sorted({pen.face.resource_name for pen in self._pens.values()})
        self._identity = f"{TYPESETTING} {layout.digest} {' '.join(used)}"
        self._editions: dict[tuple[str, str], _Edition] = {}
        self._width_pt, self._height_pt = pt(layout.width_mm), pt(layout.height_mm)

    def typeset(self, data: Mapping[str, Any], language: str) -> PageSet:
        """The pages of one document.

        data      as `layouts.document` lists it; all amounts Decimal, all dates datetime.date.
        language  a BCP 47 tag; "nb-NO" is set in nb.
        Raises LayoutError E4030 to E4038, `place` naming the field, and E4016 for a language without texts.
        """
        document = read_document(data)
        edition = self._edition(language, document.head.currency)
        glyphs: dict[str, list[str]] = {}
        first = Ink(self._height_pt, glyphs)
        try:
            planned = self._plan(document, edition, first)
            forms = {form.xobject.name: form for form in (edition.head, edition.heading.letterhead(document.seller))}
            footer = edition.heading.footer(document.seller)
            forms[footer.xobject.name] = footer
            pages = [
                self._set_page(planned, edition, index, first if index == 0 else Ink(self._height_pt, glyphs))
                for index in range(len(planned.pages))
            ]
        except LayoutError as fault:
            raise _placed(fault, data, self._pens) from fault
        return PageSet(
            key=self._key(document, edition),
            layout=self.layout.name,
            width_pt=self._width_pt,
            height_pt=self._height_pt,
            pages=tuple(pages),
            glyphs=_merged(glyphs, forms.values()),
            forms={name: form.xobject for name, form in sorted(forms.items())},
            images={},
        )

    def check_texts(self, wording: Wording) -> None:
        """Raise LayoutError E4015 when the language lacks a text that the layout names."""
        layout = self.layout
        keys = [row.label for row in layout.header.rows]
        keys += [column.label for column in (*layout.table.columns, *layout.summary.vat.columns) if column.label]
        keys += [row.label for row in layout.summary.totals.rows]
        keys += [layout.payment.title, *(field.label for field in layout.payment.fields)]
        for key in keys:
            wording.get(key)

    def _edition(self, language: str, currency: str) -> _Edition:
        edition = self._editions.get((language, currency))
        if edition is None:
            wording = load_wording(language)
            digits = minor_digits(currency)
            table = LineTable(self.layout, self._pens, wording, currency, digits)
            edition = _Edition(
                heading=Heading(self.layout, self._pens, wording),
                table=table,
                closing=Closing(self.layout, self._pens, wording, currency, digits),
                slip=PaymentSlip(self.layout, self._pens, wording, currency, digits),
                head=table.head(),
                identity=f"{self._identity} {wording.language} {wording.digest}",
            )
            if len(self._editions) >= _CACHED_EDITIONS:
                self._editions.clear()
            self._editions[language, currency] = edition
        return edition

    def _plan(self, document: Document, edition: _Edition, first: Ink) -> _Plan:
        """Set the head of the first page, whose surplus makes part of the flow, and plan the pages."""
        heading = edition.heading
        first.form(heading.letterhead(document.seller))
        heading.set_address(first, document.recipient)
        surplus = heading.set_header(first, document)
        heading.set_title(first, document)
        part = self.layout.table
        bottom_pt = pt(min(part.first.bottom_mm, part.continuation.bottom_mm))
        continuation_pt = pt(part.continuation.y_mm)
        strips = edition.closing.strips(document, surplus, bottom_pt - continuation_pt)
        rows = edition.table.rows(document.lines)
        room = Room(
            first_pt=pt(part.first.y_mm),
            continuation_pt=continuation_pt,
            bottom_pt=bottom_pt,
            payment_pt=pt(self.layout.payment.box.y_mm) - _PAYMENT_GAP_PT if edition.slip.wanted(document) else None,
            head_pt=pt(part.head_height_mm),
            carry_pt=pt(part.carry_height_mm),
        )
        return _Plan(document, rows, strips, plan(rows, strips, room))

    def _set_page(self, planned: _Plan, edition: _Edition, index: int, ink: Ink) -> bytes:
        document, page = planned.document, planned.pages[index]
        table, heading, part = edition.table, edition.heading, self.layout.table
        y_pt = pt(part.first.y_mm if index == 0 else part.continuation.y_mm)
        if index:
            heading.set_running(ink, document)
        if page.stop > page.start:
            ink.form(edition.head, y_pt)
            y_pt += pt(part.head_height_mm)
            if page.brought is not None:
                table.set_carry(ink, "table.brought-forward", page.brought, y_pt)
                y_pt += pt(part.carry_height_mm)
            y_pt = table.set_rows(ink, planned.rows[page.start : page.stop], y_pt)
            if page.carried is not None:
                table.set_carry(ink, "table.carried-forward", page.carried, y_pt)
        for top_pt, strip in page.strips:
            strip.draw(ink, top_pt)
        if page.payment:
            edition.slip.draw(ink, document)
        ink.form(heading.footer(document.seller))
        heading.set_page_number(ink, index + 1, len(planned.pages))
        return ink.content()

    def _key(self, document: Document, edition: _Edition) -> str:
        return hashlib.sha256(f"{edition.identity}\n{document.identity}".encode()).hexdigest()


_PAYMENT_GAP_PT = pt(3)
"""White above the payment part."""

_CACHED_EDITIONS = 64


def _merged(glyphs: Mapping[str, list[str]], forms: Iterable[Form]) -> dict[str, tuple[int, ...]]:
    """All glyph ids per font resource, those of forms included, sorted."""
    union = {resource: set(gids) for resource, gids in glyph_ids(glyphs).items()}
    for form in forms:
        for resource, gids in form.glyphs.items():
            union.setdefault(resource, set()).update(gids)
    return {resource: tuple(sorted(union[resource])) for resource in sorted(union) if union[resource]}


def _placed(fault: LayoutError, data: Mapping[str, Any], pens: Mapping[str, Pen]) -> LayoutError:
    """A fault with the place it was born at; a missing glyph is looked for in the data, field by field."""
    if fault.code != "E4030":
        return fault
    for place, text in _texts(data, ""):
        for pen in pens.values():
            try:
                pen.break_lines(text, 1e9)
            except LayoutError as found:
                return LayoutError(found.code, found.message, place=place, remedy=found.remedy)
    return fault


def _texts(value: Any, place: str) -> list[tuple[str, str]]:
    """Every text of the data with its place."""
    if isinstance(value, str):
        return [(place, value)]
    if isinstance(value, Mapping):
        return [one for key in value for one in _texts(value[key], f"{place}.{key}" if place else str(key))]
    if isinstance(value, list | tuple):
        return [one for index, item in enumerate(value) for one in _texts(item, f"{place}[{index}]")]
    return []
