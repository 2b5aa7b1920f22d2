"""A layout is compiled in one language, and looked through in the others: nothing wrong in any of them passes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import wording as wordings
from layouts.blockparts import Source
from layouts.edition import TEXT, Edition
from layouts.errors import LayoutError
from layouts.fonts import FontSet, default_fonts
from layouts.parts import Layout
from layouts.typeset import PageProgram, compile_layout
from layouts.wording import Wording, load_wording

FONTS = default_fonts()
FIGURES = load_wording("en").figures


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the languages' files, as a copy that may be changed."""
    folder = tmp_path / "texts"
    shutil.copytree(wordings.FOLDER, folder)
    monkeypatch.setattr(wordings, "FOLDER", folder)
    load_wording.cache_clear()
    yield folder
    load_wording.cache_clear()


def change(path: Path, section: str, key: str, text: str) -> None:
    """Write another text for a key, or none when it is empty."""
    before, head, after = path.read_text("utf-8").partition(f"[{section}]\n")
    line = re.compile(f"^{key} = .*\n", re.MULTILINE)
    said, count = line.subn(f'{key} = "{text}"\n' if text else "", after, count=1)
    assert count == 1, (section, key)
    path.write_text(before + head + said, "utf-8")


@pytest.mark.parametrize(
    ("language", "kind", "section", "key", "text", "code"),
    [
        ("sv", "invoice", "totals", "payable", "", "E4015"),
        ("da", "invoice", "totals", "payable", "", "E4015"),
        ("de", "invoice", "table", "brought-forward", "", "E4015"),
        ("en", "credit-note", "title", "credit-note", "", "E4015"),
        ("id", "invoice", "payment", "title", "", "E4015"),
        ("de", "invoice", "slip", "receipt", "", "E4015"),
        ("fi", "invoice", "header", "due-date", "Eräpäivä {article}", "E4051"),
        ("sv", "invoice", "title", "invoice", "Faktura {article}", "E4051"),
        ("nb", "credit-note", "title", "credit-note", "Kreditnota {article}", "E4051"),
        ("sv", "credit-note", "totals", "payable-credit-note", "Er tillgodo {article}", "E4051"),
        ("en", "invoice", "table", "amount", "Amount {number}", "E4051"),
    ],
)
def test_what_is_wrong_in_one_language_is_told_as_if_it_were_the_only_one(
    texts: Path, layout: Layout, fonts: FontSet, language: str, kind: str, section: str, key: str, text: str, code: str
) -> None:
    change(texts / f"{language}.toml", section, key, text)
    with pytest.raises(LayoutError) as caught:
        compile_layout(layout, fonts)
    with pytest.raises(LayoutError) as alone:
        PageProgram(layout, fonts).check(language, kind)
    assert caught.value.code == code
    assert (caught.value.message, caught.value.place) == (alone.value.message, alone.value.place)


def test_a_text_with_fewer_fields_than_in_other_languages_is_good(texts: Path, layout: Layout, fonts: FontSet) -> None:
    change(texts / "sv.toml", "title", "invoice", "Faktura")
    change(texts / "da.toml", "footer", "page", "Side {page}")
    compile_layout(layout, fonts)


# ── whatever the texts are ────────────────────────────────────────────────────────────────────────────────────────

KEYS = ("a.one", "a.one-credit", "a.two", "a.credit", "a.invoice")
SOURCES = ("@a.one", "@a.{kind}", "{t('a.two', name=document)}", "{t('a.one')} {page}", "{t('a.' + kind)}", "{page}")
NAMES = {"page": TEXT, "document": TEXT, "kind": TEXT}

some_texts = st.dictionaries(
    st.sampled_from(KEYS), st.sampled_from(("word", "{page}", "{name}", "{page} of {name}", "{{word}}", "{a.b}", "}"))
)
kinds = st.sampled_from(("invoice", "credit"))


def edition_of(said: Mapping[str, str], kind: str, language: str = "xx") -> Edition:
    return Edition({}, {}, FONTS, Wording(language, language, said, FIGURES), "EUR", kind, NAMES)


def compiles(edition: Edition, sources: list[str], words: list[str]) -> bool:
    try:
        for source in sources:
            edition.template(Source(source, "here"))
        for source in words:
            edition.words(Source(source, "here"))
    except LayoutError:
        return False
    return True


@given(
    some_texts,
    kinds,
    some_texts,
    kinds,
    st.lists(st.sampled_from(SOURCES), max_size=4),
    st.lists(st.sampled_from(SOURCES), max_size=2),
)
def test_what_is_said_to_hold_in_another_language_compiles_there(
    one: dict[str, str], kind: str, other: dict[str, str], other_kind: str, sources: list[str], words: list[str]
) -> None:
    first, second = edition_of(one, kind), edition_of(other, other_kind, "yy")
    if compiles(first, sources, words) and first.holds_in(second.wording, other_kind):
        assert compiles(second, sources, words)


@given(some_texts, kinds, st.lists(st.sampled_from(SOURCES), max_size=4))
def test_the_same_texts_hold_in_any_language(said: dict[str, str], kind: str, sources: list[str]) -> None:
    first = edition_of(said, kind)
    if compiles(first, sources, []):
        assert first.holds_in(edition_of(said, kind, "yy").wording, kind)


def test_a_caption_worked_out_from_the_kind_is_worked_out_in_every_kind() -> None:
    source = Source("{t('a.' + kind)}", "here")
    edition = edition_of({"a.invoice": "word"}, "invoice")
    assert edition.words(source) == "word"
    assert not edition.holds_in(edition.wording, "credit")
    with pytest.raises(LayoutError, match="has no text"):
        edition_of({"a.invoice": "word"}, "credit").words(source)
