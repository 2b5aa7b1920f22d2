"""The functions that may be asked of a worker, and nothing else.

Each takes its arguments by name (plain JSON values) and returns a `Result`, or yields `Result`s. It refuses a file by
raising an error of the house. The modules are imported in the worker alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class Result:
    """A value and the binary parts that it refers to by their number."""

    value: JsonValue
    parts: Sequence[bytes] = ()


INSPECT_PDF = "inspect-pdf"
MEND_PDF = "mend-pdf"
EXAMINE_PDF = "examine-pdf"
CONVERT_PDF = "convert-pdf"
PROPOSE_FOR_PDF = "propose-for-pdf"
LOOK_AT_PDF = "look-at-pdf"
READ_MARKS = "read-marks"

FUNCTIONS: Mapping[str, str] = MappingProxyType(
    {
        INSPECT_PDF: "mailroom.intake.guard.pdf_check:inspect",
        MEND_PDF: "mailroom.intake.guard.pdf_mend:mend",
        EXAMINE_PDF: "mailroom.intake.finished.in_worker:examine",
        CONVERT_PDF: "mailroom.intake.finished.in_worker:convert",
        PROPOSE_FOR_PDF: "mailroom.intake.finished.in_worker:propose",
        LOOK_AT_PDF: "mailroom.intake.finished.in_worker:look",
        READ_MARKS: "mailroom.intake.readings_in_worker:read",
        "drill-answer": "mailroom.intake.guard.drill:answer",
        "drill-refuse": "mailroom.intake.guard.drill:refuse",
        "drill-time": "mailroom.intake.guard.drill:spend_time",
        "drill-processor": "mailroom.intake.guard.drill:spend_processor",
        "drill-memory": "mailroom.intake.guard.drill:spend_memory",
        "drill-files": "mailroom.intake.guard.drill:spend_files",
        "drill-flood": "mailroom.intake.guard.drill:flood",
        "drill-signal": "mailroom.intake.guard.drill:end_by_signal",
        "drill-fault": "mailroom.intake.guard.drill:fail",
        "drill-recursion": "mailroom.intake.guard.drill:recurse",
        "drill-garble": "mailroom.intake.guard.drill:garble",
        "drill-network": "mailroom.intake.guard.drill:open_network",
        "drill-process": "mailroom.intake.guard.drill:start_process",
        "drill-write": "mailroom.intake.guard.drill:write_file",
        "drill-surroundings": "mailroom.intake.guard.drill:surroundings",
    }
)
"""Name of a function → module and name of what does it."""
