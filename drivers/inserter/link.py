"""The host's side of the link layer (docs/protocols/native.md, section 3), without port, thread or clock.

Bytes and the time go in; bytes to send and notices come out. While one link lasts, each message is delivered exactly
once and in order, in both directions; when that can't be kept up the link is lost, never a message doubled. What
survives a link (commands, events) is the business of session.py.

Time is any float in seconds that never runs backwards.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from drivers.inserter.framing import FrameDecoder, encode_frame
from drivers.inserter.link_frames import (
    MAX_MESSAGE,
    Frame,
    FrameType,
    Reject,
    Welcome,
    hello_payload,
    read_frame,
    read_welcome,
)
from drivers.inserter.vocabulary import LinkState
from drivers.inserter.window import LinkTiming, ReceiveWindow, SendWindow
from drivers.inserter.wire import MalformedMessage

_HEALTH_FRAMES = 100
_DEGRADED_AT = 5
_SHORTEST_HEARTBEAT_S = 0.05
_SILENT_HEARTBEATS = 3
_SLOW_ANSWER = 4


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The WELCOME came that answers the last HELLO: a new link, on which both sequences start at 1."""

    welcome: Welcome


@dataclass(frozen=True, slots=True)
class LinkLost:
    """The link that was up is gone. A message not yet acknowledged may or may not have arrived."""

    reason: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """One message of the machine, in order, for the first time on this link."""

    message: bytes


Notice = LinkUp | LinkLost | Delivered


@dataclass(slots=True)
class LinkCounters:
    """What the line did to us: all grow for ever."""

    frames_sent: int = 0
    resends: int = 0
    duplicates: int = 0
    unexpected: int = 0
    rejects: int = 0
    links: int = 0


_ONE_AT_A_TIME = 1
"""The version whose windows stand while no link does."""


class _Phase(Enum):
    CLOSED = auto()
    GREETING = auto()
    UP = auto()


