"""The values of one document, from index, embedded XML and zones, in this order; and what contradicts what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mailroom.intake.finished.definition import ADDRESS_EDGE, JobDefinition, Zone
from mailroom.intake.finished.examination import EmbeddedInvoice, IndexRow, PageSeen
from mailroom.intake.finished.found import Problem
from mailroom.intake.finished.values import extract, one_line

_BY = {"index": "the index", "embedded": "the embedded XML", "default": "default"}
_SEE = "See what stands there with: mailroom intake probe FILE --definition DEFINITION. Correct the zone or its rule."


@dataclass(frozen=True, slots=True)
class Value:
    """A text with its source ("index", "embedded", "zone", "default") and the page of the file that it concerns."""

    text: str
    source: str
    page: int


@dataclass(slots=True)
class Gathered:
    """What was gathered for a document: the value of each field, all other sources' word on it, and problems."""

    values: dict[str, Value] = field(default_factory=dict)
    rivals: dict[str, list[Value]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, name: str, value: Value) -> None:
        """Take a value; the first source keeps the field."""
        if not value.text:
            return
        if name in self.values:
            self.rivals.setdefault(name, []).append(value)
        else:
            self.values[name] = value

    def text(self, name: str) -> str:
        """The text of a field, "" without one."""
        return self.values[name].text if name in self.values else ""


def gather(
    definition: JobDefinition,
    zones: Mapping[str, int],
    pages: Sequence[PageSeen],
    row: IndexRow | None,
    embedded: EmbeddedInvoice | None,
) -> Gathered:
    """All that is said of the document on `pages`. `zones` tells at which place of a page's texts each stands."""
    found = Gathered()
    first = pages[0].number
    for name, text in row.values if row is not None else ():
        found.add(name, Value(text, "index", first))
    for name, text in _of_embedded(embedded):
        found.add(name, Value(text, "embedded", first))
    for name, zone in definition.zones.items():
        _read_zone(found, name, zone, zones[name], pages)
    if "address" in definition.zones:
        _check_edge(found, definition.zones["address"], zones, pages)
    return found


def _check_edge(found: Gathered, zone: Zone, zones: Mapping[str, int], pages: Sequence[PageSeen]) -> None:
    """An address that goes on beyond its zone would be taken for a shorter one: another house, another customer."""
    values = [found.values["address"]] if "address" in found.values else []
    of_zone = next((one for one in (*values, *found.rivals.get("address", ())) if one.source == "zone"), None)
    if of_zone is None:
        return
    beyond = extract(zone, pages[of_zone.page - pages[0].number].texts[zones[ADDRESS_EDGE]])
    if beyond != of_zone.text and not zone.values:
        fact = f"the address runs over the right edge of its zone: {one_line(beyond)[:80]!r} stands there"
        remedy = (
            "Make the zone wider for the longest address; if something else stands beside it, keep 3 mm clear of that."
        )
        found.problems.append(Problem("E1525", fact, of_zone.page, "zone address", remedy))


def _of_embedded(embedded: EmbeddedInvoice | None) -> Iterator[tuple[str, str]]:
    if embedded is None:
        return
    for name in ("number", "date", "currency", "amount", "language", "reference", "customer"):
        yield name, getattr(embedded, name)


def _read_zone(found: Gathered, name: str, zone: Zone, at: int, pages: Sequence[PageSeen]) -> None:
    """A zone's value on the page, or pages, that its rule names."""
    match zone.page:
        case "first":
            looked = pages[:1]
        case "last":
            looked = pages[-1:]
        case _:
            looked = pages
    values = [(page, extract(zone, page.texts[at])) for page in looked]
    if zone.page == "every":
        _check_every(found, name, values)
    page, text = next(((page, text) for page, text in values if text), (looked[0], ""))
    if not text:
        if zone.default:
            found.add(name, Value(zone.default, "default", page.number))
        elif zone.required:
            found.problems.append(not_found(name, page.number, page.texts[at], zone))
        return
    if zone.values:
        known = zone.values.get(one_line(text))
        if known is None:
            fact = f"{one_line(text)[:60]!r} is none of the values that [zones.{name}] knows"
            found.problems.append(Problem("E1521", fact, page.number, f"zone {name}", _SEE))
            return
        text = known
    found.add(name, Value(text, "zone", page.number))


def _check_every(found: Gathered, name: str, values: Sequence[tuple[PageSeen, str]]) -> None:
    """The same on every page, or the pages are not of one document."""
    first = values[0][1]
    for page, text in values:
        if text != first:
            said = repr(one_line(text)[:60]) if text else "nothing"
            fact = f"the page says {said} where the document's first page says {one_line(first)[:60]!r}"
            remedy = f"If the page is a stranger's, correct [split]. {_SEE}"
            found.problems.append(Problem("E1522", fact, page.number, f"zone {name}", remedy))
            return


def not_found(name: str, page: int, text: str, zone: Zone | None) -> Problem:
    """A value that is needed and is not there."""
    there = f"; the zone holds {one_line(text)[:80]!r}" if text else "; the zone is empty"
    rule = f" by the pattern {zone.pattern!r}" if zone is not None and zone.pattern and text else ""
    fact = f"{name} is not found{rule}{there if zone is not None else ''}"
    return Problem("E1520", fact, page, f"zone {name}" if zone is not None else name, _SEE)


def unreadable(name: str, value: Value, what: str) -> Problem:
    """A value that is there and can't be read."""
    rule = f"zone {name}" if value.source == "zone" else f"{name} of {value.source}"
    return Problem("E1521", f"{one_line(value.text)[:80]!r} is not {what}", value.page, rule, _SEE)


def contradiction(name: str, kept: str, other: str, source: str, page: int) -> Problem:
    """Two sources that say different things: one of them speaks of somebody else's document."""
    fact = f"{name} is {one_line(kept)[:60]!r} by {_BY[source]} and {one_line(other)[:60]!r} on the page"
    remedy = "Find out which is right: the file may be shifted against its index, or carry another document's data."
    return Problem("E1523", fact, page, f"zone {name}", remedy)
