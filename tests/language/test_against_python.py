"""The language against Python itself: where both know an expression, both find the same."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.language.expression import parse_expression

SCOPE: dict[str, Any] = {
    "a": Decimal("2.5"),
    "b": Decimal(0),
    "c": -7,
    "s": "mail",
    "t": "",
    "f": True,
    "g": False,
    "items": ["mail", "room", ""],
}

# Numbers are written as D('…') for Python, which would read them as float.
_literals = st.decimals(0, 99, places=1).map(lambda number: f"D('{number}')")
_texts = st.text(alphabet="ab'\"\\\n|}{ ", max_size=4).map(
    lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"
)
_simple_flags = st.sampled_from(["f", "g", "not f", "a < b <= c", "s", "t and g", "g or items"])


def _numbers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("-{}".format),
        st.tuples(inner, _simple_flags, inner).map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[2]})"),
        strings.map("len({})".format),
        st.tuples(inner, inner).map(lambda parts: f"max({', '.join(parts)})"),
        inner.map("abs({})".format),
    )


def _flags(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    comparison = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    return st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        inner.map("not {}".format),
        inner.map("({})".format),
        st.tuples(numbers, comparison, numbers, comparison, numbers).map(" ".join),
        st.tuples(strings, comparison, strings).map(" ".join),
        st.tuples(strings, st.sampled_from(["in", "not in"]), strings).map(" ".join),
        strings.map("{} in items".format),
    )


def _strings(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map(" + ".join),
        inner.map("({})".format),
        st.tuples(inner, _simple_flags, inner).map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[2]})"),
    )


strings = st.deferred(lambda: st.recursive(st.sampled_from(["s", "t", "items[1]"]) | _texts, _strings, max_leaves=3))
numbers: st.SearchStrategy[str] = st.deferred(
    lambda: st.recursive(st.sampled_from(["a", "b", "c"]) | _literals, _numbers, max_leaves=5)
)
flags: st.SearchStrategy[str] = st.deferred(
    lambda: st.recursive(st.sampled_from(["f", "g", "true", "False"]), _flags, max_leaves=3)
)


def _python(source: str) -> Any:
    allowed: dict[str, Any] = {"D": Decimal, "len": len, "max": max, "abs": abs, "true": True, "__builtins__": {}}
    with localcontext() as context:
        context.prec = 200
        return eval(source, allowed, SCOPE)


def _plain(source: str) -> str:
    return re.sub(r"D\('([0-9.]+)'\)", r"\1", source)


@settings(max_examples=150, deadline=None)
@given(numbers)
def test_numbers_come_out_as_in_python(source: str) -> None:
    assert parse_expression(_plain(source))(SCOPE) == _python(source)


@settings(max_examples=100, deadline=None)
@given(strings)
def test_texts_come_out_as_in_python(source: str) -> None:
    assert parse_expression(_plain(source))(SCOPE) == _python(source)


@settings(max_examples=150, deadline=None)
@given(flags)
def test_conditions_come_out_as_in_python(source: str) -> None:
    assert parse_expression(_plain(source))(SCOPE) is _python(source)
