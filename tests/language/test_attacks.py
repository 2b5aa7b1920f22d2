"""What an author of a layout must not be able to do: run code, reach into objects, or keep the machine busy."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from string import printable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.errors import LayoutError
from layouts.language.expression import parse_expression
from layouts.language.template import Texts, parse_template, parse_text
from tests.language.samples import PlainFormatter, refusal

REFUSED = [
    "().__class__",
    "''.__class__.__mro__",
    "x.__class__",
    "x.__getattr__('y')",
    "x['__class__']",
    "x._private",
    "_x",
    "__import__('os')",
    "__builtins__",
    "''.join(['a'])",
    "'{0.__class__}'.format(x)",
    "'%s' % x",
    "x.upper()",
    "x.items()",
    "x[0](1)",
    "upper('a')('b')",
    "(upper)('a')",
    "eval('1')",
    "exec('1')",
    "open('/etc/passwd')",
    "getattr(x, 'y')",
    "globals()",
    "type(x)",
    "print(x)",
    "import os",
    "lambda: 1",
    "(lambda x: x)(1)",
    "[y for y in x]",
    "{y for y in x}",
    "{'a': 1}",
    "(y for y in x)",
    "(1, 2)",
    "()",
    "x := 1",
    "(x := 1)",
    "x = 1",
    "x; y",
    "*x",
    "max(*x)",
    "max(**x)",
    "f'{x}'",
    "b'a'",
    "r'a'",
    "'a' 'b'",
    "'''a'''",
    "x[1:2]",
    "x[::]",
    "x[...]",
    "9**9**9",
    "2 << 999999999",
    "10 // 3",
    "10 % 3",
    "1e999999999",
    "0x7fffffff",
    "1_000",
    "1j",
    "~1",
    "x @ y",
    "x & y",
    "x ^ y",
    "await x",
    "yield x",
    "x is y",
    "not",
    "",
    "  ",
    "x.",
    "x..y",
    ".x",
    "x[",
    "x]",
    "x[]",
    "x |",
    "| x",
    "x if y",
    "x else y",
    "a not b",
    "a\\b",
    "x\x00",
    "x\u2028y",
    "ｘ",
    "“x”",
    "#x",
    "x # comment",
    "$x",
    "`x`",
    "9" * 35,
    "(" * 41 + "1" + ")" * 41,
    "[" * 41 + "]" * 41,
    "-" * 41 + "1",
    "not " * 41 + "x",
    "1 if x else " * 41 + "1",
    "x[" * 41 + "0" + "]" * 41,
    "abs(" * 41 + "1" + ")" * 41,
    "x" + " | abs" * 41,
    "(" * 1999,
    "-" * 1999,
    "x + " * 500 + "x",
]


@pytest.mark.parametrize("source", REFUSED, ids=lambda source: source[:24].encode("unicode_escape").decode())
def test_an_attack_is_refused_when_the_layout_is_loaded(source: str) -> None:
    fault = refusal(lambda: parse_expression(source))

    assert fault.code in {"E4050", "E4052"}
    assert fault.remedy
    assert refusal(lambda: parse_template("{ " + source + " }")).code in {"E4050", "E4052"}


@pytest.mark.parametrize(
    "text",
    [
        "{x!r}",
        "{x!s:>10}",
        "{x:>999999999}",
        "{0.__class__}",
        "{x.__init__.__globals__}",
        "{x[__class__]}",
        "{}",
        "{{}",
    ],
)
def test_the_tricks_of_format_strings_are_refused(text: str) -> None:
    assert refusal(lambda: parse_template(text)).code == "E4050"
    assert refusal(lambda: parse_text(text)).code == "E4050"


@pytest.mark.parametrize("text", ["{x.y}", "{x | upper}", "{'a'}", "{t('a.b')}", "{1}", "{ x }", "{x[0]}", "{_x}"])
def test_a_text_of_a_language_holds_simple_names_only(text: str) -> None:
    texts = Texts({"a.b": text}.__getitem__)

    fault = refusal(lambda: parse_template("@a.b", texts=texts))

    assert (fault.code, fault.place) == ("E4050", "text a.b")


class Bait:
    """An object that would give itself away."""

    secret = "leaked"

    def __getitem__(self, key: object) -> Any:
        raise AssertionError(f"{key!r} was looked up in an object")


@pytest.mark.parametrize(
    "source", ["bait.secret", "bait[0]", "[bait][index].secret", "first([bait]).secret", "bait['secret']"]
)
def test_only_mappings_and_lists_are_looked_into(source: str) -> None:
    expression = parse_expression(source)

    assert refusal(lambda: expression({"bait": Bait(), "index": 0})).code in {"E4032", "E4053"}


@pytest.mark.parametrize(
    "source",
    [
        "bait + 1",
        "bait == bait",
        "bait < 1",
        "bait in 'x'",
        "'x' in bait",
        "bait | upper",
        "bait | len",
        "-bait",
        "[1][bait]",
    ],
)
def test_nothing_is_done_with_an_object(source: str) -> None:
    expression = parse_expression(source)

    assert refusal(lambda: expression({"bait": Bait()})).code == "E4053"


def test_an_object_is_not_written() -> None:
    template = parse_template("{bait}")

    assert refusal(lambda: template({"bait": Bait()}, PlainFormatter())).code == "E4053"


def test_an_amount_without_end_is_not_worked_out() -> None:
    huge = {"x": Decimal("1E+999999")}

    assert refusal(lambda: parse_expression("x + 1")(huge)).code == "E4054"
    assert refusal(lambda: parse_expression("x * x")(huge)).code == "E4054"
    assert refusal(lambda: parse_expression("round(x, 2)")(huge)).code == "E4054"
    assert refusal(lambda: parse_expression("[1][x]")(huge)).code == "E4053"
    assert refusal(lambda: parse_expression("round(1, x)")(huge)).code == "E4053"


def test_an_expression_at_its_limits_still_works() -> None:
    assert parse_expression("(" * 39 + "1" + ")" * 39)({}) == 1
    assert parse_expression("-" * 38 + "1")({}) == 1
    assert parse_expression("1" + "+1" * 999)({}) == 1000
    assert parse_expression("1" + " | abs" * 40)({}) == 1
    assert parse_expression("a" + ".a" * 900)({"a": _nested(900)}) == 1


def _nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def code_of(act: Callable[[], object]) -> str:
    """The code of the error that an act ends with; "" when it ends well."""
    try:
        act()
    except LayoutError as fault:
        return fault.code
    return ""


@settings(max_examples=300)
@given(st.text(alphabet=printable + "æ\u2028\x00", max_size=40))
def test_any_text_is_an_expression_or_a_layout_error(source: str) -> None:
    codes = {
        code_of(lambda: parse_expression(source)),
        code_of(lambda: parse_template(source)),
        code_of(lambda: parse_text(source)),
    }

    assert codes <= {"", "E4050", "E4052", "E4054"}


_BITS = ["x", "y", "1", "'a'", "none", "if", "else", "not", "in", "and", "or", "len", "round", "t"]
_BITS += ["(", ")", "[", "]", ".", ",", "|", "+", "-", "*", "/", "<", "==", "=", "{", "}", "'"]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(_BITS), max_size=16).map(" ".join))
def test_any_mix_of_the_languages_own_signs_is_evaluated_or_a_layout_error(source: str) -> None:
    code = code_of(lambda: parse_expression(source)({"x": {"x": [1]}, "y": "a"}))

    assert code in {"", "E4032", "E4050", "E4052", "E4053", "E4054"}
