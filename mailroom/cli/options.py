"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Option("--dir", envvar="MAILROOM_DIR", help="The Mailroom's folder.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout and nothing else.")]
Who = Annotated[str, typer.Option("--who", envvar="MAILROOM_WHO", help="Your name, for the journal.")]
HERE = Path(".")
