"""Finds the real input that lies beside the project (../shared/data)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def shared_data(part: str) -> Path:
    """A file or folder of ../shared/data. Absent in CI: the test fails; absent elsewhere: it is skipped and says so."""
    path = ROOT.parent / "shared" / "data" / part
    if path.exists():
        return path
    message = f"{path} is absent: this test reads real input that lies beside the project"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
