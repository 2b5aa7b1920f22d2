"""JSON lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from mailroom.domain.content_json import to_dict
from mailroom.domain.invoice import IssuedInvoice
from mailroom.intake import jsonl
from tests.intake.invoices import invoice, line, sound_invoices
from tests.intake.samples import document, outcomes, readings

GOOD = document()
NOWHERE = {"lines": ["Storgata 1"], "postcode": "", "town": "", "country": "NO"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(sound_invoices())
def test_what_was_written_is_read(tmp_path: Path, written: IssuedInvoice) -> None:
    assume(written.totals.net >= 0)
    (reading,) = readings(tmp_path, json.dumps(to_dict(written)) + "\n")
    assert reading.invoice is not None
    assert to_dict(reading.invoice)["totals"]["payable"] == str(written.totals.payable)
    assert reading.invoice.lines[0].quantity == written.lines[0].quantity


def test_a_bad_line_refuses_its_document_alone(tmp_path: Path) -> None:
    found = readings(tmp_path, GOOD + GOOD[:99] + "\n" + GOOD + "\n" + "[]\n" + GOOD.strip())
    assert [reading.place for reading in found] == ["line 1", "line 2", "line 3", "line 5", "line 6"]
    assert [reading.error and reading.error.code for reading in found] == [None, "E1009", None, "E1012", None]
    assert found[1].error is not None
    assert found[1].error.place.startswith("delivery.dat, line 2, column ")


def test_a_bad_first_line_is_no_reason_to_stop(tmp_path: Path) -> None:
    assert outcomes(tmp_path, "{oops\n" + GOOD) == ["E1009", "accepted"]


def test_bytes_that_are_not_utf_8_refuse_their_line_alone(tmp_path: Path) -> None:
    assert outcomes(tmp_path, GOOD.encode("latin-1") + GOOD.encode()) == ["E1005", "accepted"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, encoding: str) -> None:
    assert outcomes(tmp_path, (GOOD + GOOD).encode(encoding)) == ["accepted", "accepted"]


def test_utf_16_that_breaks_off_is_told_once_after_what_was_good(tmp_path: Path) -> None:
    content = (GOOD * 40).encode("utf-16") + b"\x00\xd8\x20\x00"
    assert set(outcomes(tmp_path, content)) == {"accepted", "E1005"}
    assert outcomes(tmp_path, content)[-1] == "E1005"


def test_windows_line_ends_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    assert outcomes(tmp_path, f"\r\n{GOOD.strip()}\r\n\r\n{GOOD.strip()}\r\n") == ["accepted", "accepted"]


def test_one_object_over_several_lines_is_one_document(tmp_path: Path) -> None:
    (reading,) = readings(tmp_path, json.dumps(json.loads(GOOD), indent=2))
    assert reading.invoice is not None
    assert reading.place == ""


def test_a_list_is_one_document_for_each_entry(tmp_path: Path) -> None:
    found = readings(tmp_path, json.dumps([json.loads(GOOD), {"number": "2"}], indent=1))
    assert [(reading.place, reading.error and reading.error.code) for reading in found] == [
        ("[0]", None),
        ("[1]", "E1010"),
    ]


def test_a_broken_object_over_several_lines_is_one_error(tmp_path: Path) -> None:
    text = json.dumps(json.loads(GOOD), indent=2)[:-3]
    (reading,) = readings(tmp_path, text)
    assert reading.error is not None
    assert reading.error.code == "E1009"
    assert f"line {text.count(chr(10)) + 1}" in reading.error.place


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"number": NaN}', '{"a": 1, "a": 2}', '{"number": ' + "9" * 5000 + "}"]
)
def test_json_that_is_meant_to_hurt_is_refused(tmp_path: Path, text: str) -> None:
    assert outcomes(tmp_path, text) == ["E1009"]


def test_a_number_of_a_million_zeros_is_refused_without_being_written_out(tmp_path: Path) -> None:
    def huge(data: dict[str, Any]) -> None:
        data["lines"][0]["quantity"] = "HUGE"

    assert outcomes(tmp_path, document(huge).replace('"HUGE"', "1e999999999")) == ["E1012"]


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "LINE_CHARACTERS_MAX", len(GOOD) + 1)
    long = document(notes=("x" * 3 * len(GOOD),))
    assert outcomes(tmp_path, GOOD + long + GOOD) == ["accepted", "E1006", "accepted"]


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (lambda data: data["lines"][0].update(quantity="-2"), "E1017", "lines[0].quantity"),
        (lambda data: data["totals"].update(payable="126.28"), "E1016", ""),
        (lambda data: data["totals"].update(payable="126.275"), "E1015", "totals.payable"),
        (lambda data: data.update(currency="NKR"), "E1013", "currency"),
        (lambda data: data["buyer"]["address"].update(country="Norge"), "E1014", "buyer.address.country"),
        (lambda data: data["buyer"]["address"].update(town=" "), "E1010", "buyer.address.town"),
        (lambda data: data.update(deliver_to=NOWHERE), "E1010", "deliver_to.town"),
        (lambda data: data.update(number=""), "E1010", "number"),
        (lambda data: data.update(lines=[]), "E1010", "lines"),
        (lambda data: data["lines"][0].update(name=""), "E1010", "lines[0].name"),
        (lambda data: data.update(issue_date="1926-03-02"), "E1011", "issue_date"),
        (lambda data: data.update(type_code="381"), "E1019", "type_code"),
        (lambda data: data["buyer"].update(name="Kari\u0007"), "E1023", "name"),
        (lambda data: data.update(allowances=[{"charge": True, "amount": "1"}]), "E1010", "allowances[0].vat_category"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_told_with_line_and_path(tmp_path: Path, change: Any, code: str, place: str) -> None:
    (reading,) = readings(tmp_path, document(change))
    assert reading.error is not None
    assert (reading.error.code, reading.error.place) == (code, f"delivery.dat, line 1{place and ', '}{place}")


def test_a_mismatch_tells_the_field_and_both_figures(tmp_path: Path) -> None:
    (reading,) = readings(tmp_path, document(lambda data: data["totals"].update(payable="126.28")))
    assert reading.error is not None
    assert reading.error.message == (
        "the figures don't add up: amount due [BT-115] is issued as 126.28 but recomputes to 126.27 (BR-CO-16)"
    )


def test_null_is_a_field_left_out(tmp_path: Path) -> None:
    assert outcomes(tmp_path, document(lambda data: data.update(due_date=None, deliver_to=None, language=None))) == [
        "accepted"
    ]


def test_numbers_that_mean_the_same_read_the_same(tmp_path: Path) -> None:
    def other_form(data: dict[str, Any]) -> None:
        data["lines"][0].update(quantity="2.000", vat_rate="15.0", unit_price="54.9000", net_amount="109.8")
        data["totals"].update(payable="126.270", prepaid="-0")

    one, two = readings(tmp_path, document() + document(other_form))
    assert one.invoice is not None
    assert two.invoice is not None
    assert to_dict(one.invoice) == to_dict(two.invoice)


def test_a_credit_note_may_have_a_negative_line(tmp_path: Path) -> None:
    whole = invoice(line("5"), line("-1"))
    data = {**to_dict(whole), "kind": "credit-note"}
    assert outcomes(tmp_path, json.dumps(data)) == ["accepted"]
