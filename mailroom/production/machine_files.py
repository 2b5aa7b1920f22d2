"""How a machine is told and tells by files: where its control files go and its result files come from, by template."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailroom.domain.errors import Explained
from spool.control_template import Template


@dataclass(frozen=True, slots=True)
class ControlDrop:
    """Where the machine finds its own control files, and in which layout. `taken_to` are the folders into which it
    moves what it took, where it does."""

    template: Template
    folder: Path
    taken_to: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ResultDrop:
    """Where the machine puts its result files, and in which layout."""

    template: Template
    folder: Path


@dataclass(frozen=True, slots=True)
class MachineFiles:
    """What goes to and fro; None what does not. `set_aside` keeps a file that can't be believed beside the list of its
    faults and returns the copy."""

    control: ControlDrop | None
    results: ResultDrop | None
    set_aside: Callable[[Path, Sequence[Explained]], Path]
