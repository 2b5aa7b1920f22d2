"""Households: what a person may decide about who shares envelopes, and the decisions. The ledger alone holds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from mailroom.domain.content import printed_lines
from mailroom.domain.document import DocumentState
from mailroom.domain.errors import MailroomError
from mailroom.planning.household import (
    Decision,
    Decisions,
    Member,
    OptOut,
    Outlier,
    Verdict,
    group_id,
    household,
    joined,
    outliers,
)
from mailroom.planning.likeness import Proposal, proposals
from mailroom.production.plan import plan_document
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger
from mailroom.production.record import Recorder

_LEAST = 4
"""So many characters name a group at least."""


@dataclass(frozen=True, slots=True)
class Households:
    """What waits for a word, and every last word.

    proposals  of the documents that wait; `group_id` of their members names them
    outliers   of the same documents; their sheets are not known before they are composed
    """

    proposals: tuple[Proposal, ...]
    outliers: tuple[Outlier, ...]
    decided: tuple[Decision, ...]
    opt_outs: tuple[OptOut, ...]


def look_at_households(plant: Plant) -> Households:
    """The documents that wait, as planning will group them. Nothing is composed and nothing written."""
    with plant.read_ledger() as ledger:
        return _households(plant, ledger)


def _households(plant: Plant, ledger: Ledger) -> Households:
    decided, opt_outs = ledger.decisions(), ledger.opt_outs()
    standing, rules = Decisions.of(decided, opt_outs), plant.floor.setup.rules
    waiting = [
        plan_document(each, printed_lines(each.content), 0, plant.floor)
        for each in ledger.documents(DocumentState.WAITING)
    ]
    groups, members = household(waiting, rules, standing)
    return Households(
        proposals(members, rules, standing), tuple(outliers(groups, rules)), tuple(decided), tuple(opt_outs)
    )


def decide_households(plant: Plant, numbers: Sequence[str], verdict: Verdict, name: str) -> list[Decision]:
    """Person `name` approves or rejects groups: proposals, or what was decided before. All of them or none.

    E7091 for a number that names none, E7092 for one that names several, InputRefused E7104 for an approval that
    names somebody whom another one joins with others."""
    with plant.open_ledger() as ledger:
        seen = _households(plant, ledger)
        known = {each.group: each.members for each in seen.decided}
        known |= {group_id(each.members): each.members for each in seen.proposals}
        chosen = dict.fromkeys(_chosen(known, number) for number in numbers)
        at = plant.clock()
        decisions = [Decision(known[group], verdict, name, at) for group in chosen]
        written = _decide(Recorder(ledger, plant.clock), decisions, f"person:{name}")
        ledger.commit()
    return written


def _chosen(known: Iterable[str], number: str) -> str:
    """The group that a number, or its beginning, names."""
    wanted = number.strip().lower()
    found = [group for group in known if len(wanted) >= _LEAST and group.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise MailroomError(
            "E7091",
            "no proposal and no decision has this number",
            place=repr(number),
            remedy="mailroom household list shows the numbers; a proposal goes when its documents have gone.",
        )
    raise MailroomError(
        "E7092", f"the number {number!r} begins {len(found)} groups", remedy="Give more of its characters."
    )


def _decide(record: Recorder, decisions: Iterable[Decision], who: str, **detail: str) -> list[Decision]:
    """Write what changes something. An approval takes the place of those whose members it has all; E7104 when approvals
    contradict one another in the end."""
    held = {each.group: each for each in record.ledger.decisions()}
    written: list[Decision] = []
    for decision in decisions:
        before = held.get(decision.group)
        if before is not None and (before.verdict, before.members) == (decision.verdict, decision.members):
            continue
        if decision.verdict is Verdict.APPROVED:
            for inner in _inside(decision, held.values()):
                replaced = replace(inner, verdict=Verdict.WITHDRAWN, by=decision.by, at=decision.at)
                record.decide(replaced, who, replaced_by=decision.group, **detail)
                held[inner.group] = replaced
        held[decision.group] = decision
        record.decide(decision, who, **detail)
        written.append(decision)
    joined(Decisions.of(held.values(), ()).approvals)
    return written


def _inside(decision: Decision, others: Iterable[Decision]) -> list[Decision]:
    members = set(decision.members)
    return [each for each in others if each.verdict is Verdict.APPROVED and members > set(each.members)]


def opt_customer(plant: Plant, customer: str, name: str, *, out: bool) -> OptOut | None:
    """Person `name` writes down that a customer wants every document in an envelope of its own, or no longer. None
    when that stood there already. E7093 for a customer that nobody knows, E7094 for a name that several have."""
    with plant.open_ledger() as ledger:
        opt_out = OptOut(_customer(ledger, customer), out, name, plant.clock())
        written = _opt(Recorder(ledger, plant.clock), opt_out, f"person:{name}")
        ledger.commit()
    return opt_out if written else None


def _opt(record: Recorder, opt_out: OptOut, who: str, **detail: str) -> bool:
    held = {each.customer for each in record.ledger.opt_outs() if each.out}
    if (opt_out.customer in held) is opt_out.out:
        return False
    record.opt_out(opt_out, who, **detail)
    return True


def _customer(ledger: Ledger, named: str) -> str:
    """The key of the customer that a person names: by the key itself, also of one who had no document yet, or by the
    part that tells the customer from others of one sender, with or without its kind: "id=1007", "1007"."""
    wanted = named.strip().casefold()
    if "|" in wanted:
        return wanted
    ways: tuple[Callable[[str], str], ...] = (_own_part, lambda key: _own_part(key).partition("=")[2])
    customers = ledger.customers()
    for way in ways:
        found = [key for key in customers if way(key) == wanted and wanted]
        if len(found) == 1:
            return found[0]
        if found:
            raise MailroomError(
                "E7094",
                f"this is a customer of {len(found)} senders: {', '.join(found[:5])}",
                place=named,
                remedy="Name the customer with the sender, as it stands here.",
            )
    raise MailroomError(
        "E7093",
        "no document was taken in for this customer",
        place=repr(named),
        remedy="Give the customer's number as the documents have it, or the key as mailroom household list shows it.",
    )


def _own_part(customer: str) -> str:
    return customer.partition("|")[2]


def import_decisions(plant: Plant, decisions: Decisions, source: str, name: str) -> tuple[int, int]:
    """Person `name` takes over what a file says, all of it or nothing: (groups, customers) that it changed. A group
    keeps the name and time that its approval has there. InputRefused E7104 for approvals that contradict one another or
    what stands."""
    who, at = f"person:{name}", plant.clock()
    approved = [Decision(each.members, Verdict.APPROVED, each.by, each.at) for each in decisions.approvals]
    rejected = [Decision(tuple(sorted(each)), Verdict.REJECTED, name, at) for each in decisions.rejected]
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        groups = _decide(record, [*approved, *sorted(rejected, key=_members)], who, file=source)
        customers = [
            customer
            for customer in sorted(decisions.opted_out)
            if _opt(record, OptOut(_customer(ledger, customer), out=True, by=name, at=at), who, file=source)
        ]
        ledger.commit()
    return len(groups), len(customers)


def _members(decision: Decision) -> tuple[Member, ...]:
    return decision.members
