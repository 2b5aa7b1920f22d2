"""From nodes to closures: what an expression costs is settled here, once, when a layout is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol, assert_never

from layouts.errors import LayoutError
from layouts.language.calls import Run, Scope, calling, check_arguments
from layouts.language.faults import Site, near
from layouts.language.functions import Function
from layouts.language.nodes import (
    Boolean,
    Calculation,
    Call,
    Choice,
    Comparison,
    Items,
    Literal,
    Name,
    Negative,
    Node,
    Not,
    Rest,
    Steps,
)
from layouts.language.paths import follow, following, index_of
from layouts.language.values import COMPARING, EXACT, NUMBERS, WORKING, Value, a_kind, calculating

if TYPE_CHECKING:
    from layouts.language.formats import Formatter

Path = tuple[str, ...]

ANY_ITEM = "*"
"""Stands in a path that is read for the index of whichever item of a list."""

_ROUND = "round"
_TEXT = "t"
_ENDING = frozenset({2, 5})


class Text(Protocol):
    """A text of a language, as `t(key)` needs it."""

    @property
    def run(self) -> Run: ...
    @property
    def reads(self) -> frozenset[Path]: ...
    @property
    def constant(self) -> str | None: ...


class TextSource(Protocol):
    """The texts of a language by key."""

    def template(self, key: str) -> Text:
        """The text of a key. Raises LayoutError for a key without a text."""


class Compiler:
    """Compiles the expressions of one site. `reads` gathers the paths they read."""

    def __init__(
        self,
        site: Site,
        functions: Mapping[str, Function],
        formats: Mapping[str, Function],
        texts: TextSource | None,
    ) -> None:
        self._site = site
        self._functions = functions
        self._formats = formats
        self._texts = texts
        self.reads: set[Path] = set()

    def compile(self, node: Node, *, rounding: bool = False) -> Run:
        """The closure of a node; `rounding` says that what it gives is rounded in the end."""
        inner = partial(self.compile, rounding=rounding)
        match node:
            case Literal():
                return _constant(node.value)
            case Name():
                self.reads.add((node.name,))
                return following(self._site, (node.name,), node.column)
            case Steps():
                return self._stepping(node)
            case Items():
                return _listing([inner(item) for item in node.items])
            case Negative():
                return self._negative(node, rounding)
            case Not():
                return _not(inner(node.operand))
            case Calculation():
                return self._calculation(node, rounding)
            case Comparison():
                return self._comparison(node, rounding)
            case Boolean():
                return _boolean(node.operator, [inner(operand) for operand in node.operands])
            case Choice():
                return _choice(inner(node.condition), inner(node.then), inner(node.otherwise))
            case Call():
                return self._call(node, rounding)
            case _:
                assert_never(node)

    def constant_of(self, node: Node) -> str | None:
        """What a node always gives: a text literal, or a text of the language that has no field."""
        match node:
            case Literal(value=str(text)):
                return text
            case Call(name="t", arguments=(Literal(value=str(key)),)) if self._texts:
                return self._texts.template(key).constant
        return None

    def _stepping(self, node: Steps) -> Run:
        site, column = self._site, node.column
        self.reads |= origins(node)
        keys = [step for step in node.steps if isinstance(step, str | int)]
        if isinstance(node.base, Name) and len(keys) == len(node.steps):
            return following(site, (node.base.name, *keys), column)
        start = self.compile(node.base)
        steps = [_constant(step) if isinstance(step, str | int) else self._index(step) for step in node.steps]

        def stepped(scope: Scope, formatter: Formatter | None) -> Value:
            value = start(scope, formatter)
            for key in steps:
                value = follow(site, value, key(scope, formatter), column)
            return value

        return stepped

    def _index(self, node: Node) -> Run:
        site, run = self._site, self.compile(node)
        return lambda scope, formatter: index_of(site, run(scope, formatter), node.column)

    def _negative(self, node: Negative, rounding: bool) -> Run:
        site, column, context = self._site, node.column, WORKING if rounding else EXACT
        operand = self.compile(node.operand, rounding=rounding)

        def negated(scope: Scope, formatter: Formatter | None) -> Value:
            value = operand(scope, formatter)
            if type(value) not in NUMBERS:
                raise site.fault("E4053", f"- {a_kind(value)} has no meaning", column, "use a number")
            try:
                return context.minus(value)
            except ArithmeticError:
                raise _unlimited(site, column) from None

        return negated

    def _calculation(self, node: Calculation, rounding: bool) -> Run:
        site, context = self._site, WORKING if rounding else EXACT
        first = self.compile(node.first, rounding=rounding)
        rest = []
        for part in node.rest:
            if part.operator == "/":
                self._check_divisor(part, rounding)
            operand = self.compile(part.operand, rounding=rounding)
            rest.append((calculating(part.operator, context), operand, part))

        def calculated(scope: Scope, formatter: Formatter | None) -> Value:
            value = first(scope, formatter)
            for operate, operand, part in rest:
                right = operand(scope, formatter)
                try:
                    value = operate(value, right)
                except TypeError as fault:
                    remedy = "use numbers, or put texts together with +"
                    raise site.fault("E4053", str(fault), part.column, remedy) from None
                except ArithmeticError:
                    if part.operator == "/" and not right:
                        remedy = "ask for the divisor first: … if divisor else …"
                        raise site.fault("E4054", "division by zero", part.column, remedy) from None
                    raise _unlimited(site, part.column) from None
            return value

        return calculated

    def _check_divisor(self, part: Rest, rounding: bool) -> None:
        """A quotient stands where it is rounded, or ends by itself. Raises LayoutError E4050, E4054."""
        divisor = part.operand.value if isinstance(part.operand, Literal) else None
        if divisor is not None and not divisor:
            raise self._site.fault("E4054", "division by zero", part.column, "correct the divisor")
        if not rounding and not (isinstance(divisor, Decimal) and _ends(divisor)):
            raise self._site.fault(
                "E4050", "a quotient may have no end", part.column, "round it: round(a / b, digits); a / 100 may stand"
            )

    def _comparison(self, node: Comparison, rounding: bool) -> Run:
        site = self._site
        first = self.compile(node.first, rounding=rounding)
        rest = [
            (COMPARING[part.operator], self.compile(part.operand, rounding=rounding), part.column) for part in node.rest
        ]

        def compared(scope: Scope, formatter: Formatter | None) -> bool:
            left = first(scope, formatter)
            for holds, operand, column in rest:
                right = operand(scope, formatter)
                try:
                    if not holds(left, right):
                        return False
                except (TypeError, InvalidOperation) as fault:
                    remedy = "compare values of one kind; ask for none first"
                    raise site.fault("E4053", str(fault), column, remedy) from None
                left = right
            return True

        return compared

    def _call(self, node: Call, rounding: bool) -> Run:
        if node.name == _TEXT:
            return self._text(node)
        formats = node.name in self._formats
        function = self._formats.get(node.name) or self._functions.get(node.name)
        if function is None:
            known = [*self._formats, *self._functions]
            remedy = near(node.name, known) or f"there are {', '.join(sorted(known))}"
            raise self._site.fault("E4052", f"there is no function '{node.name}'", node.column, remedy)
        bound = check_arguments(self._site, node, function, formats=formats)
        rounding = rounding or node.name == _ROUND
        arguments = [self.compile(argument, rounding=rounding) for argument in node.arguments]
        named = {name: self.compile(argument, rounding=rounding) for name, argument in node.named}
        if "field" in bound:
            self._read_field(node, bound["field"])
        return calling(self._site, node, function, arguments, named, formats=formats)

    def _read_field(self, node: Call, field: Node) -> None:
        """Which field of a list's items a function reads is known beforehand, as everything that is read."""
        if not isinstance(field, Literal) or not isinstance(field.value, str):
            fact = f"{node.name}: the field of a list's items is named as it is"
            raise self._site.fault("E4052", fact, field.column, f"write {node.name}(list, 'field')")
        if node.arguments and field.value:
            self.reads |= {(*path, ANY_ITEM, field.value) for path in origins(node.arguments[0])}

    def _text(self, node: Call) -> Run:
        """`t(key, name=value)`: a text of the language, whose fields are the names given, or names of the scope.

        Where only the data decides which text it is, its fields are the names given alone.
        """
        site, texts, column = self._site, self._texts, node.column
        if texts is None:
            raise site.fault("E4052", "texts of a language can't stand here", column, "use them in a text with fields")
        if len(node.arguments) != 1:
            raise site.fault("E4052", "t takes the key of one text", column, "write t('section.key', name=value)")
        given = {name: self.compile(argument) for name, argument in node.named}
        key = node.arguments[0]
        if isinstance(key, Literal) and isinstance(key.value, str):
            text = texts.template(key.value)
            self.reads |= {path for path in text.reads if path[0] not in given}
            return _text(text.run, given)
        key_of = self.compile(key)

        def chosen(scope: Scope, formatter: Formatter | None) -> Value:
            key = key_of(scope, formatter)
            if type(key) is not str:
                raise site.fault("E4053", f"{a_kind(key)} is no key of a text", column, "use a text such as 'title.x'")
            try:
                run = texts.template(key).run
            except LayoutError as fault:
                raise site.placed(fault, column) from fault
            return run({name: value(scope, formatter) for name, value in given.items()}, formatter)

        return chosen


