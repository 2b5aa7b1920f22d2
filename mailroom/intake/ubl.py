"""UBL 2.1 Invoice and CreditNote, as EN 16931 (CEN/TS 16931-3-2) and Peppol BIS Billing 3 use them."""

from __future__ import annotations

import re
from decimal import Decimal

from lxml import etree

from mailroom.domain.address import PostalAddress
from mailroom.domain.errors import InputRefused
from mailroom.domain.invoice import (
    AllowanceCharge,
    InvoiceKind,
    InvoiceLine,
    IssuedInvoice,
    Party,
    Payment,
    Totals,
    VatSubtotal,
)
from mailroom.intake import references
from mailroom.intake.acceptance import check_currency
from mailroom.intake.document_types import kind_of
from mailroom.intake.parties import buyer_identity, seller_identity, trading_name
from mailroom.intake.values import parse_flag
from mailroom.intake.xml_tree import Element, missing

NAMESPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
INVOICE_ROOT = "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice"
CREDIT_NOTE_ROOT = "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote"

_ZERO = Decimal(0)
_ONE = Decimal(1)
_SUBJECT_CODE = re.compile(r"#[A-Z]{3}#")
"""UBL has no element for a note's subject (BT-21), so the binding puts its code in front of the text."""

_INVOICED_OBJECT, _TENDER = "130", "50"
_NO_ORDER = "NA"
"""Peppol requires an order number beside a sales order number, and this word where there is none."""

_SEPA_CREDITOR = "SEPA"


def read_ubl(root: etree._Element) -> IssuedInvoice:
    """The invoice or credit note under a UBL root. Raises InputRefused, its place the element's path and line."""
    credit = root.tag == CREDIT_NOTE_ROOT
    name = "CreditNote" if credit else "Invoice"
    document = Element(root, f"/{name}", NAMESPACES)
    kind, type_code = _kind(document, name)
    currency = document.need("cbc:DocumentCurrencyCode", "BT-5")
    check_currency(currency, document.place("cbc:DocumentCurrencyCode"))
    supplier = _need(document, "cac:AccountingSupplierParty/cac:Party", "BT-27")
    customer = _need(document, "cac:AccountingCustomerParty/cac:Party", "BT-44")
    due = "cac:PaymentMeans/cbc:PaymentDueDate" if credit else "cbc:DueDate"
    issued = document.day("cbc:IssueDate")
    if issued is None:
        raise missing("BT-2", document.place("cbc:IssueDate"))
    quantity = "cbc:CreditedQuantity" if credit else "cbc:InvoicedQuantity"
    lines = document.all(f"cac:{name}Line")
    if not lines:
        raise missing("BG-25", document.place(f"cac:{name}Line"))
    return IssuedInvoice(
        kind=kind,
        number=document.need("cbc:ID", "BT-1"),
        issue_date=issued,
        currency=currency,
        seller=_party(supplier, "BT-27", "BT-40", seller=True),
        buyer=_party(customer, "BT-44", "BT-55", seller=False),
        lines=tuple(_line(line, quantity, currency) for line in lines),
        vat=_vat(document, currency),
        totals=_totals(document, currency),
        due_date=document.day(due) or document.day("cac:PaymentTerms/cbc:PaymentDueDate"),
        payment=_payment(document),
        allowances=_allowances(document, currency),
        notes=_notes(document),
        references=_references(document, currency),
        type_code=type_code,
    )


def _need(parent: Element, path: str, term: str) -> Element:
    found = parent.find(path)
    if found is None:
        raise missing(term, parent.place(path))
    return found


def _kind(document: Element, name: str) -> tuple[InvoiceKind, str]:
    path = f"cbc:{name}TypeCode"
    type_code = document.need(path, "BT-3")
    kind = kind_of(type_code, document.place(path))
    expected = InvoiceKind.CREDIT_NOTE if name == "CreditNote" else InvoiceKind.INVOICE
    if kind is not expected:
        fact = f"type code {type_code} is a {kind.value}, but the document is a UBL {name}"
        remedy = "Have the sender use the document that belongs to the type."
        raise InputRefused("E1019", fact, place=document.place(path), remedy=remedy)
    return kind, type_code


