"""What a PDF says of itself, twice and alike: in its information dictionary and as XMP (ISO 16684-1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from xml.sax.saxutils import escape

from spool.pdf import PdfFile, date_string, text_string

PRODUCER = "Mailroom"
PDF_SCHEMA = "http://ns.adobe.com/pdf/1.3/"

_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<xmp:CreateDate>{date}</xmp:CreateDate>
<xmp:ModifyDate>{date}</xmp:ModifyDate>
<xmp:MetadataDate>{date}</xmp:MetadataDate>
<xmp:CreatorTool>{producer}</xmp:CreatorTool>
<xmpMM:DocumentID>uuid:{identity}</xmpMM:DocumentID>
<xmpMM:VersionID>1</xmpMM:VersionID>
<xmpMM:RenditionClass>default</xmpMM:RenditionClass>
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
{more}</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True, slots=True)
class Metadata:
    """`created` must be aware. Characters that XML can't hold become U+FFFD in the title."""

    title: str
    created: datetime

    def write(self, pdf: PdfFile, more: Iterable[str], info_more: bytes = b"") -> tuple[int, int, str]:
        """Write both forms; `more` are further elements below `rdf:RDF` (see `described`), `info_more` further entries
        of the dictionary.

        Returns the numbers of the information dictionary and of the metadata stream, and the file's identity, which
        follows from all that was written before and from what is said here.
        """
        title = _NO_XML.sub("\ufffd", self.title)
        moment, producer = date_string(self.created), text_string(PRODUCER)
        info = b"<</Title%b/Creator%b/Producer%b/CreationDate%b/ModDate%b%b>>" % (
            text_string(title),
            producer,
            producer,
            moment,
            moment,
            info_more,
        )
        identity = pdf.identity(info)
        packet = _PACKET.format(
            title=escape(title),
            date=xmp_date(self.created),
            producer=escape(PRODUCER),
            identity=UUID(identity),
            more="".join(f"{each}\n" for each in more),
        )
        # Neither deflated nor in an object stream: programs that know nothing of PDF look for it.
        stream = pdf.add_stream(b"/Type/Metadata/Subtype/XML", packet.encode())
        return pdf.add(info), stream, identity


def xmp_date(moment: datetime) -> str:
    """The moment to the second, with its offset."""
    return moment.isoformat(timespec="seconds")


def described(prefix: str, namespace: str, **properties: str) -> str:
    """The properties of one schema as an `rdf:Description`."""
    said = "".join(f"<{prefix}:{name}>{escape(value)}</{prefix}:{name}>" for name, value in properties.items())
    return f'<rdf:Description rdf:about="" xmlns:{prefix}="{namespace}">{said}</rdf:Description>'
