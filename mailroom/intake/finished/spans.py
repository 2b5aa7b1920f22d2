"""Where the documents of a file begin and end: pure, from what was examined. Every page is in exactly one span."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import assert_never

from mailroom.intake.finished.definition import (
    SPLIT_ZONE,
    ByBarcode,
    ByBlank,
    ByBookmark,
    ByChange,
    ByFile,
    ByIndex,
    ByPageCount,
    ByPageLabel,
    ByText,
    JobDefinition,
    compiled,
)
from mailroom.intake.finished.examination import Examination, IndexRow, PageSeen
from mailroom.intake.finished.found import Dropped, Problem, Refusal
from mailroom.intake.finished.values import extract_text, one_line

_LOOK = "Look at the page with: mailroom intake probe FILE --definition DEFINITION. Correct [split] or the file."


@dataclass(frozen=True, slots=True)
class Span:
    """The pages of one document, not yet read. `row` is its record of the index; `problems` make it a refusal."""

    first_page: int
    page_count: int
    row: IndexRow | None = None
    problems: tuple[Problem, ...] = ()


Piece = Span | Refusal | Dropped


def spans(examination: Examination, definition: JobDefinition) -> list[Piece]:
    """All pages of a file in order, as documents, refused pages and pages that are left out."""
    pages, split = examination.pages, definition.split
    match split:
        case ByText():
            pattern = compiled(split.pattern)
            texts = _texts(examination)
            return _from_starts(pages, lambda page: bool(pattern.search(texts(page))), split.by)
        case ByChange():
            return _by_change(examination, split)
        case ByBookmark():
            wanted = [mark for mark in examination.bookmarks if mark.level == split.level]
            starts = {mark.page for mark in wanted if not split.pattern or compiled(split.pattern).search(mark.title)}
            return _from_starts(pages, lambda page: page.number in starts, split.by)
        case ByPageLabel():
            pattern = compiled(split.pattern)
            return _from_starts(pages, lambda page: bool(pattern.search(page.label)), split.by)
        case ByPageCount():
            return _by_count(pages, split.pages)
        case ByBlank():
            return _by_blank(pages, split)
        case ByBarcode():
            return _by_barcode(pages, split)
        case ByIndex():
            return _by_index(examination)
        case ByFile():
            return [Span(1, len(pages))]
        case _:
            assert_never(split)


def _texts(examination: Examination) -> Callable[[PageSeen], str]:
    at = examination.zones.index(SPLIT_ZONE)
    return lambda page: page.texts[at]


def _from_starts(pages: Sequence[PageSeen], begins: Callable[[PageSeen], bool], by: str) -> list[Piece]:
    """Documents from each page that begins one to the next; pages before the first belong to none and are refused."""
    starts = [page.number for page in pages if begins(page)]
    first = starts[0] if starts else len(pages) + 1
    stray = [_stray(first - 1, by)] if first > 1 else []
    return [*stray, *(Span(start, end - start) for start, end in pairwise((*starts, len(pages) + 1)))]


def _stray(page_count: int, by: str) -> Refusal:
    fact = f"{page_count} pages stand before the first that begins a document"
    return Refusal(1, page_count, (Problem("E1510", fact, 1, f"split by {by}", _LOOK),))


def _by_change(examination: Examination, split: ByChange) -> list[Piece]:
    texts = _texts(examination)
    found: list[Piece] = []
    value, first, problems = "", 0, list[Problem]()
    for page in examination.pages:
        said = one_line(extract_text(split.pattern, texts(page)))
        if said and said != value:
            if first:
                found.append(Span(first, page.number - first, problems=tuple(problems)))
            elif page.number > 1:
                found.append(_stray(page.number - 1, split.by))
            value, first, problems = said, page.number, []
        elif not said and first and split.without == "refuse":
            problems.append(_no_value(page))
    last = len(examination.pages)
    found.append(Span(first, last + 1 - first, problems=tuple(problems)) if first else _stray(last, split.by))
    return found


def _no_value(page: PageSeen) -> Problem:
    fact = "the page has no value in the zone that tells documents apart: whose page it is can't be known"
    return Problem("E1510", fact, page.number, "split by change", f'{_LOOK} Or allow it: without = "continue".')


def _by_count(pages: Sequence[PageSeen], count: int) -> list[Piece]:
    whole, left = divmod(len(pages), count)
    found: list[Piece] = [Span(1 + number * count, count) for number in range(whole)]
    if left:
        fact = f"{left} pages are left at the end: the file's pages are no multiple of {count}"
        first = whole * count + 1
        found.append(Refusal(first, left, (Problem("E1510", fact, first, "split by page-count", _LOOK),)))
    return found


def _by_blank(pages: Sequence[PageSeen], split: ByBlank) -> list[Piece]:
    found: list[Piece] = []
    for blank, group in groupby(pages, key=lambda page: page.blank):
        run = list(group)
        before = found[-1] if found else None
        if not blank:
            found.append(Span(run[0].number, len(run)))
        elif split.blank == "keep" and isinstance(before, Span):
            found[-1] = Span(before.first_page, before.page_count + len(run))
        else:
            found.append(Dropped(run[0].number, len(run), "blank"))
    return found


def _by_barcode(pages: Sequence[PageSeen], split: ByBarcode) -> list[Piece]:
    codes = {page.number: code for page in pages if (code := _matching(page, split.pattern))}
    if split.sheet == "drop":
        return _between(pages, codes)
    if split.starts == "match":
        return _from_starts(pages, lambda page: page.number in codes, split.by)
    starts, value = set[int](), ""
    for page, code in codes.items():
        if code != value:
            starts.add(page)
        value = code
    return _from_starts(pages, lambda page: page.number in starts, split.by)


def _matching(page: PageSeen, pattern: str) -> str:
    """What the first code of a page that matches says: the pattern's groups, or all of it."""
    found = (one_line(extract_text(pattern, code.text)) for code in page.codes)
    return next((text for text in found if text), "")


