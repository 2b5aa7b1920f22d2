"""Whatever happens to a page store, in whatever order: it gives back what was put, or says what it lacks."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from layouts.pageset import PageSet
from spool.job import SpoolError
from spool.pagestore import PageStore
from tests.spool.page_sets import form, page_set

SEEDS = [f"{number}" for number in range(12)]
SETS = {seed: page_set(seed, pages=(f"{seed} page".encode(),), forms=(form(),)) for seed in SEEDS}
OTHER = {seed: page_set(seed, pages=(b"other",), forms=(form(),)) for seed in SEEDS}

seeds = st.sampled_from(SEEDS)
stores = st.integers(0, 1)


class AnyDay(RuleBasedStateMachine):
    """Two processes with one store, a disk that spoils lots, a hand that removes them, restarts."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.stores = [PageStore(self.root), PageStore(self.root)]
        self.kept: dict[str, PageSet] = {}
        self.lots: dict[Path, set[str]] = {}
        self.spoilt: set[Path] = set()

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    @rule(store=stores, chosen=st.lists(seeds, max_size=6))
    def put(self, store: int, chosen: list[str]) -> None:
        before = set(self.root.rglob("*.lot"))
        new = set(chosen) - self.kept.keys()
        assert self.stores[store].put_all(SETS[seed] for seed in chosen) == [SETS[seed].key for seed in chosen]
        made = set(self.root.rglob("*.lot")) - before
        assert len(made) == bool(new), "what is kept is written once"
        for path in made:
            self.lots[path] = new
            self.spoilt.discard(path)
        self.kept |= {seed: SETS[seed] for seed in chosen}

    @rule(store=stores, seed=seeds)
    def put_other_content(self, store: int, seed: str) -> None:
        if seed in self.kept:
            with pytest.raises(SpoolError, match="E6104"):
                self.stores[store].put(OTHER[seed])

    @rule(data=st.data(), at=st.integers(0, 10**6), head=st.booleans())
    def spoil_a_lot(self, data: st.DataObject, at: int, head: bool) -> None:
        """Turn a byte of its head, or cut it where the first record begins."""
        if not self.lots:
            return
        path = data.draw(st.sampled_from(sorted(self.lots)))
        content = bytearray(path.read_bytes())
        start = 44 + 48 * len(self.lots[path])
        if head:
            content[at % start] ^= 0x55
        else:
            del content[start:]
        path.write_bytes(content)
        self._forget(path)
        self.spoilt.add(path)
        # Who has read the head already need not look at it again: it holds what was true.
        self._restart_all()

    @rule(data=st.data())
    def remove_a_lot(self, data: st.DataObject) -> None:
        if self.lots:
            path = data.draw(st.sampled_from(sorted(self.lots)))
            path.unlink()
            self._forget(path)
            # The number of the last lot is free again: nobody removes lots under processes at work.
            self._restart_all()

    @rule(store=stores)
    def restart(self, store: int) -> None:
        self.stores[store] = PageStore(self.root)

    @invariant()
    def gives_back_or_says_what_it_lacks(self) -> None:
        for store in self.stores:
            for seed in SEEDS:
                if seed in self.kept:
                    assert store.get(SETS[seed].key) == self.kept[seed]
                    continue
                with pytest.raises(SpoolError) as caught:
                    store.get(SETS[seed].key)
                assert caught.value.code == "E6102" or (caught.value.code == "E6103" and self.spoilt)

    def _restart_all(self) -> None:
        self.stores = [PageStore(self.root), PageStore(self.root)]

    def _forget(self, path: Path) -> None:
        for seed in self.lots.pop(path):
            del self.kept[seed]


TestAnyDay = AnyDay.TestCase
TestAnyDay.settings = settings(max_examples=80, stateful_step_count=15, deadline=None)
