"""A stream of many documents is split by each of the ways, and nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from mailroom.intake.finished.definition_file import parse_definition
from mailroom.intake.finished.examine import examine
from mailroom.intake.finished.found import Dropped, Finding, FoundDocument, Refusal
from mailroom.intake.finished.split import split
from tests.finished_intake.streams import (
    COUNTING,
    HEAD,
    ZONES,
    Truth,
    draw_stream,
    truths,
    write_csv,
    write_json,
    write_xml,
)

DOCUMENTS = 5_000 if os.environ.get("MAILROOM_FULL_STREAM") else 120
CODED = 12

NUMBER_BOX = "box = { x_mm = 125, y_mm = 18, width_mm = 75, height_mm = 7 }"
BY_TEXT = r"""
[split]
by = "text"
box = { x_mm = 150, y_mm = 284, width_mm = 50, height_mm = 8 }
pattern = 'Side 1 av'
"""
BY_CHANGE = rf"""
[split]
by = "change"
{NUMBER_BOX}
pattern = 'Fakturanummer: (\d+)'
"""
BY_BOOKMARK = '[split]\nby = "bookmark"\n'
BY_BOOKMARK_TITLE = "[split]\nby = \"bookmark\"\npattern = '^Faktura \\d+$'\n"
BY_LABEL = '[split]\nby = "page-label"\n'


def found_in(path: Path, text: str) -> list[Finding]:
    definition = parse_definition(text, "test.toml")
    return split(examine(path, definition), definition)


def pages_of(findings: Sequence[Finding]) -> list[int]:
    return [page for finding in findings for page in finding.pages]


def assert_all_found(findings: Sequence[Finding], documents: Sequence[Truth]) -> None:
    found = [one for one in findings if isinstance(one, FoundDocument)]
    assert [one for one in findings if isinstance(one, Refusal)] == []
    assert [(one.number, one.page_count) for one in found] == [(one.number, one.pages) for one in documents]
    for one, truth in zip(found, documents, strict=True):
        address = one.recipient.address
        assert one.recipient.name == truth.name
        assert (address.lines, address.postcode, address.town) == ((truth.street,), truth.postcode, truth.town)
        assert address.country == "NO"
        assert one.date == date(2026, 3, 2)
        assert one.amount == Decimal(truth.amount.replace(" ", "").replace(",", "."))
        assert (one.currency, one.language, one.kind, one.sender) == ("NOK", "nb", "invoice", "Utility AS")


@dataclass(frozen=True)
class Stream:
    path: Path
    documents: list[Truth]


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Stream:
    documents = truths(DOCUMENTS)
    path = tmp_path_factory.mktemp("stream") / "stream.pdf"
    draw_stream(path, documents)
    return Stream(path, documents)


@pytest.mark.parametrize("way", [BY_TEXT, BY_CHANGE, BY_BOOKMARK, BY_BOOKMARK_TITLE, BY_LABEL])
@pytest.mark.parametrize("counting", ["", COUNTING], ids=["uncounted", "counted"])
def test_every_document_of_the_stream_is_found_with_its_pages(stream: Stream, way: str, counting: str) -> None:
    findings = found_in(stream.path, HEAD + way + counting + ZONES)
    assert_all_found(findings, stream.documents)
    assert pages_of(findings) == list(range(1, sum(one.pages for one in stream.documents) + 1))


def test_blank_pages_between_documents_are_dropped_or_kept(tmp_path: Path) -> None:
    documents = truths(30, seed=2)
    path = tmp_path / "blanks.pdf"
    draw_stream(path, documents, blanks=True)
    dropped = found_in(path, HEAD + '[split]\nby = "blank"\n' + ZONES)
    assert_all_found(dropped, documents)
    assert [one.why for one in dropped if isinstance(one, Dropped)] == ["blank"] * 29
    kept = found_in(path, HEAD + '[split]\nby = "blank"\nblank = "keep"\n' + ZONES)
    assert all(isinstance(one, FoundDocument) for one in kept)
    assert [len(one.pages) for one in kept] == [*(one.pages + 1 for one in documents[:-1]), documents[-1].pages]


def test_blank_backs_within_documents_do_not_disturb_the_counting(tmp_path: Path) -> None:
    documents = truths(10, seed=2)
    path = tmp_path / "backs.pdf"
    draw_stream(path, documents, blanks=True)
    findings = found_in(path, HEAD + BY_TEXT + COUNTING + ZONES)
    assert [one.number for one in findings if isinstance(one, FoundDocument)] == [one.number for one in documents]
    assert [len(one.pages) for one in findings] == [*(one.pages + 1 for one in documents[:-1]), documents[-1].pages]


def test_a_barcode_begins_a_document_or_separates_two(tmp_path: Path) -> None:
    documents = truths(CODED, seed=3)
    coded = tmp_path / "coded.pdf"
    draw_stream(coded, documents, codes=True)
    box = "box = { x_mm = 10, y_mm = 80, width_mm = 120, height_mm = 30 }"
    way = f'[split]\nby = "barcode"\nsymbologies = ["Code128"]\npattern = \'^DOC(\\d+)$\'\n{box}\n'
    assert_all_found(found_in(coded, HEAD + way + ZONES), documents)
    assert_all_found(found_in(coded, HEAD + way + 'starts = "change"\n' + ZONES), documents)
    separated = tmp_path / "separated.pdf"
    draw_stream(separated, documents, separators=True)
    way = '[split]\nby = "barcode"\nsymbologies = ["Code128"]\npattern = "SEPARATOR"\nsheet = "drop"\n'
    findings = found_in(separated, HEAD + way + ZONES)
    assert_all_found(findings, documents)
    assert [one.why for one in findings if isinstance(one, Dropped)] == ["separator"] * CODED


def test_a_fixed_count_of_pages_leaves_a_rest_that_is_reported(tmp_path: Path) -> None:
    documents = [Truth(str(100_000 + index), 2, "Kari Nordmann", "Storgata 1", "0150", "Oslo") for index in range(10)]
    path = tmp_path / "pairs.pdf"
    draw_stream(path, documents)
    assert_all_found(found_in(path, HEAD + '[split]\nby = "page-count"\npages = 2\n' + ZONES), documents)
    findings = found_in(path, HEAD + '[split]\nby = "page-count"\npages = 3\n' + ZONES)
    assert pages_of(findings) == list(range(1, 21))
    rest = findings[-1]
    assert isinstance(rest, Refusal)
    assert (rest.first_page, rest.page_count, rest.problems[0].code) == (19, 2, "E1510")


INDEXES: dict[str, tuple[Callable[[Path, Sequence[Truth]], None], str]] = {
    "csv": (
        write_csv,
        """
