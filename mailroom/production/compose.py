"""Compose: a waiting document → its PageSet in the page store. Data are typeset, finished pages taken as they are:
once, here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from layouts.errors import LayoutError
from layouts.pageset import PageSet
from layouts.wording import load_wording
from mailroom.domain.content import printed_lines
from mailroom.domain.document import Document, DocumentState
from mailroom.domain.errors import Explained
from mailroom.domain.finished import FinishedPdf
from mailroom.domain.invoice import IssuedInvoice
from mailroom.domain.piece import PieceDocument
from mailroom.production.plant import Plant
from mailroom.production.ports import Typesetter
from spool.job import SpoolError

_LOT = 64
"""Documents typeset before the page store is told: the disk flushes their pages together."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A document with its pages stored."""

    document: Document
    lines: tuple[str, ...]
    pages: PieceDocument


def compose_waiting(plant: Plant) -> tuple[list[Composed], list[Document]]:
    """Make the pages of every waiting document. Returns the composed ones and those set aside: what can't be set is
    kept with its problem, by name, and the rest goes on. What is wrong with the layout itself is raised."""
    with plant.read_ledger() as ledger:
        waiting = ledger.documents(DocumentState.WAITING)
    composed: list[Composed] = []
    refused: list[tuple[Document, Explained]] = [
        (document, lacking) for document in waiting if (lacking := _paper_lacking(plant, document)) is not None
    ]
    without_paper = {document.id for document, _ in refused}
    printable = [document for document in waiting if document.id not in without_paper]
    # Asked for all at once, taken as they come: those of one file are taken out of it together.
    finished = iter(
        plant.finished.page_sets([each.content for each in printable if isinstance(each.content, FinishedPdf)])
    )
    for part in _parts(printable):
        page_sets: list[PageSet] = []
        for document, made in _made(plant, part, finished):
            if isinstance(made, PageSet):
                composed.append(_composed(document, made))
                page_sets.append(made)
            else:
                refused.append((document, made))
        plant.pages.put_all(page_sets)
        plant.progress("compose", len(composed) + len(refused), len(waiting))
    if refused:
        with plant.open_ledger() as ledger:
            for document, fault in refused:
                problem = " ".join(filter(None, (f"{fault.code} {fault.message}", fault.place, fault.remedy)))
                ledger.set_document(document.id, DocumentState.SET_ASIDE, problem)
            ledger.commit()
    return composed, [document for document, _ in refused]


def _paper_lacking(plant: Plant, document: Document) -> SpoolError | None:
    """E6211 for a document that asks for a paper which the press has not; None for all others."""
    content = document.content
    if isinstance(content, FinishedPdf) and content.stock not in ("", plant.floor.paper):
        try:
            plant.media_type(content.stock)
        except SpoolError as lacking:
            return lacking
    return None


def _parts(documents: Sequence[Document]) -> Iterator[Sequence[Document]]:
    """Documents in lots whose pages go to the disk together."""
    for start in range(0, len(documents), _LOT):
        yield documents[start : start + _LOT]


def _made(
    plant: Plant, documents: Sequence[Document], finished: Iterator[PageSet | Explained]
) -> Iterator[tuple[Document, PageSet | Explained]]:
    """Each document with its pages, or with what is wrong with it; `finished` gives those of finished ones in order."""
    for document in documents:
        if isinstance(document.content, FinishedPdf):
            yield document, next(finished)
            continue
        typesetter = plant.typesetter()  # what is wrong with the layout is no fault of the document
        try:
            yield document, _typeset(typesetter, document.content)
        except LayoutError as error:
            yield document, error


def _composed(document: Document, page_set: PageSet) -> Composed:
    pages = PieceDocument(document.id, document.content.number, page_set.key, len(page_set.pages))
    return Composed(document, printed_lines(document.content), pages)


def _typeset(typesetter: Typesetter, invoice: IssuedInvoice) -> PageSet:
    """Typeset one invoice. Raises LayoutError."""
    data, language = layout_data(invoice, printed_lines(invoice)), layout_language(invoice)
    return typesetter.typeset(data, language, invoice.buyer.address.country)


_LANGUAGE_OF = {
    **{"NO": "nb", "SE": "sv", "DK": "da", "FI": "fi", "DE": "de", "AT": "de", "LI": "de", "ID": "id"},
    **{"FO": "da", "GL": "da", "AX": "sv", "SJ": "nb"},
}
"""What is spoken where one language of the layouts is."""


def layout_language(invoice: IssuedInvoice) -> str:
    """The language of the layout's texts: the one the document asks for, or two ("nb+en"); where it asks for none that
    there is, that of the recipient's country when the seller is at home there too; else English."""
    if invoice.language and (served := _served(invoice.language)):
        return served
    countries = {invoice.seller.address.country, invoice.buyer.address.country}
    return _LANGUAGE_OF.get(countries.pop(), "en") if len(countries) == 1 else "en"


def _served(language: str) -> str:
    """The language as the layouts call it; "" when they have no texts for it."""
    try:
        return load_wording(language).language
    except LayoutError:
        return ""


def layout_data(invoice: IssuedInvoice, lines: tuple[str, ...]) -> dict[str, Any]:
    """The invoice as the layouts see it (docs/layouts.md, "Data")."""
    seller = invoice.seller
    return {
        "document": {
            "kind": invoice.kind.value,
            "number": invoice.number,
            "issue_date": invoice.issue_date,
            "due_date": invoice.due_date,
            "currency": invoice.currency,
            "notes": [*invoice.notes, *filter(None, (seller.legal,))],
        },
        "seller": {
            "name": seller.name,
            "lines": list(seller.address.lines),
            "postcode": seller.address.postcode,
            "town": seller.address.town,
            "country": seller.address.country,
            "vat_id": seller.vat_id or seller.tax_number,
            "registration": seller.registration,
            "phone": seller.phone,
            "email": seller.email,
            "contact": seller.contact,
        },
        "recipient": {"lines": list(lines), "customer": invoice.buyer.id},
        "references": [{"label": label, "text": text} for label, text in invoice.references],
        "lines": [asdict(line) for line in invoice.lines],
        "allowances": [asdict(each) for each in invoice.allowances],
        "vat": [
            {
                "category": row.category,
                "rate": row.rate,
                "taxable": row.taxable,
                "tax": row.tax,
                "reason": row.exemption_reason,
            }
            for row in invoice.vat
        ],
        "totals": asdict(invoice.totals),
        "payment": asdict(invoice.payment),
    }


def sheets_of(pages: int, sides: str) -> int:
    """Sheets that a document of so many pages takes; each document begins on a new sheet."""
    return pages if sides == "one-sided" else (pages + 1) // 2


def page_indices(pages: int, sides: str) -> Iterator[tuple[int, int | None]]:
    """(front, back) page indices of a document's sheets, back None where a side stays blank."""
    if sides == "one-sided":
        for index in range(pages):
            yield index, None
    else:
        for index in range(0, pages, 2):
            yield index, index + 1 if index + 1 < pages else None
