"""Drop: a person takes a set-aside document off for good. It is kept and counted, and never goes out."""

from __future__ import annotations

from mailroom.domain.document import Document, DocumentState
from mailroom.domain.errors import InputRefused
from mailroom.domain.run import RunState
from mailroom.production.lookup import the_document_aside
from mailroom.production.plant import Plant
from mailroom.production.record import Recorder


def drop_document(plant: Plant, name: str, reason: str, person: str) -> Document:
    """`person` drops the set-aside document that `name` means. While a run is open, its journal and its statement tell
    it. E1803, E1804 for `name`; E1806 without a reason; E7002 without a person."""
    why = " ".join(reason.split())
    if not why:
        remedy = "Say why, for whoever asks for the document later: --reason TEXT."
        raise InputRefused("E1806", "dropping a document needs a reason", place=name, remedy=remedy)
    with plant.open_ledger() as ledger:
        document = the_document_aside(ledger.documents(DocumentState.SET_ASIDE), name)
        run = next((run.id for run in ledger.runs() if run.state is RunState.OPEN), "")
        Recorder(ledger, plant.clock).drop(document, f"person:{person}", why, run)
        ledger.commit()
    return document
