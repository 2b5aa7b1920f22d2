"""What the tests of this package share: fonts, and programs that are made ready once for each variant of a layout."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from layouts.fonts import FontSet, default_fonts
from layouts.layout import load_layout
from layouts.typeset import PageProgram

Programs = Callable[[str, str], PageProgram]


@pytest.fixture(scope="session")
def fonts() -> FontSet:
    return default_fonts()


@pytest.fixture(scope="session")
def program_of(fonts: FontSet) -> Programs:
    """(layout, envelope) → its program."""
    known: dict[tuple[str, str], PageProgram] = {}

    def program(layout: str, envelope: str = "c5") -> PageProgram:
        read = load_layout(layout, {"envelope": envelope})
        return known.setdefault((layout, read.digest), PageProgram(read, fonts))

    return program
