"""Probing a file: what a definition finds in it, or what a definition might say, with pictures of the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from mailroom.domain.errors import InputRefused
from mailroom.intake.finished.definition import COUNTING_ZONE, SPLIT_ZONE, ByText, JobDefinition, ZoneBox
from mailroom.intake.finished.definition_file import parse_definition
from mailroom.intake.finished.drawing import DrawnZone, contact_sheet, draw_page
from mailroom.intake.finished.examination import Examination, PageSeen
from mailroom.intake.finished.found import Finding, FoundDocument, Refusal
from mailroom.intake.finished.guarded import PageLook, examined, looked_at, proposed, sound_copy
from mailroom.intake.finished.segment import Segment
from mailroom.intake.finished.split import split
from mailroom.intake.finished.values import extract, extract_text
from mailroom.intake.guard import Guard

_DRAWN_PAGES = 24
_SLACK_MM = 0.3


@dataclass(frozen=True, slots=True)
class Probe:
    """What a probe tells. `text` is the definition as a file; `definition` is None when the proposal lacks what a
    definition needs (`lacking` says what). `remarks` are (page, sentence): lines that a zone's edge cuts. `pictures`
    are the files drawn, the contact sheet first."""

    text: str
    definition: JobDefinition | None
    lacking: str
    page_count: int
    findings: tuple[Finding, ...]
    remarks: tuple[tuple[int, str], ...]
    pictures: tuple[Path, ...]


def probe(guard: Guard, file: Path, definition: JobDefinition | None = None, out: Path | None = None) -> Probe:
    """Probe a file with a definition, or propose one; draw its first pages into the folder `out`.

    Raises InputRefused: what `inspect_pdf` and `examine` raise.
    """
    with sound_copy(guard, file, [definition] if definition is not None else []) as sound:
        text, lacking = "", ""
        if definition is None:
            text = proposed(guard, sound.path)
            try:
                definition = parse_definition(text, "the proposal")
            except InputRefused as error:
                lacking = error.message
        examination = examined(guard, sound.path, definition) if definition is not None else None
        looks = looked_at(guard, sound.path, _DRAWN_PAGES, drawn=out is not None)
    findings = tuple(split(examination, definition)) if examination is not None and definition is not None else ()
    remarks = tuple(_remarks(looks, definition, findings)) if definition is not None else ()
    pictures = _draw(looks, out, file.stem, definition, examination, findings, remarks) if out is not None else ()
    return Probe(text, definition, lacking, sound.pages, findings, remarks, pictures)


def _remarks(
    looks: Sequence[PageLook], definition: JobDefinition, findings: Sequence[Finding]
) -> Iterator[tuple[int, str]]:
    """Zones whose edge cuts through a line: what is read there depends on a hair's breadth."""
    for number, look in enumerate(looks, 1):
        for name, box in _read_on(definition, number, findings).items():
            cut = next((one for one in look.segments if one.touches(box) and _cut(one, box)), None)
            if cut is not None:
                yield number, f"the edge of zone {name} cuts the line {cut.text[:60]!r}"


def _cut(segment: Segment, box: ZoneBox) -> bool:
    """Whether the zone's upper or lower edge runs through the line; where it ends to the right is the zone's choice."""
    above = segment.y_mm < box.y_mm - _SLACK_MM
    return above or segment.bottom_mm > box.y_mm + box.height_mm + _SLACK_MM


def _read_on(definition: JobDefinition, number: int, findings: Sequence[Finding]) -> dict[str, ZoneBox]:
    """The zones that are read on a page: those of a document's first or last page stand on that alone."""
    finding = next((one for one in findings if number in one.pages), None)
    pages = finding.pages if finding is not None else range(number, number + 1)
    looked = {"first": number == pages[0], "last": number == pages[-1]}
    return {
        name: box
        for name, box in definition.boxes().items()
        if name not in definition.zones or looked.get(definition.zones[name].page, True)
    }


def _draw(
    looks: Sequence[PageLook],
    out: Path,
    stem: str,
    definition: JobDefinition | None,
    examination: Examination | None,
    findings: Sequence[Finding],
    remarks: Sequence[tuple[int, str]],
) -> tuple[Path, ...]:
    """A picture of each of the first pages, and all of them on a contact sheet."""
    out.mkdir(parents=True, exist_ok=True)
    pictures: list[Image.Image] = []
    for number, look in enumerate(looks, 1):
        finding = next((one for one in findings if number in one.pages), None)
        zones = _drawn(definition, examination, number, findings) if definition and examination else ()
        said = [sentence for page, sentence in remarks if page == number]
        if isinstance(finding, Refusal):
            said = [*(f"{one.code} {one.message} ({one.place})" for one in finding.problems), *said]
        pictures.append(draw_page(look.picture, _title(number, finding), zones, said))
    files = [out / f"{stem}.probe.png", *(out / f"{stem}.probe-{at:03}.png" for at in range(1, len(pictures) + 1))]
    for path, picture in zip(files, [contact_sheet(pictures), *pictures], strict=True):
        picture.save(path)
    return tuple(files)


def _title(number: int, finding: Finding | None) -> str:
    match finding:
        case FoundDocument():
            return f"page {number}: {finding.number}, page {number - finding.first_page + 1} of {finding.page_count}"
        case Refusal():
            return f"page {number}: refused"
        case None:
            return f"page {number}"
        case _:
            return f"page {number}: left out ({finding.why})"


def _drawn(
    definition: JobDefinition, examination: Examination, number: int, findings: Sequence[Finding]
) -> tuple[DrawnZone, ...]:
    page = examination.pages[number - 1]
    at = {name: place for place, name in enumerate(examination.zones)}
    return tuple(
        DrawnZone(name, box, _text(definition, name, page, at[name]))
        for name, box in _read_on(definition, number, findings).items()
    )


def _text(definition: JobDefinition, name: str, page: PageSeen, at: int) -> str:
    """What the rule of a zone finds on a page."""
    if name in definition.zones:
        return extract(definition.zones[name], page.texts[at])
    if name == COUNTING_ZONE and definition.counting is not None:
        return "".join(found[0] for found in re.finditer(definition.counting.pattern, page.texts[at]))
    rule = definition.split
    if name == SPLIT_ZONE and isinstance(rule, ByText):
        return "begins a document" if re.search(rule.pattern, page.texts[at], re.MULTILINE) else "goes on"
    return extract_text(getattr(rule, "pattern", ""), page.texts[at])


def finding_plain(finding: Finding) -> dict[str, Any]:
    """A finding as JSON: {pages: [first, last], status: found|refused|dropped, …}."""
    pages = [finding.pages[0], finding.pages[-1]]
    match finding:
        case FoundDocument():
            address = finding.recipient.address
            return {
                "pages": pages,
                "status": "found",
                "number": finding.number,
                "kind": finding.kind,
                "customer": finding.customer,
                "name": finding.recipient.name,
                "lines": list(address.lines),
                "postcode": address.postcode,
                "town": address.town,
                "country": address.country,
                "amount": None if finding.amount is None else str(finding.amount),
                "currency": finding.currency,
                "date": None if finding.date is None else finding.date.isoformat(),
                "language": finding.language,
                "reference": finding.reference,
                "fields": dict(finding.fields),
                "sources": dict(finding.sources),
            }
        case Refusal():
            problems = [
                {"code": one.code, "message": one.message, "place": one.place, "remedy": one.remedy}
                for one in finding.problems
            ]
            return {"pages": pages, "status": "refused", "number": finding.number, "problems": problems}
        case _:
            return {"pages": pages, "status": "dropped", "why": finding.why}
