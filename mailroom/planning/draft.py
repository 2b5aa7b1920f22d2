"""A piece in the making: its documents stand, its inserts and so its envelope may still change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mailroom.domain.handling import Handling
from mailroom.domain.words import count
from mailroom.planning.document import PlanDocument, SetApart
from mailroom.planning.fit import Filling, Fit, Fitter, Misfit
from mailroom.planning.household import Group, HouseholdRules
from mailroom.planning.insert import Campaign
from mailroom.planning.piece import PlannedInsert, PlannedPiece, Reason


@dataclass(slots=True)
class Draft:
    """`wanted` are the campaigns whose conditions one of the documents meets, as bits in the campaigns' order;
    `kinds` what its inserts are about."""

    documents: tuple[PlanDocument, ...]
    addressee: PlanDocument
    wanted: int
    fit: Fit
    inserts: tuple[str, ...]
    reasons: list[Reason]
    sent_by: list[Campaign] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    set_apart: SetApart | None = None

    @property
    def order(self) -> tuple[str, str, str, int]:
        """Where it stands in the plan: by country, postcode, customer and first document."""
        address = self.addressee.address
        postcode = address.postcode.replace(" ", "")
        return (address.country, postcode, self.addressee.customer, self.documents[0].id)

    def filling(self, more: str | None = None) -> Filling:
        """What goes into the envelope, with one insert more."""
        sheets = sum([each.sheets for each in self.documents])
        inserts = self.inserts if more is None else (*self.inserts, more)
        return Filling(self.documents[0].paper, sheets, inserts)

    def piece(self, inserts: tuple[PlannedInsert, ...]) -> PlannedPiece:
        """The piece as it is now."""
        fit, addressee = self.fit, self.addressee
        return PlannedPiece(
            documents=tuple([each.planned() for each in self.documents]),
            customer=addressee.customer,
            address=addressee.address,
            lines=addressee.lines,
            paper=self.documents[0].paper,
            sheets=sum(fit.subsets),
            envelope=fit.envelope,
            weight_mg=fit.weight_mg,
            thickness_um=fit.thickness_um,
            inserts=inserts,
            subsets=fit.subsets,
            handling=fit.handling,
            reasons=(*self.reasons, *fit.reasons),
        )


def apart(documents: Iterable[PlanDocument], code: str, text: str, remedy: str) -> SetApart:
    """Documents that get no envelope in this plan."""
    return SetApart(tuple([each.planned() for each in documents]), Reason(code, text), remedy)


class Drafter:
    """Makes drafts of groups: cut where the rules or the largest envelope say so, always between documents.

    `legal` tells the insert of each legal campaign's bit: these alone take room from documents.
    """

    def __init__(self, rules: HouseholdRules, fitter: Fitter, legal: Mapping[int, str]) -> None:
        self._rules = rules
        self._fitter = fitter
        self._legal = legal
        self._legal_bits = sum(legal)
        self._known: dict[int, tuple[str, ...]] = {}

    def drafts(self, group: Group, wanted: Mapping[int, int]) -> Iterator[Draft | SetApart]:
        """The pieces of a group, and the documents that no envelope takes. `wanted` is document id → bits."""
        parts: list[Draft] = []
        for document in group.documents:
            bits = wanted[document.id]
            alone = self._fit((document,), bits)
            if isinstance(alone, Misfit):
                yield self._too_large(document, bits, alone)
            elif not (parts and self._joins(parts[-1], document, bits)):
                parts.append(Draft((document,), document, bits, alone, self._must(bits), [group.reason]))
        yield from self._told(parts, group)

    def _joins(self, part: Draft, document: PlanDocument, bits: int) -> bool:
        documents = (*part.documents, document)
        if (
            len(documents) > self._rules.most_documents
            or sum([each.sheets for each in documents]) > self._rules.most_sheets
        ):
            return False
        fit = self._fit(documents, part.wanted | bits)
        if isinstance(fit, Misfit) or fit.handling is Handling.MANUAL:
            return False
        part.documents, part.wanted, part.fit = documents, part.wanted | bits, fit
        part.inserts = self._must(part.wanted)
        return True

    def _fit(self, documents: Sequence[PlanDocument], bits: int) -> Fit | Misfit:
        sheets = sum([each.sheets for each in documents])
        return self._fitter.fit(Filling(documents[0].paper, sheets, self._must(bits)))

    def _must(self, bits: int) -> tuple[str, ...]:
        """The inserts that the legal ones of these campaigns send."""
        bits &= self._legal_bits
        if bits not in self._known:
            self._known[bits] = tuple(dict.fromkeys(insert for bit, insert in self._legal.items() if bits & bit))
        return self._known[bits]

    def _too_large(self, document: PlanDocument, bits: int, misfit: Misfit) -> SetApart:
        must = self._must(bits)
        if must and isinstance(self._fit((document,), 0), Fit):
            return apart(
                (document,),
                "E7111",
                f"The legal insert {', '.join(must)} does not go with {document.number}. {misfit.text}.",
                "Send it by hand, or give the insert a feeder and an envelope that take it.",
            )
        return apart(
            (document,),
            "E7110",
            f"No envelope takes {document.number}, {count(document.sheets, 'sheet')}. {misfit.text}.",
            "Send it by hand, or add a larger envelope.",
        )

    def _told(self, parts: list[Draft], group: Group) -> Iterator[Draft]:
        """The parts with their addressee, and of how many parts each one is."""
        for number, part in enumerate(parts, start=1):
            part.addressee = group.addressee
            if len(parts) > 1:
                sheets = count(sum(each.sheets for each in group.documents), "sheet")
                text = (
                    f"Part {number} of {len(parts)}: {len(group.documents)} documents with {sheets} exceed one piece."
                )
                part.reasons.append(Reason("split", text))
            yield part
