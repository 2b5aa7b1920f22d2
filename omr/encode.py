"""From a sheet's orders to its marks, and from marks back to what they say and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple, assert_never

from omr.errors import OmrError
from omr.mark import Counts, Mark, Meaning, Scope
from omr.markset import MarkSet
from omr.sheet import SheetOrders


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one sheet: positions[n] is True when position n is printed; `roles` says which functions are true.

    The two differ only for marks that are printed when their function is false.
    """

    positions: tuple[bool, ...]
    roles: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class MarksCheck:
    """What read marks say (`roles`) and, in words, why they must not be trusted (`problems`)."""

    roles: dict[str, bool]
    problems: tuple[str, ...]


def encode(mark_set: MarkSet, orders: SheetOrders) -> Marks:
    """The marks of one sheet. Raises OmrError E5101 for an order without a mark: none is dropped in silence."""
    counts = {Counts.ORDINAL: orders.ordinal, Counts.SHEET: orders.sheet}
    if not 1 <= orders.sheet <= orders.of or orders.ordinal < 1:
        raise _cannot_say(mark_set, f"sheet {orders.sheet} of {orders.of}, ordinal {orders.ordinal}", "is no place")
    values = tuple(counter.value(counts[counter.counts]) for counter in mark_set.counters)
    first, last = orders.sheet == 1, orders.sheet == orders.of
    return _marks(mark_set, _Kind(first, last, values, orders.selects, orders.divert, orders.stop))


class _Kind(NamedTuple):
    """What the marks of a sheet depend on: a print file has few kinds of sheets."""

    first: bool
    last: bool
    counts: tuple[int, ...]
    selects: frozenset[int]
    divert: bool
    stop: bool


@lru_cache(maxsize=4096)
def _marks(mark_set: MarkSet, kind: _Kind) -> Marks:
    _check_orders(mark_set, kind)
    counts = {counter.name: count for counter, count in zip(mark_set.counters, kind.counts, strict=True)}

    def true(mark: Mark) -> bool:
        match mark.meaning:
            case Meaning.ALWAYS:
                said = True
            case Meaning.NEVER | Meaning.PARITY:
                said = False
            case Meaning.DIVERT:
                said = kind.divert
            case Meaning.STOP:
                said = kind.stop
            case Meaning.FIRST:
                said = kind.first
            case Meaning.LAST:
                said = kind.last
            case Meaning.SELECT:
                said = mark.number in kind.selects
            case Meaning.COUNTER:
                said = bool(counts[mark.counter] & mark.number)
            case _:
                assert_never(mark.meaning)
        return said and mark.scope.holds(first=kind.first, last=kind.last)

    roles = {mark.role: true(mark) for mark in mark_set.marks}
    printed = {mark.role: roles[mark.role] == mark.printed_when for mark in mark_set.marks}
    if (parity := mark_set.parity) is not None:
        odd = sum(printed[role] for role in parity.covers) % 2 == 1
        roles[parity.role] = printed[parity.role] = odd == parity.even
    return Marks(tuple(printed[role] for role in mark_set.roles), MappingProxyType(roles))


def _check_orders(mark_set: MarkSet, kind: _Kind) -> None:
    feeders = {mark.number for mark in mark_set.marks if mark.meaning is Meaning.SELECT}
    if unknown := sorted(kind.selects - feeders):
        raise _cannot_say(mark_set, f"select of feeder {', '.join(map(str, unknown))}", "has no mark")
    for wanted, role in ((kind.divert, "divert"), (kind.stop, "stop")):
        if wanted and role not in mark_set.roles:
            raise _cannot_say(mark_set, f"order {role}", "has no mark")


def _cannot_say(mark_set: MarkSet, what: str, why: str) -> OmrError:
    return OmrError(
        "E5101",
        f"the {what} {why} in the mark set {mark_set.name}",
        place=f"mark set {mark_set.name}",
        remedy="Add the function to the mark set and to the machine's job, or plan the piece without it.",
    )


def check(mark_set: MarkSet, positions: Sequence[bool]) -> MarksCheck:
    """What these marks say, and what is wrong with them. Raises ValueError for a wrong number of positions.

    The roles are the plain reading even when there are problems; act on them only when there are none.
    """
    printed = dict(zip(mark_set.roles, positions, strict=True))
    roles = {mark.role: printed[mark.role] == mark.printed_when for mark in mark_set.marks}
    problems = [*_constant_problems(mark_set, roles), *_parity_problems(mark_set, printed)]
    for counter in mark_set.counters:
        value = counter_value(mark_set, counter.name, roles)
        if value >= counter.modulo or (value == 0 and not counter.zero_used):
            problems.append(f"{counter.name} {value} does not exist")
    for scope, end in ((Scope.LAST, "insert"), (Scope.FIRST, "first")):
        stray = [mark.role for mark in mark_set.marks if mark.scope is scope and roles[mark.role]]
        if stray and roles.get(end) is False:
            problems.append(f"{', '.join(stray)} without {end}")
    return MarksCheck(roles, tuple(problems))


def _constant_problems(mark_set: MarkSet, roles: Mapping[str, bool]) -> list[str]:
    """Marks that stand on every sheet and do not here, and blank positions that are not blank."""
    problems = []
    for mark in mark_set.marks:
        if mark.meaning is Meaning.ALWAYS and mark.scope is Scope.EVERY and not roles[mark.role]:
            problems.append(f"no {mark.role} mark")
        if mark.meaning is Meaning.NEVER and roles[mark.role]:
            problems.append(f"a mark at the position {mark.role}")
    return problems


def _parity_problems(mark_set: MarkSet, printed: Mapping[str, bool]) -> list[str]:
    parity = mark_set.parity
    if parity is None:
        return []
    marks = sum(printed[role] for role in parity.covers) + printed[parity.role]
    if (marks % 2 == 0) == parity.even:
        return []
    return [f"parity {'odd' if marks % 2 else 'even'}: {marks} mark{'' if marks == 1 else 's'}"]


def counter_value(mark_set: MarkSet, counter: str, roles: Mapping[str, bool]) -> int:
    """The number that a counter's marks show: the sum of the weights that are true."""
    return sum(mark.number for mark in mark_set.marks if mark.counter == counter and roles[mark.role])


def read_sequence(mark_set: MarkSet, roles: Mapping[str, bool]) -> int | None:
    """The wrap-around sequence that these marks show, or None when the set has none."""
    return None if mark_set.counter("sequence") is None else counter_value(mark_set, "sequence", roles)


def expected_sequence(mark_set: MarkSet, ordinal: int) -> int | None:
    """The wrap-around sequence of the sheet at 1-based `ordinal` of its print file, or None when the set has none."""
    counter = mark_set.counter("sequence")
    return None if counter is None else counter.value(ordinal)
