"""A found document as the ledger takes it in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from mailroom.domain.content import Content
from mailroom.domain.finished import FinishedPdf, Patch, Placing
from mailroom.domain.recipient import town_lines
from mailroom.intake.finished.definition import Fit, JobDefinition
from mailroom.intake.finished.found import FoundDocument


def finished_pdf(document: FoundDocument, definition: JobDefinition, file_sha256: str) -> FinishedPdf:
    """The pages of a file as a document of their own. `file_sha256` is the digest of the PDF (`Examination.sha256`)."""
    return FinishedPdf(
        kind=document.kind,
        number=document.number,
        issuer=document.sender,
        customer=document.customer,
        lines=document.recipient.raw or printed(document),
        address=document.recipient.address,
        file=file_sha256,
        first_page=document.first_page - 1,
        pages=document.page_count,
        definition=(definition.name, definition.rules_sha256()),
        language=document.language,
        stock=document.paper,
        currency=document.currency,
        amount=document.amount,
        issue_date=document.date,
        reference=document.reference,
        placing=_placing(definition.fit),
    )


def refitted(content: Content, definitions: Iterable[JobDefinition]) -> Content:
    """A document as the `[fit]` of its definition has it now. A definition whose rules have changed is another one."""
    if isinstance(content, FinishedPdf):
        for definition in definitions:
            if content.definition == (definition.name, definition.rules_sha256()):
                return replace(content, placing=_placing(definition.fit))
    return content


def printed(document: FoundDocument) -> tuple[str, ...]:
    """The address as it would be written, where the pages were not asked for it."""
    recipient = document.recipient
    lines = (recipient.name, *recipient.address.lines, *town_lines(recipient.address))
    return tuple(line for line in lines if line)


def _placing(fit: Fit) -> Placing:
    patches = tuple(
        Patch(*(Decimal(str(side)) for side in (box.x_mm, box.y_mm, box.width_mm, box.height_mm)))
        for box in fit.patches
    )
    return Placing(
        fit.on_conflict, patches, Decimal(str(fit.most_shift_mm)), Decimal(str(fit.least_scale)), fit.window == "check"
    )
