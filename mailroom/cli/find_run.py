"""The run that a command speaks of."""

from __future__ import annotations

from mailroom.bootstrap import House
from mailroom.domain.document import DocumentState
from mailroom.domain.errors import MailroomError
from mailroom.domain.run import MailRun
from mailroom.domain.words import count


def find_run(house: House, run: str) -> MailRun:
    """The run of that name, the latest when none is given."""
    with house.store.reader() as ledger:
        found = ledger.run(run) if run else next(iter(reversed(ledger.runs())), None)
        waiting = len(ledger.documents(DocumentState.WAITING)) if found is None else 0
        aside = len(ledger.documents(DocumentState.SET_ASIDE)) if found is None else 0
    if found is None:
        inside = f"; waiting: {count(waiting, 'document')}, set aside: {aside}"
        raise MailroomError(
            "E7041",
            (f"no run {run}" if run else "no run yet") + inside,
            place=str(house.folder),
            remedy="Begin one: mailroom run start.",
        )
    return found
