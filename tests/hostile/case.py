"""One hostile or broken file and what must become of it."""

from __future__ import annotations

from dataclasses import dataclass

TAKEN = "taken"
REPAIRED = "repaired"


@dataclass(frozen=True, slots=True)
class Case:
    """`outcome` is the code of the refusal, TAKEN, or REPAIRED (taken, with a note of what was mended); `active` is
    what the inspection must note."""

    name: str
    data: bytes
    outcome: str
    active: tuple[str, ...] = ()
