"""The example documents: generated, bad, and those of the guide."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest
from stdnum import iban, iso11649, luhn
from stdnum.de import vat as de_vat
from stdnum.dk import cvr
from stdnum.gb import vat as gb_vat
from stdnum.no import orgnr
from stdnum.se import vat as se_vat

from examples.customers import tables
from examples.files import write_csv, write_jsonl
from examples.generator import generate, main
from examples.references import creditor_reference, fik, kid, ocr
from layouts.errors import LayoutError
from layouts.fonts import default_fonts
from layouts.layout import load_layout
from layouts.typeset import compile_layout
from mailroom.domain.arithmetic import check_totals
from mailroom.domain.identity import customer_key
from mailroom.domain.invoice import InvoiceKind, IssuedInvoice
from mailroom.domain.recipient import RECIPIENT_LINES_MAX, recipient_lines
from mailroom.intake.reader import read_file
from mailroom.production.compose import layout_data
from tests.intake.samples import readings
from tests.shared_data import ROOT

BAD = ROOT / "examples" / "bad"
EXPECTED = tomllib.loads((BAD / "expected.toml").read_text(encoding="utf-8"))
GUIDE = (ROOT / "docs" / "intake.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def many() -> list[IssuedInvoice]:
    return list(generate(400, 7))


def piece(invoice: IssuedInvoice) -> tuple[str, str]:
    return customer_key(invoice), (invoice.deliver_to or invoice.buyer.address).normalised()


def lines_of(invoice: IssuedInvoice) -> tuple[str, ...]:
    return recipient_lines(invoice.buyer, invoice.deliver_to, invoice.seller.address.country)


@pytest.mark.parametrize("pieces", [1, 7, 50])
def test_the_same_seed_gives_the_same_documents(pieces: int) -> None:
    assert list(generate(pieces, 3)) == list(generate(pieces, 3))
    assert list(generate(pieces, 3)) != list(generate(pieces, 4))


def test_a_longer_run_begins_like_a_shorter_one() -> None:
    short = list(generate(5, 3))
    assert list(islice(generate(9, 3), len(short))) == short


@pytest.mark.parametrize("seed", [0, 1, 7, 12345, -3])
def test_there_are_as_many_pieces_as_asked_for(seed: int) -> None:
    documents = list(generate(150, seed))
    assert len({piece(invoice) for invoice in documents}) == 150
    assert len(documents) > 150
    assert len({invoice.number for invoice in documents}) == len(documents)


def test_every_generated_document_adds_up_and_fits_the_window(many: list[IssuedInvoice]) -> None:
    assert not [found for invoice in many for found in check_totals(invoice)]
    assert {len(lines_of(invoice)) for invoice in many} == {3, 4, 5, 6}
    assert max(len(line) for invoice in many for line in lines_of(invoice)) <= 45
    assert RECIPIENT_LINES_MAX == 6


def test_the_documents_are_as_mixed_as_real_ones(many: list[IssuedInvoice]) -> None:
    assert {invoice.currency for invoice in many} == {"NOK", "SEK", "DKK", "EUR", "GBP"}
    assert {invoice.language for invoice in many} == {"nb", "sv", "da", "en"}
    assert {invoice.kind for invoice in many} == set(InvoiceKind)
    pages = Counter(-(-len(invoice.lines) // 20) for invoice in many)
    assert pages[1] > len(many) / 2
    assert max(pages) == 11
    letters = {letter for invoice in many for line in lines_of(invoice) for letter in line}
    assert set("æøåäößÆØÅ") <= letters
    assert any("Α" <= letter <= "ω" for letter in letters)
    assert any("а" <= letter <= "я" for letter in letters)
    assert any(line.allowances for invoice in many for line in invoice.lines)
    assert any(invoice.allowances for invoice in many)
    assert any(invoice.deliver_to for invoice in many)
    assert any(len(invoice.vat) > 2 for invoice in many)
    assert any(lines_of(invoice)[-1].isupper() for invoice in many)


def test_a_small_run_holds_a_long_document_and_a_five_line_address() -> None:
    documents = list(generate(50, 1))
    assert max(len(invoice.lines) for invoice in documents) > 200
    assert max(len(lines_of(invoice)) for invoice in documents) >= 5


def test_payment_references_and_numbers_have_valid_check_digits(many: list[IssuedInvoice]) -> None:
    for invoice in many:
        if invoice.kind is InvoiceKind.CREDIT_NOTE:
            assert not invoice.payment.account
        elif invoice.payment.reference.startswith("RF"):
            assert iso11649.is_valid(invoice.payment.reference)
        else:
            assert luhn.is_valid(invoice.payment.reference)
    for country in ("NO", "SE", "DK", "DE", "GB"):
        assert iban.is_valid(tables()[country]["seller"]["account"])
    assert orgnr.is_valid(tables()["NO"]["seller"]["registration"])
    assert se_vat.is_valid(tables()["SE"]["seller"]["vat_id"])
    assert cvr.is_valid(tables()["DK"]["seller"]["registration"])
    assert de_vat.is_valid(tables()["DE"]["seller"]["vat_id"])
    assert gb_vat.is_valid(tables()["GB"]["seller"]["vat_id"])


def test_payment_references_match_published_examples() -> None:
    assert kid("12345678") == "123456782"
    assert ocr("12345678901") == "1234567890136"
    assert fik("6709753") == "000000067097535"
    assert creditor_reference("539007547034") == "RF18539007547034"


def test_postcodes_lie_in_their_countrys_form(many: list[IssuedInvoice]) -> None:
    forms = {
        "NO": r"\d{4}",
        "SE": r"\d{3} \d{2}",
        "DK": r"\d{4}",
        "DE": r"\d{5}",
        "GB": r"[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}",
    }
    for invoice in many:
        address = invoice.buyer.address
        assert re.fullmatch(forms[address.country], address.postcode), address


@pytest.mark.parametrize("write", [write_jsonl, write_csv])
def test_what_is_written_is_read_back_unchanged(tmp_path: Path, many: list[IssuedInvoice], write: object) -> None:
    assert callable(write)
    path = tmp_path / "documents"
    assert write(path, many) == len(many)
    found = list(read_file(path))
    assert [str(reading.error) for reading in found if reading.error] == []
    assert [reading.invoice for reading in found] == many


def test_the_command_writes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "out.csv"
    assert main(["--pieces", "3", "--seed", "5", "--out", str(path), "--csv"]) == 0
    assert len(list(read_file(path))) >= 3
    assert "3 pieces" in capsys.readouterr().err


def test_no_bad_example_is_without_an_expectation() -> None:
    assert {path.name for path in BAD.iterdir()} - {"expected.toml"} == EXPECTED["intake"].keys()


@pytest.mark.parametrize("name", [name for name in EXPECTED["intake"] if not name.endswith(".pdf")])
def test_a_bad_example_is_refused_as_expected(name: str) -> None:
    found = list(read_file(BAD / name))
    assert [reading.error.code if reading.error else "accepted" for reading in found] == EXPECTED["intake"][name]
    for reading in found:
        if reading.error is not None:
            assert reading.error.place.startswith(name)
            assert reading.error.remedy


@pytest.mark.parametrize(("name", "code"), EXPECTED["layout"].items())
def test_what_only_the_layout_can_tell_is_refused_there(name: str, code: str) -> None:
    program = compile_layout(load_layout("invoice"), default_fonts())
    (reading,) = read_file(BAD / name)
    assert reading.invoice is not None
    with pytest.raises(LayoutError, match=code):
        program.typeset(layout_data(reading.invoice, lines_of(reading.invoice)), "nb")


def example(kind: str) -> str:
    """A code block of the guide, marked as an example."""
    match = re.search(rf"<!-- example: {kind} -->\n```\w+\n(.*?)```", GUIDE, re.DOTALL)
    assert match is not None
    return match.group(1)


def test_the_guides_json_example_is_taken_as_it_stands_and_on_one_line(tmp_path: Path) -> None:
    text = example("jsonl")
    (whole,) = readings(tmp_path, text)
    (line,) = readings(tmp_path, json.dumps(json.loads(text)) + "\n")
    assert whole.invoice is not None
    assert whole.invoice == line.invoice
    assert str(whole.invoice.totals.payable) == "1493.18"


def test_the_guides_csv_example_is_taken(tmp_path: Path) -> None:
    found = readings(tmp_path, example("csv"))
    assert [reading.invoice and str(reading.invoice.totals.payable) for reading in found] == ["1585.96", "689.00"]


def test_the_guide_lists_exactly_the_errors_that_the_readers_raise() -> None:
    sources = [*(ROOT / "mailroom" / "intake").glob("*.py"), ROOT / "mailroom" / "domain" / "content_json.py"]
    raised = {code for path in sources for code in re.findall(r'"(E10\d\d)"', path.read_text(encoding="utf-8"))}
    assert raised == set(re.findall(r"^\| (E10\d\d) ", GUIDE, re.MULTILINE))


def test_the_guide_names_every_column_and_every_reference() -> None:
    from mailroom.intake.csv_columns import COLUMNS
    from mailroom.intake.references import REFERENCE_KEYS

    words = set(re.findall(r"[a-z_0-9-]+", GUIDE))
    spelt_out = {column for column in COLUMNS if not re.match(r"(buyer_(?!town|country|name)|\w+_line[2-4])", column)}
    assert not spelt_out - words
    assert not REFERENCE_KEYS.keys() - words
