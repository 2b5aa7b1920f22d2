"""Any order of commands, time, nonsense on the line, lost bytes and lost ports between driver and simulated machine: a
command acts once, an event comes once and in order, and what is kept stays small."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.inserter import commands as ask
from drivers.inserter.vocabulary import Fold, JobSpec, PieceSpec
from drivers.inserter.window import WIDEST
from simulator.faults import LineRates
from simulator.link import Link
from simulator.messages import Answer, Command, QueuePiece
from simulator.noise import Noise
from simulator.path import Timing
from tests.inserter.twin import Twin
from tests.simulator.bench import JOB, TEMPLATE, name

PIECES = 12
STEPS = st.lists(st.sampled_from(("queue", "start", "wait", "wait", "noise", "lose", "unplug", "swap")), max_size=40)
RATES = st.sampled_from((LineRates(), LineRates(0.01, 0.005, 0.005), LineRates(0.05)))


class Watched(Twin):
    """A twin that counts what its machine obeys, and whose line can be meddled with."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.queued: Counter[str] = Counter()
        obey = self.rig.machine.obey

        def watched(command: Command) -> Answer:
            if isinstance(command, QueuePiece):
                self.queued[command.piece] += 1
            return obey(command)

        self.rig.machine.obey = watched  # type: ignore[method-assign]
        self.chance = Random(self.seed)
        self.session.port_opened(0.0)
        job = JobSpec(JOB, PIECES, PIECES, "C5", Fold.HALF, "quadient", TEMPLATE)
        self.session.submit(ask.LoadJob(job), 0.0, 600.0)
        self.given = 0

    def meddle(self, step: str) -> None:
        match step:
            case "queue" if self.given < PIECES:
                self.given += 1
                self.session.submit(ask.QueuePiece(PieceSpec(self.given, name(self.given), 1, 1)), self.now_s, 600.0)
            case "start":
                self.session.submit(ask.Start(), self.now_s)
            case "noise":
                self.line.send(self.line.to_host, self.chance.randbytes(60), self.now_s)
                self.line.send(self.line.to_machine, self.chance.randbytes(60), self.now_s)
            case "lose":
                self.line.drop()
            case "swap":
                self.line.reorder()
            case "unplug":
                self.line.drop()
                self.session.port_closed("unplugged", self.now_s)
                self.session.port_opened(self.now_s)
            case _:
                self.pass_time(lambda: False, self.chance.choice((0.01, 0.2, 4.0)))
        self.pass_time(lambda: False, 0.02)


@settings(deadline=None, max_examples=50)
@given(STEPS, RATES, st.integers(0, 1000), st.sampled_from(((1,), (1, 2))))
def test_whatever_comes_between_a_command_acts_once_and_an_event_comes_once(
    steps: list[str], rates: LineRates, seed: int, protocols: tuple[int, ...]
) -> None:
    twin = Watched([1] * PIECES, rates, seed, protocols, Timing(50, 20, 50, 20))
    for step in steps:
        twin.meddle(step)
        link = twin.rig.link
        assert isinstance(link, Link)
        assert len(link._got._ahead) < WIDEST
        assert len(link._remembered) <= 64
    numbers = [event.number for event in twin.journal]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(times == 1 for times in twin.queued.values())
    # On a line that is whole again all that was asked is done, and nothing of it twice.
    for cable in (twin.rig._inward, twin.rig._outward):
        cable._noise = Noise(LineRates(), Random(0))
    events = twin.rig.events
    twin.pass_time(lambda: twin.session.idle and twin.session.link_is_up and events.oldest == events.following, 120.0)
    assert twin.queued == Counter({name(number): 1 for number in range(1, twin.given + 1)})
    assert [event.number for event in twin.journal] == list(range(1, events.following))
