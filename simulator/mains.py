"""The switch of the machine: off, it knows nothing; on again, it is another power-up beside the same paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from simulator.paper import Leaf
from simulator.rig import Rig
from simulator.supplies import Supplies

Build = Callable[[int, frozenset[Leaf], Supplies], Rig]
"""Makes the rig of the n-th power-up (from 0), with the sheets used up before, and stocks as they are."""


class Mains:
    """Holds the rig while there is power. `used` are sheets that earlier lives of the machine have put down."""

    def __init__(self, build: Build, supplies: Supplies, used: Iterable[Leaf] = ()) -> None:
        self.supplies = supplies
        self.rig: Rig | None = None
        self._build = build
        self._used = frozenset(used)
        self._ups = 0

    def on(self) -> Rig:
        """Switch on; paper that lay on the path was laid back on the stack."""
        if self.rig is None:
            self.rig = self._build(self._ups, self._used, self.supplies)
            self._ups += 1
            self.rig.link.open()
        return self.rig

    def off(self) -> None:
        """Pull the plug: where the paper is gets written down, all else is forgotten."""
        rig, self.rig = self.rig, None
        if rig is None:
            return
        rig.write_leftovers()
        self._used |= rig.record.used
        if rig.machine.path.camera is not None:
            rig.machine.path.camera.close()
