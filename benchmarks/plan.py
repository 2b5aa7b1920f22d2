"""Seconds and memory of a plan: households, envelopes, inserts, explanations, then rating, presort, trays and manifest.

The documents are made beforehand and count towards the memory. A fifth of the customers get more than one document.
Run `python -m benchmarks.plan [PIECES]`; the figures go to build/bench/plan.json too.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from layouts.envelope import load_envelope
from mailroom.domain.address import PostalAddress
from mailroom.floor_files import envelope_type
from mailroom.planning.campaign_file import load_inserts
from mailroom.planning.document import PlanDocument
from mailroom.planning.files import (
    SHIPPED,
    load_envelope_materials,
    load_household_rules,
    load_machine,
    load_papers,
)
from mailroom.planning.household import Decisions
from mailroom.planning.plan import Plan, Setup, plan_pieces
from mailroom.planning.postage.item import postal_item
from mailroom.planning.postage.posting import PostagePlan, plan_postage
from mailroom.planning.postage.product_file import SHIPPED as PRICES
from mailroom.planning.postage.product_file import load_price_lists
from mailroom.planning.postage.rating import Choice, Rater
from mailroom.planning.postage.scheme_file import SHIPPED as SCHEMES
from mailroom.planning.postage.scheme_file import load_schemes

PIECES = 100_000
RESULT = Path("build/bench/plan.json")
DAY = date(2026, 3, 16)
ENVELOPES = ("no-e65", "no-c5", "no-c4")

_SCARCE = "spring-flyer"
_STREETS = ("Storgata", "Kirkegata", "Skolevegen", "Industrivegen", "Strandgata", "Solbakken", "Åsvegen", "Bjørkelia")


def documents(pieces: int, seed: int = 1) -> Iterator[PlanDocument]:
    """Documents for about so many pieces: mostly one or two sheets, sometimes many."""
    chance = random.Random(seed)
    number = 0
    for customer in range(pieces):
        postcode = f"{chance.randrange(1, 9999):04d}"
        street = f"{chance.choice(_STREETS)} {chance.randrange(1, 200)}"
        address = PostalAddress((street,), postcode, f"Poststed {postcode[:2]}", "NO")
        fields = {"segment": chance.choice(("private", "business")), "turnover": chance.randrange(30_000)}
        for _ in range(chance.choices((1, 2, 5), (80, 17, 3))[0]):
            number += 1
            sheets = chance.choices((1, 2, 4, 9, 25), (60, 30, 7, 2, 1))[0]
            yield PlanDocument(
                id=number,
                number=f"F{number:07d}",
                sender="bench",
                customer=f"id={customer}",
                address=address,
                lines=(f"Kunde {customer}", street, f"{postcode} {address.town}"),
                sheets=sheets,
                paper="a4-80",
                fields=fields,
            )


def setup(pieces: int) -> Setup:
    """What is shipped, with rules that propose to operators too. One kind of insert is there for half of the pieces."""
    materials = load_envelope_materials(SHIPPED / "envelopes.toml")
    items, campaigns = load_inserts(SHIPPED / "inserts-example.toml")
    rules = load_household_rules(SHIPPED / "households.toml")
    return Setup(
        rules=replace(rules, across_customers=True, across_addresses=True),
        papers=load_papers(SHIPPED / "papers.toml"),
        envelopes=tuple(envelope_type(load_envelope(name), materials) for name in ENVELOPES),
        machine=load_machine(SHIPPED / "machines" / "sim1.toml"),
        items={name: replace(each, stock=pieces // (1 + (name == _SCARCE))) for name, each in items.items()},
        campaigns=campaigns,
    )


def measure(pieces: int = PIECES) -> dict[str, float]:
    """`documents` and `pieces` of the plan; seconds of processor time of `planning` and `postage`; `memory_mb` at the
    peak of the process."""
    made = list(documents(pieces))
    tariff = load_price_lists(PRICES / "norway-example").on(DAY)
    schemes = load_schemes(SCHEMES, {})
    rater = Rater(tariff, Choice())
    started = time.process_time()
    plan = plan_pieces(made, setup(pieces), on=DAY, step_of=rater.step_of, decisions=Decisions())
    planned = time.process_time()
    items = [postal_item(piece, str(piece.key)) for piece in plan.pieces]
    posted = plan_postage(items, tariff, schemes)
    reasons = posted.reasons()
    posted.totals("R000001", schemes)
    done = time.process_time()
    _check(plan, posted, len(made))
    return {
        "documents": len(made),
        "pieces": len(plan.pieces),
        "reasons": sum(len(piece.reasons) for piece in plan.pieces) + sum(map(len, reasons.values())),
        "planning": round(planned - started, 1),
        "postage": round(done - planned, 1),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _check(plan: Plan, posted: PostagePlan, made: int) -> None:
    """A plan that loses something is no plan, however fast."""
    in_pieces = sum(len(piece.documents) for piece in plan.pieces)
    if in_pieces + sum(len(each.documents) for each in plan.set_apart) != made:
        raise AssertionError("documents were lost or doubled")
    if len(set(posted.order())) + len(posted.apart) != len(plan.pieces):
        raise AssertionError("pieces were lost or doubled")


def main() -> None:
    """Print the figures and write them as JSON."""
    figures = measure(int(sys.argv[1]) if len(sys.argv) > 1 else PIECES)
    for name, value in figures.items():
        print(f"{name:>12} {value:>12,}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
