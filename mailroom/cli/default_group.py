"""A group of commands of which one needs no name: `intake FILE…` beside `intake probe FILE`."""

from __future__ import annotations

from typing import Any, ClassVar

from typer.core import TyperGroup


class DefaultGroup(TyperGroup):
    """Arguments that begin with no command's name, and no arguments at all, are those of the command `DEFAULT`."""

    DEFAULT: ClassVar[str]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """A file that bears a command's name is given with its folder: `intake ./probe`. (The context's class is a
        private one of Typer.)"""
        if not args or (args[0] not in self.commands and args[0] not in self.get_help_option_names(ctx)):
            args = [self.DEFAULT, *args]
        return super().parse_args(ctx, args)
