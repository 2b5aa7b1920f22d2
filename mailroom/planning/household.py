"""Which documents share an envelope.

Without a person's word, only documents of one sender to one customer at one address do, the address alike as normalised
and as printed. Everything wider takes both a rule that allows it and an operator's approval of that very group.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from statistics import median_low
from typing import NamedTuple, Self

from mailroom.domain.errors import InputRefused
from mailroom.domain.words import count
from mailroom.planning.document import PlanDocument
from mailroom.planning.piece import PlannedDocument, Reason


class GroupBy(Enum):
    """What documents must share, beside sender, address and paper, to go together."""

    NONE = "none"
    CUSTOMER = "customer"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class HouseholdRules:
    """How documents come together; read from a file by `files.load_household_rules`.

    across_customers   an approved group may hold several customers of one sender
    across_addresses   an approved group may hold one customer's addresses that are spelt differently
    most_documents     most documents that share a piece
    most_sheets        most sheets that documents sharing a piece may have; one document alone may have more
    outlier_documents  a group of more documents than this is shown before release
    outlier_times      so is one that has more than so many times the documents of the run's usual group
    likeness_percent   how alike two addresses must be spelt to be proposed to an operator
    """

    name: str
    by: GroupBy
    across_customers: bool
    across_addresses: bool
    most_documents: int
    most_sheets: int
    outlier_documents: int
    outlier_times: int
    likeness_percent: int


class Member(NamedTuple):
    """One customer of one sender at one address, as normalised: what an operator's approval joins."""

    sender: str
    customer: str
    address: str


class Verdict(Enum):
    """What a person says of a group: its members share envelopes, they don't, or an approval that no longer holds
    because a wider one took its place."""

    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Approval:
    """An operator's word that these members share envelopes, addressed as the first one is."""

    members: tuple[Member, ...]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """The last word on a group. `by` is the name of whoever said it."""

    members: tuple[Member, ...]
    verdict: Verdict
    by: str
    at: datetime

    @property
    def group(self) -> str:
        return group_id(self.members)


