"""The files of planning: what is shipped can be read, and a fault is told with file, line and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import layouts.envelope
from mailroom.domain.errors import InputRefused
from mailroom.planning.campaign_file import load_inserts
from mailroom.planning.condition import Condition
from mailroom.planning.files import (
    SHIPPED,
    load_decisions,
    load_envelope_materials,
    load_household_rules,
    load_machine,
    load_papers,
)
from mailroom.planning.household import Approval, Decisions, GroupBy, Member
from mailroom.planning.insert import Mode, WhenOut

Load = Callable[[Path], object]
Written = Callable[[str], Path]

GUIDE = Path(__file__).parents[2] / "docs" / "planning.md"


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(text: str) -> Path:
        file = tmp_path / "own.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_the_shipped_paper_weighs_what_its_grammage_says() -> None:
    papers = load_papers(SHIPPED / "papers.toml")
    assert papers["a4-80"].sheet_weight_mg == 4990
    assert papers["a4-80"].thickness_um == 104


def test_every_shipped_envelope_has_its_weight() -> None:
    files = layouts.envelope.FOLDER.glob("*.toml")
    names = {tomllib.loads(file.read_text(encoding="utf-8"))["name"] for file in files}
    assert set(load_envelope_materials(SHIPPED / "envelopes.toml")) == names


def test_every_shipped_machine_can_be_read() -> None:
    machines = {file.stem: load_machine(file) for file in (SHIPPED / "machines").glob("*.toml")}
    assert [feeder.number for feeder in machines["sim1"].feeders] == [1, 2, 3, 4, 5, 6]
    assert machines["subsets-example"].subset_sheets("c") == 6
    assert machines["subsets-example"].subset_sheets("none") == 0


def test_the_shipped_household_rule_joins_nothing_wider_than_a_customer() -> None:
    rules = load_household_rules(SHIPPED / "households.toml")
    assert (rules.by, rules.across_customers, rules.across_addresses) == (GroupBy.CUSTOMER, False, False)


def test_the_shipped_campaigns_show_every_mode() -> None:
    items, campaigns = load_inserts(SHIPPED / "inserts-example.toml")
    assert {each.mode for each in campaigns} == set(Mode)
    assert items["spring-flyer"].weight_mg == 2391
    assert items["terms"].kind == "terms"
    law = campaigns[0]
    assert (law.legal, law.when_out, law.first_day) == (True, WhenOut.SET_APART, date(2026, 3, 1))
    assert campaigns[2].conditions == (
        Condition("turnover", "at-least", 10000),
        Condition("card_since", "missing", None),
    )


def test_decisions_are_read(written: Written) -> None:
    file = written("""\
format = 1
opted_out = ["id=7"]

[[approvals]]
by = "Kari"
at = 2026-03-15T09:00:00Z

[[approvals.members]]
sender = "S"
customer = "id=1"
address = ["storgata 1", "0155", "oslo", "no"]

[[approvals.members]]
sender = "S"
customer = "id=2"
address = ["storgata 1", "0155", "oslo", "no"]

[[rejections]]
members = [
    { sender = "S", customer = "id=3", address = ["a"] },
    { sender = "S", customer = "id=4", address = ["a"] },
]
""")
    where = "storgata 1\n0155\noslo\nno"
    assert load_decisions(file) == Decisions(
        opted_out=frozenset({"id=7"}),
        approvals=(
            Approval(
                (Member("S", "id=1", where), Member("S", "id=2", where)), "Kari", datetime(2026, 3, 15, 9, tzinfo=UTC)
            ),
        ),
        rejected=frozenset({frozenset({Member("S", "id=3", "a"), Member("S", "id=4", "a")})}),
    )


PAPER = """\
format = 1

[[papers]]
name = "a4"
title = "A4"
grammage_g_m2 = 80
width_mm = 210
height_mm = 297
thickness_mm = 0.1
"""

INSERTS = """\
format = 1

[[inserts]]
name = "flyer"
title = "Flyer"
weight_g = 2.5
thickness_mm = 0.1
width_mm = 210
height_mm = 99

