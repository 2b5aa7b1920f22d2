"""Machines that can only be observed: one TOML file per variant of the exit interface, checked when it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from drivers.inserter.errors import ProfileError
from drivers.inserter.profile import OBSERVED, LineSettings, read_line
from drivers.inserter.protocols.gbr import ExitDialect
from drivers.inserter.tables import Table, read_tables


@dataclass(frozen=True, slots=True)
class ExitProfile:
    """One machine's exit interface. `verified_on` says where the bytes were seen; "" = nowhere yet."""

    name: str
    maker: str
    verified_on: str
    line: LineSettings
    dialect: ExitDialect


def load_exit_profile(source: str | Path) -> ExitProfile:
    """The profile of that name ("gbr-pinnacle1") among those that come with the driver, or of that file.

    ProfileError (E2011): no such profile, or a key is missing, unknown or wrong.
    """
    if isinstance(source, Path):
        try:
            return read_exit_profile(source.read_text(encoding="utf-8"), str(source))
        except (OSError, UnicodeDecodeError) as error:
            raise ProfileError(f"The profile can't be read: {error}", place=str(source)) from error
    known = {entry.name: entry for entry in files("drivers.inserter").joinpath("exits").iterdir()}
    entry = known.get(f"{source}.toml")
    if entry is None:
        names = ", ".join(exit_profiles())
        raise ProfileError(f"There is no exit profile {source!r}; there are {names}", place=source)
    return read_exit_profile(entry.read_text(encoding="utf-8"), entry.name)


def exit_profiles() -> tuple[str, ...]:
    """Names of the profiles that come with the driver."""
    entries = files("drivers.inserter").joinpath("exits").iterdir()
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in entries if entry.name.endswith(".toml")))


def read_exit_profile(text: str, file: str) -> ExitProfile:
    """A profile from TOML; `file` is named in errors."""
    root = read_tables(text, file)
    machine = root.table("machine")
    machine.choice("protocol", (OBSERVED,))
    profile = ExitProfile(
        name=machine.text("name"),
        maker=machine.text("maker"),
        verified_on=machine.words("verified_on"),
        line=read_line(root.table("line")),
        dialect=_dialect(root.table("exit")),
    )
    machine.end()
    root.end()
    return profile


def _dialect(table: Table) -> ExitDialect:
    dialect = ExitDialect(
        start=bytes([start]) if (start := table.whole("start", 0, 0x1F)) else b"",
        group=table.switch("group"),
        valid_inverted=table.switch("valid_inverted"),
        answer=table.words("answer").encode("ascii", "replace"),
        answer_s=table.seconds("answer_s", 0.01, 10),
    )
    if dialect.start == b"\r":
        raise table.wrong("start", "a record can't begin with its end")
    table.end()
    return dialect
