"""Fonts, and a place for the pictures: kept under build/corpus when MAILROOM_KEEP_PICTURES is set."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from layouts.contact_sheet import contact_sheet
from layouts.fonts import FontSet, default_fonts

_KEPT = Path(__file__).parents[2] / "build" / "corpus"


@pytest.fixture(scope="session")
def fonts() -> FontSet:
    return default_fonts()


Album = list[tuple[str, str, Image.Image]]
"""Pictures with the names of their files and their titles."""


@pytest.fixture(scope="session")
def album() -> Iterator[Album]:
    """Pictures to be kept; they are written with a contact sheet of all when the tests are over."""
    pictures: Album = []
    yield pictures
    if pictures and os.environ.get("MAILROOM_KEEP_PICTURES"):
        _KEPT.mkdir(parents=True, exist_ok=True)
        for name, _, picture in pictures:
            picture.save(_KEPT / f"{name}.png")
        contact_sheet(((title, picture) for _, title, picture in pictures), 4).save(_KEPT / "all.png")
