"""Host session, lines and fake machine on one virtual clock."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from drivers.inserter.calls import Call
from drivers.inserter.commands import Command
from drivers.inserter.profile import Profile, load_profile
from drivers.inserter.session import InserterSession
from drivers.inserter.vocabulary import LinkState, MachineEvent, PieceSpec

from .fake_machine import FakeMachine
from .lines import PERFECT, Faults, LossyLine

STEP_S = 0.01
HOST = 0x0A0B0C0D
PIECE = PieceSpec(1, "P00000001", 1, 3)


class VirtualHost:
    """A session whose journal is a list. `journal_fails` lets the next commits fail."""

    def __init__(
        self,
        machine: FakeMachine | None = None,
        *,
        seed: int = 0,
        faults: Faults = PERFECT,
        resume: tuple[int, int] | None = None,
        profile: Profile | None = None,
        plugged: bool = True,
    ) -> None:
        chance = Random(seed)
        self.now = 0.0
        self.machine = machine or FakeMachine()
        self.session = InserterSession(profile or load_profile("sim1"), host_session=HOST, resume=resume)
        self.out, self.back = LossyLine(chance, faults), LossyLine(chance, faults)
        self.journal: list[MachineEvent] = []
        self.journal_fails = 0
        self.journal_tries: list[float] = []
        self.plugged = False
        if plugged:
            self.plug()

    def plug(self) -> None:
        self.plugged = True
        self.session.port_opened(self.now)

    def unplug(self) -> None:
        self.plugged = False
        self.out.clear()
        self.back.clear()
        self.session.port_closed("unplugged", self.now)

    def heal(self) -> None:
        self.out.faults = self.back.faults = PERFECT

    def step(self) -> None:
        self.now += STEP_S
        session, now = self.session, self.now
        if self.plugged:
            session.receive(self.back.take(now), now)
        session.tick(now)
        batch = session.next_batch(now)
        if batch:
            self.journal_tries.append(now)
            if self.journal_fails:
                self.journal_fails -= 1
                session.commit_failed(now)
            else:
                self.journal += batch
                session.committed(batch, now)
        output = session.take_output()
        if self.plugged:
            self.out.put(output, now)
            self.machine.receive(self.out.take(now), now)
        self.machine.tick(now)
        said = self.machine.take_output()
        if self.plugged:
            self.back.put(said, now)
        due = session.deadline(now)
        assert due is None or due > now or session.next_batch(now), "a deadline that nothing moves on would spin"

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.step()

    def do(self, command: Command[Any], timeout_s: float | None = None) -> Call[Any]:
        """Give a command and let time pass until it is settled."""
        call = self.session.submit(command, self.now, timeout_s)
        while not call.settled:
            self.step()
        return call

    @property
    def numbers(self) -> list[int]:
        return [event.number for event in self.journal]


def connected(machine: FakeMachine | None = None) -> VirtualHost:
    """A host whose link to the machine is up."""
    host = VirtualHost(machine)
    host.run(0.2)
    assert host.session.link_state is LinkState.UP
    return host


def quick(profile: Profile) -> Profile:
    """The profile with short waits, for tests that run in real time."""
    return replace(
        profile,
        link=replace(profile.link, hello_s=0.1, ack_s=0.2, unanswered_s=0.5),
        timeouts=replace(
            profile.timeouts,
            reply_s=0.3,
            command_s=20.0,
            reconnect_first_s=0.02,
            reconnect_most_s=0.1,
            reopen_s=1.0,
            journal_first_s=0.02,
            journal_most_s=0.1,
        ),
    )