@dataclass(frozen=True, slots=True)
class OptOut:
    """Whether a customer gets every document in an envelope of its own, and who said so."""

    customer: str
    out: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decisions:
    """What persons have decided.

    opted_out   customers (of whichever sender) who get every document in an envelope of its own
    approvals   groups that may share envelopes
    rejected    groups that are not to be proposed again
    """

    opted_out: frozenset[str] = frozenset()
    approvals: tuple[Approval, ...] = ()
    rejected: frozenset[frozenset[Member]] = frozenset()

    @classmethod
    def of(cls, decided: Iterable[Decision], opt_outs: Iterable[OptOut]) -> Self:
        """What stands, from the last word on each group and customer."""
        known = list(decided)
        return cls(
            opted_out=frozenset(each.customer for each in opt_outs if each.out),
            approvals=tuple(
                Approval(each.members, each.by, each.at) for each in known if each.verdict is Verdict.APPROVED
            ),
            rejected=frozenset(frozenset(each.members) for each in known if each.verdict is Verdict.REJECTED),
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Documents that may share an envelope, in their order; `addressee` is the one whose address is printed."""

    documents: tuple[PlanDocument, ...]
    addressee: PlanDocument
    reason: Reason


@dataclass(frozen=True, slots=True)
class Outlier:
    """A group so large that somebody should look at it before the run is released."""

    customer: str
    lines: tuple[str, ...]
    documents: tuple[PlannedDocument, ...]
    sheets: int
    reason: Reason


_OPTED_OUT = Reason("opted-out", "The customer gets every document in an envelope of its own.")
_NO_IDENTITY = Reason("no-identity", "No customer or no address is known to compare, so the document goes alone.")
_NONE = Reason("alone", "The rule puts every document into an envelope of its own.")
_SINGLE = Reason("alone", "No other document goes to this customer at this address.")
_USUAL_LEAST = 5
"""A group of so few documents is no outlier, however small the others are."""


def member_of(document: PlanDocument) -> Member:
    """Whom a document goes to, as approvals name it."""
    return Member(document.sender, document.customer, document.address.normalised())


def group_id(members: Iterable[Member]) -> str:
    """Names a group by its members alone, in whatever order: a SHA-256, of which people read the beginning."""
    said = json.dumps(sorted(members), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def household(
    documents: Iterable[PlanDocument], rules: HouseholdRules, decisions: Decisions
) -> tuple[list[Group], dict[Member, PlanDocument]]:
    """The groups, in the order of their first document's id, and every member with its first document.

    Raises InputRefused E7104 when approvals contradict one another or join different senders.
    """
    approved = _approved(decisions.approvals, rules)
    ordered = sorted(documents, key=lambda each: each.id)
    groups: dict[tuple[object, ...], list[PlanDocument]] = {}
    members: dict[Member, PlanDocument] = {}
    alone: dict[int, Reason] = {}
    for document in ordered:
        member = member_of(document)
        reason = _alone_for(document, rules, decisions)
        if reason is not None:
            alone[document.id] = reason
            groups[(document.id,)] = [document]
            continue
        members.setdefault(member, document)
        groups.setdefault(_key(document, member, approved.get(member), rules), []).append(document)
    return [_group(found, approved, alone) for found in groups.values()], members


def _alone_for(document: PlanDocument, rules: HouseholdRules, decisions: Decisions) -> Reason | None:
    if rules.by is GroupBy.NONE:
        return _NONE
    if document.customer in decisions.opted_out:
        return _OPTED_OUT
    if not document.customer.strip() or not (document.address.lines or document.address.postcode):
        return _NO_IDENTITY
    return None


def _key(
    document: PlanDocument, member: Member, approval: Approval | None, rules: HouseholdRules
) -> tuple[object, ...]:
    """What documents must share. The paper belongs to it: a print file has one stock."""
    contract = document.contract if rules.by is GroupBy.CONTRACT else ""
    if approval is not None:
        return (document.sender, approval.members, contract, document.paper)
    return (member, _folded(document.lines), contract, document.paper)


def _folded(lines: Sequence[str]) -> str:
    """Printed lines as compared: case, width and white space do not count."""
    text = unicodedata.normalize("NFKC", "\n".join(lines)).casefold()
    return "\n".join([" ".join(line.split()) for line in text.split("\n")])


def _approved(approvals: Sequence[Approval], rules: HouseholdRules) -> dict[Member, Approval]:
    """Member → the approval that joins it, of those that the rules allow."""
    return joined(approval for approval in approvals if _allowed(approval, rules))


def joined(approvals: Iterable[Approval]) -> dict[Member, Approval]:
    """Member → the approval that joins it. Raises InputRefused E7104 when approvals join different senders, or name
    somebody twice."""
    found: dict[Member, Approval] = {}
    for approval in approvals:
        if len({member.sender for member in approval.members}) != 1:
            raise _contradiction(approval, "joins different senders")
        for member in approval.members:
            if member in found:
                raise _contradiction(approval, f"names {member.customer}, whom another approval names too")
            found[member] = approval
    return found


def _allowed(approval: Approval, rules: HouseholdRules) -> bool:
    one_customer = len({member.customer for member in approval.members}) == 1
    one_address = len({member.address for member in approval.members}) == 1
    return (one_customer or rules.across_customers) and (one_address or rules.across_addresses)


def _contradiction(approval: Approval, fact: str) -> InputRefused:
    return InputRefused(
        "E7104",
        f"the approval by {approval.by} of {approval.at.date()} {fact}",
        remedy="Reject one of them (mailroom household reject NUMBER --who NAME), or approve one for the whole group.",
    )


def _group(documents: list[PlanDocument], approved: Mapping[Member, Approval], alone: Mapping[int, Reason]) -> Group:
    first = documents[0]
    if len(documents) == 1:
        return Group((first,), first, alone.get(first.id, _SINGLE))
    members = tuple(sorted(documents, key=lambda each: (each.rank, each.id)))
    approval = approved.get(member_of(first))
    return Group(members, _addressee(members, approval), _together(members, approval))


def _addressee(documents: Sequence[PlanDocument], approval: Approval | None) -> PlanDocument:
    if approval is None:
        return documents[0]
    order = {member: place for place, member in enumerate(approval.members)}
    return min(documents, key=lambda each: order[member_of(each)])


def _together(documents: Sequence[PlanDocument], approval: Approval | None) -> Reason:
    how_many = count(len(documents), "document")
    if approval is None:
        return Reason("together", f"{how_many} go to one customer at one address.")
    customers = count(len({each.customer for each in documents}), "customer")
    return Reason(
        "approved",
        f"{how_many} of {customers} may share a piece: {approval.by} approved the group on {approval.at.date()}.",
    )


def outliers(groups: Sequence[Group], rules: HouseholdRules) -> list[Outlier]:
    """The groups above the limit, or far above the usual size of the run's groups (their median), largest first."""
    if not groups:
        return []
    usual = median_low([len(group.documents) for group in groups])
    far = max(usual * rules.outlier_times, _USUAL_LEAST)
    found = [
        Outlier(
            customer=group.addressee.customer,
            lines=group.addressee.lines,
            documents=tuple(each.planned() for each in group.documents),
            sheets=sum(each.sheets for each in group.documents),
            reason=_outlying(len(group.documents), usual, rules),
        )
        for group in groups
        if len(group.documents) > min(rules.outlier_documents, far)
    ]
    return sorted(found, key=lambda each: (-len(each.documents), each.documents[0].id))


def _outlying(size: int, usual: int, rules: HouseholdRules) -> Reason:
    if size > rules.outlier_documents:
        return Reason("outlier", f"{size} documents for one address; more than {rules.outlier_documents} are shown.")
    return Reason("outlier", f"{size} documents for one address; usual in this run is {usual}.")
