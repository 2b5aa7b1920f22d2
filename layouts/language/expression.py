"""Expressions: `totals.payable > 0 and payment.account`, `name if name else 'unknown'`.

Grammar in `parser`, values and arithmetic in `values`, functions in `functions`. An expression reads keys of mappings
and items of lists; it can't reach an attribute, import, assign or loop, and it is bounded in length and depth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from layouts.language.calls import Run, Scope
from layouts.language.compiler import Applied, Compiler, Path, TextSource, applied_of, path_of
from layouts.language.faults import Site
from layouts.language.functions import FUNCTIONS, Function
from layouts.language.parser import parse
from layouts.language.values import Value


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression.

    `reads` are the paths it reads as they are written: ("totals", "payable"); an index is a text ("lines", "0"), "*"
    stands for any item. So what an expression depends on is known when a layout is loaded. `path` is the path when the
    expression is nothing but names with dots, so that a caller may look it up by itself; `constant` the text that it
    always gives, when that is known; `applied` is set when it is nothing but one function or format on a path.
    `site` and `column` say where it stands.
    """

    source: str
    reads: frozenset[Path]
    path: Path | None
    constant: str | None
    site: Site
    column: int
    run: Run = field(repr=False, compare=False)
    applied: Applied | None = None

    def __call__(self, scope: Scope) -> Value:
        """The value in a scope. Raises LayoutError E4032, E4053, E4054."""
        return self.run(scope, None)


def parse_expression(source: str, functions: Mapping[str, Function] = FUNCTIONS, *, place: str = "") -> Expression:
    """Compile an expression that stands by itself (`when`, `each`). `place` says where, for errors.

    Raises LayoutError E4050 (not an expression), E4052 (unknown function, arguments that don't fit).
    """
    return compiled(Site(source, place), 0, len(source), functions, {}, None)


def compiled(
    site: Site,
    start: int,
    end: int,
    functions: Mapping[str, Function],
    formats: Mapping[str, Function],
    texts: TextSource | None,
) -> Expression:
    """Compile the expression in `site.source[start:end]`, with what only a text with fields has: formats and texts."""
    node = parse(site, start, end)
    compiler = Compiler(site, functions, formats, texts)
    run = compiler.compile(node)
    reads, constant = frozenset(compiler.reads), compiler.constant_of(node)
    return Expression(
        site.source[start:end].strip(), reads, path_of(node), constant, site, node.column, run, applied_of(node)
    )
