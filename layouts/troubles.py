"""What could not be set, told to people: as a finding with its place on the page, or as an error with its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from layouts.errors import LayoutError
from layouts.finding import Finding
from layouts.geometry import PT_PER_MM, Box
from layouts.ink import Inked, clean
from layouts.strip import Trouble


def finding_of(trouble: Trouble, inked: Inked, page: int, data: Mapping[str, Any]) -> Finding:
    """The finding of a trouble that stands with the ink `inked` on a page (from 1) of a document."""
    name, _, x_pt, y_pt, width_pt, height_pt = inked
    if trouble.part is not None:
        x_pt, down_pt, width_pt, height_pt = trouble.part
        y_pt += down_pt
    error = error_of(trouble, name, data)
    where = f" ({error.place})" if error.place not in ("", name) else ""
    return Finding(
        rule=trouble.rule,
        box=name,
        amount_mm=trouble.over_pt / PT_PER_MM,
        message=f"{error.code} {error.message}{where}",
        page=page,
        place=Box(x_pt / PT_PER_MM, y_pt / PT_PER_MM, width_pt / PT_PER_MM, height_pt / PT_PER_MM),
    )


def error_of(trouble: Trouble, box: str, data: Mapping[str, Any]) -> LayoutError:
    """The error of a trouble in a box, with its place: for a missing character the field of the data that has it. A
    character of the layout's own texts is in no field; then the place is the row or the box."""
    error = trouble.error
    place = error.place or box
    if trouble.missing:
        set_as = clean(trouble.text)
        known = [
            place
            for place, text in _texts(data, "")
            if trouble.missing in (said := clean(text).strip()) and said in set_as
        ]
        place = next((one for one in known if one.startswith(f"{place}.")), known[0] if known else place)
    return LayoutError(error.code, error.message, place=place, remedy=error.remedy)


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every text of the data with its place."""
    match value:
        case str():
            yield place, value
        case Mapping():
            for key in value:
                yield from _texts(value[key], f"{place}.{key}" if place else str(key))
        case list() | tuple():
            for index, item in enumerate(value):
                yield from _texts(item, f"{place}[{index}]")
        case _:
            return
