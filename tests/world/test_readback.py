"""Print files read back: what is on paper is what the data say, and a reader that would notice if it were not."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from stdnum import iban
from stdnum.at import uid as at_vat
from stdnum.ch import vat as ch_vat
from stdnum.fi import alv as fi_vat

from benchmarks.readback import RESULT, Result, main, print_and_read, read_back
from benchmarks.readback_lot import Lot, PrintedLot, Stopwatch, lots, mark_set, page_program, print_lot
from benchmarks.readback_slips import SLIPS, bank_bar_code, epc_text, swiss_text
from benchmarks.readback_symbols import due_marks
from benchmarks.readback_text import compare, paper
from examples.customers import EVERY_COUNTRY, tables
from examples.generator import generate
from examples.references import qr_reference, viite
from layouts.codes.draw import image_mask
from layouts.codes.encode import encode
from layouts.fonts import default_fonts
from layouts.pageset import PageSet
from layouts.remittance.finland import viite_is_valid
from layouts.remittance.switzerland import qr_reference_is_valid
from mailroom.domain.arithmetic import check_totals
from mailroom.domain.content import printed_lines
from mailroom.domain.invoice import IssuedInvoice, Payment
from mailroom.production.compose import layout_data
from omr.sheet import SheetId, SheetOrders
from spool.archive import write_document
from spool.assemble import assemble
from spool.batch import BatchSheet, PageRef
from spool.pagestore import PageStore

CREATED = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
LANGUAGES = {"nb", "sv", "da", "en", "de", "fi", "id"}


# ── whole files ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_sixty_pieces_in_seven_languages_are_read_back_without_a_mismatch(tmp_path: Path) -> None:
    total = Result(Counter(), {}, ())
    for lot in (Lot(1, 40, 11), Lot(3, 20, 12)):
        total += print_and_read(lot, tmp_path)
    assert [str(mismatch) for mismatch in total.mismatches] == []
    counts = total.counts
    assert {language for language in LANGUAGES if counts[f"documents in {language}"]} == LANGUAGES
    assert counts["documents"] >= 60
    assert counts["pages"] > counts["fronts"] > 60, "one file is two-sided"
    assert counts["QRCode"] + counts["Code128"] == counts["payment codes due"] > 10
    assert {slip for slip in SLIPS if counts[f"slips {slip}"]} == set(SLIPS)
    assert counts["text: line"] > 500
    assert counts["text: carried"] == counts["text: brought"] > 10
    assert not list(tmp_path.iterdir()), "a file without a mismatch is not kept"


def test_the_command_tells_what_it_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["2", "--seed", "4", "--processes", "1"]) == 0
    told = json.loads((tmp_path / RESULT).read_text(encoding="utf-8"))
    assert told["mismatches"] == []
    assert told["counts"]["DataMatrix"] == told["counts"]["fronts"] >= 2
    printed = capsys.readouterr()
    assert "0 mismatches" in printed.out
    assert "file 1 of 1" in printed.err


def test_any_file_of_a_run_can_be_made_alone() -> None:
    assert lots(250, 7, 100) == [Lot(1, 100, 7), Lot(2, 100, 8), Lot(3, 50, 9)]
    assert [lot.sides for lot in lots(3, 1, 1)] == ["one-sided", "one-sided", "two-sided-long-edge"]


# ── what is wrong is found ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> PrintedLot:
    """One Austrian invoice in euro on two pages, with freight."""
    made = print_lot(Lot(1, 1, 119, {"AT": 1}), tmp_path_factory.mktemp("printed") / "one.pdf", Stopwatch())
    assert len(made.sides) == 2
    assert [(each.invoice.language, each.slip) for each in made.documents] == [("de", "epc")]
    return made


@pytest.fixture(scope="module")
def texts(printed: PrintedLot) -> list[str]:
    with PdfReader(printed.file) as pdf:
        return [page.extract_text() for page in pdf.pages]


def whats(result: Result) -> set[tuple[int, str]]:
    """Page and subject of every mismatch, without the document's number."""
    return {(mismatch.page, mismatch.what.rpartition(", ")[2]) for mismatch in result.mismatches}


