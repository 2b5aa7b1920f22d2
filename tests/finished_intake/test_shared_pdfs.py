"""Invoices as PDFs made by seven producers: number and recipient found are those of the embedded XML."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from mailroom.intake.finished.definition import JobDefinition
from mailroom.intake.finished.definition_file import load_definition
from mailroom.intake.finished.embedded import read_embedded
from mailroom.intake.finished.examination import EmbeddedInvoice
from mailroom.intake.finished.examine import examine
from mailroom.intake.finished.found import FoundDocument, Refusal
from mailroom.intake.finished.prove import prove, require_proof
from mailroom.intake.finished.recipients import folded
from mailroom.intake.finished.sample import propose_text
from mailroom.intake.finished.split import split
from mailroom.intake.guard import Guard
from tests.shared_data import ROOT, shared_data

pytestmark = pytest.mark.shared

DEFINITIONS = ROOT / "examples" / "definitions"
PAPER_IS_ANOTHER = "acme_invoice-42_ZUGFeRD"
"""Its XML is a sample of the library that wrote it, and speaks of another invoice than its paper."""

BY = {
    "EN16931_Betriebskostenabrechnung": "zugferd-sheet",
    "EN16931_Einfach": "zugferd-sheet",
    "EN16931_Elektron": "zugferd-sheet",
    "EN16931_Rabatte": "zugferd-sheet",
    "Facture_FR_BASICWL": "factur-x-fr",
    "MustangGnuaccountingBeispielRE-20140519_499": "gnuaccounting-2014",
    "MustangGnuaccountingBeispielRE-20201121_508": "gnuaccounting-2020",
    "ZUGFeRD_1p0_EXTENDED_Warenrechnung": "warenrechnung",
    PAPER_IS_ANOTHER: "konik",
    "additional-data-sample-1": "warenrechnung",
    "zugferd_2p1_EN16931_Rabatte": "compleo",
}
SAMPLES = {
    "zugferd-sheet": "EN16931_Elektron",
    "compleo": "zugferd_2p1_EN16931_Rabatte",
    "factur-x-fr": "Facture_FR_BASICWL",
    "gnuaccounting-2014": "MustangGnuaccountingBeispielRE-20140519_499",
    "gnuaccounting-2020": "MustangGnuaccountingBeispielRE-20201121_508",
    "warenrechnung": "ZUGFeRD_1p0_EXTENDED_Warenrechnung",
    "konik": PAPER_IS_ANOTHER,
}


def pdf(name: str) -> Path:
    return shared_data(f"invoices/pdf/{name}.pdf")


def definition(name: str) -> JobDefinition:
    return load_definition(DEFINITIONS / f"{name}.toml")


def by_zones_alone(rules: JobDefinition) -> JobDefinition:
    return rules.model_copy(update={"embedded": "ignore"})


def xml_of(name: str) -> EmbeddedInvoice:
    """The embedded invoice, taken out by another library than the one that is tested."""
    with pikepdf.open(pdf(name)) as opened:
        read = [
            read_embedded(key, one.get_file().read_bytes()) for key, one in opened.attachments.items() if ".xml" in key
        ]
    (found,) = [one for one in read if one is not None]
    assert found.problem == ""
    return found


def assert_is(found: object, told: EmbeddedInvoice) -> None:
    assert isinstance(found, FoundDocument), found
    address = found.recipient.address
    assert found.number == told.number
    assert folded(found.recipient.name) == folded(told.name)
    assert (address.postcode, folded(address.town)) == (told.postcode, folded(told.town))
    assert set(map(folded, told.lines)) <= set(map(folded, address.lines))
    assert address.country == (told.country or "DE")


def test_no_file_of_the_folder_is_left_out() -> None:
    assert {path.stem for path in shared_data("invoices/pdf").glob("*.pdf")} == set(BY)


@pytest.mark.parametrize("name", list(BY))
def test_number_and_recipient_found_are_those_of_the_xml(name: str) -> None:
    rules = definition(BY[name])
    require_proof(rules)
    (found,) = split(examine(pdf(name), rules), rules)
    assert_is(found, xml_of(name))


@pytest.mark.parametrize("name", [name for name in BY if name != PAPER_IS_ANOTHER])
def test_the_zones_alone_find_the_same(name: str) -> None:
    rules = by_zones_alone(definition(BY[name]))
    (found,) = split(examine(pdf(name), rules), rules)
    assert_is(found, xml_of(name))
    assert isinstance(found, FoundDocument)
    assert dict(found.sources)["number"] == dict(found.sources)["address"] == "zone"


def test_a_pdf_whose_xml_is_another_invoice_is_refused_when_it_is_checked() -> None:
    zones = {
        "number": {"box": {"x_mm": 20, "y_mm": 97, "width_mm": 80, "height_mm": 8}, "pattern": r"Rechnung Nr\. (\d+)"},
        "address": {"box": {"x_mm": 20, "y_mm": 51, "width_mm": 85, "height_mm": 22}},
    }
    said = definition("konik").plain() | {"embedded": "check", "zones": zones}
    rules = JobDefinition.model_validate(said)
    (refusal,) = split(examine(pdf(PAPER_IS_ANOTHER), rules), rules)
    assert isinstance(refusal, Refusal)
    assert {(problem.code, problem.rule) for problem in refusal.problems} == {
        ("E1523", "zone number"),
        ("E1523", "zone address"),
    }


@pytest.mark.parametrize("name", list(SAMPLES))
def test_each_example_definition_is_proved_on_its_sample(guard: Guard, name: str) -> None:
    rules = definition(name)
    require_proof(rules)
    assert prove(guard, rules, pdf(SAMPLES[name])).differences == ()


def test_every_example_definition_has_a_sample() -> None:
    assert {path.stem for path in DEFINITIONS.glob("*.toml")} == set(SAMPLES)


@pytest.mark.parametrize("name", list(BY))
def test_a_proposal_finds_the_document_of_every_sample(name: str, tmp_path: Path) -> None:
    proposed = tmp_path / "proposal.toml"
    proposed.write_text(propose_text(pdf(name)), encoding="utf-8")
    rules = load_definition(proposed)
    (found,) = split(examine(pdf(name), rules), rules)
    assert_is(found, xml_of(name))
