"""Which slip suits a payment, and what expressions may call."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from layouts.errors import LayoutError
from layouts.remittance.functions import FUNCTIONS
from layouts.remittance.scheme import SLIPS, payment_scheme, read_rules


@pytest.mark.parametrize(
    ("payment", "currency", "country", "slip"),
    [
        ({"account": "8601 11 17947"}, "NOK", "NO", "no-giro"),
        ({"account": "NO9386011117947"}, "NOK", "SE", "no-giro"),
        ({"account": "8601 11 17948"}, "NOK", "NO", "plain"),
        ({"account": "NO9386011117947"}, "EUR", "NO", "epc"),
        ({"account": "DK5000400440116243", "creditor_number": "85799665"}, "DKK", "DK", "dk-fik"),
        ({"account": "DK5000400440116243"}, "DKK", "DK", "plain"),
        ({"account": "991-2346"}, "SEK", "SE", "se-bankgiro"),
        ({"account": "SE4550000000058398257466", "bankgiro": "9912346"}, "SEK", "SE", "se-bankgiro"),
        ({"account": "FI3715903000000776"}, "EUR", "FI", "fi-giro"),
        ({"account": "FI3715903000000776"}, "EUR", "DE", "epc"),
        ({"account": "CH5800791123000889012"}, "CHF", "DE", "ch-qr"),
        ({"account": "CH4431999123000889012"}, "EUR", "CH", "ch-qr"),
        ({"account": "CH4431999123000889012"}, "USD", "CH", "plain"),
        ({"account": "IT60X0542811101000000123456", "notice": "001340000013900808"}, "EUR", "IT", "pagopa"),
        ({"account": "IT60X0542811101000000123456"}, "EUR", "IT", "epc"),
        ({"account": "IT60X0542811101000000123456", "scheme": "plain"}, "EUR", "IT", "plain"),
        ({}, "GBP", "GB", "plain"),
        ({"account": None, "notice": 7}, "EUR", "IT", "plain"),
    ],
)
def test_the_slip_that_suits_a_payment(payment: dict[str, object], currency: str, country: str, slip: str) -> None:
    assert payment_scheme(payment, currency, country) == slip


def test_a_slip_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(LayoutError) as caught:
        payment_scheme({"scheme": "no-gir"}, "NOK", "NO")
    assert caught.value.code == "E4077"
    assert all(slip in caught.value.message for slip in SLIPS)


@pytest.mark.parametrize(
    ("rule", "fact"),
    [
        ('slip = "giro"\ncurrencies = []\nseller_countries = []\nneeds = []', "'slip' is 'giro'"),
        ('slip = "plain"\ncurrencies = []\nseller_countries = []\nneeds = ["luck"]', "no condition 'luck'"),
        ('slip = "plain"\ncurrencies = ["EUR"]\nseller_countries = []\nneeds = []', "must fit every payment"),
        ('slip = "plain"\ncurrencies = []\nseller_countries = []\nneeds = []\nlucky = 1', "unknown key 'lucky'"),
    ],
)
def test_rules_that_can_not_hold_are_refused_with_their_line(tmp_path: Path, rule: str, fact: str) -> None:
    path = tmp_path / "slips.toml"
    path.write_text(f"format = 1\n[[rules]]\n{rule}\n")
    with pytest.raises(LayoutError, match=fact) as caught:
        read_rules(path)
    assert caught.value.place.startswith("slips.toml, line ")


CREDITOR = {"name": "A", "postcode": "3000", "town": "Bern", "country": "CH"}
CALLS: dict[str, tuple[tuple[object, ...], object]] = {
    "account_grouped": (("86011117947",), "8601 11 17947"),
    "bank_barcode": (
        ("FI3715903000000776", Decimal("12.25"), "11112"),
        "437159030000007760000122500000000000000000011112000000",
    ),
    "bankgiro_grouped": (("9912346",), "991-2346"),
    "bankgiro_line": (("665760", Decimal(1800), "991-2346"), "# 665760 # 1800 00 2 > 9912346#41#"),
    "creditor_reference": (("539007547034",), "RF18539007547034"),
    "epc": (("DE89370400440532013000", "A", Decimal(1), "SEK"), ""),
    "fik_line": (("71", "67097535", "85799665"), "+71< 000000067097535+85799665<"),
    "giro_check_digit": ((Decimal(1800),), "2"),
    "giro_line_no": (
        ("602243", Decimal("0.5"), "86011117947"),
        f"{'602243':>25}{'0':>11}  50  < 5 >  8601 11 17947",
    ),
    "iban_grouped": (("NO9386011117947",), "NO93 8601 1117 947"),
    "kroner": ((Decimal("1234.50"),), "1234"),
    "notice_grouped": (("001340000013900808",), "0013 4000 0013 9008 08"),
    "ore": ((Decimal("1234.5"),), "50"),
    "pagopa": (("001340000013900808", "12345678901", Decimal(1)), "PAGOPA|002|001340000013900808|12345678901|100"),
    "party": (("A", "B 1", "3000", "Bern", "CH"), CREDITOR | {"street": "B 1", "building": ""}),
    "payment_link": (("https://pay.example/",), "https://pay.example/"),
    "payment_scheme": (({}, "SEK", "SE"), "plain"),
    "plusgiro_grouped": (("2865434",), "28 65 43-4"),
    "qr_reference_grouped": (("210000000003139471430009017",), "21 00000 00003 13947 14300 09017"),
    "reference_grouped": (("RF18539007547034",), "RF18 5390 0754 7034"),
    "swiss_amount": ((Decimal(1590),), "1\u00a0590.00"),
    "swiss_qr": (
        ("CH5800791123000889012", CREDITOR, "CHF"),
        "SPC\n0200\n1\nCH5800791123000889012\nS\nA\n\n\n3000\nBern\nCH" + "\n" * 9 + "CHF" + "\n" * 8 + "NON\n\n\nEPD",
    ),
    "using_qr": (
        ("A", "", "7", Decimal("1.50"), "SEK", "BG", "9912346"),
        '{"uqr":1,"tp":1,"nme":"A","iref":"7","due":1.50,"cur":"SEK","pt":"BG","acc":"9912346"}',
    ),
    "viite_grouped": (("1234561",), "12 34561"),
    "virtual_barcode": (
        ("FI3715903000000776", Decimal("12.25"), "11112", date(2016, 12, 21)),
        "437159030000007760000122500000000000000000011112161221",
    ),
}


def test_every_function_of_the_table_has_a_known_answer_here() -> None:
    assert set(CALLS) == set(FUNCTIONS)


@pytest.mark.parametrize("name", CALLS)
def test_functions_answer_by_their_names(name: str) -> None:
    arguments, answer = CALLS[name]
    assert FUNCTIONS[name](*arguments) == answer


def test_an_epc_text_is_made_in_euro_only_and_where_it_can_be() -> None:
    epc = FUNCTIONS["epc"]
    made = epc("DE89370400440532013000", "A", Decimal(1), "EUR", "RF18539007547034", "text", "COBADEFFXXX")
    assert made == "BCD\n002\n2\nSCT\nCOBADEFFXXX\nA\nDE89370400440532013000\nEUR1.00\n\nRF18539007547034"
    assert epc("8601 11 17947", "A", Decimal(1), "EUR") == ""
    assert epc("DE89370400440532013000", "", Decimal(1), "EUR") == ""


@pytest.mark.parametrize(
    ("account", "amount", "reference"),
    [
        ("DE89370400440532013000", "12.25", "11112"),
        ("FI3715903000000777", "12.25", "11112"),
        ("FI3715903000000776", "1000000", "11112"),
        ("FI3715903000000776", "-1", "11112"),
        ("FI3715903000000776", "12.25", "Invoice 7"),
        ("FI3715903000000776", "12.25", "RF98ABC12345"),
        ("FI3715903000000776", "12.25", ""),
    ],
)
def test_a_payment_that_a_bank_bar_code_can_not_say_has_none(account: str, amount: str, reference: str) -> None:
    assert FUNCTIONS["bank_barcode"](account, Decimal(amount), reference) == ""


def test_a_bank_bar_code_with_a_mistyped_reference_is_refused() -> None:
    with pytest.raises(LayoutError, match="E4072"):
        FUNCTIONS["bank_barcode"]("FI3715903000000776", Decimal(1), "11113")


def test_a_qr_reference_is_grouped_without_being_named() -> None:
    assert FUNCTIONS["reference_grouped"]("210000000003139471430009017") == "21 00000 00003 13947 14300 09017"
    assert FUNCTIONS["reference_grouped"](" 602243 ") == "602243"


def test_a_link_takes_its_fields_by_name() -> None:
    assert FUNCTIONS["payment_link"]("https://pay.example/{id}", id="7 8") == "https://pay.example/7%208"
