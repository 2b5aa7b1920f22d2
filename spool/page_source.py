"""Where assembly takes pages from: the page store, or straight from the typesetting."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Protocol

from layouts.pageset import PageSet
from spool.batch import BatchSheet
from spool.job import SpoolError


class PageSource(Protocol):
    """What assembly needs of a page store."""

    def get(self, key: str) -> PageSet:
        """The page set under `key`. Raises `SpoolError` E6102 where there is none."""


class PagesInMemory:
    """Page sets on their way from typesetting into one print file, without a page store.

    Give both to the assembly: `assemble(pages.sheets(documents), store=pages, …)`. A page set is held from its first
    sheet to its last, so memory stays flat however many documents come. What is printed this way is kept nowhere: it
    can't be printed again without typesetting it again.
    """

    def __init__(self) -> None:
        self._held: dict[str, PageSet] = {}

    def get(self, key: str) -> PageSet:
        """A page set whose sheets are being taken. Raises `SpoolError` E6102 for any other."""
        try:
            return self._held[key]
        except KeyError:
            remedy = "Give each document its own sheets, and take each sheet's pages before the next sheet."
            message = f"The page set {key} is not at hand: only that of the present sheet is"
            raise SpoolError("E6102", message, place=key, remedy=remedy) from None

    def sheets(self, documents: Iterable[tuple[PageSet, Iterable[BatchSheet]]]) -> Generator[BatchSheet]:
        """The sheets of documents one after another, each document at hand while its sheets come."""
        for page_set, sheets in documents:
            self._held[page_set.key] = page_set
            try:
                yield from sheets
            finally:
                self._held.pop(page_set.key, None)