class HostLink:
    """One end of the line. `sessions` yields a fresh number for each HELLO. The machine restarts its sequence at every
    HELLO, so only the answer to the last one is a link: with two of them under way nobody could tell DATA 1 of the one
    from DATA 1 of the other."""

    def __init__(self, sessions: Iterator[int], timing: LinkTiming) -> None:
        self.counters = LinkCounters()
        self.decoder = FrameDecoder()
        self.trouble = "the port is closed"
        self.incompatible = False
        self._sessions = sessions
        self._timing = timing
        self._phase = _Phase.CLOSED
        self._output = bytearray()
        self._health: deque[bool] = deque(maxlen=_HEALTH_FRAMES)
        self._notices: list[Notice] = []
        self._session = 0
        self._heartbeat_s = 1.0
        self._greeting_since = 0.0
        self._hello_due = 0.0
        self._hello_at = 0.0
        self._patient = False
        self._last_sent = 0.0
        self._last_heard = 0.0
        self._ping_token = 0
        self._open_windows(_ONE_AT_A_TIME, 0.0)

    # What the owner asks

    @property
    def state(self) -> LinkState:
        match self._phase:
            case _Phase.CLOSED:
                return LinkState.DOWN
            case _Phase.GREETING:
                return LinkState.IDENTIFYING if self._patient else LinkState.DOWN
            case _Phase.UP:
                return LinkState.DEGRADED if sum(self._health) >= _DEGRADED_AT else LinkState.UP
            case _:
                assert_never(self._phase)

    @property
    def ready(self) -> bool:
        """Up, and the window has room: `send` may be called."""
        return self._phase is _Phase.UP and self._sent.has_room

    @property
    def quiet(self) -> bool:
        """Nothing of ours waits for its acknowledgement."""
        return self._phase is not _Phase.UP or self._sent.empty

    @property
    def round_trip_s(self) -> float:
        """From a DATA to its acknowledgement, smoothed, in seconds; 0 before the first link."""
        return self._sent.round_trip_s

    def unanswered_for(self, now: float) -> float:
        """Seconds since the host began to say HELLO in vain; 0 when up or closed."""
        return now - self._greeting_since if self._phase is _Phase.GREETING else 0.0

    @property
    def deadline(self) -> float | None:
        """When `tick` must be called at the latest; None when nothing is due."""
        match self._phase:
            case _Phase.CLOSED:
                return None
            case _Phase.GREETING:
                return self._hello_due
            case _Phase.UP:
                due = min(self._last_sent + self._heartbeat_s, self._last_heard + self._silence_s)
                acknowledged_by = self._sent.deadline
                return due if acknowledged_by is None else min(due, acknowledged_by)
            case _:
                assert_never(self._phase)

    def take_output(self) -> bytes:
        """The bytes to put on the line, once."""
        taken = bytes(self._output)
        self._output.clear()
        return taken

    # What the owner tells

    def port_opened(self, now: float) -> None:
        """The port is open: flush noise with one 00 and identify."""
        self.decoder.forget()
        self._output[:] = b"\0"
        self._greet(now, first_at=now)

    def port_closed(self, reason: str) -> list[Notice]:
        """The port is gone, and with it whatever was still to be sent."""
        was_up = self._phase is _Phase.UP
        self._phase = _Phase.CLOSED
        self._output.clear()
        self.trouble = reason
        return [LinkLost(reason)] if was_up else []

    def send(self, message: bytes, now: float) -> None:
        """Send `message` (up to 510 bytes) and care for its arrival. Only when `ready`."""
        if not self.ready or len(message) > MAX_MESSAGE:
            raise ValueError("the link is not ready, or the message is too long")
        self._put(self._sent.add(FrameType.DATA, message, now), now)

    def receive(self, data: bytes, now: float) -> list[Notice]:
        """Bytes came from the line. Call it before `tick` with the same time, so that what has waited unread in the
        port counts as heard."""
        counters = self.decoder.counters
        failed_before = counters.bad + counters.overlong
        payloads = self.decoder.feed(data)
        if self._phase is _Phase.CLOSED:
            return []
        self._health.extend([True] * min(counters.bad + counters.overlong - failed_before, _HEALTH_FRAMES))
        for payload in payloads:
            self._health.append(False)
            self._take_payload(payload, now)
        return self._take_notices()

    def tick(self, now: float) -> list[Notice]:
        """Let time pass: HELLO, resends, heartbeat, silence."""
        match self._phase:
            case _Phase.CLOSED:
                pass
            case _Phase.GREETING:
                self._tick_greeting(now)
            case _Phase.UP:
                self._tick_up(now)
            case _:
                assert_never(self._phase)
        return self._take_notices()

    # Identifying

    def _greet(self, now: float, *, first_at: float) -> None:
        self._phase = _Phase.GREETING
        self._greeting_since = now
        self._patient = True
        self._hello_due = first_at
        self._tick_greeting(now)

    def _tick_greeting(self, now: float) -> None:
        if now >= self._hello_due:
            self._session = next(self._sessions)
            self._put(hello_payload(self._session), now)
            self._hello_at = now
            self._hello_due = now + self._timing.hello_s
        if self._patient and now - self._greeting_since >= self._timing.unanswered_s:
            self._patient = False
            self.trouble = self.trouble if self.incompatible else "the machine does not answer HELLO"

    def _start_over(self, reason: str, now: float) -> None:
        self.trouble = reason
        self._notices.append(LinkLost(reason))
        # Not sooner than hello_s after the last HELLO, else two sides that disagree would storm the line.
        self._greet(now, first_at=max(now, self._hello_due))

    def _welcomed(self, welcome: Welcome, now: float) -> None:
        if self._phase is not _Phase.GREETING or welcome.host_session != self._session:
            self.counters.unexpected += 1
            # The answer to an earlier HELLO: the machine is slow but there, so give the last HELLO time for its own.
            self._hello_due = max(self._hello_due, self._hello_at + _SLOW_ANSWER * self._timing.hello_s)
            return
        self._phase = _Phase.UP
        self.incompatible = False
        self._last_sent = now
        self._heartbeat_s = max(welcome.heartbeat_ms / 1000, _SHORTEST_HEARTBEAT_S)
        self._open_windows(welcome.protocol, now - self._hello_at)
        self.counters.links += 1
        self._notices.append(LinkUp(welcome))

    def _open_windows(self, version: int, round_trip_s: float) -> None:
        self._sent = SendWindow(version, self._timing, round_trip_s)
        self._came = ReceiveWindow(version)

    # Up

    @property
    def _silence_s(self) -> float:
        return _SILENT_HEARTBEATS * self._heartbeat_s

    def _tick_up(self, now: float) -> None:
        # Sums as in `deadline`, not differences: rounded otherwise, a deadline could come before its time.
        if now >= self._last_heard + self._silence_s:
            self._start_over("the machine fell silent", now)
        elif now >= self._last_sent + self._silence_s:
            # We were kept from sending for so long that the machine has given us up.
            self._start_over("this host fell silent", now)
        else:
            self._resend_when_due(now)
            if self._phase is _Phase.UP and now >= self._last_sent + self._heartbeat_s:
                self._ping_token = (self._ping_token + 1) & 0xFF
                self._put(bytes([FrameType.PING, self._ping_token]), now)

    def _resend_when_due(self, now: float) -> None:
        if self._sent.given_up(now):
            self._start_over("no acknowledgement", now)
            return
        overdue = self._sent.overdue(now)
        if overdue is not None:
            self._resend([overdue], now)

    def _resend(self, payloads: list[bytes], now: float) -> None:
        for payload in payloads:
            self.counters.resends += 1
            self._put(payload, now, again=True)

    def _take_payload(self, payload: bytes, now: float) -> None:
        try:
            frame = read_frame(payload)
            welcome = read_welcome(frame.body) if frame.type is FrameType.WELCOME else None
        except MalformedMessage:
            self.counters.unexpected += 1
            return
        if welcome is not None:
            self._last_heard = now
            self._welcomed(welcome, now)
        elif self._phase is _Phase.UP:
            self._last_heard = now
            self._take_on_link(frame, now)
        elif frame.type is FrameType.REJECT and frame.body[0] == Reject.NO_COMMON_VERSION:
            self.counters.rejects += 1
            self.incompatible = True
            self.trouble = "machine and driver have no protocol version in common"
        else:
            # Frames of a link that has ended, still under way when HELLO was sent.
            self.counters.unexpected += 1

    def _take_on_link(self, frame: Frame, now: float) -> None:
        match frame.type:
            case FrameType.DATA:
                self._take_data(frame, now)
            case FrameType.ACK:
                self._resend(self._sent.acknowledged(frame.sequence, frame.beyond, now), now)
            case FrameType.PING:
                self._put(bytes([FrameType.PONG, frame.sequence]), now)
            case FrameType.PONG:
                pass
            case FrameType.REJECT:
                self.counters.rejects += 1
                reason = frame.body[0]
                if reason != Reject.NO_COMMON_VERSION:
                    self._start_over(Reject(reason).name.lower().replace("_", " "), now)
            case FrameType.HELLO | FrameType.WELCOME:
                self.counters.unexpected += 1
            case _:
                assert_never(frame.type)

    def _take_data(self, frame: Frame, now: float) -> None:
        due = self._came.due
        duplicates = self._came.duplicates
        messages = self._came.take(frame.sequence, frame.body)
        if messages is None:
            self._start_over(f"DATA {frame.sequence} came where {due} was due", now)
            return
        self.counters.duplicates += self._came.duplicates - duplicates
        self._put(self._came.acknowledgement(FrameType.ACK), now)
        self._notices += [Delivered(message) for message in messages]

    def _put(self, payload: bytes, now: float, *, again: bool = False) -> None:
        self._output += encode_frame(payload)
        self._health.append(again)
        self._last_sent = now
        self.counters.frames_sent += 1

    def _take_notices(self) -> list[Notice]:
        taken = self._notices
        self._notices = []
        return taken
