"""A first draft of a definition from the words on a sample's pages. A person reads it, and a proof settles it."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise

from mailroom.intake.finished.address_lines import parse_address
from mailroom.intake.finished.definition import EDGE_MM, ZoneBox, compiled
from mailroom.intake.finished.examination import EmbeddedInvoice
from mailroom.intake.finished.found import FoundRecipient
from mailroom.intake.finished.recipients import folded
from mailroom.intake.finished.segment import Segment, around
from mailroom.intake.finished.values import parse_amount, parse_date

MARGIN_MM = 1.5
_BELOW_MM = 9.0
"""How far below its label a value may begin."""

_RIGHT_MM = 90.0
_TIGHT_MM = 0.5
_ALIGNED_MM = 1.5
_LEADING_MM = 17.0
"""Lines of one address are no further apart: 12 mm have been seen above the town."""

_LINES_MAX = 8
_SMALLER = 0.62
_NOTHING = EmbeddedInvoice("")
_SENDER = re.compile("[●•|·]")
_ADDRESS_MM = (88.0, 32.0)
"""Width and height of what the windows of envelopes show: seven lines."""

_ROOM_MM = 12.0
"""What a value may grow to the right, unless something else stands there."""

_COUNTRY = {"nb": "NO", "da": "DK", "sv": "SE", "fi": "FI", "de": "DE", "en": "GB", "fr": "FR"}
"""The country to begin with for a language; addresses that name theirs are read by it anyway."""

_KRONER = {"nb": "NOK", "da": "DKK", "sv": "SEK"}
_VALUES = {
    "number": r"(\S*\d\S*)",
    "customer": r"(\S*\d\S*)",
    "date": r"(\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}\.? [^\W\d_]{3,}\.? \d{4})",
    "amount": r"((?:[A-Z]{3} |€ ?|kr\.? ?)?-?\d[\d.,\x27’ ]*[.,]\d\d(?:-| ?€| [A-Z]{3}| kr)?)",
    "reference": r"(\d[\d ]{2,}\d|RF\d\d[\dA-Z ]+)",
}
_BETWEEN = r"[\s:.#]*"
_DATES = ("", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%d. %B %Y", "%d %B %Y")
_DECIMAL = re.compile(r"\d([.,])\d\d(?![\d.,])")
_CURRENCY = re.compile(r"\b(NOK|SEK|DKK|EUR|CHF|GBP|USD|ISK|PLN)\b|(€)|(£)")
_SIGN = {"€": "EUR", "£": "GBP"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the sample: its segments, label, and whether it is blank."""

    number: int
    segments: tuple[Segment, ...]
    label: str = ""
    blank: bool = False


@dataclass(frozen=True, slots=True)
class ProposedZone:
    """A zone with its rule and what it found on its page."""

    box: ZoneBox
    pattern: str = ""
    format: str = ""
    text: str = ""
    page: str = "first"


@dataclass(slots=True)
class Draft:
    """What could be made out. `counting` is the zone of "page 1 of 3"; `split` the table's keys."""

    language: str = "en"
    country: str = "GB"
    currency: str = ""
    decimal: str = ","
    zones: dict[str, ProposedZone] = field(default_factory=dict)
    known: EmbeddedInvoice = _NOTHING
    counting: ProposedZone | None = None
    split: dict[str, object] = field(default_factory=lambda: {"by": "file"})


@cache
def labels() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """The words of labels.toml by language and field."""
    return _table("labels.toml")


@cache
def windows() -> Mapping[str, ZoneBox]:
    """The places of windows.toml, in its order."""
    return {name: ZoneBox.model_validate(box) for name, box in _table("windows.toml").items()}


def _table(name: str) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("mailroom.intake.finished").joinpath(name).read_text(encoding="utf-8"))


def propose(pages: Sequence[Page], bookmarked: Sequence[int], known: EmbeddedInvoice | None = None) -> Draft:
    """A draft from a sample's first pages. `bookmarked` are the pages to which outermost bookmarks lead, `known` is
    what the sample's XML says: candidates that contradict it are passed over."""
    draft = Draft(known=known or _NOTHING)
    draft.language = _language(pages)
    draft.country = _COUNTRY[draft.language]
    words = " ".join(segment.text for page in pages for segment in page.segments)
    draft.currency = _currency(words, draft.language)
    draft.decimal = _most((found[1] for found in _DECIMAL.finditer(words)), ",")
    for page in pages:
        for name in _VALUES:
            if name not in draft.zones and (found := _labelled(page, name, draft)):
                draft.zones[name] = found
        if "address" not in draft.zones and (address := _address(page, draft)):
            draft.zones["address"] = address
    draft.counting = next((found for page in pages if (found := _counting(page, draft.language))), None)
    draft.split = _split(draft, pages, bookmarked)
    return draft


