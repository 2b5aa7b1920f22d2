"""A small floor to plan on: papers, envelopes, a machine, and documents for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from mailroom.domain.address import PostalAddress
from mailroom.planning.document import PlanDocument
from mailroom.planning.envelope import EnvelopeMaterial, EnvelopeType
from mailroom.planning.household import GroupBy, HouseholdRules
from mailroom.planning.insert import Campaign, InsertItem, Mode, WhenOut
from mailroom.planning.machine import Feeder, FoldLimit, Machine
from mailroom.planning.paper import Paper
from mailroom.planning.piece import Fold, PlannedEnvelope, PostageStep
from mailroom.planning.plan import Setup

DAY = date(2026, 3, 16)

RULES = HouseholdRules(
    name="careful",
    by=GroupBy.CUSTOMER,
    across_customers=False,
    across_addresses=False,
    most_documents=10,
    most_sheets=40,
    outlier_documents=8,
    outlier_times=4,
    likeness_percent=85,
)

A4 = Paper("a4-80", "A4", Decimal(80), Decimal(210), Decimal(297), 100, 4990)
"""0.1 mm thick: figures in tests are easy to check."""


def envelope(
    name: str, size_mm: tuple[float, float], fold: Fold, sheets: int, content_um: int, machine: bool = True
) -> EnvelopeType:
    """An envelope whose weight is a tenth of its width in grams, 0.2 mm thick."""
    width_mm, height_mm = size_mm
    material = EnvelopeMaterial(name, int(width_mm * 100) // 5, 200, content_um, 500_000, machine)
    return EnvelopeType(name, width_mm, height_mm, width_mm - 2, height_mm - 2, 210, 297, fold, sheets, material)


C65 = envelope("c65", (229, 114), "c", 6, 3000)
C5 = envelope("c5", (229, 162), "half", 10, 4000)
C4 = envelope("c4", (229, 324), "none", 40, 8000)

MACHINE = Machine(
    name="M1",
    title="Machine",
    accumulator_sheets=30,
    most_subsets=1,
    least_width_mm=200,
    least_height_mm=100,
    most_width_mm=240,
    most_height_mm=330,
    most_thickness_um=6000,
    most_weight_mg=500_000,
    manual=True,
    folds={"none": FoldLimit(30, 0), "half": FoldLimit(10, 0), "c": FoldLimit(8, 0)},
    feeders=tuple(Feeder(number, 230, 160, 2000) for number in (1, 2, 3)),
)

SETUP = Setup(RULES, {"a4-80": A4}, (C4, C65, C5), MACHINE, {}, ())


def item(
    name: str,
    weight_mg: int = 2000,
    *,
    stock: int | None = None,
    kind: str = "",
    thickness_um: int = 100,
    feeder: int = 0,
) -> InsertItem:
    return InsertItem(name, name, kind or name, weight_mg, thickness_um, 200, 99, stock, feeder)


def campaign(insert: str, mode: Mode, priority: int = 1, *, legal: bool = False) -> Campaign:
    """A campaign of the insert's name that runs in March 2026 and asks for nothing."""
    when_out = WhenOut.SET_APART if legal else WhenOut.LEAVE_OUT
    days = (date(2026, 3, 1), date(2026, 3, 31))
    return Campaign(insert, insert, mode, priority, *days, legal, when_out, (), False)


def with_inserts(setup: Setup, items: list[InsertItem], campaigns: list[Campaign]) -> Setup:
    return replace(setup, items={each.name: each for each in items}, campaigns=tuple(campaigns))


def address(street: str = "Storgata 1", postcode: str = "0155", country: str = "NO") -> PostalAddress:
    return PostalAddress((street,), postcode, "Oslo", country)


def document(number: int, customer: str = "K1", sheets: int = 1, where: PostalAddress | None = None) -> PlanDocument:
    """A document of one sender on A4, addressed to its customer."""
    where = where or address()
    lines = (customer, *where.lines, f"{where.postcode} {where.town}")
    return PlanDocument(number, f"F{number}", "S", customer, where, lines, sheets, "a4-80")


def step_of(weight_mg: int, thickness_um: int, envelope: PlannedEnvelope, country: str) -> PostageStep | None:
    """Steps of 20, 50 and 100 g and more by the 100 g, whatever the thickness."""
    most_mg = next((limit for limit in (20_000, 50_000, 100_000) if weight_mg <= limit), None)
    return PostageStep(most_mg or -(-weight_mg // 100_000) * 100_000, 50_000)
