"""The payment part: what it says, and what the code on it reads as."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import segno.helpers
import zxingcpp
from PIL import Image

from layouts.errors import LayoutError
from layouts.fonts import FontSet
from layouts.typeset import PageProgram
from tests.layouts.paper import image, pdf_of, texts
from tests.layouts.samples import invoice

IBAN = "DE89370400440532013000"


def page_text(program: PageProgram, fonts: FontSet, data: dict[str, Any], language: str = "en") -> str:
    return " ".join(texts(pdf_of([program.typeset(data, language)], fonts))[-1].split())


def codes(program: PageProgram, fonts: FontSet, data: dict[str, Any]) -> list[zxingcpp.Barcode]:
    page_set = program.typeset(data, "en")
    picture = image(pdf_of([page_set], fonts), len(page_set.pages) - 1, 200)
    return list(zxingcpp.read_barcodes(picture))


def euro(**payment: str) -> dict[str, Any]:
    return invoice(3, document={"currency": "EUR"}, payment={"account": IBAN, "bic": "COBADEFFXXX"} | payment)


@pytest.mark.parametrize("name", ["Fjordgløtt Energi AS", "ΔΕΗ Ανανεώσιμες", "Łódzkie Wodociągi"])
@pytest.mark.parametrize("reference", ["RF18539007547034", "10423", ""])
def test_the_code_on_the_page_says_what_an_epc_code_must_say(
    program: PageProgram, fonts: FontSet, name: str, reference: str
) -> None:
    data = euro(account_name=name, reference=reference)
    (code,) = codes(program, fonts, data)
    structured = reference if reference.startswith("RF") else None
    expected = segno.helpers.make_epc_qr(
        name=name,
        iban=IBAN,
        amount=data["totals"]["payable"],
        reference=structured,
        text=None if structured else " ".join(filter(None, (reference, "Invoice 10423"))),
        bic="COBADEFFXXX",
        encoding="iso-8859-1" if name.startswith("Fjord") else "utf-8",
    )
    (oracle,) = zxingcpp.read_barcodes(_picture(expected))
    amount = re.compile(r"EUR([0-9.]+)")
    assert amount.sub("EUR", code.text) == amount.sub("EUR", oracle.text)
    assert Decimal(amount.search(code.text)[1]) == Decimal(amount.search(oracle.text)[1])  # type: ignore[index]
    assert code.ec_level == "M"
    assert code.symbology_identifier == "]Q1", "no extension (ECI) that a banking app may not read"


def _picture(code: segno.QRCode) -> Any:
    out = io.BytesIO()
    code.save(out, kind="png", scale=4)
    return Image.open(out).convert("L")


@pytest.mark.parametrize(
    "change",
    [
        {"document": {"currency": "NOK"}},
        {"payment": {"account": "15038300005"}},
        {"payment": {"account": "DE88370400440532013000"}},
    ],
)
def test_there_is_no_code_where_it_would_say_something_wrong(
    program: PageProgram, fonts: FontSet, change: dict[str, Any]
) -> None:
    data = euro()
    data = {key: value | change.get(key, {}) if isinstance(value, dict) else value for key, value in data.items()}
    assert codes(program, fonts, data) == []


def test_a_code_too_dense_for_a_phone_is_left_out(program: PageProgram, fonts: FontSet) -> None:
    # Letters of two bytes: the second code needs more than the 287 bytes of version 12 with its 65 modules. In 36 mm
    # with the quiet zone that is under half a millimetre a module.
    assert len(codes(program, fonts, euro(account_name="і" * 30, reference="і" * 10))) == 1
    assert codes(program, fonts, euro(account_name="і" * 70, reference="і" * 40)) == []


def test_a_payload_over_the_limit_of_the_standard_makes_no_code(program: PageProgram, fonts: FontSet) -> None:
    assert codes(program, fonts, euro(account_name="і" * 70, reference="і" * 70)) == []


def test_a_long_reference_is_broken_and_one_too_long_refused(program: PageProgram, fonts: FontSet) -> None:
    long = "Vennligst oppgi 4711-0815 og navnet på leietaker ved betaling"
    assert long in page_text(program, fonts, invoice(1, payment={"reference": long}))
    with pytest.raises(LayoutError, match="E4037") as caught:
        program.typeset(invoice(1, payment={"reference": long * 3}), "nb")
    assert "payment-reference" in caught.value.place


def test_a_norwegian_reference_is_called_kid_only_when_it_is_one(program: PageProgram, fonts: FontSet) -> None:
    good = page_text(program, fonts, invoice(1, payment={"reference": "602243"}), "nb")
    assert "KID 602243" in good
    bad = page_text(program, fonts, invoice(1, payment={"reference": "602244"}), "nb")
    assert "Betalingsreferanse 602244" in bad
    assert "KID" not in bad


def test_the_part_says_account_amount_and_day(program: PageProgram, fonts: FontSet) -> None:
    data = invoice(2, document={"due_date": date(2026, 12, 1)})
    said = page_text(program, fonts, data, "nb")
    assert "Til konto 1503 83 00005" in said
    assert "Betales innen 01.12.2026" in said
    amount = f"{data['totals']['payable']:.2f}".replace(".", ",")
    assert f"BeløpNOK{amount}" in said.replace(" ", "")


@pytest.mark.parametrize(
    "change",
    [
        {"document": {"kind": "credit-note"}},
        {"payment": {"account": " "}},
        {"totals": {"payable": Decimal(0)}},
    ],
)
def test_nothing_to_pay_has_no_payment_part(program: PageProgram, fonts: FontSet, change: dict[str, Any]) -> None:
    data = invoice(2)
    assert "Pay by" in page_text(program, fonts, data)
    data = {key: value | change.get(key, {}) if isinstance(value, dict) else value for key, value in data.items()}
    said = page_text(program, fonts, data)
    assert "Pay by" not in said
    assert "Account" not in said
