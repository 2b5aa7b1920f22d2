"""The words of a language, or of two side by side; and its way to write numbers and dates."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

from babel import Locale, UnknownLocaleError

from layouts.errors import LayoutError
from layouts.figures import DATE_FORMATS, Figures
from layouts.tomlfile import TomlTable, read_toml

FOLDER = Path(__file__).parent / "texts"
SECTIONS = (
    "title",
    "header",
    "references",
    "table",
    "vat",
    "totals",
    "notes",
    "payment",
    "running",
    "footer",
    "units",
    "vat_categories",
    "reminder",
    "statement",
    "letter",
    "cover",
    "slip",
)
FILLED_IN = frozenset(
    {
        *("number", "currency", "page", "pages", "date", "id", "phone", "article", "quantity"),
        *("amount", "deadline", "days", "from", "to"),
    }
)
"""The names that a text may hold in braces: each is filled in by the document, nothing is worked out in a text."""

_SAME_LANGUAGE = {"no": "nb", "nn": "nb"}
_MOST_LANGUAGES = 2
_FIRST_ONLY = frozenset({"units", "vat_categories"})
"""Sections whose words stand in columns too narrow for two languages."""

_BESIDE = " / "
_LABEL_MOST = 40
_ABBREVIATION_MOST = 20
_SENTENCE_ENDS = (".", "!", "?")


@dataclass(frozen=True, slots=True)
class Wording:
    """One language, or two ("nb+en"): then figures, dates, countries and units are those of the first.

    `texts` maps "section.key" to the text; `digest` is the SHA-256 (hex) of what the files say.
    """

    language: str
    digest: str
    texts: Mapping[str, str]
    figures: Figures

    def get(self, key: str, kind: str = "") -> str:
        """A text, in its variant for the document's kind where there is one ("totals.payable-credit-note").

        Raises LayoutError E4015 for a key that the language lacks.
        """
        text = self.texts.get(f"{key}-{kind}") if kind else None
        if text is None:
            text = self.texts.get(key)
        if text is None:
            raise LayoutError(
                "E4015",
                f"the language '{self.language}' has no text '{key}'",
                place=f"{self.language}.toml, {key}",
                remedy="add the text to the language's file, or correct the key in the layout",
            )
        return text

    def unit(self, code: str) -> str:
        """The word for a unit code, or the code itself."""
        return self.texts.get(f"units.{code}", code)

    def country(self, code: str) -> str:
        """The language's name of a country (ISO 3166-1 alpha-2), or what was given when it is no such code."""
        return str(self.figures.locale.territories.get(code, code))


def languages() -> tuple[str, ...]:
    """The languages that have a file, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def load_wording(language: str) -> Wording:
    """The wording for a BCP 47 tag, or for two joined by a plus.

    "nb-NO" is served by nb, "no" and "nn" too; "nb+en" says each text in both languages.

    Raises LayoutError E4016 for a language without a file and for more than two, E4010 to E4013 for a wrong file.
    """
    tags = language.split("+")
    if len(tags) > _MOST_LANGUAGES:
        raise LayoutError(
            "E4016",
            f"{language!r} names {len(tags)} languages; a document is set in one or in two",
            place="language",
            remedy='name at most two languages, like "nb+en"',
        )
    one, *others = dict.fromkeys(_primary(tag) for tag in tags)
    if others:
        return _joined(load_wording(one), load_wording(others[0]))
    if language != one:
        return load_wording(one)
    return read_wording(FOLDER / f"{one}.toml")


def _primary(tag: str) -> str:
    """The name of the file that serves a tag."""
    primary = tag.replace("_", "-").split("-")[0].lower()
    primary = _SAME_LANGUAGE.get(primary, primary)
    if primary not in languages():
        raise LayoutError(
            "E4016",
            f"there are no texts for the language {tag!r}; there are {', '.join(languages())}",
            place="language",
            remedy="set the customer's or the document's language to one of these",
        )
    return primary


def read_wording(path: Path) -> Wording:
    """The wording of one file. Raises LayoutError E4010 to E4013 with file, key and line."""
    root, _ = read_toml(path)
    texts: dict[str, str] = {}
    for section in SECTIONS:
        for key, text in root.table(section).each(_text):
            texts[f"{section}.{key}"] = text
    locale = root.text("locale")
    try:
        figures = Figures(Locale.parse(locale), root.choice("date_format", DATE_FORMATS))
    except (UnknownLocaleError, ValueError) as fault:
        raise root.refuse("locale", f"unknown locale {locale!r}", 'write it like "nb_NO"') from fault
    wording = Wording(root.text("language"), digest_of(texts, locale, figures.date_format), texts, figures)
    root.done()
    return wording


def digest_of(texts: Mapping[str, str], locale: str, date_format: str) -> str:
    """SHA-256 (hex) over all that a language file says."""
    said = repr((sorted(texts.items()), locale, date_format))
    return hashlib.sha256(said.encode("utf-8")).hexdigest()


def _joined(first: Wording, second: Wording) -> Wording:
    texts = {
        key: text if key.partition(".")[0] in _FIRST_ONLY else _both(text, second.texts.get(key, text))
        for key, text in first.texts.items()
    }
    digest = hashlib.sha256(f"{first.digest} {second.digest}".encode("ascii")).hexdigest()
    return Wording(f"{first.language}+{second.language}", digest, texts, first.figures)


def _both(one: str, other: str) -> str:
    """Two labels side by side, two sentences under one another, a word that both languages have once.

    A field at the end of both labels is said once: "Faktura / Invoice {number}". Labels that have a stroke of their own
    stand under one another.
    """
    if one.casefold() == other.casefold():
        return one
    if any(_is_sentence(text) or _BESIDE in text for text in (one, other)):
        return f"{one}\n{other}"
    (head, _, field), (other_head, _, other_field) = one.rpartition(" "), other.rpartition(" ")
    if head and other_head and field == other_field and "{" in field and "{" not in head + other_head:
        return f"{_both(head, other_head)} {field}"
    return f"{one}{_BESIDE}{other}"


def _is_sentence(text: str) -> bool:
    """Whether a text is too long for a label, or ends like a sentence; a short one with a full stop is abbreviated."""
    return len(text) > _LABEL_MOST or (len(text) > _ABBREVIATION_MOST and text.endswith(_SENTENCE_ENDS))


def _text(section: TomlTable, key: str) -> str:
    text = section.text(key)
    try:
        fields = [field[1:] for field in Formatter().parse(text) if field[1] is not None]
    except ValueError as fault:
        raise section.refuse(key, f"the braces in {text!r} don't match: {fault}") from fault
    for name, spec, conversion in fields:
        if name not in FILLED_IN:
            raise section.refuse(key, f"{{{name}}} is not filled in; known are {', '.join(sorted(FILLED_IN))}")
        if spec or conversion:
            raise section.refuse(key, f"{{{name}}} has a format in {text!r}", f"write {{{name}}}, the name alone")
    return text
