"""The life of a copy: one table, (state, event) → state. Nothing else in the house decides what may follow what.

Three claims are three states: *submitted* (the queue took it), *printed* (the device reports it), *scanned* (the
inserter's camera read every sheet of it). What is uncertain is *unknown* and leaves that state only by machine evidence
or by a named person.

A machine that is driven by files shows no sheet to anyone: its word in a result file is a claim of its own, with events
of its own. SCAN and STACK stay those of a camera.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from mailroom.domain.errors import MailroomError


class CopyState(Enum):
    """Where a copy is. MAILED, DESTROYED, QUARANTINED and CANCELED (never printed) are final."""

    RELEASED = "released"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    PRINTED = "printed"
    FEEDING = "feeding"
    SCANNED = "scanned"
    STACKED = "stacked"
    DIVERTED = "diverted"
    UNKNOWN = "unknown"
    MAILED = "mailed"
    DESTROYED = "destroyed"
    QUARANTINED = "quarantined"
    CANCELED = "canceled"


class CopyEvent(Enum):
    """What happens to a copy. SEND and FEED are intents, recorded before the act. RETURN: a person held the sheet on
    top of the feeder's stack, and this copy lies there as it was laid in."""

    SEND = "send"
    ACCEPT = "accept"
    REFUSE = "refuse"
    PRINT = "print"
    FEED = "feed"
    SCAN = "scan"
    STACK = "stack"
    DIVERT = "divert"
    REPORT_STACKED = "report-stacked"
    REPORT_DIVERTED = "report-diverted"
    LOSE = "lose"
    NOT_FED = "not-fed"
    HAND_OVER = "hand-over"
    DESTROY = "destroy"
    QUARANTINE = "quarantine"
    DECLARE_STACKED = "declare-stacked"
    RETURN = "return"
    CANCEL = "cancel"


S, E = CopyState, CopyEvent

TRANSITIONS: Mapping[tuple[CopyState, CopyEvent], CopyState] = MappingProxyType(
    {
        (S.RELEASED, E.SEND): S.SUBMITTING,
        (S.RELEASED, E.CANCEL): S.CANCELED,
        (S.SUBMITTING, E.ACCEPT): S.SUBMITTED,
        (S.SUBMITTING, E.REFUSE): S.RELEASED,
        (S.SUBMITTING, E.LOSE): S.UNKNOWN,
        (S.SUBMITTED, E.PRINT): S.PRINTED,
        (S.SUBMITTED, E.LOSE): S.UNKNOWN,
        (S.PRINTED, E.FEED): S.FEEDING,
        (S.PRINTED, E.LOSE): S.UNKNOWN,
        (S.PRINTED, E.DESTROY): S.DESTROYED,
        (S.PRINTED, E.QUARANTINE): S.QUARANTINED,
        (S.FEEDING, E.SCAN): S.SCANNED,
        (S.FEEDING, E.NOT_FED): S.PRINTED,
        (S.FEEDING, E.DIVERT): S.DIVERTED,
        (S.FEEDING, E.REPORT_STACKED): S.STACKED,
        (S.FEEDING, E.REPORT_DIVERTED): S.DIVERTED,
        (S.FEEDING, E.LOSE): S.UNKNOWN,
        (S.SCANNED, E.STACK): S.STACKED,
        (S.SCANNED, E.DIVERT): S.DIVERTED,
        (S.SCANNED, E.LOSE): S.UNKNOWN,
        (S.STACKED, E.HAND_OVER): S.MAILED,
        (S.STACKED, E.DESTROY): S.DESTROYED,
        (S.STACKED, E.QUARANTINE): S.QUARANTINED,
        (S.DIVERTED, E.DESTROY): S.DESTROYED,
        (S.DIVERTED, E.QUARANTINE): S.QUARANTINED,
        (S.UNKNOWN, E.PRINT): S.PRINTED,
        (S.UNKNOWN, E.STACK): S.STACKED,
        (S.UNKNOWN, E.DIVERT): S.DIVERTED,
        (S.UNKNOWN, E.NOT_FED): S.PRINTED,
        (S.UNKNOWN, E.DESTROY): S.DESTROYED,
        (S.UNKNOWN, E.QUARANTINE): S.QUARANTINED,
        (S.UNKNOWN, E.DECLARE_STACKED): S.STACKED,
        (S.UNKNOWN, E.RETURN): S.PRINTED,
    }
)

FINAL = frozenset({S.MAILED, S.DESTROYED, S.QUARANTINED, S.CANCELED})
"""No event leads out of these."""

REPLACEABLE = frozenset({S.DESTROYED, S.QUARANTINED})
"""Copy n+1 may be released only when copy n is in one of these."""

RESTING = frozenset({S.STACKED, *FINAL})
"""A run can be handed over when every copy is in one of these."""

PERSONAL = frozenset({E.HAND_OVER, E.DESTROY, E.QUARANTINE, E.DECLARE_STACKED, E.RETURN, E.CANCEL})
"""Events that only a named person can cause."""


def step(state: CopyState, event: CopyEvent, who: str) -> CopyState:
    """The state after `event`. Raises E7001 for an event that does not fit the state, E7002 for a personal event
    without a person (`who` must be "person:NAME")."""
    if event in PERSONAL:
        demand_person(event.value, who)
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        allowed = sorted(known.value for at, known in TRANSITIONS if at is state)
        raise MailroomError(
            "E7001",
            f"a copy that is {state.value} can't '{event.value}'",
            remedy=f"Possible now: {', '.join(allowed) or 'nothing, its life has ended'}.",
        ) from None


def demand_person(event: str, who: str) -> None:
    """E7002 unless `who` is a named person."""
    if not is_person(who):
        raise MailroomError(
            "E7002", f"'{event}' needs a named person, not {who!r}", remedy="Give your name with --who."
        )


def is_person(who: str) -> bool:
    """True for "person:NAME" with a name."""
    kind, _, name = who.partition(":")
    return kind == "person" and bool(name.strip())
