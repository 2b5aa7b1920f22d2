"""A definition's faults are told by file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailroom.domain.errors import InputRefused
from mailroom.intake.finished.definition import JobDefinition
from mailroom.intake.finished.definition_file import load_definition, parse_definition
from tests.finished_intake.streams import HEAD, ZONES

WHOLE = HEAD + '[split]\nby = "file"\n' + ZONES


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ('by = "file"', 'by = "magic"', "[split]", "magic"),
        ('by = "file"', 'by = "file"\ncolour = 1', "colour", "split.colour"),
        ('by = "file"', 'by = "page-count"', "[split]", "split.pages"),
        ("pattern = 'Fakturadato: (\\S+)'", "pattern = 'Fakturadato: (\\S+'", "Fakturadato", "regular expression"),
        ("x_mm = 20, y_mm = 45", "x_mm = -20, y_mm = 45", "x_mm = -20", "zones.address.box.x_mm"),
        ('country = "NO"', 'country = "XX"', "country", "ISO 3166"),
        ('currency = "NOK"', 'currency = "Kr"', "currency", "ISO 4217"),
        ('language = "nb"', 'language = "zz"', "language", "language"),
        ('name = "stream"', 'name = "Stream!"', "name", "name"),
        ("format = 1", "format = 2", "format", "format"),
    ],
)
def test_a_wrong_key_is_named_with_its_line(old: str, new: str, at: str, said: str) -> None:
    text = WHOLE.replace(old, new)
    assert text != WHOLE
    with pytest.raises(InputRefused) as refused:
        parse_definition(text, "job.toml")
    assert refused.value.code == "E1503"
    assert said in refused.value.message
    assert refused.value.place == f"job.toml, line {line_of(text, at)}"
    assert refused.value.remedy


def test_a_number_must_come_from_somewhere() -> None:
    with pytest.raises(InputRefused, match="number comes from nowhere"):
        parse_definition(HEAD + '[split]\nby = "file"\n', "job.toml")
    assert parse_definition(HEAD + 'embedded = "check"\n[split]\nby = "file"\n', "job.toml").zones == {}


def test_splitting_by_an_index_needs_one() -> None:
    with pytest.raises(InputRefused, match="split by index needs"):
        parse_definition(WHOLE.replace('"file"', '"index"'), "job.toml")


def test_counting_needs_the_group_that_counts() -> None:
    counting = "[counting]\nbox = { x_mm = 1, y_mm = 1, width_mm = 9, height_mm = 9 }\npattern = 'Side (\\d)'\n"
    with pytest.raises(InputRefused, match="group named page"):
        parse_definition(WHOLE + counting, "job.toml")


def test_a_file_that_is_absent_or_no_toml_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as absent:
        load_definition(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("a = [", encoding="utf-8")
    with pytest.raises(InputRefused) as bad:
        load_definition(tmp_path / "bad.toml")
    (tmp_path / "latin.toml").write_bytes("a = 'æ'".encode("latin-1"))
    with pytest.raises(InputRefused) as latin:
        load_definition(tmp_path / "latin.toml")
    assert [error.value.code for error in (absent, bad, latin)] == ["E1501", "E1502", "E1502"]


def test_a_definition_goes_through_plain_values_unharmed() -> None:
    definition = parse_definition(WHOLE, "job.toml")
    assert JobDefinition.model_validate(definition.plain()) == definition


def test_the_digest_of_the_rules_is_that_of_what_is_found_not_of_titles() -> None:
    plain = parse_definition(WHOLE, "job.toml")
    titled = parse_definition(WHOLE.replace("format = 1", 'format = 1\ntitle = "Bills"'), "job.toml")
    wider = parse_definition(WHOLE.replace("width_mm = 80", "width_mm = 81"), "job.toml")
    spelled_out = parse_definition(WHOLE.replace("format = 1", 'format = 1\nembedded = "ignore"'), "job.toml")
    assert plain.rules_sha256() == titled.rules_sha256()
    assert plain.rules_sha256() == spelled_out.rules_sha256()
    assert plain.rules_sha256() != wider.rules_sha256()
