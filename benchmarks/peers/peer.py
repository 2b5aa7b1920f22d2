"""What a peer is: a module of this package that composes the pages with one engine, and what it needs to run."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Mapping, Sequence
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.compose_data import Page

NODE_MODULES = Path("build/bench/node/node_modules")

Work = Callable[[Path], None]
"""Composes the pages it was prepared for into one PDF file."""


Kept = tuple[str, int]
"""A document in our page store: its key and how many pages it has."""


class Peer(Protocol):
    """An engine's module."""

    def version(self) -> str:
        """Of the engine."""

    def prepare(self, pages: Sequence[Page], folder: Path) -> Work:
        """Load what the engine loads once, and write to `folder` what it reads as files: none of this is timed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """How to call a peer.

    module    its name in this package.
    pages     how many it composes in a round: a slow engine gets fewer.
    packages  Python modules that must be there; `library` (shared), `program` and `node_package` likewise.
    without   Python modules kept from it, to measure an engine without its accelerator.
    warm_up   pages of a first run, in which caches fill and a just-in-time compiler learns. It is not part of the rate.
    process   the engine runs as a process of its own: the first run is a separate process, and what it took is taken
              off what all pages took, with its pages.
    """

    module: str
    pages: int
    packages: tuple[str, ...] = ()
    library: str = ""
    program: str = ""
    node_package: str = ""
    without: tuple[str, ...] = ()
    warm_up: int = 1
    process: bool = False

    def missing(self) -> str:
        """What is not installed, "" when all is."""
        if absent := [name for name in self.packages if importlib.util.find_spec(name) is None]:
            return f"the Python module {', '.join(absent)}"
        if self.library and find_library(self.library) is None:
            return f"the library {self.library}"
        if self.program and shutil.which(self.program) is None:
            return f"the program {self.program}"
        if self.node_package and not (NODE_MODULES / self.node_package).is_dir():
            return f"the Node package {self.node_package}"
        return ""


_ACCELERATOR = "_rl_accel"

OURS = "mailroom"

PEERS: Mapping[str, Entry] = {
    OURS: Entry("ours", 2000),
    "reportlab canvas, rl_accel": Entry("canvas", 1000, packages=(_ACCELERATOR,)),
    "fpdf2, wrapped by hand": Entry("fpdf2_by_hand", 1000, packages=("fpdf",)),
    "reportlab canvas": Entry("canvas", 1000, without=(_ACCELERATOR,)),
    "PDFKit (Node)": Entry("pdfkit", 1000, program="node", node_package="pdfkit", warm_up=100, process=True),
    "reportlab platypus, rl_accel": Entry("platypus", 500, packages=(_ACCELERATOR,)),
    "Typst": Entry("typst_", 500, packages=("typst",)),
    "reportlab platypus": Entry("platypus", 500, without=(_ACCELERATOR,)),
    "Apache FOP (Java)": Entry("fop", 600, program="fop", warm_up=200, process=True),
    "fpdf2": Entry("fpdf2", 200, packages=("fpdf",)),
    "WeasyPrint": Entry("weasyprint_", 40, packages=("weasyprint",), library="pango-1.0"),
}
