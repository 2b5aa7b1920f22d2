"""The marks of a set as its file tells them: functions, their marks, counters and parity."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from omr.mark import Counter, Counts, End, Mark, Meaning, Parity, Scope, role_meaning
from omr.tomlfile import TomlTable

_SCOPES = {scope.value: scope for scope in Scope}
_POLARITIES = {"when-true": True, "when-false": False}
_COUNTS = {counts.value: counts for counts in Counts}
_ENDS = {end.value: end for end in End}
_SENSES = {"even": True, "odd": False}
_ZERO = {"used": True, "skipped": False}

_GREATEST_WEIGHT = 1 << 15
_OPPOSITE = {Meaning.NOT_FIRST: Meaning.FIRST, Meaning.NOT_LAST: Meaning.LAST}
_NEVER_IN = {
    Meaning.FIRST: Scope.NOT_FIRST,
    Meaning.NOT_FIRST: Scope.FIRST,
    Meaning.LAST: Scope.NOT_LAST,
    Meaning.NOT_LAST: Scope.LAST,
}
_MAY_REPEAT = (Meaning.ALWAYS, Meaning.NEVER)


def read_marks(table: TomlTable, counters: Mapping[str, Counter]) -> dict[str, Mark]:
    """Every mark that the table [marks] defines, by role."""
    marks: dict[str, Mark] = {}
    for role, entry in table.tables():
        scope, printed = entry.choice("scope", _SCOPES), entry.choice("printed", _POLARITIES)
        if "counter" in entry:
            name, weight = entry.text("counter"), entry.integer("weight", least=1, most=_GREATEST_WEIGHT)
            if name not in counters:
                entry.refuse("counter", f"is {name!r}, which [counters] does not define")
            if role != f"{name}-{weight}" or weight & (weight - 1):
                entry.refuse("weight", f"must be a power of two, and the mark be called {name}-{weight}")
            if weight >= counters[name].modulo:
                entry.refuse("weight", f"is never reached: {name} runs to {counters[name].modulo - 1}")
            marks[role] = Mark(role, Meaning.COUNTER, scope, printed, weight, name)
        else:
            meaning, number = _role(table, role)
            if meaning in (Meaning.NEVER, Meaning.PARITY) and not printed:
                entry.refuse("printed", f"must be 'when-true' for {role}")
            if (meaning is Meaning.PARITY or role == "start") and scope is not Scope.EVERY:
                entry.refuse("scope", f"must be 'every' for {role}")
            if _NEVER_IN.get(meaning) is scope:
                entry.refuse("scope", f"leaves {role} no sheet on which it could be true")
            if role == "start" and not printed:
                entry.refuse("printed", "must be 'when-true' for start: the reader finds the column by it")
            marks[role] = Mark(role, meaning, scope, printed, number)
        entry.close()
    return marks


def _role(table: TomlTable, role: str) -> tuple[Meaning, int]:
    found = role_meaning(role)
    if found is None:
        table.refuse(
            role,
            "is no role; roles are start, safety, timing, blank (these three also with a number: timing-2), divert, "
            "stop, unseal, auto-batch, first or boc, not-boc, insert or eoc, accumulate or not-eoc, select-N, parity, "
            "and COUNTER-WEIGHT with the keys counter and weight",
        )
    return found


def read_functions(root: TomlTable, defined: Mapping[str, Mark]) -> tuple[Mark, ...]:
    """The marks in the order of their positions. Refuses two that say the same."""
    functions = root.texts("functions")
    for role in functions:
        if role not in defined:
            root.refuse("functions", f"names {role!r}, which [marks] does not define")
    if functions[0] != "start":
        root.refuse("functions", "must begin with 'start': the reader finds the column by it")
    marks = tuple(defined[role] for role in functions)
    for one, other in combinations((mark for mark in marks if mark.meaning not in _MAY_REPEAT), 2):
        if _said(one) == _said(other):
            root.refuse("functions", f"has two marks of one meaning: {one.role} and {other.role}")
        if one.scope is other.scope is Scope.EVERY and _inked(one) == _inked(other):
            root.refuse("functions", f"has two marks that are always printed together: {one.role} and {other.role}")
    return marks


def _said(mark: Mark) -> tuple[Meaning, int, str]:
    return mark.meaning, mark.number, mark.counter


def _inked(mark: Mark) -> tuple[Meaning, int, str, bool]:
    """What makes this mark be printed, the same for "not last" and the negation of "last"."""
    opposite = _OPPOSITE.get(mark.meaning)
    printed = mark.printed_when if opposite is None else not mark.printed_when
    return opposite or mark.meaning, mark.number, mark.counter, printed


def read_counters(root: TomlTable) -> dict[str, Counter]:
    """Every counter that the tables [counters.NAME] define, by name."""
    if "counters" not in root:
        return {}
    counters: dict[str, Counter] = {}
    for name, entry in root.table("counters").tables():
        modulo, zero_used = entry.integer("modulo", least=2, most=2 * _GREATEST_WEIGHT), entry.choice("zero", _ZERO)
        counter = Counter(
            name=name,
            counts=entry.choice("counts", _COUNTS),
            start=entry.integer("start", least=0 if zero_used else 1, most=modulo - 1),
            step=entry.integer("step", least=-modulo, most=modulo),
            modulo=modulo,
            zero_used=zero_used,
            end=entry.choice("end", _ENDS) if "end" in entry else End.WRAPS,
        )
        if counter.cycle < 2 or counter.step == 0 or counter.value(2) == counter.value(1):
            entry.refuse("step", "leaves the counter at one value for ever")
        if name == "sequence" and (counter.counts is not Counts.ORDINAL or counter.end is not End.WRAPS):
            entry.refuse("counts", "must be 'ordinal' for the wrap-around sequence, which never holds")
        entry.close()
        counters[name] = counter
    return counters


def counters_in_use(root: TomlTable, counters: Mapping[str, Counter], marks: tuple[Mark, ...]) -> tuple[Counter, ...]:
    """The counters that the functions carry; refuses one that lost some of its bits only."""
    used = []
    for counter in counters.values():
        weights = {mark.number for mark in marks if mark.counter == counter.name}
        wanted = {1 << bit for bit in range((counter.modulo - 1).bit_length())}
        if weights and weights != wanted:
            lost = ", ".join(f"{counter.name}-{weight}" for weight in sorted(wanted - weights))
            root.refuse("functions", f"cannot count {counter.name} to {counter.modulo - 1} without {lost}")
        if weights:
            used.append(counter)
    return tuple(used)


def read_parity(root: TomlTable, defined: Mapping[str, Mark], marks: tuple[Mark, ...]) -> Parity | None:
    """What the parity mark makes even or odd; None for a set without one."""
    wanted = any(mark.meaning is Meaning.PARITY for mark in marks)
    if "parity" not in root:
        if wanted:
            root.refuse("functions", "names the mark 'parity', but there is no table [parity]")
        return None
    table = root.table("parity")
    even, covers = table.choice("sense", _SENSES), table.texts("covers")
    table.close()
    for role in covers:
        if role not in defined or defined[role].meaning is Meaning.PARITY:
            table.refuse("covers", f"names {role!r}, which is no other mark of [marks]")
    return Parity("parity", even, frozenset(covers) & {mark.role for mark in marks}) if wanted else None
