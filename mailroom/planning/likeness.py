"""Groups that might belong together, proposed to an operator. Nothing is joined here: a proposal becomes an approval
only in a person's name.

Addresses are compared by spelling only where country, postcode and first number (the house number, most often) are the
same, so that neighbours are not proposed, and a run of any size is compared in a moment.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from mailroom.domain.words import count
from mailroom.planning.document import PlanDocument
from mailroom.planning.household import Approval, Decisions, HouseholdRules, Member
from mailroom.planning.piece import Reason

_NUMBER = re.compile(r"\d+")
_NEIGHBOURS = 8
"""Within a block sorted by spelling, each address is compared with so many that follow it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Members that an operator may join, with what they look like as printed."""

    members: tuple[Member, ...]
    printed: tuple[tuple[str, ...], ...]
    reason: Reason

    def approved(self, by: str, at: datetime) -> Approval:
        """The operator's yes. Letters go to the first member's address as printed."""
        return Approval(self.members, by, at)


def proposals(
    members: Mapping[Member, PlanDocument], rules: HouseholdRules, decisions: Decisions
) -> tuple[Proposal, ...]:
    """What to ask an operator, in a fixed order: different customers at one exact address, and one customer at
    addresses spelt alike, as far as the rules allow to join them and nobody has decided."""
    decided = _decided(decisions)
    found: list[Proposal] = []
    if rules.across_customers:
        found.extend(_one_address(members, rules))
    if rules.across_addresses and rules.likeness_percent:
        found.extend(_spelt_alike(members, rules.likeness_percent))
    open_ones = [
        each for each in found if not any(one.issuperset(each.members) for one in decided.get(each.members[0], ()))
    ]
    return tuple(sorted(open_ones, key=lambda each: each.members))


def _decided(decisions: Decisions) -> Mapping[Member, Sequence[frozenset[Member]]]:
    """Member → the groups with it that somebody has approved or rejected."""
    decided: defaultdict[Member, list[frozenset[Member]]] = defaultdict(list)
    for group in [*(frozenset(approval.members) for approval in decisions.approvals), *decisions.rejected]:
        for member in group:
            decided[member].append(group)
    return decided


def _one_address(members: Mapping[Member, PlanDocument], rules: HouseholdRules) -> Iterator[Proposal]:
    """Customers at one exact address; an address with more of them than documents may share a piece is a house, no
    household."""
    at_address: defaultdict[tuple[str, str], list[Member]] = defaultdict(list)
    for member in members:
        at_address[member.sender, member.address].append(member)
    for group in at_address.values():
        if 1 < len(group) <= rules.most_documents:
            yield _proposal(
                sorted(group),
                members,
                Reason("one-address", f"{count(len(group), 'customer')} at exactly one address."),
            )


def _spelt_alike(members: Mapping[Member, PlanDocument], least_percent: int) -> Iterator[Proposal]:
    blocks: defaultdict[tuple[str, ...], list[Member]] = defaultdict(list)
    for member, document in members.items():
        address = document.address
        number = _NUMBER.search(" ".join(address.lines))
        place = (address.country, address.postcode.replace(" ", ""), number[0] if number else "")
        blocks[(member.sender, member.customer, *place)].append(member)
    for block in blocks.values():
        for one, other in _near(sorted(block)):
            percent = _likeness_percent(one.address, other.address, least_percent)
            if percent >= least_percent:
                reason = Reason("spelt-alike", f"One customer at two addresses that are {percent} % alike in spelling.")
                yield _proposal((one, other), members, reason)


def _near(block: Sequence[Member]) -> Iterable[tuple[Member, Member]]:
    for place, one in enumerate(block):
        for other in block[place + 1 : place + 1 + _NEIGHBOURS]:
            yield one, other


def _likeness_percent(one: str, other: str, least_percent: int) -> int:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.quick_ratio() * 100 < least_percent:
        return 0
    return round(matcher.ratio() * 100)


def _proposal(group: Sequence[Member], members: Mapping[Member, PlanDocument], reason: Reason) -> Proposal:
    return Proposal(tuple(group), tuple(members[member].lines for member in group), reason)