def _most(found: Iterator[str], otherwise: str) -> str:
    return next((text for text, _ in Counter(found).most_common(1)), otherwise)


def _language(pages: Sequence[Page]) -> str:
    """The language most of whose labels are on the pages; longer words count more, "Dato" says little."""
    texts = [segment.text for page in pages for segment in page.segments]
    scores = {
        language: sum(
            len(found[0])
            for name, patterns in fields.items()
            for pattern in patterns
            for text in texts
            if (found := compiled(f"(?i){pattern}" if name == "page" else rf"(?i)^(?:{pattern})\b").search(text))
        )
        for language, fields in labels().items()
    }
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] else "en"


def _currency(words: str, language: str) -> str:
    found = ("".join(_SIGN.get(group, group) for group in one.groups("")) for one in _CURRENCY.finditer(words))
    return _most(found, _KRONER.get(language, "EUR"))


def _patterns(language: str, name: str) -> Iterator[str]:
    """The labels of a field: the document's language first, English, then the others."""
    for code in dict.fromkeys((language, "en", *labels())):
        yield from labels()[code][name]


def _labelled(page: Page, name: str, draft: Draft) -> ProposedZone | None:
    """The zone around the first label of a field that has a value beside or below it. Of several amounts under one
    label the last counts: sums stand below."""
    value = _VALUES[name]
    pieces = page.segments[::-1] if name == "amount" else page.segments
    for label in _patterns(draft.language, name):
        pattern = rf"(?i:\b{label}){_BETWEEN}{value}" if label[0].isalpha() else rf"(?i:{label}){_BETWEEN}{value}"
        for segment in pieces:
            if not compiled(rf"(?i)(?<!\w){label}(?!\w)").search(segment.text):
                continue
            for beside in (None, *_beside(segment, page.segments)):
                text = segment.text if beside is None else f"{segment.text}\n{beside.text}"
                found = compiled(pattern).search(text)
                if found and _credible(name, found[1], draft):
                    return _proposed(page, name, (segment,) if beside is None else (segment, beside), pattern, draft)
    return None


def _credible(name: str, text: str, draft: Draft) -> bool:
    """Whether a candidate can be read as what it should be, and is what the sample's XML says where it says it."""
    known = getattr(draft.known, name, "")
    match name:
        case "date":
            days = [day for form in _DATES if (day := parse_date(text, form, draft.language))]
            return bool(days) and (not known or known in [day.isoformat() for day in days])
        case "amount":
            amount = parse_amount(text, draft.decimal)
            return amount is not None and (not known or amount == Decimal(known))
        case _:
            return not known or "".join(text.split()) == "".join(known.split())


def _beside(segment: Segment, others: Sequence[Segment]) -> Iterator[Segment]:
    """Where the value of a label may stand: next on its row, else right below."""
    row = [one for one in others if one.same_row(segment) and one.x_mm - segment.x_mm > 0]
    yield from (one for one in row[:1] if one.x_mm - segment.right_mm < _RIGHT_MM)
    below = [
        one
        for one in others
        if 0 <= one.y_mm - segment.bottom_mm < _BELOW_MM and one.x_mm < segment.right_mm and segment.x_mm < one.right_mm
    ]
    yield from below[:1]


def _proposed(page: Page, name: str, pieces: tuple[Segment, ...], pattern: str, draft: Draft) -> ProposedZone:
    """The zone around label and value, with room for longer values where nothing stands in the way."""
    text = compiled(pattern).search("\n".join(piece.text for piece in pieces))
    value = text[1].strip() if text else ""
    forms = [form for form in _DATES if parse_date(value, form, draft.language)] if name == "date" else [""]
    box = _roomy(page, pieces)
    where = "first" if page.number == 1 else "any"
    return ProposedZone(box, pattern, format=forms[0], text=value, page=where)


def _roomy(page: Page, pieces: Sequence[Segment], least_mm: tuple[float, float] = (0.0, 0.0)) -> ZoneBox:
    """The box around some segments, wider than they are and clear of what stands around; as wide and as high as
    `least_mm` where there is room."""
    others = [one for one in page.segments if one not in pieces]
    box = around(pieces, MARGIN_MM)
    if any(one.touches(box) for one in others):
        box = around(pieces, _TIGHT_MM)
    right, bottom = box.x_mm + box.width_mm, box.y_mm + box.height_mm
    on_rows = [one for one in others if any(one.same_row(piece) for piece in pieces)]
    beside = [one.x_mm - EDGE_MM - 1.0 for one in on_rows if one.x_mm >= right]
    right = max(min([max(right + _ROOM_MM, box.x_mm + least_mm[0]), *beside]), right)
    below = [one.y_mm - 1.0 for one in others if one.y_mm >= bottom and one.x_mm < right and one.right_mm > box.x_mm]
    bottom = max(min([max(bottom, box.y_mm + least_mm[1]), *below]), bottom)
    size = {"width_mm": round(right - box.x_mm, 1), "height_mm": round(bottom - box.y_mm, 1)}
    return box.model_copy(update=size)


