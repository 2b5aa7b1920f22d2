"""Code 128 (ISO/IEC 15417) in as few symbol characters as can be, made fast enough for one on every page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from operator import mul
from typing import Final

from layouts.codes.alphabet import DIGITS, LATIN, Alphabet
from layouts.codes.symbol import Symbol
from layouts.errors import LayoutError

MOST_CHARACTERS: Final = 102
"""Symbol characters, the start among them, check and stop apart. The standard sets no limit; with modules of 0.25 mm
and its quiet zones, such a symbol is already 292 mm wide, about as wide as A4 is high."""

_PATTERNS: Final = """\
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213
    221312 231212 112232 122132 122231 113222 123122 123221 223211 221132
    221231 213212 223112 312131 311222 321122 321221 312212 322112 322211
    212123 212321 232121 111323 131123 131321 112313 132113 132311 211313
    231113 231311 112133 112331 132131 113123 113321 133121 313121 211331
    231131 213113 213311 213131 311123 311321 331121 312113 312311 332111
    314111 221411 431111 111224 111422 121124 121421 141122 141221 112214
    112412 122114 122411 142112 142211 241211 221114 413111 241112 134111
    111242 121142 121241 114212 124112 124211 411212 421112 421211 212141
    214121 412121 111143 111341 131141 114113 114311 411113 411311 113141
    114131 311141 411131 211412 211214 211232 2331112
