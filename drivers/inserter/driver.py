"""The inserter as the application sees it: commands that block until the reply, events that go into a journal, one
thread that alone touches the port, and one that waits for the journal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from drivers.inserter import commands as ask
from drivers.inserter.errors import EventsLost, LinkDown, PortTrouble, SinkFailed, busy_error, use_error
from drivers.inserter.keeper import JournalKeeper, Sink
from drivers.inserter.machine import MachineView
from drivers.inserter.machine_commands import MachineCommands
from drivers.inserter.port import PortKeeper
from drivers.inserter.profile import Profile
from drivers.inserter.session import InserterSession
from drivers.inserter.statistics import Statistics
from drivers.inserter.traffic import Passed, Traffic
from drivers.inserter.transport import Waker, check_url
from drivers.inserter.vocabulary import LinkState, MachineState

ResultT = TypeVar("ResultT")

_LONGEST_WAIT_S = 0.25
_FAREWELL_S = 0.5
_JOIN_S = 15.0
_HALTING = (ask.Halt, ask.Stop)
_ASKING = (ask.Identify, ask.GetStatus, ask.GetPositionMap, ask.ReplayEvents)


class InserterDriver(MachineCommands):
    """One machine on one port.

    url           /dev/…, a pseudo terminal, socket://host:port or rfc2217://host:port
    sink          takes events, in number order, on a thread of its own, and returns once the journal has committed
                  them. Only then are they acknowledged. Whatever it raises leaves them unacknowledged and is raised to
                  the caller of the next command or `check` (as SinkFailed); they are offered again after a wait. It
                  must not give commands. While it is slow the line goes on; the machine stops feeding when its event
                  store fills.
    clock         seconds that never run backwards
    host_session  a 32-bit number never used before with this machine: it begins the id of every command
    resume        (boot id, number) of the last event that the journal has
    acknowledges  False for whoever only looks on: the machine keeps every event for the host that has a journal

    Any thread may call. Commands wait for one another, except `halt`, which goes before all.
    """

    def __init__(
        self,
        url: str,
        *,
        profile: Profile,
        sink: Sink,
        clock: Callable[[], float] = time.monotonic,
        host_session: int,
        resume: tuple[int, int] | None = None,
        acknowledges: bool = True,
    ) -> None:
        check_url(url)
        if not 0 <= host_session < 1 << 32:
            raise use_error(f"host_session {host_session} is no 32-bit number")
        super().__init__(profile)
        self.url = url
        self._clock = clock
        self._session = InserterSession(profile, host_session=host_session, resume=resume, acknowledges=acknowledges)
        self._traffic = Traffic(delimited=profile.protocol == "native")
        self._waker = Waker()
        self._port = PortKeeper(url, profile, self._waker, clock)
        self._changed = threading.Condition()
        self._operation = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=f"inserter {url}", daemon=True)
        self._keeper = JournalKeeper(
            self._session, sink, changed=self._changed, committed=self._wake, clock=clock, url=url
        )
        self._opened = False
        self._leave_by: float | None = None
        self._ended = False

    # Life

    def open(self) -> None:
        """Start the thread; it opens the port and keeps trying. Doesn't wait for the machine: commands do, and so does
        `wait`. A driver is opened once."""
        if self._opened:
            raise use_error("The driver has been opened before")
        self._opened = True
        self._thread.start()
        self._keeper.start()

    def close(self) -> None:
        """Acknowledge what the journal has, fail the commands still waiting, close the port. Twice does no harm.

        SinkFailed: the journal has kept the thread for more than 15 s and keeps it still.
        """
        self._refuse_own_thread()
        if self._opened:
            with self._changed:
                if self._leave_by is None:
                    self._leave_by = self._clock() + _FAREWELL_S
                self._wake()
            self._thread.join(_JOIN_S)
            if not self._keeper.stop(_JOIN_S):
                raise SinkFailed("The journal does not return from its commit", place=self.url)
        with self._changed:
            self._opened = self._ended = True
            self._waker.close()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What is known

    @property
    def link_state(self) -> LinkState:
        with self._changed:
            return self._session.link_state

    @property
    def trouble(self) -> str:
        """Why the link is not up, or that it is up and noisy, in words; empty when all is well."""
        with self._changed:
            return self._session.trouble

    @property
    def machine_state(self) -> MachineState:
        """As of the events the journal has; OFFLINE without a link."""
        return self.machine.state

    @property
    def machine(self) -> MachineView:
        """All that is known of the machine and the pieces it holds."""
        with self._changed:
            return self._session.machine.view()

    @property
    def boot_id(self) -> int | None:
        """The power-up of the machine that answered last."""
        with self._changed:
            return self._session.boot_id

    @property
    def committed(self) -> tuple[int, int] | None:
        """(boot id, number) of the last event that the journal has: `resume` for the next driver."""
        with self._changed:
            boot_id = self._session.boot_id
            return None if boot_id is None else (boot_id, self._session.inbox.committed)

    @property
    def statistics(self) -> Statistics:
        with self._changed:
            return self._session.statistics()

    @property
    def traffic(self) -> tuple[Passed, ...]:
        """The last frames on the line, the oldest first."""
        with self._changed:
            return self._traffic.last()

    def check(self) -> None:
        """Raise what stands against going on: SinkFailed (once per failure) or EventsLost (until it is accepted)."""
        with self._changed:
            self._raise_kept(sink_failures=True, lost_events=True)

    def wait(self, predicate: Callable[[], bool], timeout_s: float) -> bool:
        """Until `predicate()` is true, looked at after every change; False after `timeout_s` seconds. Raises what
        `check` would raise."""
        self._refuse_own_thread()
        deadline = self._clock() + timeout_s
        with self._changed:
            while True:
                self._raise_kept(sink_failures=True, lost_events=True)
                if predicate():
                    return True
                if not self._wait_for_change(deadline):
                    return False

    # Commands: those of MachineCommands, and

    def accept_lost_events(self) -> EventsLost | None:
        """A person answers for the lost events: delivery goes on behind them. None when nothing is lost."""
        with self._changed:
            lost = self._session.accept_lost_events(self._clock())
            self._wake()
        return lost

    # Inside, the caller's thread

    def _give(self, command: ask.Command[ResultT]) -> ResultT:
        self._refuse_own_thread()
        deadline = self._clock() + self.profile.timeouts.command_s
        with self._turn(command, deadline), self._changed:
            self._raise_kept(
                sink_failures=not isinstance(command, _HALTING),
                lost_events=not isinstance(command, _HALTING + _ASKING),
            )
            if not self._opened or self._ended:
                raise LinkDown(f"{command.name} was not sent: the driver is closed", place=self.url)
            call = self._session.submit(command, self._clock(), deadline - self._clock())
            self._wake()
            while not call.settled and self._wait_for_change(deadline):
                pass
            # The thread settles calls in time unless the journal keeps it; the caller's deadline stands all the same.
            self._session.give_up(call, "its time is over", self._clock())
            if call.error is not None:
                call.error.place = call.error.place or self.url
                raise call.error
            return cast("ResultT", call.result)  # a command without results is Command[None]

    @contextmanager
    def _turn(self, command: ask.Command[Any], deadline: float) -> Iterator[None]:
        """One operation at a time; halt doesn't wait."""
        if isinstance(command, ask.Halt):
            yield
            return
        if not self._operation.acquire(timeout=max(0.0, deadline - self._clock())):
            raise busy_error(command.name)
        try:
            yield
        finally:
            self._operation.release()

    def _wait_for_change(self, deadline: float) -> bool:
        """Sleep until something changed or a short while has passed; False when `deadline` is over."""
        left_s = deadline - self._clock()
        if left_s <= 0:
            return False
        self._changed.wait(min(left_s, _LONGEST_WAIT_S))
        return True

    def _raise_kept(self, *, sink_failures: bool, lost_events: bool) -> None:
        if sink_failures and self._keeper.failure is not None:
            failure, self._keeper.failure = self._keeper.failure, None
            raise failure
        trouble = self._session.inbox.trouble
        if lost_events and trouble is not None:
            raise trouble.with_traceback(None)

    def _refuse_own_thread(self) -> None:
        if self._keeper.is_current_thread():
            raise use_error("The journal's sink must not wait for the driver, which waits for the sink")

    def _wake(self) -> None:
        if not self._ended:
            self._waker.wake()

    # Inside, the driver's thread

    def _run(self) -> None:
        try:
            while not self._may_leave():
                self._step()
        finally:
            self._port.close()
            with self._changed:
                self._ended = True
                self._session.close("the driver was closed", self._clock())
                self._changed.notify_all()

    def _may_leave(self) -> bool:
        with self._changed:
            if self._leave_by is None:
                return False
            return self._session.idle or self._clock() >= self._leave_by

    def _step(self) -> None:
        try:
            if self._port.open_when_due():
                with self._changed:
                    self._session.port_opened(self._clock())
            self._send()
            self._listen()
            self._send()
        except PortTrouble as error:
            self._lose_port(error)

    def _listen(self) -> None:
        with self._changed:
            now = self._clock()
            deadline = self._session.deadline(now)
        wait_s = _LONGEST_WAIT_S if deadline is None else min(max(0.0, deadline - now), _LONGEST_WAIT_S)
        data = self._port.receive(wait_s)
        with self._changed:
            now = self._clock()
            if data:
                self._traffic.note(data, now, sent=False)
                self._session.receive(data, now)
            self._session.tick(now)
            if self._session.link_is_up:
                self._port.link_is_up()
            unanswered = self._port.is_open and self._session.unanswered_for(now) >= self.profile.timeouts.reopen_s
            self._changed.notify_all()
        if unanswered:
            raise PortTrouble("Nobody answers on the open port", place=self.url)

    def _send(self) -> None:
        with self._changed:
            output = self._session.take_output()
            self._traffic.note(output, self._clock(), sent=True)
        self._port.send(output)

    def _lose_port(self, error: PortTrouble) -> None:
        if self._port.is_open:
            self._port.drop()
        with self._changed:
            self._session.port_closed(error.message, self._clock())
            self._changed.notify_all()
