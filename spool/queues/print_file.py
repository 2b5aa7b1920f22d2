"""What every queue checks before it takes a job: the key can be a name, the PDF is whole, the sheets agree."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2 as pdfium

from spool.atomic import disk_error
from spool.job import PrintJob, QueueRefused, SpoolError

# A key is part of file names and of CUPS job names; CUPS cuts names at 255 bytes.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_TAIL_BYTES = 1024
_SIDES_PER_SHEET = {"one-sided": 1, "two-sided-long-edge": 2, "two-sided-short-edge": 2}


def sides_per_sheet(sides: str) -> int:
    """Printed sides that one sheet can carry for an IPP `sides` keyword. E3104 for an unknown keyword."""
    try:
        return _SIDES_PER_SHEET[sides]
    except KeyError:
        known = ", ".join(_SIDES_PER_SHEET)
        raise QueueRefused("E3104", f"'{sides}' is not a way to print sides", remedy=f"Use one of {known}.") from None


def check_key(key: str) -> str:
    """The key itself, if it may be a job's key: letters, digits, '.', '_' and '-', at most 100. Otherwise E3105."""
    if not _KEY.fullmatch(key):
        raise SpoolError(
            "E3105",
            f"'{key}' can't be the key of a print job",
            remedy="Use letters, digits, '.', '_' and '-', at most 100 of them, beginning with a letter or digit.",
        )
    return key


def refuse_bad_key(key: str) -> None:
    """`check_key` for `submit`: nothing was taken, so the error is `QueueRefused`."""
    try:
        check_key(key)
    except SpoolError as error:
        raise QueueRefused(error.code, error.message, remedy=error.remedy) from None


def count_pages(file: Path) -> int:
    """Pages of a whole PDF. E3101 if the file can't be read, E3102 if it is not a PDF from end to end."""
    try:
        with file.open("rb") as handle:
            head = handle.read(8)
            handle.seek(0, 2)
            handle.seek(max(0, handle.tell() - _TAIL_BYTES))
            tail = handle.read()
    except OSError as error:
        fault = disk_error(error, file)
        raise QueueRefused(
            "E3101", f"The print file can't be read: {fault.message}", place=str(file), remedy=fault.remedy
        ) from error
    # PDFium mends files that were cut short and would count the pages that are left, so ask for both ends first.
    if not head.startswith(b"%PDF-") or b"%%EOF" not in tail or b"startxref" not in tail:
        raise _not_whole(file)
    try:
        document = pdfium.PdfDocument(file)
    except pdfium.PdfiumError as error:
        raise _not_whole(file) from error
    try:
        return len(document)
    finally:
        document.close()


def check_job(job: PrintJob) -> None:
    """Refuse (`QueueRefused`) a file that would not print as planned: E3101…E3104; E3103 is a wrong sheet count."""
    per_sheet = sides_per_sheet(job.sides)
    pages = count_pages(job.file)
    sheets, most = -(-pages // per_sheet), -(-pages // per_sheet) * per_sheet
    if job.stretches:
        told = job.stretches[-1].last_page
        sheets, most = sum(stretch.sheets for stretch in job.stretches) if told == pages else 0, pages
    if sheets != job.sheets or not 0 < job.impressions <= most:
        raise QueueRefused(
            "E3103",
            f"The print file has {pages} pages, {sheets} sheets {job.sides}; the job says {job.sheets} sheets and "
            f"{job.impressions} impressions",
            place=str(job.file),
            remedy="Assemble the batch again; print nothing of this file.",
        )


def _not_whole(file: Path) -> QueueRefused:
    return QueueRefused(
        "E3102",
        "The print file is not a whole PDF",
        place=str(file),
        remedy="Assemble the batch again; it was cut short or changed after it was written.",
    )
