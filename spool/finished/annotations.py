"""Fields, stamps and notes that are printed: their appearance becomes part of the page. All others stay behind."""

from __future__ import annotations

from typing import Any, Final

from pikepdf import Array, Dictionary, Object, Stream

from layouts.pictures.matrix import UNCHANGED, Matrix, figures
from spool.finished.layers import Layers

_HIDDEN: Final = 0b10
_PRINTED: Final = 0b100
_NO_INK: Final = frozenset({"/Link", "/Popup"})
_NAME: Final = "/MailroomNote"


def flattened(notes: list[Object], layers: Layers) -> tuple[dict[str, Object], bytes]:
    """The appearances to be drawn, by the names they get, and the content that draws them at their places.

    Printed is what has the flag Print and not Hidden, as viewers print. Raises ValueError or TypeError for damage.
    """
    forms: dict[str, Object] = {}
    content: list[str] = []
    for note in notes:
        if (appearance := _appearance(note, layers)) is None:
            continue
        matrix = _onto_page(appearance, note.get("/Rect"))
        if matrix is not None:
            key = f"{_NAME}{len(forms)}"
            forms[key] = appearance
            content.append(f"q {figures(matrix)} cm {key} Do Q\n")
    return forms, "".join(content).encode("ascii")


def _appearance(note: Object, layers: Layers) -> Stream | None:
    """What shows of an annotation in print; None when nothing does."""
    flags = int(note.get("/F", 0))
    if not flags & _PRINTED or flags & _HIDDEN or str(note.get("/Subtype")) in _NO_INK:
        return None
    appearances = note.get("/AP")
    if not isinstance(appearances, Dictionary) or not layers.shows(note.get("/OC")):
        return None
    normal: Any = appearances.get("/N")
    if isinstance(normal, Stream):
        return normal
    if isinstance(normal, Dictionary):
        state = note.get("/AS")
        chosen = normal.get(str(state)) if state is not None else None
        return chosen if isinstance(chosen, Stream) else None
    return None


def _onto_page(appearance: Object, rect: Any) -> Matrix | None:
    """The map of a form's space onto the annotation's rectangle (ISO 32000-1, 12.5.5); None where there is no area."""
    left, bottom, right, top = _numbers(rect, 4)
    own = appearance.get("/Matrix")
    matrix = UNCHANGED if own is None else Matrix(*_numbers(own, 6))
    x0, y0, x1, y1 = matrix.box(*_numbers(appearance.get("/BBox"), 4))
    if x1 <= x0 or y1 <= y0 or left == right or bottom == top:
        return None
    across, up = abs(right - left) / (x1 - x0), abs(top - bottom) / (y1 - y0)
    return Matrix(across, 0, 0, up, min(left, right) - x0 * across, min(bottom, top) - y0 * up)


def _numbers(values: Any, count: int) -> list[float]:
    if not isinstance(values, Array) or len(values) != count:
        raise ValueError(f"an annotation with something else than {count} numbers")
    return [float(one) for one in values.as_list()]
