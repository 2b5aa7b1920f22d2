"""Column types: how values of the domain lie in the database. All are text, so that every database keeps them alike."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Generic, TypeVar

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from mailroom.store.errors import StoreError

Word = TypeVar("Word", bound=Enum)


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime as ISO 8601 text in UTC with microseconds, so that text order is time order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> str | None:
        return None if value is None else in_utc(value).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Words(TypeDecorator[Word], Generic[Word]):
    """A member of an enumeration as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[Word]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Word | None, _dialect: Dialect) -> str | None:
        return None if value is None else str(value.value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Word | None:
        try:
            return None if value is None else self.kind(value)
        except ValueError:
            raise StoreError(
                "E6511",
                f"{value!r} is no {self.kind.__name__} that this version knows",
                remedy="Use the version of Mailroom that wrote it, or restore the store from its backup.",
            ) from None


class JsonText(TypeDecorator[Any]):
    """A JSON value as canonical text: sorted keys, no spaces."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return None if value is None else to_json(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC. E9602 for a naive one: it names no moment."""
    if moment.tzinfo is None:
        raise StoreError("E9602", f"the time {moment.isoformat()} has no offset", remedy="Report this as a fault.")
    return moment.astimezone(UTC)


def to_json(value: Any) -> str:
    """Canonical JSON text. E9602 for what JSON can't say (NaN, other types, lone surrogates)."""
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        text.encode()
    except (TypeError, ValueError) as error:
        fact = f"a value can't be stored as JSON: {error}"
        raise StoreError("E9602", fact, remedy="Report this as a fault.") from error
    return text