def _amount(parent: Element, path: str, currency: str, term: str = "") -> Decimal:
    """An amount of the document's currency; zero when absent and no `term` requires it."""
    found = parent.need_number(path, term) if term else parent.number(path, _ZERO)
    stated = parent.attribute("currencyID", path)
    if stated and stated != currency:
        fact = f"an amount is in {stated}, but the document is in {currency}"
        remedy = "Have the sender state all amounts in the document's currency."
        raise InputRefused("E1013", fact, place=parent.place(path), remedy=remedy)
    return found


def _party(party: Element, name_term: str, country_term: str, *, seller: bool) -> Party:
    legal = "cac:PartyLegalEntity/cbc:RegistrationName"
    other = party.text("cac:PartyName/cbc:Name")
    name = party.text(legal) or other
    if not name:
        raise missing(name_term, party.place(legal))
    address = party.find("cac:PostalAddress")
    if address is None:
        raise missing(country_term, party.place("cac:PostalAddress/cac:Country/cbc:IdentificationCode"))
    named = [
        (identity.text("cbc:ID"), identity.attribute("schemeID", "cbc:ID"))
        for identity in party.all("cac:PartyIdentification")
        if identity.attribute("schemeID", "cbc:ID") != _SEPA_CREDITOR
    ]
    endpoint = (party.text("cbc:EndpointID"), party.attribute("schemeID", "cbc:EndpointID"))
    identity, scheme = seller_identity(named, endpoint) if seller else buyer_identity(named, endpoint)
    return Party(
        name=name,
        address=_address(address, country_term, buyer=not seller),
        id=identity,
        id_scheme=scheme,
        vat_id=_tax_number(party, vat=True),
        tax_number=_tax_number(party, vat=False),
        registration=party.text("cac:PartyLegalEntity/cbc:CompanyID"),
        trading_name=trading_name(name, other),
        legal=party.block("cac:PartyLegalEntity/cbc:CompanyLegalForm"),
        contact=party.text("cac:Contact/cbc:Name"),
        phone=party.text("cac:Contact/cbc:Telephone"),
        email=party.text("cac:Contact/cbc:ElectronicMail"),
    )


def _tax_number(party: Element, *, vat: bool) -> str:
    for scheme in party.all("cac:PartyTaxScheme"):
        if (scheme.text("cac:TaxScheme/cbc:ID") == "VAT") is vat:
            return scheme.text("cbc:CompanyID")
    return ""


def _address(address: Element, country_term: str, *, buyer: bool = False) -> PostalAddress:
    """A letter can't go to a buyer without a town, so there the term is required that EN 16931 leaves open."""
    lines = ("cbc:StreetName", "cbc:AdditionalStreetName", "cac:AddressLine/cbc:Line")
    return PostalAddress(
        lines=tuple(line for line in map(address.text, lines) if line),
        postcode=address.text("cbc:PostalZone"),
        town=address.need("cbc:CityName", "BT-52") if buyer else address.text("cbc:CityName"),
        country=address.need("cac:Country/cbc:IdentificationCode", country_term).upper(),
        region=address.text("cbc:CountrySubentity"),
    )


def _line(line: Element, quantity: str, currency: str) -> InvoiceLine:
    tax = "cac:Item/cac:ClassifiedTaxCategory"
    item = "cac:Item"
    identities = ("cac:SellersItemIdentification", "cac:StandardItemIdentification", "cac:BuyersItemIdentification")
    articles = [line.text(f"{item}/{identity}/cbc:ID") for identity in identities]
    attributes = [
        f"{attribute.text('cbc:Name')}: {attribute.text('cbc:Value')}"
        for attribute in line.all(f"{item}/cac:AdditionalItemProperty")
    ]
    described = (
        line.block(f"{item}/cbc:Description"),
        *attributes,
        *(note.block() for note in line.all("cbc:Note")),
        references.period(
            line.day("cac:InvoicePeriod/cbc:StartDate"),
            line.day("cac:InvoicePeriod/cbc:EndDate"),
        ),
    )
    return InvoiceLine(
        id=line.need("cbc:ID", "BT-126"),
        name=line.need(f"{item}/cbc:Name", "BT-153"),
        quantity=line.need_number(quantity, "BT-129"),
        unit=line.attribute("unitCode", quantity),
        unit_price=_amount(line, "cac:Price/cbc:PriceAmount", currency, "BT-146"),
        net_amount=_amount(line, "cbc:LineExtensionAmount", currency, "BT-131"),
        vat_category=line.need(f"{tax}/cbc:ID", "BT-151"),
        vat_rate=line.number(f"{tax}/cbc:Percent", _ZERO),
        description="\n".join(text for text in described if text),
        article=next((article for article in articles if article), ""),
        base_quantity=line.number("cac:Price/cbc:BaseQuantity", _ONE),
        allowances=_allowances(line, currency),
    )


