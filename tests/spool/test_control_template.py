"""Templates of machines' files: shipped ones load, and what is wrong with one is told with file, line and key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spool.control_template import Layout, Per
from spool.control_template_file import FOLDER, load_control_template
from spool.control_values import VALUES, Level
from spool.job import SpoolError
from spool.results import RESULT, Status, load_result_template
from tests.spool.control_pieces import CSV, FIXED, template_file

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "control-file.md"
JOB, KEY = 'value = "job", width = 20', 'value = "piece", width = 10'


@pytest.mark.parametrize("name", ["fixed", "csv"])
def test_shipped_templates_of_control_files_load(name: str) -> None:
    template = load_control_template(name)
    assert template.layout is Layout(name)
    assert {"job", "piece", "copy", "sheets", "divert"} <= template.values


@pytest.mark.parametrize("name", ["results-fixed", "results-csv"])
def test_shipped_templates_of_results_map_to_every_status_and_end_with_a_count(name: str) -> None:
    template = load_result_template(name)
    assert set(template.statuses.values()) == {status.value for status in Status}
    (trailer,) = template.of(Per.TRAILER)
    assert "pieces" in trailer.values


def test_no_shipped_template_is_left_untried() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == {
        *("fixed", "csv", "results-fixed", "results-csv"),
        "characters",
    }


PIECE = f"piece: {JOB} | {KEY}"
ALIKE = 'piece: constant = "A" | value = "piece"'
WRONG: list[tuple[str, list[str], str, str, str]] = [
    ('layout = "tape"', [PIECE], "", "'layout' is 'tape'", "line 2, layout"),
    (FIXED.replace("latin-1", "ebcdic"), [PIECE], "", "'encoding' is 'ebcdic'", "line 3, encoding"),
    (FIXED.replace('"lf"', '"nl"'), [PIECE], "", "'line_end' is 'nl'", "line 4, line_end"),
    (f'{FIXED}\nsuffix = "../x"', [PIECE], "", "'suffix' must be a dot", "line 5, suffix"),
    (f"{FIXED}\nwidth = 3", [PIECE], "", "unknown key 'width'", "line 5, width"),
    (FIXED, [PIECE], '[characters]\nab = "c"', "'ab' is not one character", "line 6, characters.ab"),
    (FIXED, [PIECE], '[characters]\na = "\\n"', "holds what ends a line", "line 6, characters.a"),
    (CSV, [PIECE], '[csv]\ndelimiter = ";;"', "must be one ASCII character", "line 6, csv.delimiter"),
    (CSV, [PIECE], '[csv]\ndelimiter = "\\""', "the same character", "line 5, csv.quote"),
    (
        CSV,
        [PIECE, 'trailer: constant = "T"'],
        "[csv]\ncaptions = true",
        "one kind of record only",
        "line 5, csv",
    ),
    (FIXED, [f"sheets: {JOB}"], "", "'per' is 'sheets'", "line 8, records[0].per"),
    (FIXED, [f"piece: {JOB}"], "", "no field holds 'piece'", "line 9, records[0].fields"),
    (FIXED, [f'piece: {JOB} | value = "piece"'], "", "'width' is missing", "line 11, records[0].fields[1]"),
    (FIXED, [f'piece: {JOB} | value = "weigth", width = 2'], "", "'value' is 'weigth'", "line 11"),
    (FIXED, [f"header: {KEY}", PIECE], "", "'piece' has no meaning in a record for each header", "line 10"),
    (FIXED, [f'{PIECE} | value = "sheet", width = 3'], "", "no meaning in a record for each piece", "line 12"),
    (FIXED, [f'{PIECE} | value = "sha256", width = 64'], "", "place it in a record per trailer", "line 12"),
    (FIXED, [f"{PIECE}, at = 20"], "", "the field begins at 21", "line 11"),
    (FIXED, [f'{PIECE}, overlong = "cut-end"'], "", "'piece' is never cut: it says who", "line 11"),
    (FIXED, [f"{PIECE}, characters = [1, 2]"], "", "'piece' is never cut", "line 11"),
    (FIXED, [f'{PIECE} | value = "sheets", width = 3, overlong = "cut-end"'], "", "it is no text", "line 12"),
    (FIXED, [f'{PIECE} | value = "sheets", width = 3, base = 12'], "", "not 12", "line 12"),
    (FIXED, [f'{PIECE} | value = "sheets", width = 3, pad = "9"'], "", "makes another number", "line 12"),
    (FIXED, [f'{PIECE} | value = "sheets", width = 3, align = "left"'], "", "'0' at the right", "line 12"),
    (FIXED, [f'{PIECE} | value = "divert", width = 1, true = "Y", false = "Y"'], "", "written alike", "line 12"),
    (FIXED, [f'{PIECE} | value = "divert", width = 1, true = "YES"'], "", "3 characters stand in a field", "line 12"),
    (FIXED, [f'{PIECE} | value = "created", width = 9, form = "%d %B"'], "", "no form of a moment", "line 12"),
    (FIXED, [f'{PIECE} | value = "postcode", width = 9, characters = [3, 2]'], "", "first and last", "line 12"),
    (FIXED, [f'{PIECE} | constant = "Ł", width = 9'], "", "can't be written in latin-1", "line 12"),
    (FIXED, [f'{PIECE} | constant = "ABC", width = 2'], "", "outside 3 to 4096", "line 12"),
    (CSV, ['piece: value = "job", pad = "0" | value = "piece"'], "", "without a width can't be filled", "line 10"),
    (FIXED, [PIECE, f"sheet: {JOB} | {KEY}"], "", "a record per piece looks like one per sheet", "line 9"),
    (CSV, [ALIKE, 'trailer: value = "job" | constant = "A"'], "", "looks like one per trailer", "line 9"),
    (FIXED, ['trailer: constant = "T"', PIECE], "", "per piece stands behind one per trailer", "line 14"),
]


@pytest.mark.parametrize(("top", "records", "tables", "fact", "place"), WRONG)
def test_what_is_wrong_with_a_template_is_told_with_file_line_and_key(
    top: str, records: list[str], tables: str, fact: str, place: str, tmp_path: Path
) -> None:
    with pytest.raises(SpoolError) as caught:
        load_control_template(template_file(tmp_path, records, top, tables))
    error = caught.value
    told = error.message + error.remedy
    assert error.code == "E6307"
    assert fact in told
    assert error.place.startswith("machine.toml, ")
    assert place in error.place
    assert error.remedy


def test_a_template_that_is_not_there_is_refused() -> None:
    with pytest.raises(SpoolError, match=r"E6307 can't read nowhere\.toml"):
        load_control_template("nowhere")


def test_records_of_one_length_are_told_apart_by_a_constant_in_one_place(tmp_path: Path) -> None:
    records = [f'piece: constant = "P" | {JOB} | {KEY}', f'sheet: constant = "S" | {JOB} | {KEY}']
    assert len(load_control_template(template_file(tmp_path, records, FIXED)).records) == 2


def test_a_result_template_needs_statuses_that_are_ours(tmp_path: Path) -> None:
    records = [f'{PIECE} | value = "status", width = 2']
    with pytest.raises(SpoolError, match="E6307 'statuses' is missing"):
        load_result_template(template_file(tmp_path, records, FIXED))
    with pytest.raises(SpoolError, match="E6307 no status of the machine"):
        load_result_template(template_file(tmp_path, records, FIXED, "[statuses]"))
    with pytest.raises(SpoolError, match="E6307 '7' is 'eaten', not one of stacked") as caught:
        load_result_template(template_file(tmp_path, records, FIXED, '[statuses]\n7 = "eaten"'))
    assert "line 6, statuses.7" in caught.value.place


def told(set_name: str) -> set[str]:
    """The names in the first column of a table of the guide; "x_1 … x_3" are three."""
    text = GUIDE.read_text(encoding="utf-8")
    match = re.search(rf"<!-- set: {set_name} -->\n(.*?)\n<!-- end -->", text, re.DOTALL)
    assert match, f"no table {set_name}"
    names: set[str] = set()
    for row in match[1].splitlines()[2:]:
        cell = row.split("|")[1]
        for first, last in re.findall(r"`(\w+)`(?: … `(\w+)`)?", cell):
            most = int(re.findall(r"\d+", last)[0]) if last else 1
            names |= {first.replace("1", str(number), 1) if last else first for number in range(1, most + 1)}
    return names


def test_the_guide_tells_every_value_and_no_other() -> None:
    assert told("values") == {name for name, value in VALUES.items() if not value.extra}
    assert told("extras") == {name for name, value in VALUES.items() if value.extra}
    assert told("results") == set(RESULT.kinds)
    assert told("statuses") == {status.value for status in Status}


def test_the_guide_says_of_each_extra_whether_it_is_the_jobs() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    for name in ("due", "envelope_material"):
        assert VALUES[name].level is Level.JOB
        assert re.search(rf"\| `{name}` \| job \|", text)


def test_the_template_of_the_guide_is_one(tmp_path: Path) -> None:
    match = re.search(r"```toml machine\.toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert match
    path = tmp_path / "machine.toml"
    path.write_text(match[1], encoding="utf-8")
    template = load_control_template(path)
    assert [record.per for record in template.records] == [Per.HEADER, Per.PIECE, Per.TRAILER]
