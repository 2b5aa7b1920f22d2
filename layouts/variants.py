"""Variants: parts of a layout file that are laid over the rest for some documents only.

    [[variants]]
    for = { language = ["de"], brand = ["Nord"] }
    boxes.letterhead.box = { x_mm = 20, … }

A variant is for a document when every trait it names has one of the values it lists. Several may apply, in the order of
the file. Tables are merged key by key; whatever else is replaced.
"""

from __future__ import annotations

from collections.abc import Mapping

from layouts.tomlfile import TomlTable

TRAITS = ("language", "country", "kind", "group", "brand", "envelope")

_THE_SAME_IN_ALL = ("format", "name", "fonts", "extends")
"""What a layout has once. Fonts are loaded once for all documents; a variant names others in its styles."""


def chosen(root: TomlTable, traits: Mapping[str, str]) -> tuple[TomlTable, tuple[int, ...]]:
    """The file's table with the variants for these traits laid over it, and which they were.

    Raises LayoutError E4012 for a trait that is not known, and for what a variant can't change.
    """
    which = tuple(number for number, variant in enumerate(root.tables("variants", least=0)) if _is_for(variant, traits))
    for number in which:
        root = root.overlaid(f"variants[{number}]", without=("for",))
    return root.without("variants"), which


def trait_values(root: TomlTable) -> dict[str, tuple[str, ...]]:
    """Every trait that variants ask for, with the values they name."""
    found: dict[str, dict[str, None]] = {}
    for variant in root.tables("variants", least=0):
        part = variant.table("for")
        named = part.keys()
        for trait in named:
            found.setdefault(trait, {}).update(dict.fromkeys(part.texts(trait)))
    return {trait: tuple(values) for trait, values in found.items()}


def _is_for(variant: TomlTable, traits: Mapping[str, str]) -> bool:
    for key in _THE_SAME_IN_ALL:
        if variant.has(key):
            raise variant.refuse(key, f"'{key}' is the same in all variants", "say it outside [[variants]]")
    part = variant.table("for")
    matches = True
    traits_named = part.keys()
    for trait in traits_named:
        if trait not in TRAITS:
            raise part.refuse(trait, f"{trait!r} is no trait of a document; there are {', '.join(TRAITS)}")
        matches = traits.get(trait, "") in part.texts(trait) and matches
    return matches
