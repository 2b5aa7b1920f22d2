"""What a drawing's content names: opacities, gradients and groups, in one dictionary for the form and its groups."""

from __future__ import annotations

from layouts.pageset import PdfObject, PdfSource
from layouts.pictures import xobjects
from layouts.pictures.matrix import figure, figures
from layouts.pictures.xobjects import Box

_DICTIONARY = 0
"""The index of the shared dictionary among the form's objects."""


class DrawingResources:
    """Gathers resources while a drawing is written; the same thing asked for twice has one name."""

    def __init__(self) -> None:
        self._opacities: dict[str, str] = {}
        self._patterns: dict[PdfSource, str] = {}
        self._groups: list[PdfObject] = []

    @property
    def transparent(self) -> bool:
        return bool(self._opacities)

    def opacity(self, fill: float, stroke: float) -> str:
        """The operator that makes fills and strokes this opaque."""
        state = f"<</ca {figure(fill)}/CA {figure(stroke)}>>"
        return f"/{self._opacities.setdefault(state, f'G{len(self._opacities)}')} gs\n"

    def pattern(self, pattern: PdfSource) -> str:
        """The name of a pattern with this source."""
        return self._patterns.setdefault(pattern, f"P{len(self._patterns)}")

    def group(self, content: str, bbox: Box) -> str:
        """The operator that paints content as one thing, so that an opacity acts on the whole of it."""
        head = (
            f"<</Type/XObject/Subtype/Form/BBox[{figures(bbox)}]/Group<</S/Transparency>>/Filter/FlateDecode/Resources "
        )
        said = xobjects.source(head, _DICTIONARY, ">>")
        self._groups.append(PdfObject(said, xobjects.deflate(content.encode("ascii"))))
        return f"/X{len(self._groups) - 1} Do\n"

    def finish(self) -> tuple[PdfSource, tuple[PdfObject, ...]]:
        """The source of the dictionary, and the objects that belong to it; both empty when nothing was named."""
        kinds: dict[str, PdfSource | str] = {}
        if self._opacities:
            kinds["ExtGState"] = xobjects.dictionary({name: state for state, name in self._opacities.items()})
        if self._patterns:
            kinds["Pattern"] = xobjects.dictionary({name: pattern for pattern, name in self._patterns.items()})
        if not self._groups:
            return (xobjects.dictionary(kinds), ()) if kinds else ((), ())
        kinds["XObject"] = xobjects.dictionary({f"X{index}": (index + 1,) for index in range(len(self._groups))})
        shared = xobjects.dictionary(kinds)
        return shared, (PdfObject(shared), *self._groups)
