"""A draft as the text of a definition file, with what a person has to look at said in its comments."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mailroom.intake.finished.definition import ZoneBox
from mailroom.intake.finished.propose import Draft, ProposedZone

_NEEDED = ("number", "address")


def draft_text(draft: Draft, name: str, *, embedded: bool) -> str:
    """The draft as TOML. `embedded` when the sample carries an e-invoice that can be read."""
    return "\n".join(_lines(draft, name, embedded=embedded)) + "\n"


def _lines(draft: Draft, name: str, *, embedded: bool) -> Iterator[str]:
    yield "# A proposal, made from one sample. Look at the drawn pages, correct what is wrong, then prove it:"
    yield "#   mailroom intake prove DEFINITION SAMPLE.pdf"
    yield ""
    yield "format = 1"
    yield f"name = {_text(name)}"
    yield 'sender = "Who sends these documents"  # told apart by it: two senders may use the same numbers'
    yield f"country = {_text(draft.country)}"
    yield f"language = {_text(draft.language)}"
    yield f"currency = {_text(draft.currency)}"
    yield f"decimal = {_text(draft.decimal)}"
    if embedded:
        yield 'embedded = "check"'
    yield ""
    yield "[split]"
    for key, value in draft.split.items():
        yield f"{key} = {_box(value) if isinstance(value, ZoneBox) else _text(str(value))}"
    if draft.counting is not None:
        yield from ("", "[counting]", *_zone(draft.counting))
    for field in dict.fromkeys((*_NEEDED, *draft.zones)):
        zone = draft.zones.get(field)
        if zone is not None:
            yield from ("", f"[zones.{field}]", *_zone(zone))
            if field in _NEEDED:
                yield "required = true"
        elif not embedded:
            yield from ("", f"# {field} was not found: name its zone.", f"# [zones.{field}]")


def _zone(zone: ProposedZone) -> Iterator[str]:
    if zone.text:
        yield f"# found: {json.dumps(zone.text, ensure_ascii=False)}"
    yield f"box = {_box(zone.box)}"
    if zone.page != "first":
        yield f"page = {_text(zone.page)}"
    if zone.pattern:
        yield f"pattern = {_text(zone.pattern)}"
    if zone.format:
        yield f"format = {_text(zone.format)}"


def _box(box: ZoneBox) -> str:
    return "{ " + ", ".join(f"{key} = {value:g}" for key, value in box.model_dump().items()) + " }"


def _text(text: str) -> str:
    """Patterns stay readable as literal strings; what can't be one is escaped."""
    if "'" in text or not text.isprintable() or "\\" not in text:
        return json.dumps(text, ensure_ascii=False)
    return f"'{text}'"
