"""What `mend_pdf` does in the worker, which may write no file: the mended PDF goes to the parent in pieces."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

from mailroom.intake.guard.functions import Result
from mailroom.intake.guard.pdf_check import broken, mended, opened

_PIECE_BYTES = 1 << 20


def mend(file: str) -> Iterator[Result]:
    """The whole of the mended file, 1 MiB at a time. Raises InputRefused E1411 and E1412."""
    try:
        with opened(file) as pdf:
            content = memoryview(mended(pdf))
    except pikepdf.PdfError as error:
        raise broken(str(error).removeprefix(file).lstrip(": ")) from error
    for start in range(0, len(content), _PIECE_BYTES):
        yield Result(None, [bytes(content[start : start + _PIECE_BYTES])])
