"""Finished pages of seven producers, used as letterheads: the same pixels, from a form."""

from __future__ import annotations

import numpy as np
import pikepdf
import pytest

from layouts.pictures.load import load_picture
from tests.pictures.paper import page_of, render
from tests.shared_data import shared_data

pytestmark = pytest.mark.shared

PRODUCERS = (
    "EN16931_Einfach",
    "Facture_FR_BASICWL",
    "MustangGnuaccountingBeispielRE-20140519_499",
    "MustangGnuaccountingBeispielRE-20201121_508",
    "ZUGFeRD_1p0_EXTENDED_Warenrechnung",
    "acme_invoice-42_ZUGFeRD",
    "zugferd_2p1_EN16931_Rabatte",
)


@pytest.mark.parametrize("name", PRODUCERS)
def test_a_finished_page_looks_like_itself(name: str) -> None:
    path = shared_data(f"invoices/pdf/{name}.pdf")
    picture = load_picture(path)
    width, height = picture.size_pt
    mine, theirs = render(page_of(picture, (width, height), (0, 0, width, height))), render(path.read_bytes())
    assert mine.shape == theirs.shape
    assert theirs.min() < 100, "there is something to see"
    assert int(np.abs(mine.astype(int) - theirs.astype(int)).max()) <= 2


@pytest.mark.parametrize("name", PRODUCERS)
def test_a_finished_page_turns_grey_as_a_whole(name: str) -> None:
    picture = load_picture(shared_data(f"invoices/pdf/{name}.pdf"), colour="grey")
    width, height = picture.size_pt
    page = render(page_of(picture, (width, height), (0, 0, width, height)))
    assert page.min() < 100
    assert (page.max(axis=2) == page.min(axis=2)).all()


def test_the_electronic_invoice_in_a_page_stays_behind() -> None:
    path = shared_data("invoices/pdf/EN16931_Einfach.pdf")
    with pikepdf.open(path) as pdf:
        assert pdf.attachments
    (form,) = load_picture(path).forms
    assert not any(b"CrossIndustry" in (one.stream or b"") for one in form.objects)
    assert sum(len(one.stream or b"") for one in form.objects) < path.stat().st_size
