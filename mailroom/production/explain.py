"""Explain: a difference between ledger, press and machine is an incident, and a person says why before it closes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailroom.domain.errors import MailroomError, NeedsPerson
from mailroom.domain.journal import Entry
from mailroom.domain.words import count
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger
from mailroom.production.record import Recorder

EXPLAINED = "difference.explained"

_TO_EXPLAIN = frozenset(
    {
        "incident.sheet_counts",
        "incident.no_counters",
        "incident.declared_otherwise",
        "incident.events_lost",
    }
)
"""Where two that must agree do not. Other incidents end in the states of copies, which a person settles one by one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`number` is its place in the journal; `facts` are the figures in words; `by` and `reason` are empty until
    somebody has explained it."""

    number: int
    name: str
    where: str
    facts: str
    by: str = ""
    reason: str = ""


def differences(ledger: Ledger, run: str) -> list[Difference]:
    """Of a run, in the order in which they were found."""
    found: dict[int, Entry] = {}
    said: dict[int, Entry] = {}
    for chained in ledger.entries(run=run):
        entry = chained.entry
        if entry.event in _TO_EXPLAIN:
            found[chained.seq] = entry
        elif entry.event == EXPLAINED:
            said[entry.detail["incident"]] = entry
    return [_difference(number, entry, said.get(number)) for number, entry in found.items()]


def _difference(number: int, entry: Entry, said: Entry | None) -> Difference:
    by = said.who.removeprefix("person:") if said is not None else ""
    reason = str(said.detail["reason"]) if said is not None else ""
    return Difference(number, entry.event.removeprefix("incident."), where(entry), facts(entry), by, reason)


def where(entry: Entry) -> str:
    """Batch, piece and copy that an entry speaks of."""
    return " ".join(filter(None, (entry.batch, entry.piece, f"copy {entry.copy}" if entry.copy else "")))


def facts(entry: Entry) -> str:
    """What an entry tells, in one line."""
    return ", ".join(f"{key} {value}" for key, value in entry.detail.items() if value not in ("", None, []))


def explain(plant: Plant, run: str, number: int, reason: str, name: str) -> Difference:
    """Write why a difference is there, in person `name`'s name; a later word stands in the place of an earlier one.
    E7036 for a number that is no difference of the run, E7037 without a reason."""
    if not reason.strip():
        raise MailroomError("E7037", "no reason is given", place=run, remedy="Say why: --reason TEXT.")
    with plant.open_ledger() as ledger:
        known = {each.number: each for each in differences(ledger, run)}
        if number not in known:
            listed = ", ".join(map(str, known)) or "none"
            raise MailroomError(
                "E7036", f"{number} is no difference of run {run}", place=run, remedy=f"There are: {listed}."
            )
        record = Recorder(ledger, plant.clock)
        record.said(EXPLAINED, f"person:{name}", run=run, incident=number, name=known[number].name, reason=reason)
        ledger.commit()
    with plant.read_ledger() as ledger:
        return next(each for each in differences(ledger, run) if each.number == number)


def explain_all(plant: Plant, run: str, reason: str, name: str) -> None:
    """One reason for every difference that has none yet."""
    with plant.read_ledger() as ledger:
        left = unexplained(ledger, run)
    for each in left:
        explain(plant, run, each.number, reason, name)


def unexplained(ledger: Ledger, run: str) -> list[Difference]:
    """Those that nobody has explained yet."""
    return [each for each in differences(ledger, run) if not each.by]


def refuse_unexplained(left: Sequence[Difference], run: str) -> None:
    """NeedsPerson (E7043) naming the differences, when there are any."""
    if left:
        listed = "; ".join(f"{each.number} {each.name} at {each.where} ({each.facts})" for each in left[:10])
        raise NeedsPerson(
            "E7043",
            f"{count(len(left), 'difference')} between ledger, press and machine must be explained first: {listed}",
            place=run,
            remedy="Look into each, then: mailroom run explain NUMBER --reason TEXT --who NAME.",
        )
