"""What holds for every test."""

from __future__ import annotations

import pytest
from hypothesis import settings

# How long an example takes says more about the machine than about the code.
settings.register_profile("mailroom", deadline=None)
settings.load_profile("mailroom")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole runs first: they take longest, and two processes that share the files end together."""
    items.sort(key=lambda item: "world" not in item.path.parts)
