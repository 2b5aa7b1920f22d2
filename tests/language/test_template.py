"""Texts with fields, and the texts of a language inside them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.errors import LayoutError
from layouts.language.expression import Expression
from layouts.language.formats import FORMATS, Formatter
from layouts.language.scope import root_scope
from layouts.language.template import Template, Texts, parse_template, parse_text
from layouts.wording import load_wording
from tests.language.samples import PlainFormatter, a_document, refusal

SCOPE = root_scope(a_document(), nothing=None, yes=True, count=3, word="abc")
SAID = {
    "title.invoice": "Invoice {number}",
    "title.credit-note": "Credit note",
    "totals.payable": "To pay",
    "payment.text": "Pay {amount} to {account}",
    "odd.braces": "{{{number}}}",
    "odd.field": "{number | upper}",
    "odd.open": "{number",
}


def texts() -> Texts:
    return Texts(SAID.__getitem__)


def written(text: str, scope: Mapping[str, Any] = SCOPE) -> str:
    return parse_template(text, texts=texts())(scope, PlainFormatter())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("plain", "plain"),
        ("Invoice {number}", "Invoice 1001"),
        ("{number}", "1001"),
        ("{number} of {kind}.", "1001 of invoice."),
        ("{ number }{kind}", "1001invoice"),
        ("{{{number}}}", "{1001}"),
        ("{{number}}", "{number}"),
        ("}}{{", "}{"),
        ("{'{'}{\"}\"}", "{}"),
        ("{'it\\'s'}", "it's"),
        ("{nothing}", ""),
        ("due {due_date}", "due "),
        ("{totals.payable}", "37.50"),
        ("{count}", "3"),
        ("{issue_date}", "2024-01-31"),
        ("{totals.payable | money}", "NOK 37.50"),
        ("{totals.payable | money('EUR')}", "EUR 37.50"),
        ("{money(totals.payable, currency='EUR')}", "EUR 37.50"),
        ("{totals.payable | money(code=true)}", "code NOK 37.50"),
        ("{'order' | word('references')} {'x' | word('references')}{'S' | word('vat', '')}", "Order x"),
        ("{totals.payable | amount}", "37.50"),
        ("{count | amount('KWD')}", "3.000"),
        ("{totals.net | quantity} {'C62' | unit}", "30 pcs"),
        ("{count | number(2)}", "3(2,None)"),
        ("{count | number(least=1, most=2)}", "3(1,2)"),
        ("{25 | percent}", "25 %"),
        ("{issue_date | date}", "own 2024-01-31"),
        ("{issue_date | date('long') | upper}", "LONG 2024-01-31"),
        ("{payment.country | country}", "Norway"),
        ("{'no date' if not due_date else due_date | date}", "no date"),
        ("{kind + ': ' + (totals.net | money)}", "invoice: NOK 30.00"),
        ("@totals.payable", "To pay"),
        ("@title.invoice", "Invoice 1001"),
        ("@odd.braces", "{1001}"),
        ("{t('totals.payable')}: {totals.payable}", "To pay: 37.50"),
        ("{t('title.' + kind)}", None),
        ("{t('title.' + kind, number='7')}", "Invoice 7"),
        (
            "{t('payment.text', amount=totals.payable | money, account=payment.account)}",
            "Pay NOK 37.50 to 1234 56 78903",
        ),
        ("{t('title.invoice') | upper}", "INVOICE 1001"),
        ("write to a@b.example", "write to a@b.example"),
        ("@ home", "@ home"),
        ("{'@'}totals.payable", "@totals.payable"),
    ],
)
def test_a_text_is_filled_in(text: str, said: str | None) -> None:
    if said is None:  # only the data decides which text it is, so its names must be given
        assert refusal(lambda: written(text)).code == "E4032"
    else:
        assert written(text) == said


@pytest.mark.parametrize(
    ("text", "constant"),
    [
        ("plain {{x}}", "plain {x}"),
        ("", ""),
        ("@totals.payable", "To pay"),
        ("{t('totals.payable')}: {'x'}", "To pay: x"),
        ("@title.invoice", None),
        ("{number}", None),
        ("{1}", None),
    ],
)
def test_a_text_without_fields_is_known_beforehand(text: str, constant: str | None) -> None:
    template = parse_template(text, texts=texts())

    assert template.constant == constant
    assert template.constant is None or template.parts == ((constant,) if constant else ())


def test_parts_are_literal_texts_and_fields_in_order() -> None:
    template = parse_template("No. {number}: {'to '}{t('totals.payable')}{totals.payable | money}", texts=texts())

    first, number, second, amount = template.parts
    assert (first, second) == ("No. ", ": to To pay")
    assert isinstance(number, Expression)
    assert isinstance(amount, Expression)
    assert (number.source, number.path) == ("number", ("number",))
    assert (amount.source, amount.path) == ("totals.payable | money", None)


def test_it_is_known_what_a_text_reads() -> None:
    template = parse_template("{totals.net} {t('payment.text', amount=number)} {yes and kind}", texts=texts())

    assert template.reads == {("totals", "net"), ("number",), ("account",), ("yes",), ("kind",)}
    assert parse_template("@title.invoice", texts=texts()).reads == {("number",)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{yes}", "a flag can't be written"),
        ("{lines}", "a list can't be written"),
        ("{totals}", "a table can't be written"),
        ("{x}", "a float can't be written"),
        ("{moment}", "a datetime can't be written"),
        ("{word | money}", "money: a text is not a number"),
        ("{yes | money}", "money: a flag is not a number"),
        ("{count | money(code=1)}", "money: a number is not a flag"),
        ("{count | date}", "date: a number is not a date"),
        ("{moment | date}", "date: a datetime is not a date"),
        ("{count | unit}", "unit: a number is not a text"),
        ("{count | number(13)}", "number: a number of decimals is a whole one from 0 to 12, not 13"),
        ("{count | number(0.5)}", "number: a number of decimals is a whole one from 0 to 12, not 0.5"),
        ("{t(count)}", "a number is no key of a text"),
    ],
)
def test_what_nobody_would_want_to_read_is_not_written(text: str, said: str) -> None:
    fault = refusal(lambda: written(text, {**SCOPE, "x": 0.5, "moment": datetime(2024, 1, 1)}))  # noqa: DTZ001

    assert fault.code == "E4053"
    assert fault.message.startswith(said)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("}", "E4050", "a brace closes nothing"),
        ("a } b", "E4050", "a brace closes nothing"),
        ("{", "E4050", "the field that begins here is not closed"),
        ("{a", "E4050", "the field that begins here is not closed"),
        ("{a {b}", "E4050", "the field that begins here is not closed"),
        ("{'a}", "E4050", "the field that begins here is not closed"),
        ("{}", "E4050", "the expression ends where a value is expected"),
        ("{a b}", "E4050", "'b' stands where"),
        ("{a | dated}", "E4052", "there is no function 'dated'"),
        ("{a | date('lnog')}", "E4052", "date: 'form' is one of '', 'short', 'medium', 'long', 'full', 'iso'"),
        ("{a | money(1, 2, 3)}", "E4052", "money: too many positional arguments"),
        ("{t()}", "E4052", "t takes the key of one text"),
        ("@odd.field", "E4050", "a field in a text of a language is one name"),
        ("{t('odd.open')}", "E4050", "the field that begins here is not closed"),
    ],
)
def test_a_wrong_text_is_refused_when_it_is_loaded(text: str, code: str, said: str) -> None:
    fault = refusal(lambda: parse_template(text, texts=texts(), place="a.toml"))

    assert fault.code == code
    assert fault.message.startswith(said)
    assert fault.place in {"a.toml", "text odd.field", "text odd.open"}


def test_an_error_points_into_the_whole_text() -> None:
    fault = refusal(lambda: written("Dear {name}, you owe {totals.payble | money}", {**SCOPE, "name": "Kari"}))

    _, shown, caret = fault.message.split("\n")
    assert shown[caret.index("^") :].startswith("totals.payble")
    assert fault.remedy == "did you mean totals.payable?"


def test_a_formatters_own_complaint_gets_the_place() -> None:
    class Fussy(PlainFormatter):
        def text(self, value: Decimal | date) -> str:
            raise LayoutError("E4031", f"{value} is not to my taste", remedy="pass another")

        def money(self, value: Decimal, currency: str, *, code: bool) -> str:
            raise LayoutError("E4031", f"{value} is not to my taste", remedy="pass another")

    for text in ("{count}", "sum {count}", "{count | money}"):
        template = parse_template(text, place="a.toml, line 7")
        fault = refusal(lambda template=template: template(SCOPE, Fussy()))  # type: ignore[misc]

        assert (fault.code, fault.place, fault.remedy) == ("E4031", "a.toml, line 7", "pass another")
        assert fault.message.startswith("3 is not to my taste\n")


def test_each_text_of_a_language_is_parsed_once() -> None:
    asked: list[str] = []

    def lookup(key: str) -> str:
        asked.append(key)
        return SAID[key]

    once = Texts(lookup)
    for _ in range(3):
        template = parse_template("@title.invoice", texts=once)
        assert template(SCOPE, PlainFormatter()) == "Invoice 1001"

    assert asked == ["title.invoice"]


def test_a_key_that_the_language_lacks_is_its_own_error() -> None:
    wording = Texts(load_wording("en").get)

    assert parse_template("@totals.payable", texts=wording).constant == "To pay"
    assert refusal(lambda: parse_template("@totals.payble", texts=wording)).code == "E4015"
    template = parse_template("{t('totals.' + word)}", texts=wording)
    assert refusal(lambda: template(SCOPE, PlainFormatter())).code == "E4015"


def test_texts_of_a_language_need_a_language() -> None:
    assert refusal(lambda: parse_template("@title.invoice")).code == "E4052"
    assert refusal(lambda: parse_template("{t('title.invoice')}")).code == "E4052"


def test_an_engine_adds_formats_and_functions_of_its_own() -> None:
    def loud(formatter: Formatter, value: Decimal) -> str:
        return formatter.text(value) + "!"

    template = parse_template("{twice(count) | loud}", {"twice": lambda value: value * 2}, {**FORMATS, "loud": loud})

    assert template(SCOPE, PlainFormatter()) == "6!"


@given(st.text(max_size=30))
def test_any_text_can_be_printed_with_its_braces_doubled(text: str) -> None:
    doubled = text.replace("{", "{{").replace("}", "}}")
    template = parse_text(doubled)

    assert template.constant == text
    assert template({}, PlainFormatter()) == text


@given(st.lists(st.text(alphabet="ab{}@' ", max_size=5), min_size=1, max_size=5))
def test_fields_and_literals_keep_their_order(literals: list[str]) -> None:
    source = "{x}".join(literal.replace("{", "{{").replace("}", "}}") for literal in literals)
    template: Template = parse_template(source)

    assert template({"x": "<é>"}, PlainFormatter()) == "<é>".join(literals)
