"""Layout and envelope files: each mistake is refused where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from layouts.envelope import FOLDER as ENVELOPES
from layouts.envelope import load_envelope
from layouts.errors import LayoutError
from layouts.fonts import FontSet
from layouts.geometry import Box
from layouts.layout import CATALOGUE, load_layout
from layouts.parts import Layout
from layouts.typeset import compile_layout

INVOICE = (CATALOGUE / "invoice.toml").read_text(encoding="utf-8")
C5 = (ENVELOPES / "c5.toml").read_text(encoding="utf-8")


def changed(tmp_path: Path, text: str, old: str, new: str) -> tuple[Path, int]:
    """A file with one place changed, and the number of that line."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    path = tmp_path / "changed.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path, text[: text.index(old)].count("\n") + 1


def test_the_shipped_layout_says_what_its_file_says(layout: Layout) -> None:
    assert (layout.name, layout.width_mm, layout.height_mm) == ("invoice", 210, 297)
    assert layout.address_box() == Box(20, 45, 78, 22.2)
    assert [part.name for part in layout.flow] == ["lines", "adjustments", "summary", "notes"]
    assert len(layout.digest) == 64


def test_a_layout_is_found_by_name_and_by_path(layout: Layout) -> None:
    assert load_layout(CATALOGUE / "invoice.toml") == layout


@pytest.mark.parametrize(
    ("old", "new", "key", "fact"),
    [
        ("format = 2", "format = 9", "format", "format 9 is not known"),
        ("version = 2", "version = 0", "version", "outside 1"),
        ("version = 2", 'version = "one"', "version", "must be a number"),
        ("version = 2", "version = 1.5", "version", "whole number"),
        ('data = "invoice"', 'data = "invoce"', "data", "'invoce', not one of"),
        ("size_pt = 25,", "size_points = 25,", "styles.title", "'size_pt' is missing"),
        ("size_pt = 25,", "size_pt = 250,", "styles.title.size_pt", "outside 4 to 72"),
        ("grey = 0.35 }", "gray = 0.35 }", "styles.sender_lines.gray", "unknown key 'gray'"),
        ('style = "sender" }', 'style = "sendr" }', "boxes.letterhead.texts[0].style", "'sendr', not one of"),
        (
            'head_rule = "line"\nrow_rule',
            'head_rule = "wire"\nrow_rule',
            "flow.lines.head_rule",
            "not one of hair, line",
        ),
        ("max_lines = 6", "max_lines = 9", "boxes.address.max_lines", "9 lines need 33.3 mm"),
        ("value_x_mm = 30", "value_x_mm = true", "boxes.header.value_x_mm", "must be a number"),
        ("value_x_mm = 30", "value_x_mm = 70", "boxes.header.value_x_mm", "outside 0 to 68"),
        ('"@header.issue-date", text =', '"@header.issue-date", txt =', "boxes.header.rows[1]", "'text' is missing"),
        (
            '[flow.lines.columns.vat-rate]\nlabel = "@table.vat-rate"\nx_mm = 136',
            '[flow.lines.columns.vat-rate]\nlabel = "@table.vat-rate"\nx_mm = 130',
            "flow.lines.columns.vat-rate.x_mm",
            "overlaps column 'unit-price'",
        ),
        (
            'label = "@table.amount"\nx_mm = 149\nwidth_mm = 26',
            'label = "@table.amount"\nx_mm = 149\nwidth_mm = 36',
            "flow.lines.columns.amount.width_mm",
            "ends at 185 mm",
        ),
        (
            "x_mm = 58\nwidth_mm = 30",
            "x_mm = 58\nwidth_mm = 31",
            "flow.summary.parts.vat.columns.tax.width_mm",
            "89 mm",
        ),
        ('column = "amount"\nbrought', 'column = "sum"\nbrought', "flow.lines.carry.column", "not one of description"),
        ("x_mm = 102\nwidth_mm = 73", "x_mm = 112\nwidth_mm = 73", "flow.summary.parts.totals.width_mm", "185 mm"),
        ('separator = "  ·  "', 'separator = "  ·  "\ncolour = "red"', "boxes.footer.colour", "unknown key 'colour'"),
        ("gap_above_mm = 3\n", "gap_above_mm = -1\n", "flow.adjustments.gap_above_mm", "outside 0"),
        ('slips = ["plain",', 'slips = ["plane",', "", "can't read plane.toml"),
        (
            'on = "continuation"\nbox = { x_mm = 107',
            'on = "next"\nbox = { x_mm = 107',
            "boxes.running-detail.on",
            "'next'",
        ),
        ('type = "rule"\n', 'type = "ruler"\n', "boxes.footer-rule.type", "'ruler', not one of text, rows"),
    ],
)
def test_a_wrong_value_is_refused_with_file_key_and_line(
    tmp_path: Path, old: str, new: str, key: str, fact: str
) -> None:
    path, line_no = changed(tmp_path, INVOICE, old, new)
    with pytest.raises(LayoutError) as caught:
        load_layout(path)
    assert fact in caught.value.message
    assert caught.value.remedy
    if not key:
        return
    file, line, said_key = caught.value.place.split(", ")
    assert file == "changed.toml"
    assert said_key == key
    # What is missing is told at its table, what stands in a list by the line of its entry.
    assert abs(int(line.removeprefix("line ")) - line_no) <= 3


