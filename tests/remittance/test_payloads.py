"""What the codes say: EPC, Swiss QR, UsingQR, payment links."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import segno.helpers
import zxingcpp
from hypothesis import assume, given
from hypothesis import strategies as st

from layouts.errors import LayoutError
from layouts.remittance.epc import MOST_BYTES, epc_is_possible, epc_payload
from layouts.remittance.links import payment_link, using_qr_payload
from layouts.remittance.swiss_qr import NOT_FOR_PAYMENT, Party, swiss_qr_payload
from tests.remittance.parties import INSURER, SARAH

GERMAN = "DE89370400440532013000"
PUBLISHED_NON = (
    "SPC\n0200\n1\nCH5800791123000889012\nS\nHealth insurance fit&kicking\nAm Wasser\n1\n3000\nBern\nCH\n\n\n\n\n\n\n\n"
    "321.00\nCHF\nS\nSarah Beispiel\nMustergasse\n1\n3600\nThun\nCH\nNON\n\nPremium calculation July 2020\nEPD\n\n"
    "eBill/B/sarah.beispiel@einfach-zahlen.ch"
)
"""SIX, test data for the QR-bill, "Nr. 47 Datenschema englisch"."""
PUBLISHED_QRR = (
    "SPC\n0200\n1\nCH2231989000007611146\nS\nHealth insurance fit&kicking\nAm Wasser\n1\n3000\nBern\nCH\n\n\n\n\n\n\n\n"
    "121.00\nCHF\nS\nSarah Beispiel\nMustergasse\n1\n3600\nThun\nCH\nQRR\n000003701588132583136809972\n"
    "Premium calculation July 2020\nEPD\n"
    "//S1/10/10201409/11/200630/20/140.000-53/30/102673831/31/200630/32/7.7/33/7.7:9.30/40/0:30\n"
    "eBill/B/sarah.beispiel@einfach-zahlen.ch"
)
"""The same, Nr. 5."""
PUBLISHED_SCOR = (
    "SPC\n0200\n1\nCH5800791123000889012\nS\nHealth insurance fit&kicking\nAm Wasser\n1\n3000\nBern\nCH\n\n\n\n\n\n\n\n"
    "211.00\nCHF\nS\nSarah Beispiel\nMustergasse\n1\n3600\nThun\nCH\nSCOR\nRF240191230100405JSH0438\n"
    "Premium calculation July 2020\nEPD"
)
"""The same, Nr. 17, without the blank rows behind the trailer, which may be left out."""


def swiss(**changes: object) -> str:
    given_: dict[str, object] = {
        "account": "CH5800791123000889012",
        "creditor": Party.of(INSURER, "creditor"),
        "debtor": Party.of(SARAH, "debtor"),
        "currency": "CHF",
        "amount": Decimal("321"),
        "message": "Premium calculation July 2020",
    }
    return swiss_qr_payload(**(given_ | changes))  # type: ignore[arg-type]


def epc(**changes: object) -> str:
    given_: dict[str, object] = {
        "name": "Wikimedia Fördergesellschaft",
        "iban": GERMAN,
        "bic": "",
        "amount_eur": Decimal("20"),
        "reference": "",
        "text": "Invoice 7",
    }
    return epc_payload(**(given_ | changes))  # type: ignore[arg-type]


def test_the_published_swiss_code_without_reference_is_made_byte_for_byte() -> None:
    assert swiss(alternatives=("eBill/B/sarah.beispiel@einfach-zahlen.ch",)) == PUBLISHED_NON


def test_the_published_swiss_code_with_qr_reference_is_made_byte_for_byte() -> None:
    made = swiss(
        account="CH22 3198 9000 0076 1114 6",
        amount=Decimal("121.00"),
        reference="00 00037 01588 13258 31368 09972",
        billing="//S1/10/10201409/11/200630/20/140.000-53/30/102673831/31/200630/32/7.7/33/7.7:9.30/40/0:30",
        alternatives=("eBill/B/sarah.beispiel@einfach-zahlen.ch",),
    )
    assert made == PUBLISHED_QRR


def test_the_published_swiss_code_with_creditor_reference_is_made_byte_for_byte() -> None:
    assert swiss(amount=Decimal("211"), reference="RF24 0191 2301 0040 5JSH 0438") == PUBLISHED_SCOR


def test_without_amount_and_debtor_their_rows_are_empty() -> None:
    rows = swiss(amount=None, debtor=None, message="").split("\n")
    assert len(rows) == 31
    assert rows[11:19] == [""] * 8
    assert rows[19:28] == ["CHF", *[""] * 7, "NON"]
    assert rows[28:] == ["", "", "EPD"]


def test_a_notification_has_an_amount_of_zero() -> None:
    assert "\n0.00\nCHF\n" in swiss(amount=Decimal(0), message=NOT_FOR_PAYMENT[0])


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("E4074", {"account": GERMAN}),
        ("E4074", {"account": "CH5800791123000889013"}),
        ("E4074", {"currency": "USD"}),
        ("E4074", {"account": "CH4431999123000889012"}),
        ("E4074", {"account": "CH4431999123000889012", "reference": "RF18539007547034"}),
        ("E4074", {"reference": "210000000003139471430009017"}),
        ("E4074", {"reference": "RF19539007547034"}),
        ("E4073", {"amount": Decimal("0")}),
        ("E4073", {"amount": Decimal("1.005")}),
        ("E4073", {"amount": Decimal("1000000000")}),
        ("E4073", {"amount": Decimal("NaN")}),
        ("E4070", {"message": "Привет"}),
        ("E4071", {"message": "x" * 141}),
        ("E4071", {"message": "x" * 100, "billing": "//" + "x" * 39}),
        ("E4070", {"billing": "S1/10"}),
        ("E4071", {"alternatives": ("a", "b", "c")}),
        ("E4071", {"alternatives": ("a" * 101,)}),
    ],
)
def test_what_a_swiss_code_may_not_say_is_refused(code: str, changes: dict[str, object]) -> None:
    with pytest.raises(LayoutError) as caught:
        swiss(**changes)
    assert caught.value.code == code
    assert caught.value.place
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("code", "key", "value"),
    [
        ("E4075", "name", ""),
        ("E4075", "town", None),
        ("E4070", "country", "ch"),
        ("E4071", "country", "CHE"),
        ("E4071", "building", "1" * 17),
        ("E4071", "name", "n" * 71),
        ("E4070", "street", "ул. Ленина"),
    ],
)
def test_a_party_that_is_not_a_structured_address_is_refused(code: str, key: str, value: object) -> None:
    with pytest.raises(LayoutError) as caught:
        Party.of(INSURER | {key: value}, "payment.creditor")
    assert caught.value.code == code
    assert caught.value.place == f"payment.creditor.{key}"


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_of_a_party_or_message_moves_the_rows(name: str, message: str) -> None:
    try:
        payload = swiss(creditor=Party.of(INSURER | {"name": name}, "creditor"), message=message)
    except LayoutError:
        return
    rows = payload.split("\n")
    assert len(payload.splitlines()) == len(rows) == 31
    assert rows[30] == "EPD"


def test_the_longest_swiss_code_fits_version_25() -> None:
    wide = {key: "x" * most for key, most in zip(INSURER, (70, 70, 16, 16, 35, 0), strict=True)} | {"country": "CH"}
    party = Party.of(wide, "party")
    made = swiss(creditor=party, debtor=party, message="m" * 140, alternatives=("a" * 100, "b" * 100))
    assert len(made) <= 997


def test_an_epc_code_reads_as_another_library_writes_it() -> None:
    theirs = segno.helpers.make_epc_qr(
        name="Wikimedia Fördergesellschaft", iban=GERMAN, amount=20.5, text="Invoice 7", encoding="iso-8859-1"
    )
    pixels = np.array(list(theirs.matrix_iter(scale=4, border=4)), dtype=np.uint8)
    [read] = zxingcpp.read_barcodes(255 * (1 - pixels))
    assert read.text.replace("EUR20.5\n", "EUR20.50\n") == epc(amount_eur=Decimal("20.50"))


def test_a_creditor_reference_is_structured_and_another_goes_before_the_text() -> None:
    assert epc(reference="RF18 5390 0754 7034").split("\n")[7:] == ["EUR20.00", "", "RF18539007547034"]
    assert epc(reference="4711").split("\n")[7:] == ["EUR20.00", "", "", "4711 Invoice 7"]


def test_beyond_latin_1_an_epc_code_is_utf_8() -> None:
    assert epc(name="Łódź").split("\n")[2] == "1"


def test_a_line_break_in_a_text_does_not_begin_a_field() -> None:
    assert epc(name="A\nB", text="one\r\ntwo").split("\n")[5:] == ["A B", GERMAN, "EUR20.00", "", "", "one two"]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("E4072", {"iban": "DE89370400440532013001"}),
        ("E4073", {"amount_eur": Decimal("0")}),
        ("E4073", {"amount_eur": Decimal("1000000000")}),
        ("E4073", {"amount_eur": Decimal("0.015")}),
        ("E4073", {"amount_eur": Decimal("Infinity")}),
        ("E4075", {"name": " "}),
        ("E4071", {"name": "Ж" * 70, "text": "Ж" * 140}),
    ],
)
def test_what_an_epc_code_can_not_hold_is_refused(code: str, changes: dict[str, object]) -> None:
    with pytest.raises(LayoutError) as caught:
        epc(**changes)
    assert caught.value.code == code


@given(st.text(max_size=90), st.decimals(Decimal("0.01"), Decimal("999999999.99"), places=2), st.text(max_size=200))
def test_an_epc_code_keeps_its_limits(name: str, amount: Decimal, text: str) -> None:
    assume(epc_is_possible(name=name, iban=GERMAN, amount_eur=amount))
    try:
        payload = epc(name=name, amount_eur=amount, text=text)
    except LayoutError:
        assert len(f"{name}{text}".encode()) > MOST_BYTES - 60
        return
    rows = payload.split("\n")
    assert len(payload.encode("iso-8859-1" if rows[2] == "2" else "utf-8")) <= MOST_BYTES
    assert len(rows) <= 11
    assert rows[7] == f"EUR{amount:.2f}"


def test_a_using_qr_code_reads_as_a_published_one() -> None:
    text = using_qr_payload(
        payee="Din Leverandør",
        country="NO",
        company_id="997912345 MVA",
        number="12300001",
        issued=date(2015, 10, 22),
        due=date(2015, 11, 5),
        amount=Decimal("2500.00"),
        currency="NOK",
        account_kind="BBAN",
        account="17202612345",
        bic="BIENNOK1",
        address="0313 OSLO",
    )
    assert json.loads(text) == {
        "uqr": 1,
        "tp": 1,
        "nme": "Din Leverandør",
        "cc": "NO",
        "cid": "997912345 MVA",
        "iref": "12300001",
        "idt": "20151022",
        "ddt": "20151105",
        "due": 2500.00,
        "cur": "NOK",
        "pt": "BBAN",
        "acc": "17202612345",
        "bc": "BIENNOK1",
        "adr": "0313 OSLO",
    }


@given(st.text(max_size=40), st.decimals(0, Decimal("99999999.99"), places=2))
def test_a_using_qr_code_is_json_with_the_exact_sum(payee: str, amount: Decimal) -> None:
    text = using_qr_payload(
        payee=payee, company_id="", number="1", amount=amount, currency="SEK", account_kind="BG", account="9912346"
    )
    read = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    assert read["due"] == amount
    assert read.get("nme", "") == payee


def test_an_unknown_account_kind_is_refused() -> None:
    with pytest.raises(LayoutError, match="no account kind"):
        using_qr_payload(
            payee="", company_id="", number="1", amount=Decimal(1), currency="SEK", account_kind="XX", account="1"
        )


def test_a_payment_link_has_its_fields_percent_encoded() -> None:
    link = payment_link(
        "https://pay.example/i/{number}?amount={amount}&due={due}#top",
        {"number": "A/7 ø?", "amount": Decimal("12.50"), "due": date(2026, 3, 31)},
    )
    assert link == "https://pay.example/i/A%2F7%20%C3%B8%3F?amount=12.50&due=2026-03-31#top"


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_whatever_a_field_says_the_link_keeps_its_host_and_the_field_its_text(text: str) -> None:
    link = payment_link("https://pay.example/p?ref={reference}&x=1", {"reference": text})
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "pay.example", "/p")
    assert parse_qs(parts.query, keep_blank_values=True) == {"ref": [text], "x": ["1"]}


@pytest.mark.parametrize(
    "template",
    [
        "http://pay.example/",
        "javascript:alert(1)",
        "pay.example/{number}",
        "https://{number}/",
        "https://user@pay.example/",
        "https://pay.example/{unknown}",
        "https://pay.example/{number",
        "https://pay.example/number}",
        "https://pay.example/{0.__class__}",
        "https://pay.example/ {number}",
        "https://påy.example/",
        "https:///x",
        "",
    ],
)
def test_a_template_that_makes_no_https_address_is_refused(template: str) -> None:
    with pytest.raises(LayoutError) as caught:
        payment_link(template, {"number": "evil.example"})
    assert caught.value.code == "E4076"
