"""An operator's table of offices: imported, stored, replaced by its re-issue."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.errors import InputRefused
from mailroom.planning.postage.offices import (
    Office,
    OfficeColumns,
    OfficeTable,
    import_offices,
    read_offices,
    reissue,
)
from mailroom.planning.postage.scheme_file import SHIPPED, load_schemes
from tests.planning_postage.values import item

COLUMNS = OfficeColumns("postnr", "kontor", "ort", "namn", "region")
ISSUED = date(2026, 3, 1)
FILE = """postnr;ort;kontor;namn;region
111 20;STOCKHOLM;ST1;Stockholm 1;Mitt
11121;Stockholm;ST1;Stockholm 1;Mitt
902 10;Umeå;UM;Umeå;Norr
902 10;Holmsund;HO;Holmsund;Norr
"""


def imported(text: str = FILE, issued: date = ISSUED) -> OfficeTable:
    return import_offices("offices-se", text.encode(), COLUMNS, issued)


def test_the_table_remembers_its_date_and_the_digest_of_its_bytes() -> None:
    table = imported()
    assert table.issued == ISSUED
    assert table.sha256 == hashlib.sha256(FILE.encode()).hexdigest()
    assert len(table.offices) == 4


@pytest.mark.parametrize(
    ("postcode", "town", "office"),
    [
        ("11120", "Stockholm", "ST1"),
        ("11120", "Sthlm", "ST1"),
        ("90210", "  UMEÅ ", "UM"),
        ("90210", "holmsund", "HO"),
        ("90210", "Obbola", None),
        ("99999", "Stockholm", None),
    ],
)
def test_postcode_and_town_find_the_office_and_no_guess_is_made(postcode: str, town: str, office: str | None) -> None:
    found = imported().find(postcode, town)
    assert (found.key if found else None) == office


def test_a_file_in_another_encoding_with_other_signs_is_read() -> None:
    columns = OfficeColumns("A", "B", delimiter="\t", encoding="iso-8859-1")
    table = import_offices("t", "A\tB\tC\n90210\tUmeå\tx\n".encode("iso-8859-1"), columns, ISSUED)
    assert table.find("90210", "anything") == Office("Umeå", "Umeå", "")


@pytest.mark.parametrize(
    ("text", "where", "fact"),
    [
        (FILE.replace("postnr", "zip"), "line 1", "no column 'postnr'"),
        (FILE + "902 10;UMEÅ;XX;Umeå;Norr\n", "line 6", "sends 90210 umeå to XX and UM"),
        (FILE + ";Umeå;XX;Umeå;Norr\n", "line 6", "no postcode or no office"),
        (FILE + "90211;Umeå\n", "line 6", "no postcode or no office"),
        ("postnr;ort;kontor;namn;region\n", "offices-se", "has no entry"),
        ("", "line 1", "no column"),
        (FILE + '90211;"Umeå;U\n', "line", "is not CSV"),
    ],
)
def test_a_fault_in_the_file_is_told_with_its_line(text: str, where: str, fact: str) -> None:
    with pytest.raises(InputRefused, match="E7507") as refused:
        imported(text)
    assert fact in refused.value.message
    assert where in refused.value.place


def test_bytes_that_are_not_of_the_encoding_are_refused() -> None:
    with pytest.raises(InputRefused, match="is not text in utf-8-sig"):
        import_offices("t", FILE.encode("utf-16"), COLUMNS, ISSUED)


def test_a_reissue_says_what_it_changes() -> None:
    newer = FILE.replace("90210;Holmsund;HO", "x").replace("902 10;Holmsund;HO", "90310;Holmsund;HO")
    newer = newer.replace("11121;Stockholm;ST1", "11121;Stockholm;ST2")
    change = reissue(imported(), imported(newer, date(2026, 4, 1)))
    assert (change.added, change.removed, change.moved) == (1, 1, 1)


@pytest.mark.parametrize(
    ("text", "day"), [(FILE, date(2026, 2, 28)), (FILE + "90310;Holmsund;HO;Holmsund;Norr\n", ISSUED)]
)
def test_an_older_issue_or_another_file_of_one_date_is_refused(text: str, day: date) -> None:
    with pytest.raises(InputRefused, match="E7508"):
        reissue(imported(), imported(text, day))


def test_the_same_issue_again_changes_nothing() -> None:
    change = reissue(imported(), imported())
    assert (change.added, change.removed, change.moved) == (0, 0, 0)


def test_the_scheme_of_sweden_sorts_by_the_imported_table() -> None:
    table = import_offices("offices-se", FILE.encode(), COLUMNS, ISSUED)
    scheme = load_schemes(SHIPPED, {"offices-se": table})["offices-example"]
    umea = item(country="SE", postcode="90210", town="UMEÅ")
    found = [level.sorting.find(umea) for level in scheme.levels]
    assert [each.title for each in found if each] == ["Umeå", "Norr"]
    assert scheme.problem(item(country="SE", postcode="90210", town="Obbola")) == (
        "90210 Obbola is not in the scheme offices-example"
    )


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=8)
OFFICES = st.builds(Office, WORDS, WORDS, st.one_of(st.just(""), WORDS))
TABLES = st.builds(
    OfficeTable,
    WORDS,
    st.dates(),
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.dictionaries(st.tuples(WORDS, st.one_of(st.just(""), WORDS)), OFFICES, min_size=1, max_size=20),
)


@given(TABLES)
def test_what_is_stored_is_read_back_the_same(table: OfficeTable) -> None:
    again = read_offices(table.to_text())
    assert again == table
    assert again.to_text() == table.to_text()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 2, "name": "a", "offices": []}'])
def test_what_is_not_a_stored_table_is_refused(text: str) -> None:
    with pytest.raises(InputRefused, match="E7507"):
        read_offices(text)
