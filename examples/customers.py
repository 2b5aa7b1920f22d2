"""Customers of the examples: drawn people and companies with plausible addresses."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from mailroom.domain.address import PostalAddress
from mailroom.domain.invoice import Party
from mailroom.domain.recipient import RECIPIENT_LINES_MAX, recipient_lines

COUNTRY_WEIGHTS: Mapping[str, int] = {"NO": 60, "SE": 14, "DK": 10, "DE": 10, "GB": 6}
"""How often a customer lives where: a Norwegian house's usual customers."""

EVERY_COUNTRY: Mapping[str, int] = {
    "NO": 22,
    "SE": 14,
    "DK": 14,
    "FI": 12,
    "DE": 10,
    "AT": 10,
    "CH": 8,
    "ID": 10,
    "GB": 6,
}
"""All countries there are data for, so that every language of the layouts comes often."""

_INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
"""Royal Mail uses no C, I, K, M, O or V after the digit of the inward code."""

_FIVE_LINES_EVERY = 37
_SPECIAL_NAME_EVERY = 23


@dataclass(frozen=True, slots=True)
class Customer:
    """A buyer, the country whose seller invoices it, and where its letters go when not to its own address."""

    party: Party
    seller_country: str
    deliver_to: PostalAddress | None = None


@cache
def tables() -> dict[str, Any]:
    """The data that the generator draws from."""
    return tomllib.loads((files("examples") / "countries.toml").read_text(encoding="utf-8"))


def draw_customer(
    chance: random.Random, number: int, seed_part: int, taken: set[tuple[str, str]], countries: Mapping[str, int]
) -> Customer:
    """Customer `number` of a run, of one of `countries` by their weights. Those without a customer number are told
    apart by name and address alone, so for them no pair in `taken` comes twice."""
    while True:
        customer = _draw(chance, number, seed_part, countries)
        party = customer.party
        sign = (party.name.casefold(), party.address.normalised())
        if party.id or party.vat_id or party.registration or sign not in taken:
            taken.add(sign)
            return customer


def _draw(chance: random.Random, number: int, seed_part: int, countries: Mapping[str, int]) -> Customer:
    country = chance.choices(list(countries), list(countries.values()))[0]
    data = tables()[country]
    company = chance.random() < 0.35
    name = _name(chance, data, company, special=number % _SPECIAL_NAME_EVERY == _SPECIAL_NAME_EVERY - 1)
    five_lines = number % _FIVE_LINES_EVERY == _FIVE_LINES_EVERY - 1
    address = _address(chance, country, data, building=five_lines or chance.random() < 0.12)
    contact = _person(chance, data) if five_lines or (company and chance.random() < 0.3) else ""
    abroad = country != "NO" and chance.random() < 0.1
    seller_country = "NO" if abroad else country
    party = Party(
        name=name,
        address=address,
        id=f"{seed_part}{number:05d}" if chance.random() < 0.9 else "",
        contact=contact,
    )
    if len(recipient_lines(party, None, seller_country)) > RECIPIENT_LINES_MAX:
        party = Party(name=name, address=address, id=party.id)
    deliver_to = _address(chance, country, data, building=False) if company and chance.random() < 0.04 else None
    return Customer(party, seller_country, deliver_to)


def _name(chance: random.Random, data: dict[str, Any], company: bool, *, special: bool) -> str:
    if special:
        names: list[str] = tables()["special"]["organisations" if company else "people"]
        return chance.choice(names)
    if not company:
        return _person(chance, data)
    pattern: str = chance.choice(data["companies"])
    return pattern.format(last=chance.choice(data["last_names"]), street=chance.choice(data["streets"]))


def _person(chance: random.Random, data: dict[str, Any]) -> str:
    return f"{chance.choice(data['first_names'])} {chance.choice(data['last_names'])}"


def _address(chance: random.Random, country: str, data: dict[str, Any], *, building: bool) -> PostalAddress:
    postcodes, town = chance.choice(data["towns"])
    number = chance.randint(1, 148)
    street = chance.choice(data["streets"])
    line = f"{number} {street}" if country == "GB" else f"{street} {number}"
    extra = (chance.choice(data["buildings"]),) if building else ()
    return PostalAddress((*extra, line), _postcode(chance, postcodes), town, country)


def _postcode(chance: random.Random, given: str) -> str:
    """One of a range ("411 01-418 79", leading zeros and blank kept), or a British outward code completed."""
    low, dash, high = given.partition("-")
    if not dash:
        inward = f"{chance.randint(1, 9)}{chance.choice(_INWARD_LETTERS)}{chance.choice(_INWARD_LETTERS)}"
        return f"{low} {inward}"
    drawn = chance.randint(int(low.replace(" ", "")), int(high.replace(" ", "")))
    digits = f"{drawn:0{len(low.replace(' ', ''))}d}"
    return f"{digits[:3]} {digits[3:]}" if " " in low else digits
