"""What is known of a machine and its line, as one JSON document: what `inserter monitor` shows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from drivers.inserter.driver import InserterDriver
from drivers.inserter.explain import explain
from drivers.inserter.faults import STATION_NAMES
from drivers.inserter.faults import explain as explain_fault
from drivers.inserter.machine import MachineView
from drivers.inserter.vocabulary import Fault, Position, Station
from mailroom.domain.errors import Explained

SCHEMA = 1
_FRAMES = 12
_SUPPLY_WORDS = ("empty", "low", "enough")


@dataclass(frozen=True, slots=True)
class Host:
    """Who drives the machine. `doing` is empty for whoever only looks on; `trouble` is what is waited for."""

    command: str
    pid: int
    doing: str = ""
    batch: str = ""
    trouble: Explained | None = None
    progress: dict[str, Any] | None = None


def machine_report(
    driver: InserterDriver | None, host: Host, url: str, at: str, positions: tuple[Position, ...] | None = None
) -> dict[str, Any]:
    """Keys as docs/handbook.md tells them. Without a driver nothing is known of the machine: its port was let go.
    `positions` are those that the machine told just now; without, where its pieces were seen last. `at` is the time in
    ISO form."""
    told = {
        "schema": SCHEMA,
        "at": at,
        "url": url,
        "host": {
            "command": host.command,
            "pid": host.pid,
            "doing": host.doing,
            "batch": host.batch,
            "trouble": _error(host.trouble),
            "progress": host.progress,
        },
    }
    if driver is None:
        return {**told, "link": None, "machine": None, "statistics": None, "frames": []}
    return {
        **told,
        "link": {"state": driver.link_state.value, "trouble": driver.trouble},
        "machine": _machine(driver, positions),
        "statistics": asdict(driver.statistics),
        "frames": [
            {
                "s": round(each.at_s, 3),
                "from": "host" if each.sent else "machine",
                "hex": each.data.hex(" "),
                "says": explain(each) if driver.profile.protocol == "native" else "",
            }
            for each in driver.traffic[-_FRAMES:]
        ],
    }


def _machine(driver: InserterDriver, positions: tuple[Position, ...] | None) -> dict[str, Any]:
    view = driver.machine
    raised = view.last_fault
    return {
        "name": driver.profile.name,
        "boot": None if driver.boot_id is None else f"{driver.boot_id:08X}",
        "state": view.state.name.lower(),
        "fault": None if view.fault is Fault.NONE else explain_fault(view.fault).meaning,
        "last_fault": None
        if raised is None
        else {"code": explain_fault(raised.fault).code, "station": STATION_NAMES[raised.station], "text": raised.text},
        "job": view.job,
        "pieces": _pieces(view) if positions is None else [_position(each) for each in positions],
        "supplies": {STATION_NAMES[station]: _SUPPLY_WORDS[level] for station, level in view.supplies.items()},
        "open_covers": [STATION_NAMES[station] for station in sorted(view.open_covers)],
        "emergency_stop": view.emergency_stop,
        "outcomes": {outcome.name.lower(): number for outcome, number in view.outcomes.items()},
    }


def _pieces(view: MachineView) -> list[dict[str, Any]]:
    """Those that were seen in the path; the others still wait in the machine's queue."""
    return [
        _position(Position(piece.station, piece.piece, piece.copy, piece.sheets))
        for piece in view.in_flight
        if piece.station is not None
    ]


def _position(place: Position) -> dict[str, Any]:
    return {"station": _name(place.station), "piece": place.piece, "copy": place.copy, "sheets": place.sheets}


def _name(station: Station) -> str:
    return STATION_NAMES[station]


def _error(error: Explained | None) -> dict[str, str] | None:
    if error is None:
        return None
    return {"code": error.code, "message": error.message, "place": error.place, "remedy": error.remedy}
