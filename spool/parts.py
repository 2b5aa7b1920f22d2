"""Document parts of a print file (ISO 16612-2): one a piece, so that a press knows where each begins and ends."""

from __future__ import annotations

from array import array

from omr.sheet import SheetId
from spool.batch import PieceInfo
from spool.pdf import PdfFile, name, text_string

_KIDS = 1000
"""Parts an array: well below the 8,191 elements that readers of PDF 1.6 may insist on."""

_LEVELS = ("Batch", "Piece")


class DocumentParts:
    """The parts below the batch, in the order of their pages. Memory: eight bytes a part.

    A part is opened before its pages, which name it, and closed after them.
    """

    def __init__(self, pdf: PdfFile) -> None:
        self._pdf = pdf
        self._root = pdf.reserve()
        self._parts = array("L")

    def open(self) -> int:
        """The number of the next part."""
        self._parts.append(self._pdf.reserve())
        return self._parts[-1]

    def close(self, first_page: int, last_page: int, sheet: SheetId, about: PieceInfo) -> None:
        """Write the part that was opened last: its pages, and what is told of its piece, of which `sheet` is one."""
        end = b"" if first_page == last_page else b"/End %d 0 R" % last_page
        told = b"/Run%b/Piece%b/Copy %d/Sheets %d%b" % (
            text_string(sheet.run),
            text_string(sheet.piece),
            sheet.copy,
            sheet.of,
            _told(about),
        )
        body = b"<</Type/DPart/Parent %d 0 R/Start %d 0 R%b/DPM<</Mailroom<<%b>>>>>>"
        self._pdf.add(body % (self._root, first_page, end, told), self._parts[-1])

    def finish(self) -> int:
        """Write the nodes above the parts; returns the number of the hierarchy's root (`DPartRoot`)."""
        root = self._pdf.reserve()
        rows = (self._parts[at : at + _KIDS] for at in range(0, len(self._parts), _KIDS))
        parts = b"".join(b"[%b]" % b" ".join([b"%d 0 R" % part for part in row]) for row in rows)
        self._pdf.add(b"<</Type/DPart/Parent %d 0 R/DParts[%b]>>" % (root, parts), self._root)
        levels = b"".join(map(name, _LEVELS))
        entries = b"/Type/DPartRoot/DPartRootNode %d 0 R/RecordLevel %d/NodeNameList[%b]"
        return self._pdf.add(b"<<%b>>" % (entries % (self._root, len(_LEVELS) - 1, levels)), root)


def _told(about: PieceInfo) -> bytes:
    """What is known; what is not is left out."""
    customer = b"/Customer" + text_string(about.customer) if about.customer else b""
    postcode = b"/Postcode" + text_string(about.postcode) if about.postcode else b""
    country = b"/Country" + text_string(about.country) if about.country else b""
    return customer + postcode + country
