"""What docs/postal-products.md shows works as it says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from mailroom.planning.postage.posting import plan_postage
from mailroom.planning.postage.product_file import read_price_list
from mailroom.planning.postage.scheme_file import read_office_columns, read_scheme
from mailroom.planning.postage.tariff import PriceLists
from tests.planning_postage.values import item, shipped_schemes

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = (ROOT / "docs" / "postal-products.md").read_text(encoding="utf-8")
PRICES, SCHEME, OFFICES = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)


def test_the_price_list_of_the_guide_rates_as_the_guide_says(tmp_path: Path) -> None:
    file = tmp_path / "list.toml"
    file.write_text(PRICES, encoding="utf-8")
    tariff = PriceLists([read_price_list(file)]).on(date(2026, 12, 31))
    many = [item(f"P{at:03d}") for at in range(200)]
    plan = plan_postage([*many, item("P200", thickness_um=5_200)], tariff, shipped_schemes())
    said = "Bulk mail, Small letter, up to 20 g: 7.10 NOK, the cheapest; Letter costs 14.20."
    assert plan.reasons()["P000"][0].text == said
    assert said.replace("Bulk", "*Bulk") in GUIDE
    apart = plan.apart[0].reason
    assert "Bulk mail: 5.2 mm thick, at most 5 mm for machines; Letter: Small letter 5.2 mm thick" in apart


def test_the_scheme_of_the_guide_sorts(tmp_path: Path) -> None:
    file = tmp_path / "scheme.toml"
    file.write_text(SCHEME, encoding="utf-8")
    scheme = read_scheme(file, {})
    malmo = item(country="SE", postcode="21119")
    found = [level.sorting.find(malmo) for level in scheme.levels]
    assert [each.title for each in found if each] == ["211", "Region south"]
    assert scheme.problem(item(country="SE", postcode="2111")) != ""


def test_the_columns_of_the_guide_are_read(tmp_path: Path) -> None:
    file = tmp_path / "scheme.toml"
    file.write_text(f"format = 1\n{OFFICES}", encoding="utf-8")
    name, columns = read_office_columns(file)
    assert (name, columns.town, columns.region, columns.delimiter) == ("offices-se", "town", "region", ";")


def test_every_error_of_postage_is_in_the_guide() -> None:
    room = ROOT / "mailroom" / "planning" / "postage"
    raised = {code for file in room.glob("*.py") for code in re.findall(r'"(E75\d\d)"', file.read_text("utf-8"))}
    told = set(re.findall(r"^\| (E75\d\d)", GUIDE, re.MULTILINE))
    assert raised == told
