"""A case tried: what each step says of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from layouts.envelope import FOLDER as ENVELOPES
from layouts.envelope import Envelope, load_envelope
from layouts.errors import LayoutError
from layouts.finding import Finding
from layouts.fonts import FontSet
from layouts.geometry import Box
from layouts.layout import load_layout
from layouts.parts import Layout
from layouts.preflight import Preflight, check_layout
from layouts.typeset import Inspection, PageProgram, compile_layout
from tests.corpus.case import Case, Edits, Stage
from tests.corpus.document import changed, good_document
from tests.corpus.pictures import write_pictures

GOOD = Path(__file__).parent / "good"
LAYOUT, SLIP = "bill.toml", "giro.toml"
_GEOMETRY = ("E4020", "E4021", "E4022")
"""Codes after which a layout can still be set, to see on paper what is wrong."""

_Made = TypeVar("_Made")


@dataclass(slots=True)
class Trial:
    """How far a case came. `refusal` is the first error, `refused_at` the step that raised it; what comes after a step
    that refused is None. `text` is the file that the case changed: the first envelope's or the layout's."""

    marks: Mapping[str, Box]
    text: str = ""
    envelope_file: str = ""
    refusal: LayoutError | None = None
    refused_at: Stage | None = None
    envelopes: list[Envelope] = field(default_factory=list)
    layout: Layout | None = None
    inspection: Inspection | None = None
    typeset_refusal: LayoutError | None = None
    layout_findings: list[Finding] = field(default_factory=list)
    set_findings: Sequence[Finding] = ()
    page_findings: list[Finding] = field(default_factory=list)

    def step(self, at: Stage, make: Callable[[], _Made]) -> _Made | None:
        """What a step makes; None when it refuses."""
        try:
            return make()
        except LayoutError as refusal:
            self.refusal, self.refused_at = refusal, at
            return None


def tried(case: Case, folder: Path, fonts: FontSet) -> Trial:
    """Write the files of a case and take it through all steps, from reading to the ink of the pages."""
    trial = Trial(case.marks)
    path = _write_layout(case, folder)
    envelopes = [_write_envelope(name, case.envelope, folder) for name in case.envelopes]
    trial.text = (envelopes[0] if case.envelope else path).read_text(encoding="utf-8")
    trial.envelope_file = envelopes[0].name
    found = trial.step("envelope", lambda: [load_envelope(path) for path in envelopes])
    if found is None:
        return trial
    trial.envelopes = found
    layout = trial.layout = trial.step("load", lambda: load_layout(path))
    if layout is None:
        return trial
    trial.layout_findings = check_layout(layout, trial.envelopes, case.marks, two_sided=case.two_sided)
    program = trial.step("compile", lambda: compile_layout(layout, fonts))
    if program is None:
        assert trial.refusal is not None
        if trial.refusal.code not in _GEOMETRY:
            return trial
        program = PageProgram(layout, fonts)
    _set(trial, program, case)
    return trial


def _set(trial: Trial, program: PageProgram, case: Case) -> None:
    data = changed(good_document(case.goods), case.values, case.drop)
    inspection = trial.inspection = trial.step("data", lambda: program.inspect(data, "en"))
    if inspection is None:
        return
    trial.typeset_refusal = _refusal(program, data)
    preflight = Preflight(program.layout, trial.envelopes, case.marks, two_sided=case.two_sided)
    trial.set_findings = inspection.findings
    trial.page_findings = preflight.check(inspection.ink)


def _refusal(program: PageProgram, data: Mapping[str, Any]) -> LayoutError | None:
    try:
        program.typeset(data, "en")
    except LayoutError as refusal:
        return refusal
    return None


def _write_layout(case: Case, folder: Path) -> Path:
    for source in GOOD.iterdir():
        shutil.copyfile(source, folder / source.name)
    (folder / SLIP).write_text(edited((GOOD / SLIP).read_text(encoding="utf-8"), case.slip), encoding="utf-8")
    text = edited((GOOD / LAYOUT).read_text(encoding="utf-8"), case.layout) + case.more
    write_pictures(folder, text)
    path = folder / LAYOUT
    path.write_text(text, encoding="utf-8")
    return path


def _write_envelope(name: str, edits: Edits, folder: Path) -> Path:
    path = folder / f"envelope-{name}.toml"
    path.write_text(edited((ENVELOPES / f"{name}.toml").read_text(encoding="utf-8"), edits), encoding="utf-8")
    return path


def edited(text: str, edits: Edits) -> str:
    """The text with each edit made; what is replaced must stand in it once."""
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text