"""
"""Table 1: the widths of bars and spaces of the values 0 to 102, of the starts in A, B and C, and of the stop."""

_SHIFT: Final = 98
_TO: Final = {"A": 101, "B": 100, "C": 99}
"""The value that changes to a subset. In A and B their own is FNC4: it stands before a character whose code is 128 or
more, as what is left when 128 is taken away; two of them go for all that follow, where one then excepts a character,
up to the next two."""
_START: Final = {"A": 103, "B": 104, "C": 105}


@dataclass(frozen=True, slots=True)
class _Kind:
    """What decides how a character can be written."""

    digit: bool
    only: str
    """The one subset that has it, of A and B; "" for both."""
    high: bool
    """Whether its code is 128 or more."""


@dataclass(frozen=True, slots=True)
class _State:
    """What holds behind a character."""

    subset: str
    high: bool = False
    """Whether 128 is added to what follows. Never in subset C: so no reader has to know whether that goes for pairs."""
    half: bool = False
    """Whether the character is the first digit of a pair."""


def _kind(code: int) -> _Kind:
    low = code & 127
    return _Kind(chr(code) in DIGITS, "A" if low < 32 else "B" if low >= 96 else "", code >= 128)


_KINDS: Final = tuple(dict.fromkeys(map(_kind, range(256))))
_KIND_OF: Final = bytes(_KINDS.index(_kind(code)) for code in range(256))
"""For each code its place in _KINDS, for `bytes.translate`."""
_CODE128: Final = Alphabet("Code 128", LATIN)
_CODE128_C: Final = Alphabet("Code 128 subset C", DIGITS)

_VALUES: Final = {
    "A": bytes((code & 127) + 64 if code & 127 < 32 else max((code & 127) - 32, 0) for code in range(256)),
    "B": bytes(max((code & 127) - 32, 0) for code in range(256)),
    # Of the byte that two digits make if read as hexadecimal.
    "C": bytes((byte >> 4) * 10 + (byte & 15) if byte >> 4 < 10 and byte & 15 < 10 else 0 for byte in range(256)),
}
"""For each subset the value of each code, for `bytes.translate`."""


def _before(earlier: _State, later: _State, kind: _Kind) -> bytes | None:
    """What comes before the value of a character that leads from one state to another; None where none can."""
    if later.subset == "C":
        if not kind.digit or earlier.half == later.half:
            return None
    elif earlier.half:
        return None
    values: list[int] = []
    if earlier.high and not later.high:
        values += 2 * [_TO[earlier.subset]]
    if earlier.subset != later.subset:
        values.append(_TO[later.subset])
    if later.high and not earlier.high:
        values += 2 * [_TO[later.subset]]
    if kind.high != later.high:
        values.append(_TO[later.subset])
    if kind.only not in ("", later.subset):
        values.append(_SHIFT)
    return bytes(values)


_HALF: Final = _State("C", half=True)
_STATES: Final = (
    _State("B"),
    _State("A"),
    _State("C"),
    _State("B", high=True),
    _State("A", high=True),
    _HALF,
)
_AT_START: Final = tuple(math.inf if state.high or state.half else 1 for state in _STATES)

Costs = tuple[float, ...]
"""For each state how many values lead to it at least, less a number that is the same for all."""


@dataclass(frozen=True, slots=True)
class _Step:
    """How a character leads from one state to another."""

    before: bytes
    """The values before its own."""
    subset: str
    """The one that its own value is taken from."""
    cost: int
    """How many values it takes in all. Those of a pair come with its first digit."""


def _step(earlier: _State, later: _State, kind: _Kind) -> _Step | None:
    before = _before(earlier, later, kind)
    if before is None:
        return None
    subset = later.subset if later.subset == "C" else kind.only or later.subset
    return _Step(before, subset, len(before) + (later.subset != "C" or later.half))


_STEPS: Final = tuple(tuple(tuple(_step(a, b, kind) for b in _STATES) for a in _STATES) for kind in _KINDS)
"""By the kind of a character and the places of the earlier and the later state in _STATES."""


@cache
def _onward(costs: Costs, kind: int) -> tuple[Costs, bytes]:
    """The costs behind one more character, and for each state the one before it on the cheapest way.

    The least of the costs is always 0: only their differences decide, so that there are but some hundred tuples.
    """
    ways = [
        min(
            ((costs[earlier] + step.cost, earlier) for earlier, step in enumerate(steps) if step),
            default=(math.inf, 0),
        )
        for steps in zip(*_STEPS[kind], strict=True)
    ]
    least = min(cost for cost, _ in ways)
    return tuple(cost - least for cost, _ in ways), bytes(earlier for _, earlier in ways)


def _states(kinds: bytes) -> list[int]:
    """The state at the start and behind each character that make the shortest symbol, as places in _STATES."""
    costs: Costs = _AT_START
    ways: list[bytes] = []
    for kind in kinds:
        costs, way = _onward(costs, kind)
        ways.append(way)
    whole = costs[: _STATES.index(_HALF)]
    state = whole.index(min(whole))
    states = [state]
    for way in reversed(ways):
        state = way[state]
        states.append(state)
    states.reverse()
    return states


_Piece = tuple[bytes, str, slice]
"""Values; and behind them the characters of this span, with their values in this subset."""


@lru_cache(maxsize=1024)
def _pieces(kinds: bytes) -> tuple[_Piece, ...]:
    """How a text of such characters is written. One invoice number after another is alike in this."""
    states = _states(kinds)
    subset = _STATES[states[0]].subset
    before, begin = bytes([_START[subset]]), 0
    pieces: list[_Piece] = []
    for place, (kind, (earlier, later)) in enumerate(zip(kinds, pairwise(states), strict=True)):
        step = _STEPS[kind][earlier][later]
        assert step is not None
        if step.before or step.subset != subset:
            pieces.append((before, subset, slice(begin, place)))
            before, subset, begin = step.before, step.subset, place
    pieces.append((before, subset, slice(begin, len(kinds))))
    return tuple(pieces)


_BARS: Final = tuple(
    "".join(bar * int(width) for bar, width in zip("1010101", pattern, strict=False)) for pattern in _PATTERNS.split()
)
_STOP: Final = _BARS[106]
_WEIGHTS: Final = bytes((1, *range(1, MOST_CHARACTERS)))


def code128(text: str, *, subset: str = "auto") -> Symbol:
    """Code 128 in as few symbol characters as any choice of subsets takes; or all in subset "C", digits in pairs.

    Raises LayoutError E4060 for a character that it lacks, or no text at all, or digits that don't pair; E4061 for a
    text that takes more than MOST_CHARACTERS.
    """
    if subset == "C":
        # Nothing to choose: nothing is shorter than pairs.
        _CODE128_C.check_pairs(text)
    else:
        _CODE128.check(text)
    if len(text) > 2 * MOST_CHARACTERS:
        raise _too_long(text)
    codes = text.encode("iso-8859-1")
    parts: list[bytes] = []
    for before, taken, span in _pieces(codes.translate(_KIND_OF)):
        coded = bytes.fromhex(text[span]) if taken == "C" else codes[span]
        parts += before, coded.translate(_VALUES[taken])
    values = b"".join(parts)
    if len(values) > MOST_CHARACTERS:
        raise _too_long(text)
    check = sum(map(mul, values, _WEIGHTS)) % 103
    bars = "".join(map(_BARS.__getitem__, values)) + _BARS[check] + _STOP
    columns = len(bars)
    return Symbol(columns, 1, (int(bars, 2) << -columns % 8).to_bytes((columns + 7) // 8))


def _too_long(text: str) -> LayoutError:
    return LayoutError(
        "E4061",
        f"Code 128 takes {MOST_CHARACTERS} symbol characters at most; the {len(text)} characters of {text[:60]!r} "
        "take more",
        remedy="shorten the text or choose another code",
    )
