"""A command that is known by its name and one line of help; its module is imported when it is called. What one command
needs (typesetting, the ledger, picture libraries) costs the others no time."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from typer.core import TyperCommand
from typer.main import get_command


class Deferred(TyperCommand):
    """Stands for `mailroom/cli/NAME.py`, whose `app` is the command or group of that name."""

    def __init__(self, name: str, help_line: str) -> None:
        super().__init__(name, help=help_line)
        self._module = f"mailroom.cli.{name}"

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context is the real command's, so that everything from here on is its. (The context's class is a private
        one of Typer.)"""
        return self.loaded().make_context(info_name, args, parent, **extra)

    def loaded(self) -> Any:
        """The real command."""
        return get_command(import_module(self._module).app)
