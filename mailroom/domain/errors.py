"""Errors that tell an operator what happened, where, and what to do."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Explained(Protocol):
    """What every error of the house has, in whichever package it is born: code, fact, place, remedy."""

    code: str
    message: str
    place: str
    remedy: str


class MailroomError(Exception):
    """An error of the application. Codes: E1… input, E2… inserter, E3… printing, E4… layout, E5… marks, E6… files
    and spool, E7… pieces and runs, E9… our own fault."""

    def __init__(self, code: str, message: str, *, place: str = "", remedy: str = "") -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.place = place
        self.remedy = remedy


class InputRefused(MailroomError):
    """A document or setting that can't be taken as it is; it is set aside, never dropped."""


class NeedsPerson(MailroomError):
    """The work waits for a person's decision."""
