"""The address as it is printed in the envelope's window."""

from __future__ import annotations

from mailroom.domain.address import PostalAddress
from mailroom.domain.countries import country_name
from mailroom.domain.invoice import Party

RECIPIENT_LINES_MAX = 6
"""What an address field shows (DIN 5008: 27.3 mm; postal operators' advice). More is for the caller to refuse."""

_POSTCODE_FIRST = ("{postcode} {town}",)

_TOWN_LINES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("GB", "IM", "JE", "GG", "GI", "FK"), ("{town}", "{postcode}")),
    "IE": ("{town}", "{region}", "{postcode}"),
    **dict.fromkeys(("US", "PR", "CA", "AU"), ("{town} {region} {postcode}",)),
    **dict.fromkeys(("NZ", "SG", "IN", "TH", "ID", "TW", "SA"), ("{town} {postcode}",)),
    **dict.fromkeys(("IT", "SM"), ("{postcode} {town} {region}",)),
    "ES": ("{postcode} {town}", "{region}"),
    "HU": ("{town}", "{postcode}"),
    "BR": ("{postcode} {town} {region}",),
    "JP": ("{town}", "{region} {postcode}"),
    "CN": ("{town} {postcode}", "{region}"),
    "HK": ("{town}", "{region}"),
    "AE": ("{town}", "{region}"),
    **dict.fromkeys(("UA", "KZ"), ("{town}", "{region}", "{postcode}")),
    **dict.fromkeys(("ZA", "MT"), ("{town}", "{postcode}")),
}
"""Lines below the street, by country, after the Universal Postal Union's address templates. Countries not listed here
(the Nordic countries, Germany, France, the rest of the continent) write postcode before town and no region."""


def recipient_lines(party: Party, deliver_to: PostalAddress | None, seller_country: str) -> tuple[str, ...]:
    """Name, contact, address lines, town with postcode in the country's order, and the country's name in capitals
    when the letter goes abroad from `seller_country`. `deliver_to` replaces the party's own address.

    Blank parts leave no gap. The number of lines is not cut: whoever prints refuses more than it can show.
    """
    address = deliver_to or party.address
    contact = party.contact if party.contact.casefold() != party.name.casefold() else ""
    abroad = country_name(address.country).upper() if address.country != seller_country else ""
    lines = (party.name, contact, *address.lines, *town_lines(address), abroad)
    return tuple(line for line in (" ".join(line.split()) for line in lines) if line)


def town_lines(address: PostalAddress) -> tuple[str, ...]:
    """Town, postcode and region as the address's country writes them."""
    parts = {"postcode": address.postcode, "town": address.town, "region": address.region}
    templates = _TOWN_LINES.get(address.country, _POSTCODE_FIRST)
    return tuple(line for line in (" ".join(t.format_map(parts).split()) for t in templates) if line)
