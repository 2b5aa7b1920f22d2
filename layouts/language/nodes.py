"""What an expression is made of once it is parsed. `column` counts from 0 in the text the expression stands in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | Decimal | bool | None
    column: int


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    column: int


@dataclass(frozen=True, slots=True)
class Steps:
    """`base.key[0][expression]`: a step is a key, an index, or an expression that gives either."""

    base: Node
    steps: tuple[str | int | Node, ...]
    column: int


@dataclass(frozen=True, slots=True)
class Items:
    """`[a, b]`."""

    items: tuple[Node, ...]
    column: int


@dataclass(frozen=True, slots=True)
class Negative:
    operand: Node
    column: int


@dataclass(frozen=True, slots=True)
class Not:
    operand: Node
    column: int


@dataclass(frozen=True, slots=True)
class Rest:
    """One further operand of a chain, with the operator before it."""

    operator: str
    operand: Node
    column: int


@dataclass(frozen=True, slots=True)
class Calculation:
    """`a + b - c`, or `a * b / c`: operators of one rank, from left to right."""

    first: Node
    rest: tuple[Rest, ...]
    column: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`a < b <= c`: true when each neighbouring pair is."""

    first: Node
    rest: tuple[Rest, ...]
    column: int


@dataclass(frozen=True, slots=True)
class Boolean:
    """`a and b and c`, or the same with `or`: gives the operand that decided."""

    operator: str
    operands: tuple[Node, ...]
    column: int


@dataclass(frozen=True, slots=True)
class Choice:
    """`then if condition else otherwise`."""

    then: Node
    condition: Node
    otherwise: Node
    column: int


@dataclass(frozen=True, slots=True)
class Call:
    """`name(a, key=b)`; `a | name(key=b)` is the same."""

    name: str
    arguments: tuple[Node, ...]
    named: tuple[tuple[str, Node], ...]
    column: int


Node = Literal | Name | Steps | Items | Negative | Not | Calculation | Comparison | Boolean | Choice | Call
