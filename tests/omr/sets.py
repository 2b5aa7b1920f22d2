"""Mark sets other than the shipped one, after the layouts of other makers' manuals."""

from __future__ import annotations

import re
from pathlib import Path

from omr.markset import SHIPPED, MarkSet, load_mark_set

QUADIENT_TEXT = (SHIPPED / "quadient.toml").read_text(encoding="utf-8")

PLACES = """
title = "test"
[column]
x_mm = 7.0
first_mm = 100.0
pitch_mm = 4.0
length_mm = 6.5
thickness_mm = 0.4
direction = "down"
[clear]
side_mm = 3.0
above_mm = 5.0
below_mm = 10.0
[strip]
x_mm = 3.0
y_mm = 95.0
width_mm = 15.0
height_mm = 95.0
tolerance_mm = 1.5
[code]
symbology = "DataMatrix"
x_mm = 5.0
y_mm = 172.0
module_mm = 0.5
modules = 18
quiet_mm = 2.0
template = "{run:7}{piece:9}{copy:02}{sheet:03}{of:03}"
"""

# Benchmark, safety, not-EOC, not-BOC, parity, retiming.
INVERTED = f"""
name = "inverted"
functions = ["start", "safety", "insert", "first", "parity", "timing"]
{PLACES}
[marks]
start = {{ scope = "every", printed = "when-true" }}
safety = {{ scope = "every", printed = "when-true" }}
insert = {{ scope = "last", printed = "when-false" }}
first = {{ scope = "first", printed = "when-false" }}
parity = {{ scope = "every", printed = "when-true" }}
timing = {{ scope = "every", printed = "when-true" }}
[parity]
sense = "even"
covers = ["start", "safety", "insert", "first", "timing"]
"""

# After the 16-stroke layout: sequence 1/2/4/8 without zero, parity present when the others are even.
STROKES = f"""
name = "strokes"
functions = [
    "start", "blank", "timing", "sequence-1", "sequence-2", "sequence-4", "sequence-8", "insert",
    "select-1", "select-2", "select-3", "select-4", "parity", "safety",
]
{PLACES}
[marks]
start = {{ scope = "every", printed = "when-true" }}
blank = {{ scope = "every", printed = "when-true" }}
timing = {{ scope = "every", printed = "when-true" }}
sequence-1 = {{ scope = "every", printed = "when-true", counter = "sequence", weight = 1 }}
sequence-2 = {{ scope = "every", printed = "when-true", counter = "sequence", weight = 2 }}
sequence-4 = {{ scope = "every", printed = "when-true", counter = "sequence", weight = 4 }}
sequence-8 = {{ scope = "every", printed = "when-true", counter = "sequence", weight = 8 }}
insert = {{ scope = "last", printed = "when-true" }}
select-1 = {{ scope = "last", printed = "when-true" }}
select-2 = {{ scope = "last", printed = "when-true" }}
select-3 = {{ scope = "last", printed = "when-true" }}
select-4 = {{ scope = "last", printed = "when-true" }}
parity = {{ scope = "every", printed = "when-true" }}
safety = {{ scope = "every", printed = "when-true" }}
[counters.sequence]
counts = "ordinal"
start = 1
step = 1
modulo = 16
zero = "skipped"
[parity]
sense = "odd"
covers = [
    "start", "timing", "sequence-1", "sequence-2", "sequence-4", "sequence-8", "insert",
    "select-1", "select-2", "select-3", "select-4", "safety",
]
"""

# A page counter that runs down, and marks that are read from below.
COUNTING = f"""
name = "counting"
functions = ["start", "page-2", "page-1"]
{PLACES.replace('direction = "down"', 'direction = "up"').replace("first_mm = 100.0", "first_mm = 150.0")}
[marks]
start = {{ scope = "every", printed = "when-true" }}
page-2 = {{ scope = "every", printed = "when-true", counter = "page", weight = 2 }}
page-1 = {{ scope = "every", printed = "when-true", counter = "page", weight = 1 }}
[counters.page]
counts = "sheet"
start = 3
step = -1
modulo = 4
zero = "used"
"""


def write_set(folder: Path, *, text: str = QUADIENT_TEXT, functions: str | None = None) -> MarkSet:
    """Load a mark set from this text, with other functions if they are given (as TOML)."""
    if functions is not None:
        text = re.sub(r"functions = \[.*?\n\]", f"functions = {functions}", text, flags=re.DOTALL)
    file = folder / "set.toml"
    file.write_text(text, encoding="utf-8")
    return load_mark_set(file)
