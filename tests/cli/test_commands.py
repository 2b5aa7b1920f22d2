"""The command tree: what `mailroom --help` says of commands whose modules are not loaded yet."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from mailroom.cli.app import tree
from mailroom.cli.deferred import Deferred
from tests.cli.command import call

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


def test_every_command_is_listed_in_the_order_of_a_window() -> None:
    answer = call("--help")
    assert answer.code == 0
    listed = [name for line in answer.out.splitlines() for name in tree.commands if line.startswith(f"│ {name} ")]
    assert listed == ["demo", "init", "intake", "run", "piece", "marks", "layout", "verify", "simulator"]


@pytest.mark.parametrize("command", tree.commands.values(), ids=list(tree.commands))
def test_a_command_says_of_itself_what_the_list_says_of_it(command: Deferred) -> None:
    assert command.help == " ".join(command.loaded().help.split())


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
