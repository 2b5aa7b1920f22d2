"""What the tests of payment slips share: the invoice layout, printing, and the same layout with every slip at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from layouts.fonts import default_fonts
from layouts.layout import CATALOGUE, load_layout
from layouts.typeset import PageProgram
from tests.slips.printed import LastPage, printed

Print = Callable[..., LastPage]


@pytest.fixture(scope="session")
def program() -> PageProgram:
    """The invoice layout as it is shipped."""
    return PageProgram(load_layout("invoice"), default_fonts())


@pytest.fixture(scope="session")
def named(tmp_path_factory: pytest.TempPathFactory) -> PageProgram:
    """The invoice layout with the slip that the payment names, whatever the amount."""
    text = (CATALOGUE / "invoice.toml").read_text(encoding="utf-8")
    lines = [
        "choose = \"payment.scheme or ''\"" if line.startswith("choose = ") else line for line in text.splitlines()
    ]
    path = tmp_path_factory.mktemp("layout") / "invoice.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return PageProgram(load_layout(path), default_fonts())


@pytest.fixture
def print_page(program: PageProgram, tmp_path: Path) -> Print:
    """Typeset and assemble a document; its last page."""

    def print_page(data: dict[str, Any], language: str = "en", by: PageProgram = program) -> LastPage:
        return printed(by.typeset(data, language), tmp_path)

    return print_page
