"""A definition is proved on a sample, by a person, before it is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailroom.domain.errors import InputRefused
from mailroom.intake.finished.definition import ExpectedDocument
from mailroom.intake.finished.definition_file import load_definition
from mailroom.intake.finished.examine import examine
from mailroom.intake.finished.found import FoundDocument
from mailroom.intake.finished.prove import accept, prove, require_proof
from mailroom.intake.finished.split import split
from mailroom.intake.finished.taken import finished_pdf
from mailroom.intake.guard import Guard
from tests.finished_intake.streams import HEAD, ZONES, Truth, draw_stream, truths
from tests.finished_intake.test_split_ways import BY_CHANGE


@pytest.fixture
def job(tmp_path: Path) -> Path:
    path = tmp_path / "job.toml"
    path.write_text("# Ours: do not lose this line.\n" + HEAD + BY_CHANGE + ZONES, encoding="utf-8")
    return path


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "sample.pdf"
    draw_stream(path, truths(5))
    return path


def test_a_definition_without_a_proof_is_not_used(job: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        require_proof(load_definition(job))
    assert refused.value.code == "E1530"
    assert "mailroom intake prove" in refused.value.remedy


def test_what_a_person_accepted_is_written_and_holds(guard: Guard, job: Path, sample: Path) -> None:
    before = job.read_text(encoding="utf-8")
    trial = prove(guard, load_definition(job), sample)
    assert trial.differences == ("the definition has no [proof] yet",)
    accepted = accept(job, trial, "  Ida   Hansen ")
    assert accepted.proof is not None
    assert accepted.proof.by == "Ida Hansen"
    assert accepted.proof.documents == tuple(
        ExpectedDocument(number=one.number, pages=one.pages, postcode=one.postcode) for one in truths(5)
    )
    assert job.read_text(encoding="utf-8").startswith(before.rstrip())
    loaded = load_definition(job)
    require_proof(loaded)
    assert prove(guard, loaded, sample).passed


def test_a_rule_that_changes_ends_the_proof(guard: Guard, job: Path, sample: Path) -> None:
    accept(job, prove(guard, load_definition(job), sample), "Ida")
    text = job.read_text(encoding="utf-8")
    job.write_text(text.replace("height_mm = 30", "height_mm = 32"), encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        require_proof(load_definition(job))
    assert refused.value.code == "E1531"
    accept(job, prove(guard, load_definition(job), sample), "Ola")
    require_proof(load_definition(job))
    assert job.read_text(encoding="utf-8").count("[proof]") == 1


def test_a_proof_by_hand_is_compared_but_not_used_until_somebody_accepts_it(
    guard: Guard, job: Path, sample: Path
) -> None:
    trial = prove(guard, load_definition(job), sample)
    rows = "".join(
        f'[[proof.documents]]\nnumber = "{one.number}"\npages = {one.pages}\npostcode = "{one.postcode}"\n'
        for one in truths(5)
    )
    head = f'[proof]\nsample_sha256 = "{trial.sample_sha256}"\n'
    job.write_text(job.read_text(encoding="utf-8") + head + rows, encoding="utf-8")
    loaded = load_definition(job)
    assert prove(guard, loaded, sample).passed
    with pytest.raises(InputRefused, match="not proved"):
        require_proof(loaded)


def test_another_sample_or_another_document_differs(guard: Guard, job: Path, sample: Path, tmp_path: Path) -> None:
    accept(job, prove(guard, load_definition(job), sample), "Ida")
    other = tmp_path / "other.pdf"
    documents = truths(5)
    documents[2] = Truth(documents[2].number, documents[2].pages + 1, "Kari", "Gata 1", "9999", "Oslo")
    draw_stream(other, documents)
    differences = prove(guard, load_definition(job), other).differences
    assert len(differences) == 2
    assert "another file" in differences[0]
    assert differences[1].startswith("document 3: the proof says number 100002")
    assert "postcode 9999" in differences[1]


def test_a_sample_with_a_refused_page_is_no_proof(guard: Guard, job: Path, sample: Path) -> None:
    text = job.read_text(encoding="utf-8").replace("Å betale: (.+)", "Ukjent: (.+)")
    job.write_text(text, encoding="utf-8")
    trial = prove(guard, load_definition(job), sample)
    with pytest.raises(InputRefused) as refused:
        accept(job, trial, "Ida")
    assert refused.value.code == "E1533"
    assert job.read_text(encoding="utf-8") == text
    with pytest.raises(InputRefused) as nameless:
        accept(job, trial, " ")
    assert nameless.value.code == "E1535"


def test_a_found_document_is_taken_as_pages_of_its_file(job: Path, sample: Path) -> None:
    rules = load_definition(job)
    examination = examine(sample, rules)
    taken = [
        finished_pdf(one, rules, examination.sha256)
        for one in split(examination, rules)
        if isinstance(one, FoundDocument)
    ]
    assert [(one.number, one.pages) for one in taken] == [(one.number, one.pages) for one in truths(5)]
    assert [one.first_page for one in taken][:2] == [0, truths(5)[0].pages]
    assert taken[0].lines == (truths(5)[0].name, truths(5)[0].street, f"{truths(5)[0].postcode} {truths(5)[0].town}")
    assert {one.definition for one in taken} == {("stream", rules.rules_sha256())}
    assert {one.file for one in taken} == {examination.sha256}
