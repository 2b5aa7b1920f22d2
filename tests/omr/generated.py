"""Mark sets that a generator makes up, with what is known of them apart from the program."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import strategies as st

from omr.markset import MarkSet, load_mark_set
from omr.sheet import SheetOrders

COUNTED = ("ordinal", "sheet", "left", "of", "piece")
ORDERED = ("divert", "stop", "unseal", "auto-batch")
SCOPES = ("every", "first", "last", "not-first", "not-last")


@dataclass(frozen=True)
class MadeCounter:
    """A counter in plain figures."""

    name: str
    counts: str
    start: int
    step: int
    modulo: int
    zero: str
    end: str

    @property
    def weights(self) -> list[int]:
        return [1 << bit for bit in range(16) if 1 << bit < self.modulo]

    def run(self, places: int) -> list[int]:
        """The values of the first places, stepped one by one."""
        lowest = 0 if self.zero == "used" else 1
        values = [self.start]
        while len(values) < places:
            value = values[-1]
            for _ in range(abs(self.step)):
                value += 1 if self.step > 0 else -1
                if not lowest <= value < self.modulo:
                    value = (lowest if self.step > 0 else self.modulo - 1) if self.end == "wraps" else values[-1]
                    if self.end == "holds":
                        value = self.modulo - 1 if self.step > 0 else lowest
                        break
            values.append(value)
        return values


@dataclass(frozen=True)
class MadeSet:
    """A set in plain figures: per role its polarity and scope; what the parity covers."""

    roles: list[str]
    printed: dict[str, bool]
    scopes: dict[str, str]
    counters: list[MadeCounter]
    covers: list[str]
    even: bool
    reverse: bool
    origin: str
    direction: str
    pitch_mm: float
    length_mm: float
    x_mm: float
    text: str = field(default="", repr=False)

    def load(self) -> MarkSet:
        """The set as the program reads it."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "made.toml"
            file.write_text(self.toml(), encoding="utf-8")
            return load_mark_set(file)

    def toml(self) -> str:
        """The set as a file."""
        count, play_mm, thick_mm, near_mm = len(self.roles), 1.0, 0.4, 25.0
        span_mm = (count - 1) * self.pitch_mm
        # Positions run away from the edge that they are measured from, or towards it.
        away = (self.direction == "down") == self.origin.startswith("top")
        code_mm = near_mm + span_mm + thick_mm + 4 + 2 + 1
        lines = [
            'name = "made"\ntitle = "made up"',
            f'fed_first = "{"last-sheet" if self.reverse else "first-sheet"}"',
            f"functions = {self.roles}".replace("'", '"'),
            f'[sheet]\norigin = "{self.origin}"\nwidth_mm = 210.0\nheight_mm = 297.0',
            f"[column]\nx_mm = {self.x_mm}\nfirst_mm = {near_mm if away else near_mm + span_mm}",
            f"pitch_mm = {self.pitch_mm}\nlength_mm = {self.length_mm}\nthickness_mm = {thick_mm}",
            f'direction = "{self.direction}"\n[clear]\nside_mm = 2.0\nabove_mm = 4.0\nbelow_mm = 4.0',
            f"[strip]\nx_mm = {self.x_mm - 2}\ny_mm = {near_mm - 3}\nwidth_mm = {max(self.length_mm, 9) + 4}",
            f"height_mm = {code_mm + 9 + 3 - near_mm + 3}\ntolerance_mm = {play_mm}\n[marks]",
            *(self._mark(role) for role in self.roles),
            *(self._counter(counter) for counter in self.counters),
        ]
        if "parity" in self.roles:
            lines.append(
                f'[parity]\nsense = "{"even" if self.even else "odd"}"\ncovers = {self.covers}'.replace("'", '"')
            )
        lines.append(
            f'[code]\nsymbology = "DataMatrix"\nx_mm = {self.x_mm}\ny_mm = {code_mm}\nmodule_mm = 0.5\nmodules = 18\n'
            'quiet_mm = 2.0\ntemplate = "{run:7}{piece:9}{copy:02}{sheet:03}{of:03}"'
        )
        return "\n".join(lines) + "\n"

    def _mark(self, role: str) -> str:
        stem, _, weight = role.rpartition("-")
        counter = f', counter = "{stem}", weight = {weight}' if stem in {each.name for each in self.counters} else ""
        printed = "when-true" if self.printed[role] else "when-false"
        return f'{role} = {{ scope = "{self.scopes[role]}", printed = "{printed}"{counter} }}'

    @staticmethod
    def _counter(counter: MadeCounter) -> str:
        return (
            f'[counters.{counter.name}]\ncounts = "{counter.counts}"\nstart = {counter.start}\nstep = {counter.step}\n'
            f'modulo = {counter.modulo}\nzero = "{counter.zero}"\nend = "{counter.end}"'
        )

    def truth(self, role: str, orders: SheetOrders) -> bool:
        """What a role says on a sheet, in plain words; not for parity."""
        place = orders.of - orders.sheet + 1 if self.reverse else orders.sheet
        first, last = place == 1, place == orders.of
        scope = {"every": True, "first": first, "last": last, "not-first": not first, "not-last": not last}
        if not scope[self.scopes[role]]:
            return False
        for counter in self.counters:
            if role.rpartition("-")[0] == counter.name:
                places = {
                    "ordinal": orders.ordinal,
                    "sheet": place,
                    "left": orders.of - place + 1,
                    "of": orders.of,
                    "piece": orders.piece,
                }
                value = counter.run(places[counter.counts])[-1]
                return bool(value & int(role.rpartition("-")[2]))
        if role.startswith("select-"):
            return int(role[7:]) in orders.selects
        said = {
            "divert": orders.divert,
            "stop": orders.stop,
            "unseal": orders.unseal,
            "auto-batch": orders.batch,
            "first": first,
            "boc": first,
            "not-boc": not first,
            "insert": last,
            "eoc": last,
            "accumulate": not last,
            "not-eoc": not last,
        }
        return said.get(role, not role.startswith("blank"))


