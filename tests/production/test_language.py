"""Which language a document is set in, and what a page that offends comes to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from examples.generator import generate
from mailroom.domain.invoice import IssuedInvoice
from mailroom.production.compose import layout_language


def invoice(language: str, seller: str, buyer: str) -> IssuedInvoice:
    made = next(iter(generate(1, 1)))
    return replace(
        made,
        language=language,
        seller=replace(made.seller, address=replace(made.seller.address, country=seller)),
        buyer=replace(made.buyer, address=replace(made.buyer.address, country=buyer)),
    )


@pytest.mark.parametrize(
    ("language", "seller", "buyer", "spoken"),
    [
        ("sv", "NO", "NO", "sv"),
        ("nn-NO", "NO", "NO", "nb"),
        ("de-AT", "NO", "AT", "de"),
        ("nb+en", "NO", "GB", "nb+en"),
        ("fr", "FR", "FR", "en"),
        ("fr", "NO", "NO", "nb"),
        ("", "SE", "SE", "sv"),
        ("", "DK", "DK", "da"),
        ("", "FI", "FI", "fi"),
        ("", "AT", "AT", "de"),
        ("", "ID", "ID", "id"),
        ("", "NO", "SE", "en"),
        ("", "GB", "GB", "en"),
    ],
)
def test_a_document_is_set_in_the_language_it_asks_for_or_that_both_parties_speak(
    language: str, seller: str, buyer: str, spoken: str
) -> None:
    assert layout_language(invoice(language, seller, buyer)) == spoken