def with_sheets(printed: PrintedLot, change: Callable[[BatchSheet], BatchSheet]) -> PrintedLot:
    sides = (replace(side, sheet=change(side.sheet)) if side.sheet else side for side in printed.sides)
    return replace(printed, sides=tuple(sides))


def with_invoice(printed: PrintedLot, change: Callable[[IssuedInvoice], IssuedInvoice]) -> PrintedLot:
    (document,) = printed.documents
    other = replace(document, invoice=change(document.invoice))
    return replace(printed, sides=tuple(replace(side, document=other) for side in printed.sides))


def test_a_sheet_of_another_identity_is_found(printed: PrintedLot) -> None:
    other = with_sheets(printed, lambda sheet: replace(sheet, id=replace(sheet.id, copy=2)))
    assert {(1, "sheet code"), (2, "sheet code")} <= whats(read_back(other))


def test_a_mark_too_few_is_found(printed: PrintedLot) -> None:
    def with_divert(sheet: BatchSheet) -> BatchSheet:
        return replace(sheet, orders=replace(sheet.orders, divert=not sheet.orders.divert))

    assert whats(read_back(with_sheets(printed, with_divert))) == {(1, "marks"), (2, "marks")}


def test_another_amount_in_the_payment_code_is_found(printed: PrintedLot) -> None:
    def dearer(invoice: IssuedInvoice) -> IssuedInvoice:
        return replace(invoice, totals=replace(invoice.totals, payable=invoice.totals.payable + Decimal("0.01")))

    found = whats(read_back(with_invoice(printed, dearer)))
    assert {(2, "codes of epc"), (2, "amount of the code"), (2, "amount on the slip"), (1, "row")} <= found


def test_a_page_too_many_is_found(printed: PrintedLot) -> None:
    assert (1, "pages") in whats(read_back(replace(printed, sides=printed.sides[:1])))


def drawn_over(printed: PrintedLot, file: Path, content: str) -> PrintedLot:
    """The same file with something on the first page that does not belong there."""
    with pikepdf.open(printed.file) as pdf:
        pdf.pages[0].contents_add(f"q {content} Q".encode(), prepend=False)
        pdf.save(file)
    return replace(printed, file=file)


def test_ink_among_the_marks_is_found(printed: PrintedLot, tmp_path: Path) -> None:
    # 20 x 6 points from x 20, at the height of the column of marks.
    smeared = drawn_over(printed, tmp_path / "smeared.pdf", "0 g 20 500 20 6 re f")
    assert (1, "strip") in whats(read_back(smeared))


def test_a_code_that_does_not_belong_there_is_found(printed: PrintedLot, tmp_path: Path) -> None:
    stray = encode("datamatrix", "STRAY")
    content = image_mask(stray, left_pt=400, bottom_pt=500, width_pt=40, height_pt=40)
    found = read_back(drawn_over(printed, tmp_path / "stray.pdf", content))
    assert whats(found) == {(1, "codes of the whole page")}
    assert "STRAY" in found.mismatches[0].found


def dearer_line(invoice: IssuedInvoice) -> IssuedInvoice:
    first, *others = invoice.lines
    return replace(invoice, lines=(replace(first, net_amount=first.net_amount + Decimal("0.01")), *others))


def more_tax(invoice: IssuedInvoice) -> IssuedInvoice:
    return replace(invoice, totals=replace(invoice.totals, tax=invoice.totals.tax - 1))


def other_rate(invoice: IssuedInvoice) -> IssuedInvoice:
    first, *others = invoice.vat
    return replace(invoice, vat=(replace(first, rate=first.rate + 1), *others))


