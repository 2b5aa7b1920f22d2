"""What a peer is: a module of this package that composes the pages with one engine, and what it needs to run."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.compose_data import Page

NODE_MODULES = Path("build/bench/node/node_modules")

Work = Callable[[Path], None]
"""Composes the pages it was prepared for into one PDF file."""


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
    packages  Python modules that must be there; `program` and `node_package` likewise.
    without   Python modules kept from it, to measure an engine without its accelerator.
    process   the engine runs as a process of its own; its start, measured with one page, is taken off its time.
    """

    module: str
    pages: int
    packages: tuple[str, ...] = ()
    program: str = ""
    node_package: str = ""
    without: tuple[str, ...] = ()
    process: bool = False

    def missing(self) -> str:
        """What is not installed, "" when all is."""
        if absent := [name for name in self.packages if importlib.util.find_spec(name) is None]:
            return f"the Python module {', '.join(absent)}"
        if self.program and shutil.which(self.program) is None:
            return f"the program {self.program}"
        if self.node_package and not (NODE_MODULES / self.node_package).is_dir():
            return f"the Node package {self.node_package}"
        return ""


_ACCELERATOR = "_rl_accel"

OURS = "mailroom"

PEERS: Mapping[str, Entry] = {
    OURS: Entry("ours", 1000),
    "fpdf2, wrapped by hand": Entry("fpdf2_by_hand", 1000, packages=("fpdf",)),
    "fpdf2": Entry("fpdf2", 300, packages=("fpdf",)),
    "reportlab canvas, rl_accel": Entry("canvas", 1000, packages=(_ACCELERATOR,)),
    "PDFKit (Node)": Entry("pdfkit", 1000, program="node", node_package="pdfkit", process=True),
    "reportlab canvas": Entry("canvas", 1000, without=(_ACCELERATOR,)),
    "reportlab platypus, rl_accel": Entry("platypus", 300, packages=(_ACCELERATOR,)),
    "reportlab platypus": Entry("platypus", 300, without=(_ACCELERATOR,)),
    "Apache FOP (Java)": Entry("fop", 400, program="fop", process=True),
    "Typst": Entry("typst_", 300, packages=("typst",)),
    "WeasyPrint": Entry("weasyprint_", 60, packages=("weasyprint",)),
}
