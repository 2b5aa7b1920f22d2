"""Who a customer is: the rule by which two documents are for the same customer."""

from __future__ import annotations

import unicodedata

from mailroom.domain.content import Content
from mailroom.domain.finished import FinishedPdf
from mailroom.domain.invoice import Party


def customer_key(content: Content) -> str:
    """One text for one customer of one seller.

    The seller's part keeps two sellers' customer number 1001 apart. A party is known by the first of these that the
    document gives: its identity (with the register that it belongs to), its VAT number, its company number; failing
    all, by name and address together, exactly but for case, width and white space. The name alone is never enough,
    and nothing is matched by likeness: two keys that should be one cost a second envelope, two customers under one
    key put a stranger's invoice into an envelope.
    """
    if isinstance(content, FinishedPdf):
        return f"issuer={_folded(content.issuer)}|{_finished_key(content)}"
    return f"{_party_key(content.seller, tax_first=True)}|{_party_key(content.buyer)}"


def _finished_key(content: FinishedPdf) -> str:
    if value := _number(content.customer):
        return f"id={value}"
    name = content.lines[0] if content.lines else ""
    return f"name={_folded(name)}@{_escaped(content.address.normalised())}"


def _party_key(party: Party, *, tax_first: bool = False) -> str:
    """`tax_first` for the seller: its VAT number names it across systems; its own numbers do so only within one."""
    by_id = ("id", f"{party.id_scheme}:{party.id}" if party.id_scheme else party.id) if party.id else None
    by_vat = ("vat", party.vat_id) if party.vat_id else None
    by_register = ("reg", party.registration) if party.registration else None
    order = (by_vat, by_register, by_id) if tax_first else (by_id, by_vat, by_register)
    for found in order:
        if found and (value := _number(found[1])):
            return f"{found[0]}={value}"
    return f"name={_folded(party.name)}@{_escaped(party.address.normalised())}"


def _number(value: str) -> str:
    """An identity as compared: folded, without the blanks that are only set for reading."""
    return _folded("".join(value.split()))


def _folded(value: str) -> str:
    return _escaped(" ".join(unicodedata.normalize("NFKC", value).casefold().split()))


def _escaped(value: str) -> str:
    """Keeps the signs that the key is built with out of its parts."""
    for sign, code in (("%", "%25"), ("|", "%7C"), ("=", "%3D"), ("@", "%40"), ("\n", "%0A")):
        value = value.replace(sign, code)
    return value