ALTERED: dict[str, tuple[Callable[[IssuedInvoice], IssuedInvoice], set[tuple[int, str]]]] = {
    "as printed": (lambda invoice: invoice, set()),
    "a dearer line": (dearer_line, {(0, "line 1"), (0, "carried"), (1, "brought")}),
    "a line more": (lambda one: replace(one, lines=(*one.lines, one.lines[0])), {(0, "lines"), (1, "carried")}),
    "lines in another order": (lambda one: replace(one, lines=one.lines[::-1]), {(0, "line 1"), (0, "carried")}),
    "another tax": (more_tax, {(0, "row")}),
    "another VAT rate": (other_rate, {(0, "vat")}),
    "another number": (lambda one: replace(one, number="1-1"), {(0, "number"), (1, "number")}),
    "another reference": (
        lambda one: replace(one, payment=replace(one.payment, reference="RF18539007547034")),
        {(1, "text of epc")},
    ),
    "another currency": (lambda one: replace(one, currency="USD"), {(0, "row")}),
    "no freight": (lambda one: replace(one, allowances=()), {(1, "adjustment")}),
}
"""What is changed in the data, and (page, subject) of what must be noticed."""


@pytest.mark.parametrize("name", ALTERED)
def test_what_is_not_on_paper_as_the_data_have_it_is_found(
    printed: PrintedLot, texts: Sequence[str], name: str
) -> None:
    change, due = ALTERED[name]
    (document,) = with_invoice(printed, change).documents
    differences, _ = compare(document, texts)
    found = {(each.page, each.what) for each in differences}
    assert due <= found
    assert bool(due) == bool(found)


@pytest.mark.parametrize(
    ("old", "new", "due"),
    [
        ("Seite 2 von 2", "Seite 1 von 2", (1, "page number")),
        ("Seite 1 von 2", "Seite 1 von 2\nZuschlag 1,00", (0, "row")),
        ("Seite 1 von 2", "Seite 1 von 2\nPreis: 1.234,50 je Stück", (0, "amount in a text")),
        ("Seite 1 von 2", "Seite 1 von 2\n55,10", (0, "amount")),
        ("Übertrag auf die nächste Seite", "Übertrag auf die Seite", (0, "carried")),
    ],
)
def test_what_is_on_paper_and_not_in_the_data_is_found(
    printed: PrintedLot, texts: Sequence[str], old: str, new: str, due: tuple[int, str]
) -> None:
    (document,) = printed.documents
    assert any(old in text for text in texts)
    differences, _ = compare(document, [text.replace(old, new) for text in texts])
    assert due in {(each.page, each.what) for each in differences}


@pytest.mark.parametrize(
    ("language", "row", "due"),
    [
        ("nb", "Sum uten mva 1\u00a0234\u00a0567,50", ("row", "Sum uten mva", "1234567.50")),
        ("nb", "Rabatter \u22121\u00a0234,50", ("row", "Rabatter", "-1234.50")),
        ("en", "VAT 1,234.50", ("row", "VAT", "1234.50")),
        ("da", "Moms 1.234,50", ("row", "Moms", "1234.50")),
        ("id", "PPN 12.345.678,00", ("row", "PPN", "12345678.00")),
        ("fi", "Sivu 3/12", ("page", "3", "12")),
        ("de", "20\u00a0% 1.000,00 200,00", ("vat", "20", "", "1000.00", "200.00")),
        ("fi", "0\u00a0% nollakanta 9,00 0,00", ("vat", "0", "nollakanta", "9.00", "0.00")),
        ("sv", "Rör 2 fast pris 10,00 25\u00a0% 20,00", ("line", "Rör", "2", "fast pris", "10.00", "25", "20.00")),
        ("en", "M8 × 40 1,200 pcs 0.184 19% 220.80", ("line", "M8 × 40", "1200", "pcs", "0.184", "19", "220.80")),
        ("nb", "45,19 per 100 kWh", ("price", "45.19", "100", "kWh")),
        ("nb", "Overført fra forrige side 95\u00a0902,70", ("brought", "95902.70")),
        ("nb", "16.03.2026", ()),
        ("en", "Postboks 1234", ()),
    ],
)  # fmt: skip
def test_a_row_is_parsed_by_the_signs_of_its_language(language: str, row: str, due: tuple[str, ...]) -> None:
    facts = list(paper(language).facts(row))
    assert [tuple(map(str, fact)) for fact in facts] == ([due] if due else [])


def test_a_number_that_is_grouped_wrongly_is_no_figure() -> None:
    assert list(paper("de").facts("Umsatzsteuer 1,234.50")) == []
    assert list(paper("en").facts("VAT 1234.50")) == []


