"""Typesetting: a layout compiled once into a page program, which turns a document's data into a PageSet.

A page program is a pure function of its data: no clock, no chance, no file but the layout's own. It keeps caches of
what it has shaped, which change its speed and never its result; one program serves one thread, and every process
compiles its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from layouts.composer import Composer, Sheets
from layouts.errors import LayoutError
from layouts.finding import Finding
from layouts.fonts import FontSet
from layouts.geometry import PT_PER_MM, Box
from layouts.ink import Inked, glyph_ids
from layouts.language.reading import Reader
from layouts.language.schema import Table, read_declaration
from layouts.language.scope import root_scope
from layouts.layout import load_layout
from layouts.pageink import InkBox
from layouts.pageset import FormXObject, ImageXObject, PageSet
from layouts.parts import Layout
from layouts.preflight import Preflight, refuse_bad_geometry
from layouts.troubles import error_of, finding_of
from layouts.wording import languages, load_wording

TYPESETTING = 3
"""Version of what this package draws; it is part of every key, so that a change of the code makes new keys."""

_CACHED_COMPOSERS = 64


def compile_layout(layout: Layout, fonts: FontSet, *, two_sided: bool = False) -> PageProgram:
    """Check a layout and make it ready. For `two_sided` printing a page that wants other paper begins a new sheet.

    Raises LayoutError E4014 (unknown font), E4015 (a text that a language lacks), E4020 to E4022 (boxes), E405x
    (expressions), E408x (pictures).
    """
    program = PageProgram(layout, fonts, two_sided=two_sided)
    for language in layout.languages or languages():
        for kind in layout.kinds or ("",):
            program.check(language, kind)
    return program


@dataclass(frozen=True, slots=True)
class Inspection:
    """A document set as far as it goes, where its ink stands on each page, and all that is wrong with it."""

    page_set: PageSet
    ink: tuple[tuple[InkBox, ...], ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Variant:
    """The layout for some documents, the data it wants, and its identity."""

    layout: Layout
    declared: Table
    reader: Reader
    identity: str


class PageProgram:
    """A layout made ready to typeset."""

    def __init__(self, layout: Layout, fonts: FontSet, *, two_sided: bool = False) -> None:
        self.layout = layout
        self._two_sided = two_sided
        self.fonts = fonts.with_files(layout.fonts, layout.file)
        self._base = self._variant_of(layout)
        self._variants = {self._wanted({}): self._base}
        self._composers: dict[tuple[str, ...], Composer] = {}
        self._checked: set[str] = set()
        self._first: dict[tuple[str, str], Composer] = {}

    def typeset(
        self,
        data: Mapping[str, Any],
        language: str,
        traits: Mapping[str, str] | None = None,
        preflight: Preflight | None = None,
    ) -> PageSet:
        """The pages of one document.

        data       what the layout's `data` lists; all amounts Decimal, all dates datetime.date.
        language   a BCP 47 tag; "nb-NO" is set in nb, "nb+en" in both.
        traits     what else variants of the layout may be for: group, brand, envelope, country.
        preflight  checks of where the ink of every page stands: envelopes' windows, clear zones, marks.
        Raises LayoutError E4030 to E4038, `place` naming the field, E4016 for a language without texts, and E4044 for
        what the preflight finds.
        """
        page_set, sheets = self._set(data, language, traits or {})
        for sheet in sheets.inks:
            for trouble, (name, *_) in sheet.troubles:
                raise error_of(trouble, name, data)
        if preflight is not None:
            for finding in preflight.check([list(map(_ink_box, sheet.boxes)) for sheet in sheets.inks]):
                raise LayoutError(
                    "E4044",
                    finding.message,
                    place=f"page {finding.page}, {finding.box}",
                    remedy="correct the layout, or the data that stands there; mailroom layout proof draws the page",
                )
        return page_set

    def inspect(self, data: Mapping[str, Any], language: str, traits: Mapping[str, str] | None = None) -> Inspection:
        """The same, but what can't be set as told becomes findings, each with its page and place.

        Raises LayoutError only where there is nothing to set: data that don't hold (E4031 to E4033), a language without
        texts.
        """
        page_set, sheets = self._set(data, language, traits or {})
        findings = tuple(
            finding_of(trouble, inked, page, data)
            for page, ink in enumerate(sheets.inks, 1)
            for trouble, inked in ink.troubles
        )
        ink = tuple(tuple(map(_ink_box, sheet.boxes)) for sheet in sheets.inks)
        return Inspection(page_set, ink, findings)

    def check(self, language: str, kind: str) -> None:
        """Raise LayoutError for what is wrong with the layout in one language and kind, its variants included."""
        for traits in self._trait_choices():
            variant = self._variant({**traits, "language": language, "kind": kind})
            self._try(variant, language, kind, "")
            if variant.identity not in self._checked:
                self._checked.add(variant.identity)
                refuse_bad_geometry(variant.layout)
            for slip in variant.layout.slips.values():
                # Many slips are in one language whatever the document's.
                said = f"{variant.identity} {slip.name} {slip.language(language)} {kind}"
                if said not in self._checked:
                    self._checked.add(said)
                    self._try(variant, language, kind, slip.name)

    def _try(self, variant: _Variant, language: str, kind: str, slip: str) -> None:
        """Compile the layout, or look whether it holds here as in the language and kind that came first: then the
        composer is made when a document asks for it."""
        first = self._first.get((variant.identity, slip))
        if first is None:
            self._first[variant.identity, slip] = self._composer(variant, language, "EUR", kind, slip)
        elif not first.holds_in(load_wording(language), kind):
            self._composer(variant, language, "EUR", kind, slip)

    def _trait_choices(self) -> list[dict[str, str]]:
        """The base and every variant by itself. Those for envelopes are left out: the layout was read for one."""
        others = {trait: values for trait, values in self.layout.traits.items() if trait != "envelope"}
        return [{}, *({trait: value} for trait, values in others.items() for value in values)]

    # ── one document ──────────────────────────────────────────────────────────────────────────────────────────────

    def _set(self, data: Mapping[str, Any], language: str, traits: Mapping[str, str]) -> tuple[PageSet, Sheets]:
        head = data.get("document", {})
        kind = head.get("kind", "") if isinstance(head, Mapping) else ""
        variant = self._variant({**traits, "language": language, "kind": kind}) if self.layout.traits else self._base
        reading = variant.reader.read(data)
        layout = variant.layout
        if layout.kinds and kind not in layout.kinds:
            raise LayoutError(
                "E4033",
                f"the document's kind is {kind!r}",
                place="document.kind",
                remedy=f"use {' or '.join(layout.kinds)}",
            )
        currency = head.get("currency", "")
        scope = root_scope(reading.values, kind=kind, currency=currency)
        plain = self._composer(variant, language, currency, kind, "")
        plain.check_data(scope)
        slip = plain.slip_of(scope)
        composer = self._composer(variant, language, currency, kind, slip) if slip else plain
        sheets = composer.compose(scope)
        if self._two_sided and sheets.stocks:
            sheets = sheets.two_sided(composer.height_pt)
        forms, images = _resources(sheets)
        identity = f"{composer.identity} {sheets.stocks}\n{reading.identity}"
        page_set = PageSet(
            key=hashlib.sha256(identity.encode()).hexdigest(),
            layout=layout.name,
            width_pt=composer.width_pt,
            height_pt=composer.height_pt,
            pages=tuple(ink.content() for ink in sheets.inks),
            glyphs=glyph_ids(sheets.glyphs),
            forms=forms,
            images=images,
            stocks=sheets.stocks,
        )
        return page_set, sheets

    def _wanted(self, traits: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The traits that variants are for, those that the layout was read for among them."""
        told = {**self.layout.given, **traits}
        if "language" in told:
            told["language"] = _spoken(told["language"], self.layout.traits.get("language", ()))
        return tuple((trait, told[trait]) for trait, values in self.layout.traits.items() if told.get(trait) in values)

    def _variant(self, traits: Mapping[str, str]) -> _Variant:
        wanted = self._wanted(traits)
        known = self._variants.get(wanted)
        if known is None:
            known = self._variants[wanted] = self._variant_of(load_layout(self.layout.path, dict(wanted)))
        return known

    def _variant_of(self, layout: Layout) -> _Variant:
        for style in layout.styles.values():
            for font in filter(None, (style.font, style.strong, style.emphasis)):
                if font not in self.fonts.styles:
                    raise LayoutError(
                        "E4014",
                        f"there is no font style {font!r}; there are {', '.join(self.fonts.styles)}",
                        place=f"{layout.file}, styles.{style.name}.font",
                        remedy="name one of these styles, or add it under [fonts]",
                    )
        identity = f"{TYPESETTING} {layout.digest}"
        declared = read_declaration(layout.data, layout.file)
        return _Variant(layout, declared, Reader(declared), identity)

    def _composer(self, variant: _Variant, language: str, currency: str, kind: str, slip: str) -> Composer:
        key = (variant.identity, language, currency, kind, slip)
        known = self._composers.get(key)
        if known is None:
            wording = load_wording(language)
            known = Composer(
                variant.layout, variant.declared, self.fonts, wording, currency, kind, slip, variant.identity
            )
            if len(self._composers) >= _CACHED_COMPOSERS:
                self._composers.clear()
            self._composers[key] = known
        return known


def _spoken(tag: str, known: Collection[str]) -> str:
    """The language that variants know a tag by: itself, else the language that serves it ("de" for "de-AT"), of two
    joined by a plus the first."""
    served = load_wording(tag).language
    return next((one for one in (tag, served) if one in known), served.partition("+")[0])


def _resources(sheets: Sheets) -> tuple[dict[str, FormXObject], dict[str, ImageXObject]]:
    """The forms and images of all pages, by name, those of pictures included."""
    forms = {name: form.xobject for name, form in sheets.forms.items()}
    images: dict[str, ImageXObject] = {}
    for ink in sheets.inks:
        for picture in ink.pictures.values():
            forms.update((form.name, form) for form in picture.forms)
            images.update((image.name, image) for image in picture.images)
    return dict(sorted(forms.items())), dict(sorted(images.items()))


def _ink_box(inked: Inked) -> InkBox:
    name, kind, x_pt, y_pt, width_pt, height_pt = inked
    return InkBox(name, Box(x_pt / PT_PER_MM, y_pt / PT_PER_MM, width_pt / PT_PER_MM, height_pt / PT_PER_MM), kind)
