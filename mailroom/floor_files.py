"""The floor of an installation, from the files that its settings name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from layouts.envelope import Envelope
from mailroom.config import FILE_NAME, PostageSettings, Settings
from mailroom.domain.errors import InputRefused
from mailroom.planning.campaign_file import load_inserts
from mailroom.planning.envelope import EnvelopeMaterial, EnvelopeType
from mailroom.planning.files import (
    SHIPPED,
    load_envelope_materials,
    load_household_rules,
    load_machine,
    load_papers,
)
from mailroom.planning.plan import Setup
from mailroom.planning.postage.offices import read_offices
from mailroom.planning.postage.product_file import SHIPPED as PRICES
from mailroom.planning.postage.product_file import load_price_lists
from mailroom.planning.postage.rating import Choice, Rule
from mailroom.planning.postage.scheme_file import SHIPPED as SCHEMES
from mailroom.planning.postage.scheme_file import load_schemes
from mailroom.production.floor import Floor, Post


def make_floor(folder: Path, settings: Settings, envelopes: Sequence[Envelope]) -> Floor:
    """Load what `[planning]` and `[postage]` name. Raises InputRefused E71xx, E75xx for a wrong file, E1909 for an
    envelope of which no weight is known and for a paper that is not among the papers."""
    planning = settings.planning
    materials = load_envelope_materials(_file(folder, planning.envelopes, SHIPPED))
    papers = load_papers(_file(folder, planning.papers, SHIPPED))
    if planning.paper not in papers:
        known = ", ".join(papers)
        raise _unknown(
            "paper", f"there is no paper {planning.paper!r}", f"Name one of {known}, or add it to the papers."
        )
    items, campaigns = load_inserts(_file(folder, planning.inserts, SHIPPED)) if planning.inserts else ({}, ())
    setup = Setup(
        rules=load_household_rules(_file(folder, planning.households, SHIPPED)),
        papers=papers,
        envelopes=tuple(envelope_type(each, materials) for each in envelopes),
        machine=load_machine(_file(folder, planning.machine, SHIPPED / "machines")),
        items=items,
        campaigns=campaigns,
    )
    return Floor(setup, planning.paper, _post(folder, settings.postage))


def _post(folder: Path, postage: PostageSettings) -> Post | None:
    if not postage.prices:
        return None
    tables = [read_offices((folder / name).read_text(encoding="utf-8")) for name in postage.offices]
    offices = {table.name: table for table in tables}
    return Post(
        load_price_lists(_folder(folder, postage.prices, PRICES)),
        load_schemes(_folder(folder, postage.schemes, SCHEMES) if postage.schemes else SCHEMES, offices),
        Choice(Rule(postage.rule), postage.preferred, postage.without_vat),
        postage.handed_in_at,
    )


def _file(folder: Path, name: str, shipped: Path) -> Path:
    """A file of the folder, else the shipped one of that name."""
    file = name if name.endswith(".toml") else f"{name}.toml"
    own = folder / file
    return own if own.exists() or not (shipped / file).exists() else shipped / file


def _folder(folder: Path, name: str, shipped: Path) -> Path:
    own = folder / name
    return own if own.exists() or not (shipped / name).exists() else shipped / name


def envelope_type(envelope: Envelope, materials: Mapping[str, EnvelopeMaterial]) -> EnvelopeType:
    """An envelope and what is known of its weight. Raises InputRefused E1909 where nothing is."""
    material = materials.get(envelope.name)
    if material is None:
        remedy = "Add it to the file that planning.envelopes names, with its weight and thickness."
        raise _unknown("envelopes", f"nothing is known of the weight of the envelope {envelope.name!r}", remedy)
    return EnvelopeType(
        name=envelope.name,
        width_mm=envelope.outside_width_mm,
        height_mm=envelope.outside_height_mm,
        inside_width_mm=envelope.inside_width_mm,
        inside_height_mm=envelope.inside_height_mm,
        sheet_width_mm=envelope.sheet_width_mm,
        sheet_height_mm=envelope.sheet_height_mm,
        fold=envelope.fold,
        most_sheets=envelope.max_sheets,
        material=material,
    )


def _unknown(key: str, fact: str, remedy: str) -> InputRefused:
    return InputRefused("E1909", fact, place=f"{FILE_NAME}, [planning] {key}", remedy=remedy)
