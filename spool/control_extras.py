"""What a machine may want to know of a job and its pieces beyond our own control file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Fact = str | int | bool


@dataclass(frozen=True, slots=True)
class ControlExtras:
    """Further facts by name: of the job, and by the key of each piece.

    The names are those that `spool.control_values` lists as extras. A name that is not told is written as an empty
    field, unless the template says that it is needed.
    """

    job: Mapping[str, Fact] = field(default_factory=dict)
    pieces: Mapping[str, Mapping[str, Fact]] = field(default_factory=dict)


NO_EXTRAS = ControlExtras()
