"""The host's side of docs/protocols/modbus.md, without port, thread or clock: a machine whose registers are polled.

One request is under way at a time. Each bears a token that its answer shows again, so a late answer is known as such.
Commands go through the mailbox: after a request that was not answered the mailbox is read before the command is written
again. Events are read from the number on that is wanted next. While a link lasts each reply and each event is delivered
once; what survives a link is the business of session.py.

Time is any float in seconds that never runs backwards.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from drivers.inserter.link import Delivered, LinkCounters, LinkLost, LinkUp, Notice
from drivers.inserter.link_frames import Welcome
from drivers.inserter.modbus_timing import ModbusTiming
from drivers.inserter.modbus_window import EventWindow
from drivers.inserter.protocols import modbus
from drivers.inserter.protocols.modbus import Answer, AnswerDecoder, Control, Mailbox, View
from drivers.inserter.protocols.native import COMMAND
from drivers.inserter.vocabulary import LinkState
from drivers.inserter.wire import MalformedMessage

_HALT = 0x0A
_REPLAY_EVENTS = 0x0E
_LAST_TOKEN = 0xFFFF
_HEALTH_EXCHANGES = 100
_DEGRADED_AT = 5
_BITS_A_BYTE = 11
"""With start, parity and stop bits."""


class _Phase(Enum):
    CLOSED = auto()
    IDENTIFYING = auto()
    UP = auto()


class _Purpose(Enum):
    IDENTIFY = auto()
    POLL = auto()
    LOOK = auto()
    COMMAND = auto()


_VIEWS = {
    _Purpose.IDENTIFY: View.IDENTITY,
    _Purpose.POLL: View.EVENTS,
    _Purpose.LOOK: View.REPLY,
    _Purpose.COMMAND: View.REPLY,
}


@dataclass(frozen=True, slots=True)
class _Exchange:
    purpose: _Purpose
    token: int
    registers: int
    acknowledged: int
    begin_by: float
    end_by: float


class ModbusLink:
    """One end of the line. `first_token` begins the tokens anywhere, so that two lives of a host begin differently."""

    def __init__(self, timing: ModbusTiming, baud_rate: int, *, first_token: int) -> None:
        self.counters = LinkCounters()
        self.decoder = AnswerDecoder()
        self.trouble = "the port is closed"
        self.incompatible = False
        self._timing = timing
        self._byte_s = _BITS_A_BYTE / baud_rate
        self._token = first_token % _LAST_TOKEN
        self._phase = _Phase.CLOSED
        self._output = bytearray()
        self._notices: list[Notice] = []
        self._health: deque[bool] = deque(maxlen=_HEALTH_EXCHANGES)
        self._under_way: _Exchange | None = None
        self._asking_since = 0.0
        self._patient = False
        self._identify_at = 0.0
        self._poll_at = 0.0
        self._write_at = 0.0
        self._last_byte = 0.0
        self._last_answer = 0.0
        self._boot_id = 0
        self._window = EventWindow()
        self._acknowledged = 0
        self._ack_owed = False
        self._pending: Mailbox | None = None
        self._look_first = False
        self._reply_registers = modbus.SHORT_REPLY_REGISTERS
        self._written: int | None = None
        self._polled_last = False

    # What the owner asks

    @property
    def state(self) -> LinkState:
        match self._phase:
            case _Phase.CLOSED:
                return LinkState.DOWN
            case _Phase.IDENTIFYING:
                return LinkState.IDENTIFYING if self._patient else LinkState.DOWN
            case _Phase.UP:
                return LinkState.DEGRADED if sum(self._health) >= _DEGRADED_AT else LinkState.UP
            case _:
                assert_never(self._phase)

    @property
    def ready(self) -> bool:
        """Up, and neither a command nor an acknowledgement waits to be written."""
        return self._phase is _Phase.UP and self._pending is None and not self._ack_owed

    @property
    def quiet(self) -> bool:
        """Nothing that was given to `send` waits to be written."""
        return self._phase is not _Phase.UP or self.ready

    @property
    def deadline(self) -> float | None:
        """When `tick` must be called at the latest; None when nothing is due."""
        if self._phase is _Phase.CLOSED:
            return None
        if self._under_way is not None:
            return self._give_up_at(self._under_way)
        due = max(self._choose(self._last_byte)[1], self._quiet_at)
        return min(due, self._lost_at) if self._phase is _Phase.UP else due

    def unanswered_for(self, now: float) -> float:
        """Seconds since the host began to ask in vain; 0 when up or closed."""
        return now - self._asking_since if self._phase is _Phase.IDENTIFYING else 0.0

    def take_output(self) -> bytes:
        """The bytes to put on the line, once."""
        taken = bytes(self._output)
        self._output.clear()
        return taken

    # What the owner tells

    def port_opened(self, now: float) -> None:
        """The port is open: find the machine."""
        self.decoder.forget()
        self._output.clear()
        self._identify(now, first_at=now)
        self._exchange_when_due(now)

    def port_closed(self, reason: str) -> list[Notice]:
        """The port is gone, and with it whatever was still to be sent."""
        was_up = self._phase is _Phase.UP
        self._phase = _Phase.CLOSED
        self._forget_outgoing()
        self._output.clear()
        self.trouble = reason
        return [LinkLost(reason)] if was_up else []

    def send(self, message: bytes, now: float) -> None:
        """Write a COMMAND into the mailbox, or tell what an EVENT_ACK acknowledges. Only when `ready`."""
        if not self.ready:
            raise ValueError("the link is not ready")
        if message[0] == COMMAND:
            self._pending = Mailbox(int.from_bytes(message[1:9], "big"), message[9], message[10:])
            self._look_first = self._pending.command_id == self._written
            self._write_at = now
            if self._pending.opcode == _REPLAY_EVENTS:
                self._window.rewind(int.from_bytes(self._pending.arguments, "big"))
        else:
            self._acknowledged = int.from_bytes(message[1:5], "big")
            self._ack_owed = True
            self._window.committed(self._acknowledged)
        self._exchange_when_due(now)

    def receive(self, data: bytes, now: float) -> list[Notice]:
        """Bytes came from the line. Call it before `tick` with the same time."""
        damaged = self._damaged
        if data:
            self._last_byte = now
        answers = self.decoder.feed(data)
        if self._phase is _Phase.CLOSED:
            return []
        for answer in answers:
            self._take_answer(answer, now)
        if self._damaged > damaged:
            self._failed(now)
        self._exchange_when_due(now)
        return self._take_notices()

    def tick(self, now: float) -> list[Notice]:
        """Let time pass: answers that stay away, polling, silence."""
        if self._phase is _Phase.CLOSED:
            return []
        if self._under_way is not None and now >= self._give_up_at(self._under_way):
            self.decoder.break_off()
            self._failed(now)
        if self._phase is _Phase.UP and now >= self._lost_at:
            self._start_over("the machine does not answer", now)
        if self._phase is _Phase.IDENTIFYING and self._patient and now >= self._asking_since + self._timing.lost_s:
            self._patient = False
            self.trouble = self.trouble if self.incompatible else "the machine does not answer"
        self._exchange_when_due(now)
        return self._take_notices()

    # Times

    @property
    def _damaged(self) -> int:
        return self.decoder.counters.bad + self.decoder.counters.overlong

    @property
    def _quiet_at(self) -> float:
        return self._last_byte + self._timing.gap_s

    def _give_up_at(self, exchange: _Exchange) -> float:
        if not self.decoder.unfinished:
            return exchange.begin_by
        return min(exchange.end_by, self._last_byte + self._timing.silence_s)

    @property
    def _lost_at(self) -> float:
        return self._last_answer + self._timing.lost_s

    # Life of a link

    def _identify(self, now: float, *, first_at: float) -> None:
        self._phase = _Phase.IDENTIFYING
        self._forget_outgoing()
        self._asking_since = now
        self._patient = True
        self._identify_at = first_at

    def _forget_outgoing(self) -> None:
        # What was written stays known: over the next link the mailbox is read before that command is written again.
        self._under_way = None
        self._pending = None
        self._ack_owed = False

    def _start_over(self, reason: str, now: float) -> None:
        self.trouble = reason
        self._notices.append(LinkLost(reason))
        self._identify(now, first_at=max(now, self._identify_at))

    def _found(self, identity: modbus.Identity, now: float) -> None:
        if identity.signature != modbus.SIGNATURE or identity.version != modbus.VERSION:
            self.incompatible = True
            self.trouble = "what answers has no register map that this driver knows"
            return
        if identity.boot_id != self._boot_id:
            self._written = None
        self.incompatible = False
        self._phase = _Phase.UP
        self._boot_id = identity.boot_id
        self._acknowledged = identity.oldest_event - 1
        self._window.begin(identity.oldest_event, identity.next_event)
        self._poll_at = now
        self._polled_last = False
        self.counters.links += 1
        welcome = Welcome(
            protocol=identity.version,
            boot_id=identity.boot_id,
            host_session=0,
            oldest_event=identity.oldest_event,
            next_event=identity.next_event,
            heartbeat_ms=identity.watchdog_ms // 3,
            remembered_replies=identity.remembered_replies,
            model=identity.model,
            firmware=identity.firmware,
        )
        self._notices.append(LinkUp(welcome))

    # Exchanges

    def _choose(self, now: float) -> tuple[_Purpose, float]:
        """What to ask next, and when. Polls and commands go by turns; halt waits for no poll."""
        if self._phase is _Phase.IDENTIFYING:
            return _Purpose.IDENTIFY, self._identify_at
        poll_at = now if self._window.behind or self._ack_owed else self._poll_at
        command = self._pending
        if command is None:
            awaited = self._written is not None and self._polled_last
            return (_Purpose.LOOK if awaited else _Purpose.POLL), poll_at
        if command.opcode != _HALT and not self._polled_last and poll_at <= now:
            return _Purpose.POLL, poll_at
        return (_Purpose.LOOK if self._look_first else _Purpose.COMMAND), self._write_at

    def _exchange_when_due(self, now: float) -> None:
        if self._phase is _Phase.CLOSED or self._under_way is not None or now < self._quiet_at:
            return
        purpose, due_at = self._choose(now)
        if now >= due_at:
            self._begin(purpose, now)

    def _begin(self, purpose: _Purpose, now: float) -> None:
        if now >= self._last_byte + self._timing.silence_s:
            self.decoder.break_off()
        self._token = self._token % _LAST_TOKEN + 1
        view = _VIEWS[purpose]
        registers = self._registers_of(view)
        control = Control(self._token)
        if purpose is not _Purpose.IDENTIFY:
            mailbox = self._pending if purpose is _Purpose.COMMAND else None
            control = Control(self._token, self._boot_id, self._window.wanted, self._acknowledged, mailbox)
        if control.mailbox is not None:
            self._written = control.mailbox.command_id
        request = modbus.encode_request(self._timing.unit, control, view, registers)
        begin_by = now + len(request) * self._byte_s + self._timing.answer_s
        end_by = begin_by + (modbus.ANSWER_OVERHEAD_BYTES + 2 * registers) * self._byte_s
        self._under_way = _Exchange(purpose, self._token, registers, self._acknowledged, begin_by, end_by)
        self._identify_at = now + self._timing.identify_s
        self._polled_last = purpose is _Purpose.POLL
        self._output += request
        self.counters.frames_sent += 1

    def _registers_of(self, view: View) -> int:
        match view:
            case View.EVENTS:
                return self._window.registers
            case View.REPLY:
                return self._reply_registers
            case View.IDENTITY:
                return modbus.IDENTITY_REGISTERS
            case _:
                assert_never(view)

    def _failed(self, now: float) -> None:
        """No answer, a damaged one or a refusal. When a command was in it, the mailbox is read next."""
        exchange = self._under_way
        if exchange is None:
            return
        self._under_way = None
        self._health.append(True)
        self.counters.resends += 1
        match exchange.purpose:
            case _Purpose.POLL:
                self._window.failed()
                self._polled_last = False
                self._poll_at = now
            case _Purpose.COMMAND:
                self._look_first = True
            case _Purpose.IDENTIFY | _Purpose.LOOK:
                pass
            case _:
                assert_never(exchange.purpose)

    def _take_answer(self, answer: Answer, now: float) -> None:
        exchange = self._under_way
        if exchange is None or answer.unit != self._timing.unit:
            self.counters.unexpected += 1
        elif answer.exception:
            self.counters.rejects += 1
            self.trouble = f"the machine refuses the request (Modbus exception {answer.exception})"
            self._failed(now)
            self._poll_at = self._write_at = now + self._timing.poll_s
        elif len(answer.registers) != 2 * exchange.registers:
            self.counters.unexpected += 1
        elif modbus.token_of(answer.registers) == exchange.token:
            self._answered(exchange, answer.registers, now)
        elif modbus.token_of(answer.registers) == 0 and self._phase is _Phase.UP:
            self._start_over("the machine has restarted", now)
        else:
            # The answer to an earlier request: late, and of no use any more.
            self.counters.unexpected += 1

    def _answered(self, exchange: _Exchange, registers: bytes, now: float) -> None:
        self._under_way = None
        self._health.append(False)
        self._last_answer = now
        self._poll_at = now + self._timing.poll_s
        if exchange.acknowledged == self._acknowledged:
            self._ack_owed = False
        try:
            match exchange.purpose:
                case _Purpose.IDENTIFY:
                    self._found(modbus.read_identity(registers), now)
                case _Purpose.POLL:
                    self._take_events(modbus.read_events(registers), now)
                case _Purpose.LOOK | _Purpose.COMMAND:
                    self._take_reply(modbus.read_reply(registers), exchange.registers, now)
                case _:
                    assert_never(exchange.purpose)
        except MalformedMessage:
            self.counters.unexpected += 1
            self._window.behind = False
            self._write_at = self._poll_at

    def _take_events(self, view: modbus.EventView, now: float) -> None:
        if view.next_event < self._window.wanted:
            self._start_over("the machine counts its events anew", now)
            return
        self._notices += [Delivered(message) for message in self._window.take(view)]

    def _take_reply(self, view: modbus.ReplyView, read: int, now: float) -> None:
        whole = min(view.registers, modbus.MOST_REGISTERS)
        self._reply_registers = (
            max(whole, modbus.SHORT_REPLY_REGISTERS) if read < whole else modbus.SHORT_REPLY_REGISTERS
        )
        command = self._pending
        if command is not None and view.command_id == command.command_id:
            # Read again what is longer than was read; else the mailbox has it, and the next one may follow.
            self._look_first = read < whole
            self._pending = command if self._look_first else None
        elif command is not None:
            # Not taken: written now if this was the look before it, else a while later.
            self._write_at = now if self._look_first else now + self._timing.poll_s
            self._look_first = False
        if view.command_id != self._written:
            # Another command came between: who waits for this one asks again, and is answered from memory.
            self._written = None if command is None else self._written
        elif view.status != modbus.NOT_YET and read >= whole:
            self._written = None
            self._notices.append(Delivered(view.message))

    def _take_notices(self) -> list[Notice]:
        taken = self._notices
        self._notices = []
        return taken
