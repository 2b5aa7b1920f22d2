"""An edition: a layout in one language, currency and kind of document, with all that blocks are made ready with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from layouts.blockparts import Source
from layouts.errors import LayoutError
from layouts.figures import minor_digits
from layouts.fonts import FontSet
from layouts.geometry import pt
from layouts.ink import Pen, Shape
from layouts.language.compiler import Path
from layouts.language.expression import Expression, parse_expression
from layouts.language.formatter import LanguageFormatter
from layouts.language.functions import FUNCTIONS, Function
from layouts.language.schema import Leaf, Names, check_reads, item_kind, item_names, kind_at
from layouts.language.template import Template, Texts, parse_template, parse_text
from layouts.remittance.functions import FUNCTIONS as REMITTANCE
from layouts.remittance.norway import kid_is_valid, norwegian_account_is_valid
from layouts.strip import Trouble
from layouts.style import Rule, Style
from layouts.wording import Wording

Scope = Mapping[str, Any]

_CACHED_FIELDS = 4096

CONSTANTS = frozenset({"kind", "currency", "language"})
"""Names that stay the same all through an edition."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a block stands across: its left edge and width in points. `name` is what findings call it."""

    name: str
    x_pt: float
    width_pt: float

    def inner(self, name: str, x_mm: float, width_mm: float) -> Frame:
        return Frame(f"{self.name}.{name}", self.x_pt + pt(x_mm), pt(width_mm))


class Reading(Protocol):
    """What reads paths of a scope: an expression, a text with fields, a block made ready."""

    @property
    def reads(self) -> frozenset[Path]: ...


class Edition:
    """What blocks are compiled against: pens, rules, texts, functions."""

    def __init__(
        self,
        styles: Mapping[str, Style],
        rules: Mapping[str, Rule],
        fonts: FontSet,
        wording: Wording,
        currency: str,
        kind: str,
        names: Names,
    ) -> None:
        self.rules = rules
        self.names = names
        self.wording = wording
        self.currency = currency
        self.kind = kind
        self.digits = minor_digits(currency)
        self.pens = {name: Pen(style, fonts.chain(style.font)) for name, style in styles.items()}
        self._fonts = fonts
        self.constants = {"kind": kind, "currency": currency, "language": wording.language}
        self.formatter = LanguageFormatter(wording, currency)
        self._functions: Mapping[str, Function] = {**FUNCTIONS, **REMITTANCE, "is_kid": is_kid}
        self._texts = Texts(self._look_up)
        # What a compile asked of the language: texts by key, keys that hold a constant, and words worked out.
        self._asked: dict[str, str] = {}
        self._patterns: dict[str, str] = {}
        self._worked_out = False

    def pen_of(self, font: str, style: Style) -> Pen:
        """A pen like that of `style` with another font."""
        return Pen(style, self._fonts.chain(font))

    def expression(self, source: Source, names: Names | None = None) -> Expression:
        """An expression over a scope of these names, those of the document by default.

        Raises LayoutError E4050 to E4052 at the source's place.
        """
        expression = parse_expression(source.text, self._functions, place=source.place)
        check_reads(expression, self.names if names is None else names)
        return expression

    def template(self, source: Source, names: Names | None = None) -> Template:
        """A text with fields; "@section.key" is the language's text of that key, in which {kind}, {currency} and
        {language} are filled in first. Raises LayoutError E4015, E4050 to E4052."""
        text = source.text
        if text.startswith("@"):
            text = _filled(text, self.constants)
            if text != source.text:
                self._patterns[source.text] = text[1:]
        try:
            template = parse_template(text, self._functions, texts=self._texts, place=source.place)
        except LayoutError as error:
            if error.code != "E4015":
                raise
            # What the layout asks for is at fault sooner than the language that has it not.
            raise LayoutError(error.code, error.message, place=source.place, remedy=error.remedy) from error
        check_reads(template, self.names if names is None else names, place=source.place)
        return template

    def words(self, source: Source) -> str:
        """A text that is the same in all documents of the edition: one of the language, or of `CONSTANTS`.

        Raises LayoutError E4051 for another field.
        """
        template = self.template(source, dict.fromkeys(CONSTANTS, TEXT))
        self._worked_out |= template.constant is None and not source.text.startswith("@")
        return template(self.constants, self.formatter)

    def figure(self, source: Source, names: Names | None = None) -> Expression:
        """An expression that is summed. Raises LayoutError E4053 for a field that is no number, or may be none."""
        expression = self.expression(source, names)
        kind = kind_at(expression.path, self.names if names is None else names) if expression.path else None
        if kind is not None and kind not in _FIGURES:
            fact = f"'{expression.source}' is not always a number"
            remedy = "sum an amount or a whole number: default(…, 0) where it may be none"
            raise expression.site.fault("E4053", fact, expression.column, remedy)
        return expression

    def each(self, source: Source, alias: str, names: Names | None = None) -> tuple[Expression, Names]:
        """A list to go through, and the names of the scope of its elements. Raises LayoutError E4050 to E4053."""
        outer = self.names if names is None else names
        expression = self.expression(source, outer)
        return expression, item_names(outer, item_kind(expression, outer), alias)

    # ── other languages and kinds ─────────────────────────────────────────────────────────────────────────────────

    def _look_up(self, key: str) -> str:
        text = self._asked[key] = self.wording.get(key, self.kind)
        return text

    def holds_in(self, wording: Wording, kind: str) -> bool:
        """Whether what was compiled against this edition is sure to compile in another language and kind: each text
        that was asked for is there and has the same fields. When not, only compiling it there can tell."""
        if self._worked_out:
            return False
        constants = {**self.constants, "kind": kind, "language": wording.language}
        try:
            for key, text in self._asked.items():
                if _fields(wording.get(key, kind)) != _fields(text):
                    return False
            for pattern, key in self._patterns.items():
                other = _filled(pattern, constants)[1:]
                if key not in self._asked or _fields(wording.get(other, kind)) != _fields(self._asked[key]):
                    return False
        except LayoutError:
            return False
        return True

    # ── texts in pens ─────────────────────────────────────────────────────────────────────────────────────────────

    def broken(self, pen: Pen, text: str, width_pt: float, troubles: list[Trouble]) -> tuple[Shape, ...]:
        """The text in lines; characters that no font has are a trouble, and left out. A text of nothing else is an
        empty line, so that there is one to bear the trouble."""
        try:
            return pen.break_lines(text, width_pt)
        except LayoutError as error:
            char, line = _missing(pen, text, width_pt)
            troubles.append(Trouble(error, "missing-glyph", missing=char, text=text, line=line))
            kept = "\n".join(map(pen.without_missing, text.splitlines()))
            return pen.break_lines(kept, width_pt) or (pen.shape(""),)

    def shaped(self, pen: Pen, text: str, troubles: list[Trouble]) -> Shape:
        """The text on one line; characters that no font has are a trouble, and left out."""
        try:
            return pen.shape(text)
        except LayoutError as error:
            char, _ = _missing(pen, text, 1e9)
            troubles.append(Trouble(error, "missing-glyph", missing=char, text=text))
            return pen.shape(pen.without_missing(text))


