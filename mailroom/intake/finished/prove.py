"""Proving a definition on a sample before it is used: what it finds is what a person saw and wrote down."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from mailroom.domain.errors import InputRefused
from mailroom.intake.finished.definition import ExpectedDocument, JobDefinition, Proof
from mailroom.intake.finished.definition_file import parse_definition, with_proof
from mailroom.intake.finished.found import Dropped, Finding, FoundDocument, Refusal
from mailroom.intake.finished.guarded import examined, sound_copy
from mailroom.intake.finished.split import split
from mailroom.intake.guard import Guard
from mailroom.intake.quarantine import sha256_of
from spool.atomic import write_whole


@dataclass(frozen=True, slots=True)
class Trial:
    """What a definition found in a sample, and how that differs from its proof; no difference when it holds."""

    sample_sha256: str
    findings: tuple[Finding, ...]
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the sample gave what the proof says, to the page."""
        return not self.differences

    @property
    def documents(self) -> tuple[FoundDocument, ...]:
        """The documents found, in order."""
        return tuple(one for one in self.findings if isinstance(one, FoundDocument))


def prove(guard: Guard, definition: JobDefinition, sample: Path) -> Trial:
    """Compare what the definition finds in the sample with its `[proof]`. Raises InputRefused: what `inspect_pdf` and
    `examine` raise."""
    with sound_copy(guard, sample, [definition]) as sound:
        findings = tuple(split(examined(guard, sound.path, definition), definition))
    digest = sha256_of(sample)
    return Trial(digest, findings, tuple(_differences(definition.proof, digest, findings)))


def _differences(proof: Proof | None, sample_sha256: str, findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings:
        if isinstance(finding, Refusal):
            reasons = "; ".join(f"{problem.code} {problem.message}, {problem.place}" for problem in finding.problems)
            yield f"{_range(finding)} would be refused: {reasons}"
    if proof is None:
        yield "the definition has no [proof] yet"
        return
    if proof.sample_sha256 != sample_sha256:
        yield f"the sample is another file (SHA-256 {sample_sha256[:12]}…) than the proof names"
    found = [expected(one) for one in findings if isinstance(one, FoundDocument)]
    for ordinal, (wanted, got) in enumerate(zip_longest(proof.documents, found), start=1):
        if wanted != got:
            yield f"document {ordinal}: the proof says {_said(wanted)}, found is {_said(got)}"


def expected(document: FoundDocument) -> ExpectedDocument:
    """A found document as a proof has it."""
    return ExpectedDocument(
        number=document.number, pages=document.page_count, postcode=document.recipient.address.postcode
    )


def _said(document: ExpectedDocument | None) -> str:
    if document is None:
        return "none"
    return f"number {document.number}, {document.pages} pages, postcode {document.postcode or 'none'}"


def _range(finding: Refusal | Dropped) -> str:
    pages = finding.pages
    return f"page {pages[0]}" if len(pages) == 1 else f"pages {pages[0]} to {pages[-1]}"


def accept(file: Path, trial: Trial, who: str) -> JobDefinition:
    """Write the trial's documents as the proof of the definition in `file`, in the name of the person who looked at
    them, and return the definition as it stands then.

    Raises InputRefused E1533 when the trial found nothing or refused something, E1535 without a name.
    """
    if not who.strip():
        raise InputRefused("E1535", "accepting a proof needs a named person", remedy="Give your name: --accept NAME.")
    refused = [finding for finding in trial.findings if isinstance(finding, Refusal)]
    if refused or not trial.documents:
        fact = f"{_range(refused[0])} would be refused" if refused else "no document was found in the sample"
        remedy = "Correct the definition until every page of the sample is found, then prove it again."
        raise InputRefused("E1533", f"the sample can't be a proof: {fact}", place=str(file), remedy=remedy)
    text = file.read_text(encoding="utf-8")
    definition = parse_definition(text, str(file))
    proof = Proof(
        sample_sha256=trial.sample_sha256,
        rules_sha256=definition.rules_sha256(),
        by=" ".join(who.split()),
        documents=tuple(map(expected, trial.documents)),
    )
    written = with_proof(text, proof_lines(proof))
    accepted = parse_definition(written, str(file))
    write_whole(file, written.encode())
    return accepted


def proof_lines(proof: Proof) -> Iterator[str]:
    """A proof as TOML. JSON's strings are TOML's."""
    yield "[proof]"
    for key in ("sample_sha256", "rules_sha256", "by"):
        yield f"{key} = {json.dumps(getattr(proof, key), ensure_ascii=False)}"
    for document in proof.documents:
        number, postcode = (json.dumps(text, ensure_ascii=False) for text in (document.number, document.postcode))
        yield from ("", "[[proof.documents]]", f"number = {number}", f"pages = {document.pages}")
        yield f"postcode = {postcode}"


def is_proved(definition: JobDefinition) -> bool:
    """Whether a person accepted a proof of the definition as it stands."""
    proof = definition.proof
    return proof is not None and bool(proof.by) and proof.rules_sha256 == definition.rules_sha256()


def require_proof(definition: JobDefinition) -> None:
    """Refuse a definition that nobody has proved as it stands: for intake, before it takes anything in.

    Raises InputRefused: E1530 no proof, or one that nobody accepted; E1531 the rules changed after it.
    """
    if is_proved(definition):
        return
    proof = definition.proof
    command = "Run: mailroom intake prove DEFINITION SAMPLE.pdf, look at the documents, then add --accept NAME."
    if proof is None or not proof.by or not proof.rules_sha256:
        raise InputRefused("E1530", f"the definition {definition.name} is not proved", place="[proof]", remedy=command)
    fact = f"the definition {definition.name} was changed after {proof.by} proved it"
    raise InputRefused("E1531", fact, place="[proof]", remedy=command)
