"""From a sheet's orders to its marks, and from marks back to what they say and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple, assert_never

from omr.errors import OmrError
from omr.mark import Counter, Counts, Mark, Meaning, Scope
from omr.markset import MarkSet
from omr.sheet import SheetId, SheetOrders


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


# ── orders to marks ───────────────────────────────────────────────────────────────────────────────────────────────────


def encode(mark_set: MarkSet, orders: SheetOrders) -> Marks:
    """The marks of one sheet. Raises OmrError E5101 for an order without a mark: none is dropped in silence."""
    if not 1 <= orders.sheet <= orders.of or orders.ordinal < 1:
        raise _cannot_say(mark_set, f"sheet {orders.sheet} of {orders.of}, ordinal {orders.ordinal}", "is no place")
    values = tuple([counter.value(_counted(mark_set, counter, orders)) for counter in mark_set.counters])
    place = mark_set.fed(orders.sheet, orders.of)
    kind = _Kind(
        place == 1, place == orders.of, values, orders.selects, orders.divert, orders.stop, orders.unseal, orders.batch
    )
    return _marks(mark_set, kind)


def _counted(mark_set: MarkSet, counter: Counter, orders: SheetOrders) -> int:
    """The 1-based place that a counter counts on this sheet."""
    match counter.counts:
        case Counts.ORDINAL:
            return orders.ordinal
        case Counts.SHEET:
            return mark_set.fed(orders.sheet, orders.of)
        case Counts.LEFT:
            return orders.of - mark_set.fed(orders.sheet, orders.of) + 1
        case Counts.OF:
            return orders.of
        case Counts.PIECE:
            if orders.piece < 1:
                raise _cannot_say(mark_set, f"{counter.name} of a piece whose place nobody told", "cannot be counted")
            return orders.piece
        case _:
            assert_never(counter.counts)


class _Kind(NamedTuple):
    """What the marks of a sheet depend on: a print file has few kinds of sheets."""

    first: bool
    last: bool
    counts: tuple[int, ...]
    selects: frozenset[int]
    divert: bool
    stop: bool
    unseal: bool
    batch: bool


@lru_cache(maxsize=4096)
def _marks(mark_set: MarkSet, kind: _Kind) -> Marks:
    _check_orders(mark_set, kind)
    counts = {counter.name: count for counter, count in zip(mark_set.counters, kind.counts, strict=True)}
    roles = {mark.role: _true(mark, kind, counts) for mark in mark_set.marks}
    printed = {mark.role: roles[mark.role] == mark.printed_when for mark in mark_set.marks}
    if (parity := mark_set.parity) is not None:
        odd = sum(printed[role] for role in parity.covers) % 2 == 1
        roles[parity.role] = printed[parity.role] = odd == parity.even
    return Marks(tuple(printed[role] for role in mark_set.roles), MappingProxyType(roles))


_SAID: Final[Mapping[Meaning, Callable[[_Kind], bool]]] = {
    Meaning.DIVERT: lambda kind: kind.divert,
    Meaning.STOP: lambda kind: kind.stop,
    Meaning.UNSEAL: lambda kind: kind.unseal,
    Meaning.BATCH: lambda kind: kind.batch,
    Meaning.FIRST: lambda kind: kind.first,
    Meaning.NOT_FIRST: lambda kind: not kind.first,
    Meaning.LAST: lambda kind: kind.last,
    Meaning.NOT_LAST: lambda kind: not kind.last,
}
"""What each meaning says that depends on the sheet alone."""


def _true(mark: Mark, kind: _Kind, counts: Mapping[str, int]) -> bool:
    if not mark.scope.holds(first=kind.first, last=kind.last):
        return False
    match mark.meaning:
        case Meaning.ALWAYS:
            return True
        case Meaning.NEVER | Meaning.PARITY:
            return False  # Parity is worked out when all others are known.
        case Meaning.SELECT:
            return mark.number in kind.selects
        case Meaning.COUNTER:
            return bool(counts[mark.counter] & mark.number)
        case _:
            return _SAID[mark.meaning](kind)


def _check_orders(mark_set: MarkSet, kind: _Kind) -> None:
    feeders = {mark.number for mark in mark_set.marks if mark.meaning is Meaning.SELECT}
    if unknown := sorted(kind.selects - feeders):
        raise _cannot_say(mark_set, f"select of feeder {', '.join(map(str, unknown))}", "has no mark")
    for wanted, meaning in (
        (kind.divert, Meaning.DIVERT),
        (kind.stop, Meaning.STOP),
        (kind.unseal, Meaning.UNSEAL),
        (kind.batch, Meaning.BATCH),
    ):
        if wanted and mark_set.role_of(meaning) is None:
            raise _cannot_say(mark_set, f"order {meaning.value}", "has no mark")


def _cannot_say(mark_set: MarkSet, what: str, why: str) -> OmrError:
    return OmrError(
        "E5101",
        f"the {what} {why} in the mark set {mark_set.name}",
        place=f"mark set {mark_set.name}",
        remedy="Add the function to the mark set and to the machine's job, or plan the piece without it.",
    )


# ── marks to what they say ────────────────────────────────────────────────────────────────────────────────────────────


def check(mark_set: MarkSet, positions: Sequence[bool]) -> MarksCheck:
    """What these marks say, and what is wrong with them. Raises ValueError for a wrong number of positions.

    The roles are the plain reading even when there are problems; act on them only when there are none.
    """
    printed = dict(zip(mark_set.roles, positions, strict=True))
    roles = {mark.role: printed[mark.role] == mark.printed_when for mark in mark_set.marks}
    problems = (
        *_constant_problems(mark_set, roles),
        *_parity_problems(mark_set, printed),
        *_counter_problems(mark_set, roles),
        *_end_problems(mark_set, roles, (Meaning.LAST, Meaning.NOT_LAST), (Scope.LAST, Scope.NOT_LAST)),
        *_end_problems(mark_set, roles, (Meaning.FIRST, Meaning.NOT_FIRST), (Scope.FIRST, Scope.NOT_FIRST)),
    )
    return MarksCheck(roles, problems)


def says_first(mark_set: MarkSet, roles: Mapping[str, bool]) -> bool | None:
    """Whether these marks say "first sheet of its collation", as fed; None when the set has no such mark."""
    return _says(mark_set, roles, Meaning.FIRST, Meaning.NOT_FIRST)


def says_last(mark_set: MarkSet, roles: Mapping[str, bool]) -> bool | None:
    """Whether these marks say "last sheet of its collation", as fed; None when the set has no such mark."""
    return _says(mark_set, roles, Meaning.LAST, Meaning.NOT_LAST)


def disagreements(sheet: SheetId, roles: Mapping[str, bool], mark_set: MarkSet) -> list[str]:
    """Where the marks contradict the code that names the sheet, in words; roles that are left out are not asked.

    The wrap-around sequence and the match code count the print file, which one sheet does not know: they are the
    caller's.
    """
    place = mark_set.fed(sheet.sheet, sheet.of)
    first, last = place == 1, place == sheet.of
    says = f"the code says sheet {sheet.sheet} of {sheet.of}"
    due_by_meaning = {
        Meaning.LAST: last,
        Meaning.NOT_LAST: not last,
        Meaning.FIRST: first,
        Meaning.NOT_FIRST: not first,
    }
    problems = []
    for mark in mark_set.marks:
        due = due_by_meaning.get(mark.meaning)
        if due is None or mark.role not in roles:
            continue
        if roles[mark.role] != (due and mark.scope.holds(first=first, last=last)):
            there = roles[mark.role] == mark.printed_when
            problems.append(f"{says}, but the {mark.role} mark is {'there' if there else 'missing'}")
    counted = {Counts.SHEET: place, Counts.LEFT: sheet.of - place + 1, Counts.OF: sheet.of}
    for counter in mark_set.counters:
        bits = [mark for mark in mark_set.marks if mark.counter == counter.name]
        if counter.counts not in counted or any(mark.role not in roles for mark in bits):
            continue
        shown = [mark.number for mark in bits if mark.scope.holds(first=first, last=last)]
        value, due_value = counter_value(mark_set, counter.name, roles), counter.value(counted[counter.counts])
        if value != due_value & sum(shown):
            problems.append(f"{says}, but {counter.name} is {value} instead of {due_value & sum(shown)}")
    return problems


def _says(mark_set: MarkSet, roles: Mapping[str, bool], plain: Meaning, negated: Meaning) -> bool | None:
    role, opposite = mark_set.role_of(plain), mark_set.role_of(negated)
    if role is not None and role in roles:
        return roles[role]
    return not roles[opposite] if opposite is not None and opposite in roles else None


def _constant_problems(mark_set: MarkSet, roles: Mapping[str, bool]) -> Iterator[str]:
    """Marks that stand on every sheet and do not here, and blank positions that are not blank."""
    for mark in mark_set.marks:
        if mark.meaning is Meaning.ALWAYS and mark.scope is Scope.EVERY and not roles[mark.role]:
            yield f"no {mark.role} mark" if mark.printed_when else f"a mark at the position {mark.role}"
        if mark.meaning is Meaning.NEVER and roles[mark.role]:
            yield f"a mark at the position {mark.role}"


def _parity_problems(mark_set: MarkSet, printed: Mapping[str, bool]) -> Iterator[str]:
    parity = mark_set.parity
    if parity is None:
        return
    marks = sum(printed[role] for role in parity.covers) + printed[parity.role]
    if (marks % 2 == 0) != parity.even:
        yield f"parity {'odd' if marks % 2 else 'even'}: {marks} mark{'' if marks == 1 else 's'}"


def _counter_problems(mark_set: MarkSet, roles: Mapping[str, bool]) -> Iterator[str]:
    """Counters that show a value which no sheet has."""
    for counter in mark_set.counters:
        value = counter_value(mark_set, counter.name, roles)
        scopes = {mark.scope for mark in mark_set.marks if mark.counter == counter.name}
        # Bits that stand on some sheets only show nothing on the others.
        if scopes == {Scope.EVERY} and not counter.exists(value):
            yield f"{counter.name} {value} does not exist"


def _end_problems(
    mark_set: MarkSet, roles: Mapping[str, bool], meanings: tuple[Meaning, Meaning], scopes: tuple[Scope, Scope]
) -> Iterator[str]:
    """Marks of the last (or first) sheet on another one, marks of the others on that, and ends that contradict."""
    (plain, negated), (inside, outside) = meanings, scopes
    role, opposite = mark_set.role_of(plain), mark_set.role_of(negated)
    at_end = _says(mark_set, roles, plain, negated)
    if at_end is None:
        return
    scope = outside if at_end else inside
    stray = [mark.role for mark in mark_set.marks if mark.scope is scope and roles[mark.role]]
    named = role or opposite
    if stray and named is not None:
        yield f"{', '.join(stray)} {'with' if roles[named] else 'without'} {named}"
    if role is not None and opposite is not None and roles[role] == roles[opposite]:
        yield f"{role} and {opposite} contradict one another"


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
