"""The declaration of a layout's data, and what is held against it when the layout is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from layouts.language.expression import parse_expression
from layouts.language.schema import (
    Leaf,
    Rows,
    Table,
    check_reads,
    item_kind,
    item_names,
    kind_at,
    read_declaration,
    root_names,
)
from layouts.language.template import Texts, parse_template
from layouts.tomlfile import read_toml
from tests.language.samples import DECLARED, refusal

NAMES = root_names(read_declaration(DECLARED))


def test_a_declaration_is_read_from_a_layout_file(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(
        """
[data]
sender = "text?"
[data.document]
number = "text"
notes = ["text"]
[[data.lines]]
amount = "amount"
shares = [{ part = "whole", due = "date" }]
[data."payment?"]
paid = "flag"
"""
    )

    table = read_declaration(read_toml(file)[0].table("data"))

    assert table == Table(
        {
            "sender": Leaf("text", optional=True),
            "document": Table({"number": Leaf("text"), "notes": Rows(Leaf("text"))}),
            "lines": Rows(
                Table({"amount": Leaf("amount"), "shares": Rows(Table({"part": Leaf("whole"), "due": Leaf("date")}))})
            ),
            "payment": Table({"paid": Leaf("flag")}, optional=True),
        }
    )


@pytest.mark.parametrize(
    ("declaration", "place", "said"),
    [
        ('a = "number"', "line 2, data.a", "'a' is 'number', not one of text, amount, whole, date, flag"),
        ('a = "text??"', "line 2, data.a", "'a' is 'text??'"),
        ("a = 3", "line 2, data.a", "'a' must be a text, not 3"),
        ("a = []", "line 2, data.a", "'a' must be a list of one element"),
        ('a = ["text", "text"]', "line 2, data.a", "'a' must be a list of one element"),
        ("a = {}", "line 2, data.a", "'a' declares no field"),
        ("a = [{}]", "line 2, data.a", "'a' declares no field"),
        ("a = [{}, {}]", "line 2, data.a", "'a' must be a list of one element"),
        ('a = ["txt"]', "line 2, data.a", "'a' is 'txt'"),
        ('_a = "text"', "line 2, data._a", "'_a' is no name of a field"),
        ('in = "text"', "line 2, data.in", "'in' is a word of the language"),
        ('"true?" = "text"', "line 2, data.true?", "'true' is a word of the language"),
        ('"a b" = "text"', "line 2, data.a b", "'a b' is no name of a field"),
        ('a = "text"\n"a?" = "text"', "line 3, data.a?", "'a' is declared twice"),
        ('[data.b]\nc = "txt"', "line 3, data.b.c", "'c' is 'txt'"),
        (
            'number = "text"\n[data.document]\nnumber = "text"',
            "line 2, data.number",
            "'number' is a field of 'document'",
        ),
    ],
)
def test_a_wrong_declaration_is_refused_with_its_line(tmp_path: Path, declaration: str, place: str, said: str) -> None:
    file = tmp_path / "a.toml"
    file.write_text(f"[data]\n{declaration}\n")

    fault = refusal(lambda: read_declaration(read_toml(file)[0].table("data")))

    assert fault.code == "E4012"
    assert fault.message.startswith(said)
    assert fault.place == f"a.toml, {place}"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("number", Leaf("text")),
        ("document.number", Leaf("text")),
        ("due_date", Leaf("date", optional=True)),
        ("totals.payable", Leaf("amount")),
        ("lines.0.name", Leaf("text")),
        ("lines.-1.name", Leaf("text")),
        ("lines.*.net_amount", Leaf("amount")),
        ("lines.*.notes.0", Leaf("text")),
        ("notes", Rows(Leaf("text"))),
        ("number.0", Leaf("text")),
        ("payment.country", Leaf("text", optional=True)),
        ("numbr", None),
        ("totals.payble", None),
        ("totals.0", None),
        ("totals.*", None),
        ("totals.payable.x", None),
        ("totals.payable.0", None),
        ("lines.name", None),
        ("number.x", None),
        ("a.b.c.d", None),
    ],
)
def test_it_is_known_what_stands_at_a_path(path: str, kind: object) -> None:
    assert kind_at(tuple(path.split(".")), NAMES) == kind


def test_the_document_needs_no_prefix_and_its_fields_come_first() -> None:
    inner = Table({"document": Table({"x": Leaf("date")}), "y": Leaf("text")})

    assert root_names(inner, {"page": Leaf("whole")}) == {
        "document": Table({"x": Leaf("date")}),
        "x": Leaf("date"),
        "y": Leaf("text"),
        "page": Leaf("whole"),
    }


def test_an_item_adds_its_fields_and_its_name() -> None:
    line = item_kind(parse_expression("lines"), NAMES)
    inside = item_names(NAMES, line, "line", {"position": Leaf("whole")})

    for source in ("name", "line.name", "number", "totals.net", "line.notes[0]", "position"):
        check_reads(parse_expression(source), inside)
    assert refusal(lambda: check_reads(parse_expression("line.nam"), inside)).remedy == "did you mean line.name?"
    assert item_names(NAMES, item_kind(parse_expression("notes"), NAMES))["item"] == Leaf("text")
    note = item_kind(parse_expression("line.notes"), inside)
    assert item_names(inside, note, "note")["note"] == Leaf("text")


@pytest.mark.parametrize(
    ("text", "said", "remedy"),
    [
        ("{totals.payble | money}", "there is no field 'totals.payble'", "did you mean totals.payable?"),
        ("{payable}", "there is no field 'payable'", "did you mean totals.payable?"),
        ("{name}", "there is no field 'name'", "declare it in [data]"),
        ("{sum(lines, 'amount')}", "there is no field 'lines.*.amount'", "declare it in [data]"),
        ("{first(lines).title}", "there is no field 'lines.*.title'", ""),
        ("{'a' if false else nowhere}", "there is no field 'nowhere'", ""),
        ("{t('title.invoice')}", "there is no field 'numbr'", "did you mean"),
        ("{t('title.invoice', numbr=misspelt)}", "there is no field 'misspelt'", ""),
    ],
)
def test_a_text_that_reads_what_there_is_not_is_refused(text: str, said: str, remedy: str) -> None:
    template = parse_template(text, texts=Texts({"title.invoice": "No. {numbr}"}.__getitem__), place="a.toml, line 9")

    fault = refusal(lambda: check_reads(template, NAMES))

    assert fault.code == "E4051"
    assert fault.message.startswith(said)
    assert fault.place == "a.toml, line 9"
    assert fault.remedy.startswith(remedy)


def test_a_text_of_the_language_is_refused_where_the_layout_uses_it() -> None:
    template = parse_template("@title.invoice", texts=Texts({"title.invoice": "No. {numbr}"}.__getitem__))

    assert refusal(lambda: check_reads(template, NAMES)).place == "text title.invoice"
    assert refusal(lambda: check_reads(template, NAMES, place="a.toml, line 9")).place == "a.toml, line 9"


def test_a_text_that_reads_what_there_is_passes() -> None:
    text = "{number} {totals.net | money} {sum(lines, 'net_amount')} {lines[0].name} {payment and payment.account}"

    check_reads(parse_template(text), NAMES)


@pytest.mark.parametrize("source", ["number", "totals", "first(lines)", "lines or notes", "notes[0]"])
def test_only_a_list_of_the_data_can_be_gone_through(source: str) -> None:
    fault = refusal(lambda: item_kind(parse_expression(source), NAMES))

    assert fault.code == "E4053"
    assert fault.remedy == "there are document.notes, lines, notes"
