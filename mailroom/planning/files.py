"""The files of planning, read and checked: papers, envelope materials, machines, household rules, and what persons have
decided. docs/planning.md explains each key.

Every reader raises InputRefused: E7101 (cannot be read), E7102 (not TOML), E7103 (a value, with file, line and key).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mailroom.planning.envelope import EnvelopeMaterial
from mailroom.planning.household import Approval, Decisions, GroupBy, HouseholdRules, Member
from mailroom.planning.machine import Feeder, FoldLimit, Machine
from mailroom.planning.paper import Paper, sheet_weight_mg
from mailroom.planning.piece import Fold
from mailroom.planning.tomlfile import TomlTable, read_toml, unique

SHIPPED = Path(__file__).parent / "data"
"""Files to start from; measure your own paper, envelopes and machine."""

FOLDS: Mapping[str, Fold] = {"none": "none", "half": "half", "c": "c", "z": "z"}


def load_papers(file: Path) -> dict[str, Paper]:
    """Papers by name, from `[[papers]]`."""
    root = read_toml(file)
    taken: set[str] = set()
    papers = [_paper(table, taken) for table in root.tables("papers", least=1)]
    root.done()
    return {paper.name: paper for paper in papers}


def _paper(table: TomlTable, taken: set[str]) -> Paper:
    grammage_g_m2 = table.number("grammage_g_m2", least=20, most=600)
    width_mm = table.number("width_mm", least=50, most=1000)
    height_mm = table.number("height_mm", least=50, most=1000)
    paper = Paper(
        name=unique(table, "name", table.text("name"), taken),
        title=table.text("title"),
        grammage_g_m2=grammage_g_m2,
        width_mm=width_mm,
        height_mm=height_mm,
        thickness_um=table.thousandths("thickness_mm", least=0.02, most=2),
        sheet_weight_mg=sheet_weight_mg(grammage_g_m2, width_mm, height_mm),
    )
    table.done()
    return paper


def load_envelope_materials(file: Path) -> dict[str, EnvelopeMaterial]:
    """What is known of envelopes beside their geometry, by name, from `[[envelopes]]`."""
    root = read_toml(file)
    taken: set[str] = set()
    materials = [_material(table, taken) for table in root.tables("envelopes", least=1)]
    root.done()
    return {material.name: material for material in materials}


def _material(table: TomlTable, taken: set[str]) -> EnvelopeMaterial:
    material = EnvelopeMaterial(
        name=unique(table, "name", table.text("name"), taken),
        weight_mg=table.thousandths("weight_g", least=0.5, most=1000),
        thickness_um=table.thousandths("thickness_mm", least=0.05, most=20),
        most_content_um=table.thousandths("most_content_mm", least=0.1, most=200),
        most_weight_mg=table.thousandths("most_weight_g", least=1, most=50_000),
        machine=table.truth("machine", True),
    )
    table.done()
    return material


def load_machine(file: Path) -> Machine:
    """One inserter: its limits, `[folds.…]` and `[[feeders]]`."""
    root = read_toml(file)
    size = root.table("envelopes")
    least_width_mm, most_width_mm = _range_mm(size, "least_width_mm", "most_width_mm")
    least_height_mm, most_height_mm = _range_mm(size, "least_height_mm", "most_height_mm")
    size.done()
    numbers: set[str] = set()
    machine = Machine(
        name=root.text("name"),
        title=root.text("title"),
        accumulator_sheets=root.whole("accumulator_sheets", least=1, most=1000),
        most_subsets=root.whole("most_subsets", least=1, most=100),
        least_width_mm=least_width_mm,
        least_height_mm=least_height_mm,
        most_width_mm=most_width_mm,
        most_height_mm=most_height_mm,
        most_thickness_um=root.thousandths("most_thickness_mm", least=0.1, most=200),
        most_weight_mg=root.thousandths("most_weight_g", least=1, most=50_000),
        manual=root.truth("manual"),
        folds=_folds(root.table("folds")),
        feeders=tuple(_feeder(table, numbers) for table in root.tables("feeders")),
    )
    root.done()
    return machine


def _range_mm(table: TomlTable, least: str, most: str) -> tuple[float, float]:
    low = float(table.number(least, least=50, most=1000))
    return low, float(table.number(most, least=low, most=1000))


def _folds(table: TomlTable) -> dict[Fold, FoldLimit]:
    folds: dict[Fold, FoldLimit] = {}
    for word, fold in FOLDS.items():
        if word in table:
            limits = table.table(word)
            most_sheets = limits.whole("most_sheets", least=1, most=1000)
            folds[fold] = FoldLimit(most_sheets, limits.whole("bulk_percent", least=0, most=500))
            limits.done()
    table.done()
    if not folds:
        table.refuse("none", "is missing: a machine knows at least one fold, or puts sheets in flat")
    return folds


def _feeder(table: TomlTable, taken: set[str]) -> Feeder:
    number = table.whole("number", least=1, most=99)
    unique(table, "number", str(number), taken)
    feeder = Feeder(
        number=number,
        most_width_mm=float(table.number("most_width_mm", least=10, most=1000)),
        most_height_mm=float(table.number("most_height_mm", least=10, most=1000)),
        most_thickness_um=table.thousandths("most_thickness_mm", least=0.02, most=50),
    )
    table.done()
    return feeder


def load_household_rules(file: Path) -> HouseholdRules:
    """How documents come together."""
    root = read_toml(file)
    rules = HouseholdRules(
        name=root.text("name"),
        by=root.choice("by", {each.value: each for each in GroupBy}),
        across_customers=root.truth("across_customers"),
        across_addresses=root.truth("across_addresses"),
        most_documents=root.whole("most_documents", least=1, most=10_000),
        most_sheets=root.whole("most_sheets", least=1, most=10_000),
        outlier_documents=root.whole("outlier_documents", least=1, most=10_000),
        outlier_times=root.whole("outlier_times", least=2, most=1000),
        likeness_percent=root.whole("likeness_percent", least=0, most=100),
    )
    root.done()
    return rules


def load_decisions(file: Path) -> Decisions:
    """What persons have decided: `opted_out`, `[[approvals]]`, `[[rejections]]`, each with its `members`."""
    root = read_toml(file)
    decisions = Decisions(
        opted_out=frozenset(root.texts("opted_out", ())),
        approvals=tuple(_approval(table) for table in root.tables("approvals")),
        rejected=frozenset(_rejected(table) for table in root.tables("rejections")),
    )
    root.done()
    return decisions


def _approval(table: TomlTable) -> Approval:
    approval = Approval(_members(table), table.text("by"), table.moment("at"))
    table.done()
    return approval


def _rejected(table: TomlTable) -> frozenset[Member]:
    members = frozenset(_members(table))
    table.done()
    return members


def _members(table: TomlTable) -> tuple[Member, ...]:
    members = tuple(_member(each) for each in table.tables("members", least=2))
    if len(set(members)) < len(members):
        table.refuse("members", "names one of them twice")
    return members


def _member(table: TomlTable) -> Member:
    member = Member(table.text("sender"), table.text("customer"), "\n".join(table.texts("address")))
    table.done()
    return member
