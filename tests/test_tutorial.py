"""The tutorial of docs/layouts.md, followed to the letter in an empty folder."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.cli.command import call

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "layouts.md").read_text(encoding="utf-8")
TUTORIAL = PAGE[PAGE.index("\n## Ten minutes") : PAGE.index("\n## Reference")]
BLOCK = re.compile(r"^```(\w+)(?: ([^\n(]+?))?( \(at the end\))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A block of the tutorial: what to write into a file, or commands to give."""

    file: str
    appended: bool
    text: str

    def commands(self) -> list[list[str]]:
        """The arguments of `mailroom`, a list for each command."""
        lines = [line.removeprefix("$ ") for line in self.text.splitlines() if line.startswith("$ ")]
        return [shlex.split(line.removeprefix("mailroom ")) for line in lines] if not self.file else []


def steps() -> Iterator[Step]:
    for language, file, appended, text in BLOCK.findall(TUTORIAL):
        assert file or language == "console", f"a block of {language} without a file"
        yield Step(file, bool(appended), text)


def write(step: Step) -> None:
    path = Path(step.file)
    path.parent.mkdir(exist_ok=True)
    before = path.read_text(encoding="utf-8") + "\n" if step.appended else ""
    path.write_text(before + step.text, encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder when the tutorial has been followed to its end; every command must end well."""
    folder = tmp_path_factory.mktemp("tutorial")
    with chdir(folder):
        for step in steps():
            if step.file:
                write(step)
            for command in step.commands():
                answer = call(*command)
                assert answer.code == 0, f"{command}: {answer.out}{answer.err}"
    return folder


def test_the_tutorial_has_files_and_commands() -> None:
    found = list(steps())
    assert {step.file for step in found} == {"", "nord/nord.toml", "nord/logo.svg", "nord/data.json"}
    assert sum(len(step.commands()) for step in found) >= 3


def test_whoever_follows_it_has_pictures_of_a_layout_of_his_own(folder: Path) -> None:
    for name in ("proof", "syd"):
        made = [path.suffix for path in (folder / "nord" / name).rglob("*.*")]
        assert {".png", ".pdf"} <= set(made)


def test_the_layout_says_what_the_tutorial_says_it_does(folder: Path) -> None:
    def said(data: str, language: str) -> str:
        out = folder / f"{Path(data).stem}-{language}"
        with chdir(folder):
            call("layout", "proof", "nord/nord.toml", "--data", data, "--language", language, "--out", str(out))
        return _text_of(out)

    own = said("nord/data.json", "nb")
    for text in ("Prosjekt Quay 7", "Org.nr. 987 654 325", "Havnegata 3, 9008 Tromsø", "Thank you.", "small firm"):
        assert text in own
    data = json.loads((folder / "nord" / "data.json").read_text(encoding="utf-8"))
    del data["document"]["project"]
    (folder / "without.json").write_text(json.dumps(data), encoding="utf-8")
    assert "Prosjekt" not in said("without.json", "nb")
    assert "Project Quay 7" in said("nord/data.json", "en")


def _text_of(folder: Path) -> str:
    sheet = next(path for path in sorted(folder.rglob("*.pdf")) if "proof" not in path.stem)
    text = " ".join(page.extract_text() for page in PdfReader(sheet).pages)
    return re.sub(r"\s+", " ", text)