def test_marks_are_due_as_the_published_example_has_them() -> None:
    orders = SheetOrders(sheet=2, of=2, ordinal=7, selects=frozenset({1, 6}))
    printed = {role for role, is_printed in due_marks(orders).items() if is_printed}
    sequence = {"sequence-4", "sequence-2", "sequence-1"}
    assert printed == {"start", "insert", "select-1", "select-6", *sequence, "safety"}


def paid(payment: Payment, payable: str, due: date | None = None) -> IssuedInvoice:
    """An invoice that is paid like this."""
    invoice = next(generate(1, 1))
    return replace(invoice, payment=payment, due_date=due, totals=replace(invoice.totals, payable=Decimal(payable)))


def test_the_text_of_a_payment_code_is_that_of_the_guidelines() -> None:
    payment = Payment(
        reference="RF18539007547034", account="DE71110220330123456789", bic="BHBLDEHHXXX", account_name="Wöhler & Co"
    )
    head, end = "BCD\n002\n2\nSCT\nBHBLDEHHXXX", "EUR12.30\n\nRF18539007547034"
    assert epc_text(paid(payment, "12.3"), "de") == f"{head}\nWöhler & Co\nDE71110220330123456789\n{end}"


def test_the_bank_bar_code_is_that_of_the_guide() -> None:
    invoice = paid(Payment(reference="11112", account="FI3715903000000776"), "12.25", date(2016, 12, 21))
    assert bank_bar_code(invoice) == "437159030000007760000122500000000000000000011112161221"


def test_the_swiss_code_has_its_thirty_one_rows() -> None:
    reference = "210000000003139471430009017"
    payment = Payment(reference=reference, account="CH4431999123000889012", account_name="Robert Schneider AG")
    rows = swiss_text(paid(payment, "1949.75")).split("\n")
    assert len(rows) == 31
    assert (rows[0], rows[3], rows[5], rows[18], rows[28], rows[30]) == (
        *("SPC", "CH4431999123000889012", "Robert Schneider AG"),
        *("1949.75", reference, "EPD"),
    )


@pytest.mark.parametrize(
    ("slip", "payment", "told", "payable", "due"),
    [
        ("dk-fik", Payment(reference="67097535"), {"card_type": "71", "creditor_number": "85799665"}, "950.00",
         "+71<000000067097535+85799665<"),
        ("se-bankgiro", Payment(reference="665760"), {"bankgiro": "991-2346"}, "1800.00",
         "#665760#1800002>9912346#41#"),
        ("no-giro", Payment(reference="123456782", account="NO9386011117947"), {}, "1234.50",
         "123456782123450<9>86011117947"),
    ],
)  # fmt: skip
def test_code_lines_are_those_of_the_published_examples(
    slip: str, payment: Payment, told: dict[str, str], payable: str, due: str
) -> None:
    assert SLIPS[slip].texts(paid(payment, payable), told)[0] == due


# ── the same pages wherever they go ───────────────────────────────────────────────────────────────────────────────────


@cache
def page_sets() -> tuple[PageSet, ...]:
    """Six documents, in several languages."""
    invoices = [invoice for invoice in generate(12, 5, EVERY_COUNTRY) if len(invoice.lines) < 60][:6]
    return tuple(page_program().typeset(layout_data(one, printed_lines(one)), one.language) for one in invoices)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> PageStore:
    kept = PageStore(tmp_path_factory.mktemp("pages"))
    kept.put_all(page_sets())
    return kept


def sheets_of(sets: Sequence[PageSet], run: str) -> Iterator[BatchSheet]:
    ordinal = 0
    for number, page_set in enumerate(sets, 1):
        of = len(page_set.pages)
        for at in range(1, of + 1):
            ordinal += 1
            identity = SheetId(run, f"P{number:08}", 1, at, of)
            yield BatchSheet(identity, SheetOrders(at, of, ordinal), PageRef(page_set.key, at - 1))