@st.composite
def made_counters(draw: st.DrawFn, name: str) -> MadeCounter:
    counts = "ordinal" if name == "sequence" else draw(st.sampled_from(COUNTED))
    end = "wraps" if name == "sequence" else draw(st.sampled_from(["wraps", "holds"]))
    zero = draw(st.sampled_from(["used", "skipped"]))
    lowest = 0 if zero == "used" else 1
    modulo = draw(st.integers(lowest + 2, 17))
    start = draw(st.integers(lowest, modulo - 1))
    cycle = modulo - lowest
    steps = [step for step in range(-5, 6) if abs(step) <= modulo and step % cycle]
    if end == "holds":
        steps = [step for step in steps if (start < modulo - 1 if step > 0 else start > lowest)]
    return MadeCounter(name, counts, start, draw(st.sampled_from(steps)), modulo, zero, end)


@st.composite
def made_sets(draw: st.DrawFn) -> MadeSet:
    """Any set that the rules allow: every role, polarity, scope, counter, parity, corner and direction."""
    counters = [draw(made_counters(name)) for name in draw(st.sets(st.sampled_from(["sequence", "page", "match"])))]
    roles = draw(st.sets(st.sampled_from(["safety", "timing", "timing-2", "blank", "blank-2", *ORDERED])))
    for names in (("first", "boc"), ("not-boc",), ("insert", "eoc"), ("accumulate", "not-eoc")):
        roles |= {draw(st.sampled_from(names))} if draw(st.booleans()) else set()
    roles |= {f"select-{number}" for number in draw(st.sets(st.integers(1, 8), max_size=4))}
    roles |= {f"{counter.name}-{weight}" for counter in counters for weight in counter.weights}
    if parity := draw(st.booleans()):
        roles.add("parity")
    order = ["start", *draw(st.permutations(sorted(roles)))]
    upright = ("start", "parity", "blank", "blank-2")
    # "last" and its negation with opposite polarities would be the same ink twice.
    ends = draw(st.booleans())
    printed = {
        role: role in upright or (ends if role in _ENDS else draw(st.booleans()) or role.startswith("blank"))
        for role in order
    }
    free = {"safety", "timing", "timing-2", *ORDERED, *(f"select-{number}" for number in range(1, 9))}
    scopes = {role: draw(st.sampled_from(SCOPES)) if role in free else "every" for role in order}
    others = [role for role in order if role != "parity"]
    return MadeSet(
        roles=order,
        printed=printed,
        scopes=scopes,
        counters=counters,
        covers=draw(st.lists(st.sampled_from(others), min_size=1, unique=True)) if parity else [],
        even=draw(st.booleans()),
        reverse=draw(st.booleans()),
        origin=draw(st.sampled_from(["top-left", "top-right", "bottom-left", "bottom-right"])),
        direction=draw(st.sampled_from(["down", "up"])),
        pitch_mm=draw(st.sampled_from([3.175, 4.0, 4.2])),
        length_mm=draw(st.sampled_from([6.5, 10.4, 12.0])),
        x_mm=draw(st.sampled_from([4.0, 5.0, 7.0])),
    )


_ENDS = {"first", "boc", "not-boc", "insert", "eoc", "accumulate", "not-eoc"}


@st.composite
def orders_for(draw: st.DrawFn, made: MadeSet) -> SheetOrders:
    """Orders that this set has marks for."""
    of = draw(st.integers(1, 40))
    feeders = [int(role[7:]) for role in made.roles if role.startswith("select-")]
    return SheetOrders(
        sheet=draw(st.integers(1, of)),
        of=of,
        ordinal=draw(st.integers(1, 200)),
        selects=frozenset(draw(st.sets(st.sampled_from(feeders))) if feeders else ()),
        divert="divert" in made.roles and draw(st.booleans()),
        stop="stop" in made.roles and draw(st.booleans()),
        unseal="unseal" in made.roles and draw(st.booleans()),
        batch="auto-batch" in made.roles and draw(st.booleans()),
        piece=draw(st.integers(1, 100)),
    )
