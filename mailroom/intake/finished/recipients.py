"""Whose address a document bears: that of index, embedded XML or zone, in this order, held against each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailroom.domain.address import PostalAddress
from mailroom.intake.finished.address_lines import AddressFault, country_of, parse_address
from mailroom.intake.finished.definition import JobDefinition
from mailroom.intake.finished.examination import EmbeddedInvoice, IndexRow
from mailroom.intake.finished.fields import Gathered, Value, contradiction, not_found
from mailroom.intake.finished.found import FoundRecipient, Problem

_REMEDY = "Make the zone hold the address alone, leave other lines out with drop, or set the country."

_Parsed = FoundRecipient | AddressFault


@dataclass(frozen=True, slots=True)
class Choice:
    """The recipient that was taken, where it comes from, and what speaks against it."""

    recipient: FoundRecipient | None
    source: str
    problems: tuple[Problem, ...]


def choose(
    definition: JobDefinition, found: Gathered, row: IndexRow | None, embedded: EmbeddedInvoice | None, page: int
) -> Choice:
    """The recipient of a document whose first page is `page`. None always comes with a problem."""
    zone = _parsed(_of_source(found, "zone") or _of_source(found, "default"), definition.country)
    of_row = _of_row(row, definition.country) or _parsed(_of_source(found, "index"), definition.country)
    of_xml = _of_embedded(embedded, definition.country)
    if of_row is not None:
        return _held(of_row, zone, "index", page, compared=True)
    if of_xml is not None:
        return _held(of_xml, zone, "embedded", page, compared=definition.embedded == "check")
    if zone is not None:
        return _held(zone, None, "zone", page, compared=False)
    told = any(problem.rule == "zone address" for problem in found.problems)
    missing = not_found("address", page, "", definition.zones.get("address"))
    return Choice(None, "", () if told else (missing,))


def _held(
    kept: FoundRecipient | AddressFault,
    other: FoundRecipient | AddressFault | None,
    source: str,
    page: int,
    *,
    compared: bool,
) -> Choice:
    """One source's recipient, with what another says against it."""
    problems = tuple(_against(kept, other if compared else None, source, page))
    if isinstance(kept, AddressFault):
        return Choice(None, source, problems)
    return Choice(replace(kept, raw=other.raw) if isinstance(other, FoundRecipient) else kept, source, problems)


def _against(kept: _Parsed, other: _Parsed | None, source: str, page: int) -> Iterator[Problem]:
    if isinstance(kept, AddressFault):
        rule = "zone address" if source == "zone" else f"address of {source}"
        yield Problem("E1524", kept.fact, page, rule, _REMEDY)
    elif isinstance(other, AddressFault):
        yield Problem("E1524", other.fact, page, "zone address", _REMEDY)
    elif other is not None and _where(kept) != _where(other):
        yield contradiction("address", " ".join(kept.raw), " ".join(other.raw), source, page)


def _of_source(found: Gathered, source: str) -> Value | None:
    values = [found.values["address"]] if "address" in found.values else []
    return next((value for value in (*values, *found.rivals.get("address", ())) if value.source == source), None)


def _parsed(value: Value | None, country: str) -> _Parsed | None:
    return None if value is None else parse_address(value.text.split("\n"), country)


def _of_row(row: IndexRow | None, country: str) -> _Parsed | None:
    """The address that a record has in columns; None when it has none there."""
    if row is None or not (row.get("name") or row.get("town")):
        return None
    name, town, said = row.get("name"), row.get("town"), row.get("country")
    code = country_of(said) if said else country
    if not name or not town or not code:
        return AddressFault("", f"record {row.number} of the index lacks a name, a town or a country that exists")
    lines = tuple(line for line in (row.get(column) for column in ("line1", "line2", "line3")) if line)
    return _made(name, lines, row.get("postcode"), town, code)


def _of_embedded(embedded: EmbeddedInvoice | None, country: str) -> FoundRecipient | None:
    """The buyer of the XML; None when a letter could not go there: profiles without lines need no town."""
    if embedded is None or embedded.problem or not embedded.name or not embedded.town:
        return None
    return _made(
        embedded.name, embedded.lines, embedded.postcode, embedded.town, country_of(embedded.country) or country
    )


def _made(name: str, lines: tuple[str, ...], postcode: str, town: str, country: str) -> FoundRecipient:
    address = PostalAddress(lines, postcode, town, country)
    return FoundRecipient(name, address, (name, *lines, f"{postcode} {town}".strip()))


def _where(recipient: FoundRecipient) -> tuple[str, ...]:
    """Name and town: streets are spelled in too many ways to say that two of them differ."""
    address = recipient.address
    return folded(recipient.name), folded(address.postcode).replace("-", ""), folded(address.town), address.country


def folded(text: str) -> str:
    """Text as it is compared: without blanks and case."""
    return "".join(text.split()).casefold()