def _filled(text: str, constants: Mapping[str, str]) -> str:
    """A text's key with the constants of an edition in the places of their names."""
    for name, value in constants.items():
        text = text.replace(f"{{{name}}}", value)
    return text


@lru_cache(maxsize=_CACHED_FIELDS)
def _fields(text: str) -> frozenset[tuple[str, ...]]:
    """The fields of a text of a language. Raises LayoutError E4050."""
    return parse_text(text).reads if "{" in text or "}" in text else frozenset()


TEXT = Leaf("text")
_FIGURES = (Leaf("amount"), Leaf("whole"))


def is_kid(reference: str, account: str) -> bool:
    """Whether a payment's reference is a KID: its check digit holds, and the account is a Norwegian one."""
    return norwegian_account_is_valid(account) and kid_is_valid(reference)


def reads_of(parts: Iterable[Reading | None], own: Collection[str] = ()) -> frozenset[Path]:
    """The paths that parts read of the scope around an item's, whose names are `own`."""
    return frozenset(path for part in parts if part is not None for path in part.reads if path[0] not in own)


def roots(reads: Collection[Sequence[str]]) -> frozenset[str]:
    """The first names of the paths that something reads."""
    return frozenset(path[0] for path in reads)


def _missing(pen: Pen, text: str, width_pt: float) -> tuple[str, int]:
    """The first character of a text that no font has, and the line on which its word stands."""
    above = 0
    for paragraph in text.splitlines():
        char, head = pen.first_missing(paragraph)
        if char:
            return char, above + max(len(pen.break_lines(pen.without_missing(head), width_pt)) - 1, 0)
        above += len(pen.break_lines(paragraph, width_pt))
    return "", 0


def _shown(text: str) -> str:
    """A text in quotes, its end left out when it is long."""
    return repr(text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…")


_MOST_SHOWN = 60


def too_wide(text: str, needed_pt: float, room_pt: float, place: str, what: str) -> Trouble:
    """A text that does not fit its width."""
    error = LayoutError(
        "E4034",
        f"{_shown(text)} is {needed_pt / pt(1):.1f} mm wide, {what} {room_pt / pt(1):g} mm",
        place=place,
        remedy="shorten the text, or widen its place in the layout",
    )
    return Trouble(error, "overfull", needed_pt - room_pt)


def too_long(text: str, lines: int, most: int, place: str) -> LayoutError:
    """A text that takes more lines than it may."""
    return LayoutError(
        "E4034",
        f"{_shown(text)} takes {lines} lines, {most} are allowed",
        place=place,
        remedy="shorten the text, or allow it more lines in the layout",
    )


def too_high(name: str, needed_pt: float, room_pt: float, lines: int) -> Trouble:
    """A block that does not fit its box."""
    error = LayoutError(
        "E4037",
        f"{lines} lines need {needed_pt / pt(1):.1f} mm, the box '{name}' is {room_pt / pt(1):g} mm high",
        place=name,
        remedy="shorten the text, or give the box more height in the layout",
    )
    return Trouble(error, "overfull", needed_pt - room_pt)


def too_high_for_a_page(name: str, needed_pt: float, room_pt: float) -> Trouble:
    """A block that is kept whole and that no page holds."""
    error = LayoutError(
        "E4037",
        f"'{name}' needs {needed_pt / pt(1):.1f} mm, a page has {room_pt / pt(1):g} mm for it",
        place=name,
        remedy="shorten what it says, or let it stand by itself in the flow, where it is parted over pages",
    )
    return Trouble(error, "overfull", needed_pt - room_pt)
