"""UN/CEFACT Cross Industry Invoice D16B, as EN 16931 (CEN/TS 16931-3-3), Factur-X and ZUGFeRD 2 use it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lxml import etree

from mailroom.domain.address import PostalAddress
from mailroom.domain.invoice import AllowanceCharge, InvoiceLine, IssuedInvoice, Party, Payment, Totals, VatSubtotal
from mailroom.intake import references
from mailroom.intake.acceptance import check_currency
from mailroom.intake.document_types import kind_of
from mailroom.intake.parties import buyer_identity, seller_identity, trading_name
from mailroom.intake.values import parse_compact_date, parse_flag, unreadable
from mailroom.intake.xml_tree import Element, missing

NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
ROOT = f"{{{NAMESPACES['rsm']}}}CrossIndustryInvoice"

_ZERO = Decimal(0)
_ONE = Decimal(1)
_DAY_FORMAT = "102"
_INVOICED_OBJECT, _TENDER = "130", "50"


def read_cii(root: etree._Element) -> IssuedInvoice:
    """The document under a CII root. Raises InputRefused, its place the element's path and line."""
    whole = Element(root, "/rsm:CrossIndustryInvoice", NAMESPACES)
    header = _need(whole, "rsm:ExchangedDocument", "BT-1")
    trade = _need(whole, "rsm:SupplyChainTradeTransaction", "BG-25")
    agreement = _need(trade, "ram:ApplicableHeaderTradeAgreement", "BT-27")
    settlement = _need(trade, "ram:ApplicableHeaderTradeSettlement", "BT-5")
    currency = settlement.need("ram:InvoiceCurrencyCode", "BT-5")
    check_currency(currency, settlement.place("ram:InvoiceCurrencyCode"))
    type_code = header.need("ram:TypeCode", "BT-3")
    issued = _day(header, "ram:IssueDateTime/udt:DateTimeString")
    if issued is None:
        raise missing("BT-2", header.place("ram:IssueDateTime/udt:DateTimeString"))
    lines = trade.all("ram:IncludedSupplyChainTradeLineItem")
    if not lines:
        raise missing("BG-25", trade.place("ram:IncludedSupplyChainTradeLineItem"))
    return IssuedInvoice(
        kind=kind_of(type_code, header.place("ram:TypeCode")),
        number=header.need("ram:ID", "BT-1"),
        issue_date=issued,
        currency=currency,
        seller=_party(_need(agreement, "ram:SellerTradeParty", "BT-27"), "BT-27", "BT-40", seller=True),
        buyer=_party(_need(agreement, "ram:BuyerTradeParty", "BT-44"), "BT-44", "BT-55", seller=False),
        lines=tuple(map(_line, lines)),
        vat=_vat(settlement),
        totals=_totals(settlement, currency),
        due_date=_day(settlement, "ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/udt:DateTimeString"),
        payment=_payment(settlement),
        allowances=_allowances(settlement, "ram:SpecifiedTradeAllowanceCharge"),
        notes=tuple(text for text in (note.block("ram:Content") for note in header.all("ram:IncludedNote")) if text),
        references=_references(trade, agreement, settlement, currency),
        language=header.text("ram:LanguageID"),
        type_code=type_code,
    )


def _need(parent: Element, path: str, term: str) -> Element:
    found = parent.find(path)
    if found is None:
        raise missing(term, parent.place(path))
    return found


def _day(parent: Element, path: str) -> date | None:
    found = parent.text(path)
    if not found:
        return None
    stated = parent.attribute("format", path)
    if stated not in ("", _DAY_FORMAT):
        remedy = 'Have the sender write dates as format="102", like 20260331.'
        raise unreadable(f"date format {stated!r} is not a day", parent.place(path), remedy)
    return parse_compact_date(found, parent.place(path))


def _party(party: Element, name_term: str, country_term: str, *, seller: bool) -> Party:
    name = party.need("ram:Name", name_term)
    address = party.find("ram:PostalTradeAddress")
    if address is None:
        raise missing(country_term, party.place("ram:PostalTradeAddress/ram:CountryID"))
    named = [(one.text(), one.attribute("schemeID")) for one in (*party.all("ram:GlobalID"), *party.all("ram:ID"))]
    uri = "ram:URIUniversalCommunication/ram:URIID"
    endpoint = (party.text(uri), party.attribute("schemeID", uri))
    identity, scheme = seller_identity(named, endpoint) if seller else buyer_identity(named, endpoint)
    contact = "ram:DefinedTradeContact"
    company = "ram:SpecifiedLegalOrganization"
    return Party(
        name=name,
        address=_address(address, country_term, buyer=not seller),
        id=identity,
        id_scheme=scheme,
        vat_id=_tax_number(party, "VA"),
        tax_number=_tax_number(party, "FC"),
        registration=party.text(f"{company}/ram:ID"),
        trading_name=trading_name(name, party.text(f"{company}/ram:TradingBusinessName")),
        legal=party.block("ram:Description"),
        contact=party.text(f"{contact}/ram:PersonName") or party.text(f"{contact}/ram:DepartmentName"),
        phone=party.text(f"{contact}/ram:TelephoneUniversalCommunication/ram:CompleteNumber"),
        email=party.text(f"{contact}/ram:EmailURIUniversalCommunication/ram:URIID"),
    )


