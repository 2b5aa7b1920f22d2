"""A found document as the ledger takes it in."""

from __future__ import annotations

from mailroom.domain.finished import FinishedPdf
from mailroom.intake.finished.definition import JobDefinition
from mailroom.intake.finished.found import FoundDocument


def finished_pdf(document: FoundDocument, definition: JobDefinition, file_sha256: str) -> FinishedPdf:
    """The pages of a file as a document of their own. `file_sha256` is the digest of the PDF (`Examination.sha256`)."""
    return FinishedPdf(
        kind=document.kind,
        number=document.number,
        issuer=document.sender,
        customer=document.customer,
        lines=document.recipient.raw,
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
    )
