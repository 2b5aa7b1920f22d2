"""Typst, called in this process: one document with all pages, which typst_page.typ reads as JSON. Codes and logo lie in
files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import typst

from benchmarks.compose_data import Page, Symbol, to_json
from benchmarks.peers import form
from benchmarks.peers.peer import Work

_TEMPLATE = Path(__file__).with_name("typst_page.typ")


def version() -> str:
    return str(typst.__version__)


def prepare(pages: Sequence[Page], folder: Path) -> Work:
    root = folder / "typst"
    (root / "codes").mkdir(parents=True, exist_ok=True)
    template = shutil.copy(_TEMPLATE, root)
    (root / "form.json").write_text(json.dumps(form.as_json()), encoding="utf-8")
    (root / "pages.json").write_text(json.dumps(to_json(pages)), encoding="utf-8")
    shutil.copy(form.LOGO_FILE, root)
    for page in pages:
        codes: dict[str, Symbol] = {"qr": page.qr, "bars": page.bars, "sheet_code": page.sheet_code}
        for name, symbol in codes.items():
            form.bitmap(symbol).save(root / "codes" / f"{name}{page.number}.png")
    fonts = root / "fonts"
    fonts.mkdir(exist_ok=True)
    for font in (form.REGULAR, form.STRONG):
        shutil.copy(font, fonts)
    compiler = typst.Compiler(template, root=root, font_paths=[fonts], ignore_system_fonts=True)

    def compose(out: Path) -> None:
        # No other peer marks its file up for screen readers.
        compiler.compile(output=str(out), format="pdf", pdf_tags=False)

    return compose
