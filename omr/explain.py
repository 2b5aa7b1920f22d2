"""A reading in words: how the page lies, what stands in the column, what that means, and what is in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from omr.encode import counter_value
from omr.mark import Mark, Meaning
from omr.markset import MarkSet
from omr.measure import MarkSeen, State
from omr.reading import Pose, SheetReading

_SURE = 0.4
"""A mark that was read with less confidence than this is named: the next one may not be read."""

# What is smaller is not worth a word, and not measured surely.
_LEAST_MM, _LEAST_SCALE, _LEAST_DEG = 0.2, 0.002, 0.05

_MEANS: Mapping[Meaning, tuple[str, str]] = {
    Meaning.DIVERT: ("the piece goes to the divert bin", ""),
    Meaning.STOP: ("the machine stops after this piece", ""),
    Meaning.UNSEAL: ("the envelope stays open", ""),
    Meaning.BATCH: ("a batch ends here", ""),
    Meaning.FIRST: ("first sheet of its collation", "not the first sheet of its collation"),
    Meaning.NOT_FIRST: ("not the first sheet of its collation", "first sheet of its collation"),
    Meaning.LAST: ("last sheet of its collation", "not the last sheet of its collation"),
    Meaning.NOT_LAST: ("not the last sheet of its collation", "last sheet of its collation"),
}


def explain(reading: SheetReading, mark_set: MarkSet) -> tuple[str, ...]:
    """Sentences without an end mark, in the order in which one would look at a page; problems are not repeated."""
    return tuple(_sentences(reading, mark_set))


def _sentences(reading: SheetReading, mark_set: MarkSet) -> Iterator[str]:
    if reading.pose is not None:
        yield _lies(reading.pose)
    if reading.roles is not None:
        yield from _stands(reading, reading.roles, mark_set)
        if meaning := _meaning(reading.roles, mark_set):
            yield f"the marks say: {'; '.join(meaning)}"
        yield from _parity(reading, mark_set)
    if (sheet := reading.sheet) is not None:
        yield (
            f"the code says: sheet {sheet.sheet} of {sheet.of} of piece {sheet.piece}, copy {sheet.copy}, "
            f"run {sheet.run}"
        )
    for code in reading.codes:
        yield f"code read: {code.symbology} {code.text!r}"


def _lies(pose: Pose) -> str:
    words = []
    if pose.turned_deg:
        words.append("upside down" if pose.turned_deg == 180 else f"turned by {pose.turned_deg}° clockwise")
    if abs(pose.skew_deg) >= _LEAST_DEG:
        words.append(f"askew by {abs(pose.skew_deg):.1f}° {'clockwise' if pose.skew_deg > 0 else 'anticlockwise'}")
    for off_mm, positive, negative in ((pose.shift_x_mm, "right", "left"), (pose.shift_y_mm, "down", "up")):
        if abs(off_mm) >= _LEAST_MM:
            words.append(f"{abs(off_mm):.1f} mm {positive if off_mm > 0 else negative}")
    if abs(pose.scale - 1) >= _LEAST_SCALE:
        words.append(f"at {pose.scale:.1%} of its size")
    return f"the page lies {', '.join(words)}" if words else "the page lies straight"


def _stands(reading: SheetReading, roles: Mapping[str, bool], mark_set: MarkSet) -> Iterator[str]:
    printed = [mark.role for mark in mark_set.marks if mark.role in roles and roles[mark.role] == mark.printed_when]
    blank = [mark.role for mark in mark_set.marks if mark.role in roles and mark.role not in printed]
    yield f"printed: {', '.join(printed) or 'none'}"
    yield f"blank: {', '.join(blank) or 'none'}"
    if doubtful := [seen.role for seen in reading.seen if seen.state is State.DOUBTFUL]:
        yield f"in doubt: {', '.join(doubtful)}"
    if unsure := [seen for seen in reading.seen if seen.state is not State.DOUBTFUL and seen.confidence < _SURE]:
        yield f"read with little confidence: {', '.join(_little(seen) for seen in unsure)}"


def _little(seen: MarkSeen) -> str:
    if seen.state is State.BLANK:
        return f"{seen.role} (blank, yet {seen.darkness:.0%} darker than the paper)"
    off_mm = max(seen.off_x_mm, seen.off_y_mm, key=abs)
    return (
        f"{seen.role} ({seen.length_mm:.1f} mm long, {seen.darkness:.0%} darker than the paper, {off_mm:+.1f} mm off)"
    )


def _meaning(roles: Mapping[str, bool], mark_set: MarkSet) -> list[str]:
    words = [said for mark in mark_set.marks if mark.role in roles if (said := _says(mark, true=roles[mark.role]))]
    feeders = [
        str(mark.number) for mark in mark_set.marks if mark.meaning is Meaning.SELECT and roles.get(mark.role, False)
    ]
    if feeders:
        words.append(f"insert{'s' if len(feeders) > 1 else ''} from feeder {', '.join(feeders)}")
    for counter in mark_set.counters:
        bits = [mark.role for mark in mark_set.marks if mark.counter == counter.name]
        known = all(role in roles for role in bits)
        words.append(f"{counter.name} {counter_value(mark_set, counter.name, roles) if known else 'in doubt'}")
    return list(dict.fromkeys(words))


def _says(mark: Mark, *, true: bool) -> str:
    """What one mark that stands alone says; "" for those that speak together or not at all."""
    match mark.meaning:
        case Meaning.ALWAYS | Meaning.NEVER | Meaning.SELECT | Meaning.COUNTER | Meaning.PARITY:
            return ""
        case (
            Meaning.DIVERT
            | Meaning.STOP
            | Meaning.UNSEAL
            | Meaning.BATCH
            | Meaning.FIRST
            | Meaning.NOT_FIRST
            | Meaning.LAST
            | Meaning.NOT_LAST
        ):
            return _MEANS[mark.meaning][0 if true else 1]
        case _:
            assert_never(mark.meaning)


def _parity(reading: SheetReading, mark_set: MarkSet) -> Iterator[str]:
    parity = mark_set.parity
    if parity is None:
        return
    if reading.positions is None:
        yield "the parity cannot be counted while marks are in doubt"
        return
    printed = dict(zip(mark_set.roles, reading.positions, strict=True))
    marks = sum(printed[role] for role in parity.covers) + printed[parity.role]
    holds = (marks % 2 == 0) == parity.even
    yield f"parity {parity.sense} {'holds' if holds else 'does not hold'}: {marks} marks"
