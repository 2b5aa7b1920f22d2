"""The reference of layouts and envelopes says what the readers read: no key, function, code or rule more or less."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from layouts.codes.encode import SYMBOLOGIES
from layouts.envelope import FOLDER as ENVELOPES
from layouts.envelope import load_envelope
from layouts.finding import RULES
from layouts.language.formats import FORMATS
from layouts.language.functions import FUNCTIONS
from layouts.language.schema import TYPES
from layouts.remittance.functions import FUNCTIONS as REMITTANCE
from layouts.remittance.scheme import CONDITIONS, SLIPS
from layouts.variants import TRAITS
from layouts.visibility import address_box, exposures

ROOT = Path(__file__).resolve().parent.parent
LAYOUTS = ROOT / "layouts"
PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("layouts.md", "envelopes.md")}
PAYMENT = (ROOT / "docs" / "payment-parts.md").read_text(encoding="utf-8")
READERS = ("layout.py", "blockfile.py", "variants.py", "envelope.py")
GETTERS = frozenset(
    {
        "text",
        "texts",
        "number",
        "numbers",
        "whole",
        "truth",
        "choice",
        "table",
        "tables",
        "box",
        "has",
        "peek",
        "scalar",
    }
)
HELPERS = frozenset({"source", "_style", "_items", "_align", "rule", "_size"})
_OF = {"envelope.py": "@envelope"}
MARKED = re.compile(r"<!-- keys: ([^>]+?) -->\n(\|.*?)(?=\n\n|\n[^|])", re.DOTALL)


def keys_read() -> dict[str, set[str]]:
    """What each function of the readers reads from each of its tables: "_item.item" → {"text", "style", …}."""
    found: dict[str, set[str]] = {}
    for file in READERS:
        tree = ast.parse((LAYOUTS / file).read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for call in ast.walk(function):
                    for table, key in _read_by(call):
                        found.setdefault(f"{function.name}.{table}{_OF.get(file, '')}", set()).add(key)
    return found


def _read_by(call: ast.AST) -> list[tuple[str, str]]:
    if not isinstance(call, ast.Call):
        return []
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in HELPERS and len(call.args) > 1:
        table, key = call.args[0], call.args[1]
    elif isinstance(call.func, ast.Attribute) and name in GETTERS and call.args:
        table, key = call.func.value, call.args[0]
    else:
        return []
    if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
        return []
    return [(table.attr if isinstance(table, ast.Attribute) else getattr(table, "id", ""), key.value)]


def documented(table: str) -> set[str]:
    """The keys in the first column of a table."""
    rows = [row.split("|")[1] for row in table.splitlines()[2:]]
    return {key for row in rows for key in re.findall(r"`([\w-]+)`", row)}


def in_set(page: str, name: str) -> str:
    """What stands between the marks of a set."""
    match = re.search(rf"<!-- set: {name} -->\n(.*?)\n<!-- end -->", page, re.DOTALL)
    assert match, f"no set {name}"
    return match[1]


def quoted(page: str, name: str) -> set[str]:
    """The names in backticks, without arguments."""
    return {re.split(r"\W", said)[0] for said in re.findall(r"`([^`]+)`", in_set(page, name))}


TABLES = [(page, marks, table) for page, text in PAGES.items() for marks, table in MARKED.findall(text)]


@pytest.mark.parametrize(("page", "marks", "table"), TABLES, ids=[f"{page}: {marks}" for page, marks, _ in TABLES])
def test_a_table_of_keys_says_all_that_its_reader_reads_and_nothing_else(page: str, marks: str, table: str) -> None:
    read = keys_read()
    unknown = [mark for mark in marks.split() if mark not in read]
    assert not unknown, f"{page}: no reader {unknown}"
    assert documented(table) == set().union(*(read[mark] for mark in marks.split()))


def test_every_reader_of_a_file_has_a_table() -> None:
    told = {mark for _, marks, _ in TABLES for mark in marks.split()}
    assert {mark for mark in keys_read() if not mark.endswith(".")} - told <= LEFT_OUT


LEFT_OUT = {
    # What asks whether a key is there, or reads it once more; tables whose keys are names; sizes, which are told with
    # the key that has them.
    *("trait_values.root", "trait_values.variant", "_is_for.variant", "chosen.root", "_read.root", "rule.part"),
    *("_style.part", "_size.part@envelope", "address_fields.root@envelope", "address_fields.part@envelope"),
}


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("traits", set(TRAITS)),
        ("types", set(TYPES)),
        ("formats", set(FORMATS)),
        ("rules", set(RULES)),
    ],
)
def test_a_list_of_names_is_complete(name: str, known: set[str]) -> None:
    said = in_set(PAGES["layouts.md"], name)
    assert set(re.findall(r"`([\w-]+)", said)) - {"long", "short", "medium", "full", "iso"} == known


def test_every_function_is_told_and_no_other() -> None:
    assert quoted(PAGES["layouts.md"], "functions") - {"otherwise"} == {*FUNCTIONS, "is_kid"}
    rows = [row.split("|")[1] for row in in_set(PAYMENT, "functions").splitlines()[2:]]
    assert set(re.findall(r"`(\w+)\(", " ".join(rows))) == set(REMITTANCE)


def test_every_code_is_told_with_its_options() -> None:
    rows = [row.split("|")[1:3] for row in in_set(PAGES["layouts.md"], "codes").splitlines()[2:]]
    said = {
        code: set(re.findall(r"`(\w+)`", options)) for codes, options in rows for code in re.findall(r"`(\w+)`", codes)
    }
    assert said == {name: set(symbology.options) for name, symbology in SYMBOLOGIES.items()}


def test_every_block_is_told() -> None:
    source = (LAYOUTS / "blockfile.py").read_text(encoding="utf-8")
    kinds = set(re.findall(r'^            "(\w+)": self\._\w+,$', source, re.MULTILINE))
    assert len(kinds) > 7
    assert quoted(PAGES["layouts.md"], "blocks") == kinds
    assert kinds <= set(re.findall(r"^#### (\w+)$", PAGES["layouts.md"], re.MULTILINE))


def test_every_error_is_told_and_no_other() -> None:
    raised = {
        code for file in LAYOUTS.rglob("*.py") for code in re.findall(r'"(E40\d\d)"', file.read_text(encoding="utf-8"))
    }
    said = re.findall(r"E40\d\d", in_set(PAGES["layouts.md"], "errors"))
    assert sorted(said) == sorted(raised)


def test_every_slip_and_every_condition_of_the_choice_is_told() -> None:
    rows = [row.split("|")[1] for row in in_set(PAYMENT, "slips").splitlines()[2:]]
    assert {row.strip(" `") for row in rows} == set(SLIPS)
    assert set(re.findall(r"`([\w-]+)`", in_set(PAYMENT, "conditions"))) == set(CONDITIONS)


def envelope_row(name: str) -> str:
    """What the table says of one envelope."""
    envelope = load_envelope(name)
    shows, (across_mm, up_mm) = address_box(envelope), envelope.play_mm()
    seen = next(exposure.box for exposure in exposures(envelope) if exposure.side == "front")
    at_right = seen.right_mm > envelope.sheet_width_mm - 20
    free = f"left of {seen.x_mm:.4g}" if at_right else f"right of {seen.right_mm:.4g}"
    return (
        f"| `{name}` | {envelope.title} | {envelope.fold} | {across_mm:.3g}, {up_mm:.3g} "
        f"| {shows.x_mm:.4g}, {shows.y_mm:.4g}, {shows.width_mm:.4g} × {shows.height_mm:.4g} "
        f"| {free}, below {seen.bottom_mm:.4g} |"
    )


def envelope_table() -> str:
    head = "| | | fold | play | shows | free |\n|---|---|---|---|---|---|"
    return "\n".join([head, *(envelope_row(path.stem) for path in sorted(ENVELOPES.glob("*.toml")))])


def test_the_table_of_envelopes_is_what_the_files_say() -> None:
    match = re.search(r"<!-- envelopes -->\n(.*?)\n<!-- end -->", PAGES["envelopes.md"], re.DOTALL)
    assert match
    assert match[1] == envelope_table()


def test_the_example_of_an_envelope_can_be_loaded(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGES["envelopes.md"], re.DOTALL)
    file = tmp_path / "own-c5.toml"
    file.write_text(example, encoding="utf-8")
    assert load_envelope(file).name == "own-c5"


def test_shipped_files_are_told_by_name() -> None:
    page = PAGES["layouts.md"].partition("\n## ")[0]
    for folder in ("catalogue", "sheets", "texts"):
        for file in (LAYOUTS / folder).glob("*.toml"):
            assert f"`{file.stem}`" in page, file.name
