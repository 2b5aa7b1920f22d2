"""What `inspect_pdf` does in the worker."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import asdict
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2 as pdfium

from mailroom.domain.errors import InputRefused
from mailroom.intake.guard.functions import Result
from mailroom.intake.guard.messages import text
from mailroom.intake.guard.pdf_inspection import PageRun, PdfInspection, PdfLimits
from mailroom.intake.guard.pdf_objects import look_through
from mailroom.intake.guard.pdf_tree import PageBox, pages_of

_HEAD_BYTES = 1024
"""Where the header must begin (Acrobat's rule, which all readers follow)."""
_TAIL_BYTES = 1 << 20
_WARNINGS_TOLD = 5
_DROPPED = re.compile("limits error|excessively deeply nested")
"""Warnings of qpdf about content that it does not read for its own safety: a mended file would lack it."""
_SPLIT = "Split the delivery into smaller files."
_EXPORT_AGAIN = "Have the sender export it again."


def inspect(file: str, limits: Mapping[str, Any]) -> Result:
    """`file` is an absolute path; `limits` the fields of PdfLimits. The value holds the fields of PdfInspection."""
    bounds = PdfLimits(**limits)
    _check_file(file, bounds)
    try:
        with opened(file) as pdf:
            inspection = _inspected(pdf, bounds)
            second: str | bytes = mended(pdf) if inspection.repaired else file
    except pikepdf.PdfError as error:
        raise broken(str(error).removeprefix(file).lstrip(": ")) from error
    if inspection.repaired:
        _check_end(file)
    _check_second_reader(second, inspection.pages)
    return Result(asdict(inspection))


def _check_file(file: str, limits: PdfLimits) -> None:
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        fact = f"the file can't be opened: {error.strerror}"
        raise InputRefused("E1421", fact, remedy="Check the name and that the file may be read.") from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise InputRefused("E1421", "this is no regular file", remedy="Give the file itself, not a folder or pipe.")
        if status.st_size > limits.file_bytes:
            fact = f"the file has {status.st_size:,} bytes, more than {limits.file_bytes:,}"
            raise InputRefused("E1420", fact, remedy=_SPLIT)
        head = os.read(handle, _HEAD_BYTES)
    finally:
        os.close(handle)
    if b"%PDF-" not in head:
        fact = "the file is empty" if not head else "the file is no PDF: it does not begin with %PDF-"
        raise InputRefused("E1410", fact, place="byte 0", remedy="Have the sender export it as PDF again.")


def opened(file: str) -> pikepdf.Pdf:
    """Raises InputRefused E1411 and E1412; pikepdf.PdfError for what `broken` puts into words."""
    try:
        return pikepdf.open(file, suppress_warnings=True, inherit_page_attributes=False)
    except pikepdf.PasswordError as error:
        remedy = "Have the sender export it without a password, or remove it with the sender's consent."
        raise InputRefused("E1412", "the PDF is locked with a password", remedy=remedy) from error
    except ValueError as error:  # numbers beyond what qpdf holds
        raise broken(str(error)) from error


def _check_end(file: str) -> None:
    """A damaged file whose end is missing lacks more than can be known: pages, or the rest of one."""
    with open(file, "rb") as stream:
        stream.seek(max(0, os.fstat(stream.fileno()).st_size - _TAIL_BYTES))
        _, mark, after = stream.read().rpartition(b"%%EOF")
    if not mark or b"endobj" in after or b" obj" in after:
        remedy = "Have it sent again. A sender that copies slowly should rename the file into place when it is whole."
        raise InputRefused("E1422", "the file is cut off: its end is missing", place="end of the file", remedy=remedy)


def _inspected(pdf: pikepdf.Pdf, limits: PdfLimits) -> PdfInspection:
    objects = len(pdf.objects)
    if objects > limits.objects:
        fact = f"the PDF has {objects:,} objects, more than {limits.objects:,}"
        raise InputRefused("E1419", fact, place="cross-reference table", remedy=_SPLIT)
    sizes = _runs(pages_of(pdf, limits))
    active = look_through(pdf, limits)
    warnings = [text(str(warning)) for warning in pdf.get_warnings()]
    if any(_DROPPED.search(warning) for warning in warnings):
        fact = "a part is nested so deep, or so large, that the PDF library leaves it out"
        raise InputRefused("E1415", fact, place="objects", remedy=_EXPORT_AGAIN)
    return PdfInspection(
        pages=sum(run.count for run in sizes),
        sizes=tuple(sizes),
        objects=objects,
        encrypted=pdf.is_encrypted,
        repaired=tuple(dict.fromkeys(_without_name(warning) for warning in warnings[:_WARNINGS_TOLD])),
        active=active,
    )


def _runs(boxes: list[PageBox]) -> list[PageRun]:
    runs: list[PageRun] = []
    for number, box in enumerate(boxes):
        last = runs[-1] if runs else None
        if last is not None and (last.width_mm, last.height_mm, last.rotate) == box:
            runs[-1] = PageRun(last.first, last.count + 1, *box)
        else:
            runs.append(PageRun(number, 1, *box))
    return runs


def mended(pdf: pikepdf.Pdf) -> bytes:
    """The PDF as qpdf writes it anew: sound, decrypted. The same file gives the same bytes."""
    if "/Size" not in pdf.trailer:
        pdf.trailer["/Size"] = 1  # qpdf puts the true figure there, but only where there is one
    out = BytesIO()
    pdf.save(out, encryption=False, deterministic_id=True)
    return out.getvalue()


def _check_second_reader(file: str | bytes, pages: int) -> None:
    """Zones are read by one library and pages copied by another: both must see the same pages. Of a damaged file both
    get the mended copy."""
    try:
        document = pdfium.PdfDocument(file)
    except pdfium.PdfiumError as error:
        raise broken(f"PDFium can't open it ({error})") from error
    try:
        found = len(document)
    finally:
        document.close()
    if found != pages:
        fact = f"the page tree is broken: {pages} pages are found by one way of reading, {found} by another"
        raise InputRefused("E1417", fact, place="page tree", remedy=_EXPORT_AGAIN)


def broken(words: str) -> InputRefused:
    """E1411 in the library's words."""
    return InputRefused(
        "E1411", f"the PDF is broken beyond repair: {words}", place="file structure", remedy=_EXPORT_AGAIN
    )


def _without_name(warning: str) -> str:
    """A warning of qpdf begins with the file's name, which is told already."""
    _, separator, rest = warning.partition(".pdf")
    return rest.strip(" :") if separator and rest else warning
