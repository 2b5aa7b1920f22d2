"""A job definition's TOML file, every fault of it told by file, line and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from mailroom.domain.errors import InputRefused
from mailroom.intake.finished.definition import JobDefinition

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\s-]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([\w-]+(?:\s*\.\s*[\w-]+)*)\s*=")
_VARIANTS = frozenset(("text", "change", "bookmark", "page-label", "page-count", "blank", "barcode", "index", "file"))

Key = tuple[str | int, ...]


def load_definition(path: Path) -> JobDefinition:
    """Read and check a definition. Raises InputRefused: E1501 the file can't be read, E1502 it is not TOML, E1503 a key
    is missing, unknown or wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        fact = f"the job definition can't be read: {error.strerror or error}"
        raise InputRefused("E1501", fact, place=str(path), remedy="Check its name and that it may be read.") from error
    except UnicodeDecodeError as error:
        raise InputRefused(
            "E1502", "the job definition is not UTF-8 text", place=str(path), remedy="Save it as UTF-8."
        ) from error
    return parse_definition(text, str(path))


def parse_definition(text: str, place: str) -> JobDefinition:
    """The definition that a file's text says; `place` names the file. Raises InputRefused E1502 and E1503."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputRefused(
            "E1502", f"the job definition is not TOML: {error}", place=place, remedy="Correct the line named."
        ) from error
    try:
        return JobDefinition.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        # A split's kind stands in pydantic's path, but not in the file.
        key = tuple(part for at, part in enumerate(first["loc"]) if not (at == 1 and part in _VARIANTS))
        name = ".".join(str(part) for part in key)
        raise InputRefused(
            "E1503",
            f"{name or 'the definition'}: {first['msg'].removeprefix('Value error, ')}",
            place=_place(place, _lines(text), key),
            remedy="Correct it; docs/finished-pdfs.md lists what each key takes.",
        ) from error


def _place(file: str, lines: dict[Key, int], key: Key) -> str:
    line = next((lines[key[:n]] for n in range(len(key), 0, -1) if key[:n] in lines), None)
    return file if line is None else f"{file}, line {line}"


def _lines(text: str) -> dict[Key, int]:
    """The first line of every table and key, found by shape: enough to point at a line, not a second parser."""
    lines: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    section: Key = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            section = _dotted(header[2])
            if header[1] == "[[":
                counts[section] = counts.get(section, -1) + 1
                section = (*section, counts[section])
            lines.setdefault(section, number)
        elif found := _KEY.match(line):
            lines.setdefault((*section, *_dotted(found[1])), number)
    return lines


def _dotted(name: str) -> Key:
    return tuple(part.strip() for part in name.split("."))


def with_proof(text: str, proof: Iterable[str]) -> str:
    """The file's text with these lines as its `[proof]`, which stands last in a definition."""
    kept: list[str] = []
    for line in text.splitlines():
        header = _HEADER.match(line)
        if header and _dotted(header[2])[0] == "proof":
            break
        kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    return "\n".join([*kept, "", *proof, ""])
