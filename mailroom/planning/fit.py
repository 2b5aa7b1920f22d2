"""The smallest envelope that takes a set of sheets and inserts, and why no smaller one does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mailroom.domain.handling import Handling
from mailroom.domain.words import count
from mailroom.planning.envelope import EnvelopeType
from mailroom.planning.insert import InsertItem
from mailroom.planning.machine import Machine, subsets
from mailroom.planning.paper import Paper
from mailroom.planning.piece import PlannedEnvelope, Reason
from mailroom.planning.words import grams, millimetres

_SIZE_TOLERANCE_MM = 1.0
"""Paper counts as the size that an envelope is made for when it differs by no more than this."""


class Filling(NamedTuple):
    """What shall go into one envelope: a paper's name, its sheets, and names of inserts."""

    paper: str
    sheets: int
    inserts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """An envelope that takes a filling. Weight and thickness are those of the filled envelope."""

    envelope: PlannedEnvelope
    handling: Handling
    subsets: tuple[int, ...]
    weight_mg: int
    thickness_um: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Misfit:
    """No envelope takes a filling: what each one lacks, in words."""

    text: str


class Fitter:
    """Chooses envelopes. Each filling is decided once: a run has few different ones."""

    def __init__(
        self,
        papers: Mapping[str, Paper],
        envelopes: Sequence[EnvelopeType],
        machine: Machine,
        items: Mapping[str, InsertItem],
        feeders: Mapping[str, int],
    ) -> None:
        self._papers = papers
        self._envelopes = [(each, each.planned()) for each in sorted(envelopes, key=lambda each: each.size_order)]
        self._machine = machine
        self._items = items
        self._feeders = feeders
        self._known: dict[Filling, Fit | Misfit] = {}

    def fit(self, filling: Filling) -> Fit | Misfit:
        """The smallest envelope that the machine fills with it, else the smallest one that is filled by hand."""
        found = self._known.get(filling)
        if found is None:
            found = self._known[filling] = self._choose(filling)
        return found

    def _choose(self, filling: Filling) -> Fit | Misfit:
        refused: list[str] = []
        for envelope, planned in self._envelopes:
            problem = next(self._problems(envelope, filling), None)
            if problem is None:
                return self._fit(envelope, planned, filling, Handling.MACHINE, refused)
            refused.append(f"{envelope.name}: {problem}")
        if self._machine.manual:
            for envelope, planned in self._envelopes:
                if next(self._hand_problems(envelope, filling), None) is None:
                    return self._fit(envelope, planned, filling, Handling.MANUAL, refused)
        return Misfit("; ".join(refused) or "there is no envelope")

    def _problems(self, envelope: EnvelopeType, filling: Filling) -> Iterator[str]:
        """Why the machine can't fill this envelope so; the first is told."""
        machine, material = self._machine, envelope.material
        if not material.machine:
            yield "is filled by hand only"
        if not (
            machine.least_width_mm <= envelope.width_mm <= machine.most_width_mm
            and machine.least_height_mm <= envelope.height_mm <= machine.most_height_mm
        ):
            yield f"{_size(envelope)} is no size that {machine.name} opens"
        yield from self._hand_problems(envelope, filling)
        at_once = machine.subset_sheets(envelope.fold)
        if not at_once:
            yield f"{machine.name} does not know the fold {envelope.fold}"
            return
        parts = -(-filling.sheets // at_once)
        if parts > machine.most_subsets:
            most = count(machine.most_subsets, "subset")
            sheets = count(filling.sheets, "sheet")
            yield f"{sheets}, {at_once} at once, and {machine.name} joins {most}"
        thickness_um = material.thickness_um + self._content_um(envelope, filling)
        if thickness_um > machine.most_thickness_um:
            most = millimetres(machine.most_thickness_um)
            yield f"{millimetres(thickness_um)} filled, and {machine.name} takes {most}"
        weight_mg = material.weight_mg + self._content_mg(filling)
        if weight_mg > machine.most_weight_mg:
            yield f"{grams(weight_mg)} filled, and {machine.name} takes {grams(machine.most_weight_mg)}"
        for name in filling.inserts:
            if name not in self._feeders:
                yield f"no feeder of {machine.name} holds the insert {name}"

    def _hand_problems(self, envelope: EnvelopeType, filling: Filling) -> Iterator[str]:
        """Why nobody can fill this envelope so."""
        paper, material = self._papers[filling.paper], envelope.material
        off_mm = max(
            abs(float(paper.width_mm) - envelope.sheet_width_mm), abs(float(paper.height_mm) - envelope.sheet_height_mm)
        )
        if off_mm > _SIZE_TOLERANCE_MM:
            yield f"is for sheets of {envelope.sheet_width_mm:g} × {envelope.sheet_height_mm:g} mm"
        if filling.sheets > envelope.most_sheets:
            yield f"{count(filling.sheets, 'sheet')}, takes {envelope.most_sheets}"
        content_um = self._content_um(envelope, filling)
        if content_um > material.most_content_um:
            yield f"{millimetres(content_um)} of content, takes {millimetres(material.most_content_um)}"
        content_mg = self._content_mg(filling)
        if content_mg > material.most_weight_mg:
            yield f"{grams(content_mg)} of content, takes {grams(material.most_weight_mg)}"
        for name in filling.inserts:
            if not self._items[name].lies_in(envelope.inside_width_mm, envelope.inside_height_mm):
                yield f"the insert {name} does not lie in it"

    def _content_um(self, envelope: EnvelopeType, filling: Filling) -> int:
        sheet_um = self._papers[filling.paper].thickness_um
        inserts_um = sum([self._items[name].thickness_um for name in filling.inserts])
        return self._machine.folded_um(filling.sheets, sheet_um, envelope.fold) + inserts_um

    def _content_mg(self, filling: Filling) -> int:
        inserts_mg = sum([self._items[name].weight_mg for name in filling.inserts])
        return filling.sheets * self._papers[filling.paper].sheet_weight_mg + inserts_mg

    def _fit(
        self,
        envelope: EnvelopeType,
        planned: PlannedEnvelope,
        filling: Filling,
        handling: Handling,
        refused: Sequence[str],
    ) -> Fit:
        content_um, content_mg = self._content_um(envelope, filling), self._content_mg(filling)
        weight_mg = planned.weight_mg + content_mg
        thickness_um = planned.thickness_um + content_um
        parts: tuple[int, ...] = (filling.sheets,)
        if handling is Handling.MACHINE:
            parts = subsets(filling.sheets, self._machine.subset_sheets(planned.fold))
        reasons = [self._choice(envelope, filling, handling, refused)]
        if len(parts) > 1:
            reasons.append(self._parts(parts, planned))
        reasons.append(self._weights(planned, filling, weight_mg, thickness_um))
        return Fit(planned, handling, parts, weight_mg, thickness_um, tuple(reasons))

    def _choice(self, envelope: EnvelopeType, filling: Filling, handling: Handling, refused: Sequence[str]) -> Reason:
        sheets = count(filling.sheets, "sheet")
        if handling is Handling.MANUAL:
            why = "; ".join(refused)
            text = f"{envelope.name} ({_size(envelope)}), filled by hand: {self._machine.name} can't. {why}."
            return Reason("manual", text)
        size = f"{envelope.name} ({_size(envelope)}) is the smallest envelope that takes {sheets}"
        return Reason("envelope", f"{size}. {'; '.join(refused)}." if refused else f"{size}.")

    def _parts(self, parts: tuple[int, ...], planned: PlannedEnvelope) -> Reason:
        at_once = self._machine.subset_sheets(planned.fold)
        sizes = " + ".join(map(str, parts))
        text = f"{self._machine.name} folds {at_once} sheets at once (fold {planned.fold}), so the set is {sizes}."
        return Reason("subsets", text)

    def _weights(self, planned: PlannedEnvelope, filling: Filling, weight_mg: int, thickness_um: int) -> Reason:
        paper = self._papers[filling.paper]
        parts = [
            f"{count(filling.sheets, 'sheet')} of {paper.name} at {grams(paper.sheet_weight_mg)}",
            f"envelope {grams(planned.weight_mg)}",
            *(f"{name} {grams(self._items[name].weight_mg)}" for name in filling.inserts),
        ]
        return Reason("weight", f"{grams(weight_mg)}, {millimetres(thickness_um)} thick: {', '.join(parts)}.")


def _size(envelope: EnvelopeType) -> str:
    return f"{envelope.width_mm:g} × {envelope.height_mm:g} mm"