[index]
file = "{stem}.csv"
format = "csv"
columns = { number = "Nummer", pages = "Sider", name = "Navn", line1 = "Gate", postcode = "Postnr", town = "Sted" }
""",
    ),
    "xml": (
        write_xml,
        """
[index]
file = "{stem}.xml"
format = "xml"
records = "docs/doc"
columns = { number = "@no", first = "range/from", last = "range/to" }
""",
    ),
    "json": (
        write_json,
        """
[index]
file = "{stem}.json"
format = "json"
records = "batch.documents"
columns = { number = "id", pages = "layout.pages" }
""",
    ),
}


@pytest.mark.parametrize("kind", list(INDEXES))
def test_an_index_beside_the_pdf_tells_the_documents(stream: Stream, kind: str) -> None:
    write, index = INDEXES[kind]
    write(stream.path.with_suffix(f".{kind}"), stream.documents)
    findings = found_in(stream.path, HEAD + '[split]\nby = "index"\n' + index + ZONES)
    assert_all_found(findings, stream.documents)
    assert all(dict(one.sources)["number"] == "index" for one in findings if isinstance(one, FoundDocument))


def test_an_index_that_is_shifted_by_a_page_lets_nothing_through(tmp_path: Path) -> None:
    documents = truths(20, seed=5)
    path = tmp_path / "shifted.pdf"
    draw_stream(path, documents)
    wrong = [*documents]
    wrong[4], wrong[5] = (
        Truth(wrong[4].number, wrong[4].pages + 1, *_who(wrong[4])),
        Truth(wrong[5].number, wrong[5].pages + 3, *_who(wrong[5])),
    )
    write_json(path.with_suffix(".json"), wrong)
    findings = found_in(path, HEAD + '[split]\nby = "index"\n' + INDEXES["json"][1] + ZONES)
    assert pages_of(findings) == list(range(1, sum(one.pages for one in documents) + 1))
    assert len(findings) == 1
    assert isinstance(findings[0], Refusal)
    assert findings[0].problems[0].code == "E1507"


def test_an_index_that_fits_by_chance_is_held_against_the_pages(tmp_path: Path) -> None:
    documents = [Truth(str(100_000 + at), 2, "Kari Nordmann", "Storgata 1", "0150", "Oslo") for at in range(6)]
    path = tmp_path / "swapped.pdf"
    draw_stream(path, documents)
    write_csv(path.with_suffix(".csv"), [documents[1], documents[0], *documents[2:]])
    findings = found_in(path, HEAD + '[split]\nby = "index"\n' + INDEXES["csv"][1] + ZONES)
    refused = [one for one in findings if isinstance(one, Refusal)]
    assert [(one.first_page, [problem.code for problem in one.problems]) for one in refused] == [
        (1, ["E1523"]),
        (3, ["E1523"]),
    ]


def _who(one: Truth) -> tuple[str, str, str, str]:
    return one.name, one.street, one.postcode, one.town


def test_the_whole_file_may_be_one_document(tmp_path: Path) -> None:
    documents = truths(1, seed=6)
    path = tmp_path / "one.pdf"
    draw_stream(path, documents)
    assert_all_found(found_in(path, HEAD + '[split]\nby = "file"\n' + COUNTING + ZONES), documents)


def test_a_missing_page_is_noticed_where_pages_are_counted(tmp_path: Path) -> None:
    import pikepdf

    documents = [Truth(str(100_000 + at), 3, "Kari Nordmann", "Storgata 1", "0150", "Oslo") for at in range(3)]
    path, torn = tmp_path / "whole.pdf", tmp_path / "torn.pdf"
    draw_stream(path, documents)
    with pikepdf.open(path) as pdf:
        del pdf.pages[4]
        pdf.save(torn)
    findings = found_in(torn, HEAD + BY_TEXT + COUNTING + ZONES)
    assert [type(one) for one in findings] == [FoundDocument, Refusal, FoundDocument]
    assert isinstance(findings[1], Refusal)
    assert [(one.code, one.page) for one in findings[1].problems] == [("E1512", 4)]


def test_a_document_that_is_cut_in_two_goes_out_in_no_part(tmp_path: Path) -> None:
    documents = [Truth("100001", 4, "Kari Nordmann", "Storgata 1", "0150", "Oslo"), *truths(2, seed=8)]
    path = tmp_path / "cut.pdf"
    draw_stream(path, documents[:1])
    findings = found_in(path, HEAD + '[split]\nby = "page-count"\npages = 2\n' + ZONES)
    assert all(isinstance(one, Refusal) for one in findings)
    codes = [problem.code for one in findings if isinstance(one, Refusal) for problem in one.problems]
    assert codes == ["E1513", "E1520"]


def test_documents_that_ran_together_are_noticed_by_their_length(tmp_path: Path) -> None:
    documents = [Truth(str(100_000 + at), 4, "Kari Nordmann", "Storgata 1", "0150", "Oslo") for at in range(3)]
    path = tmp_path / "long.pdf"
    draw_stream(path, documents)
    findings = found_in(path, HEAD + "pages_max = 6\n" + '[split]\nby = "page-count"\npages = 8\n' + ZONES)
    assert isinstance(findings[0], Refusal)
    assert "E1511" in [problem.code for problem in findings[0].problems]


def test_a_page_that_speaks_of_another_document_is_noticed_where_every_page_is_asked(tmp_path: Path) -> None:
    documents = [Truth(str(100_000 + at), 2, "Kari Nordmann", "Storgata 1", "0150", "Oslo") for at in range(2)]
    path = tmp_path / "mixed.pdf"
    draw_stream(path, documents)
    zones = ZONES.replace("[zones.number]", '[zones.number]\npage = "every"')
    findings = found_in(path, HEAD + '[split]\nby = "page-count"\npages = 4\n' + zones)
    assert isinstance(findings[0], Refusal)
    assert [(one.code, one.page) for one in findings[0].problems] == [("E1522", 3)]
