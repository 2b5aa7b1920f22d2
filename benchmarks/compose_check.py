"""Whether a peer's file is the pages it was given: without this, the quickest would be who leaves something out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pypdfium2
import zxingcpp

from benchmarks.compose_data import Page, amount, sheet_of
from omr.markset import load_mark_set

_LOOKED_AT = 3
"""Pages whose codes are read."""
_DPI = 200


def check_file(file: Path, pages: Sequence[Page]) -> None:
    """Raises AssertionError unless the file has these pages: on each its texts, on some of them its codes, read from
    their pixels."""
    with pypdfium2.PdfDocument(file) as document:
        assert len(document) == len(pages), f"{file} has {len(document)} pages, not {len(pages)}"
        for place, page in enumerate(pages):
            _check_texts(document[place], page)
        for place in {0, len(pages) // 2, len(pages) - 1} if len(pages) > _LOOKED_AT else range(len(pages)):
            _check_codes(document[place], pages[place])


def _check_texts(sheet: pypdfium2.PdfPage, page: Page) -> None:
    words = sheet.get_textpage()
    printed = _squeezed(words.get_text_range())
    words.close()
    wanted = [page.invoice, page.kid, page.customer, page.order, amount(page.payable), *page.address]
    wanted += [text for item in page.items for text in (item.price_text, item.amount_text)]
    # By words: where the figures of a line are drawn first, they stand between the lines of its description.
    wanted += [word for item in page.items for word in item.description.split()]
    for text in wanted:
        assert _squeezed(text) in printed, f"page {page.number}: {text!r} is missing"


def _squeezed(text: str) -> str:
    """Without spaces and line ends: engines break lines at different places."""
    return "".join(text.split())


def _check_codes(sheet: pypdfium2.PdfPage, page: Page) -> None:
    gray = sheet.render(scale=_DPI / 72, grayscale=True).to_numpy()
    found = {code.text for code in zxingcpp.read_barcodes(gray)}
    payment = [text for text in found if text.startswith("BCD") and page.kid in text]
    assert payment, f"page {page.number}: no payment code among {found}"
    identity = load_mark_set("quadient").code.template.format(sheet_of(page.number)[0])
    assert identity in found, f"page {page.number}: no sheet code among {found}"
    assert page.invoice in found, f"page {page.number}: no Code 128 among {found}"
