"""Texts with fields in braces: `Invoice {number}`, `{payable | money}`, and `@section.key` for a text of the language.

A brace that is to be printed is doubled. A field's value is written by its type: a text as it is, a number and a date
by the formatter, none as nothing; flags, lists and tables are refused, since nobody would want to read them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from layouts.errors import LayoutError
from layouts.language.calls import Run, Scope
from layouts.language.compiler import Path
from layouts.language.expression import Expression, compiled
from layouts.language.faults import Site
from layouts.language.formats import FORMATS
from layouts.language.functions import FUNCTIONS, Function
from layouts.language.values import Value, a_kind, kind_of

if TYPE_CHECKING:
    from layouts.language.formats import Formatter

_BRACES = re.compile(r"\{\{|\}\}|\{|\}")
_FIELD = re.compile(r"""(?:[^{}'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*""", re.DOTALL)
_NAMED_TEXT = re.compile(r"@([A-Za-z][\w-]*(?:\.[A-Za-z0-9][\w-]*)+)")
_SIMPLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_INSTEAD = {
    "flag": "write 'one text' if … else 'another'",
    "list": "write join(…, ', '), or repeat a part with each",
    "table": "write one of its fields",
}
_WRITTEN = frozenset({Decimal, int, date})


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled text with fields.

    `parts` are its literal texts and its fields in order; `reads` the paths that the fields read; `constant` the text
    when it has no field, or only fields whose texts are known beforehand.
    """

    source: str
    parts: tuple[str | Expression, ...]
    reads: frozenset[Path]
    constant: str | None
    run: Run = field(repr=False, compare=False)

    def __call__(self, scope: Scope, formatter: Formatter) -> str:
        """The text in a scope. Raises LayoutError E4032, E4053, E4054, and what the formatter raises."""
        return self.run(scope, formatter)  # type: ignore[no-any-return]  # What is compiled from a text gives one.


class Texts:
    """The texts of one language as templates, each parsed when it is asked for the first time.

    `lookup` gives the text of a key and raises LayoutError for a key that it doesn't have.
    """

    def __init__(self, lookup: Callable[[str], str]) -> None:
        self._lookup = lookup
        self._templates: dict[str, Template] = {}

    def template(self, key: str) -> Template:
        """The text of "section.key". Raises LayoutError E4050 for a field that is more than a name."""
        known = self._templates.get(key)
        if known is None:
            known = self._templates[key] = parse_text(self._lookup(key), place=f"text {key}")
        return known


def parse_template(
    text: str,
    functions: Mapping[str, Function] = FUNCTIONS,
    formats: Mapping[str, Function] = FORMATS,
    *,
    texts: Texts | None = None,
    place: str = "",
) -> Template:
    """Compile a text of a layout. `texts` are the language's, for `@section.key` and `t('section.key')`.

    Raises LayoutError E4050, E4052 with the spot, and what `texts` raises for a key that there is not.
    """
    site = Site(text, place)
    named = _NAMED_TEXT.fullmatch(text)
    if named:
        if texts is None:
            raise site.fault("E4052", "texts of a language can't stand here", 0, "write the text itself")
        return texts.template(named[1])

    def expression(start: int, end: int) -> Expression:
        return compiled(site, start, end, functions, formats, texts)

    return _template(text, [piece if isinstance(piece, str) else expression(*piece) for piece in _pieces(site)])


def parse_text(text: str, *, place: str = "") -> Template:
    """Compile a text of a language, whose fields are simple names. Raises LayoutError E4050."""
    site = Site(text, place)

    def name(start: int, end: int) -> Expression:
        if not _SIMPLE.fullmatch(text, start, end):
            fact = "a field in a text of a language is one name"
            raise site.fault("E4050", fact, start, "calculate and format in the layout: t('section.key', name=value)")
        return compiled(site, start, end, {}, {}, None)

    return _template(text, [piece if isinstance(piece, str) else name(*piece) for piece in _pieces(site)])


def _pieces(site: Site) -> Iterator[str | tuple[int, int]]:
    """Literal texts, and the start and end of what stands between braces."""
    text, at = site.source, 0
    while brace := _BRACES.search(text, at):
        yield text[at : brace.start()]
        at = brace.end()
        match brace.group():
            case "{{" | "}}" as doubled:
                yield doubled[0]
            case "}":
                raise site.fault("E4050", "a brace closes nothing", brace.start(), "double it to print it: }}")
            case _:
                end = _end_of_field(text, at)
                if end is None:
                    fact = "the field that begins here is not closed"
                    raise site.fault("E4050", fact, brace.start(), "close it with }, or double the brace to print it")
                yield at, end
                at = end + 1
    yield text[at:]


def _end_of_field(text: str, start: int) -> int | None:
    """Where the closing brace stands; braces in quoted texts are no braces."""
    match = _FIELD.match(text, start)
    return match.end() if match and text[match.end() : match.end() + 1] == "}" else None


def _template(source: str, pieces: Sequence[str | Expression]) -> Template:
    parts: list[str | Expression] = []
    for piece in pieces:
        known = piece if isinstance(piece, str) else piece.constant
        if known is None:
            parts.append(piece)
        elif parts and isinstance(parts[-1], str):
            parts[-1] += known
        elif known:
            parts.append(known)
    fields = [part for part in parts if isinstance(part, Expression)]
    constant = None if fields else "".join(map(str, parts))
    reads = frozenset[Path]().union(*(field.reads for field in fields))
    run: Run = _writing(parts) if fields else lambda _scope, _formatter: constant
    return Template(source, tuple(parts), reads, constant, run)


def _writing(parts: Sequence[str | Expression]) -> Run:
    """The closure that fills in the fields."""
    texts = [part if isinstance(part, str) else "" for part in parts]
    fields = [(index, part, part.run) for index, part in enumerate(parts) if isinstance(part, Expression)]
    if len(parts) == 1:
        ((_, only, run_only),) = fields

        def filled(scope: Scope, formatter: Formatter | None) -> str:
            value = run_only(scope, formatter)
            return value if type(value) is str else _written(value, formatter, only)

        return filled

    def joined(scope: Scope, formatter: Formatter | None) -> str:
        said = texts.copy()
        for index, part, run in fields:
            value = run(scope, formatter)
            said[index] = value if type(value) is str else _written(value, formatter, part)
        return "".join(said)

    return joined


def _written(value: Value, formatter: Formatter | None, part: Expression) -> str:
    if value is None:
        return ""
    kind = type(value)
    if formatter is None or kind not in _WRITTEN:
        remedy = _INSTEAD.get(kind_of(value), "write a text, a number or a date")
        raise part.site.fault("E4053", f"{a_kind(value)} can't be written", part.column, remedy)
    try:
        return formatter.text(Decimal(value) if kind is int else value)
    except LayoutError as fault:
        raise part.site.placed(fault, part.column) from fault
