"""Real e-invoices made by others: all are taken, with the figures that their XML states."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from mailroom.domain.content_json import from_dict, to_dict
from mailroom.domain.identity import customer_key
from mailroom.domain.invoice import AllowanceCharge, InvoiceKind, IssuedInvoice
from mailroom.domain.recipient import RECIPIENT_LINES_MAX, recipient_lines
from mailroom.intake.reader import read_file
from tests.shared_data import shared_data

pytestmark = pytest.mark.shared

CORPUS = ("Einfach", "Elektron", "Gutschrift", "Miete", "Rabatte", "Reisekostenabrechnung")
PAYABLE = {
    "corpus-Einfach": "529.87",
    "corpus-Elektron": "300.00",
    "corpus-Gutschrift": "529.87",
    "corpus-Miete": "340.96",
    "corpus-Rabatte": "165.07",
    "corpus-Reisekostenabrechnung": "230.48",
    "peppol-Allowance-example": "6125.00",
    "peppol-Vat-category-S": "8550.00",
    "peppol-base-creditnote-correction": "1656.25",
    "peppol-base-example": "1656.25",
    "peppol-sales-order-example": "1656.25",
}
FILES = [f"ubl/{name}" for name in PAYABLE] + [f"cii/corpus-{name}" for name in CORPUS]


def read(name: str) -> IssuedInvoice:
    readings = list(read_file(shared_data(f"invoices/{name}.xml")))
    assert len(readings) == 1
    assert readings[0].kind == name.split("/", maxsplit=1)[0]
    assert readings[0].error is None, readings[0].error
    assert readings[0].invoice is not None
    return readings[0].invoice


def test_no_file_of_the_folder_is_left_out() -> None:
    there = {f"{kind}/{path.stem}" for kind in ("ubl", "cii") for path in shared_data(f"invoices/{kind}").glob("*.xml")}
    assert there == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_the_amount_due_is_the_one_in_the_xml(name: str) -> None:
    invoice = read(name)
    assert str(invoice.totals.payable) == PAYABLE[name.split("/")[1]]
    assert from_dict(json.loads(json.dumps(to_dict(invoice)))) == invoice


@pytest.mark.parametrize("name", FILES)
def test_every_recipient_fits_the_window(name: str) -> None:
    invoice = read(name)
    lines = recipient_lines(invoice.buyer, invoice.deliver_to, invoice.seller.address.country)
    assert 3 <= len(lines) <= RECIPIENT_LINES_MAX


@pytest.mark.parametrize("name", CORPUS)
def test_the_same_invoice_reads_the_same_from_both_syntaxes(name: str) -> None:
    """What the two files of a pair say differently, and how it is brought together:

    amounts and rates   "10" and "10.0000": one form of each number
    notes               UBL puts the subject code before the text ("#REG#…"), CII beside it: the code is dropped
    seller              CII names two identities (549910 and a registered one), UBL the registered one alone
    gross price         CII alone tells it (Rabatte, Reisekosten): the net price is what counts, in both
    order               UBL has an empty element beside the sales order (Elektron), CII none
    attachments         CII embeds them, UBL names them: the number is kept
    """
    ubl, cii = read(f"ubl/corpus-{name}"), read(f"cii/corpus-{name}")
    assert to_dict(ubl) == to_dict(cii)
    assert ubl == cii
    assert customer_key(ubl) == customer_key(cii)


def test_discounts_and_charges_are_read_with_their_vat() -> None:
    invoice = read("cii/corpus-Rabatte")
    assert invoice.allowances == (
        AllowanceCharge(False, Decimal("1.00"), "Sondernachlass", "S", Decimal(19)),
        AllowanceCharge(False, Decimal("13.73"), "Sondernachlass", "S", Decimal(7)),
        AllowanceCharge(True, Decimal("5.80"), "Versandkosten", "S", Decimal(7)),
    )
    assert (invoice.totals.prepaid, invoice.totals.gross) == (Decimal("50.00"), Decimal("215.07"))
    assert invoice.lines[0].unit_price == Decimal("3.3333")
    assert invoice.lines[0].article == "KR3M"
    assert invoice.lines[0].description.startswith("300cm x 100 cm\nWir erlauben uns")


def test_a_line_with_allowances_and_a_price_for_two_is_read() -> None:
    invoice = read("ubl/peppol-Allowance-example")
    assert [part.amount for part in invoice.lines[0].allowances] == [Decimal("1.00"), Decimal("101.00")]
    assert (invoice.lines[1].base_quantity, invoice.lines[1].net_amount) == (Decimal(2), Decimal("1000.00"))
    assert invoice.vat[1].exemption_reason == "Reason for tax exempt"
    assert dict(invoice.references)["vat-in-accounting-currency"] == "9324.00 SEK"


def test_a_credit_note_names_the_invoice_that_it_corrects() -> None:
    note = read("ubl/peppol-base-creditnote-correction")
    assert note.kind is InvoiceKind.CREDIT_NOTE
    assert dict(note.references)["preceding"] == "Snippet1"
    assert note.lines[1].quantity == -3


def test_a_self_billed_invoice_is_an_invoice() -> None:
    """ZUGFeRD's "Gutschrift" has type 389: the buyer wrote it, but it credits nobody."""
    assert read("ubl/corpus-Gutschrift").kind is InvoiceKind.INVOICE


