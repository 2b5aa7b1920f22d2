"""Which inserts go with which pieces.

Campaigns are taken one after the other in their order, each over all pieces in the plan's order: what has precedence
gets room and stock first, over the whole run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailroom.domain.handling import Handling
from mailroom.planning.draft import Draft, apart
from mailroom.planning.fit import Fit, Fitter
from mailroom.planning.insert import Campaign, InsertItem, Mode, WhenOut
from mailroom.planning.piece import PlannedEnvelope, PlannedInsert, PostageStep, Reason, StepOf
from mailroom.planning.stock import Stock
from mailroom.planning.words import grams, millimetres

_PRIORITY = frozenset({Mode.PRIORITY_SELECT, Mode.PRIORITY_FILL})


@dataclass(slots=True)
class Allotment:
    """Gives inserts to drafts. `feeders` tells the station of each insert that has one."""

    items: Mapping[str, InsertItem]
    feeders: Mapping[str, int]
    fitter: Fitter
    stock: Stock
    step_of: StepOf
    _steps: dict[tuple[int, int, str, str], PostageStep | None] = field(default_factory=dict)
    _reasons: dict[tuple[str, str], Reason] = field(default_factory=dict)
    _inserts: dict[tuple[str, Handling], PlannedInsert] = field(default_factory=dict)

    def run(self, campaigns: Sequence[Campaign], drafts: Sequence[Draft]) -> None:
        """Let every campaign have its turn, in the order given; its place there is its bit in `Draft.wanted`."""
        for bit, campaign in enumerate(campaigns):
            turn = self._must_go if campaign.legal else self._may_go
            mask = 1 << bit
            unwanted = Reason(
                "insert-unwanted", f"{campaign.insert} ({campaign.name}) stays out: not {campaign.asks()}."
            )
            for draft in drafts:
                if draft.set_apart is not None:
                    continue
                if draft.wanted & mask:
                    turn(campaign, draft)
                else:
                    draft.reasons.append(unwanted)

    def inserts_of(self, draft: Draft) -> tuple[PlannedInsert, ...]:
        """What goes with a draft, as it stands in the piece: each with its feeder, 0 when it is filled by hand."""
        return tuple([self._insert(campaign, draft.fit.handling) for campaign in draft.sent_by])

    def _must_go(self, campaign: Campaign, draft: Draft) -> None:
        """The draft has room for a legal insert from the start; what it may lack is stock."""
        if any(sent.insert == campaign.insert for sent in draft.sent_by):
            self._stays(campaign, draft, "is in the piece already")
        elif self.stock.take(campaign.insert):
            self._goes(campaign, draft)
        else:
            self._set_apart(campaign, draft, "E7112", f"The legal insert {campaign.insert} is out of stock")

    def _may_go(self, campaign: Campaign, draft: Draft) -> None:
        item = self.items[campaign.insert]
        if item.kind in draft.kinds:
            return self._stays(campaign, draft, f"an insert about {item.kind} is in the piece already")
        if draft.fit.handling is Handling.MACHINE and item.name not in self.feeders:
            return self._stays(campaign, draft, "no feeder of the machine holds it")
        fit = self.fitter.fit(draft.filling(item.name))
        if not isinstance(fit, Fit) or (fit.handling, draft.fit.handling) == (Handling.MANUAL, Handling.MACHINE):
            return self._stays(campaign, draft, "the machine fills no envelope that has room for it")
        if campaign.mode in _PRIORITY and (obstacle := self._obstacle(draft, fit)):
            return self._stays(campaign, draft, obstacle)
        if self.stock.take(item.name):
            draft.inserts = (*draft.inserts, item.name)
            draft.fit = fit
            return self._goes(campaign, draft)
        if campaign.when_out is WhenOut.SET_APART:
            return self._set_apart(campaign, draft, "E7113", f"The insert {item.name} is out of stock")
        return self._stays(campaign, draft, "it is out of stock")

    def _obstacle(self, draft: Draft, fit: Fit) -> str:
        """Why an insert that must not cost anything would; "" when it would not."""
        now = draft.fit
        if fit.envelope is not now.envelope:
            return f"it would take the envelope {fit.envelope.name} instead of {now.envelope.name}"
        step = self._step(now.weight_mg, now.thickness_um, now.envelope, draft.addressee.address.country)
        if step is None:
            return "no postal product takes the piece, so its postage step is not known"
        if fit.weight_mg > step.most_weight_mg:
            return f"{grams(fit.weight_mg)} with it, and the postage step ends at {grams(step.most_weight_mg)}"
        if fit.thickness_um > step.most_thickness_um:
            thickest = millimetres(step.most_thickness_um)
            return f"{millimetres(fit.thickness_um)} with it, and the postage step ends at {thickest}"
        return ""

    def _step(self, weight_mg: int, thickness_um: int, envelope: PlannedEnvelope, country: str) -> PostageStep | None:
        key = (weight_mg, thickness_um, envelope.name, country)
        if key not in self._steps:
            self._steps[key] = self.step_of(weight_mg, thickness_um, envelope, country)
        return self._steps[key]

    def _goes(self, campaign: Campaign, draft: Draft) -> None:
        draft.sent_by.append(campaign)
        draft.kinds.add(self.items[campaign.insert].kind)
        why = campaign.asks() or "every piece gets it"
        legal = ", legal" if campaign.legal else ""
        text = f"{campaign.insert} goes ({campaign.name}, {campaign.mode.value}{legal}): {why}."
        draft.reasons.append(self._reason("insert", text))

    def _stays(self, campaign: Campaign, draft: Draft, why: str) -> None:
        draft.reasons.append(self._reason("insert-left", f"{campaign.insert} ({campaign.name}) stays out: {why}."))

    def _set_apart(self, campaign: Campaign, draft: Draft, code: str, fact: str) -> None:
        for sent in draft.sent_by:
            self.stock.give_back(sent.insert)
        numbers = ", ".join(each.number for each in draft.documents)
        text = f"{fact}, and the campaign {campaign.name} lets no piece go without it: {numbers}."
        remedy = "Enter the new stock and plan again, or end the campaign."
        draft.set_apart = apart(draft.documents, code, text, remedy)

    def _insert(self, campaign: Campaign, handling: Handling) -> PlannedInsert:
        key = (campaign.name, handling)
        if key not in self._inserts:
            item = self.items[campaign.insert]
            feeder = self.feeders[item.name] if handling is Handling.MACHINE else 0
            self._inserts[key] = PlannedInsert(item.name, campaign.name, feeder, item.weight_mg, item.thickness_um)
        return self._inserts[key]

    def _reason(self, code: str, text: str) -> Reason:
        """One value for one reason: a run of 100,000 pieces has few different ones."""
        return self._reasons.setdefault((code, text), Reason(code, text))
