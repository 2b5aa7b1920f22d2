"""How a PDF/A says that it carries a Factur-X (ZUGFeRD) invoice: Factur-X 1.0, section 6 "Characteristics".

PDF/A wants every schema of its own described in the file, property by property.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from spool.metadata import described

_NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_PROPERTIES = {
    "DocumentFileName": "The name of the embedded XML document",
    "DocumentType": "The type of the hybrid document in capital letters",
    "Version": "The version of the standard that the embedded XML document follows",
    "ConformanceLevel": "The conformance level of the embedded XML document",
}
_SCHEMA = """<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>
{properties}
</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
_PROPERTY = (
    '<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
    "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
    "<pdfaProperty:description>{description}</pdfaProperty:description></rdf:li>"
)


def factur_x(file_name: str, conformance_level: str) -> str:
    """The elements below `rdf:RDF`: the schema's description, and what it says of this document."""
    properties = "\n".join(_PROPERTY.format(name=name, description=escape(text)) for name, text in _PROPERTIES.items())
    said = described(
        "fx",
        _NAMESPACE,
        DocumentFileName=file_name,
        DocumentType="INVOICE",
        Version="1.0",
        ConformanceLevel=conformance_level,
    )
    return _SCHEMA.format(namespace=_NAMESPACE, properties=properties) + said
