"""What a file is, told by its content."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailroom.domain.errors import Explained
from mailroom.intake.reader import read_file
from tests.intake.samples import CII, UBL, document, outcomes, readings


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "E1002"),
        (b"\xef\xbb\xbf", "E1002"),
        (b" \r\n\t\n", "E1002"),
        ("\ufeff\n".encode("utf-16-le"), "E1002"),
        (b"%PDF-1.7\n", "E1003"),
        (b"\n\n%PDF-1.4", "E1003"),
        (b"PK\x03\x04rest", "E1003"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "E1003"),
        (b"\x1f\x8b\x08", "E1003"),
        (b"\x89PNG\r\n\x1a\n", "E1003"),
        (b"\xff\xd8\xff\xe0", "E1003"),
        (b"%!PS-Adobe", "E1003"),
        (b"<!DOCTYPE html><html></html>", "E1003"),
        (b"{\\rtf1", "E1003"),
        (b"From: someone\nReceived: x", "E1004"),
        (b"Received: from a by b", "E1003"),
        (b"Dear customer, please find the invoice\n", "E1004"),
        (b"name,town\nA,B\n", "E1004"),
        (b"\x00\x01\x02\x03", "E1005"),
    ],
)
def test_what_is_no_invoice_is_refused_clearly(tmp_path: Path, content: bytes, code: str) -> None:
    (reading,) = readings(tmp_path, content)
    assert reading.error is not None
    assert (reading.kind, reading.error.code) == ("unknown", code)
    assert reading.error.remedy
    assert reading.error.place.startswith("delivery.dat")


@pytest.mark.parametrize("name", ["invoice.pdf", "invoice.csv", "invoice", "x.JSON"])
def test_the_name_of_a_file_is_not_asked(tmp_path: Path, name: str) -> None:
    (reading,) = readings(tmp_path, UBL, name)
    assert reading.kind == "ubl"
    assert reading.error is None


def test_a_file_that_is_not_there_is_a_reading_too(tmp_path: Path) -> None:
    (reading,) = read_file(tmp_path / "absent.xml")
    assert reading.error is not None
    assert reading.error.code == "E1001"
    (folder,) = read_file(tmp_path)
    assert folder.error is not None
    assert folder.error.code == "E1001"


def test_errors_explain_themselves_to_every_room_of_the_house(tmp_path: Path) -> None:
    (reading,) = readings(tmp_path, b"%PDF-1.7")
    assert isinstance(reading.error, Explained)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.sampled_from([b"<", b"{", b"[", b"\xff\xfe", b"number;currency;name\n"]).flatmap(
            lambda start: st.binary(max_size=100).map(lambda rest: start + rest)
        ),
    )
)
def test_no_bytes_at_all_break_the_intake(tmp_path: Path, content: bytes) -> None:
    found = outcomes(tmp_path, content)
    assert found
    assert "accepted" not in found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.sampled_from([UBL, CII, document()]), st.data())
def test_no_damage_to_a_good_file_breaks_the_intake(tmp_path: Path, sample: str, data: st.DataObject) -> None:
    content = bytearray(sample.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    for reading in readings(tmp_path, bytes(content)):
        if reading.error is not None:
            reading.error.message.encode()
            assert reading.error.code.startswith("E10")