def test_parties_references_and_dates_of_the_peppol_example_are_complete() -> None:
    invoice = read("ubl/peppol-base-example")
    assert (invoice.issue_date, invoice.due_date) == (date(2017, 11, 13), date(2017, 12, 1))
    buyer = invoice.buyer
    assert (buyer.name, buyer.trading_name, buyer.contact) == (
        "Buyer Official Name",
        "BuyerTradingName AS",
        "Lisa Johnson",
    )
    assert (buyer.id, buyer.id_scheme, buyer.vat_id) == ("FR23342", "0002", "SE4598375937")
    assert invoice.payment.account == "IBAN32423940"
    assert invoice.payment.bic == "BIC324098"
    assert dict(invoice.references) == {
        "buyer-reference": "0150abc",
        "accounting-cost": "4025:123:4343",
        "delivery-date": "2017-11-01",
        "delivery-place": "Delivery party Name, Delivery street 2, Building 56, 21234 Stockholm, SE",
    }


def test_the_envelope_goes_to_the_buyer_and_not_where_the_goods_went() -> None:
    invoice = read("cii/corpus-Reisekostenabrechnung")
    assert invoice.deliver_to is None
    assert dict(invoice.references)["delivery-place"] == "Musterfirma Nürnberg, Am Bahnhof 42, 75319 Nürnberg, DE"
    lines = recipient_lines(invoice.buyer, invoice.deliver_to, "DE")
    assert lines == ("Kunden AG Mitte", "Kundenstraße 15", "69876 Frankfurt")


def test_a_placeholder_order_number_beside_a_sales_order_is_no_order() -> None:
    assert dict(read("ubl/peppol-sales-order-example").references)["sales-order"] == "123456"
    assert "order" not in dict(read("ubl/peppol-sales-order-example").references)


def test_the_sellers_tax_number_and_legal_text_are_kept() -> None:
    assert read("cii/corpus-Einfach").seller.tax_number == "201/113/40209"
    assert read("ubl/corpus-Elektron").seller.legal.splitlines()[1] == "Amtsgericht Stuttgart HRB 1234"


def test_finished_pdfs_in_the_wrong_folder_are_refused_as_such() -> None:
    for path in shared_data("invoices/pdf").glob("*.pdf"):
        (reading,) = read_file(path)
        assert reading.error is not None
        assert (reading.kind, reading.error.code) == ("unknown", "E1003")
