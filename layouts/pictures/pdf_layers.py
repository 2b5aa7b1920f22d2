"""Layers of a PDF (optional content): which are on, and what a picture makes of them. A picture has none: what is shown
is kept, and a hidden layer is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from pikepdf import Array, Dictionary, Object, Pdf, String

from layouts.pictures import faults

_REMEDY: Final = "save the page with only what is to be printed, without layers"


class LayerStates:
    """Which layers the document shows when it is opened and when it is printed; `present` says whether it has any."""

    def __init__(self, pdf: Pdf) -> None:
        known = pdf.Root.get("/OCProperties")
        default = known.get("/D") if isinstance(known, Dictionary) else None
        config = default if isinstance(default, Dictionary) else Dictionary()
        self.present = isinstance(known, Dictionary)
        self._base_is_on = str(config.get("/BaseState", "/ON")) != "/OFF"
        self._on = {group.objgen for group in groups_of(config.get("/ON"))}
        self._off = {group.objgen for group in groups_of(config.get("/OFF"))}

    def is_on(self, group: Object) -> bool:
        """Whether one layer is shown."""
        usage = group.get("/Usage")
        print_usage = usage.get("/Print") if isinstance(usage, Dictionary) else None
        if isinstance(print_usage, Dictionary) and str(print_usage.get("/PrintState")) == "/OFF":
            return False
        return group.objgen not in self._off and (self._base_is_on or group.objgen in self._on)


class Layers(LayerStates):
    """The layers of a picture's PDF; `file` is its name."""

    def __init__(self, pdf: Pdf, file: str) -> None:
        super().__init__(pdf)
        self._file = file

    def require_shown(self, content: Object | None) -> None:
        """Raises LayoutError E4084 when a layer, or a membership of layers, hides what it governs."""
        if not isinstance(content, Dictionary):
            return
        if content.get("/VE") is not None:
            raise faults.unsupported(self._file, "a layer is shown by a formula", _REMEDY)
        groups = list(groups_of(content.get("/OCGs"))) if str(content.get("/Type")) == "/OCMD" else [content]
        shown = [self.is_on(group) for group in groups]
        policy = str(content.get("/P", "/AnyOn"))
        if shown and not POLICIES.get(policy, any)(shown):
            title = groups[shown.index(False)].get("/Name") if False in shown else None
            name = f" '{title}'" if isinstance(title, String) else ""
            raise faults.unsupported(self._file, f"the layer{name} is hidden", _REMEDY)


POLICIES: Final[Mapping[str, Callable[[Sequence[bool]], bool]]] = {
    "/AnyOn": any,
    "/AllOn": all,
    "/AnyOff": lambda shown: not all(shown),
    "/AllOff": lambda shown: not any(shown),
}
"""How a membership of several layers is shown (ISO 32000-1, table 99)."""


def groups_of(value: Object | None) -> Iterator[Object]:
    """The layers that an entry names: none, one, or an array of them."""
    if isinstance(value, Dictionary):
        yield value
    elif isinstance(value, Array):
        yield from (group for group in value.as_list() if isinstance(group, Dictionary))
