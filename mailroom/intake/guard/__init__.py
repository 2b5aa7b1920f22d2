"""Untrusted files are opened in a process of its own, which has limits and can be killed.

`Guard` runs a function of the table in `functions.py` and tells in an `Answer` what became of it; `inspect_pdf` is the
first look at any PDF that comes in.
"""

from mailroom.intake.guard.answer import Answer, Crashed, Done, OverLimit, Refused, done, garbled, refusal
from mailroom.intake.guard.guard import Guard
from mailroom.intake.guard.limits import Limit, Limits
from mailroom.intake.guard.pdf_inspection import PageRun, PdfInspection, PdfLimits, inspect_pdf

__all__ = [
    "Answer",
    "Crashed",
    "Done",
    "Guard",
    "Limit",
    "Limits",
    "OverLimit",
    "PageRun",
    "PdfInspection",
    "PdfLimits",
    "Refused",
    "done",
    "garbled",
    "inspect_pdf",
    "refusal",
]
