"""Which payment part suits a payment.

A payment is a mapping of texts; a key that is missing counts as empty:

| key | what it is |
|---|---|
| `reference` | KID, FIK identification, OCR reference, viitenumero, QR reference or ISO 11649, with or without blanks |
| `account`, `bic`, `account_name` | account as the country writes it or IBAN, the bank's BIC, the account holder |
| `scheme` | one of SLIPS, to name the slip instead of having it chosen |
| `card_type`, `creditor_number` | dk-fik: "71", "73" or "75"; eight digits. pagopa: the tax code, 11 digits |
| `bankgiro`, `plusgiro` | se-bankgiro: the giro number, when `account` is something else |
| `notice` | pagopa: the notice number, 18 digits |
| `message`, `billing` | ch-qr: unstructured message, structured billing information ("//S1/…") |
| `creditor`, `debtor` | ch-qr: mappings `name`, `street`, `building`, `postcode`, `town`, `country` |
| `link` | a template of a payment link |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from layouts.errors import LayoutError
from layouts.remittance.digits import are_digits, compact
from layouts.remittance.iban import iban_is_valid
from layouts.remittance.italy import notice_is_valid
from layouts.remittance.norway import norwegian_account_is_valid
from layouts.remittance.sweden import bankgiro_is_valid
from layouts.remittance.switzerland import is_swiss_iban
from layouts.tomlfile import TomlTable, read_toml

SLIPS = ("no-giro", "dk-fik", "se-bankgiro", "fi-giro", "ch-qr", "epc", "pagopa", "plain")

Payment = Mapping[str, object]

CONDITIONS: Mapping[str, Callable[[Payment], bool]] = {
    "notice": lambda payment: notice_is_valid(_of(payment, "notice")),
    "swiss-account": lambda payment: is_swiss_iban(_of(payment, "account")),
    "norwegian-account": lambda payment: norwegian_account_is_valid(_of(payment, "account")),
    "creditor-number": lambda payment: _is_creditor_number(_of(payment, "creditor_number")),
    "bankgiro": lambda payment: bankgiro_is_valid(_of(payment, "bankgiro") or _of(payment, "account")),
    "finnish-account": lambda payment: _is_finnish(_of(payment, "account")),
    "iban": lambda payment: iban_is_valid(_of(payment, "account")),
}
"""What a rule of slips.toml may need."""

_RULES_FILE = Path(__file__).parent / "slips.toml"


@dataclass(frozen=True, slots=True)
class SlipRule:
    """One rule: the slip, and what must hold for it. Empty tuples ask for nothing."""

    slip: str
    currencies: tuple[str, ...]
    seller_countries: tuple[str, ...]
    needs: tuple[str, ...]

    def fits(self, payment: Payment, currency: str, seller_country: str) -> bool:
        """Whether a payment may go by this slip."""
        return (
            (not self.currencies or currency in self.currencies)
            and (not self.seller_countries or seller_country in self.seller_countries)
            and all(CONDITIONS[need](payment) for need in self.needs)
        )


def payment_scheme(payment: Payment, currency: str, seller_country: str) -> str:
    """The slip that suits a payment, one of SLIPS; the one it names itself goes first.

    Raises LayoutError E4077 when the payment names a slip that there is not.
    """
    named = _of(payment, "scheme")
    if named:
        if named not in SLIPS:
            raise LayoutError(
                "E4077",
                f"there is no payment slip {named!r}; there are {', '.join(SLIPS)}",
                place="payment.scheme",
                remedy="name one of these, or none to have it chosen",
            )
        return named
    return next(rule.slip for rule in _rules() if rule.fits(payment, currency, seller_country))


def read_rules(path: Path) -> tuple[SlipRule, ...]:
    """The rules of a file, in order. Raises LayoutError E4010 to E4013, also when the last does not fit everything."""
    root, _ = read_toml(path)
    root.whole("format", least=1, most=1)
    tables = root.tables("rules")
    rules = tuple(_rule(table) for table in tables)
    root.done()
    last = rules[-1]
    if last.currencies or last.seller_countries or last.needs:
        raise tables[-1].refuse("slip", "the last rule must fit every payment", "add one with empty lists behind it")
    return rules


def _rule(table: TomlTable) -> SlipRule:
    rule = SlipRule(
        table.choice("slip", SLIPS), table.texts("currencies"), table.texts("seller_countries"), table.texts("needs")
    )
    for need in rule.needs:
        if need not in CONDITIONS:
            raise table.refuse("needs", f"there is no condition {need!r}; there are {', '.join(CONDITIONS)}")
    table.done()
    return rule


@cache
def _rules() -> tuple[SlipRule, ...]:
    return read_rules(_RULES_FILE)


def _of(payment: Payment, key: str) -> str:
    value = payment.get(key)
    return value if isinstance(value, str) else ""


def _is_creditor_number(number: str) -> bool:
    return len(compact(number)) == 8 and are_digits(compact(number))


def _is_finnish(account: str) -> bool:
    return compact(account).upper().startswith("FI") and iban_is_valid(account)