def _tax_number(party: Element, scheme: str) -> str:
    for registration in party.all("ram:SpecifiedTaxRegistration/ram:ID"):
        if registration.attribute("schemeID") == scheme:
            return registration.text()
    return ""


def _address(address: Element, country_term: str, *, buyer: bool = False) -> PostalAddress:
    """A letter can't go to a buyer without a town, so there the term is required that EN 16931 leaves open."""
    lines = ("ram:LineOne", "ram:LineTwo", "ram:LineThree")
    return PostalAddress(
        lines=tuple(line for line in map(address.text, lines) if line),
        postcode=address.text("ram:PostcodeCode"),
        town=address.need("ram:CityName", "BT-52") if buyer else address.text("ram:CityName"),
        country=address.need("ram:CountryID", country_term).upper(),
        region=address.text("ram:CountrySubDivisionName"),
    )


def _line(line: Element) -> InvoiceLine:
    head = "ram:AssociatedDocumentLineDocument"
    product = "ram:SpecifiedTradeProduct"
    price = "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice"
    quantity = "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"
    settlement = "ram:SpecifiedLineTradeSettlement"
    tax = f"{settlement}/ram:ApplicableTradeTax"
    articles = [line.text(f"{product}/ram:{name}") for name in ("SellerAssignedID", "GlobalID", "BuyerAssignedID")]
    attributes = [
        f"{attribute.text('ram:Description')}: {attribute.text('ram:Value')}"
        for attribute in line.all(f"{product}/ram:ApplicableProductCharacteristic")
    ]
    described = (
        line.block(f"{product}/ram:Description"),
        *attributes,
        *(note.block("ram:Content") for note in line.all(f"{head}/ram:IncludedNote")),
        _period(line, f"{settlement}/ram:BillingSpecifiedPeriod"),
    )
    return InvoiceLine(
        id=line.need(f"{head}/ram:LineID", "BT-126"),
        name=line.need(f"{product}/ram:Name", "BT-153"),
        quantity=line.need_number(quantity, "BT-129"),
        unit=line.attribute("unitCode", quantity),
        unit_price=line.need_number(f"{price}/ram:ChargeAmount", "BT-146"),
        net_amount=line.need_number(
            f"{settlement}/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", "BT-131"
        ),
        vat_category=line.need(f"{tax}/ram:CategoryCode", "BT-151"),
        vat_rate=line.number(f"{tax}/ram:RateApplicablePercent", _ZERO),
        description="\n".join(text for text in described if text),
        article=next((article for article in articles if article), ""),
        base_quantity=line.number(f"{price}/ram:BasisQuantity", _ONE),
        allowances=_allowances(line, f"{settlement}/ram:SpecifiedTradeAllowanceCharge"),
    )


def _period(parent: Element, path: str) -> str:
    ends = (f"{path}/ram:StartDateTime/udt:DateTimeString", f"{path}/ram:EndDateTime/udt:DateTimeString")
    return references.period(_day(parent, ends[0]), _day(parent, ends[1]))


def _allowances(parent: Element, path: str) -> tuple[AllowanceCharge, ...]:
    flag = "ram:ChargeIndicator/udt:Indicator"
    return tuple(
        AllowanceCharge(
            charge=parse_flag(part.text(flag), part.place(flag)),
            amount=part.need_number("ram:ActualAmount", "BT-92"),
            reason=part.text("ram:Reason") or part.text("ram:ReasonCode"),
            vat_category=part.text("ram:CategoryTradeTax/ram:CategoryCode"),
            vat_rate=part.number("ram:CategoryTradeTax/ram:RateApplicablePercent", _ZERO),
        )
        for part in parent.all(path)
    )


def _vat(settlement: Element) -> tuple[VatSubtotal, ...]:
    rows = tuple(
        VatSubtotal(
            category=row.need("ram:CategoryCode", "BT-118"),
            rate=row.number("ram:RateApplicablePercent", _ZERO),
            taxable=row.need_number("ram:BasisAmount", "BT-116"),
            tax=row.need_number("ram:CalculatedAmount", "BT-117"),
            exemption_reason=row.text("ram:ExemptionReason") or row.text("ram:ExemptionReasonCode"),
        )
        for row in settlement.all("ram:ApplicableTradeTax")
    )
    if not rows:
        raise missing("BG-23", settlement.place("ram:ApplicableTradeTax"))
    return rows


