"""PDFKit on Node: pdfkit.cjs reads the pages as JSON."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.compose_data import Page, to_json
from benchmarks.peers import form
from benchmarks.peers.peer import NODE_MODULES, Work

_SCRIPT = Path(__file__).with_suffix(".cjs")


def version() -> str:
    return str(json.loads((NODE_MODULES / "pdfkit/package.json").read_bytes())["version"])


def prepare(pages: Sequence[Page], folder: Path) -> Work:
    pages_file, form_file = folder / "pdfkit-pages.json", folder / "pdfkit-form.json"
    pages_file.write_text(json.dumps(to_json(pages)), encoding="utf-8")
    form_file.write_text(json.dumps(form.as_json()), encoding="utf-8")
    environment = os.environ | {"NODE_PATH": str(NODE_MODULES.resolve())}

    def compose(out: Path) -> None:
        subprocess.run(["node", _SCRIPT, pages_file, form_file, out], env=environment, check=True)

    return compose
