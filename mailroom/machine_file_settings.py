"""What goes to and fro between an installation and its machine by files, from the settings; checked before anything
else is done."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from mailroom.config import FILE_NAME, InserterSettings
from mailroom.domain.errors import Explained, InputRefused
from mailroom.intake.quarantine import set_aside
from mailroom.production.machine_files import ControlDrop, MachineFiles, ResultDrop
from spool.control_template import Template
from spool.control_template_file import load_control_template
from spool.job import SpoolError
from spool.results import load_result_template

_TOGETHER = (
    ("control_template", "control_folder"),
    ("control_folder", "control_template"),
    ("control_taken", "control_folder"),
    ("result_template", "result_folder"),
    ("result_folder", "result_template"),
)
"""A key, and the one without which it says nothing."""


def make_machine_files(folder: Path, settings: InserterSettings) -> MachineFiles:
    """Load the templates that `[inserter]` names, and look at the folders.

    Raises InputRefused: E1911 a key without the one that belongs to it, E1912 a template that is wrong or not there,
    E1913 a folder that is not there, can't be written, or is named for two purposes.
    """
    _check_together(settings)
    control, results = None, None
    if settings.control_template:
        template = _template(folder, "control_template", settings.control_template, load_control_template)
        taken = tuple(_folder(folder, "control_taken", name) for name in settings.control_taken)
        control = ControlDrop(template, _folder(folder, "control_folder", settings.control_folder), taken)
    if settings.result_template:
        template = _template(folder, "result_template", settings.result_template, load_result_template)
        results = ResultDrop(template, _folder(folder, "result_folder", settings.result_folder))
    _check_apart(control, results)

    def keep(file: Path, errors: Sequence[Explained]) -> Path:
        return set_aside(file, errors, folder / "quarantine", datetime.now(UTC))

    return MachineFiles(control, results, keep)


def _check_together(settings: InserterSettings) -> None:
    for key, other in _TOGETHER:
        if getattr(settings, key) and not getattr(settings, other):
            raise _refused("E1911", key, f"says nothing without {other!r}", f"Set inserter.{other}, or leave both out.")
    if not settings.url and bool(settings.control_template) != bool(settings.result_template):
        key, other = ("control", "result") if settings.control_template else ("result", "control")
        remedy = f"Set inserter.{other}_template and inserter.{other}_folder, or the machine's port in inserter.url."
        raise _refused("E1911", f"{key}_template", "is half of a machine that is driven by files", remedy)


def _template(folder: Path, key: str, name: str, load: Callable[[str | Path], Template]) -> Template:
    try:
        return load(folder / name if name.endswith(".toml") else name)
    except SpoolError as error:
        fact = f"can't be used: {error.message} ({error.place})"
        raise _refused("E1912", key, fact, error.remedy or "Correct the template.") from error


def _folder(folder: Path, key: str, name: str) -> Path:
    path = folder / name
    if not path.is_dir():
        raise _refused("E1913", key, f"{path} is no folder", "Make it, or mount the disk that it lies on.")
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise _refused("E1913", key, f"{path} can't be read and written", "Give this user the right to do both.")
    return path


def _check_apart(control: ControlDrop | None, results: ResultDrop | None) -> None:
    """A control file must not be found as a result, nor a job that waits as one that was taken."""
    named = (
        [("control_folder", control.folder), *(("control_taken", each) for each in control.taken_to)] if control else []
    )
    if results:
        named.append(("result_folder", results.folder))
    seen: dict[Path, str] = {}
    for key, path in named:
        other = seen.setdefault(path.resolve(), key)
        if other != key:
            raise _refused("E1913", key, f"{path} is the {other!r} too", "Name a folder for each.")


def _refused(code: str, key: str, fact: str, remedy: str) -> InputRefused:
    return InputRefused(code, f"inserter.{key} {fact}", place=f"{FILE_NAME}, [inserter] {key}", remedy=remedy)
