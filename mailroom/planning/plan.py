"""Documents → planned pieces: households, envelopes, inserts, and the reason of every decision. Pure: the day, the
postage and persons' decisions are passed in, and the same documents in any order give the same plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mailroom.domain.errors import InputRefused
from mailroom.planning.allotment import Allotment
from mailroom.planning.document import PlanDocument, SetApart
from mailroom.planning.draft import Draft, Drafter, apart
from mailroom.planning.envelope import EnvelopeType
from mailroom.planning.feeders import assign
from mailroom.planning.fit import Fitter
from mailroom.planning.household import Decisions, Group, HouseholdRules, Outlier, household, outliers
from mailroom.planning.insert import Campaign, InsertItem, in_order
from mailroom.planning.likeness import Proposal, proposals
from mailroom.planning.machine import Machine
from mailroom.planning.paper import Paper
from mailroom.planning.piece import PlannedPiece, Reason, StepOf
from mailroom.planning.stock import InsertUse, Stock


@dataclass(frozen=True, slots=True)
class Setup:
    """What the floor has and what its rules are: papers and inserts by name, envelopes in any order."""

    rules: HouseholdRules
    papers: Mapping[str, Paper]
    envelopes: tuple[EnvelopeType, ...]
    machine: Machine
    items: Mapping[str, InsertItem]
    campaigns: tuple[Campaign, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Every document is in exactly one of `pieces` and `set_apart`.

    pieces     by country, postcode, customer and first document
    set_apart  by first document
    outliers   groups so large that somebody must look at them before release
    proposals  what an operator might join
    inserts    what becomes of each insert
    notices    what is odd about the rules in this run
    """

    pieces: tuple[PlannedPiece, ...]
    set_apart: tuple[SetApart, ...]
    outliers: tuple[Outlier, ...]
    proposals: tuple[Proposal, ...]
    inserts: tuple[InsertUse, ...]
    notices: tuple[Reason, ...]


def plan_pieces(
    documents: Iterable[PlanDocument], setup: Setup, *, on: date, step_of: StepOf, decisions: Decisions
) -> Plan:
    """Plan the documents for the day of posting `on`. Raises InputRefused E7104 (approvals), E7105 (documents)."""
    known, aside = _sorted_out(documents, setup)
    running = in_order(campaign for campaign in setup.campaigns if campaign.runs_on(on))
    wanted = _wanted(known, running)
    needed = _needed(running, wanted, setup)
    feeders = assign(needed, setup.machine.feeders)
    fitter = Fitter(setup.papers, setup.envelopes, setup.machine, setup.items, feeders)
    groups, members = household(known, setup.rules, decisions)
    drafts, too_large = _drafts(groups, wanted, running, setup.rules, fitter)
    stock = Stock(setup.items)
    allotment = Allotment(setup.items, feeders, fitter, stock, step_of)
    allotment.run(running, drafts)
    aside += [*too_large, *(draft.set_apart for draft in drafts if draft.set_apart is not None)]
    return Plan(
        pieces=tuple([draft.piece(allotment.inserts_of(draft)) for draft in drafts if draft.set_apart is None]),
        set_apart=tuple(sorted(aside, key=lambda each: each.documents[0].id)),
        outliers=tuple(outliers(groups, setup.rules)),
        proposals=proposals(members, setup.rules, decisions),
        inserts=stock.uses(feeders),
        notices=(*_not_fed(needed, feeders, setup.machine), *_notices(known, running, setup, on)),
    )


def _sorted_out(documents: Iterable[PlanDocument], setup: Setup) -> tuple[list[PlanDocument], list[SetApart]]:
    """Documents by id, and those whose paper nobody knows."""
    known: list[PlanDocument] = []
    aside: list[SetApart] = []
    before: int | None = None
    for document in sorted(documents, key=lambda each: each.id):
        if document.id == before or document.sheets < 1:
            fact = "is there twice" if document.id == before else f"has {document.sheets} sheets"
            raise InputRefused(
                "E7105",
                f"document {document.id} ({document.number}) {fact}",
                remedy="Plan each composed document once.",
            )
        before = document.id
        if document.paper in setup.papers:
            known.append(document)
        else:
            text = f"{document.number} is on the paper {document.paper!r}, of which no weight is known."
            aside.append(apart((document,), "E7114", text, "Enter the paper with its grammage and thickness."))
    return known, aside


def _wanted(documents: Sequence[PlanDocument], campaigns: Sequence[Campaign]) -> dict[int, int]:
    """Document id → the campaigns whose conditions it meets, as bits."""
    tests = [(1 << bit, campaign) for bit, campaign in enumerate(campaigns)]
    return {
        document.id: sum([bit for bit, campaign in tests if campaign.wants(document.fields)]) for document in documents
    }


def _needed(campaigns: Sequence[Campaign], wanted: Mapping[int, int], setup: Setup) -> list[InsertItem]:
    """The inserts that some document of the run wants, in the order of the campaigns."""
    every = 0
    for bits in wanted.values():
        every |= bits
    return [setup.items[campaign.insert] for bit, campaign in enumerate(campaigns) if every >> bit & 1]


def _drafts(
    groups: Sequence[Group],
    wanted: Mapping[int, int],
    campaigns: Sequence[Campaign],
    rules: HouseholdRules,
    fitter: Fitter,
) -> tuple[list[Draft], list[SetApart]]:
    """The drafts in the plan's order, and what is too large."""
    legal = {1 << bit: campaign.insert for bit, campaign in enumerate(campaigns) if campaign.legal}
    drafter = Drafter(rules, fitter, legal)
    drafts: list[Draft] = []
    aside: list[SetApart] = []
    for group in groups:
        for each in drafter.drafts(group, wanted):
            if isinstance(each, Draft):
                drafts.append(each)
            else:
                aside.append(each)
    drafts.sort(key=lambda each: each.order)
    return drafts, aside


def _not_fed(needed: Sequence[InsertItem], feeders: Mapping[str, int], machine: Machine) -> Iterable[Reason]:
    """Inserts for which there is no feeder: none is free, or none feeds such an insert."""
    for item in dict.fromkeys(needed):
        if item.name not in feeders:
            wish = f" The insert asks for feeder {item.feeder}." if item.feeder else ""
            text = f"No feeder of {machine.name} is left that feeds the insert {item.name}.{wish}"
            yield Reason("insert-without-feeder", text)


def _notices(
    documents: Sequence[PlanDocument], running: Sequence[Campaign], setup: Setup, on: date
) -> Iterable[Reason]:
    """Campaigns that don't run, and fields that they ask for and no document has: most often a misspelling."""
    for campaign in sorted(setup.campaigns, key=lambda each: each.name):
        if not campaign.runs_on(on):
            text = f"The campaign {campaign.name} runs from {campaign.first_day} to {campaign.last_day}, not on {on}."
            yield Reason("campaign-not-running", text)
    asked = sorted({(condition.field, each.name) for each in running for condition in each.conditions})
    if not asked or not documents:
        return
    there: set[str] = set()
    for document in documents:
        there.update(document.fields)
    for name, campaign_name in asked:
        if name not in there:
            text = f"The campaign {campaign_name} asks for the field {name!r}, which no document of the run has."
            yield Reason("field-unknown", text)
