"""docs/evidence.md says what the checker does."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from mailroom.verify.lives import BY_MACHINE, BY_PERSON, BY_RESULT_FILE, NEXT
from mailroom.verify.runfile import read_run
from mailroom.verify.verdict import INVARIANTS, Notebook
from tests.shared_data import ROOT
from tests.verify.good_run import tell_good_run

PAGE = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")


def code(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_of_run_json_is_one_and_has_every_field_of_a_real_one(tmp_path: Path) -> None:
    example = code("json")
    (tmp_path / "run.json").write_text(example, encoding="utf-8")
    book = Notebook()
    assert read_run(tmp_path, book) is not None, book.findings
    real, shown = tell_good_run(tmp_path).summary(), json.loads(example)
    assert shown.keys() == real.keys()
    assert shown["batches"][0].keys() == real["batches"][0].keys()
    assert shown["pieces"][0].keys() == real["pieces"][0].keys()
    assert shown["machine"].keys() == real["machine"].keys()
    assert shown["journal"].keys() == real["journal"].keys()


def test_the_table_of_lives_is_the_checkers() -> None:
    rows = re.findall(r"^\| ([a-z]+) \| (.* → .*) \|$", PAGE, re.MULTILINE)
    told: dict[str, dict[str, str]] = {}
    for state, steps in rows:
        for step in steps.split("; "):
            event, after = step.split(" → ")
            plain = event.strip("*`")
            told.setdefault(state, {})[plain] = after
            assert (event == f"*{plain}*") == (plain in BY_PERSON), event
            assert (event == f"**{plain}**") == (plain in BY_MACHINE), event
            assert (event == f"`{plain}`") == (plain in BY_RESULT_FILE), event
    assert told == {state: dict(steps) for state, steps in NEXT.items() if steps}


def test_every_invariant_has_its_row() -> None:
    rows = re.findall(r"^\| ([0-9]) \|", PAGE, re.MULTILINE)
    assert rows == list(INVARIANTS)


def test_the_check_by_hand_works(tmp_path: Path) -> None:
    tell_good_run(tmp_path).write()
    recipe = code("sh")
    done = subprocess.run(["sh", "-c", recipe], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
    journal = tmp_path / "journal.jsonl"
    journal.write_text(journal.read_text(encoding="utf-8").replace('"seq": 46', '"seq": 64'), encoding="utf-8")
    done = subprocess.run(["sh", "-c", recipe], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_every_error_of_the_store_is_explained() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "mailroom" / "store").glob("*.py"))
    raised = set(re.findall(r'"(E65[0-9]{2})"', source))
    assert raised == set(re.findall(r"^\| (E65[0-9]{2}) \|", PAGE, re.MULTILINE))
