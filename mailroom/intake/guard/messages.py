"""What the worker says, checked to the letter before anything of it is used."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from mailroom.intake.guard.limits import Limit

_TEXT_MAX = 2000
Text = Annotated[str, Field(max_length=_TEXT_MAX)]
ErrorCode = Annotated[str, Field(pattern=r"^E\d{4}$")]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Ready(_Message):
    """The first word: which doors the kernel holds shut ("network", "files")."""

    kind: Literal["ready"]
    sealed: list[Literal["network", "files"]]


class Item(_Message):
    """One of many values."""

    kind: Literal["item"]
    value: JsonValue


class Finished(_Message):
    """The last word of a call that was done."""

    kind: Literal["done"]
    value: JsonValue


class Refusal(_Message):
    kind: Literal["refused"]
    code: ErrorCode
    message: Text
    place: Text
    remedy: Text


class Over(_Message):
    """A limit that the worker noticed by itself."""

    kind: Literal["over"]
    limit: Literal["MEMORY", "OPEN_FILES"]

    def which(self) -> Limit:
        return Limit[self.limit]


Message = Ready | Item | Finished | Refusal | Over
MESSAGES: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])


def text(value: str) -> str:
    """A text that fits: no control signs, nothing that can't be encoded, not too long. Errors quote what was sent."""
    plain = "".join(sign if sign.isprintable() else " " for sign in value[:_TEXT_MAX])
    return plain.encode("utf-8", "backslashreplace").decode("utf-8")[:_TEXT_MAX]
