"""The reverse of the corpus: what is good has no findings, whatever good document is set."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.envelope import load_envelope
from layouts.fonts import FontSet
from layouts.geometry import Box
from layouts.layout import load_layout
from layouts.preflight import Preflight, check_layout
from layouts.typeset import PageProgram, compile_layout
from omr.markset import load_mark_set, shipped_mark_sets
from tests.corpus.case import MARKS, all_cases
from tests.corpus.document import good_document
from tests.corpus.trial import GOOD, LAYOUT, edited
from tests.layouts.samples import invoice

ENVELOPES = [load_envelope(name) for name in ("c5", "c4")]
WORDS = st.text("abcdefgæøåéßłž ABCÆØÅ0123456789-.,&/", min_size=1, max_size=24).filter(str.strip)


@pytest.fixture(scope="module")
def bill(fonts: FontSet) -> PageProgram:
    return compile_layout(load_layout(GOOD / LAYOUT), fonts)


@pytest.fixture(scope="module")
def shipped(fonts: FontSet) -> PageProgram:
    return compile_layout(load_layout("invoice"), fonts)


def mark_boxes(name: str) -> dict[str, Box]:
    """Every position of a mark set, and its code."""
    marks = load_mark_set(name)
    found = {f"{at}": Box(*marks.column.mark(at)) for at in range(len(marks.marks))}
    return found | {"code": Box(*marks.code.box)}


def test_the_corpus_is_large_and_every_case_has_a_name_of_its_own() -> None:
    cases = all_cases()
    assert len(cases) >= 40
    assert len({case.name for case in cases}) == len(cases)
    wrong = [case for case in cases if case.error or case.layout_findings or case.document_findings]
    assert 40 <= len(wrong) < len(cases)


@pytest.mark.parametrize("mark_set", shipped_mark_sets())
def test_the_good_layouts_go_with_their_envelopes_and_every_mark_set(
    bill: PageProgram, shipped: PageProgram, mark_set: str
) -> None:
    marks = mark_boxes(mark_set)
    assert check_layout(bill.layout, ENVELOPES, marks) == []
    assert check_layout(bill.layout, ENVELOPES, marks, two_sided=True) == []
    assert check_layout(shipped.layout, ENVELOPES, marks) == []


@given(
    goods=st.integers(0, 70),
    names=st.lists(WORDS, min_size=1, max_size=6),
    notes=st.lists(WORDS, max_size=4),
    two_sided=st.booleans(),
)
@settings(max_examples=30, deadline=None)
def test_a_good_document_has_no_findings(
    bill: PageProgram, goods: int, names: list[str], notes: list[str], two_sided: bool
) -> None:
    data = good_document(goods)
    data["recipient"]["lines"] = names
    data["document"]["notes"] = notes
    inspection = bill.inspect(data, "en")
    assert inspection.findings == ()
    assert Preflight(bill.layout, ENVELOPES, MARKS, two_sided=two_sided).check(inspection.ink) == []
    assert bill.typeset(data, "en") == inspection.page_set


@pytest.mark.parametrize("count", [1, 12, 45])
def test_a_good_invoice_on_the_shipped_layout_has_no_findings(shipped: PageProgram, count: int) -> None:
    data = invoice(count, document={"notes": ["Takk for handelen."]})
    inspection = shipped.inspect(data, "nb")
    assert inspection.findings == ()
    assert Preflight(shipped.layout, ENVELOPES, MARKS, two_sided=True).check(inspection.ink) == []


def test_the_ink_of_a_page_lies_in_the_boxes_of_the_layout(bill: PageProgram) -> None:
    inspection = bill.inspect(good_document(60), "en")
    for number, page in enumerate(inspection.ink, 1):
        boxes = bill.layout.boxes("first" if number == 1 else "continuation")
        for ink in page:
            if ink.name in boxes:
                assert ink.box.spill(boxes[ink.name]) < 0.05


def test_setting_a_document_again_gives_the_same_page(fonts: FontSet, tmp_path: Path) -> None:
    """A picture and a line in the flow keep their places from document to document."""
    more = """
[flow.seal]
type = "picture"
gap_above_mm = 5
width_mm = 20
file = "logo.svg"

[flow.line]
type = "rule"
gap_above_mm = 5
rule = "line"
"""
    (tmp_path / "bill.toml").write_text((GOOD / LAYOUT).read_text(encoding="utf-8") + more, encoding="utf-8")
    for name in ("giro.toml", "logo.svg"):
        (tmp_path / name).write_bytes((GOOD / name).read_bytes())
    program = compile_layout(load_layout(tmp_path / "bill.toml"), fonts)
    first, *others = [program.inspect(good_document(), "en") for _ in range(3)]
    assert first.findings == ()
    assert {ink.name for ink in first.ink[0]} >= {"seal", "line"}
    assert others == [first, first]


def test_an_edit_that_finds_no_text_is_a_mistake_of_the_case() -> None:
    with pytest.raises(AssertionError, match="stands 0 times"):
        edited("one", (("two", "three"),))
    with pytest.raises(AssertionError, match="stands 2 times"):
        edited("one one", (("one", "three"),))


def test_amounts_are_told_in_millimetres(bill: PageProgram) -> None:
    """A figure wider by a digit is over by that digit's width more."""

    def over_mm(quantity: Decimal) -> float:
        data: dict[str, Any] = good_document()
        data["lines"][0]["quantity"] = quantity
        (finding,) = bill.inspect(data, "en").findings
        return finding.amount_mm

    # A figure of Source Sans Pro is 497/1000 em wide: 9 pt of it are 1.578 mm.
    assert over_mm(Decimal("9" * 19)) - over_mm(Decimal("8" * 18)) == pytest.approx(1.578 + 0.79, abs=0.01)
