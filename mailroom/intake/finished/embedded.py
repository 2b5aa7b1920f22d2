"""E-invoices embedded in a PDF: Factur-X, ZUGFeRD 2, XRechnung, ZUGFeRD 1.0 and its release candidate, UBL.

Only the header is read, and without a word about namespaces: profiles below EN 16931 (MINIMUM, BASIC WL) have no lines,
and what matters for the mail is the same in all versions. Whether the invoice adds up is no question here: the PDF is
what is sent.
"""

from __future__ import annotations

from lxml import etree

from mailroom.domain.errors import InputRefused
from mailroom.domain.invoice import IssuedInvoice
from mailroom.intake.finished.examination import EmbeddedInvoice
from mailroom.intake.text import tidy
from mailroom.intake.ubl import CREDIT_NOTE_ROOT, INVOICE_ROOT, read_ubl
from mailroom.intake.values import parse_compact_date, parse_decimal
from mailroom.intake.xml_tree import parse_xml

_CII_ROOTS = frozenset(("CrossIndustryInvoice", "CrossIndustryDocument"))
_CANDIDATE = "{urn:un:unece:uncefact:data:standard:CBFBUY:5}Invoice"
"""The root of ZUGFeRD's release candidate of 2013, which programs of those years still write."""

_HEADER = ("ExchangedDocument", "HeaderExchangedDocument")
_SETTLEMENT = ("ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement")
_TOTALS = (
    "SpecifiedTradeSettlementHeaderMonetarySummation",
    "SpecifiedTradeSettlementMonetarySummation",
)
_SELLING = ("ApplicableHeaderTradeAgreement", "ApplicableSupplyChainTradeAgreement")


def read_embedded(name: str, content: bytes) -> EmbeddedInvoice | None:
    """What an embedded XML says of its document; None when it is no e-invoice. One that can't be read says why."""
    try:
        root = parse_xml(content)
        if root.tag in (INVOICE_ROOT, CREDIT_NOTE_ROOT):
            return _of_issued(name, read_ubl(root))
        if etree.QName(root).localname not in _CII_ROOTS and root.tag != _CANDIDATE:
            return None
        return _of_cii(name, root)
    except InputRefused as error:
        return EmbeddedInvoice(name, problem=f"{error.message} ({error.code} {error.place})".replace(" )", ")"))


def _of_issued(name: str, invoice: IssuedInvoice) -> EmbeddedInvoice:
    address = invoice.deliver_to or invoice.buyer.address
    return EmbeddedInvoice(
        name,
        number=invoice.number,
        type_code=invoice.type_code,
        date=invoice.issue_date.isoformat(),
        currency=invoice.currency,
        amount=str(invoice.totals.payable),
        language=invoice.language,
        reference=invoice.payment.reference,
        customer=invoice.buyer.id,
        name=invoice.buyer.name,
        lines=address.lines,
        postcode=address.postcode,
        town=address.town,
        country=address.country,
    )


def _of_cii(name: str, root: etree._Element) -> EmbeddedInvoice:
    header, settlement = _first(root, *_HEADER), _first(root, *_SETTLEMENT)
    totals, buyer = _first(settlement, *_TOTALS), _first(_first(root, *_SELLING), "BuyerTradeParty")
    address = _first(buyer, "PostalTradeAddress")
    day = _text(header, "IssueDateTime/{*}DateTimeString") or _text(header, "IssueDateTime")
    amount = _text(totals, "DuePayableAmount") or _text(totals, "GrandTotalAmount")
    return EmbeddedInvoice(
        name,
        number=_text(header, "ID"),
        type_code=_text(header, "TypeCode"),
        date=parse_compact_date(day, "IssueDateTime").isoformat() if day else "",
        currency=_text(settlement, "InvoiceCurrencyCode"),
        amount=str(parse_decimal(amount, "DuePayableAmount")) if amount else "",
        language=_text(header, "LanguageID"),
        reference=_text(settlement, "PaymentReference"),
        customer=_text(buyer, "ID") or _text(buyer, "GlobalID"),
        name=_text(buyer, "Name"),
        lines=tuple(line for line in (_text(address, f"Line{part}") for part in ("One", "Two", "Three")) if line),
        postcode=_text(address, "PostcodeCode"),
        town=_text(address, "CityName"),
        country=_text(address, "CountryID").upper(),
    )


def _first(parent: etree._Element | None, *names: str) -> etree._Element | None:
    """The first element of one of these names, anywhere below."""
    if parent is None:
        return None
    found = (parent.find(f".//{{*}}{name}") for name in names)
    return next((element for element in found if element is not None), None)


def _text(parent: etree._Element | None, path: str) -> str:
    """The text of a child, whatever namespace or none it is in."""
    node = None if parent is None else parent.find(f"{{*}}{path}")
    return "" if node is None else tidy("".join(node.itertext()))
