"""A stream of invoices that this house typeset itself is taken apart again: numbers and recipients are those put in."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pikepdf

from examples.generator import generate
from layouts.fonts import default_fonts
from layouts.layout import load_layout
from layouts.typeset import compile_layout
from mailroom.domain.recipient import recipient_lines
from mailroom.intake.finished.found import FoundDocument
from mailroom.intake.finished.probe import probe
from mailroom.intake.finished.sample import propose_text
from mailroom.intake.guard import Guard
from mailroom.production.compose import layout_data
from spool.archive import write_document

CREATED = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


def test_a_proposal_finds_every_invoice_that_was_typeset_here(guard: Guard, tmp_path: Path) -> None:
    invoices = list(generate(12, seed=3, countries={"NO": 1}))
    program = compile_layout(load_layout("invoice"), default_fonts())
    path = tmp_path / "own.pdf"
    counts: list[int] = []
    with pikepdf.new() as stream:
        for invoice in invoices:
            lines = recipient_lines(invoice.buyer, invoice.deliver_to, invoice.seller.address.country)
            pages = program.typeset(layout_data(invoice, lines), "nb", {"country": "NO"})
            data = write_document(pages, default_fonts(), title=invoice.number, created=CREATED, language="nb")
            with pikepdf.open(io.BytesIO(data)) as document:
                stream.pages.extend(document.pages)
            counts.append(len(pages.pages))
        stream.save(path)
    (tmp_path / "proposal.toml").write_text(propose_text(path), encoding="utf-8")
    found = [one for one in probe(guard, path).findings if isinstance(one, FoundDocument)]
    assert [(one.number, one.page_count) for one in found] == [
        (invoice.number, count) for invoice, count in zip(invoices, counts, strict=True)
    ]
    for one, invoice in zip(found, invoices, strict=True):
        address = invoice.deliver_to or invoice.buyer.address
        assert one.recipient.name == invoice.buyer.name
        assert (one.recipient.address.postcode, one.recipient.address.town) == (address.postcode, address.town)