def _totals(settlement: Element, currency: str) -> Totals:
    total = _need(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation", "BT-115")
    taxes = [one for one in total.all("ram:TaxTotalAmount") if _currency_of(one, currency) == currency]
    return Totals(
        lines=total.need_number("ram:LineTotalAmount", "BT-106"),
        allowances=total.number("ram:AllowanceTotalAmount", _ZERO),
        charges=total.number("ram:ChargeTotalAmount", _ZERO),
        net=total.need_number("ram:TaxBasisTotalAmount", "BT-109"),
        tax=taxes[0].number(".", _ZERO) if taxes else _ZERO,
        gross=total.need_number("ram:GrandTotalAmount", "BT-112"),
        prepaid=total.number("ram:TotalPrepaidAmount", _ZERO),
        rounding=total.number("ram:RoundingAmount", _ZERO),
        payable=total.need_number("ram:DuePayableAmount", "BT-115"),
    )


def _currency_of(amount: Element, currency: str) -> str:
    return amount.attribute("currencyID") or currency


def _payment(settlement: Element) -> Payment:
    means = settlement.all("ram:SpecifiedTradeSettlementPaymentMeans")
    chosen = next((one for one in means if _account(one)), means[0] if means else None)
    terms = settlement.all("ram:SpecifiedTradePaymentTerms/ram:Description")
    payment = Payment(
        reference=settlement.text("ram:PaymentReference"), terms="\n".join(part.block() for part in terms)
    )
    if chosen is None:
        return payment
    return Payment(
        means=chosen.text("ram:TypeCode"),
        reference=payment.reference,
        account=_account(chosen),
        bic=chosen.text("ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID"),
        account_name=chosen.text("ram:PayeePartyCreditorFinancialAccount/ram:AccountName"),
        terms=payment.terms,
    )


def _account(means: Element) -> str:
    account = "ram:PayeePartyCreditorFinancialAccount"
    return means.text(f"{account}/ram:IBANID") or means.text(f"{account}/ram:ProprietaryID")


def _references(trade: Element, agreement: Element, settlement: Element, currency: str) -> tuple[tuple[str, str], ...]:
    number = "ram:IssuerAssignedID"
    delivery = "ram:ApplicableHeaderTradeDelivery"
    means = "ram:SpecifiedTradeSettlementPaymentMeans"
    delivered = f"{delivery}/ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/udt:DateTimeString"
    found = [
        ("buyer-reference", agreement.text("ram:BuyerReference")),
        ("order", agreement.text(f"ram:BuyerOrderReferencedDocument/{number}")),
        ("sales-order", agreement.text(f"ram:SellerOrderReferencedDocument/{number}")),
        ("contract", agreement.text(f"ram:ContractReferencedDocument/{number}")),
        ("project", agreement.text("ram:SpecifiedProcuringProject/ram:ID")),
        ("despatch-advice", trade.text(f"{delivery}/ram:DespatchAdviceReferencedDocument/{number}")),
        ("receiving-advice", trade.text(f"{delivery}/ram:ReceivingAdviceReferencedDocument/{number}")),
        ("accounting-cost", settlement.text("ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID")),
        ("delivery-date", _iso(_day(trade, delivered))),
        ("tax-point-date", _iso(_day(settlement, "ram:ApplicableTradeTax/ram:TaxPointDate/udt:DateString"))),
        ("period", _period(settlement, "ram:BillingSpecifiedPeriod")),
        ("payee", settlement.text("ram:PayeeTradeParty/ram:Name")),
        ("mandate", settlement.text("ram:SpecifiedTradePaymentTerms/ram:DirectDebitMandateID")),
        ("creditor", settlement.text("ram:CreditorReferenceID")),
        ("debited-account", settlement.text(f"{means}/ram:PayerPartyDebtorFinancialAccount/ram:IBANID")),
        ("card", settlement.text(f"{means}/ram:ApplicableTradeSettlementFinancialCard/ram:ID")),
    ]
    for invoice in settlement.all("ram:InvoiceReferencedDocument"):
        day = _day(invoice, "ram:FormattedIssueDateTime/qdt:DateTimeString")
        found.append(("preceding", references.preceding(invoice.text(number), day)))
    for attached in agreement.all("ram:AdditionalReferencedDocument"):
        roles = {_INVOICED_OBJECT: "invoiced-object", _TENDER: "tender"}
        found.append((roles.get(attached.text("ram:TypeCode"), "attachment"), attached.text(number)))
    found.extend(_places(trade, agreement))
    accounts = [account for account in map(_account, settlement.all(means)) if account]
    found.extend(("further-account", account) for account in accounts[1:] if account != accounts[0])
    for tax in settlement.all("ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:TaxTotalAmount"):
        if (other := _currency_of(tax, currency)) != currency:
            found.append(("vat-in-accounting-currency", f"{tax.text()} {other}"))
    return references.in_order(found)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _places(trade: Element, agreement: Element) -> list[tuple[str, str]]:
    """Where goods went and who represents the seller: told on the invoice, never written on its envelope."""
    found = []
    for key, party, term in (
        ("delivery-place", trade.find("ram:ApplicableHeaderTradeDelivery/ram:ShipToTradeParty"), "BT-80"),
        ("tax-representative", agreement.find("ram:SellerTaxRepresentativeTradeParty"), "BT-69"),
    ):
        if party is None:
            continue
        address = party.find("ram:PostalTradeAddress")
        where = None if address is None else _address(address, term)
        number = _tax_number(party, "VA") if key == "tax-representative" else ""
        name = ", ".join(text for text in (party.text("ram:Name"), number) if text)
        found.append((key, references.place(name, where)))
    return found
