"""Layers (optional content): what is off when the document is printed never reaches the paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from pikepdf import Array, Dictionary, Name, Object, Pdf

_DEEPEST: Final = 32
"""Formulas of visibility nest; no program writes them this deep."""


class Layers:
    """Which layers the document shows when it is opened and printed."""

    def __init__(self, pdf: Pdf) -> None:
        known = pdf.Root.get(Name.OCProperties)
        default = known.get(Name.D) if isinstance(known, Dictionary) else None
        config = default if isinstance(default, Dictionary) else Dictionary()
        self.present = isinstance(known, Dictionary)
        self._base_is_on = str(config.get(Name.BaseState, Name.ON)) != "/OFF"
        self._on = {group.objgen for group in _groups(config.get(Name.ON))}
        self._off = {group.objgen for group in _groups(config.get(Name.OFF))}

    def shows(self, content: Object | None) -> bool:
        """Whether a layer, or a membership of layers, shows what it governs. What is neither governs nothing.

        Raises ValueError for a formula that is too deep.
        """
        if not isinstance(content, Dictionary):
            return True
        if str(content.get(Name.Type)) != "/OCMD":
            return self._is_on(content)
        formula = content.get(Name.VE)
        if isinstance(formula, Array):
            return self._value(formula, 0)
        shown = [self._is_on(group) for group in _groups(content.get(Name.OCGs))]
        return not shown or _POLICIES.get(str(content.get(Name.P, Name.AnyOn)), any)(shown)

    def _value(self, formula: Object, depth: int) -> bool:
        if depth > _DEEPEST:
            raise ValueError("a formula of layers that nests too deep")
        if isinstance(formula, Dictionary):
            return self._is_on(formula)
        if not isinstance(formula, Array) or not len(formula):
            raise ValueError("a formula of layers that is none")
        operator, *operands = formula.as_list()
        values = [self._value(operand, depth + 1) for operand in operands]
        match str(operator):
            case "/And":
                return all(values)
            case "/Or":
                return any(values)
            case "/Not" if len(values) == 1:
                return not values[0]
        raise ValueError("a formula of layers that is none")

    def _is_on(self, group: Object) -> bool:
        usage = group.get(Name.Usage)
        print_usage = usage.get(Name.Print) if isinstance(usage, Dictionary) else None
        if isinstance(print_usage, Dictionary) and str(print_usage.get(Name.PrintState)) == "/OFF":
            return False
        return group.objgen not in self._off and (self._base_is_on or group.objgen in self._on)


_POLICIES: Final[Mapping[str, Callable[[Sequence[bool]], bool]]] = {
    "/AnyOn": any,
    "/AllOn": all,
    "/AnyOff": lambda shown: not all(shown),
    "/AllOff": lambda shown: not any(shown),
}


def _groups(value: Object | None) -> Iterator[Object]:
    """The layers that an entry names: none, one, or an array of them."""
    if isinstance(value, Dictionary):
        yield value
    elif isinstance(value, Array):
        yield from (group for group in value.as_list() if isinstance(group, Dictionary))
