"""The hands around the machine: refilling, covers, the emergency stop, paper taken out."""

from __future__ import annotations

from typing import Protocol

from simulator.collator import Key
from simulator.condition import Condition
from simulator.messages import Cover, EmergencyStop, Event, Supply
from simulator.paper import Paper
from simulator.supplies import Supplies
from simulator.words import Fault, Level, Station

_NO_PIECE: Key = ("", 0)


class Attended(Protocol):
    """What hands can reach of a machine, and how its sensors report what they did."""

    supplies: Supplies
    paper: Paper
    condition: Condition

    @property
    def moving(self) -> bool:
        """Motors run: nobody reaches into the path."""

    def emit(self, event: Event) -> None:
        """Record an event."""

    def trouble(self, fault: Fault, station: Station, key: Key, text: str) -> bool:
        """Report a fault and let it act; False when it stands already."""


class Operator:
    """What a person at the machine can do. The machine's sensors notice; the host learns it by events."""

    def __init__(self, machine: Attended) -> None:
        self._machine = machine

    def open_cover(self, station: Station) -> None:
        if station not in self._machine.supplies.open_covers:
            self._machine.supplies.open_covers.add(station)
            self._machine.emit(Cover(station, 1))
            self._machine.trouble(Fault.COVER_OPEN, station, _NO_PIECE, f"cover open at station {station.value}")

    def close_cover(self, station: Station) -> None:
        if station in self._machine.supplies.open_covers:
            self._machine.supplies.open_covers.discard(station)
            self._machine.emit(Cover(station, 0))

    def press_stop(self) -> None:
        if not self._machine.supplies.stop_pressed:
            self._machine.supplies.stop_pressed = True
            self._machine.emit(EmergencyStop(1))
            self._machine.trouble(Fault.EMERGENCY_STOP, Station.SHEET_FEEDER, _NO_PIECE, "emergency stop pressed")

    def release_stop(self) -> None:
        if self._machine.supplies.stop_pressed:
            self._machine.supplies.stop_pressed = False
            self._machine.emit(EmergencyStop(0))

    def refill(self, station: Station) -> None:
        """Fill a feeder or the sealer, lay the rest of the stack into the sheet feeder, or empty bin or stacker."""
        if station is Station.SHEET_FEEDER:
            self._machine.supplies.withheld = False
        elif station is Station.DIVERT_BIN:
            self._machine.supplies.bin_deposits = 0
        elif station is Station.STACKER:
            self._machine.supplies.stacked, self._machine.supplies.stacker_blocked = 0, False
        else:
            before = self._machine.supplies.level(station)
            self._machine.supplies.stock[station] = self._machine.supplies.full(station)
            if before is not Level.ENOUGH:
                self._machine.emit(Supply(station, Level.ENOUGH))

    def empty_path(self) -> bool:
        """Take all paper out of the path; False while the machine moves. A hand in the path stops the machine."""
        if self._machine.moving:
            return False
        stations = self._machine.paper.stations()
        self._machine.paper.clear()
        if stations and not self._machine.condition.stands_still:
            self._machine.trouble(Fault.JAM, stations[0], _NO_PIECE, "paper was taken out of the path")
        return True

    def take(self, station: Station) -> bool:
        """Take out what lies at one station, unseen: its sensor notices when that should move on. False when nothing
        was taken, since the machine moves or nothing lies there."""
        if self._machine.moving or not self._machine.paper.at(station):
            return False
        self._machine.paper.put_down(station, "removed")
        return True

    def clear_out(self) -> str:
        """Take the paper out of a machine that stands. What the sensors still see afterwards, in words: what lies at a
        station that was overlooked, until it is done again."""
        supplies, paper = self._machine.supplies, self._machine.paper
        if supplies.overlooked and (stations := paper.stations()):
            supplies.overlooked = False
            for station in stations[1:]:
                paper.put_down(station, "removed")
            return f"paper is left at station {stations[0].value}"
        paper.clear()
        return ""

    def attend(self) -> None:
        """What the operator does when the host says that the fault is mended."""
        supplies = self._machine.supplies
        if supplies.careless:
            supplies.careless = False
            self.refill(Station.DIVERT_BIN)
            return
        empty = [station for station in supplies.stock if supplies.level(station) is Level.EMPTY]
        for station in (*empty, Station.SHEET_FEEDER):
            self.refill(station)
        if supplies.bin_full:
            self.refill(Station.DIVERT_BIN)
        if supplies.stacker_full:
            self.refill(Station.STACKER)
        for station in sorted(supplies.open_covers):
            self.close_cover(station)
        self.release_stop()