def _allowances(parent: Element, currency: str) -> tuple[AllowanceCharge, ...]:
    return tuple(
        AllowanceCharge(
            charge=parse_flag(part.text("cbc:ChargeIndicator"), part.place("cbc:ChargeIndicator")),
            amount=_amount(part, "cbc:Amount", currency, "BT-92"),
            reason=part.text("cbc:AllowanceChargeReason") or part.text("cbc:AllowanceChargeReasonCode"),
            vat_category=part.text("cac:TaxCategory/cbc:ID"),
            vat_rate=part.number("cac:TaxCategory/cbc:Percent", _ZERO),
        )
        for part in parent.all("cac:AllowanceCharge")
    )


def _vat(document: Element, currency: str) -> tuple[VatSubtotal, ...]:
    category = "cac:TaxCategory"
    rows = tuple(
        VatSubtotal(
            category=row.need(f"{category}/cbc:ID", "BT-118"),
            rate=row.number(f"{category}/cbc:Percent", _ZERO),
            taxable=_amount(row, "cbc:TaxableAmount", currency, "BT-116"),
            tax=_amount(row, "cbc:TaxAmount", currency, "BT-117"),
            exemption_reason=row.text(f"{category}/cbc:TaxExemptionReason")
            or row.text(f"{category}/cbc:TaxExemptionReasonCode"),
        )
        for total in document.all("cac:TaxTotal")
        for row in total.all("cac:TaxSubtotal")
    )
    if not rows:
        raise missing("BG-23", document.place("cac:TaxTotal/cac:TaxSubtotal"))
    return rows


def _totals(document: Element, currency: str) -> Totals:
    total = _need(document, "cac:LegalMonetaryTotal", "BT-115")
    taxes = [part for part in document.all("cac:TaxTotal") if _tax_currency(part, currency) == currency]
    return Totals(
        lines=_amount(total, "cbc:LineExtensionAmount", currency, "BT-106"),
        allowances=_amount(total, "cbc:AllowanceTotalAmount", currency),
        charges=_amount(total, "cbc:ChargeTotalAmount", currency),
        net=_amount(total, "cbc:TaxExclusiveAmount", currency, "BT-109"),
        tax=_amount(taxes[0], "cbc:TaxAmount", currency) if taxes else _ZERO,
        gross=_amount(total, "cbc:TaxInclusiveAmount", currency, "BT-112"),
        prepaid=_amount(total, "cbc:PrepaidAmount", currency),
        rounding=_amount(total, "cbc:PayableRoundingAmount", currency),
        payable=_amount(total, "cbc:PayableAmount", currency, "BT-115"),
    )


def _tax_currency(total: Element, currency: str) -> str:
    return total.attribute("currencyID", "cbc:TaxAmount") or currency


def _payment(document: Element) -> Payment:
    means = document.all("cac:PaymentMeans")
    account = "cac:PayeeFinancialAccount"
    chosen = next((one for one in means if one.text(f"{account}/cbc:ID")), means[0] if means else None)
    terms = "\n".join(note.block() for note in document.all("cac:PaymentTerms/cbc:Note"))
    if chosen is None:
        return Payment(terms=terms)
    return Payment(
        means=chosen.text("cbc:PaymentMeansCode"),
        reference=chosen.text("cbc:PaymentID"),
        account=chosen.text(f"{account}/cbc:ID"),
        bic=chosen.text(f"{account}/cac:FinancialInstitutionBranch/cbc:ID"),
        account_name=chosen.text(f"{account}/cbc:Name"),
        terms=terms,
    )


