"""Whatever a file shows, every page of it is in exactly one document, refusal or dropped range."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mailroom.intake.finished.definition import JobDefinition
from mailroom.intake.finished.examination import (
    Bookmark,
    CodeSeen,
    EmbeddedInvoice,
    Examination,
    IndexRow,
    PageSeen,
)
from mailroom.intake.finished.found import FoundDocument, Refusal
from mailroom.intake.finished.split import split

BOX = {"x_mm": 10, "y_mm": 10, "width_mm": 50, "height_mm": 10}
SPLITS: list[dict[str, Any]] = [
    {"by": "text", "box": BOX, "pattern": "Side 1"},
    {"by": "change", "box": BOX, "pattern": r"(\d+)"},
    {"by": "change", "box": BOX, "without": "continue"},
    {"by": "bookmark"},
    {"by": "bookmark", "level": 2, "pattern": "A"},
    {"by": "page-label"},
    {"by": "page-count", "pages": 1},
    {"by": "page-count", "pages": 3},
    {"by": "blank"},
    {"by": "blank", "blank": "keep"},
    {"by": "barcode", "symbologies": ["Code128"], "pattern": "A"},
    {"by": "barcode", "symbologies": ["Code128"], "starts": "change"},
    {"by": "barcode", "symbologies": ["Code128"], "sheet": "drop"},
    {"by": "index"},
    {"by": "file"},
]
COLUMNS = {"number": "n", "pages": "p", "first": "f", "last": "l", "name": "w", "town": "t"}
WORDS = st.sampled_from(["", "Side 1", "Side 2", "7", "8", "Kari\nGata 1\n0150 Oslo", "x"])
NUMBERS = st.sampled_from(["", "", "1", "2", "3", "7", "x", "-1"])
XMLS = st.builds(EmbeddedInvoice, st.just("f.xml"), st.sampled_from(["", "broken"]), NUMBERS)


def definition(rule: dict[str, Any], *, counted: bool, embedded: str, duplicates: str) -> JobDefinition:
    return JobDefinition.model_validate(
        {
            "format": 1,
            "name": "any",
            "sender": "S",
            "country": "NO",
            "split": rule,
            "pages_max": 4,
            "embedded": embedded,
            "duplicates": duplicates,
            "counting": {"box": BOX, "pattern": r"Side (?P<page>\d)"} if counted else None,
            "zones": {
                "number": {"box": BOX, "pattern": r"\d", "required": True},
                "address": {"box": BOX, "page": "any"},
                "amount": {"box": BOX, "page": "last"},
                "date": {"box": BOX, "page": "every"},
                "own": {"box": BOX, "values": {"x": "y"}},
            },
            "index": {"file": "i.csv", "format": "csv", "columns": COLUMNS} if rule["by"] == "index" else None,
        }
    )


@st.composite
def examinations(draw: st.DrawFn, zones: tuple[str, ...]) -> Examination:
    count = draw(st.integers(1, 14))
    codes = st.sampled_from([(), (), (CodeSeen("Code128", "A"),), (CodeSeen("Code128", "B"),)])
    pages = tuple(
        PageSeen(
            number=number,
            width_mm=210.0,
            height_mm=297.0,
            texts=tuple(draw(st.lists(WORDS, min_size=len(zones), max_size=len(zones)))),
            blank=draw(st.booleans()),
            label=draw(st.sampled_from(["", "1", "2", "A-1", "11"])),
            codes=draw(codes),
            fault=draw(st.sampled_from(["", "", "", "torn"])),
        )
        for number in range(1, count + 1)
    )
    marks = st.builds(Bookmark, st.integers(1, 2), st.sampled_from(["A", "B"]), st.integers(1, count))
    rows = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS, WORDS, WORDS), max_size=6)
    return Examination(
        file="any.pdf",
        sha256="0" * 64,
        zones=zones,
        pages=pages,
        bookmarks=tuple(draw(st.lists(marks, max_size=5))),
        embedded=tuple(
            draw(
                st.lists(
                    st.builds(EmbeddedInvoice, st.just("f.xml"), st.sampled_from(["", "broken"]), NUMBERS), max_size=2
                )
            )
        ),
        index=tuple(IndexRow(at, tuple(zip(COLUMNS, row, strict=True))) for at, row in enumerate(draw(rows), start=1)),
    )


@given(st.data())
def test_every_page_is_in_exactly_one_finding(data: st.DataObject) -> None:
    rules = definition(
        data.draw(st.sampled_from(SPLITS)),
        counted=data.draw(st.booleans()),
        embedded=data.draw(st.sampled_from(["ignore", "prefer", "check"])),
        duplicates=data.draw(st.sampled_from(["refuse", "allow"])),
    )
    examination = data.draw(examinations(tuple(rules.examined())))
    findings = split(examination, rules)
    pages = [page for finding in findings for page in finding.pages]
    assert pages == [page.number for page in examination.pages]
    torn = {page.number for page in examination.pages if page.fault}
    for finding in findings:
        if isinstance(finding, FoundDocument):
            assert finding.number
            assert finding.recipient.name
            assert len(finding.pages) <= rules.pages_max
            assert not torn & set(finding.pages)
        elif isinstance(finding, Refusal):
            assert finding.problems
            assert all(problem.remedy and problem.message for problem in finding.problems)
    numbers = [(one.number, one.kind) for one in findings if isinstance(one, FoundDocument)]
    assert rules.duplicates == "allow" or len(numbers) == len(set(numbers))


@given(st.data())
def test_an_examination_goes_through_plain_values_unharmed(data: st.DataObject) -> None:
    examination = data.draw(examinations(("split", "number")))
    assert Examination.from_plain(examination.plain()) == examination
