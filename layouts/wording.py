"""The words of a language: titles, labels, units; and its way to write numbers and dates."""

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
)
FILLED_IN = frozenset({"number", "currency", "page", "pages", "date", "id", "phone", "article", "quantity"})
"""The names that a text may hold in braces."""

_SAME_LANGUAGE = {"no": "nb"}


@dataclass(frozen=True, slots=True)
class Wording:
    """One language. `texts` maps "section.key" to the text; `digest` is the SHA-256 (hex) of what the file says."""

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

    def reference_label(self, key: str) -> str:
        """The label of a reference, or the key itself when the language has no word for it."""
        return self.texts.get(f"references.{key}", key)

    def unit(self, code: str) -> str:
        """The word for a unit code, or the code itself."""
        return self.texts.get(f"units.{code}", code)

    def country(self, code: str) -> str:
        """The language's name of a country (ISO 3166-1 alpha-2), or what was given when it is no such code."""
        return str(self.figures.locale.territories.get(code, code))

    def category(self, code: str) -> str:
        """The word for a VAT category other than the standard rate; "" for that."""
        return self.texts.get(f"vat_categories.{code}", "")


def languages() -> tuple[str, ...]:
    """The languages that have a file, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def load_wording(language: str) -> Wording:
    """The wording for a BCP 47 tag: "nb-NO" is served by nb, "no" too.

    Raises LayoutError E4016 for a language without a file, E4010 to E4013 for a wrong file.
    """
    primary = language.replace("_", "-").split("-")[0].lower()
    primary = _SAME_LANGUAGE.get(primary, primary)
    if primary not in languages():
        raise LayoutError(
            "E4016",
            f"there are no texts for the language {language!r}; there are {', '.join(languages())}",
            place="language",
            remedy="set the customer's or the document's language to one of these",
        )
    return read_wording(FOLDER / f"{primary}.toml")


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


def _text(section: TomlTable, key: str) -> str:
    text = section.text(key)
    try:
        names = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as fault:
        raise section.refuse(key, f"the braces in {text!r} don't match: {fault}") from fault
    for name in names - FILLED_IN:
        raise section.refuse(key, f"{{{name}}} is not filled in; known are {', '.join(sorted(FILLED_IN))}")
    return text
