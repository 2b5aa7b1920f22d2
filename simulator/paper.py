"""The truth: where each sheet of paper really lies. The controller never looks in here; sensors and the camera do."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from simulator.words import Station


@dataclass(frozen=True, slots=True, order=True)
class Leaf:
    """One printed sheet: the print file's name and the 1-based page of its front."""

    file: str
    page: int


@dataclass(frozen=True, slots=True)
class Deposit:
    """Paper that has left the path for good: place is "stacker", "divert" or "removed".

    `leaves` lie in this order, the first at the window. `envelope` is 0 for paper without one; `inserts` are the
    feeders that added to it.
    """

    place: str
    job: str
    leaves: tuple[Leaf, ...]
    envelope: int = 0
    inserts: tuple[int, ...] = ()
    destroyed: bool = False


@dataclass(slots=True)
class Held:
    """What lies at one station; of the leaves the first will face the window."""

    leaves: list[Leaf] = field(default_factory=list)
    envelope: int = 0
    inserts: tuple[int, ...] = ()
    destroyed: bool = False


class Paper:
    """All paper of the machine: stacks in the sheet feeder, sheets on the path, and what was put down.

    `record` is told of every deposit. The machine moves paper with the verbs below, each of which is one motion of
    real rollers; none of them knows which piece a sheet belongs to.
    """

    def __init__(self, record: Callable[[Deposit], None], used: Iterable[Leaf] = ()) -> None:
        self._record = record
        self._used = Counter(used)
        self._stacks: dict[str, deque[Leaf]] = {}
        self._held: dict[Station, Held] = {}
        self._held_back: set[Station] = set()
        self._hidden: set[Station] = set()
        self._job = ""
        self._file = ""

    def lay(self, job: str, file: str, pages: Iterable[int]) -> int:
        """Put a print file's stack into the feeder: those sheets that were not used before. Returns how many.

        A stack once laid stays what it is: loading the same file again finds what was left of it. A page may come more
        often than once: the press has printed it so often.
        """
        if file not in self._stacks:
            leaves = (Leaf(file, page) for page in pages)
            self._stacks[file] = deque(leaf for leaf in leaves if not self._took(leaf))
        self._job, self._file = job, file
        return len(self._stacks[file])

    def _took(self, leaf: Leaf) -> bool:
        """Whether one more of this page was used before; counted once for each."""
        used = self._used[leaf] > 0
        self._used[leaf] -= used
        return used

    def lay_on_top(self, leaves: Iterable[Leaf], beneath: int = 0) -> None:
        """Somebody puts sheets into the feeder, on top of its stack or beneath so many of its sheets."""
        stack = self._stack
        depth = min(beneath, len(stack))
        stack.rotate(-depth)
        stack.extendleft(reversed(list(leaves)))
        stack.rotate(depth)

    def draw(self, sheets: int) -> list[Leaf]:
        """Somebody takes the uppermost sheets off the stack, to lay them elsewhere."""
        return [self._stack.popleft() for _ in range(min(sheets, len(self._stack)))]

    @property
    def _stack(self) -> deque[Leaf]:
        return self._stacks.get(self._file, deque())

    def stack(self) -> tuple[Leaf, ...]:
        """What lies in the sheet feeder, the next one first."""
        return tuple(self._stack)

    def empty(self) -> bool:
        """No sheet in the feeder."""
        return not self._stack

    def upcoming(self, ahead: int) -> Iterator[Leaf]:
        """The next sheets of the stack."""
        stack = self._stack
        return (stack[index] for index in range(min(ahead, len(stack))))

    def feed(self, sheets: int) -> Leaf:
        """One stroke of the feeder takes `sheets` (1, or more by mistake). Returns the one that the camera sees."""
        held = self._held.setdefault(Station.SHEET_FEEDER, Held())
        held.leaves += [self._stack.popleft() for _ in range(min(sheets, len(self._stack)))]
        return held.leaves[0]

    def at(self, station: Station) -> tuple[Leaf, ...]:
        """The paper sensor of a station, with eyes."""
        held = self._held.get(station)
        return tuple(held.leaves) if held else ()

    def stations(self) -> tuple[Station, ...]:
        """Where paper lies on the path, as far as its sensors tell."""
        return tuple(station for station in self._lying() if station not in self._hidden)

    def _lying(self) -> tuple[Station, ...]:
        return tuple(sorted(station for station, held in self._held.items() if held.leaves))

    def shift(self, source: Station, target: Station, *, on_top: bool = False) -> None:
        """All that lies at `source` moves on, beneath what lies at `target` already, or on top of it."""
        held = self._held.pop(source, None)
        if held is None:
            return
        there = self._held.setdefault(target, Held())
        there.leaves = held.leaves + there.leaves if on_top else there.leaves + held.leaves
        there.envelope = there.envelope or held.envelope
        there.inserts += held.inserts
        there.destroyed |= held.destroyed

    def enclose(self, station: Station, envelope: int, inserts: tuple[int, ...]) -> None:
        """What lies at `station` gets its inserts and an envelope around it."""
        held = self._held[station]
        held.envelope, held.inserts = envelope, inserts

    def crush(self, station: Station) -> None:
        """What lies at `station` is spoiled."""
        self._held[station].destroyed = True

    def put_down(self, source: Station, place: str) -> None:
        """What lies at `source` leaves the path: into the stacker, the divert bin or the operator's hands."""
        held = self._held.pop(source, None)
        if held is not None:
            leaves = tuple(held.leaves)
            self._record(Deposit(place, self._job, leaves, held.envelope, held.inserts, held.destroyed))

    def clear(self) -> None:
        """The operator takes all paper out of the path."""
        left_behind, self._held_back = self._held_back, set()
        for station in self._lying():
            if station in left_behind:
                self._hidden.add(station)
            elif station not in self._hidden:
                self.put_down(station, "removed")

    def hold_back(self, station: Station) -> None:
        """Whoever clears the path next overlooks what lies at `station`: no sensor sees it while nothing turns."""
        self._held_back.add(station)

    def uncover(self) -> tuple[Station, ...]:
        """The rollers turn: what was overlooked covers its sensors. Returns where."""
        found = tuple(station for station in self._lying() if station in self._hidden)
        self._hidden.clear()
        return found

    def put_aside(self) -> None:
        """The job has ended: what is left of its stack is taken off the feeder."""
        self._job = self._file = ""

    def leftovers(self) -> Iterator[Deposit]:
        """What has not left the machine: the path by station ("path"), then the feeder's stacks ("feeder")."""
        for station in self._lying():
            held = self._held[station]
            yield Deposit("path", self._job, tuple(held.leaves), held.envelope, held.inserts, held.destroyed)
        if self._stack:
            yield Deposit("feeder", self._job, self.stack())
