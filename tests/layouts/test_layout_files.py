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
    assert layout.address.box == Box(20, 45, 78, 22)
    assert layout.table.columns[0].source == "description"
    assert len(layout.digest) == 64


def test_a_layout_is_found_by_name_and_by_path(layout: Layout) -> None:
    assert load_layout(CATALOGUE / "invoice.toml") == layout


@pytest.mark.parametrize(
    ("old", "new", "key", "fact"),
    [
        ("format = 1", "format = 9", "format", "format 9 is not known"),
        ("version = 1", "version = 0", "version", "outside 1"),
        ("version = 1", 'version = "one"', "version", "must be a number"),
        ("version = 1", "version = 1.5", "version", "whole number"),
        ("size_pt = 25,", "size_points = 25,", "styles.title", "'size_pt' is missing"),
        ("size_pt = 25,", "size_pt = 250,", "styles.title.size_pt", "outside 4 to 72"),
        ("grey = 0.35 }", "gray = 0.35 }", "styles.sender_lines.gray", "unknown key 'gray'"),
        ('name_style = "sender"', 'name_style = "sendr"', "letterhead.name_style", "'sendr', not one of"),
        ('head_rule = "line"', 'head_rule = "wire"', "table.head_rule", "not one of hair, line, heavy"),
        ("max_lines = 6", "max_lines = 9", "address.max_lines", "9 lines need 33.3 mm"),
        ("value_x_mm = 30", "value_x_mm = true", "header.value_x_mm", "must be a number"),
        (
            'source = "recipient.customer"',
            'source = "recipient.shoe"',
            "header.rows[3].source",
            "not one of",
        ),
        ('source = "vat-rate", label', 'source = "vatrate", label', "table.columns[4].source", "not one of"),
        ("x_mm = 136, width_mm = 13,", "x_mm = 130, width_mm = 13,", "table.columns[4].x_mm", "overlaps column"),
        ("x_mm = 149, width_mm = 26,", "x_mm = 149, width_mm = 36,", "table.columns[5].width_mm", "ends at 185 mm"),
        ("x_mm = 58, width_mm = 30,", "x_mm = 58, width_mm = 31,", "summary.vat.columns[2].width_mm", "ends at 89"),
        (
            '    { source = "amount", label = "table.amount", x_mm = 149, width_mm = 26, align = "right" },\n',
            "",
            "table.columns",
            "'amount' exactly once",
        ),
        ("size_mm = 36,", "size_mm = 46,", "payment.code.size_mm", "reaches out"),
        ("page_width_mm = 25", 'page_width_mm = 25\ncolour = "red"', "footer.colour", "unknown key 'colour'"),
        ("paragraph_gap_mm = 1.2", "paragraph_gap_mm = -1", "notes.paragraph_gap_mm", "outside 0"),
    ],
)
def test_a_wrong_value_is_refused_with_file_key_and_line(
    tmp_path: Path, old: str, new: str, key: str, fact: str
) -> None:
    path, line_no = changed(tmp_path, INVOICE, old, new)
    with pytest.raises(LayoutError) as caught:
        load_layout(path)
    assert fact in caught.value.message
    file, line, said_key = caught.value.place.split(", ")
    assert file == "changed.toml"
    assert said_key == key
    # A list is named by the line it begins on, a key added after another by its own line.
    assert abs(int(line.removeprefix("line ")) - line_no) <= (6 if old.startswith("    {") else 1)
    assert caught.value.remedy


def test_a_missing_table_names_the_file(tmp_path: Path) -> None:
    path, _ = changed(tmp_path, INVOICE, "[running]", "[walking]")
    with pytest.raises(LayoutError, match=r"E4013 'running' is missing") as caught:
        load_layout(path)
    assert caught.value.place == "changed.toml"


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
        ("first = { x_mm = 20,", "first = { x_mm = 17,", "E4021", "'table' touches"),
        ("box = { x_mm = 20, y_mm = 99.5,", "box = { x_mm = 20, y_mm = 95,", "E4022", "'header' and 'title'"),
        ('font = "light"', 'font = "comic"', "E4014", "'comic'"),
        ('label = "totals.net"', 'label = "totals.nett"', "E4015", "totals.nett"),
    ],
)
def test_a_layout_that_reads_well_but_cannot_be_set_is_refused_when_compiled(
    tmp_path: Path, fonts: FontSet, old: str, new: str, code: str, fact: str
) -> None:
    text = INVOICE
    if code == "E4021":
        text = text.replace("continuation = { x_mm = 20,", "continuation = { x_mm = 17,")
        fact = "into the clear zone 'marks'"
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