def _address(page: Page, draft: Draft) -> ProposedZone | None:
    """The first block of lines that is an address: in a window where addresses stand, or, when the sample's XML tells
    the recipient, wherever it stands."""
    blocks = [block for window in windows().values() for block in _blocks(page, window)]
    if draft.known.name:
        blocks += _blocks(page, ZoneBox(x_mm=0, y_mm=0, width_mm=1_000, height_mm=1_000))
    for block in blocks:
        for country in dict.fromkeys((draft.country, *_COUNTRY.values(), "CH", "AT")):
            if (zone := _as_address(page, block, country, draft.known)) is not None:
                draft.country = country
                return zone
    return None


def _as_address(page: Page, block: list[Segment], country: str, known: EmbeddedInvoice) -> ProposedZone | None:
    """The block, from the first line on that makes it an address (of the known recipient, where one is known)."""
    for above in range(len(block) - 2):
        lines = block[above:]
        read = parse_address([one.text for one in lines], country)
        if not isinstance(read, FoundRecipient) or not read.address.postcode:
            continue
        if known.name and (folded(read.name), read.address.postcode) != (folded(known.name), known.postcode):
            continue
        text = "\n".join(one.text for one in lines)
        return ProposedZone(_roomy(page, lines, least_mm=_ADDRESS_MM), text=text)
    return None


def _blocks(page: Page, window: ZoneBox) -> Iterator[list[Segment]]:
    """Lines in a window that begin at one height of the left edge and follow one another. A sender's line above the
    address, set smaller or with signs between its parts, is no part of it."""
    inside = [one for one in page.segments if one.inside(window) and not _SENDER.search(one.text)]
    while inside:
        first = inside[0]
        block = [first]
        for one in inside[1:]:
            if abs(one.x_mm - first.x_mm) < _ALIGNED_MM and 0 < one.y_mm - block[-1].y_mm < _LEADING_MM:
                block.append(one)
        yield _of_one_type(block)[:_LINES_MAX]
        inside = [one for one in inside if one not in block]


def _of_one_type(block: list[Segment]) -> list[Segment]:
    """Without first lines that are much smaller than the rest."""
    while len(block) > 1 and block[0].height_mm < _SMALLER * max(one.height_mm for one in block[1:]):
        block = block[1:]
    return block


def _counting(page: Page, language: str) -> ProposedZone | None:
    """ "Page 1 of 3" on a page."""
    for pattern in _patterns(language, "page"):
        for segment in page.segments:
            if found := compiled(f"(?i){pattern}").search(segment.text):
                box = around((segment,), 2.0)
                return ProposedZone(box, f"(?i:{pattern})", text=found[0])
    return None


def _split(draft: Draft, pages: Sequence[Page], bookmarked: Sequence[int]) -> dict[str, object]:
    """How documents are told apart, by what is surest: counted pages, bookmarks, labels, a number on every page, blank
    pages. A sample of one document is a file a document."""
    if len(pages) == 1:
        return {"by": "file"}
    if draft.counting is not None and (starts := _first_pages(draft.counting, pages)):
        if len(starts) == 1:
            return {"by": "file"}
        first = draft.counting.pattern.replace(r"(?P<page>\d+)", "0*1").replace(r"(?P<of>\d+)", r"\d+")
        if not first.endswith(r"\d+)"):
            first += r"(?!\d)"
        return {"by": "text", "box": draft.counting.box, "pattern": first}
    if len(bookmarked) > 1 and bookmarked[0] == 1:
        return {"by": "bookmark"}
    firsts = [page.label for page in pages if compiled(r"^(.*\D)?0*1$").search(page.label)]
    if len(firsts) > 1:
        return {"by": "page-label"}
    number = draft.zones.get("number")
    if number is not None:
        values = [_value_on(page, number) for page in pages]
        if all(values) and any(one != other for one, other in pairwise(values)):
            return {"by": "change", "box": number.box, "pattern": number.pattern}
        if sum(map(bool, values)) > 1:
            return {"by": "text", "box": number.box, "pattern": number.pattern}
    return {"by": "blank"} if any(page.blank for page in pages[:-1]) else {"by": "file"}


def _first_pages(counting: ProposedZone, pages: Sequence[Page]) -> list[int]:
    found = ((page.number, compiled(counting.pattern).search(_text_in(page, counting.box))) for page in pages)
    return [number for number, match in found if match and match["page"].lstrip("0") == "1"]


def _value_on(page: Page, zone: ProposedZone) -> str:
    found = compiled(zone.pattern).search(_text_in(page, zone.box))
    return found[1] if found else ""


def _text_in(page: Page, box: ZoneBox) -> str:
    return "\n".join(segment.text for segment in page.segments if segment.touches(box))
