"""Commands under way: each has one id for ever, is sent again with that id, and is settled exactly once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar, assert_never

from drivers.inserter.commands import Command, Halt
from drivers.inserter.errors import (
    CommandRefused,
    InserterError,
    LinkDown,
    OutcomeUnknown,
    malformed_error,
    unsupported_error,
)
from drivers.inserter.link_frames import MAX_MESSAGE
from drivers.inserter.protocols.native import Reply, ReplyStatus, decode_results, encode_command
from drivers.inserter.wire import MalformedMessage

ResultT = TypeVar("ResultT")


@dataclass(slots=True, eq=False)
class Call(Generic[ResultT]):
    """One command from submission to settlement; settled, either `error` is set or `result` holds.

    `sent` counts how often it was given to the line; `boot_id` is the machine's power-up that it was meant for (None:
    whichever answers first).
    """

    command: Command[ResultT]
    command_id: int
    message: bytes
    deadline: float
    boot_id: int | None
    sent: int = 0
    first_sent_at: float = 0.0
    send_at: float | None = None
    settled: bool = False
    result: ResultT | None = None
    error: InserterError | None = None

    def settle(self, outcome: ResultT | InserterError | None) -> None:
        """Done with these results, or failed with that error."""
        self.settled = True
        if isinstance(outcome, InserterError):
            self.error = outcome
        else:
            self.result = outcome


@dataclass(slots=True)
class Latency:
    """Seconds from the first send of a command to its reply."""

    count: int = 0
    last_s: float = 0.0
    longest_s: float = 0.0
    total_s: float = 0.0

    def add(self, seconds: float) -> None:
        self.count += 1
        self.last_s = seconds
        self.longest_s = max(self.longest_s, seconds)
        self.total_s += seconds


class CallBook:
    """All unsettled calls, oldest first. `host_session` is the upper half of every command id; a call without reply for
    `resend_s` seconds is sent again; the link carries messages of at most `longest` bytes."""

    def __init__(self, host_session: int, resend_s: float, longest: int = MAX_MESSAGE) -> None:
        self.latency = Latency()
        self.late_replies = 0
        self.resends = 0
        self._host_session = host_session
        self._resend_s = resend_s
        self._longest = longest
        self._counter = 0
        self._open: dict[int, Call[Any]] = {}

    def __bool__(self) -> bool:
        return bool(self._open)

    def submit(self, command: Command[ResultT], deadline: float, boot_id: int | None) -> Call[ResultT]:
        """A new call with a fresh id. InserterError E2010 when an argument does not fit the protocol."""
        command_id = self._host_session << 32 | self._counter + 1
        call = Call(command, command_id, encode_command(command_id, command, self._longest), deadline, boot_id)
        self._counter += 1
        self._open[command_id] = call
        return call

    def due(self, now: float) -> Call[Any] | None:
        """The call to send now: not yet sent on this link, or without reply for too long. Halt goes before all."""
        waiting = [call for call in self._open.values() if call.send_at is None or call.send_at <= now]
        return min(waiting, key=lambda call: not isinstance(call.command, Halt), default=None)

    def next_resend(self) -> float | None:
        """When a call is to be sent again for want of a reply."""
        return min((call.send_at for call in self._open.values() if call.send_at is not None), default=None)

    def next_expiry(self) -> float | None:
        """When the next call's time is over."""
        return min((call.deadline for call in self._open.values()), default=None)

    def was_sent(self, call: Call[Any], now: float) -> None:
        if call.sent == 0:
            call.first_sent_at = now
        else:
            self.resends += 1
        call.sent += 1
        call.send_at = now + self._resend_s

    def answered(self, reply: Reply, now: float) -> Call[Any] | None:
        """Settles the call that `reply` names. None: no such call is open; a reply settles none but its own."""
        call = self._close(reply.command_id)
        if call is not None:
            self.latency.add(now - call.first_sent_at)
            call.settle(_outcome(call.command, reply))
        return call

    def unreadable(self, command_id: int, reason: str) -> Call[Any] | None:
        """A reply to that command came and can't be understood."""
        call = self._close(command_id)
        if call is not None:
            call.settle(_unreadable(call.command, reason))
        return call

    def link_up(self, boot_id: int) -> list[Call[Any]]:
        """A new link. Under the same power-up every open call is sent again. Calls meant for another one are settled
        and returned: unknown if they were sent, else surely not done."""
        gone = []
        for call in tuple(self._open.values()):
            if call.boot_id is None:
                call.boot_id = boot_id
            if call.boot_id == boot_id:
                call.send_at = None
            else:
                gone.append(call)
                self.give_up(call, "the machine has restarted", "E2002")
        return gone

    def expired(self, now: float) -> list[Call[Any]]:
        """The calls whose time is over; the owner gives them up."""
        return [call for call in self._open.values() if now >= call.deadline]

    def give_up(self, call: Call[Any], reason: str, code: str) -> None:
        """Settles an open call without a reply: OutcomeUnknown if it was sent, LinkDown with `code` if not."""
        if self._open.pop(call.command_id, None) is None:
            return
        name = call.command.name
        if call.sent:
            call.settle(OutcomeUnknown(f"No reply to {name}: {reason}"))
        else:
            call.settle(LinkDown(f"{name} was not sent: {reason}", code=code))

    def give_up_all(self, reason: str) -> list[Call[Any]]:
        """The session ends: settles and returns all open calls."""
        calls = list(self._open.values())
        for call in calls:
            self.give_up(call, reason, "E2002")
        return calls

    def _close(self, command_id: int) -> Call[Any] | None:
        call = self._open.pop(command_id, None)
        if call is None:
            self.late_replies += 1
        return call


def _outcome(command: Command[Any], reply: Reply) -> object:
    match reply.status:
        case ReplyStatus.DONE:
            try:
                return decode_results(command, reply.results)
            except MalformedMessage as error:
                return _unreadable(command, error.reason)
        case ReplyStatus.REFUSED:
            return CommandRefused(reply.fault, reply.text, place=command.name)
        case ReplyStatus.MALFORMED:
            return malformed_error(reply.text, place=command.name)
        case ReplyStatus.UNKNOWN_OPCODE:
            return unsupported_error(command.name)
        case _:
            assert_never(reply.status)


def _unreadable(command: Command[Any], reason: str) -> OutcomeUnknown:
    return OutcomeUnknown(f"The reply to {command.name} can't be read: {reason}")
