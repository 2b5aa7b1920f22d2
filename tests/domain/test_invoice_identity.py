"""Who is the same customer."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from mailroom.domain.address import PostalAddress
from mailroom.domain.identity import customer_key
from mailroom.domain.invoice import IssuedInvoice, Party
from tests.intake.invoices import BUYER, SELLER, invoice, texts


def key(buyer: Party, seller: Party = SELLER) -> str:
    return customer_key(invoice(buyer=buyer, seller=seller))


NAMELESS = replace(BUYER, id="")


def test_the_same_name_is_not_the_same_customer() -> None:
    elsewhere = replace(NAMELESS, address=PostalAddress(("Storgata 1",), "0151", "Oslo", "NO"))
    assert key(NAMELESS) != key(elsewhere)
    assert key(BUYER) != key(replace(BUYER, id="20002"))


def test_the_same_number_is_the_same_customer_whatever_name_and_address_say() -> None:
    moved = replace(BUYER, name="Kari Nygård Hansen", address=PostalAddress((), "0151", "Oslo", "NO"))
    assert key(BUYER) == key(moved)


def test_name_and_address_are_compared_without_case_width_and_blanks() -> None:
    other = replace(NAMELESS, name="KARI  NYGÅRD", address=PostalAddress(("kirkeveien  4",), "68 56", "SOGNDAL", "NO"))
    assert key(NAMELESS) == key(other)
    likely = replace(NAMELESS, name="Kari Nygard")
    assert key(NAMELESS) != key(likely)


def test_number_20001_of_two_sellers_is_two_customers() -> None:
    other = replace(SELLER, vat_id="NO930000001MVA")
    assert key(BUYER) != key(BUYER, other)


def test_a_number_in_a_register_is_not_the_sellers_own_number() -> None:
    assert key(BUYER) != key(replace(BUYER, id_scheme="0192"))


def test_vat_number_then_company_number_stand_in_for_a_missing_identity() -> None:
    company = replace(NAMELESS, vat_id="NO 930 000 000 MVA", registration="930000000")
    assert key(company) == key(replace(company, name="Annet navn", registration="1", vat_id="NO930000000MVA"))
    assert key(replace(company, vat_id="")) == key(replace(NAMELESS, name="Annet navn", registration="930000000"))
    assert key(company) != key(replace(company, vat_id=""))


@given(texts, texts, texts, texts)
def test_no_text_can_be_made_to_look_like_another_customers_key(one: str, two: str, three: str, four: str) -> None:
    def document(name: str, line: str) -> IssuedInvoice:
        return invoice(buyer=Party(name, PostalAddress((line,), "6856", "Sogndal", "NO")))

    same = (
        document(one, two).buyer.address.normalised() == document(three, four).buyer.address.normalised()
        and PostalAddress((), "", one, "").normalised() == PostalAddress((), "", three, "").normalised()
    )
    assert (customer_key(document(one, two)) == customer_key(document(three, four))) is same
