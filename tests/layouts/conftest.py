"""What the tests of this package share: the fonts, the shipped layout, its program."""

from __future__ import annotations

import pytest

from layouts.fonts import FontSet, default_fonts
from layouts.layout import load_layout
from layouts.parts import Layout
from layouts.typeset import PageProgram, compile_layout


@pytest.fixture(scope="session")
def fonts() -> FontSet:
    return default_fonts()


@pytest.fixture(scope="session")
def layout() -> Layout:
    return load_layout("invoice")


@pytest.fixture(scope="session")
def program(layout: Layout, fonts: FontSet) -> PageProgram:
    return compile_layout(layout, fonts)
