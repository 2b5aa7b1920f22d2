"""Expressions: what they mean, what they read, and what is said when one is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from layouts.language.expression import parse_expression
from layouts.language.scope import root_scope
from tests.language.samples import a_document, refusal

SCOPE = root_scope(a_document(), word="abc", blank="", nothing=None, yes=True, count=3, in_list=["a", "b"])


def value_of(source: str) -> Any:
    return parse_expression(source)(SCOPE)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("word", "abc"),
        ("number", "1001"),
        ("document.number", "1001"),
        ("totals['payable']", Decimal("37.50")),
        ("lines[1].name", "Thing 2"),
        ("lines[-1].name", "Thing 2"),
        ("lines[count - 2].name", "Thing 2"),
        ("lines[count / 100 * 100 - 3]['id']", "1"),
        ("notes[0]", "Thank you"),
        ("word[0]", "a"),
        ("first(lines).id", "1"),
        ("(lines if yes else notes)[0].id", "1"),
        ("'it\\'s'", "it's"),
        ('"a\\nb\\\\"', "a\nb\\"),
        ("1234.50", Decimal("1234.50")),
        ("true", True),
        ("False", False),
        ("none", None),
        ("1 + 2 * 3", Decimal(7)),
        ("(1 + 2) * 3", Decimal(9)),
        ("7 - 2 - 1", Decimal(4)),
        ("-totals.net + 1", Decimal("-29.00")),
        ("--2", Decimal(2)),
        ("totals.payable / 100", Decimal("0.375")),
        ("totals.payable / 0.25", Decimal("150")),
        ("round(10 / 3, 2)", Decimal("3.33")),
        ("round(1 + 10 / 3)", Decimal(4)),
        ("10 / 3 | round(1)", Decimal("3.3")),
        ("'a' + word + 'z'", "aabcz"),
        ("1 < count <= 3", True),
        ("1 < count < 3", False),
        ("nothing == none", True),
        ("word != none", True),
        ("'b' in in_list", True),
        ("'c' not in in_list", True),
        ("'bc' in word", True),
        ("none in in_list", False),
        ("word in ['abc', 'def']", True),
        ("[]", []),
        ("['a', word,]", ["a", "abc"]),
        ("not yes", False),
        ("not blank and yes", True),
        ("not word == 'x'", True),
        ("blank or word", "abc"),
        ("word and blank", ""),
        ("totals.payable > 0 and payment.account", "1234 56 78903"),
        ("nothing and nothing.field", None),
        ("word if yes else blank", "abc"),
        ("1 if blank else 2 if nothing else 3", Decimal(3)),
        ("in_list | len", 2),
        ("word | upper | lower == word", True),
        ("count + 1 | min(2)", Decimal(2)),
        ("round(digits=1, value=0.25)", Decimal("0.3")),
        ("issue_date < due_date if due_date else false", False),
        (" word\n  if yes\n  else\tblank ", "abc"),
    ],
)
def test_an_expression_means_what_a_reader_of_python_takes_it_for(source: str, value: object) -> None:
    found = value_of(source)

    assert found == value
    assert type(found) is type(value)


def test_numbers_are_exact_as_they_are_written() -> None:
    assert value_of("0.1 + 0.2 == 0.3") is True
    assert str(value_of("1.10 + 1.10")) == "2.20"


def test_calculations_keep_34_digits_and_refuse_what_has_more() -> None:
    assert value_of("9999999999999999999999999999999999 + 0") == Decimal("9999999999999999999999999999999999")

    fault = refusal(lambda: value_of("9999999999999999999999999999999999 + 0.1"))

    assert fault.code == "E4054"


def test_a_quotient_is_rounded_once_from_its_true_value() -> None:
    assert value_of("round(499999999999999999999999999999999 / 1000000000000000000000000000000000)") == 0
    assert value_of("round(1 / 3 + 1 / 6)") == 1
    assert value_of("round(1 / 3 * 3 - 0.5)") == 1
    assert value_of("round(5 / 10)") == 1
    assert value_of("round(-5 / 10)") == -1


@pytest.mark.parametrize(
    ("source", "reads", "path"),
    [
        ("number", {("number",)}, ("number",)),
        ("totals.payable", {("totals", "payable")}, ("totals", "payable")),
        ("totals['payable']", {("totals", "payable")}, ("totals", "payable")),
        ("(totals).payable", {("totals", "payable")}, ("totals", "payable")),
        ("lines[0].name", {("lines", "0", "name")}, None),
        ("lines[count].name", {("lines",), ("count",), ("lines", "*", "name")}, None),
        ("last(lines).name", {("lines",), ("lines", "*", "name")}, None),
        ("lines[lines[0].id].name", {("lines", "0", "id"), ("lines",), ("lines", "*", "name")}, None),
        ("(a or b).name", {("a",), ("b",), ("a", "name"), ("b", "name")}, None),
        ("default(a, b).name", {("a",), ("b",), ("a", "name"), ("b", "name")}, None),
        ("sum(lines, 'net_amount')", {("lines",), ("lines", "*", "net_amount")}, None),
        ("lines | join(field='name')", {("lines",), ("lines", "*", "name")}, None),
        ("a if b else c.d", {("a",), ("b",), ("c", "d")}, None),
        ("'text'", set(), None),
    ],
)
def test_it_is_known_beforehand_what_an_expression_reads(
    source: str, reads: set[tuple[str, ...]], path: tuple[str, ...] | None
) -> None:
    expression = parse_expression(source)

    assert expression.reads == reads
    assert expression.path == path
    assert expression.source == source


def test_an_operand_that_does_not_matter_is_not_evaluated() -> None:
    assert value_of("false and missing.field") is False
    assert value_of("'x' or missing") == "x"
    assert value_of("1 if yes else missing") == 1
    assert value_of("2 < 1 < missing") is False


@pytest.mark.parametrize(
    ("source", "said", "remedy"),
    [
        ("totals.payble", "the data has no 'totals.payble'", "did you mean totals.payable?"),
        ("payable", "the data has no 'payable'", "did you mean totals.payable?"),
        ("zzz", "the data has no 'zzz'", "pass it"),
        ("nothing.field", "'nothing' is none and has no 'field'", "… if nothing else …"),
        ("word.field", "'word' is a text and has no 'field'", ""),
        ("lines.name", "'lines' is a list and has no 'name'", ""),
        ("totals[0]", "the data has no 'totals.0'", ""),
        ("lines[2].name", "'lines' is a list of 2, none with the index 2", ""),
        ("word[3]", "'word' is a text of 3, none with the index 3", ""),
        ("lines[count].name", "a list has no 3", "condition"),
        ("first(lines).price", "a table has no 'price'", "condition"),
    ],
)
def test_a_path_that_leads_nowhere_is_named_with_what_is_near(source: str, said: str, remedy: str) -> None:
    fault = refusal(lambda: parse_expression(source, place="a.toml, line 3")(SCOPE))

    assert fault.code == "E4032"
    assert fault.message.startswith(said)
    assert remedy in fault.remedy
    assert fault.place == "a.toml, line 3"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("word + 1", "a text + a number has no meaning"),
        ("word - 'a'", "a text - a text has no meaning"),
        ("word * 2", "a text * a number has no meaning"),
        ("in_list * 2", "a list * a number has no meaning"),
        ("yes + 1", "a flag + a number has no meaning"),
        ("nothing + 1", "none + a number has no meaning"),
        ("-word", "- a text has no meaning"),
        ("word == 1", "a text can't be compared with a number"),
        ("yes == 1", "a flag can't be compared with a number"),
        ("totals == totals", "a table can't be compared with a table"),
        ("lines != lines", "a list can't be compared with a list"),
        ("count > word", "a number has no order with a text"),
        ("nothing < 1", "none has no order with a number"),
        ("yes < yes", "a flag has no order with a flag"),
        ("1 in word", "a number can't be in a text"),
        ("'net' in totals", "a text can't be in a table"),
        ("totals in lines", "a table can't be in a list"),
        ("1 in nothing", "a number can't be in none"),
        ("totals['n' + 'et']", "an index is a whole number, not a text"),
        ("totals[count]", "a table can't be opened by a number"),
        ("lines[0.5 + count]", "an index is a whole number, not a number"),
        ("issue_date[count]", "a date can't be opened by a number"),
    ],
)
def test_values_that_do_not_go_together_are_refused_by_kind(source: str, said: str) -> None:
    fault = refusal(lambda: value_of(source))

    assert fault.code == "E4053"
    assert fault.message.startswith(said)
    assert fault.remedy


@pytest.mark.parametrize("source", ["1 / 0", "1 / 0.00", "round(1 / (count - 3))", "round(0 / (count - 3))"])
def test_a_division_by_zero_is_refused(source: str) -> None:
    fault = refusal(lambda: value_of(source))

    assert (fault.code, fault.message.partition("\n")[0]) == ("E4054", "division by zero")


@pytest.mark.parametrize("source", ["1 / 3", "1 / count", "count / 7.5", "round(1) / count", "1 / 'a'"])
def test_a_quotient_that_nobody_rounds_is_refused_when_it_is_loaded(source: str) -> None:
    fault = refusal(lambda: parse_expression(source))

    assert fault.code == "E4050"
    assert "round(a / b, digits)" in fault.remedy


def test_what_is_no_number_at_all_is_refused_and_not_compared() -> None:
    expression = parse_expression("x > 0")

    assert refusal(lambda: expression({"x": Decimal("NaN")})).code == "E4053"
    assert refusal(lambda: expression({"x": 0.5})).code == "E4053"
    assert refusal(lambda: expression({"x": date})).code == "E4053"


def test_an_error_shows_the_spot() -> None:
    fault = refusal(lambda: parse_expression("totals.payable > and x", place="a.toml, line 3"))

    assert fault.message == (
        "'and' stands where a value is expected\n    totals.payable > and x\n                     ^"
    )
    assert fault.place == "a.toml, line 3"


def test_an_error_in_a_long_expression_shows_what_stands_around_the_spot() -> None:
    fault = refusal(lambda: parse_expression("word + " * 30 + "? " + "+ word" * 30))

    _, shown, caret = fault.message.split("\n")
    assert shown.startswith("    …")
    assert shown.endswith("…")
    assert shown[caret.index("^")] == "?"


@pytest.mark.parametrize(
    ("source", "remedy"),
    [
        ("a is none", "write == or !="),
        ("a = 1", "write == to compare"),
        ("a <> 1", "write !="),
        ("a && b", "write and"),
        ("a || b", "write or"),
        ("!a", "write not"),
        ("a ? b : c", "write a if condition else b"),
        ("a:upper", "write a filter as value | name(arguments)"),
        ("5%", "write value | percent"),
        ("1e3", "write it like 1234.5"),
        ("1_000", "write it like 1234.5"),
        (r"'\d'", r"write \\ \' \" or \n"),
        ("lines[1.5]", "write a whole number or a text"),
        ("lines[none]", "write a whole number or a text"),
        ("a | 3", "write the name of a filter there"),
    ],
)
def test_habits_of_other_languages_get_a_hint(source: str, remedy: str) -> None:
    fault = refusal(lambda: parse_expression(source))

    assert fault.code == "E4050"
    assert remedy in fault.remedy


@pytest.mark.parametrize(
    ("source", "said", "remedy"),
    [
        ("summ(lines)", "there is no function 'summ'", "did you mean sum?"),
        ("lines | zzz", "there is no function 'zzz'", "there are abs, days"),
        ("round()", "round: missing a required argument: 'value'", "write round(value, digits=0)"),
        ("round(1, 2, 3)", "round: too many positional arguments", "write round(value, digits=0)"),
        ("round(1, places=2)", "round: got an unexpected keyword argument 'places'", "write round(value, digits=0)"),
        ("1 | round(value=2)", "round: multiple values for argument 'value'", "write round(value, digits=0)"),
        ("min()", "min: missing a required argument: 'value'", "write min(value, more…)"),
        ("sum(lines, number)", "sum: the field of a list's items is named as it is", "write sum(list, 'field')"),
        ("t('title.invoice')", "texts of a language can't stand here", "in a text with fields"),
    ],
)
def test_calls_are_checked_when_they_are_loaded(source: str, said: str, remedy: str) -> None:
    fault = refusal(lambda: parse_expression(source))

    assert fault.code == "E4052"
    assert fault.message.startswith(said)
    assert remedy in fault.remedy


def test_an_engine_adds_functions_of_its_own() -> None:
    def doubled(text: str) -> str:
        return text.strip() * 2

    expression = parse_expression("word | doubled", {"doubled": doubled})

    assert expression(SCOPE) == "abcabc"
    assert refusal(lambda: expression({"word": 1})).code == "E4053"