def test_a_missing_table_names_the_file(tmp_path: Path) -> None:
    path, _ = changed(tmp_path, INVOICE, "[areas]", "[arias]")
    with pytest.raises(LayoutError, match=r"E4012 .* no \[areas\]") as caught:
        load_layout(path)
    assert caught.value.place.startswith("changed.toml")


def test_what_is_no_toml_and_what_is_not_there_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("[styles\n", encoding="utf-8")
    with pytest.raises(LayoutError, match=r"E4011 broken.toml .*line 1"):
        load_layout(path)
    path.write_bytes(b"name = '\xff'\n")
    with pytest.raises(LayoutError, match=r"E4011"):
        load_layout(path)
    with pytest.raises(LayoutError, match=r"E4010 can't read nowhere.toml"):
        load_layout("nowhere")


@pytest.mark.parametrize(
    ("old", "new", "code", "fact"),
    [
        ("box = { x_mm = 122, y_mm = 12,", "box = { x_mm = 122, y_mm = 6,", "E4020", "'letterhead' reaches 2.0 mm"),
        ("first = { x_mm = 20,", "first = { x_mm = 17,", "E4021", "into the clear zone 'marks'"),
        ("box = { x_mm = 20, y_mm = 99.5,", "box = { x_mm = 20, y_mm = 95,", "E4022", "'header' and 'title'"),
        ('font = "light"', 'font = "comic"', "E4014", "'comic'"),
        ('label = "@totals.net"', 'label = "@totals.nett"', "E4015", "totals.nett"),
        ('text = "{recipient.customer}"', 'text = "{recipient.shoe}"', "E4051", "no field 'recipient.shoe'"),
        ('text = "{name}" }', 'text = "{nam}" }', "E4051", "no field 'nam'"),
        ('each = "lines"', 'each = "line"', "E4051", "no field 'line'"),
        ('each = "lines"', 'each = "totals"', "E4053", "is not a list"),
        ('value = "net_amount"', 'value = "net_amount +"', "E4050", "the expression ends"),
        (
            '{vat_rate | percent}" }]\n\n[flow.lines.columns.amount]',
            '{vat_rate | per}" }]\n\n[flow.lines.columns.amount]',
            "E4052",
            "per",
        ),
    ],
)
def test_a_layout_that_reads_well_but_cannot_be_set_is_refused_when_compiled(
    tmp_path: Path, fonts: FontSet, old: str, new: str, code: str, fact: str
) -> None:
    text = INVOICE
    if code == "E4021":
        text = text.replace("continuation = { x_mm = 20,", "continuation = { x_mm = 17,")
    path, _ = changed(tmp_path, text, old, new)
    layout = load_layout(path)
    with pytest.raises(LayoutError) as caught:
        compile_layout(layout, fonts)
    assert caught.value.code == code
    assert fact in caught.value.message


@pytest.mark.parametrize(
    ("old", "new", "key", "fact"),
    [
        ("inside = { width_mm = 227,", "inside = { width_mm = 230,", "inside", "larger than the outside"),
        (
            "y_mm = 42, width_mm = 105, height_mm = 45",
            "y_mm = 42, width_mm = 105, height_mm = 121",
            "window",
            "out of the envelope",
        ),
        ("y_mm = 42, width_mm = 105, height_mm = 45", "y_mm = 99, width_mm = 105, height_mm = 45", "window", "postal"),
        ("folds_mm = [148.5]", "folds_mm = [210, 105]", "folds_mm", "go down the sheet"),
        ("folds_mm = [148.5]", "folds_mm = [200]", "folds_mm", "does not go into 160 mm"),
        ("folds_mm = [148.5]", "folds_mm = ['a']", "folds_mm", "list of numbers"),
        ("max_sheets = 6", "max_sheets = 0", "max_sheets", "outside 1"),
    ],
)
def test_a_wrong_envelope_is_refused_with_file_key_and_line(
    tmp_path: Path, old: str, new: str, key: str, fact: str
) -> None:
    path, line_no = changed(tmp_path, C5, old, new)
    with pytest.raises(LayoutError) as caught:
        load_envelope(path)
    assert fact in caught.value.message
    assert caught.value.place == f"changed.toml, line {line_no}, {key}"
