"""One host with one machine over any number of links: commands that act at most once, events that arrive exactly once.

Sans-I/O: bytes and the time go in; bytes, events and settled calls come out. driver.py gives it a port and a thread; a
simulated world may give it a virtual line and a virtual clock.
"""

from __future__ import annotations

from typing import Any, TypeVar, assert_never

from drivers.inserter import commands as ask
from drivers.inserter.calls import Call, CallBook
from drivers.inserter.errors import EventsLost, OutcomeUnknown
from drivers.inserter.inbox import EventInbox, Verdict
from drivers.inserter.link import Delivered, LinkLost, LinkUp, Notice
from drivers.inserter.link_frames import Welcome
from drivers.inserter.links import longest_message, make_link
from drivers.inserter.machine import Machine
from drivers.inserter.profile import Profile
from drivers.inserter.protocols.native import Reply, decode_message, encode_event_ack
from drivers.inserter.statistics import Statistics
from drivers.inserter.vocabulary import LinkState, MachineEvent, PieceOutcome, StateChanged, Status
from drivers.inserter.wire import MalformedMessage

ResultT = TypeVar("ResultT")


class InserterSession:
    """`host_session` (32 bits, never used before with this machine) begins every command id; `resume` = (boot id,
    number) is the last event that the journal has. Without `acknowledges` the machine is never told that it may
    forget an event: for whoever only looks on."""

    def __init__(
        self,
        profile: Profile,
        *,
        host_session: int,
        resume: tuple[int, int] | None = None,
        acknowledges: bool = True,
    ) -> None:
        self.machine = Machine()
        self.inbox = EventInbox(resume)
        self._profile = profile
        self._acknowledges = acknowledges
        self._link = make_link(profile, host_session)
        self._calls = CallBook(host_session, profile.timeouts.reply_s, longest_message(profile))
        self._status_call: Call[Any] | None = None
        self._replay_call: Call[Any] | None = None
        self._gap_at: float | None = None
        self._state_told = False
        self._job_told = False
        self._ack_went_last = False
        self._live_from = 0
        self._malformed = 0
        self._restarts = 0
        self._offer_at = 0.0
        self._failures = 0

    # What the owner asks

    @property
    def link_state(self) -> LinkState:
        return self._link.state

    @property
    def boot_id(self) -> int | None:
        """The power-up of the machine that answered last."""
        return self.inbox.boot_id

    @property
    def trouble(self) -> str:
        """Why the link is not up, or that it is up and noisy, in words; empty when all is well."""
        match self._link.state:
            case LinkState.UP:
                return ""
            case LinkState.DEGRADED:
                return "the line is noisy: look at cable, plugs and grounding"
            case _:
                return self._link.trouble

    @property
    def link_is_up(self) -> bool:
        return self._link.state in _SPEAKING

    @property
    def idle(self) -> bool:
        """Nothing is under way on the host's side: no call, no event for the journal, no acknowledgement."""
        link_busy = self.link_is_up and (self.inbox.ack_due or not self._link.quiet)
        return not (self._calls or self.inbox.pending or link_busy)

    def deadline(self, now: float) -> float | None:
        """When `tick` or `next_batch` is to be called at the latest; None when nothing is due."""
        times = [self._link.deadline, self._calls.next_expiry(), self._gap_at]
        if self._link.ready:
            times.append(now if self._calls.due(now) else self._calls.next_resend())
        if self.inbox.pending:
            times.append(self._offer_at)
        return min((time for time in times if time is not None), default=None)

    def unanswered_for(self, now: float) -> float:
        """Seconds of HELLO in vain on the open port."""
        return self._link.unanswered_for(now)

    def take_output(self) -> bytes:
        """The bytes to put on the line, once."""
        return self._link.take_output()

    def statistics(self) -> Statistics:
        link, frames, latency = self._link.counters, self._link.decoder.counters, self._calls.latency
        return Statistics(
            frames_sent=link.frames_sent,
            frames_received=frames.good,
            crc_errors=frames.bad + frames.overlong,
            resends=link.resends,
            command_resends=self._calls.resends,
            duplicate_frames=link.duplicates,
            duplicate_events=self.inbox.duplicates,
            unexpected_frames=link.unexpected,
            malformed_messages=self._malformed,
            late_replies=self._calls.late_replies,
            rejects=link.rejects,
            reconnects=max(0, link.links - 1),
            restarts=self._restarts,
            replies=latency.count,
            reply_last_s=latency.last_s,
            reply_mean_s=latency.total_s / max(1, latency.count),
            reply_longest_s=latency.longest_s,
        )

    # Line and time

    def port_opened(self, now: float) -> None:
        self._link.port_opened(now)

    def port_closed(self, reason: str, now: float) -> None:
        self._take(self._link.port_closed(reason), now)

    def receive(self, data: bytes, now: float) -> None:
        """Bytes came. Call it before `tick` of the same time."""
        self._take(self._link.receive(data, now), now)
        self._pump(now)

    def tick(self, now: float) -> None:
        """Let time pass: expiry, resends, heartbeat."""
        self._take(self._link.tick(now), now)
        for call in self._calls.expired(now):
            self.give_up(call, "its time is over", now)
        if self._gap_at is not None and now >= self._gap_at:
            self._look_after_gap(now)
        self._pump(now)

    # Commands

    def submit(self, command: ask.Command[ResultT], now: float, timeout_s: float | None = None) -> Call[ResultT]:
        """Begin a command; it is settled at `timeout_s` from now at the latest (the profile's limit when None).
        InserterError E2010 when an argument does not fit the protocol."""
        wait_s = self._profile.timeouts.command_s if timeout_s is None else timeout_s
        call = self._calls.submit(command, now + wait_s, self.boot_id)
        self._pump(now)
        return call

    def give_up(self, call: Call[Any], reason: str, now: float) -> None:
        """Settle `call` without a reply: OutcomeUnknown if it was ever sent, LinkDown if not. A settled call stays."""
        if call.settled:
            return
        code = "E2004" if self._link.incompatible else "E2002"
        kept_back = reason if self._link.ready else f"{reason}, {self._link.trouble}"
        self._calls.give_up(call, kept_back, code)
        self._settled(call, now)

    def close(self, reason: str, now: float) -> None:
        """The host leaves: every open call is settled."""
        self._take(self._link.port_closed(reason), now)
        for call in self._calls.give_up_all(reason):
            self._settled(call, now)

    # Events

    def next_batch(self, now: float) -> tuple[MachineEvent, ...]:
        """Events for the journal, in number order; empty while a failed delivery waits for its next try. Tell the end
        with `committed` or `commit_failed` before asking again."""
        return self.inbox.batch() if now >= self._offer_at else ()

    def committed(self, batch: tuple[MachineEvent, ...], now: float) -> None:
        """The journal has `batch`: now the machine may forget it."""
        self._failures = 0
        replay = self.inbox.commit(len(batch))
        for event in batch:
            current = event.boot_id == self.boot_id
            if current or isinstance(event.body, PieceOutcome):
                self.machine.apply(event.body, live=current and event.number >= self._live_from)
        if replay:
            self._ask_replay(now)
        self._pump(now)

    def commit_failed(self, now: float) -> None:
        """The journal did not take the batch: nothing is acknowledged, the next try waits."""
        timeouts = self._profile.timeouts
        self._offer_at = now + min(timeouts.journal_first_s * 2**self._failures, timeouts.journal_most_s)
        self._failures = min(self._failures + 1, 16)

    def accept_lost_events(self, now: float) -> EventsLost | None:
        """Somebody answers for the lost events: delivery goes on behind them. None when nothing is lost."""
        lost = self.inbox.accept_loss()
        if lost is not None:
            self._ask_replay(now)
            self._pump(now)
        return lost

    # Inside

    def _take(self, notices: list[Notice], now: float) -> None:
        for notice in notices:
            match notice:
                case LinkUp(welcome):
                    self._link_up(welcome, now)
                case LinkLost():
                    self.machine.link_lost()
                case Delivered(message):
                    self._delivered(message, now)
                case _:
                    assert_never(notice)

    def _link_up(self, welcome: Welcome, now: float) -> None:
        known = self.boot_id
        gone = self._calls.link_up(welcome.boot_id)
        self.inbox.begin(welcome)
        for call in gone:
            self._settled(call, now)
        if known is not None and known != welcome.boot_id:
            self._restarts += 1
            self.machine.restarted()
        self._live_from = welcome.next_event
        self._state_told = self._job_told = False
        self._gap_at = now + self._profile.timeouts.reply_s
        # A status asked over an earlier link would be answered from the machine's memory: it tells of then, not of now.
        if self._status_call is not None:
            self._calls.give_up(self._status_call, "asked anew", "E2002")
        self._status_call = self.submit(ask.GetStatus(), now)

    def _delivered(self, message: bytes, now: float) -> None:
        try:
            content = decode_message(message, self.boot_id or 0)
        except MalformedMessage as error:
            self._malformed += 1
            self._misunderstood(error, now)
            return
        if isinstance(content, Reply):
            self._settled(self._calls.answered(content, now), now)
        else:
            self._event_came(content, now)

    def _event_came(self, event: MachineEvent, now: float) -> None:
        match self.inbox.accept(event):
            case Verdict.TAKEN:
                self._gap_at = now + self._profile.timeouts.reply_s if self.inbox.known > event.number else None
                self._state_told |= isinstance(event.body, StateChanged) and event.number >= self._live_from
            case Verdict.GAP:
                self._ask_replay(now)
            case Verdict.HELD_BACK if self._gap_at is not None:
                self._gap_at = now + self._profile.timeouts.reply_s
            case Verdict.DUPLICATE | Verdict.HELD_BACK:
                pass

    def _misunderstood(self, error: MalformedMessage, now: float) -> None:
        if error.command_id is not None:
            self._settled(self._calls.unreadable(error.command_id, error.reason), now)
        elif error.event_number is not None:
            reason = f"event {error.event_number} can't be read: {error.reason}"
            if self.inbox.missing(error.event_number, reason) is Verdict.GAP:
                self._ask_replay(now)

    def _ask_replay(self, now: float) -> None:
        if self._replay_call is None:
            self.inbox.replay_asked()
            self._replay_call = self.submit(ask.ReplayEvents(self.inbox.expected), now)

    def _look_after_gap(self, now: float) -> None:
        """Events that the machine has, by its own word, did not come although it had the time."""
        self._gap_at = None
        if not self.link_is_up or self._replay_call is not None:
            return
        if self.inbox.missing(self.inbox.known, "the machine does not send them") is Verdict.GAP:
            self._ask_replay(now)

    def _settled(self, call: Call[Any] | None, now: float) -> None:
        """Learn from a settled call. The status that a new link begins with is asked until it is told."""
        if call is None:
            return
        if call is self._replay_call:
            self._replay_call = None
            self._gap_at = now + self._profile.timeouts.reply_s
        if call is self._status_call:
            self._status_call = None
            if isinstance(call.error, OutcomeUnknown) and self.link_is_up:
                self._status_call = self.submit(ask.GetStatus(), now)
            elif call.result is not None:
                self._tell_status(call.result)
        self._tell_machine(call)

    def _tell_status(self, status: Status) -> None:
        """What changed since the link came up is known from events and replies: they may have overtaken this answer."""
        if not self._state_told:
            self.machine.state_told(status.state, status.fault)
        if not self._job_told:
            self.machine.job = status.job

    def _tell_machine(self, call: Call[Any]) -> None:
        match call.command:
            case ask.QueuePiece(spec) if isinstance(call.error, OutcomeUnknown):
                pass  # The machine may hold it: it stays offered.
            case ask.QueuePiece(spec) if call.error is not None:
                self.machine.piece_not_taken(spec.piece, spec.copy)
            case ask.QueuePiece(spec):
                self.machine.piece_taken(spec.piece, spec.copy)
            case ask.CancelPiece(piece, copy) if call.error is None:
                self.machine.piece_cancelled(piece, copy)
            case ask.LoadJob(job) if call.error is None:
                self._job_told = True
                self.machine.job_loaded(job)
            case ask.EndJob() if call.error is None:
                self._job_told = True
                self.machine.job_ended()
            case _:
                pass

    def _pump(self, now: float) -> None:
        """Give the link all it takes: halt first, else acknowledgements of events and calls by turns."""
        while self._link.ready:
            self.inbox.ack_due = self.inbox.ack_due and self._acknowledges
            call = self._calls.due(now)
            if self.inbox.ack_due and (call is None or not (self._ack_went_last or isinstance(call.command, ask.Halt))):
                self.inbox.ack_due = False
                self._ack_went_last = True
                self._link.send(encode_event_ack(self.inbox.committed), now)
            elif call is not None:
                self._ack_went_last = False
                if call.sent == 0 and isinstance(call.command, ask.QueuePiece):
                    self.machine.piece_offered(call.command.piece)
                self._calls.was_sent(call, now)
                self._link.send(call.message, now)
            else:
                return


_SPEAKING = frozenset({LinkState.UP, LinkState.DEGRADED})
