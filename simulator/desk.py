"""The operator's desk: the view on a terminal, and keys that cause faults and clear them."""

from __future__ import annotations

import sys
import termios
import time
import tty
from collections.abc import Callable
from typing import Any, TextIO

from rich.console import Console as Terminal
from rich.live import Live

from simulator.console import JAMS_AT, Console
from simulator.errors import SimulatorError
from simulator.faults import Kind, Rule
from simulator.mains import Mains
from simulator.rig import Rig
from simulator.server import Server
from simulator.supplies import STOCKED
from simulator.view import Scene, draw
from simulator.words import Station

_FRAMES_A_SECOND = 8
_SLOWEST, _FASTEST = 1 / 16, 10_000.0
_NOTE_S = 4.0
_PATH = tuple(Station)
# What terminals send for keys of more than one byte.
_SEQUENCES = {b"\x1b[A": "up", b"\x1b[B": "down", b"\x1bOA": "up", b"\x1bOB": "down", b"\x1b[Z": "up", b"\t": "down"}
_NEXT_SHEET = {
    "m": (Kind.MISREAD, "the next sheet will be smeared"),
    "d": (Kind.DOUBLE_FEED, "the next stroke brings two sheets"),
    "D": (Kind.MISSED_DOUBLE_FEED, "the next stroke brings two sheets, and no sensor feels it"),
    "w": (Kind.DAMAGED, "the next sheet will be torn"),
}


class Desk:
    """A Panel on a terminal. `leave` ends the simulator."""

    longest_wait_s = 1 / _FRAMES_A_SECOND

    def __init__(self, server: Server, mains: Mains, *, url: str, serial: str, output: TextIO) -> None:
        self._server = server
        self._mains = mains
        self._url, self._serial = url, serial
        self._speed = server.speed
        self._chosen = 0
        self._note, self._note_until_s = "", 0.0
        self._help = False
        self._leaving = False
        self._held = b""
        self._shown_s = 0.0
        self._input = sys.stdin.fileno()
        self._before = _cbreak(self._input)
        self._terminal = Terminal(file=output, highlight=False)
        self._live = Live(
            console=self._terminal, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        self._live.start()

    def close(self) -> None:
        self._live.stop()
        termios.tcsetattr(self._input, termios.TCSADRAIN, self._before)

    def show(self) -> None:
        now_s = time.monotonic()
        if now_s - self._shown_s < self.longest_wait_s:
            return
        self._shown_s = now_s
        scene = Scene(
            self._url,
            self._serial,
            self._server.speed,
            _PATH[self._chosen],
            self._note if now_s < self._note_until_s else "",
            self._help,
        )
        self._live.update(draw(self._mains.rig, self._mains.supplies, scene, self._terminal.height), refresh=True)

    def typed(self, data: bytes) -> None:
        data = self._held + data
        self._held = b""
        while data:
            name = next((name for sequence, name in _SEQUENCES.items() if data.startswith(sequence)), "")
            if not name and data in (b"\x1b", b"\x1b[", b"\x1bO"):
                self._held = data  # the rest is on its way
                return
            length = next((len(sequence) for sequence in _SEQUENCES if data.startswith(sequence)), 1)
            self.press(name or data[:1].decode("ascii", "replace"))
            data = data[length:]

    def press(self, key: str) -> None:
        """One key, by its name."""
        leaving, self._leaving = self._leaving, False
        if self._help:
            self._help = False
            return
        self._say(self._act(key, leaving=leaving))
        self._shown_s = 0.0

    def _say(self, note: str) -> None:
        self._note, self._note_until_s = note, time.monotonic() + _NOTE_S

    def _act(self, key: str, *, leaving: bool) -> str:
        match key:
            case "up" | "down":
                self._chosen = (self._chosen + (1 if key == "down" else -1)) % len(_PATH)
                return ""
            case "?":
                self._help = True
                return ""
            case "q" if leaving:
                self._server.stop()
                return "leaving"
            case "q":
                self._leaving = True
                return "q again switches the machine off and leaves; any other key stays"
            case " " | "+" | "-":
                return self._pace(key)
            case "p":
                return self._power()
        if self._mains.rig is None:
            return "the machine is off: p switches it on"
        if key in _NEXT_SHEET:
            kind, note = _NEXT_SHEET[key]
            self._mains.rig.plan.arm(Rule(kind))
            return note
        acts = _ACTS.get(key)
        return acts(self._mains.rig, _PATH[self._chosen]) if acts else "no such key; ? shows them all"

    def _pace(self, key: str) -> str:
        if key == " ":
            self._server.speed = 0.0 if self._server.speed else self._speed
            return "" if self._server.speed else "paused: time stands still, the line does not"
        factor = 2.0 if key == "+" else 0.5
        self._speed = self._server.speed = min(max(self._speed * factor, _SLOWEST), _FASTEST)
        return f"{self._speed:g} times as fast as a real machine"

    def _power(self) -> str:
        if self._mains.rig is None:
            self._mains.on()
            return "power is back"
        self._mains.off()
        return "power is cut: p switches it on again"


def _jam(rig: Rig, station: Station) -> str:
    return Console(rig).jam(station) if station in JAMS_AT else "nothing can jam there"


def _cover(rig: Rig, station: Station) -> str:
    if station in rig.machine.supplies.open_covers:
        rig.machine.operator.close_cover(station)
        return "cover closed"
    rig.machine.operator.open_cover(station)
    return "cover opened"


def _emergency_stop(rig: Rig, _: Station) -> str:
    if rig.machine.supplies.stop_pressed:
        rig.machine.operator.release_stop()
        return "emergency stop released"
    rig.machine.operator.press_stop()
    return "emergency stop pressed"


def _empty(rig: Rig, station: Station) -> str:
    machine = rig.machine
    if station is Station.SEALER:
        machine.happen(Rule(Kind.SEALER_DRY))
    elif station is Station.STACKER:
        machine.happen(Rule(Kind.STACKER_FULL))
        return "the stacker is full"
    elif station is Station.DIVERT_BIN:
        machine.supplies.bin_deposits = machine.supplies.capacities.bin_deposits
        return "the divert bin is full"
    elif station is Station.SHEET_FEEDER or station in STOCKED:
        machine.happen(Rule(Kind.EMPTY, station))
    else:
        return "nothing is used up there"
    return "empty"


def _refill(rig: Rig, station: Station) -> str:
    if station in {Station.ACCUMULATOR, Station.FOLDER, Station.INSERTION}:
        return "nothing is filled there"
    rig.machine.operator.refill(station)
    return "emptied" if station in {Station.DIVERT_BIN, Station.STACKER} else "filled"


def _take_out(rig: Rig, _: Station) -> str:
    return "path emptied" if rig.machine.operator.empty_path() else "the machine is moving: halt it first"


def _silence(rig: Rig, _: Station) -> str:
    rig.silent = not rig.silent
    return "the line is silent" if rig.silent else "the line is back"


_ACTS: dict[str, Callable[[Rig, Station], str]] = {
    "j": _jam,
    "c": _cover,
    "x": _emergency_stop,
    "e": _empty,
    "r": _refill,
    "t": _take_out,
    "l": _silence,
}


def _cbreak(descriptor: int) -> list[Any]:
    """Keys one by one, without echo. Returns what to restore."""
    try:
        before = termios.tcgetattr(descriptor)
        tty.setcbreak(descriptor)
    except termios.error as error:
        raise SimulatorError(
            "E2943", "the view needs a terminal", place="--view", remedy="start it in a terminal, or without --view"
        ) from error
    return before
