"""From text to nodes: the grammar of expressions, by recursive descent.

From loose to tight: `a if c else b`, `or`, `and`, `not`, comparisons, `|`, `+ -`, `* /`, unary `-`, then `.` `[ ]` and
calls. That is Python's order, so an expression means what a reader of Python takes it for.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import NoReturn

from layouts.language.faults import Site
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
from layouts.language.tokens import CONSTANTS, Token, tokens_of

MOST_CHARACTERS = 2_000
MOST_DEPTH = 40
"""How deep brackets, choices, `not` and `-` may nest, and how many filters an expression may have."""

_CACHED = 4096
"""A layout is compiled once for each of its slips, languages and currencies, always from the same expressions."""

_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_INSTEAD = {
    "is": "write == or !=",
    "for": "repeat a part with each",
    "lambda": "use a function from the table",
    "=": "write == to compare",
    "if": "write a if condition else b",
}


@lru_cache(maxsize=_CACHED)
def parse(site: Site, start: int = 0, end: int | None = None) -> Node:
    """The expression in `site.source[start:end]`. Raises LayoutError E4050 with the spot and what is allowed there."""
    end = len(site.source) if end is None else end
    if end - start > MOST_CHARACTERS:
        fact = f"an expression of {end - start} characters; at most {MOST_CHARACTERS} are read"
        raise site.fault("E4050", fact, start, "compute it where the data comes from")
    return _Parser(site, tokens_of(site, start, end)).whole()


class _Parser:
    def __init__(self, site: Site, tokens: list[Token]) -> None:
        self._site = site
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._filters = 0

    def whole(self) -> Node:
        node = self._expression()
        if self._token.kind != "end":
            self._refuse("an operator or the end")
        return node

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _take(self, *texts: str) -> Token | None:
        """The next token when it is one of these signs or words."""
        token = self._token
        return self._next() if token.kind in ("sign", "word") and token.text in texts else None

    def _expect(self, text: str) -> Token:
        return self._take(text) or self._refuse(f"'{text}'")

    def _refuse(self, expected: str) -> NoReturn:
        token = self._token
        found = "the expression ends" if token.kind == "end" else f"{token.text!r} stands"
        remedy = _INSTEAD.get(token.text, "") if token.kind != "text" else ""
        raise self._site.fault(
            "E4050", f"{found} where {expected} is expected", token.column, remedy or f"write {expected} there"
        )

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise self._site.fault(
                "E4050", f"more than {MOST_DEPTH} levels deep", self._token.column, "split the expression"
            )

    def _expression(self) -> Node:
        self._deeper()
        node = self._either()
        condition = self._take("if")
        if condition:
            test = self._either()
            self._expect("else")
            node = Choice(node, test, self._expression(), condition.column)
        self._depth -= 1
        return node

    def _either(self) -> Node:
        column = self._token.column
        operands = [self._both()]
        while self._take("or"):
            operands.append(self._both())
        return operands[0] if len(operands) == 1 else Boolean("or", tuple(operands), column)

    def _both(self) -> Node:
        column = self._token.column
        operands = [self._negation()]
        while self._take("and"):
            operands.append(self._negation())
        return operands[0] if len(operands) == 1 else Boolean("and", tuple(operands), column)

    def _negation(self) -> Node:
        sign = self._take("not")
        if not sign:
            return self._comparison()
        self._deeper()
        operand = self._negation()
        self._depth -= 1
        return Not(operand, sign.column)

    def _comparison(self) -> Node:
        first = self._filtered()
        rest: list[Rest] = []
        while operator := self._comparing():
            rest.append(Rest(operator.text, self._filtered(), operator.column))
        return Comparison(first, tuple(rest), first.column) if rest else first

    def _comparing(self) -> Token | None:
        token = self._token
        if token.kind == "word" and token.text == "not":
            self._next()
            self._expect("in")
            return token._replace(text="not in")
        return self._take(*_COMPARISONS, "in")

    def _filtered(self) -> Node:
        node = self._sum()
        while self._take("|"):
            self._filters += 1
            if self._filters > MOST_DEPTH:
                self._refuse("an expression with fewer filters")
            name = self._name("the name of a filter")
            arguments, named = self._arguments() if self._take("(") else ((), ())
            node = Call(name.text, (node, *arguments), named, name.column)
        return node

    def _sum(self) -> Node:
        first = self._product()
        rest: list[Rest] = []
        while operator := self._take("+", "-"):
            rest.append(Rest(operator.text, self._product(), operator.column))
        return Calculation(first, tuple(rest), first.column) if rest else first

    def _product(self) -> Node:
        first = self._signed()
        rest: list[Rest] = []
        while operator := self._take("*", "/"):
            rest.append(Rest(operator.text, self._signed(), operator.column))
        return Calculation(first, tuple(rest), first.column) if rest else first

    def _signed(self) -> Node:
        sign = self._take("-")
        if not sign:
            return self._stepped()
        self._deeper()
        operand = self._signed()
        self._depth -= 1
        return Negative(operand, sign.column)

    def _stepped(self) -> Node:
        base = self._primary()
        steps: list[str | int | Node] = []
        while opening := self._take(".", "[", "("):
            match opening.text:
                case ".":
                    steps.append(self._name("the name of a field", words=True).text)
                case "[":
                    steps.append(self._step(self._expression()))
                    self._expect("]")
                case _:
                    fact = "only a function of the table can be called, by its plain name"
                    raise self._site.fault("E4050", fact, opening.column, "write name(value) or value | name")
        return Steps(base, tuple(steps), base.column) if steps else base

    def _primary(self) -> Node:
        token = self._token
        match token.kind:
            case "number":
                return Literal(Decimal(self._next().text), token.column)
            case "text":
                return Literal(self._next().text, token.column)
            case "name":
                return self._named()
        if self._take("("):
            node = self._expression()
            self._expect(")")
            return node
        if self._take("["):
            return Items(self._listed("]"), token.column)
        return self._refuse("a value")

    def _named(self) -> Node:
        token = self._next()
        if token.text in CONSTANTS:
            return Literal(CONSTANTS[token.text], token.column)
        if self._take("("):
            return Call(token.text, *self._arguments(), token.column)
        return Name(token.text, token.column)

    def _name(self, expected: str, *, words: bool = False) -> Token:
        """A name; after a dot the language's own words are names too."""
        if self._token.kind == "name" or (words and self._token.kind == "word"):
            return self._next()
        return self._refuse(expected)

    def _arguments(self) -> tuple[tuple[Node, ...], tuple[tuple[str, Node], ...]]:
        """What stands in the brackets of a call, up to the closing one."""
        positional: list[Node] = []
        named: dict[str, Node] = {}
        while not self._take(")"):
            token, follows = self._token, self._tokens[min(self._at + 1, len(self._tokens) - 1)]
            if token.kind == "name" and follows.kind == "sign" and follows.text == "=":
                if token.text in named:
                    self._refuse("an argument that is not given yet")
                self._at += 2
                named[token.text] = self._expression()
            elif named:
                self._refuse("an argument with its name")
            else:
                positional.append(self._expression())
            self._separated(")")
        return tuple(positional), tuple(named.items())

    def _listed(self, closing: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while not self._take(closing):
            items.append(self._expression())
            self._separated(closing)
        return tuple(items)

    def _separated(self, closing: str) -> None:
        """A comma, or the closing bracket, which stays for the caller."""
        if self._token.kind != "sign" or self._token.text != closing:
            self._expect(",")

    def _step(self, node: Node) -> str | int | Node:
        """A literal in square brackets as a plain key or index."""
        if not isinstance(node, Literal):
            return node
        if isinstance(node.value, str):
            if node.value.startswith("_"):
                fact = f"a name can't begin with an underscore: {node.value}"
                raise self._site.fault("E4050", fact, node.column, "use a field of the data")
            return node.value
        if isinstance(node.value, Decimal) and node.value == node.value.to_integral_value():
            return int(node.value)
        raise self._site.fault("E4050", "this is no index", node.column, "write a whole number or a text")