[[campaigns]]
name = "spring"
insert = "flyer"
mode = "select"
from = 2026-03-01
to = 2026-03-31
when = [{ field = "turnover", operator = "at-least", value = 10.5 }]
"""

MACHINE = (SHIPPED / "machines" / "sim1.toml").read_text(encoding="utf-8")
HOUSEHOLD = (SHIPPED / "households.toml").read_text(encoding="utf-8")


def test_a_decimal_in_a_condition_is_exact(written: Written) -> None:
    _, (spring,) = load_inserts(written(INSERTS))
    assert spring.conditions[0].value == Decimal("10.5")


@pytest.mark.parametrize(
    ("load", "text", "old", "new", "fact", "place"),
    [
        (load_papers, PAPER, "thickness_mm = 0.1", "thickness_mm = 9", "must be a number from 0.02 to 2, not 9",
         "line 9, papers[0].thickness_mm"),
        (load_papers, PAPER, "thickness_mm = 0.1", "thickness_mm = 0.10049", "at most three decimals",
         "line 9, papers[0].thickness_mm"),
        (load_papers, PAPER, "grammage_g_m2 = 80", "grammage_g_m2 = nan", "must be a number", "line 6"),
        (load_papers, PAPER, 'title = "A4"', 'titel = "A4"', "title is missing", "line 3, papers[0].title"),
        (load_papers, PAPER, 'title = "A4"', 'title = "A4"\ncolour = "red"', "colour is not known", "line 6"),
        (load_papers, PAPER, "format = 1", "format = 2", "format must be a whole number from 1 to 1", "line 1"),
        (load_papers, PAPER, "thickness_mm = 0.1", "thickness_mm = 0.1\n" + PAPER.split("\n", 2)[2],
         "'a4' is there twice", "line 11, papers[1].name"),
        (load_machine, MACHINE, "number = 2", "number = 1", "'1' is there twice", "feeders[1].number"),
        (load_machine, MACHINE, "most_subsets = 1", "most_subsets = 0", "from 1 to 100, not 0", "line 8, most_subsets"),
        (load_machine, MACHINE, "most_width_mm = 245", "most_width_mm = 200", "from 210 to 1000", "line 9"),
        (load_machine, MACHINE, "none = {", "nun = {", "nun is not known", "folds.nun"),
        (load_household_rules, HOUSEHOLD, '"customer"', '"name"', "must be one of none, customer, contract", "by"),
        (load_household_rules, HOUSEHOLD, "across_customers = false", "across_customers = 0", "must be true or false",
         "across_customers"),
        (load_inserts, INSERTS, 'insert = "flyer"', 'insert = "card"', "must be one of flyer", "campaigns[0].insert"),
        (load_inserts, INSERTS, "2026-03-31", "2026-02-28", "is before 2026-03-01", "line 16, campaigns[0].to"),
        (load_inserts, INSERTS, "2026-03-31", '"soon"', "must be a date", "line 16, campaigns[0].to"),
        (load_inserts, INSERTS, '"select"', '"always"', "use select", "line 17, campaigns[0].when"),
        (load_inserts, INSERTS, "when =", "#", "selects nothing", "line 14, campaigns[0].mode"),
        (load_inserts, INSERTS, '"select"', '"priority-select"\nlegal = true', "goes whatever it costs", "line 15"),
        (load_inserts, INSERTS, '"select"', '"select"\nlegal = true\nwhen_out = "leave-out"', "must go", "line 16"),
        (load_inserts, INSERTS, "value = 10.5", 'value = "x"', "must be a number or a date", "when[0].value"),
        (load_inserts, INSERTS, '"at-least", value = 10.5', '"in", value = 10.5', "must be a list", "when[0].value"),
        (load_inserts, INSERTS, '"at-least", value = 10.5', '"contains", value = 10.5', "must be a text", "when[0]"),
        (load_inserts, INSERTS, '"at-least"', '"like"', "must be one of is, is-not", "when[0].operator"),
        (load_inserts, INSERTS, '"at-least"', '"given"', "value is not known", "when[0].value"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_fact_and_place(
    load: Load, text: str, old: str, new: str, fact: str, place: str, written: Written
) -> None:
    assert old in text
    with pytest.raises(InputRefused) as caught:
        load(written(text.replace(old, new, 1)))
    assert caught.value.code == "E7103"
    assert fact in caught.value.message
    assert "own.toml" in caught.value.place
    assert place in caught.value.place
    assert caught.value.remedy


def test_what_is_no_file_or_no_toml_is_told(written: Written, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="E7101"):
        load_papers(tmp_path / "none.toml")
    with pytest.raises(InputRefused, match="E7102"):
        load_papers(written("format = "))
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'title = "\xe5"')
    with pytest.raises(InputRefused, match=r"E7102 latin\.toml is not UTF-8"):
        load_papers(latin)


def test_the_examples_of_the_guide_can_be_read(written: Written) -> None:
    loads: dict[str, Load] = {
        "papers": load_papers,
        "envelopes": load_envelope_materials,
        "machine": load_machine,
        "households": load_household_rules,
        "decisions": load_decisions,
        "inserts": load_inserts,
    }
    examples = re.findall(r"```toml\n# (\w+)\.toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert {name for name, _ in examples} == set(loads)
    for name, text in examples:
        loads[name](written(text))
