"""The logo that ships with the catalogue: fit for a press that has black ink alone, as a drawing and as pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import layouts
from layouts.pictures.load import load_picture
from layouts.pictures.picture import Picture
from tests.pictures.paper import page_of, render

ASSETS = Path(str(layouts.__file__)).parent / "catalogue" / "assets"


@pytest.fixture(scope="module")
def drawn() -> Picture:
    return load_picture(ASSETS / "nordlys.svg")


@pytest.fixture(scope="module")
def scanned() -> Picture:
    return load_picture(ASSETS / "nordlys-600.png")


def test_both_print_in_black_alone(drawn: Picture, scanned: Picture) -> None:
    assert drawn.colours == scanned.colours == {"grey"}
    assert not drawn.transparent
    assert not scanned.transparent


def test_both_are_of_one_size(drawn: Picture, scanned: Picture) -> None:
    assert (drawn.width_mm, drawn.height_mm) == pytest.approx((48, 15))
    assert (scanned.width_mm, scanned.height_mm) == pytest.approx((48, 15), abs=0.05)
    assert scanned.resolution_dpi(48, 15) == pytest.approx(600, rel=0.005)


def test_both_look_alike(drawn: Picture, scanned: Picture) -> None:
    size, box = drawn.size_pt, (0, 0, *drawn.size_pt)
    one, other = (render(page_of(picture, size, box), 3).astype(int) for picture in (drawn, scanned))
    assert one.min() == 0
    assert one.max() == 255
    assert float(np.abs(one - other).mean()) < 3
