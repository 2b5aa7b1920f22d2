"""CSV tables."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.address import PostalAddress
from mailroom.domain.errors import InputRefused
from mailroom.domain.invoice import InvoiceKind
from mailroom.intake import csv_table
from mailroom.intake.csv_values import parse_table_date, parse_table_decimal
from tests.intake.samples import outcomes, readings

HEAD = (
    "number,issue_date,currency,seller_name,seller_country,buyer_name,buyer_town,buyer_country,"
    "name,quantity,unit_price,vat_rate"
)


def table(*rows: str, head: str = HEAD) -> str:
    return "\n".join((head, *rows)) + "\n"


def row(number: str = "1", name: str = "Hengelås", quantity: str = "2", price: str = "50.00", rate: str = "25") -> str:
    return f"{number},2026-03-02,NOK,Havlys,NO,Kari Nygård,Sogndal,NO,{name},{quantity},{price},{rate}"


def test_rows_of_one_number_are_one_document(tmp_path: Path) -> None:
    found = readings(tmp_path, table(row("1"), row("1", "Lærebok", rate="0"), row("2")))
    assert [reading.place for reading in found] == ["rows 2-3", "row 4"]
    first = found[0].invoice
    assert first is not None
    assert [(line.id, line.name, line.vat_category) for line in first.lines] == [
        ("1", "Hengelås", "S"),
        ("2", "Lærebok", "Z"),
    ]
    assert str(first.totals.payable) == "225.00"


def test_document_fields_may_be_blank_after_the_first_row(tmp_path: Path) -> None:
    (reading,) = readings(tmp_path, table(row(), ",,,,,,,,Lærebok,1,10.00,0", "1,,,,,,,,Blyant,1,5.00,25"))
    assert reading.invoice is not None
    assert len(reading.invoice.lines) == 3


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_delimiter_is_detected(tmp_path: Path, delimiter: str, mark: str) -> None:
    assert outcomes(tmp_path, mark + table(row()).replace(",", delimiter)) == ["accepted"]


def test_a_spreadsheets_sep_line_is_passed_over(tmp_path: Path) -> None:
    assert outcomes(tmp_path, "sep=;\r\n" + table(row()).replace(",", ";")) == ["accepted"]


def test_excels_unicode_text_is_read(tmp_path: Path) -> None:
    assert outcomes(tmp_path, table(row()).replace(",", "\t").encode("utf-16")) == ["accepted"]


def test_quoted_cells_may_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    text = table(row(name='"Lås, ""stor""\nmed nøkkel"'), row("2"))
    first, second = readings(tmp_path, text)
    assert first.invoice is not None
    assert first.invoice.lines[0].name == 'Lås, "stor" med nøkkel'
    assert second.invoice is not None


def test_a_formula_is_text_in_a_text_and_refused_as_a_number(tmp_path: Path) -> None:
    harmless = row(name='"=HYPERLINK(""http://x"",""y"")"')
    (reading,) = readings(tmp_path, table(harmless))
    assert reading.invoice is not None
    assert reading.invoice.lines[0].name == '=HYPERLINK("http://x","y")'
    assert outcomes(tmp_path, table(row(price="=1+1"))) == ["E1011"]


def test_a_bad_row_refuses_its_document_alone(tmp_path: Path) -> None:
    text = table(row("1"), row("2", quantity="two"), row("3") + ",one more", row("4"))
    found = readings(tmp_path, text)
    assert [reading.error and reading.error.code for reading in found] == [None, "E1011", "E1021", None]
    assert found[1].error is not None
    assert found[1].error.place == "delivery.dat, row 3, column quantity"


def test_letters_that_are_not_utf_8_refuse_their_document_alone(tmp_path: Path) -> None:
    content = table(row("1", "Lock")).encode() + (row("2", "Lås") + "\n").encode("cp1252") + row("3").encode()
    assert outcomes(tmp_path, content) == ["accepted", "E1005", "accepted"]


def test_a_quotation_mark_left_open_refuses_what_it_may_belong_to(tmp_path: Path) -> None:
    """Row 4 may be another line of document 2: without it, document 2 would be printed incomplete."""
    found = readings(tmp_path, table(row("1"), row("2"), row("2", name='"Lås'), row("3"), row("4")))
    assert [(reading.place, reading.error and reading.error.code) for reading in found] == [
        ("row 2", None),
        ("rows 3-4", "E1021"),
    ]


@pytest.mark.parametrize("broken", [row("2", name="x" * 200_000), row("2", name='"Lås" stor')])
def test_a_row_that_can_not_be_read_refuses_the_documents_beside_it(tmp_path: Path, broken: str) -> None:
    rows = [row("0"), row("1"), broken, row("3"), row("3"), row("4")]
    assert outcomes(tmp_path, table(*rows)) == ["accepted", "E1021", "E1021", "accepted"]
    assert outcomes(tmp_path, table(broken, row("3"), row("4"))) == ["E1021", "E1021", "accepted"]
    assert outcomes(tmp_path, table(row("1"), broken, row("1"), row("2"))) == ["E1021", "accepted"]
    assert outcomes(tmp_path, table(broken)) == ["E1021"]


def test_where_the_number_is_not_the_first_column_a_shifted_row_may_belong_to_either_side(tmp_path: Path) -> None:
    head = "currency,number," + HEAD.replace("number,", "").replace("currency,", "")

    def turned(number: str) -> str:
        return row(number).replace(f"{number},2026-03-02,NOK,", f"NOK,{number},2026-03-02,", 1)

    shifted = "NOK," + turned("1")
    assert outcomes(tmp_path, table(turned("1"), turned("2"), head=head)) == ["accepted", "accepted"]
    rows = [turned("0"), turned("1"), shifted, turned("2"), turned("3")]
    assert outcomes(tmp_path, table(*rows, head=head)) == ["accepted", "E1021", "E1021", "accepted"]


def test_utf_16_that_breaks_off_refuses_the_document_that_it_breaks(tmp_path: Path) -> None:
    content = table(*(row(str(number)) for number in range(900))).encode("utf-16") + b"\x00\xd8\x20\x00"
    found = readings(tmp_path, content)
    assert {reading.error.code for reading in found if reading.error} == {"E1005"}
    assert found[0].error is None
    assert found[-1].error is not None


def test_rows_that_contradict_their_first_are_refused(tmp_path: Path) -> None:
    text = table(row(), row().replace("Sogndal", "Oslo"))
    (reading,) = readings(tmp_path, text)
    assert reading.error is not None
    assert (reading.error.code, reading.error.place) == ("E1022", "delivery.dat, row 3")
    assert "'buyer_town'" in reading.error.message


def test_a_document_whose_rows_are_scattered_is_refused_whole(tmp_path: Path) -> None:
    """Not only its second part: the first would be an invoice without some of its lines."""
    assert outcomes(tmp_path, table(row("1"), row("2"), row("1"))) == ["E1022", "accepted", "E1022"]


def test_a_document_without_number_is_refused(tmp_path: Path) -> None:
    assert outcomes(tmp_path, table(row(""), row("2"))) == ["E1010", "accepted"]


def test_a_document_of_too_many_rows_is_refused_and_its_end_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_table, "ROWS_MAX", 3)
    found = readings(tmp_path, table(*[row("1")] * 5, row("2")))
    assert [(reading.place, reading.error and reading.error.code) for reading in found] == [
        ("rows 2-6", "E1006"),
        ("row 7", None),
    ]


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (HEAD.replace("buyer_town", "buyer_twon"), "Did you mean 'buyer_town'?"),
        (HEAD.replace(",vat_rate", ""), "docs/intake.md"),
        (HEAD + ",name", "docs/intake.md"),
    ],
)
def test_a_header_that_can_not_be_used_refuses_the_file(tmp_path: Path, head: str, told: str) -> None:
    (reading,) = readings(tmp_path, table(row(), head=head))
    assert reading.error is not None
    assert reading.error.code == "E1020"
    assert told in reading.error.remedy


def test_a_header_alone_is_an_empty_file(tmp_path: Path) -> None:
    assert outcomes(tmp_path, HEAD + "\n\n") == ["E1002"]


def test_headers_are_known_in_any_case_and_joint(tmp_path: Path) -> None:
    assert outcomes(tmp_path, table(row(), head=HEAD.replace("_", " ").title())) == ["accepted"]


def test_a_negative_quantity_is_refused_and_a_credit_note_taken(tmp_path: Path) -> None:
    assert outcomes(tmp_path, table(row(quantity="-2"))) == ["E1017"]
    (reading,) = readings(tmp_path, table(row() + ",credit-note", head=HEAD + ",kind"))
    assert reading.invoice is not None
    assert reading.invoice.kind is InvoiceKind.CREDIT_NOTE
    assert outcomes(tmp_path, table(row() + ",receipt", head=HEAD + ",kind")) == ["E1019"]


@pytest.mark.parametrize(
    ("columns", "cells", "outcome"),
    [
        ("payable", "125.00", "accepted"),
        ("payable", "125.01", "E1016"),
        ("total_net,total_tax,total_gross", "100.00,25.00,125.00", "accepted"),
        ("total_tax", "24.99", "E1016"),
        ("net_amount", "100.01", "accepted"),
        ("net_amount", "100.03", "E1016"),
        ("prepaid,payable", "25.00,100.00", "accepted"),
        ("rounding,payable", "0.40,125.40", "accepted"),
        ("discount,payable", "10.00,112.50", "accepted"),
        ("base_quantity,payable", "2,62.50", "accepted"),
        ("base_quantity", "0", "E1017"),
        ("row", "subtotal", "E1011"),
        ("buyer_line1", "Kirkeveien\u00074", "E1023"),
        ("deliver_line1", "Storgata 1", "E1010"),
        ("deliver_town,deliver_country", "Oslo,NO", "accepted"),
        ("due_date", "16/03/2026", "E1011"),
        ("due_date", "16.03.2026", "accepted"),
    ],
)
def test_what_a_table_states_beside_is_read_and_compared(
    tmp_path: Path, columns: str, cells: str, outcome: str
) -> None:
    assert outcomes(tmp_path, table(f"{row()},{cells}", head=f"{HEAD},{columns}")) == [outcome]


def test_allowances_and_charges_on_the_document_have_rows_of_their_own(tmp_path: Path) -> None:
    head = HEAD + ",row,net_amount"
    text = table(row() + ",,", ",,,,,,,,Rabatt,,,25,allowance,10.00", ",,,,,,,,Frakt,,,25,charge,5.00", head=head)
    (reading,) = readings(tmp_path, text)
    assert reading.invoice is not None
    assert [(part.charge, part.reason, str(part.amount)) for part in reading.invoice.allowances] == [
        (False, "Rabatt", "10.00"),
        (True, "Frakt", "5.00"),
    ]
    assert str(reading.invoice.totals.payable) == "118.75"


def test_another_address_for_the_letter_is_read(tmp_path: Path) -> None:
    head = HEAD + ",deliver_line1,deliver_line2,deliver_postcode,deliver_town,deliver_country"
    (reading,) = readings(tmp_path, table(row() + ",c/o Regnskap AS,Postboks 1,0102,Oslo,no", head=head))
    assert reading.invoice is not None
    assert reading.invoice.deliver_to == PostalAddress(("c/o Regnskap AS", "Postboks 1"), "0102", "Oslo", "NO")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.50", "1234.5"),
        ("1234,50", "1234.5"),
        ("1.234,50", "1234.5"),
        ("1,234.50", "1234.5"),
        ("1 234,50", "1234.5"),
        ("1\u00a0234\u202f", None),
        ("1\u00a0234,5", "1234.5"),
        ("1'234.50", "1234.5"),
        ("12.345.678,9", "12345678.9"),
        ("1,234,567", "1234567"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("1234,567", "1234.567"),
        ("-5,5", "-5.5"),
        ("\u22125,5", "-5.5"),
        ("5", "5"),
        ("1,234", None),
        ("1.234", None),
        ("1.23.456", None),
        ("1,23,4", None),
        ("--5", None),
        ("5-", None),
        ("kr 5", None),
        ("1e5", None),
        ("٣", None),
    ],
)
def test_a_number_is_read_only_where_it_means_one_thing(text: str, value: str | None) -> None:
    if value is None:
        with pytest.raises(InputRefused, match="E1011"):
            parse_table_decimal(text, "", point_is_decimal=False)
    else:
        assert parse_table_decimal(text, "", point_is_decimal=False) == Decimal(value)


def test_three_decimals_after_a_point_are_clear_where_commas_delimit() -> None:
    assert parse_table_decimal("1.234", "", point_is_decimal=True) == Decimal("1.234")
    with pytest.raises(InputRefused, match="E1011"):
        parse_table_decimal("1,234", "", point_is_decimal=True)


@given(
    st.decimals(-(10**12), 10**12, places=2),
    st.sampled_from([(" ", ","), (".", ","), (",", "."), ("'", "."), ("", ",")]),
)
def test_two_decimals_are_read_in_every_countrys_writing(number: Decimal, signs: tuple[str, str]) -> None:
    thousands, decimal = signs
    written = f"{number:,.2f}".replace(",", "T").replace(".", decimal).replace("T", thousands)
    assert parse_table_decimal(written, "", point_is_decimal=False) == number


@pytest.mark.parametrize("text", ["2026-02-30", "30.02.2026", "3/4/2026", "2026", "1.1.26", "01.01.0026"])
def test_a_date_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputRefused, match="E1011"):
        parse_table_date(text, "")
