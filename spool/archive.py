"""A page set as a document of its own for archive and e-mail: PDF/A-3b (ISO 19005-3), with files attached.

The pages are those of the page set, byte for byte: what is archived is what was printed, without the marks.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from layouts.fonts import FontSet
from layouts.pageset import PageSet
from spool.colour import content_colours, device_colours
from spool.factur_x import factur_x
from spool.job import SpoolError
from spool.metadata import Metadata, described
from spool.output import OutputCondition, colour_screen, grey_screen
from spool.pdf import DEFLATED, PageTree, PdfFile, date_string, name, rectangle, text_string
from spool.resources import Resources

_PDFA = "http://www.aiim.org/pdfa/ns/id/"
_VERSION = b"1.7"
RELATIONSHIPS = ("Source", "Data", "Alternative", "Supplement", "Unspecified")
"""What an attached file is to the document (ISO 19005-3, annex E)."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a document. `media_type` as "text/xml", `relationship` one of `RELATIONSHIPS`.

    `factur_x` is the conformance level ("EN 16931", "BASIC", "XRECHNUNG") of an invoice that makes the document a
    Factur-X (ZUGFeRD) one; the document then says so of itself.
    """

    name: str
    data: bytes
    media_type: str
    relationship: str = "Alternative"
    description: str = ""
    factur_x: str = ""


def write_document(
    page_set: PageSet,
    fonts: FontSet,
    *,
    title: str,
    created: datetime,
    language: str,
    attachments: Sequence[Attachment] = (),
    condition: OutputCondition | None = None,
) -> bytes:
    """The bytes of the document; they depend on the arguments alone.

    `language` is a tag as "nb" or "en-GB" (BCP 47). `condition` is what device colours mean; by default grey or sRGB
    as on a screen, whichever the pages need. No structure is claimed: the document is not tagged.

    Raises `SpoolError`: E6214 an unknown relationship, or two attachments of one name, E6208 colours that no one
    condition defines, E6206 and E6212 for forms and images; `LayoutError` for a font that is not in `fonts`. `created`
    must be aware (`ValueError`).
    """
    _check(attachments, title)
    out = BytesIO()
    pdf = PdfFile(out, _VERSION)
    used = _colours(page_set)
    condition = condition or (colour_screen() if "DeviceRGB" in used else grey_screen())
    _check_pages(page_set, condition)
    resources = Resources(pdf, condition)
    resources.use(page_set)
    tree = PageTree(pdf)
    for index, page in enumerate(page_set.pages):
        content, own = pdf.add_stream(DEFLATED, page), resources.own(page_set, index)
        tree.append(pdf.add(b"<</Type/Page/Parent %d 0 R%b/Contents %d 0 R>>" % (tree.parent(), own, content)))
    size = rectangle(0, 0, page_set.width_pt, page_set.height_pt)
    pages = tree.finish(b"/Resources %d 0 R/MediaBox%b" % (resources.write(fonts), size))
    entries = b"/Type/Catalog/Pages %d 0 R/Lang%b/ViewerPreferences<</DisplayDocTitle true>>" % (
        pages,
        text_string(language),
    )
    entries += _write_attachments(pdf, attachments, created)
    intent = condition.write(pdf, "GTS_PDFA1")
    claims = [described("pdfaid", _PDFA, part="3", conformance="B")]
    claims += [factur_x(each.name, each.factur_x) for each in attachments if each.factur_x]
    info, metadata, identity = Metadata(title, created).write(pdf, claims)
    root = pdf.add(b"<<%b/OutputIntents[%d 0 R]/Metadata %d 0 R>>" % (entries, intent, metadata))
    pdf.finish(root=root, info=info, identity=identity)
    return out.getvalue()


def _check(attachments: Sequence[Attachment], title: str) -> None:
    names = [each.name for each in attachments]
    for each in attachments:
        if each.relationship not in RELATIONSHIPS:
            remedy = "Choose one of " + ", ".join(RELATIONSHIPS) + "."
            message = f"{each.name} can't be {each.relationship!r} to a document"
            raise SpoolError("E6214", message, place=title, remedy=remedy)
        if names.count(each.name) > 1:
            remedy = "Give each its own name."
            raise SpoolError("E6214", f"Two attachments are called {each.name}", place=title, remedy=remedy)


def _colours(page_set: PageSet) -> set[str]:
    used = {image.colour_space for image in page_set.images.values()}.union(page_set.devices)
    if page_set.draws:
        return used
    for form in page_set.forms.values():
        used |= device_colours(form)
    return used.union(*_page_colours(page_set))


def _page_colours(page_set: PageSet) -> Iterable[set[str]]:
    return (set(content_colours(zlib.decompress(page))) for page in page_set.pages)


def _check_pages(page_set: PageSet, condition: OutputCondition) -> None:
    for number, used in enumerate(_page_colours(page_set), start=1):
        for device in sorted(used):
            if not condition.prints(device):
                message = f"Page {number} is in {device}, which the output condition {condition.name!r} does not define"
                remedy = "Give an output condition for these colours."
                raise SpoolError("E6208", message, place=page_set.key, remedy=remedy)


def _write_attachments(pdf: PdfFile, attachments: Sequence[Attachment], created: datetime) -> bytes:
    """Write the files; returns the catalog's entries that name them."""
    if not attachments:
        return b""
    specifications = {each.name: _write_attachment(pdf, each, created) for each in attachments}
    names = b"".join(
        b"%b %d 0 R" % (text_string(file), specifications[file]) for file in sorted(specifications, key=_bytes)
    )
    files = b" ".join(b"%d 0 R" % number for number in specifications.values())
    return b"/AF[%b]/Names<</EmbeddedFiles<</Names[%b]>>>>" % (files, names)


def _bytes(text: str) -> bytes:
    """What a name tree is sorted by: the bytes of its strings."""
    return text.encode() if text.isascii() else b"\xfe\xff" + text.encode("utf-16-be")


def _write_attachment(pdf: PdfFile, attachment: Attachment, created: datetime) -> int:
    data = attachment.data
    checksum = hashlib.md5(data, usedforsecurity=False).hexdigest().upper().encode()
    moment = date_string(created)
    entries = b"/Type/EmbeddedFile/Subtype%b/Params<</Size %d/CheckSum<%b>/CreationDate%b/ModDate%b>>" % (
        name(attachment.media_type),
        len(data),
        checksum,
        moment,
        moment,
    )
    file = pdf.add_stream(entries + DEFLATED, zlib.compress(data, 9))
    called = text_string(attachment.name)
    return pdf.add(
        b"<</Type/Filespec/F%b/UF%b/Desc%b/AFRelationship%b/EF<</F %d 0 R/UF %d 0 R>>>>"
        % (
            called,
            called,
            text_string(attachment.description or attachment.name),
            name(attachment.relationship),
            file,
            file,
        )
    )
