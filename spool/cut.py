"""Cutting a row of things into parts that stay below limits: pieces into batches, batches into files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

from layouts.pageset import FormXObject, PdfSource
from spool.batch import BatchSheet
from spool.output import OutputCondition
from spool.page_source import PageSource

ItemT = TypeVar("ItemT")
ItemT_contra = TypeVar("ItemT_contra", contravariant=True)

_SHEET_BYTES = 900
"""What a sheet takes besides its pages: marks and code (200 to 400 bytes), two page objects, a document part."""

_FILE_BYTES = 20_000
_OBJECT_BYTES = 300
_REFERENCE_BYTES = 12
_FONT_BYTES = 120_000
"""An upper bound for a deflated subset of one of the shipped faces, with widths and names of its glyphs."""


class Load(Protocol[ItemT_contra]):
    """What lies in one part."""

    def add(self, item: ItemT_contra) -> bool:
        """Take an item; returns whether the part still is below its limit."""


def cut(items: Iterable[ItemT], new_load: Callable[[], Load[ItemT]]) -> Iterator[list[ItemT]]:
    """Cut items, in order, into parts that are as long as the limit allows; an item that exceeds it alone is a part of
    its own."""
    part: list[ItemT] = []
    load = new_load()
    for item in items:
        if not load.add(item) and part:
            yield part
            part, load = [], new_load()
            load.add(item)
        part.append(item)
    if part:
        yield part


class SheetLoad(Generic[ItemT]):
    """At most so many sheets."""

    def __init__(self, most: int, sheets: Callable[[ItemT], int]) -> None:
        self._left = most
        self._sheets = sheets

    def add(self, item: ItemT) -> bool:
        self._left -= self._sheets(item)
        return self._left >= 0


class FileLoad:
    """The sheets of pieces, until a print file of them could exceed `most_sheets` or `most_bytes`; None is no limit.

    The size is told from what the page store holds, and never too small: pages count with their very bytes, what they
    draw on once a file, the profile of the output `condition` too. Raises what `store.get` raises.
    """

    def __init__(
        self,
        store: PageSource,
        *,
        most_sheets: int | None = None,
        most_bytes: int | None = None,
        condition: OutputCondition | None = None,
    ) -> None:
        self._store = store
        self._most_sheets = most_sheets
        self._most_bytes = most_bytes
        self._resources: set[str | bytes] = set()
        self.sheets = 0
        self.bytes = _FILE_BYTES + (len(condition.profile) if condition is not None else 0)

    def add(self, item: Sequence[BatchSheet]) -> bool:
        """Take the sheets of a piece."""
        self.sheets += len(item)
        if self._most_bytes is not None:
            self.bytes += _SHEET_BYTES * len(item)
            for key in {ref.key for sheet in item for ref in (sheet.front, sheet.back) if ref is not None}:
                self._weigh(key)
        return _within(self.sheets, self._most_sheets) and _within(self.bytes, self._most_bytes)

    def _weigh(self, key: str) -> None:
        page_set = self._store.get(key)
        self.bytes += sum(map(len, page_set.pages))
        sizes: dict[str | bytes, int] = dict.fromkeys(page_set.glyphs, _FONT_BYTES)
        sizes |= {name: _OBJECT_BYTES + len(image.data) for name, image in page_set.images.items()}
        for name, form in page_set.forms.items():
            sizes |= _form_sizes(name, form)
        self.bytes += sum(size for name, size in sizes.items() if name not in self._resources)
        self._resources.update(sizes)


def _form_sizes(name: str, form: FormXObject) -> dict[str | bytes, int]:
    """What a form takes, and by its digest each object that other forms may share."""
    sizes: dict[str | bytes, int] = {name: _OBJECT_BYTES + _source_bytes(form.resources) + len(form.content)}
    for held in form.objects:
        size = _OBJECT_BYTES + _source_bytes(held.source) + len(held.stream or b"")
        if held.digest:
            sizes[held.digest] = size
        else:
            sizes[name] += size
    return sizes


def _source_bytes(source: PdfSource) -> int:
    return sum(len(part) if isinstance(part, bytes) else _REFERENCE_BYTES for part in source)


def _within(value: int, most: int | None) -> bool:
    return most is None or value <= most
