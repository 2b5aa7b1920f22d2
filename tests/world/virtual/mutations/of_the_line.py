"""Bugs between the line's bytes and the journal: frames, calls, events."""

from __future__ import annotations

from typing import Any

from drivers.inserter import framing
from drivers.inserter.calls import Call, CallBook
from drivers.inserter.framing import FramingError, cobs_decode
from drivers.inserter.inbox import EventInbox, Verdict
from drivers.inserter.link_frames import Welcome
from drivers.inserter.protocols.native import encode_command
from drivers.inserter.session import InserterSession
from drivers.inserter.vocabulary import MachineEvent
from drivers.inserter.window import ReceiveWindow
from mailroom.production.journal_events import JournalSink
from tests.world.virtual.mutations.mutation import mutation

_accept = EventInbox.accept
_begin = EventInbox.begin
_begin_boot = EventInbox._begin_boot
_due = CallBook.due
_take = ReceiveWindow.take


def _acknowledged_as_it_comes(self: EventInbox, event: MachineEvent) -> Verdict:
    verdict = _accept(self, event)
    self._committed = self._taken
    self.ack_due = True
    return verdict


def _one_more(self: EventInbox) -> int:
    return self._committed + 1


def _failure_is_success(self: InserterSession, now: float) -> None:
    self.committed(self.inbox.batch(), now)


def _behind_what_is_kept(self: EventInbox, welcome: Welcome) -> None:
    _begin(self, welcome)
    self._taken = max(self._taken, welcome.next_event - 1)


def _one_too_far(self: EventInbox, welcome: Welcome) -> None:
    _begin_boot(self, welcome)
    if self._resume is not None and self._resume[0] == welcome.boot_id:
        self._taken += 1
        self._committed += 1


def _under_a_new_id(self: CallBook, now: float) -> Call[Any] | None:
    call = _due(self, now)
    if call is not None and call.sent:
        self._open.pop(call.command_id, None)
        call.command_id = call.command_id & ~(0xFF << 24) | call.sent << 24
        call.message = encode_command(call.command_id, call.command)
        self._open[call.command_id] = call
    return call


def _unchecked(segment: bytes) -> bytes:
    payload = cobs_decode(segment)[:-2]
    if not framing.MIN_PAYLOAD <= len(payload) <= framing.MAX_PAYLOAD:
        raise FramingError("length out of range")
    return payload


def _any_number(self: ReceiveWindow, sequence: int, message: bytes) -> list[bytes]:
    """Each is delivered as it comes, whatever its number."""
    self._up_to = sequence
    self._delivered += 1
    return [message]


def _twice(self: ReceiveWindow, sequence: int, message: bytes) -> list[bytes] | None:
    before = self.duplicates
    ready = _take(self, sequence, message)
    return [message] if self.duplicates > before else ready


def _jumps_taken(self: EventInbox, event: MachineEvent) -> Verdict:
    self._taken = max(self._taken, event.number - 1)
    return _accept(self, event)


def _taken_again(self: EventInbox, event: MachineEvent) -> Verdict:
    self._pending.append(event)
    self._taken = event.number
    return Verdict.TAKEN


def _errors_swallowed(self: JournalSink, events: Any) -> None:
    try:
        _write_batch(self, events)
    except Exception:  # the bug
        self.changed += len(events)


_write_batch = JournalSink.__call__


def _backwards(self: JournalSink, events: Any) -> None:
    _write_batch(self, events[::-1])


def _without_the_last(self: JournalSink, events: Any) -> None:
    _write_batch(self, events[:-1])


MUTATIONS = (
    mutation(
        "acknowledge before commit",
        "Events are acknowledged as they come, before the journal has them.",
        (EventInbox, "accept", _acknowledged_as_it_comes),
    ),
    mutation(
        "one acknowledged too many",
        "The acknowledgement names the event behind the last one that the journal has.",
        (EventInbox, "committed", property(_one_more)),
    ),
    mutation(
        "failed commit acknowledged",
        "A batch that the journal refused is treated as written.",
        (InserterSession, "commit_failed", _failure_is_success),
    ),
    mutation(
        "journal's error swallowed",
        "The sink returns although the ledger is full or locked.",
        (JournalSink, "__call__", _errors_swallowed),
    ),
    mutation(
        "event gap ignored",
        "Messages are delivered though one before them is missing, and events are taken whatever number is due.",
        (ReceiveWindow, "take", _any_number),
        (EventInbox, "accept", _jumps_taken),
    ),
    mutation(
        "kept events taken for read",
        "At a new link what the machine kept meanwhile is taken for read.",
        (EventInbox, "begin", _behind_what_is_kept),
    ),
    mutation(
        "resume one too far",
        "A new process goes on one event behind the last one in the journal.",
        (EventInbox, "_begin_boot", _one_too_far),
    ),
    mutation(
        "events written backwards",
        "A batch of events goes into the journal in the wrong order.",
        (JournalSink, "__call__", _backwards),
    ),
    mutation(
        "last event of a batch lost",
        "The journal's last event of each batch is not written.",
        (JournalSink, "__call__", _without_the_last),
    ),
    mutation(
        "resend executes twice",
        "A command that is sent again gets a new id.",
        (CallBook, "due", _under_a_new_id),
    ),
    mutation("CRC not checked", "A frame counts whatever its checksum says.", (framing, "decode_frame", _unchecked)),
    mutation(
        "stale frame accepted",
        "DATA that has come before is delivered again, and the inbox takes events of any number.",
        (ReceiveWindow, "take", _twice),
        (EventInbox, "accept", _taken_again),
    ),
)
