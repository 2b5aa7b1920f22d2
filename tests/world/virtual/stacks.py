"""Printed stacks whose pixels are read once: worlds of one kind print the same sheets over and over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from omr.model import FedFirst
from simulator.camera import Camera, Sighting, StackFolder
from simulator.paper import Leaf

_Seen = dict[int, Sighting]


class RememberingStacks:
    """A stack folder. What the camera saw of a page is kept under the print file's content and the mark set."""

    def __init__(self, folder: Path, seed: int, memory: dict[tuple[bytes, str, str], _Seen]) -> None:
        self._folder = folder
        self._stacks = StackFolder(folder, seed)
        self._memory = memory

    def find(self, job: str, mark_set: str, code_template: str) -> tuple[str, Sequence[int], Camera] | None:
        found = self._stacks.find(job, mark_set, code_template)
        if found is None:
            return None
        file, pages, camera = found
        digest = hashlib.sha256((self._folder / file).read_bytes()).digest()
        seen = self._memory.setdefault((digest, mark_set, code_template), {})
        return file, pages, _RememberingCamera(camera, seen)


class _RememberingCamera:
    def __init__(self, camera: Camera, seen: _Seen) -> None:
        self._camera = camera
        self._seen = seen

    @property
    def fed_first(self) -> FedFirst:
        return self._camera.fed_first

    def look(self, leaf: Leaf, *, smeared: bool) -> Sighting:
        if smeared:
            return self._camera.look(leaf, smeared=True)
        if leaf.page not in self._seen:
            self._seen[leaf.page] = self._camera.look(leaf, smeared=False)
        return self._seen[leaf.page]

    def following(self, sequence: int) -> int:
        return self._camera.following(sequence)

    def read_ahead(self, leaves: Iterable[Leaf]) -> bool:
        return False

    def close(self) -> None:
        self._camera.close()