def assembled(store: PageStore, sets: Sequence[PageSet], file: Path) -> dict[str, list[str]]:
    """Page set -> the hashes of its pages' content in a print file of these sets."""
    assemble(
        sheets_of(sets, f"R{len(sets):06}"),
        store=store,
        fonts=default_fonts(),
        mark_set=mark_set(),
        out=file,
        title=file.stem,
        created=CREATED,
    )
    with pikepdf.open(file) as pdf:
        hashes = [_hash(page.obj.Contents[0]) for page in pdf.pages]
    found: dict[str, list[str]] = {}
    for page_set in sets:
        found[page_set.key], hashes = hashes[: len(page_set.pages)], hashes[len(page_set.pages) :]
    return found


def archived(page_set: PageSet) -> bytes:
    return write_document(page_set, default_fonts(), title="archive", created=CREATED, language="en")


def _hash(stream: Any) -> str:
    return hashlib.sha256(stream.read_raw_bytes()).hexdigest()


def some_sets() -> st.SearchStrategy[list[PageSet]]:
    """Some of the documents, in any order."""
    picked = st.lists(st.sampled_from(range(6)), unique=True, min_size=1)
    return picked.map(lambda places: [page_sets()[place] for place in places])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=some_sets(), other=some_sets())
def test_pages_have_the_same_content_in_every_file_and_in_the_archive(
    store: PageStore, tmp_path: Path, one: list[PageSet], other: list[PageSet]
) -> None:
    first = assembled(store, one, tmp_path / "one.pdf")
    second = assembled(store, other, tmp_path / "other.pdf")
    for page_set in one:
        kept = [hashlib.sha256(page).hexdigest() for page in page_set.pages]
        assert first[page_set.key] == kept
        assert second.get(page_set.key, kept) == kept
        with pikepdf.open(BytesIO(archived(page_set))) as pdf:
            assert [_hash(page.obj.Contents) for page in pdf.pages] == kept


def test_pages_look_the_same_in_every_file_and_in_the_archive(store: PageStore, tmp_path: Path) -> None:
    """Beside the marks, pixel for pixel: the fonts of each file are subsets of their own."""
    several, wanted = page_sets(), page_sets()[2]
    assembled(store, several, tmp_path / "several.pdf")
    assembled(store, [wanted], tmp_path / "alone.pdf")
    before = sum(len(page_set.pages) for page_set in several[:2])
    alone = pixels((tmp_path / "alone.pdf").read_bytes(), 0)
    assert (alone < 128).sum() > 1000
    assert np.array_equal(alone, pixels((tmp_path / "several.pdf").read_bytes(), before))
    assert np.array_equal(alone, pixels(archived(wanted), 0))


def pixels(pdf: bytes, index: int) -> np.ndarray[Any, Any]:
    """A page at 150 dpi without the strip of the marks."""
    dpi = 150
    with pypdfium2.PdfDocument(pdf) as document:
        gray: np.ndarray[Any, Any] = document[index].render(scale=dpi / 72, grayscale=True).to_numpy().copy()
    strip = mark_set().strip
    gray[: round(strip.bottom * dpi / 25.4), : round(strip.right * dpi / 25.4)] = 255
    return gray


# ── the data ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_customers_of_every_country_bring_seven_languages_and_sums_that_add_up() -> None:
    documents = list(generate(150, 3, EVERY_COUNTRY))
    assert {invoice.language for invoice in documents} == LANGUAGES
    assert {invoice.currency for invoice in documents} == {"NOK", "SEK", "DKK", "EUR", "GBP", "IDR", "CHF"}
    assert [found for invoice in documents for found in check_totals(invoice)] == []
    for country, is_valid in (("FI", viite_is_valid), ("CH", qr_reference_is_valid)):
        references = [one.payment.reference for one in documents if one.payment.account.startswith(country)]
        assert references
        assert all(map(is_valid, references))


def test_references_match_the_published_examples() -> None:
    assert viite("123456") == "1234561"
    assert qr_reference("21000000000313947143000901") == "210000000003139471430009017"


@pytest.mark.parametrize("country", ["AT", "FI", "CH"])
def test_sellers_have_valid_numbers(country: str) -> None:
    seller = tables()[country]["seller"]
    assert iban.is_valid(seller["account"])
    assert {"AT": at_vat, "FI": fi_vat, "CH": ch_vat}[country].is_valid(seller["vat_id"])
