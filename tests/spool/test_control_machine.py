"""Control files by template: what is written comes back, each job is handed over once, and nothing is lost silently."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spool.control import ControlFile
from spool.control_characters import ENCODINGS, Characters, shipped_table
from spool.control_extras import ControlExtras
from spool.control_machine import machine_file
from spool.control_records import read_records
from spool.control_template import Template
from spool.control_template_file import load_control_template
from spool.control_values import VALUES, Kind, Level, Spot, Told, Totals
from spool.job import SpoolError
from tests.spool.control_pieces import CSV, FIXED, HEADER, PIECE, TWO, batch, template_file

JOB, KEY = 'value = "job", width = 20', 'value = "piece", width = 10'
SELECTS = 'value = "selects", width = 2 | value = "divert", width = 1'


def machine(tmp_path: Path, *records: str, top: str = FIXED, tables: str = "") -> Template:
    return load_control_template(template_file(tmp_path, records, top, tables))


def lines(control: ControlFile, template: Template, extras: ControlExtras | None = None) -> list[str]:
    data = machine_file(control, template, extras or ControlExtras())
    return data.decode(template.python_encoding).split(template.line_end)[:-1]


def refused(control: ControlFile, template: Template, extras: ControlExtras | None = None) -> SpoolError:
    with pytest.raises(SpoolError) as caught:
        machine_file(control, template, extras or ControlExtras())
    assert caught.value.remedy
    return caught.value


# ── known right answers ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_shipped_fixed_length_file_has_its_fields_where_it_says() -> None:
    template = load_control_template("fixed")
    header, first, second, trailer = lines(TWO, template)
    assert header == (
        "HR000001-B01         R000001     20260302063000Fjordkraft Vann               c5          half    0000002"
        "00000003"
    )
    assert first[:46] == "P0000001P00000001           0100200000001" + "05" + "N" + "NN"
    assert first[46:134] == f"{'10042':16}{'0155':10}NO{'Åse Øverås':40}{'Storgata 1':20}"
    assert {len(first), len(second)} == {314}
    assert second[41:46] == "00YNN"
    assert trailer == "TR000001-B01         000000200000003000000020000001"


def test_the_shipped_csv_has_a_line_a_sheet_under_captions() -> None:
    captions, *sheets = lines(TWO, load_control_template("csv"))
    assert captions.startswith("JobId;PieceId;Copy;Order;Sheet;Sheets;Insert1;")
    assert [line.split(";")[1:6] for line in sheets] == [
        ["P00000001", "1", "1", "1", "2"],
        ["P00000001", "1", "1", "2", "2"],
        ["P00000002", "2", "2", "1", "1"],
    ]
    assert sheets[0].endswith(";1;0;1;0;0;0;0;10042;0155;NO;Åse Øverås;Storgata 1;0155 OSLO;;")


def test_records_of_a_piece_stand_before_those_of_its_sheets(tmp_path: Path) -> None:
    template = machine(
        tmp_path,
        f'sheet: constant = "S" | {KEY} | value = "sheet", width = 2 | value = "sheet_place", width = 3',
        f'piece: constant = "P" | {KEY} | value = "sheets", width = 2 | {JOB} | {SELECTS}',
    )
    kinds = [(line[0], line[10:13]) for line in lines(TWO, template)]
    assert [kind for kind, _ in kinds] == ["P", "S", "S", "P", "S"]
    assert [line[11:] for line in lines(TWO, template) if line[0] == "S"] == ["01001", "02002", "01003"]


def test_sheets_stand_in_the_order_in_which_they_are_fed(tmp_path: Path) -> None:
    places = 'value = "sheet", width = 2 | value = "sheet_place", width = 3'
    ends = 'value = "is_first", width = 1 | value = "is_last", width = 1'
    template = machine(tmp_path, f"sheet: {KEY} | {places} | {ends} | {JOB} | {SELECTS}")
    turned = replace(TWO, header=replace(TWO.header, fed_first="last-sheet"))
    assert [line[10:17] for line in lines(TWO, template)] == ["0100110", "0200201", "0100311"]
    assert [line[10:17] for line in lines(turned, template)] == ["0200110", "0100201", "0100311"]


def test_a_trailer_counts_and_seals_what_stands_before_it(tmp_path: Path) -> None:
    template = machine(
        tmp_path,
        f'header: constant = "H" | {JOB} | value = "all_lines", width = 3',
        f'piece: {KEY} | {SELECTS} | value = "line_number", width = 3 | value = "record_number", width = 3',
        'trailer: constant = "T" | value = "pieces", width = 2 | value = "all_sheets", width = 2 | '
        'value = "all_inserts", width = 2 | value = "all_diverts", width = 2 | value = "all_records", width = 2 | '
        'value = "sha256", width = 64',
    )
    header, first, second, trailer = lines(TWO, template)
    assert header.endswith("004")
    assert (first[13:], second[13:]) == ("002001", "003002")
    before = "".join(line + "\n" for line in (header, first, second)).encode("latin-1")
    assert trailer == "T0203020102" + hashlib.sha256(before).hexdigest()


def test_a_number_has_its_base_and_a_moment_its_form(tmp_path: Path) -> None:
    six = replace(PIECE, selects=(2, 4, 5, 6), sheets=255)
    template = machine(
        tmp_path,
        f'piece: {JOB} | {KEY} | value = "selects", width = 8, base = 2 | value = "sheets", width = 3, base = 16 | '
        'value = "sheets", width = 4, base = 8, pad = " " | value = "created", width = 12, form = "%d.%m.%y/%j" | '
        'value = "postcode", width = 2, characters = [2, 3] | value = "previous_copy", width = 2, empty = "--"',
    )
    (line,) = lines(batch(six), template)
    assert line[30:] == "00111010" + "0FF" + " 377" + "02.03.26/061" + "15" + "--"


def test_a_value_too_long_is_refused_or_cut_as_its_field_says(tmp_path: Path) -> None:
    for overlong, expected in (("cut-end", "Stor"), ("cut-start", "ta 1")):
        field = f'value = "line_2", width = 4, overlong = "{overlong}"'
        template = machine(tmp_path, f"piece: {JOB} | {KEY} | {SELECTS} | {field}", top=f'{FIXED}\nmore_texts = "cut"')
        assert lines(TWO, template)[0][33:] == expected
    template = machine(tmp_path, f'piece: {JOB} | {KEY} | {SELECTS} | value = "customer", width = 4')
    error = refused(TWO, template)
    assert error.code == "E6308"
    assert error.message == "'customer' of piece P00000001: '10042' takes 5, the field has 4"
    assert "line 14" in error.place


def test_a_cut_in_utf_8_never_parts_a_character(tmp_path: Path) -> None:
    field = 'value = "line_1", width = 2, overlong = "cut-end"'
    top = FIXED.replace("latin-1", "utf-8") + '\nmore_texts = "cut"'
    template = machine(tmp_path, f"piece: {JOB} | {KEY} | {SELECTS} | {field}", top=top)
    piece = replace(PIECE, lines=("AÅ",))
    (line,) = lines(batch(piece), template)
    assert line[33:] == "A "


# ── characters ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("encoding", "text", "expected"),
    [
        ("ascii", "Åse Øverås", "Ase Overas"),
        ("ascii", "Ærø – Łódź “5 €”", 'AEro - Lodz "5 EUR"'),
        ("ascii", "Zo\u0065\u0308 Straße", "Zoe Strasse"),
        ("latin-1", "Ærø – Łódź €", "Ærø - Lódz EUR"),
        ("cp1252", "Ærø – Łódź €", "Ærø – Lódz €"),
        ("utf-8", "Ærø – Łódź €", "Ærø – Łódź €"),
        ("ascii", "ﬁn ½", None),
        ("ascii", "Γιώργος", None),
        ("utf-8", "a\nb", None),
        ("utf-8", "a\u2028b", None),
        ("latin-1", "a\u0085b", None),
    ],
)
def test_what_an_encoding_lacks_is_written_by_the_table_or_not_at_all(
    encoding: str, text: str, expected: str | None
) -> None:
    assert Characters(encoding, "transliterate", shipped_table()).fitted(text) == expected
    if expected != text:
        assert Characters(encoding, "refuse", shipped_table()).fitted(text) is None
        assert Characters(encoding, "transliterate", shipped_table()).fitted(text, exact=True) is None


def test_a_character_that_nothing_is_written_for_can_become_a_question_mark() -> None:
    assert Characters("ascii", "substitute", shipped_table()).fitted("Γ Ø") == "? O"


def test_a_template_may_write_a_letter_as_its_country_does(tmp_path: Path) -> None:
    top = FIXED.replace("latin-1", "ascii") + '\nlacking = "transliterate"\nmore_texts = "cut"'
    template = machine(
        tmp_path,
        f'piece: {JOB} | {KEY} | {SELECTS} | value = "line_1", width = 12',
        top=top,
        tables='[characters]\n"Å" = "Aa"',
    )
    assert lines(TWO, template)[0][33:] == "Aase Overas "


def test_a_character_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    template = machine(tmp_path, f'piece: {JOB} | {KEY} | {SELECTS} | value = "customer", width = 9')
    error = refused(batch(replace(PIECE, customer="12Ω")), template)
    assert "'Ω' (U+03A9 GREEK CAPITAL LETTER OMEGA) can't be written in latin-1" in error.message


@given(text=st.text(max_size=20), encoding=st.sampled_from(list(ENCODINGS)), substitute=st.booleans())
def test_what_is_written_is_always_in_the_encoding_and_on_one_line(text: str, encoding: str, substitute: bool) -> None:
    characters = Characters(encoding, "substitute" if substitute else "transliterate", shipped_table())
    fitted = characters.fitted(text)
    if fitted is None:
        assert not characters.has(text)
        assert not substitute
        assert characters.first_lacking(text)
        return
    fitted.encode(ENCODINGS[encoding])
    assert len(fitted.splitlines()) <= 1
    assert fitted == text or not characters.has(text)


# ── nothing is lost silently ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "fact"),
    [
        (
            'value = "divert", width = 1',
            "asks for an insert of feeder 1, and the template machine has no field 'select_1'",
        ),
        ('value = "selects", width = 2', "is to be diverted, and the template machine has no field 'divert'"),
        (f'{SELECTS} | value = "line_1", width = 20', "has 3 lines, 1 are told, and the template machine has no"),
    ],
)
def test_an_order_that_the_template_has_no_field_for_is_refused(tmp_path: Path, fields: str, fact: str) -> None:
    error = refused(TWO, machine(tmp_path, f"piece: {JOB} | {KEY} | {fields}"))
    assert error.code == "E6308"
    assert fact in error.message


def test_a_text_that_begins_with_what_fills_its_field_is_refused(tmp_path: Path) -> None:
    field = 'value = "customer", width = 9, align = "right", pad = "0"'
    template = machine(tmp_path, f"piece: {JOB} | {KEY} | {SELECTS} | {field}")
    assert lines(TWO, template)[0][33:] == "000010042"
    assert "can't be told from what fills the field" in refused(batch(replace(PIECE, customer="007")), template).message


def test_a_value_that_the_template_needs_must_be_told(tmp_path: Path) -> None:
    template = machine(tmp_path, f'piece: {JOB} | {KEY} | {SELECTS} | value = "message", width = 9, needed = true')
    assert "nobody told it" in refused(TWO, template).message
    told = ControlExtras(pieces={one.piece: {"message": "Read me"} for one in TWO.pieces})
    assert [line[33:] for line in lines(TWO, template, told)] == ["Read me  ", "Read me  "]


@pytest.mark.parametrize(
    ("extras", "fact"),
    [
        (ControlExtras(pieces={"P9": {}}), "The batch has no piece P9"),
        (ControlExtras(pieces={"P00000001": {"mesage": "x"}}), "There is no extra 'mesage' here"),
        (ControlExtras(pieces={"P00000001": {"due": "2026-03-03T00:00:00Z"}}), "There is no extra 'due' here"),
        (ControlExtras(job={"message": "x"}), "There is no extra 'message' here"),
        (ControlExtras(job={"client": "x"}), "There is no extra 'client' here"),
        (ControlExtras(pieces={"P00000001": {"audit": 1}}), "'audit' is a flag, not 1"),
        (ControlExtras(pieces={"P00000001": {"subset": True}}), "'subset' is a number, not True"),
    ],
)
def test_extras_that_nobody_knows_are_refused(extras: ControlExtras, fact: str) -> None:
    error = refused(TWO, load_control_template("fixed"), extras)
    assert (error.code, error.message) == ("E6308", fact)


def test_a_delimiter_in_a_value_is_refused_where_nothing_is_quoted(tmp_path: Path) -> None:
    record = 'piece: value = "job" | value = "piece" | value = "customer" | value = "selects" | value = "divert"'
    control = batch(replace(PIECE, customer='1;"2'))
    template = machine(tmp_path, record, top=CSV, tables='[csv]\nquoting = "none"')
    assert "a value holds the delimiter" in refused(control, template).message
    assert lines(batch(replace(PIECE, customer='1"2')), template) == ['R000001-B01;P00000001;1"2;5;0']
    template = machine(tmp_path, record, top=CSV)
    assert lines(control, template) == ['R000001-B01;P00000001;"1;""2";5;0']


def test_a_control_file_that_contradicts_itself_is_not_written_in_any_layout() -> None:
    wrong = replace(TWO, header=replace(TWO.header, sheets=7))
    assert refused(wrong, load_control_template("fixed")).code == "E6302"
    assert refused(replace(TWO, header=replace(TWO.header, job="a/b")), load_control_template("csv")).code == "E6301"


def test_a_line_is_read_as_what_it_is_though_another_record_would_part_a_character(tmp_path: Path) -> None:
    top = FIXED.replace("latin-1", "utf-8") + '\nmore_texts = "cut"'
    template = machine(
        tmp_path,
        f'piece: constant = "P" | {JOB} | {KEY} | {SELECTS} | value = "line_1", width = 12',
        f'sheet: constant = "S" | {KEY} | value = "line_1", width = 12 | {JOB} | {SELECTS}',
        top=top,
    )
    # A piece's job would end behind byte 21 of a sheet's line: in the middle of a letter there.
    control = batch(replace(PIECE, lines=("Aæåæåæ",)))
    records = read_records(machine_file(control, template), template, "file")
    assert [record.per.value for record in records] == ["piece", "sheet", "sheet"]
    assert {record.values["line_1"] for record in records} == {"Aæåæåæ"}


# ── any template, any values ──────────────────────────────────────────────────────────────────────────────────────

_LETTERS = {"ascii": "AZaz 09;,\"'|\\", "latin-1": 'AøÅß ;"', "cp1252": '€–Ž ø,"', "utf-8": 'Łø€Γ字 ;"\u0301'}
_KEYS = st.from_regex(r"[A-Z][A-Za-z0-9._-]{0,8}", fullmatch=True)
_FREE = [name for name in VALUES if name not in ("job", "piece", "selects", "divert", "sha256")]


@st.composite
def controls(draw: st.DrawFn, encoding: str) -> tuple[ControlFile, ControlExtras]:
    text = st.text(_LETTERS[encoding], max_size=9)
    pieces = [
        replace(
            PIECE,
            piece=key,
            copy=2,
            sheets=draw(st.integers(1, 4)),
            selects=tuple(sorted(draw(st.sets(st.integers(1, 6))))),
            divert=draw(st.booleans()),
            customer=draw(text),
            lines=tuple(draw(st.lists(text, max_size=9))),
            postcode=draw(text),
            documents=tuple(draw(st.lists(text, max_size=9))),
            previous_copy=draw(st.sampled_from([None, 1])),
        )
        for key in draw(st.lists(_KEYS, unique=True, max_size=4))
    ]
    moment = st.datetimes(timezones=st.just(timezone(timedelta(hours=1)))).map(lambda one: one.isoformat())
    facts = {Kind.TEXT: text, Kind.NUMBER: st.integers(0, 999), Kind.FLAG: st.booleans(), Kind.MOMENT: moment}

    def told(level: Level) -> dict[str, Any]:
        names = draw(
            st.sets(st.sampled_from([n for n, v in VALUES.items() if v.extra and v.level is level]), max_size=5)
        )
        return {name: draw(facts[VALUES[name].kind]) for name in sorted(names)}

    header = replace(HEADER, job=draw(_KEYS), client=draw(text), created=draw(moment))
    extras = ControlExtras(told(Level.JOB), {piece.piece: told(Level.PIECE) for piece in pieces})
    return batch(*pieces, header=header), extras


def _field(draw: st.DrawFn, name: str, fixed: bool) -> str:
    kind = VALUES[name].kind
    field = f'value = "{name}"'
    if fixed:
        field += f", width = {draw(st.integers(66, 70))}"
    if kind is Kind.NUMBER:
        field += f", base = {draw(st.sampled_from([2, 8, 10, 16]))}"
        field += draw(st.sampled_from(["", ', align = "left", pad = " "', ', pad = " "'])) if fixed else ""
    if kind is Kind.FLAG:
        field += draw(st.sampled_from(["", ', true = "Yes", false = "No"', ', true = "X", false = ""']))
    if kind in (Kind.TEXT, Kind.MOMENT) and fixed:
        field += draw(st.sampled_from(["", ', align = "right"']))
    return field


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, list[str], str, ControlFile, ControlExtras]:
    fixed = draw(st.booleans())
    encoding = draw(st.sampled_from(list(_LETTERS)))
    control, extras = draw(controls(encoding))
    names = draw(st.lists(st.sampled_from(_FREE), max_size=12, unique=True))
    level = {per: [name for name in names if VALUES[name].level in allowed] for per, allowed in _ALLOWED.items()}
    records = [f'header: constant = "H" | {_joined(draw, ["job", *level["header"]], fixed)}']
    for per in draw(st.sampled_from([["piece"], ["sheet"], ["piece", "sheet"]])):
        named = ["piece", "selects", "divert", *level[per]]
        records.append(f'{per}: constant = "{per[0]}" | {_joined(draw, named, fixed)}')
    records.append(f'trailer: constant = "T" | {_joined(draw, ["sha256", *level["header"]], fixed)}')
    end = draw(st.sampled_from(["lf", "crlf", "cr"]))
    top = f'layout = "{"fixed" if fixed else "csv"}"\nencoding = "{encoding}"\nline_end = "{end}"\nmore_texts = "cut"'
    quoting = draw(st.sampled_from(["needed", "all"]))
    tables = "" if fixed else f'[csv]\ndelimiter = "{draw(st.sampled_from([";", ",", "|"]))}"\nquoting = "{quoting}"'
    return top, records, tables, control, extras


_ALLOWED = {
    "header": (Level.JOB,),
    "piece": (Level.JOB, Level.PIECE),
    "sheet": (Level.JOB, Level.PIECE, Level.SHEET),
}


def _joined(draw: st.DrawFn, names: list[str], fixed: bool) -> str:
    return " | ".join(_field(draw, name, fixed) for name in names)


def _expected(name: str, told: Told, fixed: bool) -> Told:
    kind = VALUES[name].kind
    if kind in (Kind.NUMBER, Kind.FLAG):
        return told
    text = "" if told is None else str(told)
    return text.strip(" ") if fixed else text


@given(case=cases())
@settings(deadline=None, max_examples=60)
def test_records_of_any_template_come_back_as_they_were_written(
    case: tuple[str, list[str], str, ControlFile, ControlExtras], tmp_path_factory: pytest.TempPathFactory
) -> None:
    top, forms, tables, control, extras = case
    folder = tmp_path_factory.mktemp("machine")
    template = load_control_template(template_file(folder, forms, top, tables))
    data = machine_file(control, template, extras)
    fixed = 'layout = "fixed"' in top
    records = read_records(data, template, "file")
    totals = Totals.of(
        control,
        per_piece=any(form.startswith("piece") for form in forms),
        per_sheet=any(form.startswith("sheet") for form in forms),
        around=2,
    )
    assert len(records) == totals.lines
    spots = {piece.piece: piece for piece in control.pieces}
    body = 0
    seen: dict[str, int] = {}
    for number, record in enumerate(records, start=1):
        spot = Spot(control.header, totals, extras, line=number)
        if "piece" in record.values:
            body += 1
            key = str(record.values["piece"])
            spot.piece, spot.record = spots[key], body
            if record.per.value == "sheet":
                spot.fed = seen[key] = seen.get(key, 0) + 1
        for name, told in record.values.items():
            if name != "sha256":
                found = told.strip(" ") if fixed and isinstance(told, str) else told
                due = _expected(name, VALUES[name].take(spot), fixed)
                # A flag that nobody told looks like one whose "false" is nothing.
                assert found == due or (due is None and found is False and re.search('false = ""', str(forms)))
    assert body == totals.records
    end = template.line_end.encode()
    before = data[: data[: -len(end)].rindex(end) + len(end)]
    assert records[-1].values["sha256"] == hashlib.sha256(before).hexdigest()
