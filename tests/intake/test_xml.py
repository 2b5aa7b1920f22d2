"""XML: hostile, broken, incomplete, wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailroom.domain.invoice import InvoiceKind
from mailroom.intake import xml_tree
from tests.intake.samples import CII, UBL, outcomes, readings, replaced


def test_both_small_samples_read_the_same(tmp_path: Path) -> None:
    (ubl,) = readings(tmp_path, UBL)
    (cii,) = readings(tmp_path, CII)
    assert (ubl.kind, cii.kind) == ("ubl", "cii")
    assert ubl.invoice is not None
    assert ubl.invoice == cii.invoice


@pytest.mark.parametrize("sample", [UBL, CII])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1"])
def test_every_declared_encoding_reads_the_same(tmp_path: Path, sample: str, encoding: str) -> None:
    declared = replaced(sample, 'encoding="UTF-8"', f'encoding="{encoding.replace("-sig", "")}"')
    (plain,) = readings(tmp_path, sample)
    (other,) = readings(tmp_path, declared.encode(encoding))
    assert other.invoice is not None
    assert other.invoice == plain.invoice


BILLION_LAUGHS = "<!DOCTYPE Invoice [<!ENTITY a0 'ha'>{}]>".format(
    "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
)


@pytest.mark.parametrize(
    "doctype",
    [
        BILLION_LAUGHS,
        '<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE Invoice SYSTEM "http://localhost:1/invoice.dtd">',
        '<!-- a comment --><?word ?>\n<!DOCTYPE Invoice [<!ENTITY % p SYSTEM "http://localhost:1/p">%p;]>',
    ],
    ids=["billion laughs", "a file", "a remote DTD", "a remote parameter entity"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_it_is_worked_through(tmp_path: Path, doctype: str, encoding: str) -> None:
    hostile = UBL.replace("<Invoice ", f"{doctype}<Invoice ").replace("B-1", "&x;").replace("UTF-8", encoding)
    assert outcomes(tmp_path, hostile.encode(encoding)) == ["E1008"]


def test_a_document_type_in_an_encoding_that_hides_it_is_refused_too(tmp_path: Path) -> None:
    hostile = UBL.replace("<Invoice ", "<!DOCTYPE Invoice><Invoice ").replace("UTF-8", "UTF-32")
    assert outcomes(tmp_path, hostile.encode("utf-32")) in (["E1008"], ["E1007"])


def test_broken_xml_is_told_with_line_and_column(tmp_path: Path) -> None:
    (reading,) = readings(tmp_path, replaced(UBL, "</cbc:IssueDate>", "</cbc:Issue>"))
    assert reading.error is not None
    assert (reading.kind, reading.error.code) == ("unknown", "E1007")
    assert reading.error.place.startswith("delivery.dat, line 5, column ")


@pytest.mark.parametrize("length", [100, 700, len(UBL) - 5])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, length: int) -> None:
    assert outcomes(tmp_path, UBL.encode()[:length]) == ["E1007"]


def test_an_undefined_entity_is_refused(tmp_path: Path) -> None:
    assert outcomes(tmp_path, replaced(UBL, "B-1", "&nbsp;")) == ["E1007"]


def test_xml_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_tree, "XML_BYTES_MAX", len(UBL.encode()))
    assert outcomes(tmp_path, UBL) == ["accepted"]
    assert outcomes(tmp_path, UBL + "\n") == ["E1006"]


def test_elements_nested_without_end_are_refused(tmp_path: Path) -> None:
    assert outcomes(tmp_path, "<a>" * 100_000) == ["E1007"]


def test_xml_of_another_kind_is_refused_with_its_name(tmp_path: Path) -> None:
    (reading,) = readings(tmp_path, '<?xml version="1.0"?><Order xmlns="urn:x"/>')
    assert reading.error is not None
    assert reading.error.code == "E1004"
    assert "'Order' (urn:x)" in reading.error.message


def test_a_document_in_peppols_transport_wrapping_is_read(tmp_path: Path) -> None:
    space = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
    inner = UBL.partition("?>")[2]
    assert outcomes(
        tmp_path, f'<StandardBusinessDocument xmlns="{space}"><Header/>{inner}</StandardBusinessDocument>'
    ) == ["accepted"]


BUYER_COUNTRY = "Sogndal</cbc:CityName>\n  <cac:Country><cbc:IdentificationCode>NO"
NO_NUMBER = "<cbc:ID>B-1</cbc:ID>"
NO_NAME = "<cbc:RegistrationName>Kari Nygård</cbc:RegistrationName>"
INVOICE_LINE = UBL[UBL.index("<cac:InvoiceLine>") : UBL.index("</Invoice>")]
BREAKDOWN = UBL[UBL.index("<cac:TaxTotal>") : UBL.index("<cac:LegalMonetaryTotal>")]


@pytest.mark.parametrize(
    ("removed", "term", "path"),
    [
        (NO_NUMBER, "Invoice number [BT-1]", "/Invoice/cbc:ID"),
        ("<cbc:IssueDate>2026-03-02</cbc:IssueDate>", "Invoice issue date [BT-2]", "/Invoice/cbc:IssueDate"),
        ("<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>", "Invoice type code [BT-3]", "/Invoice/cbc:InvoiceTypeCode"),
        (
            "<cbc:DocumentCurrencyCode>NOK</cbc:DocumentCurrencyCode>",
            "Invoice currency code [BT-5]",
            "/Invoice/cbc:DocumentCurrencyCode",
        ),
        (
            NO_NAME,
            "Buyer name [BT-44]",
            "/Invoice/cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName",
        ),
        (
            "<cbc:CityName>Sogndal</cbc:CityName>",
            "Buyer city [BT-52]",
            "/Invoice/cac:AccountingCustomerParty/cac:Party/cac:PostalAddress/cbc:CityName",
        ),
        ("<cbc:Name>Hengelås</cbc:Name>", "Item name [BT-153]", "/Invoice/cac:InvoiceLine[1]/cac:Item/cbc:Name"),
        (INVOICE_LINE, "Invoice line [BG-25]", "/Invoice/cac:InvoiceLine"),
        (BREAKDOWN, "VAT breakdown [BG-23]", "/Invoice/cac:TaxTotal/cac:TaxSubtotal"),
    ],
)
def test_a_missing_field_is_told_by_term_and_path(tmp_path: Path, removed: str, term: str, path: str) -> None:
    (reading,) = readings(tmp_path, replaced(UBL, removed, ""))
    assert reading.error is not None
    assert (reading.kind, reading.error.code) == ("ubl", "E1010")
    assert reading.error.message == f"{term} is missing"
    assert reading.error.place == f"delivery.dat, {path}"


def test_an_empty_field_is_a_missing_one_and_told_with_its_line(tmp_path: Path) -> None:
    (reading,) = readings(tmp_path, replaced(UBL, ">B-1<", "> \n <"))
    assert reading.error is not None
    assert (reading.error.code, reading.error.place) == ("E1010", "delivery.dat, /Invoice/cbc:ID (line 5)")


def test_a_missing_field_of_cii_is_told_in_its_own_words(tmp_path: Path) -> None:
    (reading,) = readings(tmp_path, replaced(CII, "<ram:CityName>Sogndal</ram:CityName>", ""))
    assert reading.error is not None
    assert reading.error.message == "Buyer city [BT-52] is missing"
    assert reading.error.place.endswith("/ram:BuyerTradeParty/ram:PostalTradeAddress/ram:CityName")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2026-03-02", "2026-02-30", "E1011"),
        ("2026-03-02", "02.03.2026", "E1011"),
        ("2026-03-02", "0026-03-02", "E1011"),
        (">2</cbc:Inv", ">two</cbc:Inv", "E1011"),
        (">2</cbc:Inv", ">2,0</cbc:Inv", "E1011"),
        (">2</cbc:Inv", ">1e2</cbc:Inv", "E1011"),
        (">2</cbc:Inv", ">NaN</cbc:Inv", "E1011"),
        (">NOK<", ">NKR<", "E1013"),
        ('currencyID="NOK">50.00', 'currencyID="EUR">50.00', "E1013"),
        (BUYER_COUNTRY, BUYER_COUNTRY.replace("NO", "ZZ"), "E1014"),
        (">125.00</cbc:Payable", ">125.001</cbc:Payable", "E1015"),
        (">125.00</cbc:Payable", ">125.01</cbc:Payable", "E1016"),
        (">50.00<", ">-50.00<", "E1017"),
        ("</cac:Price>", "<cbc:BaseQuantity>0</cbc:BaseQuantity></cac:Price>", "E1017"),
        (">380<", ">381<", "E1019"),
        (">380<", ">999<", "E1019"),
        ("Hengelås", "Hengel\u202es", "E1023"),
        ("Hengelås", "Hengel\ufffds", "E1005"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert outcomes(tmp_path, replaced(UBL, old, new)) == [code]


def test_a_date_in_another_format_of_cii_is_refused(tmp_path: Path) -> None:
    assert outcomes(tmp_path, replaced(CII, 'format="102">20260302', 'format="610">202603')) == ["E1011"]
    assert outcomes(tmp_path, replaced(CII, "20260302", "20260230")) == ["E1011"]


def test_a_date_may_bear_a_time_zone(tmp_path: Path) -> None:
    assert outcomes(tmp_path, replaced(UBL, "2026-03-02", "2026-03-02+01:00")) == ["accepted"]


NEGATIVE = (
    UBL.replace(">100.00", ">-100.00")
    .replace(">25.00", ">-25.00")
    .replace(">125.00", ">-125.00")
    .replace(">2<", ">-2<")
)


def test_a_negative_invoice_that_corrects_nothing_is_refused(tmp_path: Path) -> None:
    assert outcomes(tmp_path, NEGATIVE) == ["E1018"]


def test_a_negative_invoice_may_be_a_correction(tmp_path: Path) -> None:
    inner = "<cac:InvoiceDocumentReference><cbc:ID>A-9</cbc:ID></cac:InvoiceDocumentReference>"
    reference = f"<cac:BillingReference>{inner}</cac:BillingReference>"
    assert outcomes(tmp_path, replaced(NEGATIVE, ">380<", ">384<")) == ["accepted"]
    named = replaced(NEGATIVE, "<cac:AccountingSupplierParty>", f"{reference}<cac:AccountingSupplierParty>")
    assert outcomes(tmp_path, named) == ["accepted"]


def test_more_prepaid_than_owed_is_an_invoice_with_a_negative_amount_due(tmp_path: Path) -> None:
    paid = '<cbc:PrepaidAmount currencyID="NOK">200.00</cbc:PrepaidAmount><cbc:PayableAmount currencyID="NOK">-75.00<'
    (reading,) = readings(tmp_path, replaced(UBL, '<cbc:PayableAmount currencyID="NOK">125.00<', paid))
    assert reading.invoice is not None
    assert str(reading.invoice.totals.payable) == "-75.00"


def test_a_ubl_credit_note_has_its_own_words(tmp_path: Path) -> None:
    note = (
        UBL.replace("Invoice-2", "CreditNote-2")
        .replace("<Invoice ", "<CreditNote ")
        .replace("</Invoice>", "</CreditNote>")
        .replace(
            "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>", "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>"
        )
        .replace("InvoiceLine>", "CreditNoteLine>")
        .replace("InvoicedQuantity", "CreditedQuantity")
    )
    (reading,) = readings(tmp_path, note)
    assert reading.invoice is not None
    assert reading.invoice.kind is InvoiceKind.CREDIT_NOTE


def test_a_cii_credit_note_is_told_by_its_type(tmp_path: Path) -> None:
    (reading,) = readings(tmp_path, replaced(CII, ">380<", ">381<"))
    assert reading.invoice is not None
    assert reading.invoice.kind is InvoiceKind.CREDIT_NOTE


def test_decomposed_letters_are_composed_and_invisible_signs_dropped(tmp_path: Path) -> None:
    (reading,) = readings(tmp_path, replaced(UBL, "Kari Nygård", "Kari\t Nyg\u0061\u030a\u00adrd\u200b"))
    assert reading.invoice is not None
    assert reading.invoice.buyer.name == "Kari Nygård"
