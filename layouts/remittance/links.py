"""Codes that open something: a payment link made from a template, and the UsingQR text of an invoice."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from layouts.errors import LayoutError

ACCOUNT_KINDS = ("IBAN", "BBAN", "BG", "PG")
INVOICE, CREDIT_INVOICE = 1, 2
_FIELD = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_URL = re.compile(r"https://[^\s/?#@]+(?:[/?#]\S*)?")


def payment_link(template: str, fields: Mapping[str, object]) -> str:
    """A URL template with its fields in braces filled in, each percent-encoded: amounts and dates as ISO writes them.

    "https://pay.example/i/{number}?amount={amount}". Raises LayoutError E4076 for a template that is no https URL, has
    a stray brace, a field in its host, or a field that is not among `fields`.
    """

    def filled(match: re.Match[str]) -> str:
        name = match[1]
        if not _NAME.fullmatch(name) or name not in fields:
            raise _bad_link(template, f"has a field {{{name}}} that is not known; there are {', '.join(fields)}")
        return quote(_written(fields[name]), safe="")

    head = template.split("/", 3)[2] if template.count("/") > 1 else ""
    if "{" in head or "}" in head:
        raise _bad_link(template, "has a field in the name of its host")
    link = _FIELD.sub(filled, template)
    if "{" in link or "}" in link:
        raise _bad_link(template, "has a brace without its partner")
    if not link.isascii() or not _URL.fullmatch(link):
        raise _bad_link(template, "does not make an https address in ASCII")
    return link


def using_qr_payload(
    *,
    payee: str,
    company_id: str,
    number: str,
    amount: Decimal,
    currency: str,
    account_kind: str,
    account: str,
    issued: date | None = None,
    due: date | None = None,
    bic: str = "",
    country: str = "",
    address: str = "",
    kind: int = INVOICE,
) -> str:
    """The JSON text of a UsingQR code (specification by Visma, revision 2 of June 2014), which Swedish and Norwegian
    payment apps read: version, type, payee, company, invoice reference, dates as YYYYMMDD, sum, currency, account.

    Raises LayoutError E4077 for an account kind not in ACCOUNT_KINDS.
    """
    if account_kind not in ACCOUNT_KINDS:
        raise LayoutError(
            "E4077",
            f"there is no account kind {account_kind!r}; there are {', '.join(ACCOUNT_KINDS)}",
            place="payment.account_kind",
            remedy="name one of these",
        )
    texts = {"nme": payee, "cc": country, "cid": company_id, "iref": number}
    texts |= {"idt": f"{issued:%Y%m%d}" if issued else "", "ddt": f"{due:%Y%m%d}" if due else ""}
    tail = {"cur": currency, "pt": account_kind, "acc": account, "bc": bic, "adr": address}
    # The sum is written here: JSON has one kind of number, and Python's writer has no exact one.
    parts = ['"uqr":1', f'"tp":{kind}', *_pairs(texts), f'"due":{amount:f}', *_pairs(tail)]
    return "{" + ",".join(parts) + "}"


def _pairs(texts: dict[str, str]) -> list[str]:
    return [f"{json.dumps(key)}:{json.dumps(text, ensure_ascii=False)}" for key, text in texts.items() if text]


def _written(value: object) -> str:
    match value:
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _bad_link(template: str, fact: str) -> LayoutError:
    return LayoutError(
        "E4076",
        f"the payment link {template!r} {fact}",
        place="payment.link",
        remedy="correct the template; a field is {name}, and the address begins with https://",
    )