def origins(node: Node) -> frozenset[Path]:
    """The paths in the data that a node's value can come from; none for what is calculated."""
    match node:
        case Name():
            return frozenset({(node.name,)})
        case Steps():
            steps = tuple(str(step) if isinstance(step, str | int) else ANY_ITEM for step in node.steps)
            return frozenset((*path, *steps) for path in origins(node.base))
        case Choice():
            return origins(node.then) | origins(node.otherwise)
        case Boolean():
            return frozenset[Path]().union(*map(origins, node.operands))
        case Call(name="default"):
            return frozenset[Path]().union(*map(origins, node.arguments))
        case Call(name="first" | "last", arguments=(values,)):
            return frozenset((*path, ANY_ITEM) for path in origins(values))
    return frozenset()


def path_of(node: Node) -> Path | None:
    """The names of a plain path, such as totals.payable; None for any other expression."""
    match node:
        case Name():
            return (node.name,)
        case Steps(base=Name(name=name), steps=steps) if all(isinstance(step, str) for step in steps):
            return (name, *map(str, steps))
    return None


class Applied(NamedTuple):
    """One function or format on a plain path, with arguments that are written out: `price | number(0, 2)`."""

    name: str
    path: Path
    arguments: tuple[Value, ...]


def applied_of(node: Node) -> Applied | None:
    """What is applied to what, when the expression is nothing else."""
    match node:
        case Call(name=name, arguments=(only, *more), named=()) if all(isinstance(each, Literal) for each in more):
            path = path_of(only)
            written = tuple(each.value for each in more if isinstance(each, Literal))
            return Applied(name, path, written) if path else None
    return None


