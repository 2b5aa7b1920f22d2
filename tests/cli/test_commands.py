"""The command tree: what `mailroom --help` says of commands whose modules are not loaded yet."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mailroom.cli import app
from mailroom.cli.app import tree
from mailroom.cli.deferred import Deferred
from tests.cli.command import call

CLI = Path(app.__file__).parent
HEAVY = {
    "sqlalchemy",
    "pydantic",
    "numpy",
    "reportlab",
    "pikepdf",
    "pypdf",
    "pypdfium2",
    "lxml",
    "PIL",
    "layouts",
    "omr",
}
"""What takes long to import, and is of no use to help and usage errors."""


def test_every_module_of_a_command_is_listed() -> None:
    answer = call("--help")
    assert answer.code == 0
    listed = {name for line in answer.out.splitlines() for name in tree.commands if line.startswith(f"│ {name} ")}
    modules = (file for file in CLI.glob("*.py") if re.search("^app = ", file.read_text("utf-8"), re.MULTILINE))
    assert listed == {file.stem for file in modules}


@pytest.mark.parametrize("command", tree.commands.values(), ids=list(tree.commands))
def test_a_command_says_of_itself_what_the_list_says_of_it(command: Deferred) -> None:
    assert command.help == " ".join(command.loaded().help.split())


@pytest.mark.parametrize("command", tree.commands.values(), ids=list(tree.commands))
def test_a_command_has_no_options_but_its_own(command: Deferred) -> None:
    """Typer would add two that change the files of the user's shell."""
    assert not {name for parameter in command.loaded().params for name in parameter.opts if "completion" in name}


def test_an_unknown_command_is_a_fault_of_usage() -> None:
    answer = call("pice")
    assert answer.code == 2
    assert "No such command 'pice'" in answer.err


def test_the_list_of_commands_loads_no_command() -> None:
    program = (
        "import json, sys; from mailroom.cli.app import run_app; run_app(['--help']);"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    output = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert not HEAVY & set(json.loads(output.splitlines()[-1]))
