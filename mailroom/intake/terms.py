"""Names of EN 16931's business terms, for messages that an invoice clerk can take to the sender."""

from __future__ import annotations

TERMS = {
    "BT-1": "Invoice number",
    "BT-2": "Invoice issue date",
    "BT-3": "Invoice type code",
    "BT-5": "Invoice currency code",
    "BT-7": "Value added tax point date",
    "BT-9": "Payment due date",
    "BT-26": "Preceding invoice issue date",
    "BT-27": "Seller name",
    "BT-40": "Seller country code",
    "BT-44": "Buyer name",
    "BT-52": "Buyer city",
    "BT-55": "Buyer country code",
    "BT-69": "Tax representative country code",
    "BT-72": "Actual delivery date",
    "BT-73": "Invoicing period start date",
    "BT-74": "Invoicing period end date",
    "BT-80": "Deliver to country code",
    "BT-92": "Document level allowance amount",
    "BT-95": "Document level allowance VAT category code",
    "BT-96": "Document level allowance VAT rate",
    "BT-106": "Sum of Invoice line net amount",
    "BT-107": "Sum of allowances on document level",
    "BT-108": "Sum of charges on document level",
    "BT-109": "Invoice total amount without VAT",
    "BT-110": "Invoice total VAT amount",
    "BT-111": "Invoice total VAT amount in accounting currency",
    "BT-112": "Invoice total amount with VAT",
    "BT-113": "Paid amount",
    "BT-114": "Rounding amount",
    "BT-115": "Amount due for payment",
    "BT-116": "VAT category taxable amount",
    "BT-117": "VAT category tax amount",
    "BT-118": "VAT category code",
    "BT-119": "VAT category rate",
    "BT-126": "Invoice line identifier",
    "BT-129": "Invoiced quantity",
    "BT-131": "Invoice line net amount",
    "BT-134": "Invoice line period start date",
    "BT-135": "Invoice line period end date",
    "BT-136": "Invoice line allowance amount",
    "BT-146": "Item net price",
    "BT-149": "Item price base quantity",
    "BT-151": "Invoiced item VAT category code",
    "BT-152": "Invoiced item VAT rate",
    "BT-153": "Item name",
    "BG-23": "VAT breakdown",
    "BG-25": "Invoice line",
}


def named(term: str) -> str:
    """ "Buyer name [BT-44]"."""
    return f"{TERMS[term]} [{term}]"
