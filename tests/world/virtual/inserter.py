"""The application's end of the line without threads: the driver's session on the world's clock."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar, cast

from drivers.inserter import commands as ask
from drivers.inserter.calls import Call
from drivers.inserter.errors import EventsLost, InserterError, SinkFailed
from drivers.inserter.machine_commands import MachineCommands
from drivers.inserter.profile import Profile
from drivers.inserter.session import InserterSession
from drivers.inserter.vocabulary import MachineEvent, MachineState
from mailroom.production.ports import EventSink
from tests.world.virtual.deeds import deed_asked
from tests.world.virtual.hall import Hall
from tests.world.virtual.laws import Laws

ResultT = TypeVar("ResultT")

_HALTING = (ask.Halt, ask.Stop)
_ASKING = (ask.Identify, ask.GetStatus, ask.GetPositionMap, ask.ReplayEvents)
_FAREWELL_S = 0.5


class VirtualInserter(MachineCommands):
    """`drivers.inserter.driver.InserterDriver` as far as the application sees it. A command lets the world go on until
    it is settled; a batch of events takes `commit_s()` seconds to be written, and what arrives meanwhile waits."""

    def __init__(
        self,
        hall: Hall,
        laws: Laws,
        profile: Profile,
        sink: EventSink,
        *,
        host_session: int,
        resume: tuple[int, int] | None,
        commit_s: Callable[[], float],
    ) -> None:
        super().__init__(profile)
        self._hall = hall
        self._laws = laws
        self._sink = sink
        self._commit_s = commit_s
        self._session = InserterSession(profile, host_session=host_session, resume=resume)
        self._failure: SinkFailed | None = None
        self._writing: tuple[float, tuple[MachineEvent, ...]] | None = None
        self._brought: tuple[int, int] | None = None
        self._open = False
        self._try_at_s = 0.0
        self._wait_s = 0.0

    def __enter__(self) -> Self:
        self._hall.host = self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        dead = kind is not None and not issubclass(kind, Exception)
        if not dead:
            self._hall.advance(_FAREWELL_S, lambda: self._session.idle)
            self._session.close("the driver was closed", self._hall.clock.now_s)
        self._hall.host = None

    # What the application asks

    @property
    def machine_state(self) -> MachineState:
        return self._session.machine.view().state

    @property
    def boot_id(self) -> int | None:
        return self._session.boot_id

    def check(self) -> None:
        self._raise_kept(sink_failures=True, lost_events=True)

    def _give(self, command: ask.Command[ResultT]) -> ResultT:
        clock = self._hall.clock
        self._hall.point(f"before {command.name}")
        self._raise_kept(
            sink_failures=not isinstance(command, _HALTING),
            lost_events=not isinstance(command, _HALTING + _ASKING),
        )
        deed = deed_asked(command)
        if deed is not None:
            self._laws.given(deed, self.boot_id)
        call = self._session.submit(command, clock.now_s, self.profile.timeouts.command_s)
        self._hall.advance(self.profile.timeouts.command_s, lambda: call.sent > 0 or call.settled)
        self._hall.point(f"in {command.name}")
        self._hall.advance(max(0.0, call.deadline - clock.now_s), lambda: call.settled)
        self._session.give_up(call, "its time is over", clock.now_s)
        self._hall.chronicle.note(f"host {command.name}: {_told(call)}")
        self._hall.point(f"after {command.name}")
        if call.error is not None:
            raise call.error
        if deed is not None:
            self._laws.believed(deed)
        return cast("ResultT", call.result)

    def _raise_kept(self, *, sink_failures: bool, lost_events: bool) -> None:
        if sink_failures and self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        trouble = self._session.inbox.trouble
        if lost_events and trouble is not None:
            raise trouble.with_traceback(None)

    def accept_lost_events(self) -> EventsLost | None:
        return self._session.accept_lost_events(self._hall.clock.now_s)

    # What the hall asks

    def deadline_s(self) -> float | None:
        """When this end has something to do."""
        if not self._open:
            return self._try_at_s
        times = [self._session.deadline(self._hall.clock.now_s)]
        if self._writing is not None:
            times = [self._session.deadline(self._hall.clock.now_s) if not self._session.inbox.pending else None]
            times.append(self._writing[0])
        return min((time for time in times if time is not None), default=None)

    def take_part(self, data: bytes, *, port_is_there: bool) -> bytes:
        """Bytes from the line in, bytes for the line out, and whatever is due between."""
        now_s = self._hall.clock.now_s
        self._mind_port(now_s, port_is_there=port_is_there)
        if self._open:
            if data:
                self._session.receive(data, now_s)
            self._session.tick(now_s)
        self._write(now_s)
        return self._session.take_output() if self._open else b""

    def _mind_port(self, now_s: float, *, port_is_there: bool) -> None:
        timeouts = self.profile.timeouts
        silent = self._open and self._session.unanswered_for(now_s) >= timeouts.reopen_s
        if self._open and (silent or not port_is_there):
            self._session.port_closed("the port is gone", now_s)
            self._open = False
            self._back_off(now_s)
        elif not self._open and now_s >= self._try_at_s:
            if port_is_there:
                self._session.port_opened(now_s)
                self._open = True
            else:
                self._back_off(now_s)
        if self._session.link_is_up:
            self._wait_s = 0.0

    def _back_off(self, now_s: float) -> None:
        timeouts = self.profile.timeouts
        self._wait_s = min(max(2 * self._wait_s, timeouts.reconnect_first_s), timeouts.reconnect_most_s)
        self._try_at_s = now_s + self._wait_s

    def _write(self, now_s: float) -> None:
        """The journal: one batch at a time, told as committed only when it is."""
        if self._writing is None:
            batch = self._session.next_batch(now_s)
            if batch:
                self._writing = (now_s + self._commit_s(), batch)
        if self._writing is None or now_s < self._writing[0]:
            return
        batch = self._writing[1]
        self._writing = None
        try:
            self._sink(batch)
        except Exception as error:  # as the driver's keeper: whatever the journal raises, the events stay
            self._failure = SinkFailed(f"The journal did not take events: {error}", place="virtual")
            self._session.commit_failed(now_s)
        else:
            for event in batch:
                name = (event.boot_id, event.number)
                self._laws.brought(self._brought or (event.boot_id, event.number - 1), name)
                self._brought = name
            self._session.committed(batch, now_s)


def _told(call: Call[ResultT]) -> str:
    if isinstance(call.error, InserterError):
        return f"{call.error.code} {call.error.message}"
    return "done"