def _between(pages: Sequence[PageSeen], codes: Iterable[int]) -> list[Piece]:
    """Documents between separator sheets; pages before the first sheet have none that speaks for them."""
    sheets = frozenset(codes)
    found: list[Piece] = []
    for separates, group in groupby(pages, key=lambda page: page.number in sheets):
        run = list(group)
        if separates:
            found.append(Dropped(run[0].number, len(run), "separator"))
        else:
            found.append(Span(run[0].number, len(run)) if found else _stray(len(run), "barcode"))
    return found


def _by_index(examination: Examination) -> list[Piece]:
    """The index's documents. When it does not fit the file, no row of it can be trusted: the whole file is refused."""
    rows, total = examination.index or (), len(examination.pages)
    found: list[Piece] = []
    following = 1
    for row, first, count in _ranges(rows, total):
        if count < 1 or first != following or first + count - 1 > total:
            where = f"pages {first} to {first + count - 1}" if count > 0 else "no page that can be read as a number"
            fact = f"record {row.number} of the index names {where}, where page {following} of {total} comes next"
            return [_misfit(fact, min(following, total), total)]
        found.append(Span(first, count, row))
        following = first + count
    if following != total + 1:
        fact = f"the index tells of {following - 1} pages in {len(rows)} records, the file has {total}"
        return [_misfit(fact, min(following, total), total)]
    return found


def _ranges(rows: Sequence[IndexRow], total: int) -> Iterator[tuple[IndexRow, int, int]]:
    """First page and number of pages of each record; 0 pages when it does not say."""
    following = 1
    for row in rows:
        pages, first, last = (_number(row.get(field)) for field in ("pages", "first", "last"))
        start = first or following
        count = pages or (last - start + 1 if last else 0)
        if not count and len(rows) == 1 and not any(row.get(field) for field in ("pages", "first", "last")):
            count = total
        yield row, start, count
        following = start + count


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _misfit(fact: str, page: int, total: int) -> Refusal:
    remedy = "Have PDF and index exported together again: a record that is shifted would send pages to strangers."
    return Refusal(1, total, (Problem("E1507", fact, page, "split by index", remedy),))
