"""The floor: what planning needs to know of papers, envelopes, machine, inserts and the post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mailroom.planning.piece import PlannedEnvelope, PostageStep, StepOf
from mailroom.planning.plan import Setup
from mailroom.planning.postage.rating import Choice, Rater
from mailroom.planning.postage.scheme import Scheme
from mailroom.planning.postage.tariff import PriceLists

_NO_LIMIT = PostageStep(most_weight_mg=10**12, most_thickness_um=10**9)


@dataclass(frozen=True, slots=True)
class Post:
    """How pieces are posted: price lists by date, sort schemes by name, and how a product is chosen. `handed_in_at` is
    the terminal as the operator calls it, "" when nobody said."""

    prices: PriceLists
    schemes: Mapping[str, Scheme]
    choice: Choice
    handed_in_at: str = ""


@dataclass(frozen=True, slots=True)
class Floor:
    """`paper` is the name of the paper of documents that ask for none of their own. Without a `post` pieces are sorted
    by country and postcode, and nothing is said of products and prices."""

    setup: Setup
    paper: str
    post: Post | None = None

    def step_of(self, on: date) -> StepOf:
        """The postage step of a piece on a day; without a post there is no limit."""
        if self.post is None:
            return _no_step
        return Rater(self.post.prices.on(on), self.post.choice).step_of


def _no_step(_weight_mg: int, _thickness_um: int, _envelope: PlannedEnvelope, _country: str, /) -> PostageStep | None:
    return _NO_LIMIT
