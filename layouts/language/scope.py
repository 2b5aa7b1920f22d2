"""What a name means: the fields of the innermost item first, then of the items around it, of the document, the roots.

A scope is one flat mapping, so a name costs one look-up however deep the item. A document's scope is built once, an
item's once for each item; neither is changed afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DOCUMENT = "document"
"""The root whose fields need no prefix: {number} is {document.number}."""

ITEM = "item"
"""What an item is called where the layout gives it no name."""


def root_scope(data: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The scope of a document: its roots, over them the fields of its `document`, over those what is passed as `more`
    (what the engine knows besides the data)."""
    document = data.get(DOCUMENT)
    return {**data, **document, **more} if isinstance(document, Mapping) else {**data, **more}


def item_scope(outer: Mapping[str, Any], item: Any, name: str = ITEM, **more: Any) -> dict[str, Any]:
    """The scope of one item of a list: what is outside, over it the item's fields, then the item by its name.

    The item of a list of texts, numbers or lists has no fields: it is reached by its name alone.
    """
    return {**outer, **item, **more, name: item} if isinstance(item, Mapping) else {**outer, **more, name: item}
