"""A crash at any point of a look loses nothing and takes nothing twice."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.domain.errors import InputRefused
from mailroom.intake.arrival import Arrival, Outcome
from mailroom.intake.hotfolder import HotFolder
from mailroom.intake.taken_contents import TakenContents

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SETTLE_S = 10
EFFECTS = ("mkdir", "rename", "replace", "unlink", "rmdir", "write", "fsync")
END = b" %%EOF"
BAD = b"bad"


class Killed(BaseException):
    """The process is gone: no clearing up after it."""


@dataclass
class Life:
    """How many more effects the process has on the world before it is killed; the last one may not happen at all."""

    left: int
    last_happens: bool
    dead: bool = False
    steps: int = 0

    def act(self, effect: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        if self.dead:
            raise Killed
        self.steps += 1
        if self.steps < self.left:
            return effect(*arguments, **named)
        self.dead = True
        if self.last_happens:
            effect(*arguments, **named)
        raise Killed


@contextmanager
def lived(life: Life) -> Iterator[None]:
    """All that the process does to the disk goes through `life`; the fsync itself is left out, for speed."""
    whole = {name: getattr(os, name) for name in EFFECTS}

    def through(name: str) -> Callable[..., Any]:
        def effect(*arguments: Any, **named: Any) -> Any:
            return life.act(whole[name] if name != "fsync" else lambda _: None, *arguments, **named)

        return effect

    for name in EFFECTS:
        setattr(os, name, through(name))
    try:
        yield
    finally:
        for name, effect in whole.items():
            setattr(os, name, effect)


@dataclass
class World:
    """A folder, senders, and a ledger that survives the crashes of the process."""

    root: Path
    companion: str = ""
    now: datetime = NOON
    ledger: dict[bytes, set[str]] = field(default_factory=dict)
    claims: int = 0
    crashes: int = 0
    sent: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.inbox.mkdir()
        self.hot = self.started()

    @property
    def inbox(self) -> Path:
        return self.root / "in"

    def started(self) -> HotFolder:
        """As after a start of the program: nothing is remembered but what lies on the disk."""
        return HotFolder(
            self.inbox,
            self.root / "quarantine",
            TakenContents(self.root / "contents.tsv"),
            self.take,
            lambda: self.now,
            settle_s=SETTLE_S,
            companion=self.companion,
            token=self.token,
        )

    def token(self) -> str:
        self.claims += 1
        return f"{self.claims:06}"

    def take(self, arrival: Arrival) -> Outcome:
        content = arrival.file.read_bytes() + (arrival.companion.read_bytes() if arrival.companion else b"")
        if content.startswith(BAD):
            return Outcome(False, (InputRefused("E1411", "broken", remedy="Send it again."),))
        # One step: the ledger's transaction.
        self.life.act(self.ledger.setdefault(content, set()).add, arrival.file.parent.name)
        return Outcome()

    def look(self, kill_after: int | None = None, last_happens: bool = True) -> int:
        """A look that is cut off after some effects; the number that there were."""
        self.now += timedelta(seconds=SETTLE_S)
        self.life = Life(kill_after if kill_after is not None else 1 << 30, last_happens)
        with lived(self.life), suppress(Killed):
            list(self.hot.look())
        if self.life.dead:
            self.crashes += 1
            self.hot = self.started()
        return self.life.steps

    def settle(self) -> None:
        for _ in range(4):
            self.look()

    def everywhere(self) -> list[bytes]:
        """Every content on the disk, wherever it lies."""
        folders = (self.inbox, self.root / "quarantine")
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return [path.read_bytes() for path in files if path.suffix not in {".json", ".error", ".lock", ""}]

    def send(self, name: str, content: bytes) -> None:
        (self.inbox / name).write_bytes(content)
        self.sent.add(content)

    def check(self) -> None:
        """Good contents were taken, by one claim each; bad ones lie in quarantine; nothing is left half done."""
        good = {content for content in self.sent if not content.startswith(BAD)}
        assert {content for content, claims in self.ledger.items() if claims} == good
        assert all(len(claims) == 1 for claims in self.ledger.values() if claims)
        assert self.sent <= set(self.everywhere())
        for content in self.sent - good:
            files = [path for path in (self.root / "quarantine").iterdir() if not path.name.startswith(".")]
            kept = [path for path in files if path.read_bytes() == content]
            assert kept
            assert all(path.with_name(f"{path.name}.errors.json").exists() for path in kept)
        assert not [name for name in os.listdir(self.inbox / "taking") if name != ".lock"]
        seen = [path for path in self.inbox.iterdir() if path.is_file() and not path.name.startswith(".")]
        assert {path.suffix for path in seen} <= {".error"}


@pytest.mark.parametrize("last_happens", [True, False])
@pytest.mark.parametrize("companion", ["", ".csv"])
def test_a_kill_between_any_two_steps_loses_nothing_and_takes_nothing_twice(
    tmp_path: Path, last_happens: bool, companion: str
) -> None:
    kill_after = 1
    while True:
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            world = World(Path(folder), companion)
            for name, content in (("a.pdf", b"good"), ("b.pdf", BAD), ("c.pdf", b"more")):
                (world.inbox / name).write_bytes(content)
                index = b""
                if companion:
                    index = b" of " + name.encode()
                    (world.inbox / name).with_suffix(companion).write_bytes(index)
                world.sent.add(content + index)
            world.look()
            world.look(kill_after, last_happens)
            crashed = world.crashes
            world.settle()
            assert {content for content, claims in world.ledger.items() if claims} == {
                content for content in world.sent if not content.startswith(BAD)
            }
            assert all(len(claims) == 1 for claims in world.ledger.values())
            if not companion:
                world.check()
        if not crashed:
            break
        kill_after += 1
    assert kill_after > 20


def test_a_duplicate_that_arrives_while_the_first_is_in_work_is_still_refused(tmp_path: Path) -> None:
    kill_after = 1
    while True:
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            world = World(Path(folder))
            world.send("a.pdf", b"same")
            world.look()
            world.look(kill_after)
            crashed = world.crashes
            world.send("b.pdf", b"same")
            world.send("a.pdf", b"same")
            world.settle()
            assert len(world.ledger[b"same"]) == 1
            assert list(world.inbox.glob("*.pdf.error"))
        if not crashed:
            break
        kill_after += 1


NAMES = st.sampled_from(["a.pdf", "b.pdf", "c.pdf"])
CONTENTS = st.sampled_from([b"one" + END, b"two" + END, b"three" + END, BAD + END])
ACTIONS = st.one_of(
    st.tuples(st.just("rename"), NAMES, CONTENTS),
    st.tuples(st.just("write"), NAMES, CONTENTS),
    st.tuples(st.just("look"), st.integers(1, 60), st.booleans()),
    st.tuples(st.just("look"), st.none(), st.just(True)),
    st.tuples(st.just("wait"), st.integers(1, 9), st.none()),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTIONS, max_size=12))
def test_whatever_senders_and_crashes_do_each_content_is_taken_once(actions: list[tuple[Any, Any, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        slow: dict[str, bytes] = {}
        for action, first, second in actions:
            match action:
                case "rename" if not (world.inbox / first).exists():
                    (world.root / "new").write_bytes(second)
                    os.rename(world.root / "new", world.inbox / first)
                    world.sent.add(second)
                case "write" if not (world.inbox / first).exists() and first not in slow:
                    (world.inbox / first).write_bytes(second[:3])
                    slow[first] = second
                case "look":
                    world.look(first, second)
                case "wait":
                    world.now += timedelta(seconds=first)
                case _:
                    pass
            # A slow sender writes on before each look, so that its file never stands still until it is whole.
            for name in list(slow):
                path = world.inbox / name
                done = path.stat().st_size + 1 if path.exists() else 0
                if done:
                    path.write_bytes(slow[name][:done])
                if done >= len(slow[name]):
                    world.sent.add(slow.pop(name))
        for name, content in slow.items():
            world.send(name, content)
        world.settle()
        world.check()
