"""IssuedInvoice: an invoice or credit note as its seller issued it; names follow EN 16931 (BT/BG in brackets)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from mailroom.domain.address import PostalAddress


class InvoiceKind(Enum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"


@dataclass(frozen=True, slots=True)
class Party:
    """Seller [BG-4] or buyer [BG-7].

    `name` is the registered name (BT-27, BT-44), `trading_name` another that it trades under (BT-28, BT-45). `id` is
    the identity that the document gives the party (BT-29 or BT-46, else the electronic address BT-34 or BT-49), "" when
    it names none, and `id_scheme` the register that the identity belongs to (ISO 6523 code such as "0088"), "" when
    it is the seller's own customer number. `registration` is the company's register number (BT-30, BT-47), `vat_id`
    with country prefix as given (BT-31, BT-48), `tax_number` a local one beside it (BT-32), `legal` further legal
    information that has to be shown (BT-33).
    """

    name: str
    address: PostalAddress
    id: str = ""
    vat_id: str = ""
    registration: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""
    id_scheme: str = ""
    trading_name: str = ""
    tax_number: str = ""
    legal: str = ""


@dataclass(frozen=True, slots=True)
class AllowanceCharge:
    """Document level [BG-20/21] or line level [BG-27/28]; `amount` is positive, `charge` tells the direction."""

    charge: bool
    amount: Decimal
    reason: str = ""
    vat_category: str = ""
    vat_rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line [BG-25]. `net_amount` [BT-131] = quantity × price / base quantity − allowances + charges, rounded."""

    id: str
    name: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net_amount: Decimal
    vat_category: str
    vat_rate: Decimal
    description: str = ""
    article: str = ""
    base_quantity: Decimal = Decimal(1)
    allowances: tuple[AllowanceCharge, ...] = ()


@dataclass(frozen=True, slots=True)
class VatSubtotal:
    """One row of the VAT breakdown [BG-23]."""

    category: str
    rate: Decimal
    taxable: Decimal
    tax: Decimal
    exemption_reason: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """Document totals [BG-22], as issued and recomputed: lines BT-106, allowances BT-107, charges BT-108, net BT-109,
    tax BT-110, gross BT-112, prepaid BT-113, rounding BT-114, payable BT-115."""

    lines: Decimal
    allowances: Decimal
    charges: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    prepaid: Decimal
    rounding: Decimal
    payable: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """How to pay [BG-16]. `reference` is BT-83 (KID, OCR, RF …); `account` is IBAN or the country's own form."""

    means: str = ""
    reference: str = ""
    account: str = ""
    bic: str = ""
    account_name: str = ""
    terms: str = ""


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """An immutable snapshot. `language` is a BCP 47 tag ("nb", "en"); `deliver_to` is where the envelope goes when it
    is not the buyer's address (never the place where goods were delivered, BG-15: that is a reference). `references`
    are (label key, text): order, buyer-reference, contract, preceding … `type_code` is BT-3 (UNTDID 1001), "" when
    the document gives none."""

    kind: InvoiceKind
    number: str
    issue_date: date
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[InvoiceLine, ...]
    vat: tuple[VatSubtotal, ...]
    totals: Totals
    due_date: date | None = None
    payment: Payment = Payment()
    allowances: tuple[AllowanceCharge, ...] = ()
    notes: tuple[str, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    language: str = ""
    deliver_to: PostalAddress | None = None
    type_code: str = ""