def _notes(document: Element) -> tuple[str, ...]:
    found = (_SUBJECT_CODE.sub("", note.block(), count=1) for note in document.all("cbc:Note"))
    return tuple(text for text in (note.strip() for note in found) if text)


def _references(document: Element, currency: str) -> tuple[tuple[str, str], ...]:
    text = document.text
    order, sales_order = text("cac:OrderReference/cbc:ID"), text("cac:OrderReference/cbc:SalesOrderID")
    found = [
        ("buyer-reference", text("cbc:BuyerReference")),
        ("order", "" if order == _NO_ORDER and sales_order else order),
        ("sales-order", sales_order),
        ("contract", text("cac:ContractDocumentReference/cbc:ID")),
        ("project", text("cac:ProjectReference/cbc:ID")),
        ("despatch-advice", text("cac:DespatchDocumentReference/cbc:ID")),
        ("receiving-advice", text("cac:ReceiptDocumentReference/cbc:ID")),
        ("tender", text("cac:OriginatorDocumentReference/cbc:ID")),
        ("accounting-cost", text("cbc:AccountingCost")),
        ("delivery-date", _iso(document, "cac:Delivery/cbc:ActualDeliveryDate")),
        ("tax-point-date", _iso(document, "cbc:TaxPointDate")),
        ("payee", text("cac:PayeeParty/cac:PartyName/cbc:Name")),
        ("mandate", text("cac:PaymentMeans/cac:PaymentMandate/cbc:ID")),
        ("debited-account", text("cac:PaymentMeans/cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID")),
        ("card", text("cac:PaymentMeans/cac:CardAccount/cbc:PrimaryAccountNumberID")),
    ]
    for invoice in document.all("cac:BillingReference/cac:InvoiceDocumentReference"):
        found.append(("preceding", references.preceding(invoice.text("cbc:ID"), invoice.day("cbc:IssueDate"))))
    for attached in document.all("cac:AdditionalDocumentReference"):
        roles = {_INVOICED_OBJECT: "invoiced-object", _TENDER: "project"}
        found.append((roles.get(attached.text("cbc:DocumentTypeCode"), "attachment"), attached.text("cbc:ID")))
    period = document.find("cac:InvoicePeriod")
    if period is not None:
        found.append(("period", references.period(period.day("cbc:StartDate"), period.day("cbc:EndDate"))))
    found.extend(_places(document))
    found.extend(_payees(document))
    for total in document.all("cac:TaxTotal"):
        if (other := _tax_currency(total, currency)) != currency:
            found.append(("vat-in-accounting-currency", f"{total.text('cbc:TaxAmount')} {other}"))
    return references.in_order(found)


def _iso(document: Element, path: str) -> str:
    day = document.day(path)
    return day.isoformat() if day else ""


def _places(document: Element) -> list[tuple[str, str]]:
    """Where goods went and who represents the seller: told on the invoice, never written on its envelope."""
    found = []
    delivery = document.find("cac:Delivery")
    if delivery is not None:
        address = delivery.find("cac:DeliveryLocation/cac:Address")
        where = None if address is None else _address(address, "BT-80")
        found.append(
            ("delivery-place", references.place(delivery.text("cac:DeliveryParty/cac:PartyName/cbc:Name"), where))
        )
    agent = document.find("cac:TaxRepresentativeParty")
    if agent is not None:
        number = _tax_number(agent, vat=True)
        name = ", ".join(text for text in (agent.text("cac:PartyName/cbc:Name"), number) if text)
        address = agent.find("cac:PostalAddress")
        where = None if address is None else _address(address, "BT-69")
        found.append(("tax-representative", references.place(name, where)))
    return found


def _payees(document: Element) -> list[tuple[str, str]]:
    """The creditor's identity of a direct debit, and accounts beside the one that the payment names."""
    holders = ("cac:AccountingSupplierParty/cac:Party", "cac:PayeeParty")
    found = [
        ("creditor", identity.text("cbc:ID"))
        for holder in holders
        for identity in document.all(f"{holder}/cac:PartyIdentification")
        if identity.attribute("schemeID", "cbc:ID") == _SEPA_CREDITOR
    ]
    accounts = [account.text() for account in document.all("cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID")]
    return found + [("further-account", account) for account in accounts[1:] if account != accounts[0]]
