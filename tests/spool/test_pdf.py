"""The PDF writer's objects and trees mean to a reader of PDF what they were made from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.atomic import AtomicFile
from spool.pdf import PageTree, PdfFile, date_string, name, number, rectangle, text_string


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_from_a_text_string(text: str) -> None:
    assert str(pikepdf.Object.parse(text_string(text))) == text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_any_text_comes_back_from_a_name(text: str) -> None:
    assert pikepdf.Object.parse(name(text)) == pikepdf.Name("/" + text)


@given(st.floats(-1e6, 1e6))
def test_a_number_keeps_four_decimals(value: float) -> None:
    written = number(value)
    assert b"e" not in written
    assert float(written) == pytest.approx(value, abs=0.5001e-4)


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, b"0"), (-0.0, b"0"), (-0.00001, b"0"), (595.276, b"595.276"), (100.0, b"100"), (1e-7, b"0")],
)
def test_a_number_is_written_short(value: float, written: bytes) -> None:
    assert number(value) == written


def test_a_rectangle_is_an_array_of_four() -> None:
    assert rectangle(0, 0, 595.276, 841.89) == b"[0 0 595.276 841.89]"


@pytest.mark.parametrize(
    ("offset", "written"),
    [
        (UTC, b"(D:20260302063000+00'00')"),
        (timezone(timedelta(hours=1)), b"(D:20260302063000+01'00')"),
        (timezone(-timedelta(hours=3, minutes=30)), b"(D:20260302063000-03'30')"),
    ],
)
def test_a_date_bears_its_offset(offset: timezone, written: bytes) -> None:
    assert date_string(datetime(2026, 3, 2, 6, 30, tzinfo=offset)) == written


def test_a_date_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        date_string(datetime(2026, 3, 2, 6, 30))  # noqa: DTZ001


def tree_of(pages: int, path: Path) -> None:
    """A file of empty pages, each marked with its place."""
    with AtomicFile(path) as file:
        pdf = PdfFile(file)
        tree = PageTree(pdf)
        for place in range(pages):
            tree.append(pdf.add(b"<</Type/Page/Parent %d 0 R/Place %d>>" % (tree.parent(), place)))
        root = pdf.add(b"<</Type/Catalog/Pages %d 0 R>>" % tree.finish(b"/Resources<<>>/MediaBox[0 0 100 200]"))
        pdf.finish(root=root, info=pdf.add(b"<<>>"), identity=pdf.identity())
        file.commit()


@pytest.mark.parametrize("pages", [1, 2, 63, 64, 65, 128, 4096, 4097])
def test_a_page_tree_keeps_every_page_in_order_and_is_shallow(tmp_path: Path, pages: int) -> None:
    tree_of(pages, tmp_path / "tree.pdf")
    with pikepdf.open(tmp_path / "tree.pdf") as pdf:
        assert not pdf.check_pdf_syntax()

        def depth(node: pikepdf.Object, parent: pikepdf.Object | None) -> int:
            assert node.get("/Parent") == parent
            if node.Type == pikepdf.Name.Page:
                return 0
            assert 1 <= len(node.Kids) <= 64
            depths = {depth(kid, node) for kid in node.Kids}
            assert len(depths) == 1
            return depths.pop() + 1

        def count(node: pikepdf.Object) -> int:
            if node.Type == pikepdf.Name.Page:
                return 1
            total = sum(count(kid) for kid in node.Kids)
            assert node.Count == total
            return total

        levels = 1 if pages <= 64 else 2 if pages <= 64**2 else 3
        assert depth(pdf.Root.Pages, None) == levels
        assert count(pdf.Root.Pages) == pages
        assert [int(page.obj.Place) for page in pdf.pages] == list(range(pages))