def _constant(value: Value) -> Run:
    return lambda _scope, _formatter: value


def _listing(runs: list[Run]) -> Run:
    return lambda scope, formatter: [run(scope, formatter) for run in runs]


def _not(operand: Run) -> Run:
    return lambda scope, formatter: not operand(scope, formatter)


def _boolean(operator: str, runs: list[Run]) -> Run:
    *before, final = runs
    decisive = operator == "or"

    def decided(scope: Scope, formatter: Formatter | None) -> Value:
        for run in before:
            value = run(scope, formatter)
            if bool(value) is decisive:
                return value
        return final(scope, formatter)

    return decided


def _choice(condition: Run, then: Run, otherwise: Run) -> Run:
    return lambda scope, formatter: (then if condition(scope, formatter) else otherwise)(scope, formatter)


def _text(run: Run, given: Mapping[str, Run]) -> Run:
    if not given:
        return run

    def filled(scope: Scope, formatter: Formatter | None) -> Value:
        return run({**scope, **{name: value(scope, formatter) for name, value in given.items()}}, formatter)

    return filled


def _ends(divisor: Decimal) -> bool:
    """Whether every number divided by this one has an end: it has no prime factors but 2 and 5."""
    rest = int(divisor.scaleb(max(0, -int(divisor.as_tuple().exponent))))
    for prime in _ENDING:
        while rest and rest % prime == 0:
            rest //= prime
    return rest == 1


def _unlimited(site: Site, column: int) -> LayoutError:
    fact = "the result has more than 34 digits"
    return site.fault("E4054", fact, column, "correct the figures, or round them")
