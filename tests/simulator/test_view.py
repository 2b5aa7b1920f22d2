"""The machine on a terminal of 80 × 24, with keys pressed and the screen read."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulator.link import Nameplate
from simulator.mains import Mains
from simulator.paper import Leaf
from simulator.rig import Rig, Setup
from simulator.supplies import Supplies
from simulator.view import Scene, draw
from simulator.words import Station
from tests.shared_data import ROOT
from tests.simulator.bench import JOB, Bench, FakeStacks, name, sheets_of
from tests.simulator.host import DONE, Host
from tests.simulator.stack import print_stack
from tests.simulator.test_process import CLEAR, RESET, START, start_job

_CSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_UP, _DOWN = "\x1b[A", "\x1b[B"


class Screen:
    """A simulator on a pseudo-terminal; `text` is what stands on it."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._near, far = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(far)
        self._far = far
        command = [sys.executable, "-m", "simulator", "--stacks", str(folder), "--view", "--speed", "20", *arguments]
        environment = {**os.environ, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"}
        for key in ("COLUMNS", "LINES", "NO_COLOR"):
            environment.pop(key, None)
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=far, stdout=far, stderr=far, env=environment)
        self._raw = b""
        self.read_until(lambda: b"\n" in self._raw)
        self.url = json.loads(self._raw.split(b"\n")[0])["url"]

    @property
    def text(self) -> str:
        frames = self._raw.decode(errors="ignore").split("\x1b[H")
        return _CSI.sub("", frames[-2] if len(frames) > 2 else frames[-1]).replace("\r", "")

    def press(self, keys: str) -> None:
        os.write(self._near, keys.encode())

    def read_until(self, met: Callable[[], bool], patience_s: float = 20.0) -> None:
        until_s = time.monotonic() + patience_s
        while not met():
            assert time.monotonic() < until_s, self.text
            if select.select([self._near], [], [], 0.1)[0]:
                self._raw = (self._raw + os.read(self._near, 65536))[-200_000:]

    def shows(self, *words: str) -> None:
        """Wait until all of these stand on the screen together."""
        self.read_until(lambda: all(word in self.text for word in words))

    def line(self, word: str) -> str:
        return next(line for line in self.text.splitlines() if word in line)

    def left_as_found(self) -> bool:
        return termios.tcgetattr(self._far) == self.before

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._near)
        os.close(self._far)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    print_stack(tmp_path / f"{JOB}.pdf", sheets_of([1, 2, 1, 3]))
    screen = Screen(tmp_path)
    screen.shows("IDLE", "? all keys")
    yield screen
    screen.close()


def heard(host: Host) -> bool:
    """The host keeps its link meanwhile."""
    host.listen(0.01)
    return True


def test_a_jam_is_caused_seen_cleared_and_the_job_completed(screen: Screen) -> None:
    screen.shows("no fault", "▸  sheet feeder")
    screen.press(_DOWN + _DOWN)
    screen.shows("▸  folder")
    screen.press("j")
    screen.shows("will jam with the next paper")
    host = Host(screen.url).connect()
    start_job(host)
    screen.read_until(lambda: heard(host) and "FAULT 3 jam" in screen.text)
    screen.shows("FAULTED", f"job {JOB}", "jam in folder")
    assert "▮" in screen.line("▸  folder")
    assert f"{name(1)}-1" in screen.line("▸  folder")
    screen.press("t")
    screen.shows("path emptied")
    assert "▮" not in screen.line("▸  folder")
    for command in (CLEAR, RESET, START):
        assert host.command(command)[0] == DONE
    host.wait_for(lambda: len(host.outcomes()) == 4)
    screen.read_until(lambda: heard(host) and "no fault" in screen.text)
    screen.shows("link up", "stacked 3", "3 envelopes")
    host.close()


def test_power_is_cut_and_comes_back_as_another_boot(screen: Screen) -> None:
    host = Host(screen.url).connect()
    boot = host.boot
    host.close()
    screen.press("p")
    screen.shows("The machine is off", "power is cut")
    screen.press("j")
    screen.shows("p switches it on")
    screen.press("p")
    screen.shows("IDLE")
    again = Host(screen.url, session=0x11223344).connect()
    assert again.boot != boot
    again.close()


def test_help_pause_and_leaving(screen: Screen) -> None:
    screen.press("?")
    screen.shows("choose a station", "double feed", "switch the machine off and leave")
    screen.press("x")  # any key leaves the help, and does nothing else
    screen.shows("no fault")
    screen.press(" ")
    screen.shows("PAUSED")
    screen.press("+")
    screen.shows("40×")
    screen.press("q")
    screen.shows("q again")
    screen.press("z")
    screen.shows("no such key")
    screen.press("qq")
    assert screen.process.wait(timeout=20) == 0
    assert screen.left_as_found()


def test_a_signal_leaves_the_terminal_as_it_was(screen: Screen) -> None:
    screen.shows("IDLE")
    screen.process.send_signal(signal.SIGTERM)
    assert screen.process.wait(timeout=20) == 0
    assert screen.left_as_found()


@pytest.mark.parametrize(
    ("moves", "keys", "words"),
    [
        ("", "c", ("INTERLOCKED", "FAULT 11 cover open", "COVER OPEN")),
        ("", "x", ("INTERLOCKED", "FAULT 12 emergency stop")),
        ("", "l", ("SILENT", "the line is silent")),
        (_DOWN * 3, "e", ("▸  insert feeder 1", "0 EMPTY")),
        (_UP, "e", ("▸  stacker", "FULL")),
        (_UP * 2, "e", ("▸  divert bin", "FULL")),
        (_UP * 3, "e", ("▸  sealer", "for 0 envelopes EMPTY")),
        ("", "m", ("the next sheet will be smeared",)),
    ],
)
def test_each_trouble_has_a_key_and_is_seen(screen: Screen, moves: str, keys: str, words: tuple[str, ...]) -> None:
    screen.press(moves + keys)
    screen.shows(*words)


def test_without_a_terminal_the_view_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulator", "--stacks", str(tmp_path), "--view"]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.returncode == 2
    assert b"E2943 --view" in done.stderr


SCENE = Scene("/dev/pts/9", "SIM-0001", 10.0, Station.FOLDER, "")


def test_the_screen_holds_24_lines_of_80_columns_whatever_happens() -> None:
    bench = Bench(sheets_of([30] * 8)).ready([30] * 8, selects=0x3F)
    for _ in range(60):
        bench.run(170)
        lines = draw(bench.rig, bench.supplies, SCENE, 24).plain.split("\n")
        assert len(lines) == 24
        assert max(map(len, lines)) <= 80
        assert "insert feeder 6" in "".join(lines)
        assert "▸" in next(line for line in lines if "folder" in line)


def test_a_machine_switched_on_beside_an_open_cover_feels_it() -> None:
    ups: list[int] = []

    def build(times: int, used: frozenset[Leaf], supplies: Supplies) -> Rig:
        assert not used
        ups.append(times)
        return Rig(Setup(Nameplate(boot_id=times), FakeStacks({})), supplies=supplies)

    mains = Mains(build, Supplies())
    first = mains.on()
    assert mains.on() is first
    first.machine.operator.open_cover(Station.FOLDER)
    mains.off()
    assert mains.rig is None
    assert mains.on().machine.state.name == "INTERLOCKED"
    assert ups == [0, 1]
