"""What a document says, whichever way it came: as data that are composed here, or as finished pages."""

from __future__ import annotations

from mailroom.domain.address import PostalAddress
from mailroom.domain.finished import FinishedPdf
from mailroom.domain.invoice import IssuedInvoice
from mailroom.domain.recipient import recipient_lines

Content = IssuedInvoice | FinishedPdf


def kind_of(content: Content) -> str:
    """ "invoice", "credit-note", or a word of the job definition that a finished document came by."""
    return content.kind if isinstance(content, FinishedPdf) else content.kind.value


def address_of(content: Content) -> PostalAddress:
    """Where the envelope goes."""
    return content.address if isinstance(content, FinishedPdf) else content.deliver_to or content.buyer.address


def printed_lines(content: Content) -> tuple[str, ...]:
    """The address as it stands in the window."""
    if isinstance(content, FinishedPdf):
        return content.lines
    return recipient_lines(content.buyer, content.deliver_to, content.seller.address.country)
