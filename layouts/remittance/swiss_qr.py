"""The text of a Swiss QR code, the machine-read half of a QR-bill.

Source: SIX, "Swiss Implementation Guidelines for the QR-bill" 2.3 (in force since 22 November 2025: structured
addresses only), chapters 4 and 5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from layouts.errors import LayoutError
from layouts.remittance.digits import compact
from layouts.remittance.iban import creditor_reference_is_valid
from layouts.remittance.switzerland import is_qr_iban, is_swiss_iban, qr_reference_is_valid

MOST_CHARACTERS = 997
"""What version 25 (117 × 117 modules) holds at level M."""
CURRENCIES = ("CHF", "EUR")
NOT_FOR_PAYMENT = (
    "NICHT ZUR ZAHLUNG VERWENDEN",
    "NE PAS UTILISER POUR LE PAIEMENT",
    "NON UTILIZZARE PER IL PAGAMENTO",
    "DO NOT USE FOR PAYMENT",
)
"""The messages that go with an amount of 0.00: a notification, no bill."""

_LEAST, _MOST = Decimal("0.01"), Decimal("999999999.99")
_MESSAGE, _ALTERNATIVE, _ALTERNATIVES = 140, 100, 2
_FOREIGN = re.compile("[^\\x20-\\x7e\\xa0-\\u017f\\u0218-\\u021b\\u20ac]")
_PARTY_FIELDS = {"name": 70, "street": 70, "building": 16, "postcode": 16, "town": 35, "country": 2}
_NEEDED = ("name", "postcode", "town", "country")


@dataclass(frozen=True, slots=True)
class Party:
    """A structured address: name to 70 characters, street or post box to 70, building number to 16, postcode to 16
    without country letters, town to 35, country as ISO 3166-1 alpha-2. Street and building may be empty."""

    name: str
    street: str
    building: str
    postcode: str
    town: str
    country: str

    @classmethod
    def of(cls, fields: Mapping[str, object], place: str) -> Party:
        """The party of a mapping with these six keys; street and building may be missing. Raises LayoutError E4075
        for another that is missing or empty, E4070 for a character outside the set, E4071 for one too long."""
        texts = {key: _text(str(fields.get(key) or ""), most, f"{place}.{key}") for key, most in _PARTY_FIELDS.items()}
        for key in _NEEDED:
            if not texts[key]:
                raise _missing(f"{place}.{key}", "a structured address needs name, postcode, town and country")
        if not re.fullmatch("[A-Z]{2}", texts["country"]):
            raise LayoutError(
                "E4070",
                f"{texts['country']!r} is not a country code of two capital letters",
                place=f"{place}.country",
                remedy="give the ISO 3166-1 code, such as CH",
            )
        return cls(**texts)

    def rows(self) -> tuple[str, ...]:
        """The seven rows of the code, the address type first."""
        return ("S", self.name, self.street, self.building, self.postcode, self.town, self.country)


_NOBODY = ("",) * 7


def swiss_qr_payload(
    *,
    account: str,
    creditor: Party,
    currency: str,
    amount: Decimal | None,
    debtor: Party | None = None,
    reference: str = "",
    message: str = "",
    billing: str = "",
    alternatives: tuple[str, ...] = (),
) -> str:
    """The text of a Swiss QR code, rows parted by line feeds, none behind the last.

    `amount` None leaves it to the payer; 0.00 is allowed with a message of NOT_FOR_PAYMENT only. The kind of reference
    follows from account and reference: QRR with a QR-IBAN, SCOR for ISO 11649, NON without. `billing` is structured
    ("//S1/…") and shares 140 characters with `message`; `alternatives` are at most two of at most 100.
    Raises LayoutError E4070 (character), E4071 (length), E4073 (amount), E4074 (account, currency and reference that
    do not go together).
    """
    if not is_swiss_iban(account):
        raise _mismatch(f"{account!r} is not an IBAN of Switzerland or Liechtenstein", "payment.account")
    if currency not in CURRENCIES:
        raise _mismatch(f"a QR-bill is in {' or '.join(CURRENCIES)}, not in {currency}", "document.currency")
    kind, plain_reference = _reference(account, reference)
    message = _text(message, _MESSAGE, "payment.message")
    billing = _text(billing, _MESSAGE, "payment.billing")
    _check_information(message, billing, alternatives)
    rows = ["SPC", "0200", "1", compact(account).upper(), *creditor.rows(), *_NOBODY]
    rows += [_amount(amount, message), currency, *(debtor.rows() if debtor else _NOBODY)]
    rows += [kind, plain_reference, message, "EPD"]
    if billing or alternatives:
        rows.append(billing)
    rows += [_text(one, _ALTERNATIVE, "payment.alternatives") for one in alternatives]
    payload = "\n".join(rows)
    if len(payload) > MOST_CHARACTERS:
        raise _too_long("the text of the Swiss QR code", len(payload), MOST_CHARACTERS, "payment")
    return payload


def _reference(account: str, reference: str) -> tuple[str, str]:
    plain = compact(reference).upper()
    if is_qr_iban(account):
        if not qr_reference_is_valid(plain):
            raise _mismatch(f"a QR-IBAN takes a QR reference of 27 digits, not {reference!r}", "payment.reference")
        return "QRR", plain
    if not plain:
        return "NON", ""
    if not creditor_reference_is_valid(plain):
        raise _mismatch(
            f"an IBAN that is no QR-IBAN takes an ISO 11649 reference or none, not {reference!r}", "payment.reference"
        )
    return "SCOR", plain


def _check_information(message: str, billing: str, alternatives: tuple[str, ...]) -> None:
    if len(message) + len(billing) > _MESSAGE:
        raise _too_long("the message with the billing information", len(message) + len(billing), _MESSAGE, "payment")
    if billing and not billing.startswith("//"):
        raise LayoutError(
            "E4070",
            f"billing information begins with //, not with {billing[:2]!r}",
            place="payment.billing",
            remedy="give it by the rules of its issuer (//S1/…), or as the message",
        )
    if len(alternatives) > _ALTERNATIVES:
        raise _too_long("the list of alternative schemes", len(alternatives), _ALTERNATIVES, "payment.alternatives")


def _amount(amount: Decimal | None, message: str) -> str:
    if amount is None:
        return ""
    notification = amount == 0 and message in NOT_FOR_PAYMENT
    fits = amount.is_finite() and _LEAST <= amount <= _MOST and amount == round(amount, 2)
    if not notification and not fits:
        raise LayoutError(
            "E4073",
            f"the amount {amount} is not in whole hundredths from {_LEAST} to {_MOST}",
            place="totals.payable",
            remedy="leave the amount empty, or correct it",
        )
    return f"{amount:.2f}"


def _text(text: str, most: int, place: str) -> str:
    """The text on one line. Raises LayoutError E4070 or E4071."""
    line = " ".join(text.split())
    foreign = _FOREIGN.search(line)
    if foreign:
        raise LayoutError(
            "E4070",
            f"{foreign[0]!r} in {line!r} is outside the characters of a QR-bill (Latin letters of European languages)",
            place=place,
            remedy="write the text in Latin letters",
        )
    if len(line) > most:
        raise _too_long(repr(line), len(line), most, place)
    return line


def _too_long(what: str, length: int, most: int, place: str) -> LayoutError:
    return LayoutError("E4071", f"{what} is {length} long, at most {most} fit", place=place, remedy="shorten it")


def _missing(place: str, fact: str) -> LayoutError:
    return LayoutError("E4075", fact, place=place, remedy="complete the address in the source")


def _mismatch(fact: str, place: str) -> LayoutError:
    return LayoutError("E4074", fact, place=place, remedy="check them against the papers of the bank")
