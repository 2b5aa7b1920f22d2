"""Calls in expressions: whether the arguments fit is settled when a layout is loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from layouts.errors import LayoutError
from layouts.language import nodes
from layouts.language.faults import Site
from layouts.language.functions import Function
from layouts.language.values import Value

if TYPE_CHECKING:
    from layouts.language.formats import Formatter

Scope = Mapping[str, Any]
Run = Callable[[Scope, "Formatter | None"], Value]

_FAULTS = (LayoutError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
_FORMATTER = object()


def check_arguments(site: Site, call: nodes.Call, function: Function, *, formats: bool) -> Mapping[str, Any]:
    """The nodes of a call by the names of the function's parameters. Raises LayoutError E4052.

    `formats` says that the function takes a formatter before the arguments that a layout writes.
    """
    before: tuple[object, ...] = (_FORMATTER,) if formats else ()
    shape = _signature(function)
    try:
        bound = shape.bind(*before, *call.arguments, **dict(call.named))
    except TypeError as fault:
        raise _unfit(site, call, shape, len(before), f"{call.name}: {fault}", call.column) from None
    for name, choices in _choices(function).items():
        given = bound.arguments.get(name)
        if isinstance(given, nodes.Literal) and given.value not in choices:
            fact = f"{call.name}: '{name}' is one of {', '.join(map(repr, choices))}, not {given.value!r}"
            raise _unfit(site, call, shape, len(before), fact, given.column)
    return bound.arguments


def calling(
    site: Site,
    call: nodes.Call,
    function: Function,
    arguments: Sequence[Run],
    named: Mapping[str, Run],
    *,
    formats: bool,
) -> Run:
    """The closure that evaluates the arguments and calls the function; what it raises becomes a LayoutError."""

    def refused(fault: Exception) -> LayoutError:
        return _refused(site, call, fault)

    def called(scope: Scope, formatter: Formatter | None) -> Value:
        values = [run(scope, formatter) for run in arguments]
        by_name = {name: run(scope, formatter) for name, run in named.items()}
        try:
            return function(formatter, *values, **by_name) if formats else function(*values, **by_name)
        except _FAULTS as fault:
            raise refused(fault) from fault

    if named or len(arguments) != 1:
        return called
    only = arguments[0]

    def formatted(scope: Scope, formatter: Formatter | None) -> Value:
        value = only(scope, formatter)
        try:
            return function(formatter, value)
        except _FAULTS as fault:
            raise refused(fault) from fault

    def called_with_one(scope: Scope, formatter: Formatter | None) -> Value:
        value = only(scope, formatter)
        try:
            return function(value)
        except _FAULTS as fault:
            raise refused(fault) from fault

    return formatted if formats else called_with_one


def _refused(site: Site, call: nodes.Call, fault: Exception) -> LayoutError:
    if isinstance(fault, LayoutError):
        return site.placed(fault, call.column)
    code = "E4054" if isinstance(fault, ArithmeticError) else "E4053"
    said = str(fault) if isinstance(fault, TypeError | ValueError) else f"{type(fault).__name__} {fault}"
    return site.fault(code, f"{call.name}: {said}", call.column, "correct the data, or ask for it with a condition")


def _unfit(site: Site, call: nodes.Call, shape: Signature, skipped: int, fact: str, column: int) -> LayoutError:
    parameters = [_shown(parameter) for parameter in list(shape.parameters.values())[skipped:]]
    return site.fault("E4052", fact, column, f"write {call.name}({', '.join(parameters)})")


def _shown(parameter: Parameter) -> str:
    if parameter.kind is Parameter.VAR_POSITIONAL:
        return f"{parameter.name}…"
    return parameter.name if parameter.default is Parameter.empty else f"{parameter.name}={parameter.default!r}"


@cache
def _signature(function: Function) -> Signature:
    return signature(function)


@cache
def _choices(function: Function) -> Mapping[str, tuple[Any, ...]]:
    """The values that a parameter annotated with Literal may have."""
    try:
        hints = get_type_hints(function)
    except NameError:  # a name that its module imports for the type checker only
        return {}
    return {name: get_args(hint) for name, hint in hints.items() if get_origin(hint) is Literal}
