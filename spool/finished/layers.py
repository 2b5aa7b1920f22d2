"""Layers (optional content): what is off when the document is printed never reaches the paper."""

from __future__ import annotations

from typing import Final

from pikepdf import Array, Dictionary, Name, Object

from layouts.pictures.pdf_layers import POLICIES, LayerStates, groups_of

_DEEPEST: Final = 32
"""Formulas of visibility nest; no program writes them this deep."""


class Layers(LayerStates):
    """The layers of a finished PDF."""

    def shows(self, content: Object | None) -> bool:
        """Whether a layer, or a membership of layers, shows what it governs. What is neither governs nothing.

        Raises ValueError for a formula that is too deep.
        """
        if not isinstance(content, Dictionary):
            return True
        if str(content.get(Name.Type)) != "/OCMD":
            return self.is_on(content)
        formula = content.get(Name.VE)
        if isinstance(formula, Array):
            return self._value(formula, 0)
        shown = [self.is_on(group) for group in groups_of(content.get(Name.OCGs))]
        return not shown or POLICIES.get(str(content.get(Name.P, Name.AnyOn)), any)(shown)

    def _value(self, formula: Object, depth: int) -> bool:
        if depth > _DEEPEST:
            raise ValueError("a formula of layers that nests too deep")
        if isinstance(formula, Dictionary):
            return self.is_on(formula)
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
