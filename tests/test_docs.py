"""The documents point at what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\[([^\]]+)\]\(([^)#\s]+)[^)]*\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = [target for _, target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    missing = [target for target in links if not (page.parent / target).exists()]
    assert not missing


def test_every_function_that_the_architecture_names_is_defined_there() -> None:
    named = LINK.findall((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    functions = [(text.strip("`").split(": ")[-1], target) for text, target in named if target.endswith(".py")]
    assert len(functions) > 15
    missing = [
        (name, target)
        for name, target in functions
        if not re.search(rf"^\s*(def|class) {name.split('.')[-1]}\b", (ROOT / target).read_text("utf-8"), re.MULTILINE)
    ]
    assert not missing
