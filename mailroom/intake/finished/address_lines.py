"""An address as it stands on a page → name, lines, postcode, town and country."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from babel import Locale

from mailroom.domain.address import PostalAddress
from mailroom.domain.countries import COUNTRIES
from mailroom.intake.finished.found import FoundRecipient

_LANGUAGES = ("en", "nb", "nn", "sv", "da", "fi", "de", "fr", "nl", "es", "it", "pt", "pl", "is", "et")
"""In which a country's name is known when it stands on the last line; the letter's own language is among them."""

_SALUTATIONS = frozenset(
    ("herr", "herrn", "frau", "herr und frau", "firma", "monsieur", "madame", "m.", "mme", "mr", "mrs", "ms", "herra")
)
"""Lines that stand above a name and are none."""

_PREFIX = r"(?:[A-Z]{1,3}\s?[-–]\s?|(?:[A-Z]{2}|D|A|F|L|S|N|B|I)\s)?"
"""The sign of the country before the postcode: "DK-1000", "D 80331", "DE 80331"."""

_ANY_CODE = r"[A-Z]{0,3}-?\d[\dA-Z]*(?:[ -]\d[\dA-Z]*)?"


@dataclass(frozen=True, slots=True)
class AddressFault:
    """Why lines are no address: the line that is wrong ("" for all of them) and the fact."""

    line: str
    fact: str


@cache
def _orders() -> Mapping[str, Mapping[str, str]]:
    """How each country writes its town line."""
    found: dict[str, dict[str, str]] = tomllib.loads(
        files("mailroom.intake.finished").joinpath("postcodes.toml").read_text(encoding="utf-8")
    )
    return found


@cache
def _country_names() -> Mapping[str, str]:
    """Folded name → code, in every language that is known; a name that two countries bear is left out."""
    names: dict[str, set[str]] = {name.casefold(): {code} for code, name in COUNTRIES.items() if code.isalpha()}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in COUNTRIES:
                names.setdefault(name.casefold(), set()).add(code)
    names.update({code.casefold(): {code} for code in COUNTRIES})
    names.update({"england": {"GB"}, "scotland": {"GB"}, "wales": {"GB"}, "usa": {"US"}, "uk": {"GB"}})
    names["united kingdom"] = {"GB"}
    return {name: min(codes) for name, codes in names.items() if len(codes) == 1}


def country_of(line: str) -> str:
    """The country that a line names, alone or in two languages ("Deutschland / Germany"); "" when it names none."""
    found = {_country_names().get(part.strip(" .").casefold(), "") for part in line.split("/")}
    return found.pop() if len(found) == 1 else ""


def parse_address(lines: Sequence[str], country: str) -> FoundRecipient | AddressFault:
    """The recipient that the lines of an address field name. `country` is that of an address which names none.

    The last line (before the country's) must be the town's as its country writes it: what stands below would be a
    stranger's text, and an address that is understood by half is not understood.
    """
    raw = tuple(line for line in (" ".join(line.split()) for line in lines) if line)
    rest = list(raw)
    if not rest:
        return AddressFault("", "the address is empty")
    named = country_of(rest[-1]) if len(rest) > 2 else ""
    if named:
        rest.pop()
    town = _town(rest, named or country)
    if town is None:
        fact = f"{rest[-1]!r} is not a line with postcode and town as {COUNTRIES[named or country]} writes it"
        return AddressFault(rest[-1], fact)
    above = rest[: town.index]
    if len(above) > 1 and above[0].casefold() in _SALUTATIONS:
        above = above[1:]
    if not above:
        return AddressFault(raw[0], "the address has no name above its town")
    address = PostalAddress(tuple(above[1:]), town.postcode, town.name, named or country, town.region)
    return FoundRecipient(above[0], address, raw)


@dataclass(frozen=True, slots=True)
class _Town:
    """`index` is the line at which the town begins."""

    index: int
    postcode: str
    name: str
    region: str = ""


def _town(lines: Sequence[str], country: str) -> _Town | None:
    order = _orders().get(country, {"order": "any"})
    last = len(lines) - 1
    match order["order"]:
        case "before":
            return _in_line(last, lines[last], _before(order))
        case "after":
            return _in_line(last, lines[last], _after(order))
        case "alone":
            code = re.fullmatch(order["postcode"], lines[last])
            if code and last > 0:
                return _Town(last - 1, code[0], lines[last - 1])
            return _in_line(last, lines[last], _after(order)) or _in_line(last, lines[last], _before(order))
        case "none":
            return _Town(last, "", lines[last])
        case _:
            return _in_line(last, lines[last], _before({"postcode": _ANY_CODE})) or _Town(last, "", lines[last])


def _before(order: Mapping[str, str]) -> str:
    """Postcode, then the town. Text that was set in columns may have lost the blank between them."""
    region = rf"(?:\s(?P<region>{order['region']})|\s\((?P<region_2>{order['region']})\))?" if "region" in order else ""
    return rf"{_PREFIX}(?P<postcode>{order['postcode']})(?:\s+|(?=[^\W\d_]))(?P<town>[^\W\d_].*?){region}"


def _after(order: Mapping[str, str]) -> str:
    region = rf"(?:,?\s+(?P<region>{order['region']}))?" if "region" in order else ""
    return rf"(?P<town>[^\W\d_].*?){region},?\s+(?P<postcode>{order['postcode']})"


def _in_line(index: int, line: str, pattern: str) -> _Town | None:
    found = re.fullmatch(pattern, line)
    if found is None:
        return None
    groups = found.groupdict(default="")
    return _Town(
        index, groups["postcode"], groups["town"].strip(" ,"), groups.get("region", "") or groups.get("region_2", "")
    )
