"""Who fills an envelope."""

from __future__ import annotations

from enum import Enum


class Handling(Enum):
    """MANUAL is what no machine of the line can fill: a person does, sheet by sheet (`production/fill.py`)."""

    MACHINE = "machine"
    MANUAL = "manual"
