"""The address in the window."""

from __future__ import annotations

import pytest
from babel import Locale

from mailroom.domain.address import PostalAddress
from mailroom.domain.countries import COUNTRIES
from mailroom.domain.invoice import Party
from mailroom.domain.recipient import recipient_lines


def party(address: PostalAddress, contact: str = "") -> Party:
    return Party("Øverli & Sønner AS", address, contact=contact)


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        (PostalAddress(("Storgata 1",), "0151", "Oslo", "NO"), ("Storgata 1", "0151 Oslo")),
        (PostalAddress(("Kungsgatan 9",), "411 01", "Göteborg", "SE"), ("Kungsgatan 9", "411 01 Göteborg")),
        (PostalAddress(("Nørregade 3",), "1165", "København K", "DK"), ("Nørregade 3", "1165 København K")),
        (PostalAddress(("Mannerheimintie 1",), "00100", "Helsinki", "FI"), ("Mannerheimintie 1", "00100 Helsinki")),
        (PostalAddress(("Am Markt 2",), "80331", "München", "DE"), ("Am Markt 2", "80331 München")),
        (PostalAddress(("5 rue Foch",), "69006", "Lyon", "FR"), ("5 rue Foch", "69006 Lyon")),
        (PostalAddress(("1 High Street",), "EH1 1YZ", "Edinburgh", "GB"), ("1 High Street", "Edinburgh", "EH1 1YZ")),
        (
            PostalAddress(("350 5th Ave",), "10118", "New York", "US", region="NY"),
            ("350 5th Ave", "New York NY 10118"),
        ),
        (PostalAddress(("Via Roma 1",), "20121", "Milano", "IT", region="MI"), ("Via Roma 1", "20121 Milano MI")),
        (
            PostalAddress(("Hovedgatan 32",), "456 34", "Stockholm", "SE", region="Södermalm"),
            ("Hovedgatan 32", "456 34 Stockholm"),
        ),
    ],
    ids=lambda value: value.country if isinstance(value, PostalAddress) else "",
)
def test_each_country_writes_postcode_and_town_in_its_order(address: PostalAddress, lines: tuple[str, ...]) -> None:
    assert recipient_lines(party(address), None, address.country) == ("Øverli & Sønner AS", *lines)


def test_the_country_stands_below_in_capitals_only_on_letters_abroad() -> None:
    address = PostalAddress(("Am Markt 2",), "80331", "München", "DE")
    assert recipient_lines(party(address), None, "NO")[-1] == "GERMANY"
    assert recipient_lines(party(address), None, "DE")[-1] == "80331 München"


def test_a_contact_stands_below_the_name_and_not_twice() -> None:
    address = PostalAddress(("Storgata 1",), "0151", "Oslo", "NO")
    assert recipient_lines(party(address, "Lisa Johnson"), None, "NO")[1] == "Lisa Johnson"
    assert recipient_lines(party(address, "øverli & sønner as"), None, "NO")[1] == "Storgata 1"


def test_a_letter_goes_to_the_other_address_when_there_is_one() -> None:
    home = PostalAddress(("Storgata 1",), "0151", "Oslo", "NO")
    office = PostalAddress(("Postboks 118 Sentrum",), "0102", "Oslo", "NO")
    assert recipient_lines(party(home), office, "NO") == ("Øverli & Sønner AS", "Postboks 118 Sentrum", "0102 Oslo")


def test_blank_parts_leave_no_empty_line() -> None:
    address = PostalAddress(("", "  ", "Storgata  1"), "", "Oslo", "NO")
    assert recipient_lines(party(address), None, "NO") == ("Øverli & Sønner AS", "Storgata 1", "Oslo")


def test_lines_are_never_cut() -> None:
    address = PostalAddress(tuple(f"Line {number}" for number in range(1, 8)), "0151", "Oslo", "NO")
    assert len(recipient_lines(party(address), None, "NO")) == 9


def test_every_country_of_the_unicode_data_has_a_name_here() -> None:
    codes = {code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()}
    no_countries = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
    assert codes - no_countries == COUNTRIES.keys() - {"1A", "XI"}
